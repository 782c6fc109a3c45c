#include <algorithm>

#include "base/edit_distance.hpp"
#include "base/utf8.hpp"
#include "hid/key_names.hpp"
#include "lang/compile/compiler.hpp"

namespace pianola::lang {

using std::string_view_literals::operator""sv;

/// One statement, or the end of a block or of what should have had one.
[[gnu::noinline]] void Compiler::body_step() {
  if (token().kind == TokenKind::end || starts_definition()) return missing_brace();
  if (at_symbol('}')) return close_block();
  if (at_symbol(';')) return advance();
  OpenBlock& block = blocks_[depth_ - 1];
  if (block.kind == Block::match) return match_item();
  if (block.kind == Block::body && block.start == 0) {
    block.start = token().line_before ? token().at.column : 2;
  }
  if (!statement()) skip(Skip::statement);
}

[[gnu::noinline]] bool Compiler::statement() {
  switch (token().kind) {
    case TokenKind::text:
      start_text(Mode::text);
      return true;
    case TokenKind::word:
      return word_statement();
    case TokenKind::quoted:
      return chord_statement(Opcode::tap);
    case TokenKind::number:
      if (token().hex) return chord_statement(Opcode::tap);
      if (lexer_.word().size() == 1) return bare_character(lexer_.word());
      error(Message::unquoted_text, lexer_.word());
      skip(Skip::word);
      return true;
    case TokenKind::duration:
      error(Message::bare_duration, lexer_.word());
      advance();
      return true;
    case TokenKind::symbol:
      return symbol_statement();
    case TokenKind::end:
      break;
  }
  return error(Message::expected_statement);
}

[[gnu::noinline]] bool Compiler::symbol_statement() {
  const char32_t c = token().character;
  if (at_comment()) {
    error(Message::slash_comment);
    skip_line(token().at.line);
    return true;
  }
  if (foreign_quotes(false) || neighbour(Place::statement)) return true;
  const bool twice = lexer_.following() == c;
  switch (c) {
    case '[':
      return raw_statement();
    case '^':
      return chord_statement(Opcode::tap);
    case '+':
    case '-':
      if (twice) {  // `++n`
        advance();
        advance();
        return error(Message::compound_assignment, lexer_.word());
      }
      if (c == '-') return bare_character("-"sv);
      error(Message::space_in_chord);
      skip(Skip::word);
      return true;
    case ',':
      error(Message::stray_comma);
      skip(Skip::word);
      return true;
    case '{':
    case '(':
    case ')':
    case ']':
      brace_excused_ = true;  // one `{` too many, or the wrong kind for a `}`
      return error(Message::expected_statement);
    default:
      return bare_character(encode_utf8(c));
  }
}

/// A character that stands alone where a statement should.
bool Compiler::bare_character(std::string_view character) {
  error(Message::bare_character, character);
  skip(Skip::word);
  return true;
}

/// At a word directly behind a text, which was hardly meant to end there: goes on behind the next
/// quotation mark of the line, or behind the last one.
bool Compiler::inner_quotes(bool last) {
  Position at = token().at;
  --at.offset;
  --at.column;
  error_at(Message::inner_quotes, at, 1);
  while (lexer_.pass_quotes(U"\"", false) && last) {
  }
  advance();
  return true;
}

/// `//` or `/*`, with which comments start elsewhere.
bool Compiler::at_comment() {
  return at_symbol('/') && (lexer_.following() == '/' || lexer_.following() == '*');
}

/// Whether a modifier stands here and the key that it was meant for after a space.
[[gnu::noinline]] bool Compiler::before_letter() {
  TriggerMods mods;
  if (!add_modifier(mods, lexer_.word(), named_key())) return false;
  Lexer& ahead = next_ahead();
  const bool key = ahead.word().size() == 1 && !ahead.token().line_before;
  ahead.next();
  return key && !ahead.token().is_symbol('=');
}

/// A statement that starts with a word: a keyword's, or the tap of a key.
[[gnu::noinline]] bool Compiler::word_statement() {
  const Keyword reserved = keyword();
  const std::string_view word = lexer_.word();
  const bool modifier = lexer_.following() == '+';
  const Assignment kind = assignment_ahead();
  if (kind != Assignment::none) return assignment(kind);
  const bool unknown = word.size() == 1 || is_unknown_word();
  if (unknown && !modifier && begins_statement(word)) return keyword_statement();
  if (unknown && token().at.offset == text_end_) return inner_quotes(true);
  if (at_dashed_chord()) {
    dashed_chord();
    return true;
  }
  if (neighbour(Place::statement)) return true;
  if (reserved != Keyword::no_keyword && !modifier) return keyword_statement();
  if (modifier) return chord_statement(Opcode::tap);
  if (word.size() == 1 && lexer_.following() == '(') return error(Message::call_missing, word);
  if (word.size() == 1) return bare_character(word);
  if (is_unknown_word()) return unknown_statement();
  if (before_letter()) {
    error(Message::space_in_chord);
    advance();
    advance();
    return true;
  }
  check_print();
  check_modifier();
  return chord_statement(Opcode::tap);
}

/// Warns of PRINT, which is a key, before a text.
[[gnu::noinline]] void Compiler::check_print() {
  if (!at_word("print")) return;
  Lexer& ahead = next_ahead();
  if (ahead.token().kind != TokenKind::text || ahead.token().line_before) return;
  warn_at(Message::key_before_text, token().at, token().length, {}, "PRINTSCREEN"sv);
}

/// Warns of Ctrl or Shift before another key in the line: alone they do nothing.
[[gnu::noinline]] void Compiler::check_modifier() {
  constexpr unsigned kNothingAlone = hid::kLCtrl | hid::kRCtrl | hid::kLShift | hid::kRShift;
  const hid::Usage usage = named_key();
  if ((hid::modifier_bit(usage) & kNothingAlone) == 0) return;
  Lexer& ahead = look_ahead();
  std::optional<hid::Usage> other = usage;
  while (other && hid::is_modifier(*other)) {
    ahead.next();
    const bool word = ahead.token().kind == TokenKind::word && !ahead.token().line_before;
    if (!word || find_keyword(ahead.word()) != Keyword::no_keyword) return;
    other = hid::usage_from_name(ahead.word());
  }
  if (!other || ahead.word().size() == 1) return;
  warn_at(Message::modifier_alone, token().at, token().length, lexer_.word(), {});
}

/// Whether the token is a word that is neither a key nor reserved nor one character.
bool Compiler::is_unknown_word() {
  return token().kind == TokenKind::word && lexer_.word().size() > 1 &&
         keyword() == Keyword::no_keyword && named_key() == hid::kNoKey &&
         !is_modifier_name(lexer_.word()) && !is_vial_key(lexer_.word()) && !at_word("mouse");
}

/// Reports `word`, for which `meant` was meant: itself if it is known, but not reserved.
bool Compiler::meant_word(std::string_view word, std::string_view meant) {
  return error(word == meant ? Message::keyword_misplaced : Message::unknown_word, word, meant);
}

/// Reports it with the keyword or the key that was probably meant. True if that is a keyword.
bool Compiler::unknown_word() {
  const std::string_view word = lexer_.word();
  const std::string_view reserved = closest_keyword(word);
  const hid::KeyName key = hid::closest_name(word);
  const bool same = same_word(word, reserved);
  const bool lower_case =
      std::ranges::none_of(word.begin(), word.end(), [](char c) { return c >= 'A' && c <= 'Z'; });
  if (!reserved.empty() && (same || lower_case || key.empty())) {
    meant_word(word, reserved);
    return true;
  }
  error(Message::unknown_key, word, key);
  return false;
}

/// At an unknown word: reports it with the statement that was probably meant.
[[gnu::noinline]] bool Compiler::unknown_statement() {
  const std::string_view word = lexer_.word();
  if (at_old_command()) return error(Message::old_mqtt);
  const bool near = !closest_keyword(word).empty() || !hid::closest_name(word).empty();
  if (!near && lexer_.following() == '(') return error(Message::call_missing, word);
  if (near && unknown_word()) return false;
  if (!near) error(Message::unquoted_text, word);
  skip(Skip::word);
  return true;
}

/// The statement that starts with the keyword at hand; if its second word does not follow, then not
/// `whole`. Null if no statement starts so.
[[gnu::noinline]] const Statement* Compiler::statement_ahead(bool& whole) {
  const auto* row =
      std::ranges::find_if(std::begin(kStatements), std::end(kStatements),
                           [&](const Statement& each) { return each.begins_with(lexer_.word()); });
  whole = row != std::end(kStatements) && row->second_word().empty();
  if (row == std::end(kStatements)) return nullptr;
  return whole ? row : two_words_ahead(row, whole);
}

/// Likewise at a keyword that may have a second word; `first` is the first row that starts with it.
[[gnu::noinline]] const Statement* Compiler::two_words_ahead(const Statement* first, bool& whole) {
  Lexer& ahead = next_ahead();
  // Only these three may go on in the next line: a word there is rather the next statement's.
  const Keyword word = keyword();
  const bool follows = !ahead.token().line_before || word == Keyword::k_release ||
                       word == Keyword::k_wait || word == Keyword::k_without;
  const auto* row = first;
  for (; row != std::end(kStatements) && row->begins_with(lexer_.word()); ++row) {
    const std::string_view second = row->second_word();
    whole = second.empty() || (follows && ahead.word() == second);
    if (whole) return row;
  }
  return first;
}

/// A statement that starts with a keyword. Each form's function begins at the last of its words.
[[gnu::noinline]] bool Compiler::keyword_statement() {
  bool whole = false;
  const Statement* statement = statement_ahead(whole);
  if (!whole) return no_statement(statement);
  const Position at = token().at;
  if (!statement->second_word().empty()) advance();
  const Opcode opcode = statement->opcode;
  switch (statement->form) {
    case StatementForm::nothing:
      return simple(opcode);
    case StatementForm::taps:
    case StatementForm::chords:
      advance();
      return chord_list(opcode);
    case StatementForm::chord:
      advance();
      return chord_statement(opcode);
    case StatementForm::key:
      return chord_statement(opcode);
    case StatementForm::buttons:
      return click_statement();
    case StatementForm::pointer:
      return pointer_statement(opcode);
    case StatementForm::macro:
      return named(opcode, IndexSpace::macro);
    case StatementForm::layer:
      return named(opcode, IndexSpace::layer);
    case StatementForm::recording:
      return recording_statement(opcode);
    case StatementForm::call:
      return call_statement(opcode);
    case StatementForm::let:
      return let_statement();
    case StatementForm::duration:
    case StatementForm::duration_value:
      return wait_statement();
    case StatementForm::until_release:
    case StatementForm::until_key:
      return wait_release(opcode);
    case StatementForm::until_condition:
      return wait_until();
    case StatementForm::condition:
      return if_statement();
    case StatementForm::while_loop:
      return while_statement();
    case StatementForm::endless_loop:
      return loop_statement();
    case StatementForm::counted_loop:
      return repeat_statement();
    case StatementForm::leave_loop:
      return break_statement();
    case StatementForm::next_round:
      return continue_statement();
    case StatementForm::label:
      return label_statement();
    case StatementForm::jump:
      return goto_statement();
    case StatementForm::scope:
      return scope_statement(opcode, at);
    case StatementForm::send:
      return send_statement(at);
    case StatementForm::match:
      return match_statement(at);
    case StatementForm::match_else:
    case StatementForm::report:
    case StatementForm::text:
    case StatementForm::text_value:
    case StatementForm::assignment:
    case StatementForm::pattern:
    case StatementForm::timed_recording:
      break;  // They start with no keyword, or not here.
  }
  return no_statement(statement);
}

/// At a keyword that starts no statement, or only `begun`, whose second word lacks.
bool Compiler::no_statement(const Statement* begun) {
  if (begun == nullptr) {
    const hid::Usage usage = named_key();
    return usage != hid::kNoKey
               ? error(Message::keyword_as_key, lexer_.word(), hid::canonical_name(usage))
               : error(Message::keyword_misplaced, lexer_.word());
  }
  if (begun->form == StatementForm::match_else) {
    error(Message::else_without_if);
    advance();
    return false;
  }
  advance();
  return begun->form == StatementForm::layer
             ? expected(Message::expected_layer_action)
             : expected(Message::expected_symbol, begun->second_word());
}

/// A statement of one word, or the last word of one.
[[gnu::noinline]] bool Compiler::simple(Opcode opcode) {
  may_end_ = may_end_ || opcode == Opcode::exit || opcode == Opcode::stop_all;
  emit(opcode);
  advance();
  return true;
}

/// `record x`, `record x timed` or `play x`. Recordings need not be declared.
[[gnu::noinline]] bool Compiler::recording_statement(Opcode opcode) {
  advance();
  NameAt recording;
  if (token().line_before) return expected(Message::expected_name);
  if (!name(recording)) return false;
  Lexer& ahead = next_ahead();
  // Before `=` it is a variable.
  const bool timed =
      opcode == Opcode::record && at_word(kTimedWord) && !ahead.token().is_symbol('=');
  emit(timed ? Opcode::record_timed : opcode, recording.view());
  if (timed) advance();
  return true;
}

/// At the word before a name that is the only operand, which must be declared in `space`.
bool Compiler::named(Opcode opcode, IndexSpace space) {
  advance();
  NameAt operand;
  if (token().line_before) return expected(Message::expected_name);
  if (!name(operand)) return false;
  may_end_ = may_end_ || opcode == Opcode::stop;
  emit(opcode, operand.view());
  use(space, operand, kAnyParameters);
  return true;
}

}  // namespace pianola::lang
