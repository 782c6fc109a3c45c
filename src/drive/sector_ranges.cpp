#include "drive/sector_ranges.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace pianola::drive {

bool SectorRanges::add(std::uint32_t begin, std::uint32_t end) {
  Range* place = nullptr;
  for (Range& range : ranges_) {
    if (range.begin == range.end) {
      if (place == nullptr) place = &range;
    } else if (begin >= range.begin && end <= range.end) {
      return false;
    } else if (begin <= range.end && end >= range.begin) {
      place = &range;
      break;
    }
  }
  if (place == nullptr) place = &ranges_[0];
  if (place->begin == place->end) {
    *place = {begin, end};
  } else {
    *place = {std::min(begin, place->begin), std::max(end, place->end)};
  }
  return true;
}

bool SectorRanges::remove(std::uint32_t begin, std::uint32_t end) {
  bool any = false;
  for (Range& range : ranges_) {
    if (begin >= range.end || end <= range.begin) continue;
    if (begin <= range.begin) {
      range = end < range.end ? Range{end, range.end} : Range{};
    } else if (end >= range.end) {
      range.end = begin;
    } else {
      // In two, if there is a place for the second.
      const auto free = std::ranges::find_if(ranges_.begin(), ranges_.end(),
                                             [](const Range& r) { return r.begin == r.end; });
      if (free == ranges_.end()) continue;
      *free = {end, range.end};
      range.end = begin;
    }
    any = true;
  }
  return any;
}

bool SectorRanges::has(std::uint32_t sector) const {
  return std::ranges::any_of(ranges_.begin(), ranges_.end(), [sector](const Range& range) {
    return sector >= range.begin && sector < range.end;
  });
}

bool SectorRanges::empty() const { return first() == 0xFFFFFFFF; }

std::uint32_t SectorRanges::first() const {
  std::uint32_t first = 0xFFFFFFFF;
  for (const Range& range : ranges_) {
    if (range.begin < range.end) first = std::min(first, range.begin);
  }
  return first;
}

void SectorRanges::encode(std::span<std::uint8_t, kSize> out) const {
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    put32(&out[8 * i], ranges_[i].begin);
    put32(&out[8 * i + 4], ranges_[i].end);
  }
}

void SectorRanges::decode(std::span<const std::uint8_t, kSize> bytes) {
  for (std::size_t i = 0; i < ranges_.size(); ++i) {
    ranges_[i] = {get32(&bytes[8 * i]), get32(&bytes[8 * i + 4])};
  }
}

}  // namespace pianola::drive
