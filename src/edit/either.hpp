#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <new>
#include <span>
#include <utility>

namespace pianola::edit {

/// An object of one of two types, or none, in the memory of one.
template <typename First, typename Second>
class Either {
 public:
  Either() = default;
  Either(const Either&) = delete;
  Either& operator=(const Either&) = delete;
  ~Either() { reset(); }

  template <typename... Arguments>
  void emplace_first(Arguments&&... arguments) {
    reset();
    first_ = new (memory_.data()) First(std::forward<Arguments>(arguments)...);
  }
  template <typename... Arguments>
  void emplace_second(Arguments&&... arguments) {
    reset();
    second_ = new (memory_.data()) Second(std::forward<Arguments>(arguments)...);
  }
  void reset() {
    if (first_ != nullptr) first_->~First();
    if (second_ != nullptr) second_->~Second();
    first_ = nullptr;
    second_ = nullptr;
  }
  /// The memory, for other use as long as neither is there.
  std::span<std::byte> spare() { return memory_; }
  /// The object if it is of the first type; else null. It is this one's.
  [[nodiscard]] First* first() const { return first_; }
  /// The object if it is of the second type; else null. It is this one's.
  [[nodiscard]] Second* second() const { return second_; }

 private:
  alignas(First) alignas(
      Second) std::array<std::byte, std::max(sizeof(First), sizeof(Second))> memory_;
  First* first_ = nullptr;
  Second* second_ = nullptr;
};

}  // namespace pianola::edit
