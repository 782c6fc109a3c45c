#include "engine/deadlines.hpp"

namespace pianola::engine {

void Deadlines::rise(std::size_t place, TaskIndex task) {
  while (place > 0) {
    const std::size_t above = (place - 1) / 2;
    if (!earlier_than(task, heap_[above])) break;
    put(place, heap_[above]);
    place = above;
  }
  put(place, task);
}

void Deadlines::sink(std::size_t place, TaskIndex task) {
  for (std::size_t below = 2 * place + 1; below < count_; below = 2 * place + 1) {
    if (below + 1 < count_ && earlier_than(heap_[below + 1], heap_[below])) ++below;
    if (!earlier_than(heap_[below], task)) break;
    put(place, heap_[below]);
    place = below;
  }
  put(place, task);
}

void Deadlines::add(TaskIndex task) { rise(count_++, task); }

void Deadlines::remove(TaskIndex task) {
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
