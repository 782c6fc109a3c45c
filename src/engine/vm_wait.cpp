// How a task gives up the floor, and the instructions that wait.

#include <algorithm>

#include "base/time.hpp"
#include "engine/vm.hpp"
#include "lang/code/settings.hpp"

namespace pianola::engine {

// ---- Yielding ----------------------------------------------------------------------------------

/// Lets the typed key up and waits for the host. False: not yet.
bool Vm::flush() {
  if (core_.mixer.typed_key().idle()) return core_.mixer.settle(core_.now);
  if (ready()) core_.typist.release_stroke(task().pace);
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

/// sleep() by an instruction that waits for what the user meant it to.
Vm::Flow Vm::wait(std::uint32_t pc, Wakes wakes) {
  if (core_.deferring != 0) core_.let_keys_go(core_.floor.task);
  return sleep(pc, wakes);
}

Vm::Flow Vm::on_yield(const Operands&) {
  if (nobody_waits() && core_.floor.depth == 0) return Flow::next;
  return flush() ? yield(core_.reader.offset()) : Flow::repeat;
}

// ---- Waiting for a time ------------------------------------------------------------------------

Vm::Flow Vm::sleep_for(std::uint32_t pc, std::uint32_t duration) {
  if (duration > lang::kMaxDuration) return fail(ErrorCode::duration);
  if (duration == 0) return yield(pc);
  task().deadline = core_.now + duration;
  return wait(pc, kWakeTime);
}

Vm::Flow Vm::on_wait(const Operands& operands) {
  if (!flush()) return Flow::repeat;
  return sleep_for(core_.reader.offset(), operands.value[0]);
}

Vm::Flow Vm::on_wait_value(const Operands&) {
  if (!flush()) return Flow::repeat;
  const Value value = pop();
  if (!value.is_integer()) return fail(ErrorCode::type);
  // A negative time is over already.
  return sleep_for(core_.reader.offset(),
                   static_cast<std::uint32_t>(std::max(value.number(), std::int32_t{0})));
}

// ---- Waiting for the trigger -------------------------------------------------------------------

/// How many events at the front of the queue the task knows of: all while it, or one that called
/// it, keeps them back, and later those that were. So queries do not change their answer before the
/// events have their turn.
std::size_t Vm::known_events() {
  std::size_t known = 0;
  if (core_.deferring == 0 && core_.knowing == 0) return known;
  for (TaskIndex i = core_.floor.task; i != kNoTask; i = core_.tasks.find(core_.tasks[i].parent)) {
    if (core_.tasks[i].keeps_keys()) return core_.input.size();
    known = std::max<std::size_t>(known, core_.tasks[i].known);
  }
  return known;
}

/// Whether the key that started the task is down.
bool Vm::trigger_held() {
  if (task().keyless) return false;
  const std::size_t known = known_events();
  const Holds& holds = core_.mixer.holds();
  return std::ranges::any_of(holds.all(), [&](const Hold& hold) {
    return hold.started(task().press) &&
           !core_.input.has_release(usage_of_owner(hold.owner), known);
  });
}

/// One step of an instruction that waits until it is `over`, or for `limit` - 1 ms if that is not
/// 0; `wakes` tells of a change. The first step yields at least.
Vm::Flow Vm::wait_for(bool over, std::uint32_t limit, Wakes wakes) {
  Task& self = task();
  const bool limited = limit != 0;
  if (limited && limit - 1 > lang::kMaxDuration) return fail(ErrorCode::duration);
  if (self.resumed == 0) {
    self.resumed = 1;
    self.deadline = core_.now + (limit - 1);
    if (over) return yield(start_);
  } else if (over || (limited && reached(core_.now, self.deadline))) {
    self.resumed = 0;
    return Flow::next;
  }
  return wait(start_, limited ? wakes | kWakeTime : wakes);
}

Vm::Flow Vm::on_wait_release(const Operands& operands) {
  if (!flush()) return Flow::repeat;
  return wait_for(!trigger_held(), operands.value[0], kWakeRelease);
}

Vm::Flow Vm::on_wait_key(const Operands& operands) {
  if (!flush()) return Flow::repeat;
  Task& self = task();
  if (self.resumed == 0) self.played = core_.pressed;
  return wait_for(self.played != core_.pressed, operands.value[0], kWakeKey);
}

// ---- Waiting for a condition -------------------------------------------------------------------

Vm::Flow Vm::on_wait_limit(const Operands& operands) {
  if (!flush()) return Flow::repeat;
  if (operands.value[1] > lang::kMaxDuration) return fail(ErrorCode::duration);
  slot(operands.value[0]) =
      Value::integer(static_cast<std::int32_t>(core_.now + operands.value[1]));
  return Flow::next;
}

/// The condition that is being tested depends on the time, up to `at`.
void Vm::note_timer(Time at) {
  Floor& floor = core_.floor;
  if (!floor.timed || earlier(at, floor.timer)) floor.timer = at;
  floor.timed = true;
}

Vm::Flow Vm::on_until(const Operands& operands) {
  Floor& floor = core_.floor;
  const std::uint32_t distance = operands.value[2];
  if (distance == 0 || distance > start_ || operands.value[1] > task().slots) {
    return fail(ErrorCode::code);
  }
  if (!top().is_integer()) return fail(ErrorCode::type);
  const bool limited = operands.value[1] != 0;
  const Value limit = limited ? slot(operands.value[1] - 1) : Value::integer(0);
  if (!limit.is_integer()) return fail(ErrorCode::code);
  const auto last = static_cast<Time>(limit.number());
  const bool over = top().number() != 0 || (limited && reached(core_.now, last));
  if (!over && !flush()) return Flow::repeat;
  pop();
  const bool timed = floor.timed;
  floor.timed = false;
  if (over) return Flow::next;
  auto wakes = static_cast<Wakes>(operands.value[0] & ~unsigned{kWakeTime | kWakeChild});
  if (limited || timed) {
    task().deadline = timed && (!limited || earlier(floor.timer, last)) ? floor.timer : last;
    wakes |= kWakeTime;
  }
  return wait(start_ - distance, wakes);
}

}  // namespace pianola::engine
