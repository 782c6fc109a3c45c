#include "flash/nor_flash.hpp"

#include <bit>

namespace pianola::flash {

bool is_supported(const Geometry& geometry) {
  return std::has_single_bit(geometry.sector_size) && geometry.sector_size >= 1024 &&
         geometry.sector_size <= 0x10000 && std::has_single_bit(geometry.program_unit) &&
         geometry.program_unit <= 256 && geometry.program_unit * 4 <= geometry.sector_size &&
         geometry.sectors >= 4 && geometry.sectors <= 0xFFFF &&
         geometry.sectors <= 0xFFFFFFFFU / geometry.sector_size;
}

}  // namespace pianola::flash
