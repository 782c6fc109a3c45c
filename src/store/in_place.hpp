#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/bytes.hpp"
#include "flash/nor_flash.hpp"

namespace pianola::store {

/// Frames used where they stand, if the flash is mapped into memory. A sector of pages is read
/// through when it is first looked at after a mount; if all its frames are good, their checksums
/// are not looked at again. A sector with a wrong bit anywhere is never used in place: whoever
/// reads it checks and corrects each frame.
class InPlace {
 public:
  /// `map` says in two bytes a logical sector which one of the flash stands for it. `memory` has
  /// memory_size() bytes. All are the caller's and outlive this.
  InPlace(flash::NorFlash& flash, std::span<const std::uint8_t> map,
          std::span<std::uint8_t> memory);

  /// Two bits a sector.
  static constexpr std::size_t memory_size(const flash::Geometry& geometry) {
    return (geometry.sectors + 3) / 4;
  }

  /// The `size` bytes of committed frames at `address`; null if they must be read and checked. They
  /// stay as long as nothing erases their sector.
  const std::uint8_t* at(std::uint32_t address, std::uint32_t size) {
    if (mapped_ == nullptr) return nullptr;
    const std::uint32_t logical = address >> sector_bits_;
    const std::uint32_t offset = address - (logical << sector_bits_);
    if (logical >= sectors_ || size > (1U << sector_bits_) - offset) return nullptr;
    const std::uint32_t sector = get16(map_.data() + std::size_t{2} * logical);
    if (sector >= sectors_ || !is_good(sector)) return nullptr;
    return mapped_ + (sector << sector_bits_) + offset;
  }

  /// After a mount: nothing is known.
  void forget();
  /// Nothing is known about the sector: it failed, or is about to be erased.
  void forget(std::uint32_t sector) { set(sector, Known::nothing); }
  /// A new sector of pages, which are all good: whatever is appended to it is read back.
  void set_good(std::uint32_t sector) { set(sector, Known::good); }

 private:
  enum class Known : std::uint8_t { nothing, good, damaged };

  bool is_good(std::uint32_t sector) {
    const unsigned known = (known_[sector / 4] >> (sector % 4 * 2)) & 3U;
    return known == static_cast<unsigned>(Known::good) ||
           (known == static_cast<unsigned>(Known::nothing) && look(sector));
  }
  bool look(std::uint32_t sector);
  void set(std::uint32_t sector, Known known);

  const std::uint8_t* mapped_;
  std::span<const std::uint8_t> map_;
  std::span<std::uint8_t> known_;
  std::uint32_t sectors_;      ///< Of the region.
  std::uint32_t sector_bits_;  ///< log2 of a sector's size.
};

}  // namespace pianola::store
