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
  if (record >= Value::kRecords || operands.payload > lang::kMaxCode) {
    return fail(ErrorCode::code);
  }
  push(Value::text(record, operands.payload - 1));
  core_.reader.skip(operands.value[0]);
  return Flow::next;
}

Vm::Flow Vm::on_more_text(const Operands& operands) {
  core_.reader.skip(operands.value[0]);
  return Flow::next;
}

Vm::Flow Vm::on_load(const Operands& operands) {
  const Value value = slot(operands.value[0]);
  if (value.kind() == Value::Kind::unset) return fail(ErrorCode::unset);
  push(value);
  return Flow::next;
}

Vm::Flow Vm::on_counter(const Operands& operands) {
  const Value value = pop();
  if (!value.is_integer()) return fail(ErrorCode::type);
  slot(operands.value[0]) = value;
  return Flow::next;
}

Vm::Flow Vm::on_load_global(const Operands& operands) {
  const std::int32_t* value = core_.globals.find(operands.value[0]);
  if (value == nullptr) return fail(ErrorCode::variable);
  push(Value::integer(*value));
  return Flow::next;
}

Vm::Flow Vm::on_negate(const Operands&) {
  const Value a = pop();
  if (!a.is_integer()) return fail(ErrorCode::type);
  if (a.number() == std::numeric_limits<std::int32_t>::min()) return fail(ErrorCode::overflow);
  push(Value::integer(-a.number()));
  return Flow::next;
}

/// Replaces the two top values by what the instruction makes of them.
template <lang::Opcode Code>
Vm::Flow Vm::binary() {
  const Value b = pop();
  const Value a = pop();
  if (!a.is_integer() || !b.is_integer()) {
    return fail(ErrorCode::type);
  }
  std::int32_t result = 0;
  if (const auto error = calculate<Code>(a.number(), b.number(), result)) return fail(*error);
  push(Value::integer(result));
  return Flow::next;
}

Vm::Flow Vm::on_add(const Operands&) { return binary<Opcode::add>(); }
Vm::Flow Vm::on_subtract(const Operands&) { return binary<Opcode::subtract>(); }
Vm::Flow Vm::on_multiply(const Operands&) { return binary<Opcode::multiply>(); }
Vm::Flow Vm::on_divide(const Operands&) { return binary<Opcode::divide>(); }
Vm::Flow Vm::on_modulo(const Operands&) { return binary<Opcode::modulo>(); }
Vm::Flow Vm::on_minimum(const Operands&) { return binary<Opcode::minimum>(); }
Vm::Flow Vm::on_maximum(const Operands&) { return binary<Opcode::maximum>(); }

// ---- Where the code lies in the window ---------------------------------------------------------

namespace {

/// Instructions longer than this are left to the handlers.
constexpr std::ptrdiff_t kLongest = 4;

/// A place in code that is in memory, kLongest bytes at least, and the values to work on. Each
/// function executes the instruction whose opcode was just read, or returns false; then only `at`
/// has changed.
struct Machine {
  const std::uint8_t* at;
  Value* bottom;
  Value* top;  ///< Above the topmost value.
  Value* frame;
  std::uint32_t slots;

  /// A number of one or two bytes. False for others.
  bool number(std::uint32_t& out) {
    out = *at++;
    if (out < 0x80) return true;
    const std::uint32_t high = *at++;
    out = (out & 0x7FU) | (high << 7);
    return high < 0x80;
  }
  /// The slot that the next byte names. Null if there is none.
  Value* slot() {
    const std::uint32_t number = *at++;
    return number < slots ? frame + number : nullptr;
  }
  [[nodiscard]] bool full() const { return top == bottom + lang::kMaxStack; }

  bool push() {
    std::uint32_t zigzag = 0;
    if (full() || !number(zigzag)) return false;
    const std::uint32_t bits = (zigzag >> 1) ^ (~(zigzag & 1U) + 1U);
    *top++ = Value::integer(static_cast<std::int32_t>(bits));
    return true;
  }
  bool load() {
    const Value* from = slot();
    if (from == nullptr || full() || from->kind() == Value::Kind::unset) return false;
    *top++ = *from;
    return true;
  }
  bool counter() {
    Value* to = slot();
    if (to == nullptr || top == bottom || !top[-1].is_integer()) return false;
    *to = *--top;
    return true;
  }
  bool repeat() {
    Value* count = slot();
    std::uint32_t label = 0;
    if (count == nullptr || !number(label) || !count->is_integer()) return false;
    if (count->number() <= 0) return false;
    *count = Value::integer(count->number() - 1);
    return true;
  }
  /// Goes back from the instruction at `from`, but not farther than to `first`.
  bool back(const std::uint8_t* from, const std::uint8_t* first) {
    std::uint32_t distance = 0;
    if (top != bottom || !number(distance)) return false;
    if (distance == 0 || distance > static_cast<std::size_t>(from - first)) return false;
    at = from - distance;
    return true;
  }
  template <Opcode Code>
  bool binary() {
    if (top - bottom < 2 || !top[-1].is_integer() || !top[-2].is_integer()) {
      return false;
    }
    std::int32_t result = 0;
    if (calculate<Code>(top[-2].number(), top[-1].number(), result)) return false;
    --top;
    top[-1] = Value::integer(result);
    return true;
  }
};

/// Executes the instruction at `machine.at`, in a window that begins at `first`.
inline bool compute_one(Machine& machine, const std::uint8_t* first, bool may_loop) {
  const std::uint8_t* const from = machine.at;
  switch (static_cast<Opcode>(*machine.at++)) {
    case Opcode::push:
      return machine.push();
    case Opcode::load:
      return machine.load();
    case Opcode::counter:
      return machine.counter();
    case Opcode::repeat:
      return machine.repeat();
    case Opcode::back:
      return may_loop && machine.back(from, first);
#define PIANOLA_BINARY(symbol) \
  case Opcode::symbol:         \
    return machine.binary<Opcode::symbol>();
      PIANOLA_BINARY(add)
      PIANOLA_BINARY(subtract)
      PIANOLA_BINARY(multiply)
      PIANOLA_BINARY(divide)
      PIANOLA_BINARY(modulo)
      PIANOLA_BINARY(minimum)
      PIANOLA_BINARY(maximum)
#undef PIANOLA_BINARY
    default:
      return false;
  }
}

}  // namespace

/// Executes instructions that only compute, for as long as they are in the reader's window, nobody
/// waits for the floor, and nothing is out of the ordinary. Stops before the first other one.
void Vm::compute(unsigned& budget) {
  std::uint32_t before = 0;
  const std::span<const std::uint8_t> code = core_.reader.ahead(before);
  const std::uint8_t* const begin = code.data();
  const std::uint8_t* const end = begin + code.size();
  Value* const stack = core_.stack.data();
  Machine machine{begin, stack, stack + core_.floor.depth, &slot(0), task().slots};
  const bool may_loop = alone();
  const std::uint8_t* done = begin;
  unsigned left = budget;
  while (left > 0 && end - done >= kLongest && compute_one(machine, begin - before, may_loop)) {
    done = machine.at;
    --left;
  }
  budget = left;
  core_.reader.move(static_cast<std::int32_t>(done - begin));
  core_.floor.depth = static_cast<std::uint8_t>(machine.top - stack);
}

}  // namespace pianola::engine
