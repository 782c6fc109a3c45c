#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/text_writer.hpp"
#include "engine/errors.hpp"
#include "store/current_roll.hpp"

namespace pianola::device {

/// The last errors of macros, each of them once. Of a macro that was cut off again and again, the
/// last time.
class ErrorLog final : public engine::ErrorSink {
 public:
  /// How many are kept.
  static constexpr std::size_t kPlaces = 8;

  void error(const engine::Error& error) override;

  /// There are other macros now: what is known means nothing any more.
  void clear() { size_ = 0; }

  /// How many errors are known.
  [[nodiscard]] std::size_t size() const { return size_; }
  /// Error number `index` < size(), the oldest first.
  [[nodiscard]] const engine::Error& at(std::size_t index) const { return errors_[place(index)]; }
  /// What went wrong last, whether or not it was known already. Only after an error.
  [[nodiscard]] const engine::Error& latest() const { return errors_[latest_]; }
  /// How many were added since the start. Wraps.
  [[nodiscard]] std::uint32_t added() const { return added_; }

  /// Writes a line for each, the oldest first, with the line of macros.txt where its definition
  /// begins, and how that begins. Reads the whole text of `roll`, whose errors these are.
  void write(store::CurrentRoll& roll, TextWriter& out) const;

 private:
  [[nodiscard]] std::size_t place(std::size_t index) const {
    return (next_ + kPlaces - size_ + index) % kPlaces;
  }
  void forget(std::size_t index);

  std::array<engine::Error, kPlaces> errors_{};
  std::uint32_t added_ = 0;
  std::uint8_t next_ = 0;  ///< Place of the next one.
  std::uint8_t size_ = 0;
  std::uint8_t latest_ = 0;  ///< Place of latest().
};

}  // namespace pianola::device
