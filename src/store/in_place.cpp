#include "store/in_place.hpp"

#include <algorithm>
#include <bit>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "store/frames.hpp"

namespace pianola::store {
namespace {

/// Whether all frames of a page are good as they are.
bool is_good_page(std::span<const std::uint8_t> page) {
  while (!page.empty()) {
    const std::size_t size = frame_at(page);
    if (size == 0) return false;
    if (is_payload(page[0])) {
      Crc32 crc;
      crc.add(page.first(size - 4));
      if (crc.value() != get32(page.data() + size - 4)) return false;
    }
    page = page.subspan(size);
  }
  return true;
}

}  // namespace

InPlace::InPlace(flash::NorFlash& flash, std::span<const std::uint8_t> map,
                 std::span<std::uint8_t> memory)
    : mapped_(flash.mapped()),
      map_(map),
      known_(memory.first(memory_size(flash.geometry()))),
      sectors_(flash.geometry().sectors),
      sector_bits_(static_cast<std::uint32_t>(std::countr_zero(flash.geometry().sector_size))) {
  forget();
}

void InPlace::forget() { std::fill(known_.begin(), known_.end(), std::uint8_t{0}); }

void InPlace::set(std::uint32_t sector, Known known) {
  std::uint8_t& four = known_[sector / 4];
  const unsigned shift = sector % 4 * 2;
  four = static_cast<std::uint8_t>((four & ~(3U << shift)) | static_cast<unsigned>(known) << shift);
}

/// Reads a sector through: whether all its pages are good.
[[gnu::noinline]] bool InPlace::look(std::uint32_t sector) {
  const std::size_t size = std::size_t{1} << sector_bits_;
  const std::span all{mapped_ + (sector << sector_bits_), size};
  bool good = true;
  for (std::size_t at = kPage; good && at < size; at += kPage) {
    good = is_good_page(all.subspan(at, kPage));
  }
  set(sector, good ? Known::good : Known::damaged);
  return good;
}

}  // namespace pianola::store
