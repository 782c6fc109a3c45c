// The instructions that compute.

#include <limits>
#include <span>

#include "engine/arithmetic.hpp"
#include "engine/vm.hpp"

namespace pianola::engine {

using lang::Opcode;

Vm::Flow Vm::on_push(const Operands& operands) {
  push(Value::integer(static_cast<std::int32_t>(operands.value[0])));
  return Flow::next;
}

Vm::Flow Vm::on_push_text(const Operands& operands) {
  const std::uint32_t record = core_.reader.record();
  if (record >= lang::kRecordNumbers || operands.payload > lang::kMaxCode) {
    return fail(ErrorCode::code);
  }
  push(Value::text(record, operands.payload));
  return Flow::next;
}

Vm::Flow Vm::on_more_text(const Operands&) { return Flow::next; }

Vm::Flow Vm::on_load(const Operands& operands) {
  const Value value = slot(operands.value[0]);
  if (value.kind() == Value::Kind::unset) return fail(ErrorCode::unset);
  push(value);
  return Flow::next;
}

Vm::Flow Vm::on_let(const Operands& operands) {
  slot(operands.value[0]) = pop();
  return Flow::next;
}

Vm::Flow Vm::on_store(const Operands& operands) { return on_let(operands); }

Vm::Flow Vm::on_counter(const Operands& operands) {
  const Value value = pop();
  if (!value.is_integer()) return fail(ErrorCode::type);
  slot(operands.value[0]) = value;
  return Flow::next;
}

/// What the file calls `name`: a global, or else a text, whose first piece's length byte stands
/// behind an opcode. Nothing if there is neither.
std::optional<Value> Vm::value_of(std::uint32_t name) {
  lang::Roll& roll = *core_.roll;
  if (const std::int32_t* global = core_.globals.find(roll, name)) return Value::integer(*global);
  lang::IndexEntry entry;
  const bool found = index_find(roll, name_key(lang::IndexSpace::text, name), entry) &&
                     entry.record < lang::kRecordNumbers && entry.body < lang::kMaxCode;
  return found ? std::optional{Value::text(entry.record, entry.body + 1)} : std::nullopt;
}

Vm::Flow Vm::on_load_global(const Operands& operands) {
  const std::optional<Value> value = value_of(operands.value[0]);
  if (!value) return fail(ErrorCode::variable);
  push(*value);
  return Flow::next;
}

Vm::Flow Vm::on_store_global(const Operands& operands) {
  const Value value = pop();
  if (!value.is_integer()) return fail(ErrorCode::type);
  std::int32_t* global = core_.globals.find(*core_.roll, operands.value[0]);
  if (global == nullptr) return fail(ErrorCode::variable);
  if (*global != value.number()) core_.signal(kWakeVariable);
  *global = value.number();
  return Flow::next;
}

Vm::Flow Vm::on_truth(const Operands&) {
  const Value a = pop();
  if (!a.is_integer()) return fail(ErrorCode::type);
  push(a.number() != 0);
  return Flow::next;
}

Vm::Flow Vm::on_invert(const Operands&) {
  const Value a = pop();
  if (!a.is_integer()) return fail(ErrorCode::type);
  push(a.number() == 0);
  return Flow::next;
}

/// By a generator of Marsaglia's xorshift kind (13, 17, 5), whose state is never 0.
Vm::Flow Vm::on_random(const Operands&) {
  const Value limit = pop();
  if (!limit.is_integer()) return fail(ErrorCode::type);
  if (limit.number() <= 0) return fail(ErrorCode::range);
  std::uint32_t& state = core_.random;
  state ^= state << 13;
  state ^= state >> 17;
  state ^= state << 5;
  const std::uint64_t scaled = std::uint64_t{state} * static_cast<std::uint32_t>(limit.number());
  push(Value::integer(static_cast<std::int32_t>(scaled >> 32)));
  return Flow::next;
}

Vm::Flow Vm::on_negate(const Operands&) {
  const Value a = pop();
  if (!a.is_integer()) return fail(ErrorCode::type);
  if (a.number() == std::numeric_limits<std::int32_t>::min()) return fail(ErrorCode::overflow);
  push(Value::integer(-a.number()));
  return Flow::next;
}

/// Replaces the two top values by what `opcode` makes of them.
Vm::Flow Vm::binary(Opcode opcode) {
  const Value b = pop();
  const Value a = pop();
  if (!a.is_integer() || !b.is_integer()) {
    return fail(ErrorCode::type);
  }
  std::int32_t result = 0;
  if (const auto error = calculate(opcode, a.number(), b.number(), result)) return fail(*error);
  push(Value::integer(result));
  return Flow::next;
}

Vm::Flow Vm::on_add(const Operands&) { return binary(Opcode::add); }
Vm::Flow Vm::on_subtract(const Operands&) { return binary(Opcode::subtract); }
Vm::Flow Vm::on_multiply(const Operands&) { return binary(Opcode::multiply); }
Vm::Flow Vm::on_divide(const Operands&) { return binary(Opcode::divide); }
Vm::Flow Vm::on_modulo(const Operands&) { return binary(Opcode::modulo); }
Vm::Flow Vm::on_minimum(const Operands&) { return binary(Opcode::minimum); }
Vm::Flow Vm::on_maximum(const Operands&) { return binary(Opcode::maximum); }
Vm::Flow Vm::on_equal(const Operands&) { return binary(Opcode::equal); }
Vm::Flow Vm::on_not_equal(const Operands&) { return binary(Opcode::not_equal); }
Vm::Flow Vm::on_less(const Operands&) { return binary(Opcode::less); }
Vm::Flow Vm::on_less_equal(const Operands&) { return binary(Opcode::less_equal); }
Vm::Flow Vm::on_greater(const Operands&) { return binary(Opcode::greater); }
Vm::Flow Vm::on_greater_equal(const Operands&) { return binary(Opcode::greater_equal); }

// ---- Where the code lies in the window ---------------------------------------------------------

namespace {

/// Instructions longer than this are left to the handlers.
constexpr std::size_t kLongest = 6;
/// Longest run of instructions that Machine::assign_or_test() executes.
constexpr std::ptrdiff_t kLongestRun = 9;

constexpr std::int32_t from_zigzag(std::uint32_t zigzag) {
  return static_cast<std::int32_t>((zigzag >> 1) ^ (~(zigzag & 1U) + 1U));
}

/// A place in code that is in memory, kLongest bytes at least, and the values to work on. Each
/// function executes the instruction whose opcode was just read, or returns false; then only `at`
/// has changed.
struct Machine {
  const std::uint8_t* at;
  Value* bottom;
  Value* top;    ///< Above the topmost value.
  Value* limit;  ///< The highest place of `top`.
  Value* frame;
  std::uint32_t slots;

  /// A number of one to four bytes. False for others.
  bool number(std::uint32_t& out) {
    out = *at++;
    if (out < 0x80) return true;
    out &= 0x7FU;
    for (unsigned shift = 7; shift < 28; shift += 7) {
      const std::uint32_t next = *at++;
      out |= (next & 0x7FU) << shift;
      if (next < 0x80) return true;
    }
    return false;
  }
  /// The slot that the next byte names. Null if there is none.
  Value* slot() {
    const std::uint32_t number = *at++;
    return number < slots ? frame + number : nullptr;
  }
  /// Whether there are `count` values and the topmost one is an integer.
  [[nodiscard]] bool has(std::ptrdiff_t count) const {
    return top - bottom >= count && top[-1].is_integer();
  }

  bool push() {
    std::uint32_t zigzag = 0;
    if (top == limit || !number(zigzag)) return false;
    *top++ = Value::integer(from_zigzag(zigzag));
    return true;
  }
  bool load() {
    const Value* from = slot();
    if (from == nullptr || top == limit || from->kind() == Value::Kind::unset) return false;
    *top++ = *from;
    return true;
  }
  bool store() {
    Value* to = slot();
    if (to == nullptr || top == bottom) return false;
    *to = *--top;
    return true;
  }
  bool counter() { return has(1) && store(); }
  bool repeat() {
    Value* count = slot();
    std::uint32_t label = 0;
    if (count == nullptr || !number(label) || !count->is_integer()) return false;
    if (count->number() <= 0) return false;
    *count = Value::integer(count->number() - 1);
    return true;
  }
  /// Pops a condition that must be `wanted`: the jump is left to the handlers.
  bool falls_through(bool wanted) {
    std::uint32_t label = 0;
    if (!has(1) || (top[-1].number() != 0) != wanted || !number(label)) return false;
    --top;
    return true;
  }
  bool skip_label() {
    std::uint32_t label = 0;
    return number(label);
  }
  /// Goes back from the instruction at `from`, but not farther than to `first`.
  bool back(const std::uint8_t* from, const std::uint8_t* first) {
    std::uint32_t distance = 0;
    if (top != bottom || !number(distance)) return false;
    if (distance == 0 || from - first < static_cast<std::ptrdiff_t>(distance)) return false;
    at = from - distance;
    return true;
  }
  bool truth(bool value) {
    if (!has(1)) return false;
    top[-1] = Value::integer((top[-1].number() != 0) == value ? 1 : 0);
    return true;
  }
  /// LOAD or PUSH of an integer at `from`, goes on after it. False for others.
  bool operand(const std::uint8_t*& from, std::int32_t& out) const {
    const std::uint32_t number = from[1];
    if (static_cast<Opcode>(*from) == Opcode::load) {
      if (number >= slots || !frame[number].is_integer()) return false;
      out = frame[number].number();
      from += 2;
      return true;
    }
    if (static_cast<Opcode>(*from) != Opcode::push) return false;
    const std::uint32_t high = number < 0x80 ? 0U : from[2];
    if (high >= 0x80) return false;
    out = from_zigzag((number & 0x7FU) | (high << 7));
    from += number < 0x80 ? 2 : 3;
    return true;
  }
  /// `x = a + b` or `while a < b`, which most of what loops do is: two operands, what joins them,
  /// and what becomes of it, in one go and without the stack. `from` is where the first one begins,
  /// kLongestRun bytes before the end at least.
  bool assign_or_test(const std::uint8_t* from) {
    std::int32_t a = 0;
    std::int32_t b = 0;
    if (!operand(from, a) || !operand(from, b) || !join(static_cast<Opcode>(*from++), a, b)) {
      return false;
    }
    const std::uint32_t number = from[1];
    switch (static_cast<Opcode>(*from)) {
      case Opcode::let:
      case Opcode::store:
        if (number >= slots) return false;
        frame[number] = Value::integer(a);
        break;
      case Opcode::branch:
      case Opcode::while_true:
        if (a == 0 || number >= 0x80) return false;
        break;
      default:
        return false;
    }
    at = from + 2;
    return true;
  }
  /// `a` becomes what `opcode` makes of it and `b`. False if that is none of the frequent ones.
  static bool join(Opcode opcode, std::int32_t& a, std::int32_t b) {
    switch (opcode) {
      case Opcode::add:
        return !calculate<Opcode::add>(a, b, a);
      case Opcode::subtract:
        return !calculate<Opcode::subtract>(a, b, a);
      case Opcode::equal:
        return !calculate<Opcode::equal>(a, b, a);
      case Opcode::not_equal:
        return !calculate<Opcode::not_equal>(a, b, a);
      case Opcode::less:
        return !calculate<Opcode::less>(a, b, a);
      case Opcode::less_equal:
        return !calculate<Opcode::less_equal>(a, b, a);
      case Opcode::greater:
        return !calculate<Opcode::greater>(a, b, a);
      case Opcode::greater_equal:
        return !calculate<Opcode::greater_equal>(a, b, a);
      default:
        return false;
    }
  }
  bool binary(Opcode opcode) {
    if (!has(2) || !top[-2].is_integer()) return false;
    std::int32_t result = 0;
    if (calculate(opcode, top[-2].number(), top[-1].number(), result)) return false;
    --top;
    top[-1] = Value::integer(result);
    return true;
  }
};

/// Executes the instruction at `from`, or several, in a window from `first` to `end`.
inline bool compute_one(Machine& machine, const std::uint8_t* from, const std::uint8_t* first,
                        const std::uint8_t* end) {
  machine.at = from + 1;
  switch (static_cast<Opcode>(*from)) {
    case Opcode::push:
      return machine.push();
    case Opcode::load:
      if (end - from >= kLongestRun && machine.assign_or_test(from)) return true;
      return machine.load();
    case Opcode::let:
    case Opcode::store:
      return machine.store();
    case Opcode::counter:
      return machine.counter();
    case Opcode::repeat:
      return machine.repeat();
    case Opcode::branch:
    case Opcode::while_true:
    case Opcode::and_then:
      return machine.falls_through(true);
    case Opcode::or_else:
      return machine.falls_through(false);
    case Opcode::forever:
    case Opcode::label:
      return machine.skip_label();
    case Opcode::truth:
      return machine.truth(true);
    case Opcode::invert:
      return machine.truth(false);
    case Opcode::back:
      return machine.back(from, first);
    case Opcode::add:
    case Opcode::subtract:
    case Opcode::multiply:
    case Opcode::divide:
    case Opcode::modulo:
    case Opcode::minimum:
    case Opcode::maximum:
    case Opcode::equal:
    case Opcode::not_equal:
    case Opcode::less:
    case Opcode::less_equal:
    case Opcode::greater:
    case Opcode::greater_equal:
      return machine.binary(static_cast<Opcode>(*from));
    default:
      return false;
  }
}

}  // namespace

/// Executes instructions that only compute, for as long as they are in the reader's window and
/// nothing is out of the ordinary; what assign_or_test() does counts as one. Stops before the first
/// other one. `alone`: nobody waits for the floor.
void Vm::compute(unsigned& budget, bool alone) {
  std::uint32_t before = 0;
  const std::span<const std::uint8_t> code = core_.reader.ahead(before);
  if (code.size() < kLongest) return;
  const std::uint8_t* const begin = code.data();
  const std::uint8_t* const last = begin + code.size() - kLongest;
  const std::uint8_t* const end = begin + code.size();
  // Where nobody may be passed over, no instruction leads back.
  const std::uint8_t* const first = alone ? begin - before : last;
  Value* const stack = core_.stack.data();
  Machine machine{begin,    stack,       stack + core_.floor.depth, stack + lang::kMaxStack,
                  &slot(0), task().slots};
  const std::uint8_t* done = begin;
  unsigned left = budget;
  while (left > 0 && done <= last && compute_one(machine, done, first, end)) {
    done = machine.at;
    --left;
  }
  budget = left;
  core_.reader.move(static_cast<std::int32_t>(done - begin));
  core_.floor.depth = static_cast<std::uint8_t>(machine.top - stack);
}

}  // namespace pianola::engine
