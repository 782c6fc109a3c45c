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
  /// The deadline of first() has changed, to a later one.
  void first_changed();

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
  void fill(std::size_t place, TaskIndex task);

  Task* tasks_;
  TaskIndex* heap_;
  std::uint16_t count_ = 0;
};

// Each wake and each sleep of a macro goes through these, so they stand here to be inlined.

inline void Deadlines::add(TaskIndex task) {
  const std::size_t place = count_++;
  place == 0 ? put(place, task) : rise(place, task);
}

inline void Deadlines::remove(TaskIndex task) {
  const std::size_t place = tasks_[task].place;
  if (place == Task::kNoPlace) return;
  tasks_[task].place = Task::kNoPlace;
  const TaskIndex last = heap_[--count_];
  if (last != task) fill(place, last);
}

inline void Deadlines::first_changed() {
  if (count_ > 1) fill(0, heap_[0]);
}

}  // namespace pianola::engine
