// The instructions that decide what comes next: jumps, calls and the blocks that must be left in
// order.

#include "engine/vm.hpp"

namespace pianola::engine {

using lang::IndexSpace;

// ---- Jumps -------------------------------------------------------------------------------------

/// Where a label of the body stands. Moves the reader.
std::optional<lang::Label> Vm::find(std::uint32_t label) {
  Floor& floor = core_.floor;
  if (floor.labels == Floor::kUnknown) {
    lang::IndexEntry entry;
    if (!core_.roll->index_entry(task().entry, entry)) return std::nullopt;
    floor.labels = entry.labels;
  }
  return find_label(core_.reader, task().record, floor.labels, label, start_);
}

/// The task leaves its scopes until it is in `depth` of them. False: not yet, the host has to see
/// what was typed while modifiers were hidden.
bool Vm::leave_to(unsigned depth) {
  const Task& self = task();
  if (self.scopes <= depth) return true;
  bool shows_modifiers = false;
  for (unsigned i = depth; i < self.scopes; ++i) {
    if (self.scope(i) == Scope::hides) shows_modifiers = true;
  }
  if (shows_modifiers) {
    if (!ready()) return false;
    core_.typist.drop_stroke();
  }
  core_.leave_scopes(core_.floor.task, depth);
  return true;
}

/// Goes on at the label, which stands farther on.
Vm::Flow Vm::jump(std::uint32_t label) {
  const std::optional<lang::Label> target = find(label);
  if (!target || target->offset <= start_ || target->depth > task().scopes) {
    return fail(ErrorCode::code);
  }
  if (!leave_to(target->depth)) return Flow::repeat;
  core_.reader.seek(task().record, target->offset);
  return Flow::next;
}

/// Goes on at `target`, which was before, in `depth` scopes: a yield point.
Vm::Flow Vm::go_back(std::uint32_t target, unsigned depth) {
  // Nobody to yield to: what is typed goes on in the next round of the loop.
  const bool goes_on = nobody_waits() && core_.floor.depth == 0;
  if ((!goes_on && !flush()) || !leave_to(depth)) return Flow::repeat;
  if (core_.deferring != 0) core_.end_round(core_.floor.task);
  if (!goes_on) return yield(target);
  core_.reader.seek(task().record, target);
  return Flow::next;
}

/// Pops a and jumps if it is true, or false, as `jump_if` says; leaves its truth if `keep`.
Vm::Flow Vm::branch(std::uint32_t label, bool jump_if, bool keep) {
  const Value value = pop();
  if (!value.is_integer()) return fail(ErrorCode::type);
  if ((value.number() != 0) != jump_if) return Flow::next;
  if (keep) push(jump_if);
  return jump(label);
}

Vm::Flow Vm::on_branch(const Operands& operands) { return branch(operands.value[0], false, false); }
Vm::Flow Vm::on_while_true(const Operands& operands) {
  return branch(operands.value[0], false, false);
}
Vm::Flow Vm::on_and_then(const Operands& operands) {
  return branch(operands.value[0], false, true);
}
Vm::Flow Vm::on_or_else(const Operands& operands) { return branch(operands.value[0], true, true); }
Vm::Flow Vm::on_otherwise(const Operands& operands) { return jump(operands.value[0]); }
Vm::Flow Vm::on_leave(const Operands& operands) { return jump(operands.value[0]); }
Vm::Flow Vm::on_forever(const Operands&) { return Flow::next; }
Vm::Flow Vm::on_label(const Operands&) { return Flow::next; }

Vm::Flow Vm::on_repeat(const Operands& operands) {
  const Value counter = slot(operands.value[0]);
  if (!counter.is_integer()) return fail(ErrorCode::type);
  if (counter.number() <= 0) return jump(operands.value[1]);
  slot(operands.value[0]) = Value::integer(counter.number() - 1);
  return Flow::next;
}

Vm::Flow Vm::on_back(const Operands& operands) {
  const std::uint32_t distance = operands.value[0];
  if (distance > start_) return fail(ErrorCode::code);
  return go_back(start_ - distance, task().scopes);
}

Vm::Flow Vm::on_next_round(const Operands& operands) {
  const std::uint32_t depth = operands.value[0];
  const std::uint32_t distance = operands.value[1];
  if (distance > start_ || depth > task().scopes) return fail(ErrorCode::code);
  return go_back(start_ - distance, depth);
}

Vm::Flow Vm::on_go_to(const Operands& operands) {
  const std::optional<lang::Label> target = find(operands.value[0]);
  if (!target || target->depth > task().scopes) return fail(ErrorCode::code);
  if (target->offset <= start_) return go_back(target->offset, target->depth);
  if (!leave_to(target->depth)) return Flow::repeat;
  core_.reader.seek(task().record, target->offset);
  return Flow::next;
}

Vm::Flow Vm::on_labels(const Operands& operands) {
  constexpr std::uint32_t kLabelSize = 6;
  core_.reader.skip(operands.value[1] * kLabelSize);
  return Flow::next;
}

// ---- The end -----------------------------------------------------------------------------------

Vm::Flow Vm::finish() {
  // The last key goes up when the task is gone already, but never before it was seen.
  if (is_safe() ? !flush() : !ready()) return Flow::repeat;
  if (core_.floor.depth != 0) return fail(ErrorCode::code);
  core_.typist.drop_stroke();
  core_.typist.stand(task().pace);
  const TaskIndex caller = core_.tasks.find(task().parent);
  if (caller != kNoTask) {
    if (task().raw != 0) core_.tasks[caller].raw = 1;
    if (core_.mixer.holds().contains(owner())) {
      core_.mixer.change().give(owner(), task_owner(caller));
    }
    core_.tasks.wake(caller, kWakeChild);
  }
  core_.end_task(core_.floor.task, TaskEvent::ended);
  return Flow::yielded;
}

Vm::Flow Vm::on_end(const Operands&) { return finish(); }
Vm::Flow Vm::on_exit(const Operands&) { return finish(); }

// ---- Other macros ------------------------------------------------------------------------------

bool Vm::find_macro(std::uint32_t name, Found& out) {
  return find_entry(*core_.roll, name_key(IndexSpace::macro, name), out);
}

/// Makes a task that runs a macro as CALL and FORK name it, by make_child(); the values on the
/// stack are its parameters.
std::optional<ErrorCode> Vm::spawn(const Operands& operands, TaskIndex& out) {
  const std::uint32_t arguments = operands.value[1];
  if (arguments != core_.floor.depth || arguments > lang::kMaxParameters) return ErrorCode::code;
  Found found;
  if (!find_macro(operands.value[0], found)) return ErrorCode::macro;
  if (found.entry.params != arguments) return ErrorCode::arguments;
  if (arguments > found.entry.frame) return ErrorCode::code;
  if (const auto error = make_child(found, out)) return error;
  const std::uint16_t frame = core_.tasks[out].frame;
  while (core_.floor.depth > 0) {
    const Value argument = pop();
    core_.slots[frame + core_.floor.depth] = argument;
  }
  return std::nullopt;
}

/// Makes a task that runs `found`, in no list yet. It inherits what this task has of its trigger
/// and its options.
std::optional<ErrorCode> Vm::make_child(const Found& found, TaskIndex& out) {
  if (const auto error = core_.make_task(found, out)) return error;
  Task& self = task();
  Task& made = core_.tasks[out];
  made.press = self.press;
  made.keyless = self.keyless;
  made.repeated = self.repeated;
  made.pressed_at = self.pressed_at;
  made.doubled = self.doubled;
  made.hides = self.hides;
  made.pace = self.pace;
  made.layout = self.layout;
  made.capitals = self.capitals;
  if (self.capitals == Capitals::first) self.capitals = Capitals::as_they_are;
  return std::nullopt;
}

/// Starts the new task `child` and waits for its end.
Vm::Flow Vm::run_child(TaskIndex child) {
  core_.tasks[child].parent = core_.tasks.handle(core_.floor.task);
  core_.tasks.start(child);
  return sleep(core_.reader.offset(), kWakeChild);
}

Vm::Flow Vm::on_call(const Operands& operands) {
  if (!flush()) return Flow::repeat;
  unsigned depth = 1;
  for (TaskIndex i = core_.floor.task; i != kNoTask; i = core_.tasks.find(core_.tasks[i].parent)) {
    ++depth;
  }
  if (depth > kMaxDepth) return fail(ErrorCode::depth);
  TaskIndex child = kNoTask;
  if (const auto error = spawn(operands, child)) return fail(*error);
  return run_child(child);
}

Vm::Flow Vm::on_fork(const Operands& operands) {
  TaskIndex made = kNoTask;
  if (const auto error = spawn(operands, made)) return fail(*error);
  core_.tasks.start(made);
  return Flow::next;
}

Vm::Flow Vm::on_repeat_key(const Operands&) {
  const Task& self = task();
  LastKey& last = core_.last_key;
  // The key that started this does not count, nor what is repeated already.
  const bool own = !self.keyless && self.press == core_.last_press;
  if (own && last.started()) last = core_.before_last;
  if (self.repeated || last.key == hid::kNoKey) return Flow::next;
  if (!last.started()) return tap({last.mods(), last.key});
  return flush() ? repeat_binding(last.binding) : Flow::repeat;
}

/// Runs the binding number `binding` as a macro that this task calls.
Vm::Flow Vm::repeat_binding(std::uint32_t binding) {
  Found found{.entry = {}, .position = binding};
  if (!core_.roll->index_entry(binding, found.entry)) return Flow::next;
  TaskIndex child = kNoTask;
  if (const auto error = make_child(found, child)) return fail(*error);
  core_.tasks[child].repeated = true;
  return run_child(child);
}

Vm::Flow Vm::on_caps_word(const Operands&) {
  // Its key has ended it already, if it was on.
  const bool own = core_.caps_word == CapsWord::ended && task().press == core_.presses;
  core_.set_caps_word(!own && !core_.caps_word_at(core_.now), core_.now);
  return Flow::next;
}

Vm::Flow Vm::on_stop(const Operands& operands) {
  // This task may end itself: first the host has to see what it did.
  if (!ready()) return Flow::repeat;
  Found found;
  if (!find_macro(operands.value[0], found)) return fail(ErrorCode::macro);
  for (std::size_t i = 0; i < core_.tasks.capacity(); ++i) {
    const auto index = static_cast<TaskIndex>(i);
    const Task& other = core_.tasks[index];
    if (other.is() != TaskState::free && other.entry == found.position) core_.stop_task(index);
  }
  return core_.floor.task == kNoTask ? Flow::yielded : Flow::next;
}

Vm::Flow Vm::on_stop_all(const Operands&) {
  if (!ready()) return Flow::repeat;
  core_.typist.reset();
  for (std::size_t i = 0; i < core_.tasks.capacity(); ++i) {
    const auto index = static_cast<TaskIndex>(i);
    if (core_.tasks[index].is() != TaskState::free) {
      core_.end_task(index, TaskEvent::stopped);
    }
  }
  return Flow::yielded;
}

Vm::Flow Vm::on_stop_others(const Operands&) {
  for (std::size_t i = 0; i < core_.tasks.capacity(); ++i) {
    const auto index = static_cast<TaskIndex>(i);
    TaskIndex mine = core_.floor.task;
    while (mine != kNoTask && mine != index) mine = core_.tasks.find(core_.tasks[mine].parent);
    if (mine == kNoTask && core_.tasks[index].is() != TaskState::free) {
      core_.end_task(index, TaskEvent::stopped);
    }
  }
  return Flow::next;
}

// ---- Blocks that must be left in order ---------------------------------------------------------

/// A block begins that hides `mods`.
Vm::Flow Vm::hide(hid::Modifiers mods) {
  if (!ready()) return Flow::repeat;
  core_.typist.drop_stroke();
  const auto error = core_.hide(core_.floor.task, mods);
  return error ? fail(*error) : Flow::next;
}

Vm::Flow Vm::on_without(const Operands&) { return hide(0xFF); }
Vm::Flow Vm::on_without_some(const Operands& operands) {
  return hide(named_modifiers({static_cast<std::uint8_t>(operands.value[0]),
                               static_cast<std::uint8_t>(operands.value[1])}));
}

Vm::Flow Vm::on_defer(const Operands&) {
  return core_.keep_keys(core_.floor.task, Scope::defers) ? Flow::next : fail(ErrorCode::scopes);
}

Vm::Flow Vm::on_block_end(const Operands&) {
  if (task().scopes == 0) return fail(ErrorCode::code);
  return leave_to(task().scopes - 1U) ? Flow::next : Flow::repeat;
}

Vm::Flow Vm::on_send_next(const Operands&) {
  if (core_.deferring != 0 && core_.passes != 0xFFFF) ++core_.passes;
  return Flow::next;
}

}  // namespace pianola::engine
