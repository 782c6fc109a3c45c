#pragma once

#include <cstdint>

namespace pianola {

// Numbers in memory, their least significant byte first, at any address.

/// The number in the two bytes at `at`.
constexpr std::uint32_t get16(const std::uint8_t* at) { return at[0] | std::uint32_t{at[1]} << 8; }
/// The number in the four bytes at `at`.
constexpr std::uint32_t get32(const std::uint8_t* at) { return get16(at) | get16(at + 2) << 16; }

/// Stores the lower 16 bits of `value` in the two bytes at `at`.
constexpr void put16(std::uint8_t* at, std::uint32_t value) {
  at[0] = static_cast<std::uint8_t>(value);
  at[1] = static_cast<std::uint8_t>(value >> 8);
}
/// Stores `value` in the four bytes at `at`.
constexpr void put32(std::uint8_t* at, std::uint32_t value) {
  put16(at, value);
  put16(at + 2, value >> 16);
}

}  // namespace pianola
