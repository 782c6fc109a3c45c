#include <algorithm>
#include <bit>

#include "base/status.hpp"
#include "store/frames.hpp"
#include "store/log.hpp"

namespace pianola::store {

using flash::FlashStatus;

/// What the headers and the head's frames say. The head is the sector of states that was opened
/// last and counts.
struct Log::Found {
  SectorHeader head;
  std::uint32_t sector = kNone;  ///< Of the head.
  std::uint32_t newest = 0;      ///< Highest sequence of any header.
  std::uint32_t after = 0;       ///< Start of a unit, not before the end of its last state.
  bool clean = true;             ///< Nothing is open to doubt.
  bool stable = false;           ///< The head counts however often it is read.
  bool decided = false;          ///< No other state than the one in its header is possible.
  bool unsettled = false;        ///< The root stands in a commit frame alone,
  Root before;                   ///< after this one.
};

Log::HeaderState Log::read_header(std::uint32_t sector, SectorHeader& out) {
  std::array<std::uint8_t, SectorHeader::kSize> bytes;
  if (flash_.read(sector * geometry_.sector_size, bytes) != FlashStatus::ok) {
    return HeaderState::unreadable;
  }
  if (flash::is_blank(bytes)) return HeaderState::blank;
  return decode(bytes, out) ? HeaderState::good : HeaderState::none;
}

/// A sector of states counts only if it has_states().
Mount Log::find_head(Found& found) {
  Mount foreign = Mount::failed;
  std::uint32_t best = 0;
  std::uint32_t passed = 0;  // newest that does not count
  for (std::uint32_t sector = 0; sector < geometry_.sectors; ++sector) {
    SectorHeader header;
    const HeaderState state = read_header(sector, header);
    if (state != HeaderState::unreadable && foreign == Mount::failed) foreign = Mount::unformatted;
    if (state != HeaderState::good) continue;
    if (header.version != kFormatVersion) {
      foreign = Mount::version;
      continue;
    }
    if ((1U << header.sector_bits) != geometry_.sector_size ||
        (1U << header.unit_bits) != geometry_.program_unit || header.sectors != geometry_.sectors) {
      foreign = Mount::geometry;
      continue;
    }
    most_erases_ = std::max(most_erases_, header.erases);
    if (header.kind == SectorHeader::Kind::free) continue;
    found.newest = std::max(found.newest, header.sequence);
    if (header.kind != SectorHeader::Kind::states) continue;
    if (found.sector != kNone && header.sequence <= best) continue;
    if (!has_states(flash_, sector)) {
      passed = std::max(passed, header.sequence);
      continue;
    }
    best = header.sequence;
    found.sector = sector;
    found.head = header;
  }
  found.clean = passed <= best;
  return found.sector != kNone || found.newest != 0 ? Mount::ok : foreign;
}

/// Goes through the head's frames to the last state.
void Log::find_root(Found& found) {
  const std::uint32_t unit = geometry_.program_unit;
  FrameReader frames{flash_, found.sector, SectorHeader::Kind::states};
  Frame frame;
  found.after = found.sector * geometry_.sector_size + round_up(SectorHeader::kSize, unit);
  // What is behind the first program tells that this one was complete. If that is a filler, the
  // state was settled here, or one came after it that has no pages of its own.
  const std::uint32_t second = found.after + unit;
  std::uint8_t first = 0;
  found.stable = second < (found.sector + 1) * geometry_.sector_size &&
                 !flash::is_blank(flash_, second, std::min<std::uint32_t>(unit * 32, 32));
  found.decided = found.stable && flash_.read(found.after, {&first, 1}) == FlashStatus::ok &&
                  first == static_cast<std::uint8_t>(FrameType::filler);
  bool open = false;  // something stands after the last state
  while (frames.next(frame) && frame.kind != FrameKind::blank) {
    const bool state = frame.kind == FrameKind::commit || frame.kind == FrameKind::settled;
    if (frame.kind == FrameKind::unknown || (state && !frame.good)) {
      open = true;
      break;
    }
    if (state) {
      found.unsettled = frame.kind == FrameKind::commit;
      found.stable |= !found.unsettled;
      found.decided = false;
      if (found.unsettled) found.before = found.head.root;
      found.head.root = frame.root;
      found.after = round_up(frame.address + frame.size, unit);
    }
    // Fillers up to the end of a unit belong to what is before them.
    const bool filler = frame.kind == FrameKind::filler && frame.address % unit != 0 &&
                        frame.address + frame.size <= round_up(frame.address, unit);
    open = !state && (open || !filler);
  }
  if (!open && !found.unsettled) return;
  found.clean = false;
  find_later_root(found);
}

/// Where the frames cannot be followed, because something was cut off or a bit is wrong, a state
/// that was settled behind that place is still found: such a frame begins a unit.
void Log::find_later_root(Found& found) {
  const std::uint32_t end = (found.sector + 1) * geometry_.sector_size;
  Root& root = found.head.root;
  for (std::uint32_t at = found.after; at + kRootFrame <= end; at += geometry_.program_unit) {
    std::array<std::uint8_t, kRootFrame> frame;
    if (flash_.read(at, std::span{frame}.first(1)) != FlashStatus::ok ||
        frame[0] != static_cast<std::uint8_t>(FrameType::settled) ||
        flash_.read(at, frame) != FlashStatus::ok || !check_and_correct(frame)) {
      continue;
    }
    const Root later = decode_root(std::span{frame}.subspan<1, Root::kSize>());
    if (later.commit <= root.commit) continue;
    root = later;
    found.stable = true;
    found.unsettled = found.decided = false;
  }
}

/// Finds which sectors stand for the logical ones in the state `root`: of those that are complete
/// in it, the ones that were opened last. They are marked as used; those that were opened since are
/// counted.
void Log::find_pages(const Root& root) {
  std::ranges::fill(map_, std::uint8_t{0xFF});
  stale_ = 0;
  for (std::uint32_t sector = 0; sector < geometry_.sectors; ++sector) {
    SectorHeader header;
    if (read_header(sector, header) != HeaderState::good ||
        header.kind != SectorHeader::Kind::pages || header.version != kFormatVersion) {
      continue;
    }
    if (header.sequence > root.sequence) {
      ++stale_;
      continue;
    }
    if (!has_pages(flash_, sector, header)) continue;
    SectorHeader other;
    const std::uint32_t mapped = sector_of(header.logical);
    if (mapped < geometry_.sectors && read_header(mapped, other) == HeaderState::good &&
        other.sequence > header.sequence) {
      continue;
    }
    put16(map_.data() + std::size_t{2} * header.logical, sector);
  }
  for (std::uint32_t logical = 0; logical < geometry_.sectors; ++logical) {
    set_used(sector_of(logical), true);
  }
}

/// Whether a page was programmed after the state: its next one may have been written then, and read
/// one way or the other.
bool Log::was_begun(const Root& root) {
  if (root.end < geometry_.size()) {
    const std::uint32_t logical = root.end / geometry_.sector_size;
    const std::uint32_t sector = sector_of(logical);
    SectorHeader header;
    if (sector < geometry_.sectors && read_header(sector, header) == HeaderState::good) {
      const std::uint32_t place = root.end % geometry_.sector_size;
      if (is_page_begun(flash_, sector * geometry_.sector_size + place)) return true;
      if (is_begun(sector, header, place / kPage + 1)) return true;
    }
  }
  for (std::uint32_t sector = 0; stale_ > 0 && sector < geometry_.sectors; ++sector) {
    SectorHeader header;
    if (read_header(sector, header) == HeaderState::good &&
        header.kind == SectorHeader::Kind::pages && header.sequence > root.sequence &&
        is_begun(sector, header, 1)) {
      return true;
    }
  }
  return false;
}

/// Whether the first page from `page` on that was not copied to the sector is programmed.
bool Log::is_begun(std::uint32_t sector, const SectorHeader& header, std::uint32_t page) {
  while (page < pages() && header.is_copied(page)) ++page;
  return page < pages() && is_page_begun(flash_, sector * geometry_.sector_size + page * kPage);
}

void Log::start() {
  was_unclean_ = false;
  buffered_ = 0;
  at_ = 0;
  in_place_.forget();
  frame_buffer_.forget();
  ++moves_;
  bad_.fill(kNone);
  std::ranges::fill(map_, std::uint8_t{0xFF});
  std::ranges::fill(bits_, std::uint8_t{0});
  std::ranges::fill(used_, std::uint8_t{0});
  free_ = geometry_.sectors;
  most_erases_ = opened_ = spread_at_ = 0;
  live_ = changed_ = superseded_ = unsaid_ = stale_ = 0;
  states_ = anchor_ = open_ = kNone;
  mark_ = Mark::never;
  changing_ = holding_ = false;
  next_ = Next::none;
  programmed_ = false;
}

[[gnu::noinline]] Mount Log::mount() {
  Found found;
  start();
  if (const Mount status = find_head(found); status != Mount::ok) return status;
  sequence_ = found.newest;
  if (found.sector == kNone) {
    // The very first sector was cut off before it counted.
    root_ = {};
    complete_ = root_.sequence = found.newest;
    was_unclean_ = true;
    return settle(root_) == Status::ok ? Mount::ok : Mount::no_sector;
  }
  find_root(found);
  root_ = found.head.root;
  complete_ = root_.sequence;
  find_pages(root_);
  anchor_ = hand_ = found.sector;
  set_used(anchor_, true);
  was_unclean_ = !found.clean || was_begun(root_);
  if (!was_unclean_) return Mount::ok;
  protect(found);
  return settle(root_) == Status::ok ? Mount::ok : Mount::no_sector;
}

/// Until the state is settled, the next mount may find the other one: what that needs must not be
/// erased. It is either the state before, or what was committed in sectors that were opened since.
/// Every transaction leaves one sector that neither needs; and a settling that was cut off, one
/// that has nothing but its header.
void Log::protect(const Found& found) {
  if (found.unsettled) {
    find_pages(found.before);
    find_pages(root_);
  }
  std::uint32_t newest = 0;
  std::uint32_t last = kNone;
  std::uint32_t older = 0;
  std::uint32_t before = kNone;
  for (std::uint32_t sector = 0; sector < geometry_.sectors; ++sector) {
    SectorHeader header;
    if (in_use(sector) || read_header(sector, header) != HeaderState::good) continue;
    if (header.kind == SectorHeader::Kind::pages && header.sequence > root_.sequence) {
      set_used(sector, !found.decided);
    }
    if (header.kind != SectorHeader::Kind::states) continue;
    if (header.sequence > found.head.sequence) {
      set_used(sector, true);
      if (header.sequence > newest) {
        newest = header.sequence;
        last = sector;
      }
    } else if (header.sequence > older && has_states(flash_, sector)) {
      older = header.sequence;
      before = sector;
    }
  }
  if (!found.stable) set_used(before, true);
  if (free_ == 0 && last != kNone) set_used(last, false);
  // Nor has the head, if it may not count.
  if (free_ == 0 && !found.stable) set_used(found.sector, false);
}

Status Log::format() {
  Found found;
  start();
  find_head(found);
  root_ = {};
  if (found.sector != kNone) {
    find_root(found);
    // Whoever remembers the old state must see that it is another.
    root_.commit = found.head.root.commit + 1;
    root_.roll_version = found.head.root.roll_version + 1;
    find_pages(found.head.root);
    set_used(found.sector, true);
    std::ranges::fill(map_, std::uint8_t{0xFF});
  }
  // Nothing of what was opened so far counts for anything.
  sequence_ = complete_ = root_.sequence = found.newest;
  stale_ = 0;
  anchor_ = hand_ = found.sector;
  return settle(root_);
}

}  // namespace pianola::store
