#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace pianola {

/// CRC-32 as IEEE 802.3 (clause 3.2.9) defines it: polynomial 04C11DB7, bits taken from the least
/// significant on, start and end value inverted. Over the bytes of "123456789" it is CBF43926.
class Crc32 {
 public:
  void add(std::uint8_t byte) { state_ = (state_ >> 8) ^ kTable[(state_ ^ byte) & 0xFFU]; }
  void add(std::span<const std::uint8_t> bytes);
  /// The checksum of what was added so far.
  [[nodiscard]] std::uint32_t value() const { return ~state_; }

 private:
  /// For each value of a byte. A table for four bits would save 960 bytes of flash and take twice
  /// as long, and a device checks all that it plays.
  static const std::array<std::uint32_t, 256> kTable;

  std::uint32_t state_ = 0xFFFFFFFFU;
};

}  // namespace pianola
