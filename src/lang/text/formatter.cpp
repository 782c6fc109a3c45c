#include "lang/text/formatter.hpp"

#include <cstdint>
#include <string_view>

#include "base/ascii.hpp"
#include "base/text_writer.hpp"
#include "hid/key_names.hpp"
#include "lang/code/expression.hpp"
#include "lang/code/statement.hpp"
#include "lang/compile/keywords.hpp"
#include "lang/compile/lexer.hpp"
#include "lang/text/source_reader.hpp"

namespace pianola::lang {
namespace {

/// That of the operators between two values that begin with the token.
Precedence sign(const Token& token) {
  return token.kind == TokenKind::symbol ? infix_precedence(token.character) : Precedence::none;
}

/// What the words at this place are.
enum class Place : std::uint8_t {
  start,  ///< A definition or a statement may start here.
  keys,   ///< Keys follow: after `tap`, or what a remap sends.
  other,  ///< Names, values, options: not to be touched up to the end of the line or a brace.
};

class Formatter {
 public:
  Formatter(Source& source, TextSink& out)
      : window_(source), lexer_(window_), reader_(source), out_(out) {}

  void run() {
    for (;;) {
      lexer_.next();
      gap();
      if (lexer_.token().kind == TokenKind::end) break;
      token();
    }
    if (wrote_) out_.put('\n');
  }

 private:
  [[nodiscard]] const Token& current() const { return lexer_.token(); }
  [[nodiscard]] bool in_body() const { return depth_ > (layer_ ? 1U : 0U); }
  [[nodiscard]] bool in_match() const { return depth_ < 32 && (matches_ >> depth_ & 1U) != 0; }
  [[nodiscard]] bool at(char32_t c) const { return current().is_symbol(c); }

  void gap();
  [[nodiscard]] bool goes_on() const;
  void comment(std::uint32_t& offset, std::uint32_t end);
  void start_line(bool closes);
  void space_before_token(std::uint32_t spaces);
  [[nodiscard]] bool wants_space() const;
  [[nodiscard]] bool may_align() const;
  void token();
  void text();
  void symbol();
  void word();
  [[nodiscard]] bool is_key_name() const;
  [[nodiscard]] bool names_text();
  bool next_is(char c);
  void copy(std::uint32_t begin, std::uint32_t end);

  SourceWindow window_;
  Lexer lexer_;
  SourceReader reader_;
  TextWriter out_;
  std::uint32_t end_ = 0;    // of the last token in the source
  std::uint32_t depth_ = 0;  // open braces
  bool layer_ = false;       // the outermost brace is a layer's
  bool define_ = false;      // between `define` and `end`
  bool wrote_ = false;       // something stands on this line
  bool empty_file_ = true;
  bool remap_ = false;  // the definition began with a key, so `=` is a remap
  bool last_is_mouse_ = false;
  bool match_next_ = false;        // the next `{` is that of a match or a dance
  std::uint32_t matches_ = 0;      // bit n: the brace of depth n is that of one
  bool chord_ = false;             // the last token was a `+` without space behind it
  std::uint32_t parentheses_ = 0;  // open ones
  Place place_ = Place::start;
  Keyword last_keyword_ = Keyword::no_keyword;  // if the last token is one
  Token last_;
};

/// White space and comments between the last token and this one, and the space before this one.
void Formatter::gap() {
  std::uint32_t spaces = 0;
  std::uint32_t lines = 0;
  const std::uint32_t end = current().at.offset;
  for (std::uint32_t offset = end_; offset < end;) {
    const int byte = reader_.byte(offset);
    if (byte == '#') {
      if (lines > 0 || !wrote_) {
        if (wrote_) out_.put('\n');
        if (lines > 1 && !empty_file_) out_.put('\n');
        wrote_ = false;
        start_line(false);
      } else {
        out_.fill(' ', spaces > 0 ? spaces : 1);
      }
      comment(offset, end);
      lines = 0;
      spaces = 0;
      continue;
    }
    const bool crlf = byte == '\r' && reader_.byte(offset + 1) == '\n';
    if (byte == '\n' || byte == '\r') {
      ++lines;
      spaces = 0;
    } else if (byte == ' ' || byte == '\t') {
      ++spaces;
    }
    offset += crlf ? 2 : 1;
  }
  if (current().kind == TokenKind::end) return;
  if (lines == 0 && wrote_) return space_before_token(spaces);
  if (wrote_) out_.put('\n');
  if (lines > 1 && !empty_file_) out_.put('\n');
  wrote_ = false;
  if (!goes_on()) place_ = Place::start;
  start_line(at('}') || (define_ && lexer_.word() == "end"));
}

/// Whether what stands before the line end needs more: a value or a name.
bool Formatter::goes_on() const {
  if (parentheses_ > 0) return true;
  if (!in_body() || place_ != Place::other) return false;
  if (last_.kind == TokenKind::symbol) return sign(last_) != Precedence::none;
  const std::string_view word = keyword_name(last_keyword_);
  return wants_value(word) || find_operator(word, OperatorForm::infix) != nullptr ||
         find_operator(word, OperatorForm::prefix) != nullptr;
}

void Formatter::comment(std::uint32_t& offset, std::uint32_t end) {
  const std::uint32_t begin = offset;
  std::uint32_t last = offset;  // after its last character that is not blank
  for (; offset < end; ++offset) {
    const int byte = reader_.byte(offset);
    if (byte == '\n' || byte == '\r') break;
    if (byte != ' ' && byte != '\t') last = offset + 1;
  }
  copy(begin, last);
}

/// Indents a new line; one less if it `closes` the block.
void Formatter::start_line(bool closes) {
  const std::uint32_t depth = depth_ + (define_ ? 1U : 0U);
  out_.fill(' ', 2 * (closes && depth > 0 ? depth - 1 : depth));
  wrote_ = true;
  empty_file_ = false;
}

/// Whether two tokens that touch in the source are set apart.
bool Formatter::wants_space() const {
  if (last_.is_symbol('{') || at('{') || at('}')) return true;
  if (last_.is_symbol(',') || last_.is_symbol(';')) return !define_;
  if (last_.kind == TokenKind::text || current().kind == TokenKind::text) {
    return !last_.is_symbol('(') && !at(')') && !at(',') && !at(';');
  }
  if (place_ == Place::other && last_.is_symbol(':')) return true;
  const auto compares = [](const Token& token) { return sign(token) == Precedence::comparison; };
  if (define_ || chord_) return false;
  // Comparisons stand in values only; elsewhere these are keys.
  const bool value = in_body() && place_ == Place::other;
  if (value && compares(current()) && !compares(last_)) return true;
  if (value && compares(last_) && !compares(current())) return true;
  const auto divides = [](const Token& token) { return sign(token) == Precedence::product; };
  if (value && (divides(current()) || divides(last_))) return true;
  // Of a key with two jobs; a slash may be one of the keys, which does no harm.
  const bool remap = remap_ && !in_body() && place_ != Place::start;
  if (remap && (at('/') || last_.is_symbol('/'))) return true;
  return (at('=') && !compares(last_)) || (last_.is_symbol('=') && !compares(current()));
}

/// Whether several spaces here are there to align: before the `{` or `=` of a definition, before
/// the
/// `{` of a pattern, and between the items of a layer.
bool Formatter::may_align() const {
  if (in_body()) return at('{') && in_match();
  const bool between_items = layer_ && depth_ > 0 && !last_.is_symbol('=') && !last_.is_symbol('{');
  return at('{') || at('=') || between_items;
}

void Formatter::space_before_token(std::uint32_t spaces) {
  const bool tight =
      at(',') || at(';') || at(')') || last_.is_symbol('(') || (at(':') && place_ == Place::other);
  if (tight && !last_.is_symbol('{')) return;
  if (spaces == 0 && !wants_space()) return;
  out_.fill(' ', spaces > 1 && may_align() ? spaces : 1);
}

void Formatter::token() {
  const Token token = current();
  chord_ = false;
  last_keyword_ = Keyword::no_keyword;
  const bool starts = place_ == Place::start && token.kind != TokenKind::word;
  if (starts && !in_body() && !at('=')) remap_ = true;
  switch (current().kind) {
    case TokenKind::text:
      text();
      break;
    case TokenKind::symbol:
      symbol();
      break;
    case TokenKind::word:
      word();
      break;
    default:
      copy(token.at.offset, token.end);
      break;
  }
  last_ = token;
  end_ = lexer_.position().offset;
}

/// Copies a text as it stands, values in it included.
void Formatter::text() {
  const std::uint32_t begin = current().at.offset;
  for (;;) {
    const StringItem item = lexer_.string_item();
    if (item.kind == StringItem::Kind::end || item.kind == StringItem::Kind::broken) break;
    if (item.kind != StringItem::Kind::value) continue;
    do {
      lexer_.next();
    } while (!at('}') && current().kind != TokenKind::end);
  }
  copy(begin, lexer_.position().offset);
}

void Formatter::symbol() {
  const std::uint32_t begin = current().at.offset;
  const char32_t c = current().character;
  if (c == '[' && in_body()) {
    lexer_.raw_report();
  } else if (c == '^' && is_letter(lexer_.following())) {
    lexer_.take_following();
  }
  copy(begin, lexer_.position().offset);
  if (c == '{' || c == '}') parentheses_ = 0;
  if (c == '{') {
    ++depth_;
    const std::uint32_t bit = depth_ < 32 ? 1U << depth_ : 0;
    matches_ = match_next_ ? matches_ | bit : matches_ & ~bit;
    match_next_ = false;
    place_ = Place::start;
  } else if (c == '}') {
    if (depth_ > 0) --depth_;
    if (depth_ == 0) layer_ = false;
    place_ = Place::start;
  } else if (c == ';') {
    place_ = Place::start;
  } else if (c == '(') {
    ++parentheses_;
    place_ = Place::other;
  } else if (c == ')') {
    if (parentheses_ > 0) --parentheses_;
  } else if (in_body() && place_ == Place::start && sign(current()) != Precedence::none &&
             current().space_before) {
    place_ = Place::other;  // the value of the line before goes on
  } else if ((c == '=' || (c == '/' && place_ == Place::other)) && remap_ && !in_body()) {
    place_ = Place::keys;
  }
  const char32_t next = lexer_.following();
  chord_ = c == '+' && next != ' ' && next != '\t' && next != '\n';
}

/// Whether the next byte after white space is `c`.
bool Formatter::next_is(char c) {
  std::uint32_t offset = current().end;
  while (reader_.byte(offset) == ' ' || reader_.byte(offset) == '\t') ++offset;
  return reader_.byte(offset) == c;
}

bool Formatter::is_key_name() const {
  return lexer_.word().size() > 1 && hid::usage_from_name(lexer_.word()).has_value();
}

/// Whether the word is the `text` before a name.
bool Formatter::names_text() {
  if (in_body() || place_ != Place::start || lexer_.word() != "text") return false;
  std::uint32_t offset = current().end;
  while (reader_.byte(offset) == ' ' || reader_.byte(offset) == '\t') ++offset;
  const int next = reader_.byte(offset);
  return next == '_' || (next > 0 && next < 0x80 && is_letter(static_cast<char32_t>(next)));
}

/// Copies a word, in upper case if it surely is a key's name, and notes what may follow it.
void Formatter::word() {
  const std::string_view spelled = lexer_.word();
  const Keyword keyword = find_keyword(spelled);
  const bool modifier = lexer_.following() == '+';
  const bool assigned = in_body() && next_is('=');
  const bool button = last_is_mouse_;
  last_is_mouse_ = spelled == "mouse";
  const bool key = !define_ && !button && keyword == Keyword::no_keyword &&
                   place_ != Place::other && is_key_name() && !modifier && !assigned &&
                   !next_is('(');
  if (key) {
    for (const char c : spelled) out_.put(to_upper(c));
  } else {
    copy(current().at.offset, current().end);
  }
  last_keyword_ = keyword;
  const bool text = names_text();
  if (!in_body() && place_ == Place::start) remap_ = keyword == Keyword::no_keyword && !text;
  switch (keyword) {
    case Keyword::no_keyword:
      // The clauses of a dance are set like the patterns of a match.
      match_next_ = match_next_ || (!in_body() && place_ == Place::start && spelled == "dance");
      if (assigned || text) place_ = Place::other;
      break;
    case Keyword::k_private:
    case Keyword::k_public:
    case Keyword::k_leader:
    case Keyword::k_double:
      break;
    case Keyword::k_match:
      match_next_ = place_ == Place::start;
      place_ = Place::other;
      break;
    case Keyword::k_define:
      define_ = depth_ == 0;
      break;
    case Keyword::k_end:
      define_ = false;
      place_ = Place::start;
      break;
    case Keyword::k_layer:
      layer_ = layer_ || (depth_ == 0 && place_ == Place::start);
      place_ = Place::other;
      break;
    default:
      if (!takes_keys(spelled)) {
        place_ = Place::other;
      } else if (place_ == Place::start) {
        place_ = Place::keys;
      }
      break;
  }
}

void Formatter::copy(std::uint32_t begin, std::uint32_t end) {
  for (std::uint32_t offset = begin; offset < end; ++offset) {
    out_.put(static_cast<char>(reader_.byte(offset)));
  }
}

}  // namespace

void format(Source& source, TextSink& out) { Formatter(source, out).run(); }

}  // namespace pianola::lang
