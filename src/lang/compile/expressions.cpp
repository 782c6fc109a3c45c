#include <algorithm>

#include "lang/compile/compiler.hpp"

namespace pianola::lang {

using std::string_view_literals::operator""sv;

/// The state of one expression: operators in order of strength on an explicit stack, values on the
/// engine's, of which only the number is known here.
struct Compiler::Expression {
  struct Pending {
    Opcode op{};
    std::uint8_t values = 0;  ///< Of a function: arguments so far.
    std::uint16_t label = 0;  ///< Of `and` and `or`: where the value is complete.
  };
  std::array<Pending, kMaxOperators> pending;
  std::uint8_t count = 0;
  std::uint8_t open = 0;   ///< Parentheses and functions among them.
  std::uint8_t depth = 0;  ///< Values on the stack.
  std::uint8_t parts = 0;  ///< Instructions.
  Position at;

  [[nodiscard]] Pending& top() { return pending[count - 1U]; }
};

namespace {

/// What stands for a parenthesis among the pending operators.
constexpr Opcode kParenthesis = Opcode::end;

/// How tightly a pending operator binds; those with parentheses do not.
Precedence strength(Opcode pending) {
  const Operator* found = find_operator(pending);
  const bool binds = found != nullptr && found->form != OperatorForm::call;
  return binds ? found->precedence : Precedence::none;
}

}  // namespace

/// Compiles an expression: its value is left on the stack. Ends at the first token that cannot go
/// on with it.
bool Compiler::expression() {
  Expression state;
  state.at = token().at;
  for (;;) {
    bool complete = false;
    if (!operand(state, complete)) return false;
    if (!complete) continue;
    bool again = false;
    if (!operators(state, again)) return false;
    if (!again) return end_expression(state);
  }
}

/// After the last operand.
bool Compiler::end_expression(Expression& state) {
  if (state.open > 0) return expected(Message::unbalanced);
  return reduce(state, Precedence::none);
}

bool Compiler::push_operator(Expression& state, Opcode op) {
  if (state.count == state.pending.size()) return expression_too_long(state);
  state.pending[state.count++] = {op, 0, 0};
  if (strength(op) == Precedence::none) ++state.open;
  return true;
}

bool Compiler::expression_too_long(const Expression& state) {
  return error_at(Message::expression_too_long, state.at, 1, kMaxExpression);
}

/// One instruction of the expression, which leaves `change` values more on the stack.
bool Compiler::emit_part(Expression& state, const CodePiece& piece, int change) {
  if (!count_part(state, change)) return false;
  emit(piece);
  return true;
}

bool Compiler::emit_part(Expression& state, const NamedPiece& piece, int change) {
  if (!count_part(state, change)) return false;
  emit(piece);
  return true;
}

bool Compiler::count_part(Expression& state, int change) {
  state.depth = static_cast<std::uint8_t>(state.depth + change);
  const bool fits = ++state.parts <= kMaxExpression && state.depth <= kMaxStack;
  return fits || expression_too_long(state);
}

/// Where a value is expected: takes it, or one thing that stands before it (then not `complete`).
[[gnu::noinline]] bool Compiler::operand(Expression& state, bool& complete) {
  if (at_symbol('(')) {
    advance();
    return push_operator(state, kParenthesis);
  }
  if (at_symbol('-')) {
    advance();
    if (token().kind != TokenKind::number) return push_operator(state, Opcode::negate);
    complete = true;
    return number_value(state, true);
  }
  if (keyword() == Keyword::k_not) {
    if (state.count > 0 && strength(state.top().op) >= Precedence::comparison) {
      return error(Message::not_in_parentheses);
    }
    advance();
    return push_operator(state, Opcode::invert);
  }
  if (at_symbol('!')) return error(Message::write_instead, "!"sv, "not"sv);
  switch (token().kind) {
    case TokenKind::number:
      complete = true;
      return number_value(state, false);
    case TokenKind::duration:
      return error(Message::duration_as_number, {}, {}, token().value);
    case TokenKind::text:
      error(Message::text_as_number);
      skip_text();
      return false;
    case TokenKind::word:
      complete = keyword() == Keyword::no_keyword && !at_last();
      return complete ? variable(state) : functions(state, complete);
    default:
      return expected(Message::expected_value_here);
  }
}

bool Compiler::number_value(Expression& state, bool minus) {
  const std::uint32_t value = token().value;
  if (!minus && value > 0x7FFFFFFFU) return error(Message::number_too_large);
  const auto number = static_cast<std::int32_t>(minus ? 0U - value : value);
  advance();
  return emit_part(state, CodePiece(Opcode::push).integer(number), 1);
}

/// A local or a global.
bool Compiler::variable(Expression& state) {
  NameAt wanted;
  if (lexer_.following() == '(') return error(Message::no_function, lexer_.word());
  if (!name(wanted)) return false;
  if (const auto slot = find_local(wanted)) {
    return emit_part(state, CodePiece(Opcode::load).byte(*slot), 1);
  }
  // After an error in the head it may be a parameter that was not understood.
  const bool alone = text_fits_ && state.parts == 0 && state.count == 0 &&
                     (at_symbol('}') || at_symbol(',') || at_symbol(')'));
  if (pending_good_) use(IndexSpace::variable, wanted, alone ? kTextUse : kNumberUse);
  wakes_ |= kWakeVariable;
  return emit_part(state, NamedPiece(Opcode::load_global).name(wanted.view()), 1);
}

/// A number, a name, or an expression in parentheses: no operators, so that `move 10 -5` is two.
bool Compiler::pointer_operand() {
  if (at_symbol('(')) {
    advance();
    return expression() && expect_symbol(')');
  }
  return pointer_value();
}

/// An operand without parentheses. Apart, so that its state and that of an expression are not on
/// the stack together.
[[gnu::noinline]] bool Compiler::pointer_value() {
  Expression state;
  const bool minus = at_symbol('-');
  if (minus) advance();
  if (token().kind == TokenKind::number) return number_value(state, minus);
  if (minus || token().kind != TokenKind::word || keyword() != Keyword::no_keyword) {
    return expected(Message::expected_pointer);
  }
  return variable(state);
}

/// After a value: closing parentheses, then an operator or a comma (`again`: a value follows), or
/// the end of the expression.
[[gnu::noinline]] bool Compiler::operators(Expression& state, bool& again) {
  while (at_symbol(')') && state.open > 0) {
    if (!close_parenthesis(state)) return false;
    advance();
  }
  if (at_symbol(',') && state.open > 0) {
    again = true;
    if (!next_argument(state)) return false;
    advance();
    return true;
  }
  bool good = true;
  const Operator* found = infix(good);
  if (found == nullptr) return good;
  again = true;
  return infix_operator(state, *found);
}

/// The operator between two values that stands here, passed over up to its last character; null
/// if there is none, or an error (then not `good`).
[[gnu::noinline]] const Operator* Compiler::infix(bool& good) {
  if (token().kind == TokenKind::word) {
    return find_operator(lexer_.word(), OperatorForm::infix);
  }
  if (token().kind != TokenKind::symbol) return nullptr;
  const auto ascii = [](char32_t c) { return c < 0x80 ? static_cast<char>(c) : '\0'; };
  const std::array<char, 2> text = {ascii(token().character), ascii(lexer_.following())};
  const std::string_view two{text.data(), 2};
  const std::string_view one{text.data(), 1};
  if (const Operator* found = find_operator(two, OperatorForm::infix)) {
    advance();
    return found;
  }
  const std::string_view meant = two == "<>"sv   ? "!="sv
                                 : two == "&&"sv ? "and"sv
                                 : two == "||"sv ? "or"sv
                                                 : ""sv;
  if (!meant.empty()) {
    good = error(Message::write_instead, two, meant);
    return nullptr;
  }
  if (one == "="sv) good = error(Message::single_equals);
  return find_operator(one, OperatorForm::infix);
}

/// At the last character of the operator, which a value must follow.
[[gnu::noinline]] bool Compiler::infix_operator(Expression& state, const Operator& found) {
  const Opcode op = found.opcode;
  // Comparisons do not group: neither side may be one.
  const bool compares = found.precedence == Precedence::comparison;
  if (!reduce(state, compares ? Precedence::sum : found.precedence)) return false;
  if (compares && state.count > 0 && strength(state.top().op) == Precedence::comparison) {
    return error(Message::comparison_chain);
  }
  const Position at = token().at;
  advance();
  if (op != Opcode::and_then && op != Opcode::or_else) return push_operator(state, op);
  std::uint16_t label = 0;
  if (!new_label(label, at) || !emit_part(state, CodePiece(op).number(label), -1) ||
      !push_operator(state, op)) {
    return false;
  }
  state.top().label = label;
  return true;
}

/// Writes the pending operators that bind at least as strongly as `least`, down to a parenthesis
/// (with Precedence::none: all above it).
[[gnu::noinline]] bool Compiler::reduce(Expression& state, Precedence least) {
  while (state.count > 0) {
    const Expression::Pending pending = state.top();
    const Precedence binds = strength(pending.op);
    if (binds == Precedence::none || binds < least) break;
    --state.count;
    const bool joins = pending.op == Opcode::and_then || pending.op == Opcode::or_else;
    const Opcode opcode = joins ? Opcode::truth : pending.op;
    const StackEffect& effect = effect_of(opcode);
    if (!emit_part(state, CodePiece(opcode), effect.pushes - effect.pops)) return false;
    if (joins) place_label(pending.label, scopes(depth_));
  }
  return true;
}

/// At a comma: inside a function's parentheses only.
bool Compiler::next_argument(Expression& state) {
  if (!reduce(state, Precedence::none)) return false;
  const Opcode op = state.top().op;
  if (op == kParenthesis || op == Opcode::random) return error(Message::unbalanced);
  if (++state.top().values < 2) return true;
  return emit_part(state, CodePiece(op), -1);
}

[[gnu::noinline]] bool Compiler::close_parenthesis(Expression& state) {
  if (!reduce(state, Precedence::none)) return false;
  const Opcode op = state.top().op;
  if (op == Opcode::random) {
    if (!emit_part(state, CodePiece(Opcode::random), 0)) return false;
  } else if (op != kParenthesis) {
    if (state.top().values == 0) return expected(Message::expected_symbol, ","sv);
    if (!next_argument(state)) return false;
  }
  --state.count;
  --state.open;
  return true;
}

// ---- Functions and queries --------------------------------------------------------------------

/// At a keyword where a value should stand.
[[gnu::noinline]] bool Compiler::functions(Expression& state, bool& complete) {
  if (const Operator* found = find_operator(lexer_.word(), OperatorForm::call)) {
    return begin_call(state, found->opcode);
  }
  const QueryInfo* asked = find_query(lexer_.word(), lexer_.following() == '(');
  if (asked == nullptr) return expected(Message::expected_value_here);
  wakes_ |= asked->wakes;
  if (until_ && asked->wakes == kWakeTime) return time_query(state, *asked);
  complete = true;
  return query(state, *asked);
}

/// `min(`, `max(`, `random(`.
bool Compiler::begin_call(Expression& state, Opcode opcode) {
  if (opcode == Opcode::random && until_) return error(Message::random_in_until);
  advance();
  if (!at_symbol('(')) return expected(Message::expected_symbol, "("sv);
  advance();
  return push_operator(state, opcode);
}

/// A query: its value is the engine's.
bool Compiler::query(Expression& state, const QueryInfo& asked) {
  switch (asked.opcode) {
    case Opcode::held_key:
    case Opcode::last_key:
      return key_query(state, asked.opcode);
    case Opcode::mods_held:
      return mods_query(state);
    case Opcode::led:
      return led_query(state);
    case Opcode::layer_active:
      return name_query(state, asked.opcode, IndexSpace::layer);
    case Opcode::running:
      return name_query(state, asked.opcode, IndexSpace::macro);
    default:
      return plain_query(state, asked.query);
  }
}

/// A query without an operand.
bool Compiler::plain_query(Expression& state, Query asked) {
  advance();
  return emit_part(state, CodePiece(Opcode::query).number(static_cast<std::uint32_t>(asked)), 1);
}

/// `elapsed` or `time` in `wait until`: only as `elapsed >= E`, which says when to wake.
[[gnu::noinline]] bool Compiler::time_query(Expression& state, const QueryInfo& asked) {
  const Position at = token().at;
  const std::uint32_t length = token().length;
  advance();
  const bool alone = state.count == 0 || strength(state.top().op) < Precedence::comparison;
  if (!alone || !at_symbol('>') || lexer_.following() != '=') {
    return error_at(Message::time_in_until, at, length, asked.word);
  }
  advance();
  advance();
  return push_operator(
      state, asked.query == Query::elapsed ? Opcode::elapsed_reached : Opcode::time_reached);
}

/// `held(K)`, `last(K)`, `last(letter)`.
[[gnu::noinline]] bool Compiler::key_query(Expression& state, Opcode opcode) {
  advance();
  advance();
  const std::size_t kind = lexer_.following() == ')' ? word_ahead(kLastWords) : kLastWords.size();
  if (opcode == Opcode::last_key && kind < kLastWords.size()) {
    advance();
    return plain_query(state,
                       static_cast<Query>(static_cast<std::size_t>(Query::last_letter) + kind));
  }
  Chord key;
  if (at_symbol(')')) return expected(Message::expected_key);
  return chord(key) && end_key_query(state, opcode, key);
}

/// At `last(`, which is no keyword.
bool Compiler::at_last() {
  return lexer_.following() == '(' && find_query(lexer_.word(), true) != nullptr;
}

/// Behind the key. Apart, so that it takes no stack while that is read.
[[gnu::noinline]] bool Compiler::end_key_query(Expression& state, Opcode opcode, const Chord& key) {
  if (key.mods.any()) return error_at(Message::one_key, key.at, key.length);
  if (key.good) check_key(key);
  if (!at_symbol(')')) return expected(Message::expected_symbol, ")"sv);
  advance();
  return emit_part(state, CodePiece(opcode).key(key.key), 1);
}

/// Modifiers alone: `ctrl+lshift`.
bool Compiler::modifiers(TriggerMods& out) {
  for (;;) {
    if (token().kind != TokenKind::word) return expected(Message::expected_modifier);
    if (!add_modifier(out, lexer_.word(), named_key())) {
      error(Message::not_a_modifier, lexer_.word(), closest_modifier(lexer_.word()));
    }
    advance();
    if (!at_symbol('+')) return true;
    advance();
  }
}

/// `mods(ctrl+lshift)`.
[[gnu::noinline]] bool Compiler::mods_query(Expression& state) {
  advance();
  TriggerMods mods;
  if (!expect_symbol('(') || !modifiers(mods) || !expect_symbol(')')) return false;
  return emit_part(state, CodePiece(Opcode::mods_held).byte(mods.exact).byte(mods.either), 1);
}

/// `led(caps)`.
[[gnu::noinline]] bool Compiler::led_query(Expression& state) {
  advance();
  if (!expect_symbol('(')) return false;
  const std::size_t bit = word_ahead(kLedWords);
  if (bit == kLedWords.size()) return expected(Message::expected_led);
  advance();
  if (!expect_symbol(')')) return false;
  return emit_part(state, CodePiece(Opcode::led).number(1U << bit), 1);
}

/// `layer(nav)`, `running(f)`.
bool Compiler::name_query(Expression& state, Opcode opcode, IndexSpace space) {
  advance();
  NameAt operand;
  if (!expect_symbol('(') || !name(operand)) return false;
  use(space, operand, kAnyParameters);
  if (!expect_symbol(')')) return false;
  return emit_part(state, NamedPiece(opcode).name(operand.view()), 1);
}

}  // namespace pianola::lang
