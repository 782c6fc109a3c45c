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

}  // namespace pianola::drive
