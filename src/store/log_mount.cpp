#include <algorithm>
#include <bit>

#include "base/status.hpp"
#include "store/frames.hpp"
#include "store/log.hpp"

namespace pianola::store {
namespace {

using flash::FlashStatus;

}  // namespace

/// What the headers and the head's frames say.
struct Log::Found {
  SectorHeader head;
  std::uint32_t sector = kNone;  ///< Of the head.
  std::uint32_t newest = 0;      ///< Highest sequence of any header.
  std::uint32_t after = 0;       ///< Start of a unit, not before the end of its last state.
  bool clean = true;             ///< Nothing is open to doubt.
  bool unsettled = false;        ///< The root stands in a commit frame alone,
  Root before;                   ///< after this one.
  Root opened_with;              ///< The state in the head's header.
};

Log::HeaderState Log::read_header(std::uint32_t sector, SectorHeader& out) {
  std::array<std::uint8_t, SectorHeader::kSize> bytes;
  if (flash_.read(sector * geometry_.sector_size, bytes) != FlashStatus::ok) {
    return HeaderState::unreadable;
  }
  if (flash::is_blank(bytes)) return HeaderState::blank;
  return decode(bytes, out) ? HeaderState::good : HeaderState::none;
}

/// A sector counts only if it has_frames().
Mount Log::find_head(Found& found) {
  Mount foreign = Mount::failed;
  std::uint32_t best = 0;
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
    if (header.kind != SectorHeader::Kind::log) continue;
    found.newest = std::max(found.newest, header.sequence);
    if (found.sector != kNone && header.sequence <= best) continue;
    if (!has_frames(flash_, sector)) continue;
    best = header.sequence;
    found.sector = sector;
    found.head = header;
  }
  if (found.sector == kNone) return found.newest != 0 ? Mount::ok : foreign;
  if (best != found.newest) found.clean = false;
  return Mount::ok;
}

/// Goes through the head's frames to the last state.
void Log::find_root(Found& found) {
  const std::uint32_t unit = geometry_.program_unit;
  FrameReader frames{flash_, found.sector};
  Frame frame;
  found.opened_with = found.head.root;
  found.after = found.sector * geometry_.sector_size + round_up(SectorHeader::kSize, unit);
  bool open = false;  // something stands after the last state
  while (frames.next(frame) && frame.kind != FrameKind::blank) {
    const bool state = frame.kind == FrameKind::commit || frame.kind == FrameKind::settled;
    if (frame.kind == FrameKind::unknown || (state && !frame.good)) {
      open = true;
      break;
    }
    if (state) {
      found.unsettled = frame.kind == FrameKind::commit;
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
    if (later.commit > root.commit) root = later;
  }
}

void Log::start() {
  was_unclean_ = false;
  open_ = false;
  buffered_ = 0;
  in_place_.forget();
  frame_buffer_.forget();
  ++moves_;
  bad_.fill(0xFFFF);
  most_erases_ = 0;
  opened_ = 0;
  sector_ = kNone;
  anchor_ = kNone;
}

[[gnu::noinline]] Mount Log::mount() {
  Found found;
  start();
  if (const Mount status = find_head(found); status != Mount::ok) return status;
  sequence_ = found.newest;
  if (found.sector == kNone) {
    // The very first sector was cut off before it counted.
    root_ = {};
    was_unclean_ = true;
    rescan();
    return settle(root_) == Status::ok ? Mount::ok : Mount::no_sector;
  }
  find_root(found);
  root_ = found.head.root;
  rescan();
  const bool holds_nothing = !in_use(found.sector) && root_ == found.opened_with;
  sector_ = found.sector;
  anchor_ = found.sector;
  set_used(found.sector, true);
  was_unclean_ = !found.clean;
  // With one free sector and none open nothing could ever be collected: another head is opened.
  if (found.clean && free_ >= 2) return Mount::ok;
  protect(found);
  // A head without anything but a state that stands in the sector before it as well can go.
  if (free_ == 0 && holds_nothing) set_used(found.sector, false);
  const Status settled = settle(root_);
  rescan();
  return settled == Status::ok ? Mount::ok : Mount::no_sector;
}

/// Until the state is settled, the next mount may find the other one: what that needs must not be
/// erased. It is either the state before, or what was committed in sectors that were opened since.
/// begin() has left one sector that neither needs; and a settling that was cut off, one that has
/// nothing but its header.
void Log::protect(const Found& found) {
  if (found.unsettled) mark(found.before);
  std::uint32_t newest = 0;
  std::uint32_t last = kNone;
  for (std::uint32_t sector = 0; sector < geometry_.sectors; ++sector) {
    SectorHeader header;
    if (in_use(sector) || read_header(sector, header) != HeaderState::good ||
        header.kind != SectorHeader::Kind::log || header.root.commit < root_.commit) {
      continue;
    }
    set_used(sector, true);
    if (header.sequence < newest) continue;
    newest = header.sequence;
    last = sector;
  }
  if (free_ == 0 && last != kNone) set_used(last, false);
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
  }
  sequence_ = found.newest;
  sector_ = found.sector;
  anchor_ = found.sector;
  rescan();
  return settle(root_);
}

}  // namespace pianola::store
