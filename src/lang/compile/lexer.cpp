#include "lang/compile/lexer.hpp"

#include <algorithm>
#include <span>

#include "base/ascii.hpp"
#include "base/file_format.hpp"
#include "base/utf8.hpp"
#include "lang/code/opcode.hpp"
#include "lang/code/settings.hpp"

namespace pianola::lang {

using std::string_view_literals::operator""sv;
namespace {

/// What peek() gives for a byte that is no UTF-8 text, and for NUL (0 is the end).
constexpr char32_t kInvalid = 0x110000;
constexpr char32_t kNul = 0x110001;
/// The largest number that may follow a minus sign.
constexpr std::uint64_t kMaxNumber = 0x80000000U;

/// Whether a name may begin with `c`.
constexpr bool begins_name(char32_t c) { return is_letter(c) || c == '_'; }
constexpr bool is_blank(char32_t c) { return c == ' ' || c == '\t'; }
constexpr bool is_control(char32_t c) { return c < ' ' || c == 0x7F || c == kNul; }

/// White space within a line. What looks like a space in an editor is one (Unicode 15, Zs), and so
/// are the zero-width space and a byte order mark in the middle, which files that were joined have.
constexpr bool is_space(char32_t c) {
  return is_blank(c) || c == '\v' || c == '\f' || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200B) || c == 0x202F || c == 0x205F || c == 0x3000 || c == 0xFEFF;
}
constexpr bool is_curly(char32_t c) { return c >= 0x201C && c <= 0x201E; }
constexpr bool is_alphanumeric(char32_t c) { return begins_name(c) || is_digit(c); }

// The classes of ASCII characters that are taken in runs.
constexpr std::uint8_t kWordClass = 1;     ///< Of words.
constexpr std::uint8_t kSpaceClass = 2;    ///< The space.
constexpr std::uint8_t kCommentClass = 4;  ///< Of comments.
constexpr std::uint8_t kPlainClass = 8;    ///< What Lexer::plain_characters() gives.

/// From the space on.
constexpr std::array<std::uint8_t, 96> kClasses = [] {
  // Those that mean something in texts, may be meant for something by people who come from other
  // programs, or are elsewhere on US keyboards than on British ones.
  constexpr std::u32string_view kNotPlain = U"\"\\${[%@#~|\x7F";
  std::array<std::uint8_t, 96> classes{};
  for (std::size_t i = 0; i < classes.size(); ++i) {
    const auto c = static_cast<char32_t>(i + ' ');
    unsigned of = kCommentClass;
    if (is_alphanumeric(c)) of |= kWordClass;
    if (c == ' ') of |= kSpaceClass;
    if (kNotPlain.find(c) == std::u32string_view::npos) of |= kPlainClass;
    classes[i] = static_cast<std::uint8_t>(of);
  }
  return classes;
}();

constexpr std::uint8_t classes_of(char c) {
  const std::size_t index = static_cast<unsigned char>(c) - std::size_t{' '};
  return index < kClasses.size() ? kClasses[index] : std::uint8_t{0};
}

/// The value of a hex digit, or -1.
constexpr int hex_value(char32_t c) {
  if (is_digit(c)) return static_cast<int>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<int>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') return static_cast<int>(c - 'A') + 10;
  return -1;
}

/// What somebody who wrote the escape `\c` meant.
constexpr std::string_view meant_escape(char32_t c) {
  switch (c) {
    case 'r':
      return "\\n";
    case 'b':
      return "BACKSPACE outside the text";
    case 'x':
    case '0':
      return "\\u{…}";
    default:
      return "\\\\";
  }
}

/// Punctuation that means something else in a text without the backslash, or elsewhere.
constexpr bool is_worth_escaping(char32_t c) {
  return std::u32string_view(U"\"\\$'{}[]").find(c) != std::u32string_view::npos;
}

}  // namespace

/// Reads the window anew, from `offset` on. False at the end.
bool SourceWindow::load(std::uint32_t offset) {
  start_ = offset;
  size_ = static_cast<std::uint32_t>(source_.read(offset, bytes_));
  return size_ != 0;
}

/// Takes the bytes at this place that are of one of `classes`, as many as the window has, `most` at
/// most.
std::string_view Lexer::take_run(std::uint8_t classes, std::size_t most) {
  const std::string_view bytes = window_->bytes_at(at_.offset);
  const std::size_t end = std::min(bytes.size(), most);
  std::uint32_t size = 0;
  while (size < end && (classes_of(bytes[size]) & classes) != 0) ++size;
  at_.offset += size;
  at_.column += size;
  return {bytes.data(), size};
}

char32_t Lexer::peek() {
  const int first = byte_at(at_.offset);
  peek_size_ = 1;
  const bool plain = first > 0 && first < 0x80 && first != '\r';
  return plain ? static_cast<char32_t>(first) : peek_other(first);
}

/// Likewise of what begins with `first`, the end, a line end or more than one byte. Apart, so that
/// most characters cost little.
[[gnu::noinline]] char32_t Lexer::peek_other(int first) {
  if (first < 0) {
    peek_size_ = 0;
    return 0;
  }
  if (first == '\r') {
    if (byte_at(at_.offset + 1) == '\n') peek_size_ = 2;
    return '\n';
  }
  if (first == 0) return kNul;
  std::array<std::uint8_t, 4> bytes{};
  std::size_t count = 0;
  for (; count < bytes.size(); ++count) {
    const int byte = byte_at(at_.offset + static_cast<std::uint32_t>(count));
    if (byte < 0) break;
    bytes[count] = static_cast<std::uint8_t>(byte);
  }
  const Utf8Char decoded = decode_utf8(std::span{bytes}.first(count));
  if (decoded.size == 0) return kInvalid;
  peek_size_ = decoded.size;
  return decoded.code;
}

char32_t Lexer::get() {
  const char32_t c = peek();
  at_.offset += peek_size_;
  if (c == '\n') {
    ++at_.line;
    at_.column = 1;
  } else if (c != 0) {
    ++at_.column;
  }
  return c;
}

void Lexer::report(Message message, const Position& at, std::uint32_t length, std::string_view a,
                   std::uint32_t n, std::string_view b) {
  if (sink_ == nullptr) return;
  Diagnostic diagnostic;
  diagnostic.message = message;
  diagnostic.at = at;
  diagnostic.length = length;
  diagnostic.a = a;
  diagnostic.b = b;
  diagnostic.n = n;
  diagnostic.warning = message == Message::lost_backslash || message == Message::blanks_typed;
  sink_->report(diagnostic);
}

/// Reports what is wrong where the token begins. Apart, so that it takes no stack while the source
/// is read.
[[gnu::noinline]] void Lexer::report_token(Message message, std::uint32_t n) {
  report(message, token_.at, 1, {}, n);
}

/// Skips a byte order mark and refuses what is no plain text.
void Lexer::start_file() {
  started_ = true;
  std::array<char, kFormatHead> head{};
  std::size_t size = 0;
  for (int byte = byte_at(0); byte >= 0 && size < head.size();) {
    head[size++] = static_cast<char>(byte);
    byte = byte_at(static_cast<std::uint32_t>(size));
  }
  if (const std::string_view format = foreign_format(std::span{head}.first(size));
      !format.empty()) {
    report(Message::not_plain_text, at_, 1, {}, 0, format);
    unusable_ = true;
    return;
  }
  if (std::string_view(head.data(), size).starts_with("\xEF\xBB\xBF"sv)) at_.offset = 3;
}

void Lexer::pass_line() {
  for (;;) {
    if (!take_run(kCommentClass).empty()) continue;
    const char32_t c = peek();
    if (c == 0 || c == '\n') return;
    get();
  }
}

/// The offset of the first byte from `offset` on that is no blank.
std::uint32_t Lexer::after_blanks(std::uint32_t offset) {
  while (byte_at(offset) == ' ' || byte_at(offset) == '\t') ++offset;
  return offset;
}

int Lexer::next_byte() { return byte_at(after_blanks(at_.offset)); }

/// Skips white space and comments; notes in the token what was passed. Returns the character that
/// stands there now, which peek() found; 0 at the end.
char32_t Lexer::skip_space() {
  for (;;) {
    const char32_t c = peek();
    if (c == ' ') {
      take_run(kSpaceClass);
    } else if (c == '#') {
      pass_line();
    } else if (c == '\n' || is_space(c)) {
      token_.line_before = token_.line_before || c == '\n';
      get();
    } else {
      return c;
    }
    token_.space_before = true;
  }
}

void Lexer::next() {
  token_ = {};
  word_size_ = 0;
  if (!started_) {
    token_.line_before = true;
    token_.space_before = true;
    start_file();
  }
  for (;;) {
    const char32_t c = unusable_ ? 0 : skip_space();
    if (c == 0) break;
    token_.at = at_;
    if (at_.offset > kMaxSource) {
      report_token(Message::too_long, kMaxSource);
      unusable_ = true;
      break;
    }
    if (c == kInvalid || is_control(c)) {
      get();
      bad_character(c, token_.at);
      token_.space_before = true;
      continue;
    }
    if (begins_name(c)) {
      lex_word();
    } else if (is_digit(c)) {
      lex_number();
    } else if (c == '"') {
      lex_text();
    } else if (c == '\'') {
      if (!lex_quoted()) report_token(Message::unterminated_quote);
    } else {
      token_.kind = TokenKind::symbol;
      token_.character = get();
    }
    finish_token();
    return;
  }
  token_.kind = TokenKind::end;
  token_.at = at_;
  finish_token();
}

/// Reports a character that may stand nowhere, once it is passed.
void Lexer::bad_character(char32_t c, const Position& at) {
  if (c == kInvalid) {
    if (!bad_utf8_) report(Message::bad_utf8, at, 1);
    bad_utf8_ = true;
    return;
  }
  if (bad_end_ != at.offset || bad_end_ == 0) {
    report(Message::control_character, at, 1, {}, c == kNul ? 0 : c);
  }
  bad_end_ = at_.offset;
}

void Lexer::finish_token() {
  token_.end = at_.offset;
  if (token_.length == 0) {
    token_.length = std::max<std::uint32_t>(1, at_.column - token_.at.column);
  }
}

void Lexer::lex_word() {
  token_.kind = TokenKind::word;
  do {
    const std::string_view run = take_run(kWordClass);
    for (const char c : run) {
      if (word_size_ < word_.size()) word_[word_size_++] = c;
    }
  } while (window_->ends_at(at_.offset) && is_alphanumeric(peek()));
}

void Lexer::lex_number() {
  token_.kind = TokenKind::number;
  std::size_t digits = 0;  // of the value, before the unit
  for (;;) {
    const char32_t c = peek();
    const bool point = c == '.' && is_digit(static_cast<char32_t>(byte_at(at_.offset + 1)));
    if (!is_alphanumeric(c) && !point) break;
    get();
    if (word_size_ < word_.size()) word_[word_size_++] = static_cast<char>(c);
    if (digits + 1 == word_size_ && (is_digit(c) || point)) ++digits;
  }
  check_number(digits);
}

/// Of a number that was passed over, with so many digits before its unit: what it says. Apart, so
/// that it takes no stack while the source is read.
[[gnu::noinline]] void Lexer::check_number(std::size_t digits) {
  const std::string_view all = word();
  token_.length = at_.column - token_.at.column;
  token_.hex = all.size() > 1 && all[0] == '0' && (all[1] == 'x' || all[1] == 'X');
  if (token_.hex) digits = 2;
  const std::string_view front{all.data(), digits};
  const std::string_view back{all.data() + digits, all.size() - digits};
  const bool whole = token_.length <= word_.size();
  const bool good = whole && (token_.hex ? number_value(back, "x") : number_value(front, back));
  if (!good) report(Message::bad_number, token_.at, token_.length, all);
}

/// Sets the token's value. False if the spelling is no number; a value out of range is reported
/// here.
bool Lexer::number_value(std::string_view digits, std::string_view unit) {
  const unsigned base = token_.hex ? 16 : 10;
  std::uint64_t whole = 0;
  std::uint32_t thousandths = 0;
  std::uint32_t place = 0;  // 0 before the point, then the weight of the next digit + 1
  if (digits.empty()) return false;
  for (const char c : digits) {
    const int digit = hex_value(static_cast<unsigned char>(c));
    if (c == '.' && place == 0) {
      place = 101;
    } else if (digit < 0) {
      return false;
    } else if (place != 0) {
      if (place == 1) return false;
      thousandths += static_cast<std::uint32_t>(digit) * (place - 1);
      place = (place - 1) / 10 + 1;
    } else if (whole <= kMaxNumber) {
      whole = whole * base + static_cast<unsigned>(digit);
    }
  }
  if (unit.empty() || token_.hex) {
    if (place != 0) return false;
    if (whole > kMaxNumber) report(Message::number_too_large, token_.at, token_.length);
    token_.value = whole > kMaxNumber ? 0 : static_cast<std::uint32_t>(whole);
    return true;
  }
  token_.kind = TokenKind::duration;
  const std::uint32_t scale = unit == "ms"sv    ? 1
                              : unit == "s"sv   ? 1000
                              : unit == "min"sv ? 60000
                                                : 0;
  if (scale == 0) return false;
  const std::uint32_t part = thousandths * scale;
  if (part % 1000 != 0) return false;
  const std::uint64_t exact = whole * scale + part / 1000;
  if (exact > kMaxDuration) {
    report(Message::duration_too_long, token_.at, token_.length);
    return true;
  }
  token_.value = static_cast<std::uint32_t>(exact);
  return true;
}

/// `'x'`. If it is none, leaves character 0 in the token and passes over what was quoted.
bool Lexer::lex_quoted() {
  token_.kind = TokenKind::quoted;
  get();
  const char32_t c = peek();
  if (!is_control(c) && c != kInvalid) {
    get();
    if (peek() == '\'') {
      get();
      token_.character = c;
      return true;
    }
  }
  skip_quoted();
  return false;
}

/// After a single quote that starts no key: goes on behind the next one in this line, if that is
/// before any brace or text, else behind the word.
void Lexer::skip_quoted() {
  std::uint32_t end = at_.offset;
  for (int byte = byte_at(end); byte != '\''; byte = byte_at(++end)) {
    const bool blank = byte == '\t';
    if ((byte < ' ' && !blank) || byte == '"' || byte == '{' || byte == '}') {
      end = 0;
      break;
    }
  }
  while (at_.offset <= end || (end == 0 && is_alphanumeric(peek()))) get();
}

/// The opening quotes. Of a """ text also the indentation that its lines lose: that of the first
/// line which is not blank, if the opening line is blank after the quotes.
void Lexer::lex_text() {
  token_.kind = TokenKind::text;
  get();
  text_ = {token_.at};
  text_.lines = byte_at(at_.offset) == '"' && byte_at(at_.offset + 1) == '"';
  if (!text_.lines) return;
  get();
  get();
  token_.length = 3;
  std::uint32_t offset = after_blanks(at_.offset);
  text_.fresh = byte_at(offset) == '\n' || byte_at(offset) == '\r';
  if (!text_.fresh) return;
  std::uint32_t blanks = 0;
  for (int byte = byte_at(offset); byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r';
       byte = byte_at(++offset)) {
    blanks = byte == ' ' || byte == '\t' ? blanks + 1 : 0;
  }
  text_.indentation = static_cast<std::uint8_t>(std::min<std::uint32_t>(blanks, 255));
}

/// Takes a line end of a """ text and the indentation after it.
void Lexer::take_line_end() {
  get();
  for (unsigned i = 0; i < text_.indentation && is_blank(peek()); ++i) get();
}

std::string_view Lexer::plain_characters(std::size_t most) {
  // What begins a line of a """ text is looked at more closely.
  if (text_.fresh || text_.only_blanks) return {};
  return take_run(kPlainClass, most);
}

StringItem Lexer::string_item() {
  if (text_.fresh) {
    text_.fresh = false;
    while (is_blank(peek())) get();
    take_line_end();
  }
  for (;;) {
    StringItem item{StringItem::Kind::character, 0, at_};
    const char32_t c = peek();
    if (c == 0 || (c == '\n' && !text_.lines)) {
      if (text_.curly_at.line != 0 && !text_.lines) return closed_by_curly(item);
      report(text_.lines ? Message::unterminated_lines : Message::unterminated_text, text_.at,
             text_.lines ? 3 : 1);
      item.kind = StringItem::Kind::broken;
      text_ = outer_;
      return item;
    }
    if (c == '"') {
      const bool three = byte_at(at_.offset + 1) == '"' && byte_at(at_.offset + 2) == '"';
      get();
      if (text_.curly_at.line != 0 && !text_.lines && opens_text()) return closed_by_curly(item);
      if (text_.lines && !three) {
        item.character = '"';
        item.verbatim = true;
        return item;
      }
      if (text_.lines) {
        get();
        get();
        if (text_.only_blanks && text_.blanks) report(Message::blanks_typed, item.at, 3);
      }
      item.kind = StringItem::Kind::end;
      text_ = outer_;
      return item;
    }
    if (c == '\n') {
      item.verbatim = byte_at(at_.offset) == '\n';
      take_line_end();
      text_.blanks = false;
      text_.only_blanks = true;
      item.character = '\n';
      return item;
    }
    if (c == '\\') {
      text_.only_blanks = false;
      return escape(item.at);
    }
    get();
    if (c == '$' && peek() == '{') {
      get();
      text_.only_blanks = false;
      item.kind = StringItem::Kind::value;
      outer_ = text_;
      return item;
    }
    if (c == kInvalid || (is_control(c) && c != '\t')) {
      bad_character(c, item.at);
      continue;
    }
    if (is_curly(c)) note_curly(c, item.at);
    text_.only_blanks = text_.only_blanks && is_blank(c);
    text_.blanks = true;
    item.character = c;
    item.verbatim = true;
    return item;
  }
}

/// A text that is not closed in its line, in which the first typographic quotation mark is a
/// closing one: that was meant to close it.
StringItem Lexer::closed_by_curly(StringItem item) {
  at_ = text_.curly_at;
  report(Message::straight_quotes, at_, 1);
  get();
  item.kind = StringItem::Kind::end;
  text_ = outer_;
  return item;
}

/// Whether the quotes before this place open a text rather than close one: a word stands directly
/// behind them, and a quotation mark follows that has no other.
bool Lexer::opens_text() {
  if (!is_alphanumeric(peek())) return false;
  unsigned quotes = 0;
  std::uint32_t offset = at_.offset;
  for (int byte = byte_at(offset); byte >= ' ' && byte != '#'; byte = byte_at(++offset)) {
    if (byte == '"') ++quotes;
  }
  return quotes % 2 != 0;
}

void Lexer::note_curly(char32_t c, const Position& at) {
  if (!text_.curly && c != 0x201C && c != 0x201E) text_.curly_at = at;
  text_.curly = true;
}

bool Lexer::back_to_braces(unsigned most) {
  constexpr unsigned kMostKept = 8;
  if (at_.line != token_.at.line) return false;
  most = std::min(most, kMostKept);
  const Position line_end = at_;
  std::array<Position, kMostKept> braces;  // the last ones, in turn
  unsigned count = 0;
  at_ = token_.at;
  get();
  for (char32_t c = peek(); c != 0 && c != '\n'; c = peek()) {
    if (c == '#' && count > 0) break;
    if (c == '}') braces[count++ % most] = at_;
    if (c != '}' && c != ';' && !is_blank(c)) count = 0;
    get();
  }
  at_ = count == 0 ? line_end : braces[count < most ? 0 : count % most];
  return count > 0;
}

bool Lexer::pass_parentheses() {
  const Position start = at_;
  unsigned open = 1;
  bool quoted = false;
  for (char32_t c = peek(); c != 0; c = peek()) {
    get();
    if (c == '"') quoted = !quoted;
    if (c == '(' && !quoted) ++open;
    if (c == ')' && !quoted && --open == 0) return true;
  }
  at_ = start;
  return false;
}

bool Lexer::pass_quotes(std::u32string_view closing, bool in_word) {
  const Position start = at_;
  bool blank = false;
  for (char32_t c = peek(); c != 0 && c != '\n' && !(in_word && is_space(c)); c = peek()) {
    get();
    if (!blank && closing.find(c) != std::u32string_view::npos) return true;
    blank = is_space(c);
  }
  at_ = start;
  return false;
}

void Lexer::on_to_quotes() {
  constexpr std::uint32_t kMostLines = 16;
  const Position line_end = at_;
  if (line_end.line != token_.at.line) return;
  Position behind;
  unsigned quotes = 0;
  for (char32_t c = peek(); c != 0 && at_.line - line_end.line <= kMostLines; c = peek()) {
    if (c == '\n' && quotes > 0) break;
    const bool closes = c == '"' && quotes == 0 && closing_quotes();
    get();
    if (c == '\\' && peek() != '\n') get();
    if (c == '"' && ++quotes == 1) behind = closes ? at_ : line_end;
  }
  at_ = quotes % 2 != 0 ? behind : line_end;
}

/// Whether the quotes at this place look like closing ones.
bool Lexer::closing_quotes() {
  const int before = byte_at(at_.offset - 1);
  std::uint32_t offset = at_.offset + 1;
  const bool blank_after = byte_at(offset) == ' ';
  offset = after_blanks(offset);
  const int after = byte_at(offset);
  if (after < ' ' || after == '}' || after == ')' || after == ',' || after == ';') return true;
  return blank_after && before > ' ' && before != '{' && before != '(';
}

/// At a backslash in a text.
StringItem Lexer::escape(const Position& at) {
  StringItem item{StringItem::Kind::character, '\\', at};
  get();
  const char32_t c = peek();
  if (c == 0 || c == '\n') {
    if (text_.lines && c != 0) report(Message::bad_escape, at, 1, {}, 0, "\\\\"sv);
    return item;  // in other texts it is reported next that they are not closed
  }
  get();
  switch (c) {
    case 'n':
      item.character = '\n';
      return item;
    case 't':
      item.character = '\t';
      return item;
    case 'e':
      item.character = 0x1B;
      return item;
    case 'u':
      return unicode_escape(at);
    default:
      break;
  }
  item.character = c;
  const bool punctuation = c > ' ' && c < 0x7F && (c == '_' || !is_alphanumeric(c));
  if (!punctuation) {
    const Utf8Bytes spelled = encode_utf8(c >= kInvalid ? U'?' : c);
    report(Message::bad_escape, at, 2, spelled, 0, meant_escape(c));
  } else if (!is_worth_escaping(c)) {
    report(Message::lost_backslash, at, 2, encode_utf8(c));
  }
  return item;
}

/// After `\u`.
StringItem Lexer::unicode_escape(const Position& at) {
  StringItem item{StringItem::Kind::character, '?', at};
  char32_t code = 0;
  unsigned digits = 0;
  const bool opened = peek() == '{';
  if (opened) get();
  for (; opened && hex_value(peek()) >= 0 && digits < 7; ++digits) {
    code = code * 16 + static_cast<char32_t>(hex_value(get()));
  }
  const bool closed = opened && digits > 0 && digits < 7 && peek() == '}';
  if (closed) get();
  if (!closed || code == 0 || encode_utf8(code).size == 0) {
    report(Message::bad_unicode_escape, at, at_.column - at.column);
    return item;
  }
  item.character = code;
  return item;
}

std::optional<Lexer::RawReport> Lexer::raw_report() {
  RawReport out;
  // Two hex digits; what else stands there makes the report none, up to the closing bracket.
  const auto hex_byte = [&](std::uint8_t& value) {
    while (is_blank(peek())) get();
    const int high = hex_value(peek());
    if (high < 0) return false;
    get();
    const int low = hex_value(peek());
    value = static_cast<std::uint8_t>(low < 0 ? high : high * 16 + low);
    if (low >= 0) get();
    while (is_blank(peek())) get();
    return true;
  };
  bool good = hex_byte(out.mods) && peek() == ':';
  if (good) get();
  while (good && peek() != ']') {
    std::uint8_t key = 0;
    good = hex_byte(key) && out.count < out.keys.size();
    if (good && key != 0) out.keys[out.count++] = key;
    if (good && peek() == ',') {
      get();
      good = peek() != ']';
    } else {
      good = good && peek() == ']';
    }
  }
  while (peek() != ']' && peek() != '\n' && peek() != 0 && peek() != '}') get();
  if (peek() == ']') get();
  token_.length = at_.line == token_.at.line ? at_.column - token_.at.column : 1;
  if (!good) return std::nullopt;
  return out;
}

std::optional<std::uint32_t> Lexer::placeholder_number() {
  std::uint32_t offset = after_blanks(at_.offset);
  if (byte_at(offset) != '#' || byte_at(offset + 1) < '0' || byte_at(offset + 1) > '9') {
    return std::nullopt;
  }
  while (peek() != '#') get();
  get();
  std::uint32_t value = 0;
  while (is_digit(peek())) value = value * 10 + (get() - '0');
  return value;
}

std::uint32_t Lexer::after_line(std::uint32_t offset) {
  for (;;) {
    const int byte = byte_at(offset);
    if (byte < 0) return offset;
    ++offset;
    if (byte == '\n') return offset;
    if (byte == '\r') return byte_at(offset) == '\n' ? offset + 1 : offset;
  }
}

}  // namespace pianola::lang
