#include "engine/core.hpp"

#include <cassert>

namespace pianola::engine {

namespace {

constexpr std::uint32_t kMaxPosition = 0xFFFFFF;

bool is_runnable(const Found& found) {
  const lang::IndexEntry& entry = found.entry;
  return found.position <= kMaxPosition && entry.record <= kMaxPosition &&
         entry.body <= lang::kMaxCode && entry.frame <= lang::kMaxSlots &&
         entry.params <= entry.frame;
}

}  // namespace

Core::Core(const StorageView& storage, lang::Roll& source, ReportSink& sink, ErrorSink& error_sink)
    : roll(source),
      errors(error_sink),
      reader(source, storage.window),
      stack(storage.stack),
      tasks(storage.tasks, storage.heap),
      slots(storage.slots),
      mixer(storage.holds, sink),
      typist(mixer),
      input(storage.events, mixer.holds()),
      globals(storage.globals) {
  assert(stack.size() == lang::kMaxStack);
}

std::optional<ErrorCode> Core::make_task(const Found& found, TaskIndex& out) {
  if (!is_runnable(found)) return ErrorCode::code;
  const TaskIndex index = tasks.take();
  if (index == kNoTask) return ErrorCode::tasks;
  const std::optional<std::uint16_t> frame = slots.take(found.entry.frame);
  if (!frame) {
    tasks.release(index);
    return ErrorCode::slots;
  }
  Task& task = tasks[index];
  task.pc = found.entry.body & 0xFFFFFFU;
  task.entry = found.position & 0xFFFFFFU;
  task.record = found.entry.record & 0xFFFFFFU;
  task.frame = *frame;
  task.slots = found.entry.frame;
  task.typing = settings.typing;
  task.layout = settings.layout;
  out = index;
  return std::nullopt;
}

bool Core::give_floor() {
  const TaskIndex index = tasks.next();
  if (index == kNoTask) return false;
  floor.task = index;
  floor.depth = 0;
  reader.seek(tasks[index].record, tasks[index].pc);
  return true;
}

void Core::end_task(TaskIndex index) {
  const Task& task = tasks[index];
  slots.release(task.frame, task.slots);
  if (mixer.holds().contains(task_owner(index))) mixer.change().remove_all(task_owner(index));
  if (floor.task == index) floor.task = kNoTask;
  tasks.release(index);
}

void Core::fail_floor(const Error& error) {
  errors.error(error);
  typist.reset();
  floor.text.stop();
  for (TaskIndex index = floor.task; index != kNoTask;) {
    const TaskIndex caller = tasks.find(tasks[index].parent);
    end_task(index);
    index = caller;
  }
}

void Core::end_all_tasks() {
  typist.reset();
  floor.text.stop();
  for (std::size_t i = 0; i < tasks.capacity(); ++i) {
    const auto index = static_cast<TaskIndex>(i);
    if (tasks[index].is() != TaskState::free) end_task(index);
  }
  mixer.change().remove_all(kDevice);
}

void Core::load() {
  settings = load_settings(roll, reader);
  mixer.set_neutral(settings.neutral);
  if (!globals.load(roll, reader)) {
    errors.error({ErrorCode::globals, reader.record(), reader.offset()});
  }
}

}  // namespace pianola::engine
