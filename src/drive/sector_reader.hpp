#pragma once

#include <cstdint>
#include <span>

namespace pianola::drive {

/// Bytes of a sector of the medium.
inline constexpr std::uint32_t kSectorSize = 512;

/// A medium that can be read in parts of sectors.
class SectorReader {
 public:
  /// Reads bytes of one sector, from byte `offset` of it on: offset + out.size() is at most
  /// kSectorSize. False if they cannot be read, or the medium has no such sector.
  virtual bool read(std::uint32_t sector, std::uint32_t offset, std::span<std::uint8_t> out) = 0;
  /// How many sectors the medium has.
  [[nodiscard]] virtual std::uint32_t sectors() const = 0;

 protected:
  ~SectorReader() = default;
};

/// Little-endian numbers.
constexpr std::uint32_t get16(const std::uint8_t* at) { return at[0] | std::uint32_t{at[1]} << 8; }
constexpr std::uint32_t get32(const std::uint8_t* at) { return get16(at) | get16(at + 2) << 16; }
constexpr void put16(std::uint8_t* at, std::uint32_t value) {
  at[0] = static_cast<std::uint8_t>(value);
  at[1] = static_cast<std::uint8_t>(value >> 8);
}
constexpr void put32(std::uint8_t* at, std::uint32_t value) {
  put16(at, value);
  put16(at + 2, value >> 16);
}

}  // namespace pianola::drive
