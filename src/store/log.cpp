#include "store/log.hpp"

#include <algorithm>
#include <bit>
#include <cassert>
#include <cstring>

#include "base/bytes.hpp"
#include "base/crc32.hpp"

namespace pianola::store {
namespace {

using flash::FlashStatus;

}  // namespace

Log::Log(flash::NorFlash& flash, std::span<std::uint8_t> memory)
    : flash_(flash),
      geometry_(flash.geometry()),
      buffer_(memory.first(buffer_size(geometry_))),
      used_(memory.subspan(buffer_.size(), (geometry_.sectors + 7) / 8)),
      in_place_(flash, memory.subspan(buffer_.size() + used_.size())) {
  assert(is_supported(geometry_) && memory.size() >= memory_size(geometry_));
  bad_.fill(0xFFFF);
}

bool Log::in_use(std::uint32_t sector) const {
  return ((used_[sector / 8] >> (sector % 8)) & 1U) != 0;
}

bool Log::is_head(std::uint32_t sector) const { return sector == sector_ || sector == anchor_; }

void Log::set_used(std::uint32_t sector, bool used) {
  if (in_use(sector) == used) return;
  used_[sector / 8] = static_cast<std::uint8_t>(used_[sector / 8] ^ (1U << (sector % 8)));
  free_ += used ? 0xFFFFFFFFU : 1U;
}

void Log::mark_used(std::uint32_t address) {
  if (address < geometry_.size()) set_used(address / geometry_.sector_size, true);
}

void Log::release_sector(std::uint32_t sector) { set_used(sector, false); }

/// A sector that does not erase or program is not tried again until the next mount.
void Log::set_bad(std::uint32_t sector) {
  set_used(sector, true);
  in_place_.forget(sector);
  const auto place = std::ranges::find(bad_.begin(), bad_.end(), 0xFFFF);
  if (place != bad_.end()) *place = static_cast<std::uint16_t>(sector);
}

/// The first free sector behind the one that was opened last, around the region.
std::uint32_t Log::next_free() const {
  const std::uint32_t from = sector_ == kNone ? 0 : sector_ + 1;
  for (std::uint32_t i = 0; i < geometry_.sectors; ++i) {
    const std::uint32_t sector = (from + i) % geometry_.sectors;
    if (!in_use(sector)) return sector;
  }
  return kNone;
}

std::uint32_t Log::erases_of(std::uint32_t sector) {
  SectorHeader header;
  return read_header(sector, header) == HeaderState::good ? header.erases : 0;
}

/// How often a sector was erased, as far as can be told: what an unreadable header counted is taken
/// to be what the sector with the most erases has. Apart, so that no header is on the stack while
/// the sector is erased.
[[gnu::noinline]] std::uint32_t Log::likely_erases(std::uint32_t sector) {
  SectorHeader header;
  const HeaderState state = read_header(sector, header);
  if (state == HeaderState::blank) return 0;
  return state == HeaderState::good ? header.erases : most_erases_;
}

/// Erases the next free sector that can be erased.
Status Log::erase_sector(std::uint32_t& sector, std::uint32_t& erases) {
  while (free_ > 0) {
    sector = next_free();
    if (sector == kNone) break;
    erases = 1 + likely_erases(sector);
    in_place_.forget(sector);
    frame_buffer_.forget();
    const bool good =
        flash_.erase(sector * geometry_.sector_size) == FlashStatus::ok &&
        flash::is_blank(flash_, sector * geometry_.sector_size, geometry_.sector_size);
    set_used(sector, true);
    ++opened_;
    most_erases_ = std::max(most_erases_, erases);
    if (good) return Status::ok;
    set_bad(sector);
  }
  return Status::full;
}

void Log::begin(std::uint32_t reserve) {
  reserve_ = std::max<std::uint32_t>(reserve, 1);
  programmed_ = false;
}

std::uint32_t Log::room() const { return open_ ? (sector_ + 1) * geometry_.sector_size - at_ : 0; }

SectorHeader Log::new_header(SectorHeader::Kind kind) const {
  SectorHeader header;
  header.kind = kind;
  header.sector_bits = static_cast<std::uint8_t>(std::countr_zero(geometry_.sector_size));
  header.unit_bits = static_cast<std::uint8_t>(std::countr_zero(geometry_.program_unit));
  header.sectors = static_cast<std::uint16_t>(geometry_.sectors);
  return header;
}

Status Log::open_sector() {
  if (free_ <= reserve_) return Status::full;
  if (open_) {
    if (const Status status = flush(); status != Status::ok) return status;
    open_ = false;
  }
  std::uint32_t sector = 0;
  std::uint32_t erases = 0;
  if (const Status status = erase_sector(sector, erases); status != Status::ok) return status;
  return start_sector(sector, erases);
}

/// Goes on in a sector that was just erased. Apart, like write_header(), so that what it writes is
/// not on the stack while the sector is looked for.
[[gnu::noinline]] Status Log::start_sector(std::uint32_t sector, std::uint32_t erases) {
  SectorHeader header = new_header(SectorHeader::Kind::log);
  header.erases = erases;
  header.sequence = ++sequence_;
  header.root = root_;
  std::array<std::uint8_t, SectorHeader::kSize> bytes;
  encode(header, bytes);
  in_place_.set_good(sector);
  sector_ = sector;
  at_ = sector * geometry_.sector_size;
  buffered_ = 0;
  open_ = true;
  return put(bytes);
}

Status Log::take_sector(SectorHeader::Kind kind, std::uint32_t& sector) {
  if (free_ <= reserve_) return Status::full;
  std::uint32_t erases = 0;
  if (const Status status = erase_sector(sector, erases); status != Status::ok) return status;
  return write_header(kind, sector, erases);
}

/// Writes the header of a sector that was just erased, padded to whole units, past the buffer: that
/// may hold frames.
[[gnu::noinline]] Status Log::write_header(SectorHeader::Kind kind, std::uint32_t sector,
                                           std::uint32_t erases) {
  SectorHeader header = new_header(kind);
  header.erases = erases;
  std::array<std::uint8_t, 256> bytes;
  bytes.fill(0xFF);
  encode(header, std::span{bytes}.first<SectorHeader::kSize>());
  const std::uint32_t size = round_up(SectorHeader::kSize, geometry_.program_unit);
  const std::uint32_t address = sector * geometry_.sector_size;
  if (flash_.program(address, std::span{bytes}.first(size)) != FlashStatus::ok ||
      !verify(address, std::span{bytes}.first(size))) {
    set_bad(sector);
    return Status::io_error;
  }
  return Status::ok;
}

bool Log::verify(std::uint32_t address, std::span<const std::uint8_t> bytes) {
  std::array<std::uint8_t, 32> piece;
  while (!bytes.empty()) {
    const auto part = bytes.first(std::min(piece.size(), bytes.size()));
    const auto read = std::span{piece}.first(part.size());
    if (flash_.read(address, read) != FlashStatus::ok ||
        !std::equal(part.begin(), part.end(), read.begin())) {
      return false;
    }
    address += static_cast<std::uint32_t>(part.size());
    bytes = bytes.subspan(part.size());
  }
  return true;
}

/// Programs the buffer, which ends at a unit's end.
Status Log::program() {
  const std::uint32_t address = at_ - buffered_;
  const auto bytes = buffer_.first(buffered_);
  buffered_ = 0;
  programmed_ = true;
  if (flash_.program(address, bytes) == FlashStatus::ok && verify(address, bytes)) {
    return Status::ok;
  }
  open_ = false;
  set_bad(sector_);
  return Status::io_error;
}

Status Log::put(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(buffer_.size() - buffered_, bytes.size());
    std::copy_n(bytes.begin(), count, buffer_.begin() + buffered_);
    buffered_ += static_cast<std::uint32_t>(count);
    at_ += static_cast<std::uint32_t>(count);
    bytes = bytes.subspan(count);
    if (buffered_ < buffer_.size() && at_ % geometry_.sector_size != 0) continue;
    if (const Status status = program(); status != Status::ok) return status;
  }
  return Status::ok;
}

/// Fills up the unit and programs it.
Status Log::flush() {
  while (buffered_ % geometry_.program_unit != 0) {
    buffer_[buffered_++] = static_cast<std::uint8_t>(FrameType::filler);
    ++at_;
  }
  return buffered_ == 0 ? Status::ok : program();
}

/// A byte that stands for nothing, for a program of its own.
Status Log::put_filler() {
  const auto filler = static_cast<std::uint8_t>(FrameType::filler);
  return put({&filler, 1});
}

/// Bytes that a commit may take: a filler's unit, the end of the frame before, and the two frames
/// in programs of their own.
std::uint32_t Log::commit_size() const {
  return 2 * (round_up(kRootFrame, geometry_.program_unit) + geometry_.program_unit);
}

Status Log::append(std::span<const std::uint8_t> frame, std::uint32_t& address) {
  // As long as no other sector can be opened, whatever fails leaves room to commit what frees some.
  const std::uint32_t kept = free_ > 1 ? 0 : std::min(2 * commit_size(), geometry_.sector_size / 4);
  if (room() < frame.size() + kept) {
    if (const Status status = open_sector(); status != Status::ok) return status;
  }
  address = at_;
  return put(frame);
}

FlashStatus Log::read(std::uint32_t address, std::span<std::uint8_t> out) {
  const std::uint32_t begin = at_ - buffered_;
  const auto size = static_cast<std::uint32_t>(out.size());
  if (buffered_ == 0 || address >= at_ || address + size <= begin) {
    return flash_.read(address, out);
  }
  const std::uint32_t before = address < begin ? begin - address : 0;
  if (before > 0) {
    if (const FlashStatus status = flash_.read(address, out.first(before));
        status != FlashStatus::ok) {
      return status;
    }
  }
  const std::uint32_t from = address + before - begin;
  const std::uint32_t count = std::min(size - before, buffered_ - from);
  std::memcpy(out.data() + before, buffer_.data() + from, count);
  std::memset(out.data() + before + count, 0xFF, size - before - count);
  return FlashStatus::ok;
}

Status Log::put_root(FrameType type, const Root& root) {
  std::array<std::uint8_t, kRootFrame> frame;
  frame[0] = static_cast<std::uint8_t>(type);
  encode(root, std::span{frame}.subspan<1, Root::kSize>());
  Crc32 crc;
  crc.add(std::span{frame}.first(1 + Root::kSize));
  put32(frame.data() + 1 + Root::kSize, crc.value());
  if (const Status status = put(frame); status != Status::ok) return status;
  return flush();
}

Status Log::commit(const Root& root) {
  if (room() < commit_size()) {
    if (const Status status = open_sector(); status != Status::ok) return status;
  }
  // Whoever can read a commit frame, even one that was cut off, must find that something was begun,
  // and that what it names is complete: both stand in earlier programs.
  if (!programmed_ && buffered_ == 0) {
    if (const Status status = put_filler(); status != Status::ok) return status;
  }
  if (const Status status = flush(); status != Status::ok) return status;
  if (free_ == 0 && !leaves_free(root)) return Status::full;
  if (flash_.sync() != FlashStatus::ok) return Status::io_error;
  const Status committed = put_root(FrameType::commit, root);
  if (committed != Status::ok) {
    // The frame may be readable now and then: a newer sector says that it does not count.
    return settle(root_) == Status::ok ? Status::io_error : committed;
  }
  set_root(root);
  const bool settled = put_root(FrameType::settled, root) == Status::ok;
  // The two may reach a medium with a cache in any order: what it has of them reads the same each
  // time. If it fails, nobody knows which state it has.
  if (flash_.sync() != FlashStatus::ok) return Status::io_error;
  if (settled) {
    anchor_ = sector_;
  } else {
    // The commit frame is complete: if no sector can settle it now, the next mount will.
    settle(root);
  }
  return Status::ok;
}

void Log::set_root(const Root& root) {
  for (const TreeRole role : {TreeRole::roll, TreeRole::index, TreeRole::backup}) {
    if (root[role] != root_[role]) ++moves_;
  }
  root_ = root;
}

void Log::abandon() { programmed_ = false; }

/// Writes `root` where it outranks all that was written before.
Status Log::settle(const Root& root) {
  set_root(root);
  reserve_ = 0;
  open_ = false;
  Status status = Status::io_error;
  while (free_ > 0) {
    status = open_sector();
    if (status == Status::ok) status = flush();
    // A program between the two: whoever can read the settled frame finds that the sector counts.
    if (status == Status::ok) status = put_filler();
    if (status == Status::ok) status = flush();
    if (status == Status::ok) status = put_root(FrameType::settled, root);
    if (status == Status::ok) {
      anchor_ = sector_;
      return flash_.sync() == FlashStatus::ok ? Status::ok : Status::io_error;
    }
    open_ = false;
  }
  return status;
}

}  // namespace pianola::store
