#pragma once

#include <cstdint>

namespace pianola::engine {

/// A local or an intermediate result: an integer or a text. A text is a place in a definition's
/// code (the operand of its first piece), never a copy. Six bytes.
class Value {
 public:
  enum class Kind : std::uint8_t {
    free,  ///< Of a slot: belongs to no task.
    unset,
    integer,
    text,
  };

  /// A free slot.
  constexpr Value() = default;
  static constexpr Value unset() { return {Kind::unset, 0, 0}; }
  static constexpr Value integer(std::int32_t number) {
    return {Kind::integer, static_cast<std::uint32_t>(number), 0};
  }
  /// The text at `offset` (24 bits) of definition `record` < lang::kRecordNumbers (22 bits).
  static constexpr Value text(std::uint32_t record, std::uint32_t offset) {
    return {Kind::text, (record << 24) | offset, record >> 8};
  }

  [[nodiscard]] constexpr Kind kind() const { return static_cast<Kind>(high_ >> 14); }
  /// As kind() == Kind::integer, but faster.
  [[nodiscard]] constexpr bool is_integer() const { return high_ == kIntegerHigh; }
  [[nodiscard]] constexpr std::int32_t number() const { return static_cast<std::int32_t>(low()); }
  [[nodiscard]] constexpr std::uint32_t record() const {
    return (low() >> 24) | ((high_ & 0x3FFFU) << 8);
  }
  [[nodiscard]] constexpr std::uint32_t offset() const { return low() & 0xFFFFFFU; }

 private:
  /// An integer's record bits are 0.
  static constexpr std::uint16_t kIntegerHigh = static_cast<std::uint16_t>(Kind::integer) << 14;

  constexpr Value(Kind kind, std::uint32_t low, std::uint32_t high)
      : low_(static_cast<std::uint16_t>(low)),
        middle_(static_cast<std::uint16_t>(low >> 16)),
        high_(static_cast<std::uint16_t>((static_cast<unsigned>(kind) << 14) | high)) {}

  [[nodiscard]] constexpr std::uint32_t low() const {
    return low_ | (static_cast<std::uint32_t>(middle_) << 16);
  }

  std::uint16_t low_ = 0;
  std::uint16_t middle_ = 0;
  std::uint16_t high_ = 0;
};

static_assert(sizeof(Value) == 6);

}  // namespace pianola::engine
