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

}  // namespace pianola::engine
