#include "engine/vm.hpp"

#include <algorithm>

#include "engine/arithmetic.hpp"
#include "lang/settings.hpp"

namespace pianola::engine {

using lang::Opcode;
using lang::OperandKind;

// ---- Running -----------------------------------------------------------------------------------

constexpr Vm::Kind Vm::kind(std::uint8_t code) {
  const auto opcode = static_cast<Opcode>(code);
  // The group "Keys" of the table but for text, which waits before each character.
  if (opcode >= Opcode::tap && opcode <= Opcode::raw) return Kind::types;
  switch (opcode) {
    case Opcode::repeat:
    case Opcode::back:
    case Opcode::push:
    case Opcode::load:
    case Opcode::counter:
      return Kind::computes;
    default:
      return is_binary(opcode) ? Kind::computes : Kind::plain;
  }
}

/// Whether no task, key or deadline waits for the floor, and the task has typed nothing.
bool Vm::nobody_waits() {
  return !core_.tasks.any_ready() && core_.input.empty() && !core_.tasks.due(core_.now);
}

bool Vm::alone() { return nobody_waits() && core_.mixer.stroke().idle() && core_.mixer.quiet(); }

Vm::Flow Vm::fail(ErrorCode code) {
  core_.fail_floor({code, core_.reader.record(), start_});
  return Flow::yielded;
}

bool Vm::read_sized(std::uint32_t most, std::uint32_t& value, Operands& operands) {
  value = core_.reader.byte();
  operands.payload = core_.reader.offset();
  return value <= most;
}

template <OperandKind Type>
bool Vm::read(std::uint32_t& value, Operands& operands) {
  lang::CodeReader& reader = core_.reader;
  switch (Type) {
    case OperandKind::none:
      return true;
    case OperandKind::number:
    case OperandKind::label:
    case OperandKind::distance:
      value = reader.number();
      return true;
    case OperandKind::integer:
      value = static_cast<std::uint32_t>(reader.integer());
      return true;
    case OperandKind::slot:
      value = reader.byte();
      return value < task().slots;
    case OperandKind::mods:
      value = reader.byte();
      return true;
    case OperandKind::key:
      value = reader.number();
      return is_valid_key(lang::KeyRef::from_raw(value));
    case OperandKind::name: {
      std::uint32_t size = 0;
      if (!read_sized(lang::kMaxName, size, operands) || size == 0) return false;
      value = lang::kHashStart;
      for (; size > 0; --size) value = lang::hash_step(value, reader.byte());
      return true;
    }
    case OperandKind::text:
      return read_sized(lang::kMaxText, value, operands);
    case OperandKind::keys:
      return read_sized(lang::kMaxRawKeys, value, operands);
    case OperandKind::labels:
      return read_sized(0xFF, value, operands);
    case OperandKind::trigger:
      return false;
  }
  return false;
}

template <Opcode Code, typename Handler>
Vm::Flow Vm::perform(Handler handler) {
  constexpr const lang::OpcodeInfo& kInfo = lang::kOpcodes[static_cast<std::size_t>(Code)];
  static_assert(kInfo.pushes <= kInfo.pops + 1);
  if (core_.floor.depth < kInfo.pops) return fail(ErrorCode::code);
  if (kInfo.pushes > kInfo.pops && core_.floor.depth == lang::kMaxStack) {
    return fail(ErrorCode::code);
  }
  Operands operands;
  const bool good = read<kInfo.operands[0]>(operands.value[0], operands) &&
                    read<kInfo.operands[1]>(operands.value[1], operands) &&
                    read<kInfo.operands[2]>(operands.value[2], operands) &&
                    read<kInfo.operands[3]>(operands.value[3], operands);
  if (!good || core_.reader.failed()) return fail(ErrorCode::code);
  return handler(operands);
}

inline Vm::Flow Vm::execute(std::uint8_t code) {
  switch (static_cast<Opcode>(code)) {
#define PIANOLA_X(symbol, ...) \
  case Opcode::symbol:         \
    return perform<Opcode::symbol>([this](const Operands& o) { return on_##symbol(o); });
    PIANOLA_OPCODES(PIANOLA_X)
#undef PIANOLA_X
  }
  return fail(ErrorCode::code);
}

/// Executes the next instruction by its handler.
inline Vm::Flow Vm::one() {
  lang::CodeReader& reader = core_.reader;
  start_ = reader.offset();
  const Flow flow = execute(reader.byte());
  if (flow == Flow::repeat) reader.seek(reader.record(), start_);
  return flow;
}

inline Vm::Flow Vm::end_typing() {
  core_.reader.seek(task().record, core_.floor.pc);
  return Flow::next;
}

/// Types by one report, or finds that a character needs none, or that the text is over.
inline Vm::Flow Vm::type() {
  Typist& typist = core_.typist;
  if (!typist.busy()) {
    char32_t character = 0;
    start_ = core_.reader.offset();
    const TextSource::Result result = core_.floor.text.next(core_.reader, character);
    if (result == TextSource::Result::piece) return Flow::next;
    if (result == TextSource::Result::end) return end_typing();
    if (result == TextSource::Result::bad) return fail(ErrorCode::text);
    const bool caps_lock = (core_.leds & kCapsLockLed) != 0;
    typist.begin(character, hid::layouts()[task().layout], caps_lock);
    if (!typist.busy()) return Flow::next;
  }
  drop_raw();
  typist.go_on(core_.floor.manner);
  return Flow::next;
}

Vm::Stop Vm::run(unsigned& budget) {
  self_ = &core_.tasks[core_.floor.task];
  while (budget > 0) {
    if (core_.floor.text.active()) {
      if (!ready()) return Stop::waiting;
      --budget;
      if (type() == Flow::yielded) return Stop::yielded;
      continue;
    }
    const std::uint8_t code = core_.reader.peek();
    const Kind how = kind(code);
    if (how == Kind::computes) {
      const unsigned before = budget;
      compute(budget);
      if (budget != before) continue;  // what follows may have to wait for the host
    } else if (how == Kind::types && !ready()) {
      return Stop::waiting;
    }
    --budget;
    const Flow flow = one();
    if (flow == Flow::yielded) return Stop::yielded;
    if (flow == Flow::repeat && !ready()) return Stop::waiting;
  }
  return Stop::budget;
}

// ---- Declarations are not executed -------------------------------------------------------------

Vm::Flow Vm::on_set_number(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_set_name(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_variable(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_macro(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_bind(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_remap(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_remap_none(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_remap_hold(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_remap_layer(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_layer(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_layer_end(const Operands&) { return fail(ErrorCode::code); }
Vm::Flow Vm::on_private_next(const Operands&) { return fail(ErrorCode::code); }

// ---- Options -----------------------------------------------------------------------------------

Vm::Flow Vm::on_option_again(const Operands& operands) {
  task().again = operands.value[0] & 3U;
  return Flow::next;
}

Vm::Flow Vm::on_option_typing(const Operands& operands) {
  task().typing = static_cast<std::uint16_t>(std::min<std::uint32_t>(operands.value[0], 0xFFFF));
  return Flow::next;
}

Vm::Flow Vm::on_option_layout(const Operands& operands) {
  const std::uint32_t size = core_.reader.offset() - operands.payload;
  core_.reader.seek(core_.reader.record(), operands.payload);
  const std::optional<std::uint8_t> layout = read_layout(core_.reader, size);
  if (!layout) return fail(ErrorCode::layout);
  task().layout = *layout;
  return Flow::next;
}

// ---- Yielding ----------------------------------------------------------------------------------

/// Lets the typed key up and waits for the host. False: not yet.
bool Vm::flush() {
  if (core_.mixer.stroke().idle()) return core_.mixer.settle(core_.now);
  if (ready()) core_.typist.release_stroke(task().typing);
  return false;
}

/// Remembers where the task goes on; the floor is free. False, and the task failed, if values are
/// left on the stack: it belongs to the floor.
bool Vm::park(std::uint32_t pc) {
  if (core_.floor.depth != 0) {
    fail(ErrorCode::code);
    return false;
  }
  task().pc = pc & 0xFFFFFFU;
  core_.floor.task = kNoTask;
  return true;
}

Vm::Flow Vm::yield(std::uint32_t pc) {
  const TaskIndex index = core_.floor.task;
  if (park(pc)) core_.tasks.yield(index);
  return Flow::yielded;
}

Vm::Flow Vm::sleep(std::uint32_t pc, Wakes wakes) {
  const TaskIndex index = core_.floor.task;
  if (park(pc)) core_.tasks.sleep(index, wakes);
  return Flow::yielded;
}

Vm::Flow Vm::sleep_for(std::uint32_t pc, std::uint32_t duration) {
  if (duration > lang::kMaxDuration) return fail(ErrorCode::duration);
  if (duration == 0) return yield(pc);
  task().deadline = core_.now + duration;
  return sleep(pc, kWakeTime);
}

Vm::Flow Vm::on_wait(const Operands& operands) {
  if (!flush()) return Flow::repeat;
  return sleep_for(core_.reader.offset(), operands.value[0]);
}

Vm::Flow Vm::on_wait_value(const Operands&) {
  if (!flush()) return Flow::repeat;
  const Value value = pop();
  if (!value.is_integer()) return fail(ErrorCode::type);
  // What should have been over already is not waited for.
  return sleep_for(core_.reader.offset(),
                   static_cast<std::uint32_t>(std::max(value.number(), std::int32_t{0})));
}

Vm::Flow Vm::on_wait_release(const Operands& operands) {
  if (!flush()) return Flow::repeat;
  Task& self = task();
  const bool limited = operands.value[0] != 0;
  const std::uint32_t limit = operands.value[0] - 1;
  if (limited && limit > lang::kMaxDuration) return fail(ErrorCode::duration);
  if (self.resumed == 0) {
    self.resumed = 1;
    self.deadline = core_.now + limit;
    if (!trigger_held()) return yield(start_);
  } else if (!trigger_held() || (limited && reached(core_.now, self.deadline))) {
    self.resumed = 0;
    return Flow::next;
  }
  return sleep(start_, limited ? kWakeRelease | kWakeTime : kWakeRelease);
}

Vm::Flow Vm::on_end(const Operands&) {
  // The last key goes up when the task is gone already, but never before it was seen.
  if (is_safe() ? !flush() : !ready()) return Flow::repeat;
  if (core_.floor.depth != 0) return fail(ErrorCode::code);
  core_.typist.drop_stroke();
  core_.typist.stand(task().typing);
  const TaskIndex caller = core_.tasks.find(task().parent);
  if (caller != kNoTask) {
    if (task().raw != 0) core_.tasks[caller].raw = 1;
    if (core_.mixer.holds().contains(owner())) {
      core_.mixer.change().give(owner(), task_owner(caller));
    }
    core_.tasks.wake(caller);
  }
  core_.end_task(core_.floor.task);
  return Flow::yielded;
}

// ---- Control -----------------------------------------------------------------------------------

Vm::Flow Vm::jump(std::uint32_t label) {
  lang::IndexEntry entry;
  if (!core_.roll.index_entry(task().entry, entry)) return fail(ErrorCode::code);
  const std::uint32_t record = task().record;
  const std::uint32_t target = find_label(core_.reader, record, entry.labels, label);
  if (target == lang::kNoLabel) return fail(ErrorCode::code);
  core_.reader.seek(record, target);
  return Flow::next;
}

Vm::Flow Vm::on_repeat(const Operands& operands) {
  const Value counter = slot(operands.value[0]);
  if (!counter.is_integer()) return fail(ErrorCode::type);
  if (counter.number() <= 0) return jump(operands.value[1]);
  slot(operands.value[0]) = Value::integer(counter.number() - 1);
  return Flow::next;
}

Vm::Flow Vm::on_back(const Operands& operands) {
  const std::uint32_t distance = operands.value[0];
  if (distance == 0 || distance > start_) return fail(ErrorCode::code);
  const std::uint32_t target = start_ - distance;
  // Nobody to yield to: what is typed goes on in the next round of the loop.
  if (nobody_waits() && core_.floor.depth == 0) {
    core_.reader.seek(core_.reader.record(), target);
    return Flow::next;
  }
  return flush() ? yield(target) : Flow::repeat;
}

Vm::Flow Vm::on_labels(const Operands& operands) {
  constexpr std::uint32_t kLabelSize = 6;
  core_.reader.skip(operands.value[1] * kLabelSize);
  return Flow::next;
}

Vm::Flow Vm::on_call(const Operands& operands) {
  if (!flush()) return Flow::repeat;
  return call(operands.value[0], operands.value[1]);
}

Vm::Flow Vm::call(std::uint32_t name, std::uint32_t arguments) {
  if (arguments != core_.floor.depth || arguments > lang::kMaxParameters) {
    return fail(ErrorCode::code);
  }
  Found found;
  const lang::IndexKey key = name_key(lang::IndexSpace::macro, name);
  found.position = index_lower_bound(core_.roll, key);
  if (!core_.roll.index_entry(found.position, found.entry) || found.entry.key != key) {
    return fail(ErrorCode::macro);
  }
  if (found.entry.params != arguments) return fail(ErrorCode::arguments);
  unsigned depth = 1;
  for (TaskIndex i = core_.floor.task; i != kNoTask; i = core_.tasks.find(core_.tasks[i].parent)) {
    ++depth;
  }
  if (depth > kMaxDepth) return fail(ErrorCode::depth);
  TaskIndex child = kNoTask;
  if (const auto error = core_.make_task(found, child)) return fail(*error);

  const Task& self = task();
  Task& called = core_.tasks[child];
  called.parent = core_.tasks.handle(core_.floor.task);
  called.press = self.press;
  called.hides = self.hides;
  called.typing = self.typing;
  called.layout = self.layout;
  while (core_.floor.depth > 0) {
    const Value argument = pop();
    core_.slots[called.frame + core_.floor.depth] = argument;
  }
  core_.tasks.start(child);
  return sleep(core_.reader.offset(), kWakeChild);
}

}  // namespace pianola::engine
