#include "flash/nor_flash.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace pianola::flash {

bool is_supported(const Geometry& geometry) {
  return std::has_single_bit(geometry.sector_size) && geometry.sector_size >= 1024 &&
         geometry.sector_size <= 0x10000 && std::has_single_bit(geometry.program_unit) &&
         geometry.program_unit <= 256 && geometry.program_unit * 4 <= geometry.sector_size &&
         geometry.sectors >= 4 && geometry.sectors <= 0xFFFF &&
         geometry.sectors <= 0xFFFFFFFFU / geometry.sector_size;
}

bool is_blank(std::span<const std::uint8_t> bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0xFF; });
}

bool is_blank(NorFlash& flash, std::uint32_t address, std::uint32_t size) {
  std::array<std::uint8_t, 64> piece;
  while (size > 0) {
    const auto part = std::span(piece).first(std::min<std::size_t>(piece.size(), size));
    if (flash.read(address, part) != FlashStatus::ok || !is_blank(part)) return false;
    address += static_cast<std::uint32_t>(part.size());
    size -= static_cast<std::uint32_t>(part.size());
  }
  return true;
}

}  // namespace pianola::flash
