#include <algorithm>

#include "lang/compile/compiler.hpp"

namespace pianola::lang {

/// What waits on the operator stack of an expression: parentheses and functions, then the
/// operators.
enum class Compiler::Operator : std::uint8_t {
  parenthesis,
  minimum,
  maximum,
  random,
  or_else,
  and_then,
  invert,
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  elapsed_reached,
  time_reached,
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

/// How tightly the operators bind; 0 for parentheses and functions. Indexed by Operator.
constexpr std::array<std::uint8_t, 21> kStrength = {0, 0, 0, 0, 1, 2, 3, 4, 4, 4, 4,
                                                    4, 4, 4, 4, 5, 5, 6, 6, 6, 7};
constexpr unsigned kComparison = 4;

/// What each is compiled to. Indexed by Operator.
constexpr std::array<Opcode, 21> kOpcode = {
    Opcode::end,           Opcode::minimum,         Opcode::maximum,
    Opcode::random,        Opcode::truth,           Opcode::truth,
    Opcode::invert,        Opcode::equal,           Opcode::not_equal,
    Opcode::less,          Opcode::less_equal,      Opcode::greater,
    Opcode::greater_equal, Opcode::elapsed_reached, Opcode::time_reached,
    Opcode::add,           Opcode::subtract,        Opcode::multiply,
    Opcode::divide,        Opcode::modulo,          Opcode::negate};

/// Those that take one value and leave one.
constexpr bool is_unary(Opcode opcode) {
  return opcode == Opcode::negate || opcode == Opcode::invert || opcode == Opcode::truth ||
         opcode == Opcode::elapsed_reached || opcode == Opcode::time_reached;
}

/// The LEDs of led(…), by the bit of the host's report (HID Usage Tables, LED page, 01 to 05).
constexpr std::array<std::string_view, 5> kLeds = {"num", "caps", "scroll", "compose", "kana"};

constexpr unsigned strength(std::uint8_t op) { return kStrength[op]; }

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
  state.pending[state.count++] = {op, 0, 0};
  if (op <= Operator::random) ++state.open;
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
  if (keyword() == Keyword::k_not) {
    if (state.count > 0 && strength(static_cast<std::uint8_t>(state.top().op)) >= kComparison) {
      return error(Message::not_in_parentheses);
    }
    advance();
    return push_operator(state, Operator::invert);
  }
  if (at_symbol('!')) return error(Message::write_instead, "!", "not");
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

/// A local, a global, a query or a function.
bool Compiler::word_operand(Expression& state, bool& complete) {
  const Keyword word = keyword();
  if (word != Keyword::no_keyword) return functions(state, word, complete);
  NameAt wanted;
  if (lexer_.following() == '(') return error(Message::no_function, lexer_.word());
  if (!name(wanted)) return false;
  complete = true;
  if (const auto slot = find_local(wanted)) {
    return emit_part(state, CodePiece(Opcode::load).byte(*slot), 1);
  }
  // After an error in the head it may be a parameter that was not understood.
  if (pending_good_) use(IndexSpace::variable, wanted, 0);
  wakes_ |= kWakeVariable;
  return emit_part(state, CodePiece(Opcode::load_global).name(wanted.view()), 1);
}

/// A number, a name, or an expression in parentheses: no operators, so that `move 10 -5` is two.
bool Compiler::pointer_operand() {
  if (at_symbol('(')) {
    advance();
    return expression() && expect_symbol(')', ")");
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
  bool complete = false;
  return word_operand(state, complete);
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
  bool good = true;
  const auto op = infix(good);
  if (!op) return good;
  again = true;
  return infix_operator(state, *op);
}

/// The operator between two values that stands here, passed over up to its last character; nothing
/// if there is none, or an error (then not `good`).
std::optional<Compiler::Operator> Compiler::infix(bool& good) {
  if (keyword() == Keyword::k_and) return Operator::and_then;
  if (keyword() == Keyword::k_or) return Operator::or_else;
  if (token().kind != TokenKind::symbol) return std::nullopt;
  const bool equals = lexer_.following() == '=';
  const auto two = [&](Operator op) {
    advance();
    return op;
  };
  switch (token().character) {
    case '+':
      return Operator::add;
    case '-':
      return Operator::subtract;
    case '*':
      return Operator::multiply;
    case '/':
      return Operator::divide;
    case '%':
      return Operator::modulo;
    case '=':
      if (equals) return two(Operator::equal);
      good = error(Message::single_equals);
      return std::nullopt;
    case '!':
      if (equals) return two(Operator::not_equal);
      break;
    case '<':
      if (lexer_.following() == '>') good = error(Message::write_instead, "<>", "!=");
      if (!good) return std::nullopt;
      return equals ? two(Operator::less_equal) : Operator::less;
    case '>':
      return equals ? two(Operator::greater_equal) : Operator::greater;
    case '&':
      if (lexer_.following() == '&') good = error(Message::write_instead, "&&", "and");
      break;
    case '|':
      if (lexer_.following() == '|') good = error(Message::write_instead, "||", "or");
      break;
    default:
      break;
  }
  return std::nullopt;
}

/// At the last character of the operator, which a value must follow.
bool Compiler::infix_operator(Expression& state, Operator op) {
  const unsigned weight = strength(static_cast<std::uint8_t>(op));
  // Comparisons do not group: neither side may be one.
  if (!reduce(state, weight == kComparison ? weight + 1 : weight)) return false;
  if (weight == kComparison && state.count > 0 &&
      strength(static_cast<std::uint8_t>(state.top().op)) == kComparison) {
    return error(Message::comparison_chain);
  }
  const Position at = token().at;
  advance();
  if (op != Operator::and_then && op != Operator::or_else) return push_operator(state, op);
  std::uint16_t label = 0;
  const Opcode opcode = op == Operator::and_then ? Opcode::and_then : Opcode::or_else;
  if (!new_label(label, at) || !emit_part(state, CodePiece(opcode).number(label), -1) ||
      !push_operator(state, op)) {
    return false;
  }
  state.top().label = label;
  return true;
}

/// Writes the pending operators that bind at least as strongly as `least`, down to a parenthesis
/// (with `least` 0: all above it).
bool Compiler::reduce(Expression& state, unsigned least) {
  while (state.count > 0 && state.top().op > Operator::random) {
    const Expression::Pending pending = state.top();
    const auto op = static_cast<std::uint8_t>(pending.op);
    if (strength(op) < least) break;
    --state.count;
    const Opcode opcode = kOpcode[op];
    if (!emit_part(state, CodePiece(opcode), is_unary(opcode) ? 0 : -1)) return false;
    if (opcode == Opcode::truth) place_label(pending.label, scopes(depth_));
  }
  return true;
}

/// At a comma: inside a function's parentheses only.
bool Compiler::next_argument(Expression& state) {
  if (!reduce(state, 0)) return false;
  const Operator op = state.top().op;
  if (op == Operator::parenthesis || op == Operator::random) return error(Message::unbalanced);
  if (++state.top().values < 2) return true;
  return emit_part(state, CodePiece(op == Operator::minimum ? Opcode::minimum : Opcode::maximum),
                   -1);
}

bool Compiler::close_parenthesis(Expression& state) {
  if (!reduce(state, 0)) return false;
  const Operator op = state.top().op;
  if (op == Operator::random) {
    if (!emit_part(state, CodePiece(Opcode::random), 0)) return false;
  } else if (op != Operator::parenthesis) {
    if (state.top().values == 0) return expected(Message::expected_symbol, ",");
    if (!next_argument(state)) return false;
  }
  --state.count;
  --state.open;
  return true;
}

// ---- Functions and queries --------------------------------------------------------------------

/// At a keyword where a value should stand.
bool Compiler::functions(Expression& state, Keyword word, bool& complete) {
  switch (word) {
    case Keyword::k_min:
    case Keyword::k_max:
    case Keyword::k_random: {
      if (word == Keyword::k_random && until_) return error(Message::random_in_until);
      advance();
      if (!at_symbol('(')) return expected(Message::expected_symbol, "(");
      advance();
      return push_operator(state, word == Keyword::k_min   ? Operator::minimum
                                  : word == Keyword::k_max ? Operator::maximum
                                                           : Operator::random);
    }
    case Keyword::k_elapsed:
    case Keyword::k_time:
      return time_query(state, word, complete);
    default:
      complete = true;
      return query(state, word);
  }
}

/// A query: its value is the engine's.
bool Compiler::query(Expression& state, Keyword word) {
  const auto plain = [&](Query asked, std::uint8_t wakes) {
    wakes_ |= wakes;
    advance();
    return emit_part(state, CodePiece(Opcode::query).number(static_cast<std::uint32_t>(asked)), 1);
  };
  switch (word) {
    case Keyword::k_held:
      if (lexer_.following() == '(') return key_query(state);
      return plain(Query::held, kWakeRelease | kWakeKey);
    case Keyword::k_released:
      return plain(Query::released, kWakeRelease | kWakeKey);
    case Keyword::k_interrupted:
      return plain(Query::interrupted, kWakeKey);
    case Keyword::k_double:
      return plain(Query::double_tap, kWakeKey);
    case Keyword::k_pending:
      return plain(Query::pending, kWakeKey);
    case Keyword::k_recording:
      return plain(Query::recording, kWakeTask);
    case Keyword::k_mods:
      return mods_query(state);
    case Keyword::k_led:
      return led_query(state);
    case Keyword::k_layer:
      wakes_ |= kWakeLayer;
      return name_query(state, Opcode::layer_active, IndexSpace::layer);
    case Keyword::k_running:
      wakes_ |= kWakeTask;
      return name_query(state, Opcode::running, IndexSpace::macro);
    default:
      return expected(Message::expected_value_here);
  }
}

/// `elapsed` or `time`. In `wait until` only as `elapsed >= E`, which says when to wake.
bool Compiler::time_query(Expression& state, Keyword word, bool& complete) {
  const bool elapsed = word == Keyword::k_elapsed;
  const Position at = token().at;
  const std::uint32_t length = token().length;
  advance();
  if (!until_) {
    complete = true;
    const Query asked = elapsed ? Query::elapsed : Query::time;
    return emit_part(state, CodePiece(Opcode::query).number(static_cast<std::uint32_t>(asked)), 1);
  }
  const bool alone =
      state.count == 0 || strength(static_cast<std::uint8_t>(state.top().op)) < kComparison;
  if (!alone || !at_symbol('>') || lexer_.following() != '=') {
    return error_at(Message::time_in_until, at, length, keyword_name(word));
  }
  advance();
  advance();
  wakes_ |= kWakeTime;
  return push_operator(state, elapsed ? Operator::elapsed_reached : Operator::time_reached);
}

/// `held(K)`.
bool Compiler::key_query(Expression& state) {
  wakes_ |= kWakeKey;
  advance();
  advance();
  Chord key;
  if (at_symbol(')')) return expected(Message::expected_key);
  if (!chord(key)) return false;
  if (key.mods.any()) return error_at(Message::one_key, key.at, key.length);
  if (key.good) check_key(key);
  if (!at_symbol(')')) return expected(Message::expected_symbol, ")");
  advance();
  return emit_part(state, CodePiece(Opcode::held_key).key(key.key), 1);
}

/// `mods(ctrl+lshift)`.
bool Compiler::mods_query(Expression& state) {
  wakes_ |= kWakeKey;
  advance();
  if (!expect_symbol('(', "(")) return false;
  TriggerMods mods;
  for (;;) {
    if (token().kind != TokenKind::word) return expected(Message::expected_modifier);
    if (!add_modifier(mods, lexer_.word())) {
      error(Message::not_a_modifier, lexer_.word(), closest_modifier(lexer_.word()));
    }
    advance();
    if (!at_symbol('+')) break;
    advance();
  }
  if (!expect_symbol(')', ")")) return false;
  return emit_part(state, CodePiece(Opcode::mods_held).byte(mods.exact).byte(mods.either), 1);
}

/// `led(caps)`.
bool Compiler::led_query(Expression& state) {
  wakes_ |= kWakeLed;
  advance();
  if (!expect_symbol('(', "(")) return false;
  const auto* found =
      std::find(kLeds.begin(), kLeds.end(), token().kind == TokenKind::word ? lexer_.word() : "");
  if (found == kLeds.end()) return expected(Message::expected_led);
  advance();
  if (!expect_symbol(')', ")")) return false;
  return emit_part(state, CodePiece(Opcode::led).number(1U << (found - kLeds.begin())), 1);
}

/// `layer(nav)`, `running(f)`.
bool Compiler::name_query(Expression& state, Opcode opcode, IndexSpace space) {
  advance();
  NameAt operand;
  if (!expect_symbol('(', "(") || !name(operand)) return false;
  use(space, operand, kAnyParameters);
  if (!expect_symbol(')', ")")) return false;
  return emit_part(state, CodePiece(opcode).name(operand.view()), 1);
}

}  // namespace pianola::lang
