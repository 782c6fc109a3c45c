#include <algorithm>

#include "lang/compile/compiler.hpp"

// The statements that have to do with values: variables, waiting, calls.

namespace pianola::lang {

using std::string_view_literals::operator""sv;
namespace {

/// Most tokens of a condition that are looked at to see if a limit follows it.
constexpr unsigned kMostAhead = 4 * kMaxExpression;

/// Whether it begins an operator between two values.
bool is_infix(const Token& token) {
  return token.kind == TokenKind::symbol && infix_precedence(token.character) != Precedence::none;
}

/// Whether what begins with `byte`, behind blanks, may make an assignment of the word before it. No
/// is sure; it saves looking ahead before most words and texts.
bool may_assign(int byte) {
  if (byte >= '0') return byte == '=' || byte >= 0x80;
  return byte >= 0 && byte != '\n' && byte != '\r' && byte != '"';
}

}  // namespace

// ---- Variables --------------------------------------------------------------------------------

/// What the operator after the word at hand makes of it: `x = 1`, `x += 1`, `x == 1`.
[[gnu::noinline]] Compiler::Assignment Compiler::assignment_ahead() {
  const char32_t after = lexer_.following();
  if (after == '(') return Assignment::none;
  const bool reserved = keyword() != Keyword::no_keyword;  // `repeat --n` is right
  if (after != '+') {
    if (!may_assign(lexer_.next_byte())) return Assignment::none;
    if (reserved && takes_keys(lexer_.word())) return Assignment::none;  // of the key `=`
  }
  Lexer& ahead = look_ahead();
  if (after == '+') {  // `ctrl+=` and `ctrl++` are chords
    TriggerMods mods;
    ahead.take_following();
    const bool twice =
        ahead.following() == '+' && !reserved && !add_modifier(mods, lexer_.word(), named_key());
    return twice ? Assignment::compound : Assignment::none;
  }
  ahead.next();
  const Token& next = ahead.token();
  if (next.kind != TokenKind::symbol || next.line_before) return Assignment::none;
  if (next.character == '=') {
    return ahead.following() == '=' ? Assignment::comparison : Assignment::plain;
  }
  const Precedence kind = infix_precedence(next.character);
  const bool compound = (kind == Precedence::sum || kind == Precedence::product) &&
                        (ahead.following() == '=' ||
                         (next.character == '-' && ahead.following() == '-' && !reserved));
  return compound ? Assignment::compound : Assignment::none;
}

/// `x = E`.
[[gnu::noinline]] bool Compiler::assignment(Assignment kind) {
  const std::string_view word = lexer_.word();
  if (kind == Assignment::compound) return error(Message::compound_assignment, word);
  if (kind == Assignment::comparison) return error(Message::comparison_statement, word);
  if (keyword() != Keyword::no_keyword) return error(Message::keyword_assigned, word);
  if (!name(subject_)) return false;
  advance();
  return expression() && end_assignment();
}

/// Behind the value. Apart, so that it takes no stack while that is compiled; likewise below.
[[gnu::noinline]] bool Compiler::end_assignment() {
  if (const auto slot = find_local(subject_)) {
    emit(Opcode::store, *slot);
    return true;
  }
  emit(Opcode::store_global, subject_.view());
  if (pending_good_) use(IndexSpace::variable, subject_, kAssignedUse);
  return true;
}

/// `let x = E`: x is known from here to the end of the block.
[[gnu::noinline]] bool Compiler::let_statement() {
  advance();
  if (token().line_before) return expected(Message::expected_name);
  if (!name(subject_)) return false;
  const OpenBlock& block = blocks_[depth_ - 1];
  const std::uint8_t first = block.kind == Block::body ? std::uint8_t{0} : block.locals;
  const bool twice = find_local(subject_, first).has_value();
  if (twice) error_at(Message::let_twice, subject_.at, subject_.size, subject_.view());
  const bool good = expect_symbol('=') && expression();
  return twice ? good : end_let() && good;
}

[[gnu::noinline]] bool Compiler::end_let() {
  const NameAt& local = subject_;
  std::uint8_t slot = 0;
  if (!new_local(slot)) {
    return error_at(Message::too_many_locals, local.at, local.size, kMaxSlots);
  }
  locals_[slot] = {local.at.offset, static_cast<std::uint16_t>(local.hash()), local.size};
  emit(Opcode::let, slot);
  return true;
}

/// The next free slot, without a name.
bool Compiler::new_local(std::uint8_t& slot) {
  if (local_count_ == locals_.size()) return false;
  slot = local_count_++;
  locals_[slot] = {};
  frame_ = std::max(frame_, local_count_);
  return true;
}

/// The slot of the innermost local of this name, from slot `from` on. Hashes find it, the source
/// decides.
std::optional<std::uint8_t> Compiler::find_local(const NameAt& wanted, std::uint8_t from) const {
  const auto hash = static_cast<std::uint16_t>(wanted.hash());
  for (std::uint8_t slot = local_count_; slot-- > from;) {
    const Local& local = locals_[slot];
    if (local.hash != hash || local.size != wanted.size) continue;
    if (source_has(local.offset, wanted)) return slot;
  }
  return std::nullopt;
}

/// Whether the name stands in the source at `offset`.
bool Compiler::source_has(std::uint32_t offset, const NameAt& wanted) const {
  std::size_t same = 0;
  std::array<char, kMaxName> text;
  while (same < wanted.size) {
    const std::size_t count = source_.read(static_cast<std::uint32_t>(offset + same),
                                           std::span{text}.first(wanted.size - same));
    if (count == 0 || !std::equal(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(count),
                                  wanted.text.begin() + static_cast<std::ptrdiff_t>(same))) {
      return false;
    }
    same += count;
  }
  return true;
}

// ---- Waiting ----------------------------------------------------------------------------------

/// `wait D`, `wait (E)`.
[[gnu::noinline]] bool Compiler::wait_statement() {
  advance();
  if (token().kind == TokenKind::duration) {
    emit(Opcode::wait, token().value);
    advance();
    return true;
  }
  if (at_symbol('(')) {
    if (!expression()) return false;
    emit(Opcode::wait_value);
    return true;
  }
  return expected_duration(Message::expected_wait);
}

/// `wait release max D`, `wait key max D`.
[[gnu::noinline]] bool Compiler::wait_release(Opcode opcode) {
  advance();
  std::uint32_t limit = 0;
  if (at_word("max")) {
    advance();
    if (token().kind != TokenKind::duration) return expected_duration(Message::expected_duration);
    limit = token().value + 1;
    advance();
  } else if (opcode == Opcode::wait_key && token().kind == TokenKind::number &&
             !token().line_before) {
    return expected(Message::expected_symbol, "max"sv);  // `key 0x04` would be a tap of its own
  }
  emit(opcode, limit);
  return true;
}

/// `wait until C max D`. The limit is set before the condition is tested, which comes first in the
/// source.
[[gnu::noinline]] bool Compiler::wait_until() {
  std::uint8_t limit = 0;
  if (!wait_limit(limit)) return false;
  advance();
  const std::uint32_t start = code_size_;
  const Position condition = token().at;
  until_ = true;
  wakes_ = limit != 0 ? kWakeTime : 0;
  const bool good = expression();
  until_ = false;
  return good && end_wait_until(limit, start, condition);
}

/// What the `max` behind the condition says, if there is one: `limit` is its slot + 1 then, else 0.
[[gnu::noinline]] bool Compiler::wait_limit(std::uint8_t& limit) {
  const Position at = token().at;
  const std::optional<std::uint32_t> time = limit_ahead();
  if (!time) return true;
  std::uint8_t slot = 0;
  if (!new_local(slot)) return error_at(Message::too_many_locals, at, 5, kMaxSlots);
  emit(CodePiece(Opcode::wait_limit).byte(slot).number(*time));
  --local_count_;
  limit = static_cast<std::uint8_t>(slot + 1U);
  return true;
}

/// Behind the condition, whose code starts at `start`.
[[gnu::noinline]] bool Compiler::end_wait_until(std::uint8_t limit, std::uint32_t start,
                                                const Position& condition) {
  if (at_word("max")) {
    advance();
    if (token().kind != TokenKind::duration) return expected_duration(Message::expected_duration);
    advance();
  }
  if (wakes_ == 0) error_at(Message::never_true, condition, 1);
  emit(CodePiece(Opcode::until).number(wakes_).number(limit).number(code_size_ - start));
  return true;
}

/// At `until`: the duration of the `max` that follows the condition, if one does.
std::optional<std::uint32_t> Compiler::limit_ahead() {
  Lexer& ahead = look_ahead();
  unsigned open = 0;
  bool value = false;  // a value is complete: an operator, or what follows the condition
  bool word = false;   // and it is a word, so `(` goes on with it
  for (unsigned i = 0; i < kMostAhead; ++i) {
    ahead.next();
    const Token& next = ahead.token();
    const bool is_word = next.kind == TokenKind::word;
    const bool joins = is_word && find_operator(ahead.word(), OperatorForm::infix) != nullptr;
    if (next.kind == TokenKind::end || next.kind == TokenKind::text || next.is_symbol('{') ||
        next.is_symbol('}')) {
      break;
    }
    if (next.is_symbol('(')) {
      if (open == 0 && value && !word) break;
      ++open;
    } else if (open > 0) {
      if (next.is_symbol(')') && --open == 0) {
        value = true;
        word = false;
      }
    } else if (!value) {
      value = next.kind == TokenKind::number ||
              (is_word && find_operator(ahead.word(), OperatorForm::prefix) == nullptr);
      word = is_word;
    } else if (joins || is_infix(next)) {
      value = false;
    } else if (is_word && ahead.word() == "max"sv) {
      ahead.next();
      if (ahead.token().kind == TokenKind::duration) return ahead.token().value;
      break;
    } else {
      break;
    }
  }
  return std::nullopt;
}

// ---- Macros -----------------------------------------------------------------------------------

/// `call f(1, "text")`, `fork f()`.
[[gnu::noinline]] bool Compiler::call_statement(Opcode opcode) {
  advance();
  if (!name(subject_)) return false;
  call_opcode_ = opcode;
  arguments_ = 0;
  if (!at_symbol('(')) {
    end_call();
    return true;
  }
  advance();
  mode_ = Mode::arguments;
  return true;
}

/// One argument, or the closing parenthesis.
[[gnu::noinline]] void Compiler::arguments_step() {
  if (at_symbol(')')) {
    advance();
    mode_ = Mode::file;
    return end_call();
  }
  bool good = true;
  if (arguments_ > 0) {
    good = at_symbol(',') || expected(Message::unbalanced);
    if (good) advance();
  }
  if (good && arguments_ == kMaxParameters) {
    good = error(Message::too_many_arguments, {}, {}, kMaxParameters);
  }
  if (good) {
    ++arguments_;
    if (token().kind == TokenKind::text) return start_text(Mode::argument_text);
    text_fits_ = true;
    good = expression();
    text_fits_ = false;
  }
  if (good) return;
  skip(Skip::statement);
}

void Compiler::end_call() {
  // Of the macro's own body, in no block of it.
  const bool itself = pending_.entry.key == name_key(IndexSpace::macro, subject_.hash());
  if (itself && call_opcode_ == Opcode::call && depth_ == 1 && !may_end_) {
    warn_at(Message::recursion, subject_.at, subject_.size, subject_.view(), {});
  }
  emit(call_opcode_, subject_.view(), arguments_);
  use(IndexSpace::macro, subject_, arguments_);
}

}  // namespace pianola::lang
