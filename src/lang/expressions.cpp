#include <algorithm>

#include "lang/compiler.hpp"

namespace pianola::lang {

/// What waits on the operator stack of an expression, weakest first among the operators.
enum class Compiler::Operator : std::uint8_t {
  parenthesis,
  minimum,
  maximum,
  add,
  subtract,
  multiply,
  divide,
  modulo,
  negate,
};

/// The state of one expression: operators in order of strength on an explicit stack, values on the
/// engine's, of which only the number is known here.
struct Compiler::Expression {
  struct Pending {
    Operator op{};
    std::uint8_t values = 0;  ///< Of a function: arguments so far.
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

constexpr unsigned strength(std::uint8_t op) { return op < 3 ? 0 : op < 5 ? 1 : op < 8 ? 2 : 3; }

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
    if (again) continue;
    if (state.open > 0) return expected(Message::unbalanced);
    return reduce(state, 0);
  }
}

bool Compiler::push_operator(Expression& state, Operator op) {
  if (state.count == state.pending.size()) return expression_too_long(state);
  state.pending[state.count++] = {op, 0};
  if (op <= Operator::maximum) ++state.open;
  return true;
}

bool Compiler::expression_too_long(const Expression& state) {
  return error_at(Message::expression_too_long, state.at, 1, {}, {}, kMaxExpression);
}

/// One instruction of the expression, which leaves `change` values more on the stack.
bool Compiler::emit_part(Expression& state, const CodePiece& piece, int change) {
  state.depth = static_cast<std::uint8_t>(state.depth + change);
  if (++state.parts > kMaxExpression || state.depth > kMaxStack) return expression_too_long(state);
  emit(piece);
  return true;
}

/// Where a value is expected: takes it, or one thing that stands before it (then not `complete`).
bool Compiler::operand(Expression& state, bool& complete) {
  if (at_symbol('(')) {
    advance();
    return push_operator(state, Operator::parenthesis);
  }
  if (at_symbol('-')) {
    advance();
    if (token().kind != TokenKind::number) return push_operator(state, Operator::negate);
    complete = true;
    return number_value(state, true);
  }
  switch (token().kind) {
    case TokenKind::number:
      complete = true;
      return number_value(state, false);
    case TokenKind::text:
      error(Message::text_as_number);
      skip_text();
      return false;
    case TokenKind::word:
      return word_operand(state, complete);
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

/// A local, a global or a function.
bool Compiler::word_operand(Expression& state, bool& complete) {
  const Keyword word = keyword();
  if (word == Keyword::k_min || word == Keyword::k_max) {
    advance();
    if (!at_symbol('(')) return expected(Message::expected_symbol, "(");
    advance();
    return push_operator(state, word == Keyword::k_min ? Operator::minimum : Operator::maximum);
  }
  if (word != Keyword::no_keyword) return not_yet(lexer_.word());
  NameAt wanted;
  if (!name(wanted)) return false;
  complete = true;
  if (const auto slot = find_local(wanted)) {
    return emit_part(state, CodePiece(Opcode::load).byte(*slot), 1);
  }
  // After an error in the head it may be a parameter that was not understood.
  if (pending_good_) use(IndexSpace::variable, wanted, 0);
  return emit_part(state, CodePiece(Opcode::load_global).name(wanted.view()), 1);
}

/// After a value: closing parentheses, then an operator or a comma (`again`: a value follows), or
/// the end of the expression.
bool Compiler::operators(Expression& state, bool& again) {
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
  if (token().kind == TokenKind::word &&
      (keyword() == Keyword::k_and || keyword() == Keyword::k_or)) {
    return not_yet(lexer_.word());
  }
  if (token().kind != TokenKind::symbol) return true;
  constexpr std::u32string_view kSymbols = U"+-*/%";
  if (std::u32string_view(U"=!<>").find(token().character) != std::u32string_view::npos) {
    return not_yet("comparisons");
  }
  const std::size_t index = kSymbols.find(token().character);
  if (index == std::u32string_view::npos) return true;
  const auto op = static_cast<std::uint8_t>(static_cast<std::size_t>(Operator::add) + index);
  if (!reduce(state, strength(op))) return false;
  again = true;
  advance();
  return push_operator(state, static_cast<Operator>(op));
}

/// Writes the pending operators that bind at least as strongly as `least`, down to a parenthesis
/// (with `least` 0: all above it).
bool Compiler::reduce(Expression& state, unsigned least) {
  constexpr std::array<Opcode, 9> kOpcode = {Opcode::end,    Opcode::minimum,  Opcode::maximum,
                                             Opcode::add,    Opcode::subtract, Opcode::multiply,
                                             Opcode::divide, Opcode::modulo,   Opcode::negate};
  while (state.count > 0 && state.top().op > Operator::maximum) {
    const auto op = static_cast<std::uint8_t>(state.top().op);
    if (strength(op) < least) break;
    --state.count;
    const Opcode opcode = kOpcode[op];
    if (!emit_part(state, CodePiece(opcode), opcode == Opcode::negate ? 0 : -1)) return false;
  }
  return true;
}

/// At a comma: inside a function's parentheses only.
bool Compiler::next_argument(Expression& state) {
  if (!reduce(state, 0)) return false;
  const Operator op = state.top().op;
  if (op == Operator::parenthesis) return error(Message::unbalanced);
  if (++state.top().values < 2) return true;
  return emit_part(state, CodePiece(op == Operator::minimum ? Opcode::minimum : Opcode::maximum),
                   -1);
}

bool Compiler::close_parenthesis(Expression& state) {
  if (!reduce(state, 0)) return false;
  if (state.top().op != Operator::parenthesis) {
    if (state.top().values == 0) return expected(Message::expected_symbol, ",");
    if (!next_argument(state)) return false;
  }
  --state.count;
  --state.open;
  return true;
}

}  // namespace pianola::lang
