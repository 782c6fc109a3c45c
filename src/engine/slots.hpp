#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/value.hpp"

namespace pianola::engine {

/// The locals of all tasks: each has a frame of consecutive slots, taken where it first fits.
class Slots {
 public:
  /// `values` is the caller's, all free.
  explicit Slots(std::span<Value> values) : values_(values) {}

  /// Takes `count` slots, which are then unset. Returns the first one's number; nothing if there
  /// is no room.
  std::optional<std::uint16_t> take(std::size_t count);

  /// Gives a frame back.
  void release(std::size_t first, std::size_t count);

  Value& operator[](std::size_t slot) { return values_[slot]; }
  /// How many slots there are, of all tasks and of none.
  [[nodiscard]] std::size_t size() const { return values_.size(); }

 private:
  std::span<Value> values_;
};

}  // namespace pianola::engine
