#include "store/flash_scratch.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/bytes.hpp"

namespace pianola::store {
namespace {

using flash::FlashStatus;

/// Places of records are below it.
constexpr std::uint32_t kRecordPlaces = std::uint32_t{1} << 24;

}  // namespace

FlashScratch::FlashScratch(Log& log, std::span<std::uint8_t> memory,
                           std::span<std::uint16_t> sectors)
    : log_(log), sectors_(sectors), unit_(log.geometry().program_unit) {
  assert(memory.size() >= least_memory(log.geometry()));
  buffer_ = memory.first(unit_);
  all_ram_ = ram_ = memory.subspan(unit_);
  header_ = round_up(SectorHeader::kSize, unit_);
  payload_ = log.geometry().sector_size - header_;
}

/// Where the number of a sector is kept: those with records in front, the others around the rest.
std::uint16_t& FlashScratch::sector(std::uint32_t number) const {
  if (number < fixed_) return sectors_[number];
  return sectors_[fixed_ + (number - fixed_) % (sectors_.size() - fixed_)];
}

/// The flash address of a place behind the RAM.
std::uint32_t FlashScratch::address_of(std::uint32_t place) const {
  const auto at = static_cast<std::uint32_t>(place - ram_.size());
  return sector(at / payload_) * log_.geometry().sector_size + header_ + at % payload_;
}

/// Programs the buffer: the unit that ends at the end.
Status FlashScratch::program() {
  const std::uint32_t address = address_of(end_ - unit_);
  if (log_.flash().program(address, buffer_) != FlashStatus::ok) return Status::io_error;
  for (std::uint32_t i = 0; i < unit_; ++i) {
    std::uint8_t byte = 0;
    if (log_.flash().read(address + i, {&byte, 1}) != FlashStatus::ok || byte != buffer_[i]) {
      return Status::io_error;
    }
  }
  return Status::ok;
}

Status FlashScratch::put(std::span<const std::uint8_t> bytes) {
  for (const std::uint8_t byte : bytes) {
    if (end_ < ram_.size()) {
      ram_[end_++] = byte;
      continue;
    }
    const auto at = static_cast<std::uint32_t>(end_ - ram_.size());
    if (at / payload_ == taken_) {
      if (taken_ - given_ == sectors_.size()) return Status::full;
      std::uint32_t taken = 0;
      const Status status = log_.take_sector(SectorHeader::Kind::scratch, taken);
      if (status != Status::ok) return status;
      sector(taken_++) = static_cast<std::uint16_t>(taken);
    }
    buffer_[at % unit_] = byte;
    ++end_;
    if (at % unit_ + 1 < unit_) continue;
    if (const Status status = program(); status != Status::ok) return status;
  }
  return Status::ok;
}

bool FlashScratch::get(std::uint32_t place, std::span<std::uint8_t> out) {
  if (place + out.size() > end_) return false;
  while (!out.empty()) {
    std::size_t count = 0;
    if (place < ram_.size()) {
      count = std::min<std::size_t>(out.size(), ram_.size() - place);
      std::copy_n(ram_.begin() + place, count, out.begin());
    } else {
      const auto at = static_cast<std::uint32_t>(place - ram_.size());
      const auto pending = static_cast<std::uint32_t>(end_ - ram_.size()) / unit_ * unit_;
      if (at >= pending) {
        count = out.size();
        std::copy_n(buffer_.begin() + at % unit_, count, out.begin());
      } else {
        count = std::min<std::size_t>({out.size(), payload_ - at % payload_, pending - at});
        if (log_.flash().read(address_of(place), out.first(count)) != FlashStatus::ok) return false;
      }
    }
    place += static_cast<std::uint32_t>(count);
    out = out.subspan(count);
  }
  return true;
}

Status FlashScratch::append(const lang::ScratchRecord& record) {
  if (end_ >= kRecordPlaces - 2 * kScratchChunk) return Status::full;
  std::uint32_t place = end_;
  ScratchCode code;
  if (is_twin(record)) {
    encode_twin(static_cast<std::uint8_t>(last_ % kScratchChunk), code);
  } else {
    encode(record, base_, record.entry.key.scope == scope_ ? scope_place_ : 0, code);
  }
  const std::uint32_t used = place % kScratchChunk;
  if (used == 0 || used + code.size() > kScratchChunk) {
    if (const Status status = begin_chunk(record, place); status != Status::ok) return status;
    code = {};
    encode(record, base_, 0, code);
  }
  if (code.scope_at() != 0) {
    scope_ = record.entry.key.scope;
    scope_place_ = static_cast<std::uint8_t>(end_ % kScratchChunk + code.scope_at());
  }
  const Status status = put(code.bytes());
  last_ = place;
  records_end_ = end_;
  return status;
}

/// Fills up the chunk and begins another with `record`, at `place`.
Status FlashScratch::begin_chunk(const lang::ScratchRecord& record, std::uint32_t& place) {
  constexpr std::array<std::uint8_t, 16> kFilling{};
  place = (end_ + kScratchChunk - 1) / kScratchChunk * kScratchChunk;
  while (end_ < place) {
    const std::size_t size = std::min<std::size_t>(kFilling.size(), place - end_);
    if (const Status status = put(std::span{kFilling}.first(size)); status != Status::ok) {
      return status;
    }
  }
  base_ = {record.known, record.entry.record};
  scope_ = 0;
  scope_place_ = 0;
  ScratchCode code;
  encode(base_, code);
  return put(code.bytes());
}

/// Whether `record` is the second one of a text, and the first stands before it in the chunk.
bool FlashScratch::is_twin(const lang::ScratchRecord& record) {
  lang::ScratchRecord other;
  const bool begun = end_ % kScratchChunk != 0 && last_ / kScratchChunk == end_ / kScratchChunk;
  if (!record.text || !begun || !read(last_, other)) return false;
  return other.offset == record.offset && lang::text_key(other.entry.key) == record.entry.key;
}

/// Reads what there is of the records at `place`, up to the end of its chunk.
std::span<const std::uint8_t> FlashScratch::window(std::uint32_t place,
                                                   std::span<std::uint8_t> out) {
  if (place >= records_end_) return {};
  const std::size_t size = std::min<std::size_t>(
      {out.size(), records_end_ - place, kScratchChunk - place % kScratchChunk});
  out = out.first(size);
  if (!get(place, out)) return {};
  return out;
}

bool FlashScratch::read(std::uint32_t place, lang::ScratchRecord& out) {
  std::array<std::uint8_t, kMaxScratchRecord> bytes;
  ScratchBase base;
  const std::uint32_t chunk = place - place % kScratchChunk;
  ScratchReader head{window(chunk, std::span{bytes}.first<kMaxScratchBase>())};
  decode(head, base);
  const std::uint32_t first = chunk + head.at();
  if (place == chunk) place = first;
  ScratchReader in{window(place, bytes)};
  ScratchLink link = decode(in, base, out);
  if (link.kind == ScratchLink::Kind::filling) return false;
  std::uint32_t next = place + in.at();
  if (next < records_end_ && next % kScratchChunk != 0 && is_filling(in.byte())) {
    next = chunk + kScratchChunk;
  }
  if (link.kind == ScratchLink::Kind::twin) {
    ScratchReader twin{window(link.place == 0 ? first : chunk + link.place, bytes)};
    link = decode(twin, base, out);
    out.entry.key = lang::text_key(out.entry.key);
  }
  if (link.kind == ScratchLink::Kind::scope) {
    const std::span scope = std::span{bytes}.first<4>();
    if (!get(chunk + link.place, scope)) return false;
    out.entry.key.scope = get32(scope.data());
  }
  out.next = next;
  return true;
}

/// Places that fit in two bytes take no more.
std::uint32_t FlashScratch::item_size() const { return records_end_ <= 0x10000 ? 2 : kItemSize; }

Status FlashScratch::append_item(std::uint32_t place) {
  if (given_ == 0) fixed_ = taken_with_records();
  std::array<std::uint8_t, 4> bytes;
  put32(bytes.data(), place);
  return put(std::span{bytes}.first(item_size()));
}

/// Sectors in which records stand.
std::uint32_t FlashScratch::taken_with_records() const {
  const auto ram = static_cast<std::uint32_t>(ram_.size());
  const std::uint32_t end = records_end_;
  return end > ram ? (end - ram + payload_ - 1) / payload_ : 0;
}

/// Items stand behind all records: those come first.
bool FlashScratch::read_item(std::uint32_t index, std::uint32_t& place) {
  std::array<std::uint8_t, 4> bytes{};
  const std::uint32_t size = item_size();
  if (!get(records_end_ + index * size, std::span{bytes}.first(size))) return false;
  place = get32(bytes.data());
  return true;
}

/// Records are read to the end; of the items' sectors those that are passed can go.
void FlashScratch::release_items(std::uint32_t count) {
  const auto ram = static_cast<std::uint32_t>(ram_.size());
  const std::uint32_t end = records_end_ + count * item_size();
  if (end <= ram) return;
  const std::uint32_t passed = std::min((end - ram) / payload_, taken_);
  while (fixed_ + given_ < passed) log_.release_sector(sector(fixed_ + given_++));
}

std::span<std::uint8_t> FlashScratch::marks(std::uint32_t bits) {
  const std::size_t size = std::min<std::size_t>((bits + 7) / 8, all_ram_.size() / 2);
  ram_ = all_ram_.first(all_ram_.size() - size);
  const std::span<std::uint8_t> marks = all_ram_.last(size);
  std::fill(marks.begin(), marks.end(), std::uint8_t{0});
  return marks;
}

void FlashScratch::clear() {
  for (std::uint32_t n = 0; n < taken_; ++n) {
    if (n < fixed_ || n >= fixed_ + given_) log_.release_sector(sector(n));
  }
  taken_ = 0;
  fixed_ = 0;
  given_ = 0;
  end_ = 0;
  records_end_ = 0;
  last_ = 0;
  ram_ = all_ram_;
}

}  // namespace pianola::store
