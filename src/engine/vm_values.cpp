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
  if (value.kind() != Value::Kind::integer) return fail(ErrorCode::type);
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
  if (a.kind() != Value::Kind::integer) return fail(ErrorCode::type);
  if (a.number() == std::numeric_limits<std::int32_t>::min()) return fail(ErrorCode::overflow);
  push(Value::integer(-a.number()));
  return Flow::next;
}

/// Replaces the two top values by what the instruction makes of them.
template <lang::Opcode kOpcode>
Vm::Flow Vm::binary() {
  const Value b = pop();
  const Value a = pop();
  if (a.kind() != Value::Kind::integer || b.kind() != Value::Kind::integer) {
    return fail(ErrorCode::type);
  }
  std::int32_t result = 0;
  if (const auto error = calculate<kOpcode>(a.number(), b.number(), result)) return fail(*error);
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

/// A place in code that is in memory, and the values that instructions work on.
struct Machine {
  const std::uint8_t* at;
  const std::uint8_t* end;
  Value* bottom;
  Value* top;  ///< Above the topmost value.
  Value* frame;
  std::uint32_t slots;

  /// One byte. False at the end.
  bool byte(std::uint32_t& out) {
    if (at == end) return false;
    out = *at++;
    return true;
  }
  /// A number of one or two bytes. False for others.
  bool number(std::uint32_t& out) {
    if (!byte(out)) return false;
    if (out < 0x80) return true;
    std::uint32_t high = 0;
    if (!byte(high) || high >= 0x80) return false;
    out = (out & 0x7FU) | (high << 7);
    return true;
  }
  /// The slot that the next byte names. Null if there is none.
  Value* slot() {
    std::uint32_t number = 0;
    return byte(number) && number < slots ? frame + number : nullptr;
  }

  bool push() {
    std::uint32_t zigzag = 0;
    if (top == bottom + lang::kMaxStack || !number(zigzag)) return false;
    const std::uint32_t bits = (zigzag >> 1) ^ (~(zigzag & 1U) + 1U);
    *top++ = Value::integer(static_cast<std::int32_t>(bits));
    return true;
  }
  bool load() {
    const Value* from = slot();
    if (from == nullptr || top == bottom + lang::kMaxStack) return false;
    if (from->kind() == Value::Kind::unset) return false;
    *top++ = *from;
    return true;
  }
  bool counter() {
    Value* to = slot();
    if (to == nullptr || top == bottom || top[-1].kind() != Value::Kind::integer) return false;
    *to = *--top;
    return true;
  }
  bool repeat() {
    Value* count = slot();
    std::uint32_t label = 0;
    if (count == nullptr || !number(label) || count->kind() != Value::Kind::integer) return false;
    if (count->number() <= 0) return false;
    *count = Value::integer(count->number() - 1);
    return true;
  }
  template <Opcode kOpcode>
  bool binary() {
    if (top - bottom < 2 || top[-1].kind() != Value::Kind::integer ||
        top[-2].kind() != Value::Kind::integer) {
      return false;
    }
    std::int32_t result = 0;
    if (calculate<kOpcode>(top[-2].number(), top[-1].number(), result)) return false;
    --top;
    top[-1] = Value::integer(result);
    return true;
  }
};

}  // namespace

/// Executes instructions that only compute, for as long as they are in the reader's window, nobody
/// waits for the floor, and nothing is out of the ordinary. Stops before the first other one.
void Vm::compute(unsigned& budget) {
  std::uint32_t before = 0;
  const std::span<const std::uint8_t> code = core_.reader.ahead(before);
  const std::uint8_t* const first = code.data() - before;
  Machine machine{code.data(),
                  code.data() + code.size(),
                  core_.stack.data(),
                  core_.stack.data() + core_.floor.depth,
                  &core_.slots[task().frame],
                  task().slots};
  const std::uint8_t* done = machine.at;
  const bool may_loop = alone();
  // Whether the instruction that begins at `done` goes back to one that is in the window.
  const auto back = [&] {
    std::uint32_t distance = 0;
    if (!may_loop || machine.top != machine.bottom || !machine.number(distance)) return false;
    if (distance == 0 || distance > static_cast<std::uint32_t>(done - first)) return false;
    machine.at = done - distance;
    return true;
  };
  const auto execute_one = [&] {
    std::uint32_t opcode = 0;
    if (!machine.byte(opcode)) return false;
    switch (static_cast<Opcode>(opcode)) {
      case Opcode::push: return machine.push();
      case Opcode::load: return machine.load();
      case Opcode::counter: return machine.counter();
      case Opcode::repeat: return machine.repeat();
      case Opcode::back: return back();
      case Opcode::add: return machine.binary<Opcode::add>();
      case Opcode::subtract: return machine.binary<Opcode::subtract>();
      case Opcode::multiply: return machine.binary<Opcode::multiply>();
      case Opcode::divide: return machine.binary<Opcode::divide>();
      case Opcode::modulo: return machine.binary<Opcode::modulo>();
      case Opcode::minimum: return machine.binary<Opcode::minimum>();
      case Opcode::maximum: return machine.binary<Opcode::maximum>();
      default: return false;
    }
  };
  for (; budget > 0 && execute_one(); --budget) done = machine.at;
  core_.reader.move(static_cast<std::int32_t>(done - code.data()));
  core_.floor.depth = static_cast<std::uint8_t>(machine.top - machine.bottom);
}

}  // namespace pianola::engine
