#pragma once

#include <cstdint>

namespace pianola {

// FNV-1a of 32 bits; the Internet-Draft draft-eastlake-fnv gives both numbers.

/// The hash of no bytes.
inline constexpr std::uint32_t kFnvStart = 0x811C9DC5U;
/// The hash of the bytes that `hash` is of, and `byte` behind them.
constexpr std::uint32_t fnv_step(std::uint32_t hash, std::uint8_t byte) {
  return (hash ^ byte) * 0x01000193U;
}

}  // namespace pianola
