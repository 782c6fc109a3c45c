#pragma once

#include <cstdint>

namespace pianola {

/// FNV-1a of 32 bits, byte by byte: begin with kFnvStart. (The Internet-Draft
/// draft-eastlake-fnv gives both numbers.)
inline constexpr std::uint32_t kFnvStart = 0x811C9DC5U;
constexpr std::uint32_t fnv_step(std::uint32_t hash, std::uint8_t byte) {
  return (hash ^ byte) * 0x01000193U;
}

}  // namespace pianola
