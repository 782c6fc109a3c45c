#include "tryout/roll_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "base/text_writer.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/compile/lexer.hpp"
#include "ports/memory/compile.hpp"

namespace pianola::tryout {
namespace {

/// A line of a file, and a place in it.
struct SourceLine {
  std::string_view text;  ///< Without its end.
  std::uint32_t number = 1;
  std::uint32_t column = 1;  ///< In characters.
};

/// The line with the byte at `offset`, counted as diagnostics do.
SourceLine line_at(std::string_view text, std::size_t offset) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  SourceLine line;
  std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  for (std::size_t at = begin; at < offset; ++at) {
    const bool crlf = text.substr(at).starts_with("\r\n");
    if (crlf || (text[at] != '\n' && text[at] != '\r')) continue;
    ++line.number;
    begin = at + 1;
  }
  line.text = text.substr(begin, text.find_first_of("\r\n", offset) - begin);
  for (const char c : text.substr(begin, offset - begin)) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80) ++line.column;
  }
  return line;
}

}  // namespace

engine::Settings settings_of(lang::Roll& roll) {
  std::array<std::uint8_t, 64> window{};
  lang::CodeReader reader(roll, window);
  return engine::load_settings(roll, reader);
}

const hid::Layout& layout_of(lang::Roll& roll) { return hid::layouts()[settings_of(roll).layout]; }

std::string source_of(lang::Roll& roll) {
  std::string all;
  for (std::uint32_t i = 0; i < roll.size(); ++i) all += definition_source(roll, roll.record_at(i));
  return all;
}

std::string definition_source(lang::Roll& roll, std::uint32_t record) {
  std::string slice;
  std::array<char, 4096> piece{};
  for (;;) {
    const auto offset = static_cast<std::uint32_t>(slice.size());
    const std::size_t count = roll.read_source(record, offset, piece);
    if (count == 0) return slice;
    slice.append(piece.data(), count);
  }
}

std::string_view without_leading_blank(std::string_view source) {
  memory::Source text(source);
  lang::SourceWindow window(text);
  lang::Lexer lexer(window);
  lexer.next();
  return source.substr(std::min<std::size_t>(lexer.token().at.offset, source.size()));
}

std::string located(lang::Roll& roll, std::string_view name, std::uint32_t record,
                    std::uint32_t offset, std::string_view message) {
  memory::StringSink sink;
  TextWriter out(sink);
  const std::string slice = definition_source(roll, record);
  const std::uint32_t position = lang::position_of(roll, record);
  if (slice.empty()) {
    out << name << ": definition ";
    out.decimal(position + 1) << ", code ";
    out.hex(offset, 4) << ": error: " << message << "\n";
    return sink.text();
  }
  std::string text;
  for (std::uint32_t i = 0; i < position; ++i) {
    text += definition_source(roll, roll.record_at(i));
  }
  const std::size_t begin = text.size() + slice.size() - without_leading_blank(slice).size();
  const SourceLine line = line_at(text += slice, begin);
  out << name << ":";
  out.decimal(line.number) << ":";
  out.decimal(line.column) << ": error: " << message << "\n  " << line.text << "\n  ";
  out.fill(' ', line.column - 1) << "^\n";
  return sink.text();
}

}  // namespace pianola::tryout
