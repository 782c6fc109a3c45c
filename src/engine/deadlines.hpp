#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"
#include "engine/task.hpp"

namespace pianola::engine {

/// The sleeping tasks that have a deadline, as a heap: the earliest is found at once, adding and
/// removing one of n costs O(log n). Deadlines lie less than 2^31 ms apart; of tasks with equal
/// ones that of the earlier press comes first, then that of the lower place in the pool.
class Deadlines {
 public:
  /// Both are the caller's; `heap` has a place for each of `tasks`.
  Deadlines(Task* tasks, TaskIndex* heap) : tasks_(tasks), heap_(heap) {}

  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// The task with the earliest deadline. Only if not empty().
  [[nodiscard]] TaskIndex first() const { return heap_[0]; }

  void add(TaskIndex task);
  /// Does nothing if it is not there.
  void remove(TaskIndex task);

 private:
  void put(std::size_t place, TaskIndex task) {
    heap_[place] = task;
    tasks_[task].place = static_cast<std::uint16_t>(place);
  }
  [[nodiscard]] bool earlier_than(TaskIndex a, TaskIndex b) const {
    const Task& one = tasks_[a];
    const Task& other = tasks_[b];
    if (one.deadline != other.deadline) return earlier(one.deadline, other.deadline);
    return one.press != other.press ? earlier(one.press, other.press) : a < b;
  }
  void rise(std::size_t place, TaskIndex task);
  void sink(std::size_t place, TaskIndex task);

  Task* tasks_;
  TaskIndex* heap_;
  std::uint16_t count_ = 0;
};

// Each wake and each sleep of a macro goes through these, so they stand here to be inlined.

inline void Deadlines::rise(std::size_t place, TaskIndex task) {
  while (place > 0) {
    const std::size_t above = (place - 1) / 2;
    if (!earlier_than(task, heap_[above])) break;
    put(place, heap_[above]);
    place = above;
  }
  put(place, task);
}

inline void Deadlines::sink(std::size_t place, TaskIndex task) {
  for (std::size_t below = 2 * place + 1; below < count_; below = 2 * place + 1) {
    if (below + 1 < count_ && earlier_than(heap_[below + 1], heap_[below])) ++below;
    if (!earlier_than(heap_[below], task)) break;
    put(place, heap_[below]);
    place = below;
  }
  put(place, task);
}

inline void Deadlines::add(TaskIndex task) { rise(count_++, task); }

inline void Deadlines::remove(TaskIndex task) {
  const std::size_t place = tasks_[task].place;
  if (place == Task::kNoPlace) return;
  tasks_[task].place = Task::kNoPlace;
  const TaskIndex last = heap_[--count_];
  if (last == task) return;
  if (place > 0 && earlier_than(last, heap_[(place - 1) / 2])) {
    rise(place, last);
  } else {
    sink(place, last);
  }
}

}  // namespace pianola::engine
