#include "store/in_place.hpp"

#include <algorithm>
#include <bit>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "store/format.hpp"
#include "store/tree.hpp"

namespace pianola::store {
namespace {

/// Whether `frame` ends with the CRC-32 of what is before.
bool has_crc32(std::span<const std::uint8_t> frame) {
  Crc32 crc;
  crc.add(frame.first(frame.size() - 4));
  return crc.value() == get32(frame.data() + frame.size() - 4);
}

/// Bytes of the frame that `rest` begins with, if it is a good one; otherwise 0.
std::size_t good_frame(std::span<const std::uint8_t> rest) {
  const unsigned first = rest[0];
  if (first == static_cast<unsigned>(FrameType::filler)) return 1;
  if (first == static_cast<unsigned>(FrameType::blank)) {
    return flash::is_blank(rest) ? rest.size() : 0;
  }
  std::size_t size = 0;
  if ((first == static_cast<unsigned>(FrameType::data) || is_node(first)) && rest.size() > 1) {
    size = frame_size(rest[1]);
  } else if (first == static_cast<unsigned>(FrameType::commit) ||
             first == static_cast<unsigned>(FrameType::settled)) {
    size = kRootFrame;
  }
  return size != 0 && size <= rest.size() && has_crc32(rest.first(size)) ? size : 0;
}

}  // namespace

InPlace::InPlace(flash::NorFlash& flash, std::span<std::uint8_t> memory)
    : mapped_(flash.mapped()),
      known_(memory.first(memory_size(flash.geometry()))),
      size_(flash.geometry().size()),
      sector_bits_(static_cast<std::uint32_t>(std::countr_zero(flash.geometry().sector_size))) {
  forget();
}

void InPlace::forget() { std::fill(known_.begin(), known_.end(), std::uint8_t{0}); }

void InPlace::set(std::uint32_t sector, Known known) {
  std::uint8_t& four = known_[sector / 4];
  const unsigned shift = sector % 4 * 2;
  four = static_cast<std::uint8_t>((four & ~(3U << shift)) | static_cast<unsigned>(known) << shift);
}

/// Reads a sector through: whether all that follows its header is good.
[[gnu::noinline]] bool InPlace::look(std::uint32_t sector) {
  const std::span all{mapped_ + (sector << sector_bits_), std::size_t{1} << sector_bits_};
  std::size_t at = SectorHeader::kSize;
  while (at < all.size()) {
    const std::size_t size = good_frame(all.subspan(at));
    if (size == 0) break;
    at += size;
  }
  set(sector, at == all.size() ? Known::good : Known::damaged);
  return at == all.size();
}

}  // namespace pianola::store
