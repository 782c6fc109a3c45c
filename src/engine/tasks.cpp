#include "engine/tasks.hpp"

#include <cassert>

#include "engine/holds.hpp"

namespace pianola::engine {

Tasks::Tasks(std::span<Task> pool, std::span<TaskIndex> heap)
    : pool_(pool), deadlines_(pool.data(), heap.data()) {
  assert(pool.size() < static_cast<std::size_t>(kLocked) && heap.size() == pool.size());
  for (std::size_t i = 0; i < pool.size(); ++i) append(free_, static_cast<TaskIndex>(i));
}

bool Tasks::remove(List& list, TaskIndex task) {
  TaskIndex before = kNoTask;
  for (TaskIndex i = list.head; i != kNoTask; before = i, i = pool_[i].next) {
    if (i != task) continue;
    (before == kNoTask ? list.head : pool_[before].next) = pool_[i].next;
    if (list.tail == i) list.tail = before;
    return true;
  }
  return false;
}

TaskIndex Tasks::take() {
  const TaskIndex task = free_.head;
  if (task == kNoTask) return kNoTask;
  free_.head = pool_[task].next;
  const std::uint16_t generation = pool_[task].generation;
  pool_[task] = Task{};
  pool_[task].generation = generation;
  become(task, TaskState::ready);
  ++count_;
  return task;
}

void Tasks::release(TaskIndex task, TaskEvent how) {
  tell(task, how);
  Task& freed = pool_[task];
  if (freed.is() == TaskState::ready && !remove(this_, task)) remove(next_, task);
  if (freed.is() == TaskState::asleep) stop_sleeping(task);
  become(task, TaskState::free);
  ++freed.generation;
  append(free_, task);
  --count_;
}

TaskIndex Tasks::find(Handle handle) const {
  if (handle.index >= pool_.size()) return kNoTask;
  const Task& task = pool_[handle.index];
  const bool same = task.generation == handle.generation && task.is() != TaskState::free;
  return same ? handle.index : kNoTask;
}

void Tasks::start(TaskIndex task) {
  become(task, TaskState::ready);
  append(this_, task);
  tell(task, TaskEvent::started);
}

void Tasks::join_next(TaskIndex task) {
  become(task, TaskState::ready);
  append(next_, task);
}

void Tasks::yield(TaskIndex task) {
  join_next(task);
  tell(task, TaskEvent::yielded);
}

void Tasks::wake(TaskIndex task, Wakes why) {
  stop_sleeping(task);
  join_next(task);
  tell(task, TaskEvent::woke, why);
}

bool Tasks::wake_released(std::uint32_t press) {
  bool any = false;
  for (TaskIndex i = listeners_.head; i != kNoTask;) {
    const TaskIndex after = pool_[i].next;
    if ((pool_[i].wakes & kWakeRelease) != 0 && pool_[i].press == press) {
      wake(i, kWakeRelease);
      any = true;
    }
    i = after;
  }
  return any;
}

bool Tasks::signal(Wakes what) {
  bool any = false;
  for (TaskIndex i = listeners_.head; i != kNoTask;) {
    const TaskIndex after = pool_[i].next;
    if (const auto why = static_cast<Wakes>(pool_[i].wakes & what); why != 0) {
      wake(i, why);
      any = true;
    }
    i = after;
  }
  return any;
}

bool Tasks::turn() {
  if (this_.head == kNoTask) {
    this_ = next_;
  } else if (next_.head != kNoTask) {
    pool_[this_.tail].next = next_.head;
    this_.tail = next_.tail;
  }
  next_ = {};
  return this_.head != kNoTask;
}

}  // namespace pianola::engine
