#include "store/frames.hpp"

#include <algorithm>
#include <array>

#include "base/bytes.hpp"

namespace pianola::store {
namespace {

using flash::FlashStatus;

constexpr bool is_type(unsigned first, FrameType type) {
  return first == static_cast<unsigned>(type);
}

}  // namespace

std::size_t frame_at(std::span<const std::uint8_t> rest) {
  if (is_type(rest[0], FrameType::filler)) return 1;
  if (is_type(rest[0], FrameType::blank)) return flash::is_blank(rest) ? rest.size() : 0;
  if (!is_payload(rest[0]) || rest.size() < kFrameHeader || rest[1] == 0) return 0;
  const std::size_t size = frame_size(rest[1]);
  return size <= rest.size() ? size : 0;
}

bool correct_page(std::span<std::uint8_t> page) {
  while (!page.empty()) {
    const std::size_t size = frame_at(page);
    if (size == 0) return false;
    if (is_payload(page[0]) && !check_and_correct(page.first(size))) return false;
    page = page.subspan(size);
  }
  return true;
}

FrameReader::FrameReader(flash::NorFlash& flash, std::uint32_t sector, SectorHeader::Kind kind)
    : flash_(flash),
      at_(sector * flash.geometry().sector_size),
      sector_end_(at_ + flash.geometry().sector_size) {
  const bool pages = kind == SectorHeader::Kind::pages;
  at_ += pages ? kPage : round_up(SectorHeader::kSize, flash.geometry().program_unit);
  end_ = pages ? at_ + kPage : sector_end_;
}

bool FrameReader::next(Frame& out) {
  if (at_ == end_) end_ += kPage;
  if (at_ >= sector_end_) return false;
  out = {};
  out.address = at_;
  std::uint8_t first = 0xFF;
  const bool read = flash_.read(at_, {&first, 1}) == FlashStatus::ok;
  if (read && is_type(first, FrameType::filler)) {
    read_fillers(out);
  } else if (read && is_payload(first)) {
    read_payload(out);
  } else if (read && (is_type(first, FrameType::commit) || is_type(first, FrameType::settled))) {
    read_root(out);
  } else if (read && is_type(first, FrameType::blank) && flash::is_blank(flash_, at_, end_ - at_)) {
    out.kind = FrameKind::blank;
    out.good = true;
    out.size = end_ - at_;
  }
  if (out.size == 0 || out.size > end_ - at_) {
    out.kind = FrameKind::unknown;
    out.good = false;
    out.size = end_ - at_;
  }
  at_ += out.size;
  return true;
}

void FrameReader::read_fillers(Frame& out) {
  out.kind = FrameKind::filler;
  out.good = true;
  std::uint8_t byte = 0;
  do {
    ++out.size;
  } while (at_ + out.size < end_ && flash_.read(at_ + out.size, {&byte, 1}) == FlashStatus::ok &&
           is_type(byte, FrameType::filler));
}

/// Reads a data frame or a node.
void FrameReader::read_payload(Frame& out) {
  std::array<std::uint8_t, kMaxFrame> frame;
  if (end_ - at_ < kFrameHeader ||
      flash_.read(at_, std::span(frame).first(kFrameHeader)) != FlashStatus::ok) {
    return;
  }
  out.kind = is_node(frame[0]) ? FrameKind::node : FrameKind::data;
  out.tree = node_kind(frame[0]);
  out.level = static_cast<std::uint8_t>(node_level(frame[0]));
  out.payload = frame[1];
  if (out.payload == 0 || out.payload > kPayload) return;
  out.size = frame_size(out.payload);
  if (out.size > end_ - at_) return;
  const auto bytes = std::span(frame).first(out.size);
  out.good = flash_.read(at_, bytes) == FlashStatus::ok && check_and_correct(bytes, out.wrong_bit);
}

void FrameReader::read_root(Frame& out) {
  std::array<std::uint8_t, kRootFrame> frame;
  out.size = kRootFrame;
  if (end_ - at_ < kRootFrame) return;
  out.good = flash_.read(at_, frame) == FlashStatus::ok && check_and_correct(frame, out.wrong_bit);
  out.kind = is_type(frame[0], FrameType::settled) ? FrameKind::settled : FrameKind::commit;
  if (out.good) out.root = decode_root(std::span(frame).subspan<1, Root::kSize>());
}

SectorState read_sector(flash::NorFlash& flash, std::uint32_t sector, SectorHeader& out) {
  const flash::Geometry geometry = flash.geometry();
  const std::uint32_t begin = sector * geometry.sector_size;
  std::array<std::uint8_t, SectorHeader::kSize> bytes;
  if (flash.read(begin, bytes) != FlashStatus::ok) return SectorState::unknown;
  if (!decode(bytes, out)) {
    return flash::is_blank(flash, begin, geometry.sector_size) ? SectorState::blank
                                                               : SectorState::unknown;
  }
  if (out.version != kFormatVersion || (1U << out.sector_bits) != geometry.sector_size ||
      (1U << out.unit_bits) != geometry.program_unit || out.sectors != geometry.sectors) {
    return SectorState::foreign;
  }
  switch (out.kind) {
    case SectorHeader::Kind::pages:
      return SectorState::pages;
    case SectorHeader::Kind::states:
      return SectorState::states;
    case SectorHeader::Kind::free:
      break;
  }
  return SectorState::free;
}

bool has_states(flash::NorFlash& flash, std::uint32_t sector) {
  const flash::Geometry geometry = flash.geometry();
  const std::uint32_t header = round_up(SectorHeader::kSize, geometry.program_unit);
  // In small units the first frame follows at once; in larger ones the next unit decides.
  return !flash::is_blank(flash, sector * geometry.sector_size + header,
                          std::max<std::uint32_t>(geometry.program_unit, 32));
}

bool has_pages(flash::NorFlash& flash, std::uint32_t sector, const SectorHeader& header) {
  const std::uint32_t pages = flash.geometry().sector_size / kPage;
  std::uint32_t first = 1;
  while (first < pages && !header.is_copied(first)) ++first;
  if (first == pages) first = 1;
  return is_page_begun(flash, sector * flash.geometry().sector_size + first * kPage);
}

bool is_page_begun(flash::NorFlash& flash, std::uint32_t address) {
  const std::uint32_t rest = kPage - address % kPage;
  const std::uint32_t size = std::max<std::uint32_t>(flash.geometry().program_unit, 32);
  return !flash::is_blank(flash, address, std::min(rest, size));
}

}  // namespace pianola::store
