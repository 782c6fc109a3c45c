#include <algorithm>

#include "hid/key_names.hpp"
#include "lang/compile/compiler.hpp"

// What the compiler does after an error: it goes on where the next independent piece of source
// starts, so that one mistake gives one error and hides no others.

namespace pianola::lang {

using std::string_view_literals::operator""sv;
namespace {

/// Tokens, or pieces of a text, that one step passes over.
constexpr unsigned kSkipBatch = 64;
/// Tokens that a trigger has at most: `leader ctrl+shift+alt+gui+m {`.
constexpr unsigned kTriggerTokens = 24;

/// Whether the word is a key's name in upper case.
bool is_printed_key(std::string_view word) {
  return word.size() > 1 &&
         std::ranges::none_of(word.begin(), word.end(),
                              [](char c) { return c >= 'a' && c <= 'z'; }) &&
         hid::usage_from_name(word).has_value();
}

}  // namespace

/// Passes over what cannot be compiled, from the current token on.
[[gnu::noinline]] void Compiler::skip(Skip kind) {
  const bool whole = kind == Skip::definition || kind == Skip::item;
  mode_ = Mode::skip;
  skip_ = kind;
  skip_from_ = whole ? item_at_.offset : token().at.offset;
  skip_braces_ = 0;
  skipping_text_ = false;
}

void Compiler::skip_step() {
  for (unsigned i = 0; i < kSkipBatch; ++i) {
    if (skipping_text_) {
      skipping_text_ = skip_text_item();
      continue;
    }
    if (skip_ends()) return end_skip();
    if (token().kind == TokenKind::text) {
      skipping_text_ = true;
      continue;
    }
    // The end of a definition's body, with or without its `{`.
    const bool closes = skip_ == Skip::definition && at_symbol('}') &&
                        (skip_braces_ == 1 || (skip_braces_ == 0 && token().line_before));
    if (at_symbol('{')) ++skip_braces_;
    if (at_symbol('}') && skip_braces_ > 0) --skip_braces_;
    advance();
    if (closes) return end_skip();
  }
}

void Compiler::end_skip() {
  mode_ = Mode::file;
  if (skip_ == Skip::definition) end_definition();
}

/// Whether the current token is not to be skipped.
bool Compiler::skip_ends() {
  const Token& next = token();
  if (next.kind == TokenKind::end) return true;
  const bool fresh = next.at.offset > skip_from_;
  const bool whole = skip_ == Skip::definition || skip_ == Skip::item;
  if ((fresh || !whole) && starts_definition()) return true;
  if (skip_braces_ > 0) return false;
  if (whole) {
    if (skip_ == Skip::item && (at_symbol('}') || at_symbol(';'))) return true;
    return fresh && next.line_before && next.at.column <= item_at_.column && !at_symbol('{') &&
           !at_symbol('}');
  }
  if (at_symbol('}') || at_symbol(';')) return true;
  if (!fresh) return false;
  if (next.line_before || starts_statement()) return true;
  if (skip_ != Skip::word) return false;
  const bool known = next.kind == TokenKind::word && next.space_before &&
                     lexer_.word().size() > 1 && !is_unknown_word();
  return known || next.kind == TokenKind::text;
}

/// At the opening quotes of a text that nobody wants: passes over it.
void Compiler::skip_text() {
  while (skip_text_item()) {
  }
}

/// One piece of such a text. False at its end; the token after it is current then.
bool Compiler::skip_text_item() {
  const StringItem item = lexer_.string_item();
  if (item.kind == StringItem::Kind::character) return true;
  if (item.kind == StringItem::Kind::broken) {
    broken_text();
    return false;
  }
  do {
    advance();
    if (item.kind != StringItem::Kind::value || at_symbol('}')) break;
  } while (!token().line_before && token().kind != TokenKind::end &&
           token().kind != TokenKind::text);
  const bool goes_on = item.kind == StringItem::Kind::value && at_symbol('}');
  // What looks like another text are the closing quotes of this one.
  if (item.kind == StringItem::Kind::value && token().kind == TokenKind::text) advance();
  return goes_on;
}

/// After a text that is not closed in its line: the `}` at the end of that line close blocks that
/// were opened there; else the text probably goes on in the next lines. At the end of the file
/// nothing can be closed any more. The token after the text is current then.
void Compiler::broken_text() {
  const unsigned blocks = blocks_of_line(token().at.line);
  if (blocks == 0 || !lexer_.back_to_braces(blocks)) lexer_.on_to_quotes();
  advance();
  if (token().kind == TokenKind::end) brace_excused_ = true;
}

/// How many of the open blocks were opened in this line.
unsigned Compiler::blocks_of_line(std::uint32_t line) const {
  return static_cast<unsigned>(
      std::count_if(blocks_.begin(), blocks_.begin() + depth_,
                    [&](const OpenBlock& block) { return block.at.line == line; }));
}

/// Goes on at the first token that is not in line `line`.
void Compiler::skip_line(std::uint32_t line) {
  while (token().kind != TokenKind::end && token().at.line == line) {
    if (token().kind == TokenKind::text) {
      skip_text();
    } else {
      advance();
    }
  }
}

/// After an error in a head: goes on at the `{` of the body, in the same line or first in the next.
/// False if there is none; also at a word, unless those are to be passed: what has words where a
/// trigger has none may be another kind of definition.
bool Compiler::find_body(bool past_words) {
  const std::uint32_t line = last_end_.line;
  while (!at_symbol('{')) {
    const bool stop = token().kind == TokenKind::end || at_symbol('}') ||
                      (token().kind == TokenKind::word && !past_words);
    if (stop || token().at.line > line) return false;
    if (token().kind == TokenKind::text) {
      skip_text();
    } else {
      advance();
    }
  }
  return true;
}

/// The file or the body ends before its blocks do: one error, at the innermost brace. All blocks of
/// the body are closed.
void Compiler::missing_brace() {
  std::array<char, 10> line{};
  std::size_t size = 0;
  const bool layer = blocks_[depth_ - 1].kind == Block::layer;
  std::uint32_t next = token().kind == TokenKind::end ? 0 : token().at.line;
  if (layer && outside_line_ != 0) next = outside_line_;
  for (; next > 0; next /= 10) line[size++] = static_cast<char>('0' + next % 10);
  std::reverse(line.begin(), line.begin() + static_cast<std::ptrdiff_t>(size));
  if (!brace_excused_) {
    error_at(Message::missing_brace, blocks_[depth_ - 1].at, 1, {}, {line.data(), size});
  }
  while (blocks_[depth_ - 1].kind > Block::body) --depth_;
  if (blocks_[depth_ - 1].kind == Block::body) close_body();
  if (depth_ == 0 || blocks_[depth_ - 1].kind != Block::dance) return;
  --depth_;
  if (depth_ == 0) end_definition();
}

/// Whether a definition starts at this token, which stands first in its line without indentation,
/// or as far in as the definition that is open, or in a layer where the layer's items start. Looks
/// ahead to the `{` on the same line; statements that open blocks are told by their keyword.
bool Compiler::starts_definition() {
  const bool in_layer = depth_ > 0 && blocks_[0].kind == Block::layer;
  const std::uint32_t column = token().at.column;
  const bool placed = column == 1 || column == home_ || (in_layer && column == blocks_[0].start);
  if (!token().line_before || !placed) return false;
  Lexer& ahead = look_ahead();
  const Keyword first = keyword();
  switch (first) {
    case Keyword::k_private:
    case Keyword::k_public:
    case Keyword::k_define:
      return true;
    case Keyword::k_set:
    case Keyword::k_var:
    case Keyword::k_macro:
      ahead.next();
      return ahead.token().kind == TokenKind::word;
    case Keyword::k_leader:
    case Keyword::k_double:
    case Keyword::k_hold:
    case Keyword::k_tap:
    case Keyword::k_on:
    case Keyword::k_layer:
    case Keyword::no_keyword:
      break;
    default:
      return false;
  }
  if (at_symbol('{') || at_symbol('}') || at_symbol('(')) return false;
  if (first == Keyword::no_keyword && is_pattern()) return false;
  if (at_symbol('[')) {
    ahead.next();
    return ahead.word() == "private"sv || ahead.word() == "public"sv;
  }
  if (at_named_text()) {
    look_ahead().next();
    ahead.next();
    return ahead.token().is_symbol('=');
  }
  if (token().kind == TokenKind::text) {
    StringItem item = ahead.string_item();
    while (item.kind == StringItem::Kind::character) item = ahead.string_item();
    if (item.kind != StringItem::Kind::end) return false;
  }
  // A trigger: one item, or several with `&` between them, after a word such as `leader` one more.
  const bool prefixed = first != Keyword::no_keyword || at_word("mouse") || at_dance();
  std::uint32_t items = prefixed ? 0 : 1;
  for (unsigned i = 0; i < kTriggerTokens; ++i) {
    const bool both = ahead.token().is_symbol('&');
    ahead.next();
    const Token& next = ahead.token();
    if (next.kind == TokenKind::end || next.kind == TokenKind::text || next.line_before)
      return false;
    const bool complete = items == 1 || (items > 1 && first == Keyword::k_leader);
    if (next.is_symbol('{')) return complete;
    if (next.is_symbol('=')) return complete && is_remap(ahead);
    if (next.is_symbol('(')) {
      ahead.next();
      return complete && kOptionWords.find(ahead.word()) < kOptionWords.size();
    }
    if (next.is_symbol('&')) {
      items = 0;
    } else if (both || next.space_before) {
      ++items;
    }
  }
  return false;
}

/// Whether the token may start a pattern of the `match` that is open here.
bool Compiler::is_pattern() const {
  if (depth_ == 0) return false;
  const OpenBlock& block = blocks_[depth_ - 1];
  return block.kind == Block::match && (block.start == 0 || block.start == token().at.column);
}

/// Whether `=` after this token, which starts a trigger, makes it a remap: the token is no name of
/// a variable, or a key as it is printed. `ahead` stands at the `=`. Where the statements stand as
/// far out as definitions, a key as it is printed must follow too.
bool Compiler::is_remap(Lexer& ahead) {
  if (token().kind != TokenKind::word) return true;
  const std::string_view word = lexer_.word();
  if (lexer_.following() == '+') return true;
  if (!is_printed_key(word) || keyword() != Keyword::no_keyword) return false;
  NameAt variable;
  variable.size = static_cast<std::uint8_t>(std::min(word.size(), kMaxName));
  std::copy_n(word.begin(), variable.size, variable.text.begin());
  if (find_local(variable)) return false;
  const auto* body =
      std::ranges::find_if(blocks_.begin(), blocks_.begin() + depth_,
                           [](const OpenBlock& open) { return open.kind == Block::body; });
  if (body == blocks_.begin() + depth_ || body->start != token().at.column) return true;
  ahead.next();
  const Token& value = ahead.token();
  if (value.kind == TokenKind::quoted) return true;
  if (value.kind != TokenKind::word) return false;
  const bool chord = is_modifier_name(ahead.word()) && ahead.following() == '+';
  if (chord || ahead.word() == "none"sv) return true;
  if (!is_printed_key(ahead.word())) return false;
  ahead.next();
  return ahead.token().line_before || ahead.token().is_symbol('/');
}

/// Whether a statement surely starts at this token, wherever it stands: at a keyword that starts
/// one, and is not likely to stand in what is passed over.
bool Compiler::starts_statement() const {
  const Keyword word = keyword();
  switch (word) {
    case Keyword::no_keyword:
    case Keyword::k_key:
    case Keyword::k_release:
    case Keyword::k_hold:
    case Keyword::k_if:
    case Keyword::k_else:
    case Keyword::k_stop:
    case Keyword::k_layer:
    case Keyword::k_lock:
    case Keyword::k_edit:
      return false;
    default:
      return begins_statement(keyword_name(word));
  }
}

}  // namespace pianola::lang
