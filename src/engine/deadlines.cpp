#include "engine/deadlines.hpp"

namespace pianola::engine {

/// `task` stands at `place`, which is free, or above it.
void Deadlines::rise(std::size_t place, TaskIndex task) {
  while (place > 0) {
    const std::size_t above = (place - 1) / 2;
    if (!earlier_than(task, heap_[above])) break;
    put(place, heap_[above]);
    place = above;
  }
  put(place, task);
}

/// `task` stands where `place`, which is free, leaves room for it. It is mostly one of the latest:
/// so the free place goes to the bottom, without a look at it, and it rises from there.
void Deadlines::fill(std::size_t place, TaskIndex task) {
  for (std::size_t below = 2 * place + 1; below < count_; below = 2 * place + 1) {
    if (below + 1 < count_ && earlier_than(heap_[below + 1], heap_[below])) ++below;
    put(place, heap_[below]);
    place = below;
  }
  rise(place, task);
}

}  // namespace pianola::engine
