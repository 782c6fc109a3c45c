#include "store/flash_scratch.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "base/bytes.hpp"
#include "base/crc32.hpp"

namespace pianola::store {
namespace {

using flash::FlashStatus;

/// Places of records are below it.
constexpr std::uint32_t kRecordPlaces = std::uint32_t{1} << 24;

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
  address = last_page_;
  if (page < record_pages_ && given_ > 0) {
    at = record_pages_ - 1;
    address = record_last_;
  }
  if (found_page_ >= page && found_page_ < at && found_ != kNoAddress) {
    at = found_page_;
    address = found_;
  }
  while (at > page) {
    const auto width = static_cast<std::uint32_t>(std::bit_width(at - page));
    const std::uint32_t link = std::min((width - 1) / 2, kLinks - 1);
    std::array<std::uint8_t, 4> bytes{};
    const std::uint32_t place = address + kFrameHeader + kPlaces + link * kLinkSize;
    if (log_.read(place, std::span{bytes}.first<kLinkSize>()) != FlashStatus::ok) return false;
    address = get32(bytes.data()) * kPage;
    at -= 1U << 2 * link;
  }
  found_page_ = page;
  found_ = address;
  return true;
}

/// Appends the page that is full.
Status FlashScratch::write_page() {
  if (pages_ == 0) log_.hold();
  std::uint8_t* const links = page_.data() + kFrameHeader + kPlaces;
  for (std::uint32_t link = 0; link < kLinks; ++link) {
    std::uint32_t address = 0;
    const std::uint32_t back = 1U << 2 * link;
    // Those that were given back are not looked for.
    const bool there = back <= pages_ && (given_ == 0 || pages_ - back >= record_pages_ + given_);
    if (there && !find(pages_ - back, address)) return Status::io_error;
    // The next link, or the checksum, overwrites the fourth byte.
    put32(links + link * kLinkSize, address / kPage);
  }
  page_[0] = static_cast<std::uint8_t>(FrameType::data);
  page_[1] = kPayload;
  Crc32 check;
  check.add(page_.first<kPage - 4>());
  put32(page_.data() + kPage - 4, check.value());
  const Status status = log_.append(page_, last_page_);
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
  std::array<std::uint8_t, 4> bytes;
  put32(bytes.data(), place);
  return put(std::span{bytes}.first(item_size()));
}

/// Items stand behind all records: those come first.
bool FlashScratch::read_item(std::uint32_t index, std::uint32_t& place) {
  std::array<std::uint8_t, 4> bytes{};
  const std::uint32_t size = item_size();
  if (!get(records_end_ + index * size, std::span{bytes}.first(size))) return false;
  place = get32(bytes.data());
  return true;
}

/// Records are read to the end; of the items' pages those that are passed can go.
void FlashScratch::release_items(std::uint32_t count) {
  if (given_ == 0) {
    const std::uint32_t record_pages = (in_flash(records_end_) + kPlaces - 1) / kPlaces;
    // The last page is the way to all others.
    if (record_pages >= pages_) return;
    record_pages_ = record_pages;
    if (record_pages > 0 && !find(record_pages - 1, record_last_)) return;
  }
  const std::uint32_t passed =
      std::min(in_flash(records_end_ + count * item_size()) / kPlaces, pages_ - 1);
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
  if (pages_ > 0) log_.let_go();
  pages_ = 0;
  record_pages_ = 0;
  given_ = 0;
  found_ = kNoAddress;
  end_ = 0;
  records_end_ = 0;
  last_ = 0;
  ram_ = all_ram_;
}

}  // namespace pianola::store
