#include "base/crc16.hpp"

#include <array>

namespace pianola {

std::uint16_t crc16(std::span<const std::uint8_t> bytes) {
  // For four bits at a time.
  static constexpr std::array<std::uint16_t, 16> kTable = [] {
    std::array<std::uint16_t, 16> table{};
    for (std::uint32_t i = 0; i < table.size(); ++i) {
      std::uint32_t value = i;
      for (unsigned bit = 0; bit < 4; ++bit) {
        value = (value >> 1) ^ ((value & 1U) != 0 ? 0x8408U : 0U);
      }
      table[i] = static_cast<std::uint16_t>(value);
    }
    return table;
  }();
  std::uint32_t state = 0xFFFF;
  for (const std::uint8_t byte : bytes) {
    state ^= byte;
    state = (state >> 4) ^ kTable[state & 0xFU];
    state = (state >> 4) ^ kTable[state & 0xFU];
  }
  return static_cast<std::uint16_t>(~state);
}

}  // namespace pianola
