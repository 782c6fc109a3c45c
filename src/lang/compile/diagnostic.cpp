#include "lang/compile/diagnostic.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "base/edit_distance.hpp"
#include "base/packed_text.hpp"
#include "base/text_writer.hpp"
#include "base/utf8.hpp"
#include "lang/compile/advice.hpp"

namespace pianola::lang {

using std::string_view_literals::operator""sv;
namespace {

/// The messages one after another, packed, with these bytes for what varies.
constexpr std::uint8_t kMessages[] = {
#include "lang/compile/messages.inc"
};
constexpr char kWordA = 1;
constexpr char kWordB = 2;
constexpr char kNumber = 3;
constexpr char kHex = 4;
constexpr char kOther = 5;
constexpr char kOptional = 6;  // up to kOptionalEnd: left out without {b}
constexpr char kOptionalEnd = 7;
constexpr char kAdvicePart = 8;

/// Most bytes shown of a line before the place and from it on.
constexpr std::uint32_t kBefore = 72;
constexpr std::uint32_t kAfter = 48;

/// Characters that would not show, or not stand where they are: controls, zero-width ones, and
/// those that turn the direction of writing (Unicode 15, categories Cc and Cf).
constexpr bool is_hidden(char32_t c) {
  return c < ' ' || (c >= 0x7F && c < 0xA0) || (c >= 0x200B && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF;
}

/// A word of the source, in which what cannot be seen stands as U+XXXX.
void write_word(TextWriter& writer, std::string_view word) {
  while (!word.empty()) {
    const Utf8Char decoded = decode_utf8(word);
    if (decoded.size > 0 && is_hidden(decoded.code)) {
      writer << "U+";
      for (unsigned shift = 16; shift > 0;) {
        shift -= 4;
        writer.put("0123456789ABCDEF"[(decoded.code >> shift) & 0xFU]);
      }
    } else {
      writer.character(decoded.size > 0 ? decoded.code : 0xFFFD);
    }
    word.remove_prefix(std::max<std::size_t>(decoded.size, 1));
  }
}

/// Writes what one byte of a message stands for.
void write_part(TextWriter& writer, const Diagnostic& diagnostic, char part) {
  switch (part) {
    case kWordA:
      return write_word(writer, diagnostic.a);
    case kWordB:
      return write_word(writer, diagnostic.b);
    case kNumber:
      writer.decimal(diagnostic.n);
      break;
    case kHex:
      writer.hex(diagnostic.n, 2);
      break;
    case kOther:
      writer.decimal(diagnostic.other.line).put(':').decimal(diagnostic.other.column);
      break;
    case kAdvicePart:
      return write_advice(writer, static_cast<Advice>(diagnostic.n));
    case kOptional:
    case kOptionalEnd:
      break;
    default:
      writer.put(part);
      break;
  }
}

/// Reads up to `out.size()` bytes; short only at the end of the source.
std::size_t read_all(Source& source, std::uint32_t offset, std::span<char> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::size_t count =
        source.read(offset + static_cast<std::uint32_t>(done), out.subspan(done));
    if (count == 0) break;
    done += count;
  }
  return done;
}

constexpr bool is_line_end(char c) { return c == '\n' || c == '\r'; }
constexpr bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80; }

/// The part of a line that is shown: some bytes before the place and after it.
struct Excerpt {
  std::array<char, 1 + kBefore + kAfter> bytes;
  std::size_t begin = 0;  ///< First byte of the line in it.
  std::size_t place = 0;
  std::size_t end = 0;
  bool cut = false;   ///< The line starts before it.
  bool more = false;  ///< The line goes on after it.
};

void read_excerpt(Source& source, std::uint32_t offset, Excerpt& out) {
  // One byte more than is shown, to see if the line starts there.
  const auto before = std::min<std::uint32_t>(offset, kBefore + 1);
  const std::size_t size = read_all(source, offset - before, out.bytes);
  out.place = std::min<std::size_t>(before, size);
  out.begin = out.place;
  while (out.begin > 0 && !is_line_end(out.bytes[out.begin - 1])) --out.begin;
  out.cut = out.begin == 0 && before > kBefore;
  if (out.cut) ++out.begin;
  while (out.cut && out.begin < out.place && is_continuation(out.bytes[out.begin])) ++out.begin;
  const std::string_view start{out.bytes.data() + out.begin, out.place - out.begin};
  if (offset == out.place && start.starts_with("\xEF\xBB\xBF"sv)) out.begin += 3;
  out.end = out.place;
  while (out.end < size && !is_line_end(out.bytes[out.end])) ++out.end;
  out.more = out.end == out.bytes.size();
  if (!out.more) return;
  // Not half of a character.
  while (out.end > out.place + 1 && is_continuation(out.bytes[out.end - 1])) --out.end;
  if (out.end > out.place + 1) --out.end;
}

/// Writes the bytes as a terminal can show them and returns how many characters that were. With
/// `blank` only white space of the same width.
std::uint32_t write_shown(TextWriter& writer, std::string_view bytes, bool blank) {
  std::uint32_t count = 0;
  while (!bytes.empty()) {
    const Utf8Char decoded = decode_utf8(bytes);
    const bool tab = bytes[0] == '\t';
    const bool good = decoded.size > 0 && (tab || !is_hidden(decoded.code));
    if (blank) {
      writer.put(tab ? '\t' : ' ');
    } else {
      writer.character(good ? decoded.code : 0xFFFD);
    }
    bytes.remove_prefix(std::max<std::size_t>(decoded.size, 1));
    ++count;
  }
  return count;
}

/// The line that holds the place, and a caret below it.
void write_line(TextWriter& writer, const Diagnostic& diagnostic, Source& source) {
  Excerpt line;
  read_excerpt(source, diagnostic.at.offset, line);
  const std::string_view before{line.bytes.data() + line.begin, line.place - line.begin};
  const std::string_view after{line.bytes.data() + line.place, line.end - line.place};
  writer << "\n  ";
  if (line.cut) writer << "…";
  write_shown(writer, before, false);
  const std::uint32_t left = write_shown(writer, after, false);
  if (line.more) writer << "…";
  writer << "\n  ";
  if (line.cut) writer.put(' ');
  write_shown(writer, before, true);
  writer.put('^').fill('~', std::max<std::uint32_t>(1, std::min(diagnostic.length, left)) - 1);
}

/// The kinds of warnings in the order of kLintWords.
enum class Lint : std::uint8_t {
  untypable,
  quoted_key,
  bracketed_key,
  backslash,
  blanks,
  modifier,
  print,
  is_private,
  layout_late,
  bare_letter,
  unreachable,
  unused,
  recursion,
  is_template,
  layout,
};
static_assert(static_cast<std::size_t>(Lint::layout) + 1 == kLintWords.size());

constexpr Lint kind_of(Message message) {
  switch (message) {
    case Message::quoted_key:
      return Lint::quoted_key;
    case Message::bracketed_key:
      return Lint::bracketed_key;
    case Message::lost_backslash:
      return Lint::backslash;
    case Message::blanks_typed:
      return Lint::blanks;
    case Message::modifier_alone:
      return Lint::modifier;
    case Message::key_before_text:
      return Lint::print;
    case Message::private_is_plain:
      return Lint::is_private;
    case Message::layout_after_text:
      return Lint::layout_late;
    case Message::bare_letter:
      return Lint::bare_letter;
    case Message::unreachable:
      return Lint::unreachable;
    case Message::unused:
    case Message::options_unused:
      return Lint::unused;
    case Message::recursion:
      return Lint::recursion;
    case Message::template_text:
    case Message::time_typed:
    case Message::caret_typed:
      return Lint::is_template;
    case Message::layout_open:
      return Lint::layout;
    default:
      return Lint::untypable;
  }
}

}  // namespace

std::size_t lint_of(Message message) { return static_cast<std::size_t>(kind_of(message)); }

std::string_view closest_lint(std::string_view word) {
  std::string_view best;
  ClosestWord closest(word);
  for (const std::string_view lint : kLintWords) {
    if (closest.offer(lint)) best = lint;
  }
  return best;
}

void write_message(const Diagnostic& diagnostic, TextSink& out) {
  TextWriter writer(out);
  PackedText text(find_packed(kMessages, static_cast<std::size_t>(diagnostic.message)));
  for (char part = text.next(); part != 0; part = text.next()) {
    while (part == kOptional && diagnostic.b.empty() && text.next() != kOptionalEnd) {
    }
    write_part(writer, diagnostic, part);
  }
}

void write_diagnostic(const Diagnostic& diagnostic, std::string_view file, Source& source,
                      TextSink& out) {
  const bool placed = diagnostic.at.line != 0;
  TextWriter writer(out);
  writer << file;
  if (placed) writer.put(':').decimal(diagnostic.at.line).put(':').decimal(diagnostic.at.column);
  writer << (diagnostic.warning ? ": warning: " : ": error: ");
  write_message(diagnostic, out);
  if (diagnostic.warning) writer << " [" << kLintWords[lint_of(diagnostic.message)] << "]";
  if (placed) write_line(writer, diagnostic, source);
  writer.put('\n');
}

}  // namespace pianola::lang
