#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "lang/code/opcode.hpp"

namespace pianola::lang {

/// One instruction as it is written, its operands added in the table's order.
class CodePiece {
 public:
  /// Operands alone.
  constexpr CodePiece() = default;
  explicit constexpr CodePiece(Opcode opcode) { byte(static_cast<std::uint8_t>(opcode)); }

  constexpr CodePiece& byte(std::uint8_t value) {
    bytes_[size_++] = value;
    return *this;
  }
  /// Unsigned LEB128.
  constexpr CodePiece& number(std::uint32_t value) {
    while (value >= 0x80) {
      byte(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7;
    }
    return byte(static_cast<std::uint8_t>(value));
  }
  /// Zigzag LEB128.
  constexpr CodePiece& integer(std::int32_t value) {
    const auto bits = static_cast<std::uint32_t>(value);
    return number((bits << 1) ^ (value < 0 ? 0xFFFFFFFFU : 0U));
  }
  constexpr CodePiece& key(KeyRef key) { return number(key.raw()); }
  /// A name of at most kMaxName bytes.
  constexpr CodePiece& name(std::string_view name) {
    byte(static_cast<std::uint8_t>(name.size()));
    for (const char c : name) byte(static_cast<std::uint8_t>(c));
    return *this;
  }
  [[nodiscard]] constexpr std::span<const std::uint8_t> bytes() const {
    return {bytes_.data(), size_};
  }

 private:
  // Opcode, a name and a number; LABELS appends its entries apart.
  std::array<std::uint8_t, 1 + 1 + kMaxName + 5 + 5> bytes_{};
  std::uint8_t size_ = 0;
};

}  // namespace pianola::lang
