#include "store/flash_scratch.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/bytes.hpp"
#include "base/crc32.hpp"

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

FlashScratch::FlashScratch(Log& log, std::span<std::uint8_t> memory)
    : log_(log), page_(memory.first<kPage>()), all_ram_(memory.subspan(kPage)), ram_(all_ram_) {}

/// Bytes before `place` that are in flash, or will be.
std::uint32_t FlashScratch::in_flash(std::uint32_t place) const {
  return place - std::min(place, static_cast<std::uint32_t>(ram_.size()));
}

/// Where page `page` stands. Goes back from one that is known to be there: pages that were given
/// back are none of those on the way.
bool FlashScratch::find(std::uint32_t page, std::uint32_t& address) {
  std::uint32_t at = pages_ - 1;
  address = last_;
  if (page < record_pages_ && given_ > 0) {
    at = record_pages_ - 1;
    address = record_last_;
  }
  if (found_page_ >= page && found_page_ < at && found_ != kNoAddress) {
    at = found_page_;
    address = found_;
  }
  while (at > page) {
    const auto link = std::min<std::uint32_t>(
        static_cast<std::uint32_t>(std::bit_width(at - page)) - 1, kLinks - 1);
    std::array<std::uint8_t, kLinkSize> bytes;
    const std::uint32_t place = address + kFrameHeader + kPlaces + link * kLinkSize;
    if (log_.read(place, bytes) != FlashStatus::ok) return false;
    address = get32(bytes.data());
    at -= 1U << link;
  }
  found_page_ = page;
  found_ = address;
  return true;
}

/// Appends the page that is full.
Status FlashScratch::write_page() {
  std::uint8_t* const links = page_.data() + kFrameHeader + kPlaces;
  for (std::uint32_t link = 0; link < kLinks; ++link) {
    std::uint32_t address = kNoAddress;
    const std::uint32_t back = 1U << link;
    // Those that were given back are not looked for.
    const bool there = back <= pages_ && (given_ == 0 || pages_ - back >= record_pages_ + given_);
    if (there && !find(pages_ - back, address)) return Status::io_error;
    put32(links + link * kLinkSize, address);
  }
  page_[0] = static_cast<std::uint8_t>(FrameType::data);
  page_[1] = kPayload;
  Crc32 check;
  check.add(page_.first<kPage - 4>());
  put32(page_.data() + kPage - 4, check.value());
  const Status status = log_.append(page_, last_);
  if (status == Status::ok) ++pages_;
  return status;
}

Status FlashScratch::put(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    std::size_t count = bytes.size();
    if (end_ < ram_.size()) {
      count = std::min<std::size_t>(count, ram_.size() - end_);
      std::copy_n(bytes.begin(), count, ram_.begin() + end_);
    } else {
      const std::uint32_t filled = in_flash(end_) - pages_ * kPlaces;
      count = std::min<std::size_t>(count, kPlaces - filled);
      std::copy_n(bytes.begin(), count, page_.begin() + kFrameHeader + filled);
      if (filled + count == kPlaces) {
        if (const Status status = write_page(); status != Status::ok) return status;
      }
    }
    end_ += static_cast<std::uint32_t>(count);
    bytes = bytes.subspan(count);
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
      const std::uint32_t page = in_flash(place) / kPlaces;
      const std::uint32_t from = in_flash(place) % kPlaces;
      count = std::min<std::size_t>(out.size(), kPlaces - from);
      std::uint32_t address = 0;
      if (page == pages_) {
        std::copy_n(page_.begin() + kFrameHeader + from, count, out.begin());
      } else if (!find(page, address) ||
                 log_.read(address + kFrameHeader + from, out.first(count)) != FlashStatus::ok) {
        return false;
      }
    }
    place += static_cast<std::uint32_t>(count);
    out = out.subspan(count);
  }
  return true;
}

/// Gives pages back, the last one first: the way to one leads over those behind it.
void FlashScratch::drop(std::uint32_t begin, std::uint32_t end) {
  std::uint32_t address = 0;
  while (end > begin && find(end - 1, address)) {
    --end;
    found_ = kNoAddress;
    log_.drop(address);
  }
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
  std::array<std::uint8_t, kItemSize> bytes;
  put_key(bytes.data(), item.key);
  put32(bytes.data() + 12, item.record);
  return put(bytes);
}

/// Items stand behind all records: those come first.
bool FlashScratch::read(std::uint32_t index, lang::SortItem& out) {
  std::array<std::uint8_t, kItemSize> bytes;
  if (!get(records_end() + index * kItemSize, bytes)) return false;
  out.key = get_key(bytes.data());
  out.record = get32(bytes.data() + 12);
  return true;
}

/// Records are read to the end; of the items' pages those that are passed can go.
void FlashScratch::release_items(std::uint32_t count) {
  if (given_ == 0) {
    const std::uint32_t record_pages = (in_flash(records_end()) + kPlaces - 1) / kPlaces;
    // The last page is the way to all others.
    if (record_pages >= pages_) return;
    record_pages_ = record_pages;
    if (record_pages > 0 && !find(record_pages - 1, record_last_)) return;
  }
  const std::uint32_t passed = std::min(in_flash(records_end() + count * kItemSize) / kPlaces,
                                        pages_ - std::min(pages_, 1U));
  const std::uint32_t begin = record_pages_ + given_;
  if (passed <= begin) return;
  drop(begin, passed);
  given_ = passed - record_pages_;
}

std::span<std::uint8_t> FlashScratch::marks(std::uint32_t bits) {
  const std::size_t size = std::min<std::size_t>((bits + 7) / 8, all_ram_.size() / 2);
  ram_ = all_ram_.first(all_ram_.size() - size);
  const std::span<std::uint8_t> marks = all_ram_.last(size);
  std::fill(marks.begin(), marks.end(), std::uint8_t{0});
  return marks;
}

void FlashScratch::clear() {
  drop(record_pages_ + given_, pages_);
  drop(0, record_pages_);
  pages_ = 0;
  record_pages_ = 0;
  given_ = 0;
  found_ = kNoAddress;
  end_ = 0;
  records_ = 0;
  ram_ = all_ram_;
}

}  // namespace pianola::store
