#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "lang/code/opcode.hpp"

namespace pianola::lang {

/// One instruction as it is written, at most `Size` bytes, its operands added in the table's order.
template <std::size_t Size>
class Piece {
 public:
  /// Operands alone.
  constexpr Piece() = default;
  explicit constexpr Piece(Opcode opcode) { byte(static_cast<std::uint8_t>(opcode)); }

  constexpr Piece& byte(std::uint8_t value) {
    bytes_[size_++] = value;
    return *this;
  }
  /// Unsigned LEB128.
  constexpr Piece& number(std::uint32_t value) {
    while (value >= 0x80) {
      byte(static_cast<std::uint8_t>(value | 0x80U));
      value >>= 7;
    }
    return byte(static_cast<std::uint8_t>(value));
  }
  /// Zigzag LEB128.
  constexpr Piece& integer(std::int32_t value) {
    const auto bits = static_cast<std::uint32_t>(value);
    return number((bits << 1) ^ (value < 0 ? 0xFFFFFFFFU : 0U));
  }
  constexpr Piece& key(KeyRef key) { return number(key.raw()); }
  /// A name of at most kMaxName bytes.
  constexpr Piece& name(std::string_view name) {
    byte(static_cast<std::uint8_t>(name.size()));
    for (const char c : name) byte(static_cast<std::uint8_t>(c));
    return *this;
  }
  constexpr operator std::span<const std::uint8_t>() const { return {bytes_.data(), size_}; }

 private:
  std::array<std::uint8_t, Size> bytes_{};
  std::uint8_t size_ = 0;
};

/// Without a name: an opcode and three numbers. LABELS appends its entries apart.
using CodePiece = Piece<1 + 3 * 5>;
/// With a name and two numbers.
using NamedPiece = Piece<1 + 1 + kMaxName + 2 * 5>;

}  // namespace pianola::lang
