#include <algorithm>
#include <optional>

#include "base/ascii.hpp"
#include "base/packed_text.hpp"
#include "base/utf8.hpp"
#include "lang/compile/compiler.hpp"
#include "lang/compile/neighbour_words.hpp"

// What people bring along from other programs: QMK, ZMK, kanata, keyd, AutoHotkey, DuckyScript,
// espanso, and from programming languages. Each gets one error that says what to write here.

namespace pianola::lang {

using std::string_view_literals::operator""sv;
namespace {

constexpr Advice kAdviceOfList[] = {
#define PIANOLA_X(advice, words) Advice::advice,
    PIANOLA_NEIGHBOURS(PIANOLA_X)
#undef PIANOLA_X
};

/// The lists of words one after another, packed.
constexpr std::uint8_t kPackedWords[] = {
#include "lang/compile/neighbour_words.inc"
};

constexpr bool is_word_character(char32_t c) { return is_letter(c) || is_digit(c) || c == '_'; }
constexpr bool is_in_name(char32_t c) { return is_word_character(c) || c == '-'; }

/// Goes on to the end of a list of words; whether `wanted` is one of them.
bool pass_words(PackedText& words, std::string_view wanted) {
  bool found = false;
  char c = 0;
  do {
    std::size_t matched = 0;
    for (c = words.next(); c != 0 && c != ' '; c = words.next()) {
      matched = matched < wanted.size() && wanted[matched] == c ? matched + 1 : wanted.size() + 1;
    }
    found = found || matched == wanted.size();
  } while (c != 0);
  return found;
}

/// What to write instead of `word`, with what stands directly before and after it (0: nothing that
/// belongs to it); nothing if it is no word of others.
std::optional<Advice> find_neighbour(char before, std::string_view word, char after) {
  std::array<char, kMaxWord + 2> wanted{};
  std::size_t size = 0;
  if (before != 0) wanted[size++] = before;
  for (const char c : word) wanted[size++] = to_lower(c);
  if (after != 0) wanted[size++] = after;
  PackedText words(kPackedWords);
  for (const Advice advice : kAdviceOfList) {
    if (pass_words(words, {wanted.data(), size})) return advice;
  }
  return std::nullopt;
}

}  // namespace

/// Where something of another program stands: reports it with what to write here and goes on behind
/// it. False if it is nothing of that sort. Nothing that is right is taken for it: where it is
/// looked for, each of these words is an error.
bool Compiler::neighbour(Place place) {
  const bool marked = at_symbol('&') || at_symbol('(');
  const char mark = marked ? static_cast<char>(token().character) : '\0';
  const bool dotted = place == Place::statement && !marked && lexer_.following() == '.';
  const bool alone = !marked && !dotted;
  if (alone && (token().kind != TokenKind::word || !may_be_neighbour(place))) return false;
  Lexer& ahead = look_ahead();
  if (dotted) ahead.take_following();  // `Keyboard.print(…)`
  if (!alone) ahead.next();
  const bool apart = !alone && ahead.token().space_before;
  if (ahead.token().kind != TokenKind::word || apart) return false;
  std::optional<Advice> advice;
  if (ahead.following() == '(') advice = find_neighbour(mark, ahead.word(), '(');
  if (!advice) advice = find_neighbour(mark, ahead.word(), 0);
  if (!advice && place == Place::definition) advice = find_neighbour(mark, ahead.word(), '{');
  if (!advice) return false;
  // All that belongs to a marked word: `&kp`, `tap-hold`.
  std::array<char, kMaxWord + 1> name{mark};
  std::size_t size = mark == '&' ? 1 : 0;
  for (const char c : ahead.word()) name[size++] = c;
  while (marked && size < name.size() && is_in_name(ahead.following())) {
    name[size++] = static_cast<char>(ahead.take_following());
  }
  error(Message::neighbour, {name.data(), size}, *advice);
  if (place == Place::statement && *advice == Advice::loop) return foreign_loop();
  if (dotted) lexer_ = later_.reading.ahead;
  lexer_.set_sink(this);
  pass_neighbour(place);
  return true;
}

/// Whether the word at hand can only be one of another program.
bool Compiler::may_be_neighbour(Place place) {
  const bool call = lexer_.following() == '(';
  const bool unknown = is_unknown_word();
  if (place == Place::target) return unknown || call;
  if (!unknown && (place == Place::definition || keyword() != Keyword::no_keyword)) return false;
  if (unknown && place != Place::definition) return true;
  if (lexer_.word().size() == 1) return false;
  if (call) return true;
  Lexer& ahead = next_ahead();
  const Token& next = ahead.token();
  if (place == Place::definition) return !next.is_symbol('{') && !next.is_symbol('=');
  // Some are keys too (SLEEP, PRINT, EXEC), but then nothing of this follows.
  const bool value = next.kind == TokenKind::duration ||
                     (next.kind == TokenKind::number && !next.hex) || next.is_symbol(',');
  return value && !next.line_before;
}

/// A loop of another language: its block is compiled all the same.
bool Compiler::foreign_loop() {
  const Position at = token().at;
  std::uint16_t label = 0;
  advance();
  if (!find_body(true) || !new_label(label, at) || !open_block(Block::loop, label, code_size_)) {
    skip(Skip::statement);
  }
  return true;
}

/// Passes over the word at hand and what belongs to it: what stands in parentheses, a number, or
/// the rest of the line if no text follows.
void Compiler::pass_neighbour(Place place) {
  if (at_symbol('(') || lexer_.following() == '(') {
    if (!at_symbol('(')) lexer_.take_following();
    if (!lexer_.pass_parentheses()) return pass_rest_of_line();
    return advance();
  }
  Lexer& ahead = next_ahead();
  const bool comma = ahead.token().is_symbol(',');
  if (comma) ahead.next();
  const Token& next = ahead.token();
  const bool number = next.kind == TokenKind::number || next.kind == TokenKind::duration;
  const bool text = next.kind == TokenKind::text;
  if (place != Place::statement || !(number || text || next.is_symbol('}'))) {
    return pass_rest_of_line();
  }
  advance();
  if (comma) advance();
  const bool unit = number && !unit_ahead().empty();
  if (number) advance();
  if (unit) advance();
}

/// Goes on in the next line, or at the `}` at the end of this one that close blocks of this line.
void Compiler::pass_rest_of_line() {
  const std::uint32_t line = token().at.line;
  lexer_.pass_line();
  if (const unsigned blocks = blocks_of_line(line); blocks > 0) lexer_.back_to_braces(blocks);
  advance();
}

/// Goes on at the next line that is indented no more than this definition.
void Compiler::pass_indented() {
  lexer_.set_sink(nullptr);
  do {
    lexer_.pass_line();
    later_.reading.ahead = lexer_;  // (Here it stays behind.)
    lexer_.next();
  } while (token().kind != TokenKind::end && token().at.column > item_at_.column);
  lexer_ = later_.reading.ahead;
  lexer_.set_sink(this);
  advance();
}

// ---- Definitions ------------------------------------------------------------------------------

/// A definition of another program.
[[gnu::noinline]] bool Compiler::foreign_definition() {
  if (at_symbol('-') || is_unknown_word()) {
    Lexer& ahead = look_ahead();
    if (at_symbol('-')) ahead.next();
    const bool key = ahead.token().kind == TokenKind::word && ahead.following() == ':';
    if (key && find_neighbour(0, ahead.word(), 0)) {
      error(Message::neighbour, ahead.word(), Advice::abbreviation);
      pass_indented();
      return true;
    }
  }
  if (at_hotkey()) {
    error(Message::neighbour, "::"sv, at_symbol(':') ? Advice::abbreviation : Advice::binding);
    pass_rest_of_line();
    return true;
  }
  return setting_without_set() || neighbour(Place::definition);
}

/// Whether `::` follows in this line before anything that makes it a definition.
bool Compiler::at_hotkey() {
  constexpr unsigned kMostTokens = 12;
  if (!at_symbol(':') && lexer_.next_byte() == '{') return false;
  Lexer& ahead = look_ahead();
  for (unsigned i = 0; i < kMostTokens; ++i) {
    const Token& next = ahead.token();
    const bool other = next.kind == TokenKind::end || next.kind == TokenKind::text ||
                       next.is_symbol('{') || next.is_symbol('=') || (i > 0 && next.line_before);
    if (other) return false;
    if (next.is_symbol(':') && ahead.following() == ':') return true;
    ahead.next();
  }
  return false;
}

/// At an arrow or the like after a trigger: reports it, and makes its last character the current
/// token, as if it were the `=`. False if it is none.
bool Compiler::foreign_arrow() {
  static constexpr std::array<const char*, 4> kArrows = {"=>", "->", ":=", "=="};
  if (token().kind != TokenKind::symbol || token().line_before) return false;
  const char32_t second = lexer_.following();
  const auto* arrow = std::ranges::find_if(kArrows.begin(), kArrows.end(), [&](const char* text) {
    return at_symbol(static_cast<unsigned char>(text[0])) &&
           second == static_cast<unsigned char>(text[1]);
  });
  if (arrow == kArrows.end()) return false;
  Lexer& ahead = next_ahead();
  ahead.next();
  if (ahead.token().line_before) return false;
  const bool body = ahead.token().is_symbol('{') || ahead.token().kind == TokenKind::text;
  // `=` and the key `>` are right if the next definition follows.
  for (unsigned i = 0; i < 4 && !body && at_symbol('='); ++i) {
    if (ahead.token().line_before || ahead.token().kind == TokenKind::end) break;
    if (ahead.token().is_symbol('=') && ahead.following() == second) break;
    if (ahead.token().is_symbol('=') || ahead.token().is_symbol('{')) return false;
    ahead.next();
  }
  if (!body) error(Message::write_instead, *arrow, "="sv);
  advance();
  return true;
}

// ---- Keys and quotes --------------------------------------------------------------------------

/// Whether a chord as `C-c` or `Ctrl-Alt-Del` stands here. In a pattern `-` may be the next key.
bool Compiler::at_dashed_chord() {
  constexpr std::string_view kShort = "CMASGWcmasgw";
  const bool pattern = depth_ > 0 && blocks_[depth_ - 1].kind == Block::match;
  if (token().kind != TokenKind::word || pattern) return false;
  if (lexer_.following() != '-') return false;
  const std::string_view word = lexer_.word();
  TriggerMods mods;
  const bool modifier = word.size() == 1 ? kShort.find(word[0]) != std::string_view::npos
                                         : add_modifier(mods, word, named_key());
  if (!modifier) return false;
  Lexer& ahead = look_ahead();
  ahead.take_following();
  return is_word_character(ahead.following());
}

/// Reports it and passes over it.
void Compiler::dashed_chord() {
  error(Message::space_in_chord);
  advance();
  while (!token().space_before &&
         (at_symbol('-') || token().kind == TokenKind::word || token().kind == TokenKind::number)) {
    advance();
  }
}

/// At a character that word processors or other programs put around a text or a key: reports it and
/// goes on behind the closing one. False if it is the key of that character, where one may stand.
bool Compiler::foreign_quotes(bool may_be_key) {
  const Quoted quoted = pass_foreign_quotes(may_be_key);
  if (quoted == Quoted::open) pass_rest_of_line();
  if (quoted == Quoted::closed) advance();
  return quoted != Quoted::no;
}

/// Reports it; if it is closed, what comes next stands behind that. Apart, so that it takes no
/// stack while the next token is read.
[[gnu::noinline]] Compiler::Quoted Compiler::pass_foreign_quotes(bool may_be_key) {
  struct Quotes {
    const char32_t* opening;
    const char32_t* closing;
    const char32_t* straight;
    Message message;
  };
  static constexpr std::array<Quotes, 4> kQuotes = {{
      {U"“„”«»", U"”“»«", U"\"", Message::straight_quotes},
      {U"‘‚’‹›", U"’‘›‹", U"'", Message::straight_quotes},
      {U"`´", U"`´", U"", Message::no_quotes},
      {U"<", U">", U"", Message::space_in_chord},
  }};
  constexpr std::u32string_view kAfterKey = U"{}=,;&/";
  const char32_t c = token().character;
  const auto* quotes =
      std::ranges::find_if(kQuotes.begin(), kQuotes.end(), [&](const Quotes& entry) {
        return token().kind == TokenKind::symbol &&
               std::u32string_view(entry.opening).find(c) != std::u32string_view::npos;
      });
  if (quotes == kQuotes.end()) return Quoted::no;
  const bool typographic = quotes->message == Message::straight_quotes;
  const char32_t next = lexer_.following();
  const bool key = typographic ? next <= ' ' || kAfterKey.find(next) != std::u32string_view::npos
                               : !is_word_character(next);
  if (key && (may_be_key || !typographic)) return Quoted::no;
  // Only what comes next moves on, if anything does: the token stays for the error.
  const bool closed = lexer_.pass_quotes(quotes->closing, c == '<') ||
                      (typographic && lexer_.pass_quotes(quotes->straight, false));
  if (!closed && !typographic) return Quoted::no;
  error(quotes->message, encode_utf8(c));
  if (!closed) return Quoted::open;
  while (c == '<' && is_word_character(lexer_.following())) lexer_.take_following();
  return Quoted::closed;
}

}  // namespace pianola::lang
