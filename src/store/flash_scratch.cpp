#include "store/flash_scratch.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "base/bytes.hpp"

namespace pianola::store {
namespace {

using flash::FlashStatus;

void put_key(std::uint8_t* at, const lang::IndexKey& key) {
  put32(at, key.scope);
  put32(at + 4, key.high);
  put32(at + 8, key.low);
}

lang::IndexKey get_key(const std::uint8_t* at) { return {get32(at), get32(at + 4), get32(at + 8)}; }

/// Bits of a record's last byte.
constexpr unsigned kUse = 1;
constexpr unsigned kFirstIsCharacter = 2;
constexpr unsigned kSecondIsCharacter = 4;
constexpr unsigned kBinding = 8;
constexpr unsigned kText = 16;
constexpr unsigned kDecides = 32;
constexpr unsigned kCopy = 64;

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
  std::array<std::uint8_t, kRecordSize> bytes{};
  std::uint8_t* const at = bytes.data();
  put_key(at, record.entry.key);
  put32(at + 12, record.entry.record);
  put32(at + 16, record.entry.code);
  put32(at + 20, record.entry.body);
  put32(at + 24, record.entry.labels);
  put32(at + 28, record.at.offset);
  put32(at + 32, record.at.line);
  put32(at + 36, record.at.column);
  at[40] = record.entry.frame;
  at[41] = record.entry.params;
  at[42] = record.length;
  at[43] = static_cast<std::uint8_t>((record.role == lang::ScratchRecord::Role::use ? kUse : 0U) |
                                     (record.first_is_character ? kFirstIsCharacter : 0U) |
                                     (record.second_is_character ? kSecondIsCharacter : 0U) |
                                     (record.binding ? kBinding : 0U) | (record.text ? kText : 0U) |
                                     (record.decides ? kDecides : 0U) | (record.copy ? kCopy : 0U));
  put32(at + 44, record.options);
  ++records_;
  return put(bytes);
}

bool FlashScratch::read(std::uint32_t index, lang::ScratchRecord& out) {
  std::array<std::uint8_t, kRecordSize> bytes;
  if (index >= records_ || !get(index * kRecordSize, bytes)) return false;
  const std::uint8_t* const at = bytes.data();
  out.entry = {get_key(at),    get32(at + 12), get32(at + 16), get32(at + 20),
               get32(at + 24), at[40],         at[41]};
  out.at.offset = get32(at + 28);
  out.at.line = get32(at + 32);
  out.at.column = get32(at + 36);
  out.length = at[42];
  out.role = (at[43] & kUse) != 0 ? lang::ScratchRecord::Role::use
                                  : lang::ScratchRecord::Role::declaration;
  out.first_is_character = (at[43] & kFirstIsCharacter) != 0;
  out.second_is_character = (at[43] & kSecondIsCharacter) != 0;
  out.binding = (at[43] & kBinding) != 0;
  out.options = get32(at + 44);
  out.text = (at[43] & kText) != 0;
  out.decides = (at[43] & kDecides) != 0;
  out.copy = (at[43] & kCopy) != 0;
  return true;
}

Status FlashScratch::append(const lang::SortItem& item) {
  if (given_ == 0) fixed_ = taken_with_records();
  std::array<std::uint8_t, kItemSize> bytes;
  put_key(bytes.data(), item.key);
  put32(bytes.data() + 12, item.record);
  return put(bytes);
}

/// Sectors in which records stand.
std::uint32_t FlashScratch::taken_with_records() const {
  const auto ram = static_cast<std::uint32_t>(ram_.size());
  const std::uint32_t end = records_ * kRecordSize;
  return end > ram ? (end - ram + payload_ - 1) / payload_ : 0;
}

/// Items stand behind all records: those come first.
bool FlashScratch::read(std::uint32_t index, lang::SortItem& out) {
  std::array<std::uint8_t, kItemSize> bytes;
  if (!get(records_ * kRecordSize + index * kItemSize, bytes)) return false;
  out.key = get_key(bytes.data());
  out.record = get32(bytes.data() + 12);
  return true;
}

/// Records are read to the end; of the items' sectors those that are passed can go.
void FlashScratch::release_items(std::uint32_t count) {
  const auto ram = static_cast<std::uint32_t>(ram_.size());
  const std::uint32_t end = records_ * kRecordSize + count * kItemSize;
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
  records_ = 0;
  ram_ = all_ram_;
}

}  // namespace pianola::store
