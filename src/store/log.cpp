#include "store/log.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

#include "base/crc32.hpp"

namespace pianola::store {

using flash::FlashStatus;

flash::Geometry LogView::geometry() const { return log_.geometry(); }

FlashStatus LogView::read(std::uint32_t address, std::span<std::uint8_t> out) {
  return log_.read(address, out);
}

Log::Log(flash::NorFlash& flash, std::span<std::uint8_t> memory)
    : flash_(flash),
      geometry_(flash.geometry()),
      buffer_(memory.first(buffer_size(geometry_))),
      map_(memory.subspan(buffer_.size(), map_size(geometry_))),
      bits_(memory.subspan(buffer_.size() + map_.size(), live_size(geometry_))),
      used_(
          memory.subspan(buffer_.size() + map_.size() + bits_.size(), (geometry_.sectors + 7) / 8)),
      in_place_(flash, map_,
                memory.subspan(buffer_.size() + map_.size() + bits_.size() + used_.size())) {
  assert(is_supported(geometry_) && memory.size() >= memory_size(geometry_));
  bad_.fill(kNone);
}

void Log::begin(std::uint32_t reserve) {
  changing_ = false;
  if (mark_ == Mark::never || mark_ == Mark::begun) mark();
  changing_ = true;
  reserve_ = reserve;
}

/// Programs bytes that fill whole units.
Status Log::program_at(std::uint32_t address, std::span<const std::uint8_t> bytes) {
  return flash_.program(address, bytes) == FlashStatus::ok && verify(address, bytes)
             ? Status::ok
             : Status::io_error;
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
  const std::uint32_t sector = sector_of(open_);
  const std::uint32_t offset = (at_ - buffered_) % geometry_.sector_size;
  const auto bytes = buffer_.first(buffered_);
  buffered_ = 0;
  programmed_ = true;
  const Status status = program_at(sector * geometry_.sector_size + offset, bytes);
  if (status != Status::ok) {
    open_ = kNone;
    set_bad(sector);
  }
  return status;
}

Status Log::put(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(buffer_.size() - buffered_, bytes.size());
    std::copy_n(bytes.begin(), count, buffer_.begin() + buffered_);
    buffered_ += static_cast<std::uint32_t>(count);
    at_ += static_cast<std::uint32_t>(count);
    bytes = bytes.subspan(count);
    if (buffered_ < buffer_.size() && at_ % kPage != 0) continue;
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

Status Log::append(std::span<const std::uint8_t> frame, std::uint32_t& address) {
  assert(changing_ || holding_);
  if (open_ == kNone || at_ % kPage == 0 || kPage - at_ % kPage < frame.size()) {
    if (const Status status = next_page(); status != Status::ok) return status;
  }
  set_live(at_ / kPage);
  address = at_;
  return put(frame);
}

void Log::hold() {
  if (mark_ == Mark::never || mark_ == Mark::begun) mark();
  holding_ = true;
}

void Log::drop(std::uint32_t address) {
  const std::uint32_t page = address / kPage;
  const bool copied = (next_ == Next::header || next_ == Next::copy) &&
                      address / geometry_.sector_size == next_logical_;
  if (copied || !is_live(page)) return;
  bits_[page / 8] = static_cast<std::uint8_t>(bits_[page / 8] & ~(1U << page % 8));
  --live_;
}

std::uint32_t Log::place_of(std::uint32_t address) const {
  const std::uint32_t logical = address / geometry_.sector_size;
  if (logical >= geometry_.sectors || sector_of(logical) >= geometry_.sectors) return kNoAddress;
  return sector_of(logical) * geometry_.sector_size + address % geometry_.sector_size;
}

/// Reads what is programmed.
FlashStatus Log::read_page(std::uint32_t address, std::span<std::uint8_t> out) {
  const std::uint32_t place = place_of(address);
  const std::uint32_t rest = geometry_.sector_size - address % geometry_.sector_size;
  if (place == kNoAddress || out.size() > rest) return FlashStatus::bad_argument;
  return flash_.read(place, out);
}

FlashStatus Log::read(std::uint32_t address, std::span<std::uint8_t> out) {
  const std::uint32_t begin = at_ - buffered_;
  const auto size = static_cast<std::uint32_t>(out.size());
  if (buffered_ == 0 || address >= at_ || address + size <= begin) return read_page(address, out);
  const std::uint32_t before = address < begin ? begin - address : 0;
  if (before > 0) {
    if (const FlashStatus status = read_page(address, out.first(before));
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

/// A frame in units of its own, in the sector of states.
Status Log::put_root(FrameType type, const Root& root) {
  const std::span frame{frame_buffer_.spare(), round_up(kRootFrame, geometry_.program_unit)};
  frame[0] = static_cast<std::uint8_t>(type);
  encode(root, frame.subspan<1, Root::kSize>());
  Crc32 crc;
  crc.add(frame.first(1 + Root::kSize));
  put32(frame.data() + 1 + Root::kSize, crc.value());
  std::ranges::fill(frame.subspan(kRootFrame), static_cast<std::uint8_t>(FrameType::filler));
  const std::uint32_t address = states_at_;
  states_at_ += static_cast<std::uint32_t>(frame.size());
  const Status status = program_at(address, frame);
  if (status != Status::ok) {
    set_bad(states_);
    states_ = kNone;
  }
  return status;
}

/// A unit that stands for nothing, in the sector of states.
Status Log::put_filler() {
  const std::span unit{frame_buffer_.spare(), geometry_.program_unit};
  std::ranges::fill(unit, static_cast<std::uint8_t>(FrameType::filler));
  const std::uint32_t address = states_at_;
  states_at_ += geometry_.program_unit;
  const Status status = program_at(address, unit);
  if (status != Status::ok) {
    set_bad(states_);
    states_ = kNone;
  }
  return status;
}

/// Bytes that the two frames of a commit take, with a filler before them.
std::uint32_t Log::state_size() const {
  return 2 * round_up(kRootFrame, geometry_.program_unit) + geometry_.program_unit;
}

std::uint32_t Log::states_room() const {
  return states_ == kNone ? 0 : (states_ + 1) * geometry_.sector_size - states_at_;
}

Status Log::commit(const Root& root) {
  const Status status = flush();
  changing_ = false;
  if (mark_ == Mark::done) mark_ = Mark::known;
  return status == Status::ok ? write_state(root) : status;
}

Status Log::write_state(const Root& root) {
  if (const Status status = flush(); status != Status::ok) return status;
  if (states_room() < state_size()) {
    if (const Status status = open_states(); status != Status::ok) return status;
  }
  // Whoever can read a commit frame, even one that was cut off, must find that something was begun,
  // and that what it names is complete: both stand in earlier programs.
  if (!programmed_) {
    if (const Status status = put_filler(); status != Status::ok) return status;
  }
  if (flash_.sync() != FlashStatus::ok) return Status::io_error;
  Root next = root;
  next.commit = root_.commit + 1;
  next.sequence = complete_;
  next.end = end();
  const Status committed = put_root(FrameType::commit, next);
  if (committed != Status::ok) {
    // The frame may be readable now and then: a newer sector says that it does not count.
    return settle(root_) == Status::ok ? Status::io_error : committed;
  }
  set_root(next);
  const bool settled = put_root(FrameType::settled, next) == Status::ok;
  // The two may reach a medium with a cache in any order: what it has of them reads the same each
  // time. If it fails, nobody knows which state it has.
  if (flash_.sync() != FlashStatus::ok) return Status::io_error;
  if (settled) {
    anchor_ = states_;
    release();
  } else {
    // The commit frame is complete: if no sector can settle it now, the next mount will.
    settle(next);
  }
  return Status::ok;
}

void Log::set_root(const Root& root) {
  for (const TreeRole role : {TreeRole::roll, TreeRole::index, TreeRole::backup}) {
    if (root[role] != root_[role]) ++moves_;
  }
  root_ = root;
}

void Log::abandon() {
  changing_ = false;
  if (mark_ == Mark::done) mark_ = Mark::known;
}

/// Writes `root` where it outranks all that was written before.
Status Log::settle(const Root& root) {
  set_root(root);
  states_ = kNone;
  Status status = Status::io_error;
  while (free_ > 0) {
    status = open_states();
    // A program between the two: whoever can read the settled frame finds that the sector counts.
    if (status == Status::ok) status = put_filler();
    if (status == Status::ok) status = put_root(FrameType::settled, root);
    if (status != Status::ok) continue;
    anchor_ = states_;
    if (flash_.sync() != FlashStatus::ok) return Status::io_error;
    release();
    return Status::ok;
  }
  return status;
}

}  // namespace pianola::store
