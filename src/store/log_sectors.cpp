// Sectors of the flash: which are taken next, and how sectors of pages are written anew.

#include <algorithm>
#include <bit>

#include "store/frames.hpp"
#include "store/log.hpp"

namespace pianola::store {

using flash::FlashStatus;

bool Log::in_use(std::uint32_t sector) const {
  return ((used_[sector / 8] >> (sector % 8)) & 1U) != 0;
}

void Log::set_used(std::uint32_t sector, bool used) {
  if (sector >= geometry_.sectors || in_use(sector) == used) return;
  used_[sector / 8] = static_cast<std::uint8_t>(used_[sector / 8] ^ (1U << (sector % 8)));
  free_ += used ? 0xFFFFFFFFU : 1U;
}

/// A sector that does not erase or program is not taken again until the next mount.
void Log::set_bad(std::uint32_t sector) {
  set_used(sector, true);
  in_place_.forget(sector);
  const auto place = std::ranges::find(bad_.begin(), bad_.end(), kNone);
  if (place != bad_.end()) *place = static_cast<std::uint16_t>(sector);
}

/// The state in force is settled: what only those before it needed is free.
void Log::release() {
  std::fill(used_.begin(), used_.end(), std::uint8_t{0});
  free_ = geometry_.sectors;
  for (std::uint32_t logical = 0; logical < geometry_.sectors; ++logical) {
    set_used(sector_of(logical), true);
  }
  set_used(states_, true);
  set_used(anchor_, true);
  if (next_ == Next::header || next_ == Next::copy) set_used(next_sector_, true);
  for (const std::uint16_t sector : bad_) set_used(sector, true);
  superseded_ = 0;
  unsaid_ = next_ == Next::copy ? 1 : 0;
  programmed_ = false;
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

/// A free sector of pages that does not count: it must not begin to when the next state is written.
[[gnu::noinline]] bool Log::find_stale(std::uint32_t& sector) {
  for (sector = 0; stale_ > 0 && sector < geometry_.sectors; ++sector) {
    SectorHeader header;
    if (!in_use(sector) && read_header(sector, header) == HeaderState::good &&
        header.kind == SectorHeader::Kind::pages && header.sequence > root_.sequence) {
      return true;
    }
  }
  stale_ = 0;
  return false;
}

/// The first free sector behind the one that was taken last, around the region.
std::uint32_t Log::next_free() const {
  for (std::uint32_t i = 1; i <= geometry_.sectors; ++i) {
    const std::uint32_t sector = (hand_ + i) % geometry_.sectors;
    if (!in_use(sector)) return sector;
  }
  return kNone;
}

/// Erases a free sector, which is in use from now on. False if that failed.
bool Log::erase(std::uint32_t sector, std::uint32_t& erases) {
  erases = 1 + likely_erases(sector);
  in_place_.forget(sector);
  set_used(sector, true);
  ++opened_;
  most_erases_ = std::max(most_erases_, erases);
  if (flash_.erase(sector * geometry_.sector_size) == FlashStatus::ok) return true;
  set_bad(sector);
  return false;
}

SectorHeader Log::new_header(SectorHeader::Kind kind) const {
  SectorHeader header;
  header.kind = kind;
  header.sector_bits = static_cast<std::uint8_t>(std::countr_zero(geometry_.sector_size));
  header.unit_bits = static_cast<std::uint8_t>(std::countr_zero(geometry_.program_unit));
  header.sectors = static_cast<std::uint16_t>(geometry_.sectors);
  return header;
}

/// Writes the header of a sector that was just erased, if it was.
[[gnu::noinline]] Status Log::write_header(std::uint32_t sector, const SectorHeader& header) {
  const std::uint32_t address = sector * geometry_.sector_size;
  if (is_blank(sector)) {
    const std::span bytes{frame_buffer_.spare(),
                          round_up(SectorHeader::kSize, geometry_.program_unit)};
    std::ranges::fill(bytes, std::uint8_t{0xFF});
    encode(header, bytes.first<SectorHeader::kSize>());
    if (program_at(address, bytes) == Status::ok) return Status::ok;
  }
  set_bad(sector);
  return Status::io_error;
}

bool Log::is_blank(std::uint32_t sector) {
  const std::span page{frame_buffer_.spare(), kPage};
  const std::uint32_t begin = sector * geometry_.sector_size;
  for (std::uint32_t at = 0; at < geometry_.sector_size; at += kPage) {
    if (flash_.read(begin + at, page) != FlashStatus::ok || !flash::is_blank(page)) return false;
  }
  return true;
}

/// Apart, so that no header is on the stack while the sector is erased.
[[gnu::noinline]] Status Log::head_states(std::uint32_t sector, std::uint32_t erases) {
  SectorHeader header = new_header(SectorHeader::Kind::states);
  header.erases = erases;
  header.sequence = ++sequence_;
  header.root = root_;
  return write_header(sector, header);
}

/// Opens another sector for states.
[[gnu::noinline]] Status Log::open_states() {
  while (free_ > 0) {
    const std::uint32_t sector = next_free();
    hand_ = sector;
    std::uint32_t erases = 0;
    if (!erase(sector, erases) || head_states(sector, erases) != Status::ok) continue;
    states_ = sector;
    states_at_ =
        sector * geometry_.sector_size + round_up(SectorHeader::kSize, geometry_.program_unit);
    return Status::ok;
  }
  return Status::full;
}

/// Writes the state in force again: from then on the sectors that were opened since count, and
/// those that they stand for are free.
Status Log::say_pages() { return write_state(root_); }

/// A step towards a sector of the flash that can be taken. Another one stays free, so that a mount
/// can settle what was cut off; and one more if the next state needs it.
inline Status Log::spare_sectors() {
  const std::uint32_t needed = states_room() < state_size() ? 3 : 2;
  if (free_ < needed || unsaid_ >= kMostUnsaid) {
    const bool failing = bad_.back() != kNone;  // So many that it is no accident.
    const Status none = failing ? Status::io_error : Status::full;
    if (superseded_ == 0 && unsaid_ < kMostUnsaid && needed == 2) return none;
    if (const Status status = say_pages(); status != Status::ok) return status;
    return free_ < needed ? none : Status::more;
  }
  return Status::ok;
}

/// Chooses the logical sector with the fewest pages in force.
Status Log::choose_next() {
  if (const Status status = spare_sectors(); status != Status::ok) return status;
  const std::uint32_t still = stillest();
  const std::uint32_t logical = still != kNone ? still : emptiest();
  if (logical == kNone) return Status::full;
  next_logical_ = logical;
  next_ = Next::erase;
  return Status::more;
}

/// Now and then a logical sector that has stood in one place for long, if that was erased much less
/// often than others: so wear spreads. After some sectors were erased, some are looked at.
[[gnu::noinline]] std::uint32_t Log::stillest() {
  constexpr std::uint32_t kSectors = 16;
  if (opened_ - spread_at_ < kSectors / 2) return kNone;
  spread_at_ = opened_;
  std::uint32_t least =
      most_erases_ - std::min(most_erases_, std::max<std::uint32_t>(4, most_erases_ / 6));
  std::uint32_t best = kNone;
  for (std::uint32_t i = 0; i < std::min(kSectors, geometry_.sectors); ++i) {
    wear_ = (wear_ + 1) % geometry_.sectors;
    const std::uint32_t sector = sector_of(wear_);
    if (sector >= geometry_.sectors || wear_ == open_) continue;
    const std::uint32_t erases = erases_of(sector);
    if (erases >= least) continue;
    least = erases;
    best = wear_;
  }
  return best;
}

/// Erases a sector that must not count, but for the one that is taken next.
[[gnu::noinline]] Status Log::forget_stale() {
  std::uint32_t sector = 0;
  --stale_;
  if (!find_stale(sector)) return Status::more;
  SectorHeader header = new_header(SectorHeader::Kind::free);
  if (!erase(sector, header.erases)) return Status::more;
  if (write_header(sector, header) == Status::ok) set_used(sector, false);
  return Status::more;
}

Status Log::erase_next() {
  if (stale_ > 1) return forget_stale();
  if (!find_stale(next_sector_)) {
    next_sector_ = next_free();
    hand_ = next_sector_;
  }
  stale_ = 0;
  if (next_sector_ >= geometry_.sectors || free_ < 2) {
    next_ = Next::none;
    return Status::full;
  }
  next_ = erase(next_sector_, next_erases_) ? Next::header : Next::none;
  return Status::more;
}

[[gnu::noinline]] Status Log::head_next() {
  SectorHeader header = new_header(SectorHeader::Kind::pages);
  header.sequence = next_sequence_ = ++sequence_;
  header.erases = next_erases_;
  header.logical = static_cast<std::uint16_t>(next_logical_);
  header.commit = root_.commit;
  if (mended_at_ / geometry_.sector_size == next_logical_) keep_pages();
  for (std::uint32_t page = 1; page < pages(); ++page) {
    if (!is_live(next_logical_ * pages() + page)) continue;
    std::uint8_t& byte = header.copied[page / 8];
    byte = static_cast<std::uint8_t>(byte | 1U << page % 8);
  }
  next_ = write_header(next_sector_, header) == Status::ok ? Next::copy : Next::none;
  next_page_ = 1;
  next_damaged_ = false;
  if (next_ == Next::copy) ++unsaid_;
  return Status::more;
}

/// Copies a page as it is, but for single wrong bits.
[[gnu::noinline]] Status Log::copy_page(std::uint32_t page) {
  const std::span bytes{frame_buffer_.spare(), kPage};
  const std::uint32_t offset = page * kPage;
  const std::uint32_t from = sector_of(next_logical_);
  if (flash_.read(from * geometry_.sector_size + offset, bytes) != FlashStatus::ok) {
    return Status::io_error;
  }
  if (mended_at_ / kPage == next_logical_ * pages() + page) {
    std::ranges::copy(mended_, bytes.begin() + mended_at_ % kPage);
  }
  if (!correct_page(bytes)) {
    next_damaged_ = true;
    // Else it would be taken for a blank one.
    if (bytes[0] == static_cast<std::uint8_t>(FrameType::blank)) bytes[0] = kLostPage;
  }
  auto size = static_cast<std::uint32_t>(bytes.size());
  while (size > 1 && bytes[size - 1] == 0xFF) --size;
  return program_at(next_sector_ * geometry_.sector_size + offset,
                    bytes.first(round_up(size, geometry_.program_unit)));
}

/// What only a damaged node leads to counts as free. All that stands in the sector is copied.
void Log::keep_pages() {
  const std::uint32_t first = next_logical_ * pages();
  for (std::uint32_t page = first + 1; page < first + pages(); ++page) {
    if (is_page_begun(view_, page * kPage)) set_live(page);
  }
}

[[gnu::noinline]] Status Log::mend(std::uint32_t address, std::span<const std::uint8_t> frame) {
  while (next_ != Next::none && next_ != Next::ready) next_step();
  const std::uint32_t logical = address / geometry_.sector_size;
  const std::uint32_t before = sector_of(logical);
  mended_at_ = address;
  mended_ = frame;
  if (open_ == logical) open_ = kNone;
  Status status = Status::more;
  while (status == Status::more && sector_of(logical) == before) {
    if (next_ != Next::none && next_ != Next::ready) {
      status = next_step();
    } else if (status = spare_sectors(); status == Status::ok) {
      next_logical_ = logical;
      next_ = Next::erase;
      status = Status::more;
    }
  }
  mended_at_ = kNoAddress;
  if (status != Status::more) return status;
  // There may be more in force now.
  mark_ = Mark::never;
  ++moves_;
  Root root = root_;
  ++root.roll_version;
  return write_state(root);
}

/// Copies two pages: the programs of a step take no longer.
Status Log::copy_next() {
  for (unsigned copied = 0; next_page_ < pages() && copied < 2; ++next_page_) {
    if (!is_live(next_logical_ * pages() + next_page_)) continue;
    if (copy_page(next_page_) != Status::ok) {
      // The logical sector stays the same: it must not stand in this one.
      set_bad(next_sector_);
      next_ = Next::erase;
      return Status::more;
    }
    ++copied;
  }
  if (next_page_ == pages()) finish_next();
  return Status::more;
}

/// The sector of the flash stands for the logical one from now on.
void Log::finish_next() {
  const std::uint32_t before = sector_of(next_logical_);
  put16(map_.data() + std::size_t{2} * next_logical_, next_sector_);
  if (before < geometry_.sectors) ++superseded_;
  complete_ = next_sequence_;
  if (!next_damaged_) in_place_.set_good(next_sector_);
  frame_buffer_.forget();
  next_ = live_pages(next_logical_) < pages() - 1 ? Next::ready : Next::none;
}

/// A step towards a sector of pages that can be filled.
Status Log::next_step() {
  switch (next_) {
    case Next::none:
      return choose_next();
    case Next::erase:
      return erase_next();
    case Next::header:
      return head_next();
    case Next::copy:
      return copy_next();
    case Next::ready:
      break;
  }
  return Status::ok;
}

/// Address of the first page of a logical sector, from its page `page` on, that can be programmed;
/// kNoAddress if there is none.
std::uint32_t Log::hole(std::uint32_t logical, std::uint32_t page) {
  const std::uint32_t begin = logical * geometry_.sector_size;
  for (std::uint32_t at = begin + page * kPage; at < begin + geometry_.sector_size; at += kPage) {
    std::uint8_t first = 0;
    if (read_page(at, {&first, 1}) == FlashStatus::ok &&
        first == static_cast<std::uint8_t>(FrameType::blank)) {
      return at;
    }
  }
  return kNoAddress;
}

/// The first page that can be programmed behind what was appended, in the sector that is filled.
std::uint32_t Log::next_hole() {
  if (open_ == kNone) return kNoAddress;
  return hole(open_, round_up(at_, kPage) / kPage - open_ * pages());
}

/// Where something is programmed next, or in the page after: kNoAddress if in a sector that is not
/// complete yet.
std::uint32_t Log::end() {
  const std::uint32_t next = next_hole();
  if (next == kNoAddress) open_ = kNone;
  if (open_ != kNone) return at_ % kPage == 0 ? next : at_;
  return next_ == Next::ready ? hole(next_logical_, 1) : kNoAddress;
}

/// Goes to the next page that can be programmed.
[[gnu::noinline]] Status Log::next_page() {
  if (free_pages() <= reserve_) return Status::full;
  if (const Status status = flush(); status != Status::ok) return status;
  for (;;) {
    const std::uint32_t found = next_hole();
    if (found != kNoAddress) {
      at_ = found;
      --holes_;
      return Status::ok;
    }
    open_ = kNone;
    Status status = Status::more;
    while (status == Status::more) status = next_step();
    if (status != Status::ok) return status;
    open_ = next_logical_;
    at_ = open_ * geometry_.sector_size + kPage;
    holes_ = pages() - 1 - live_pages(open_);
    next_ = Next::none;
  }
}

/// Pages that can be programmed without opening another sector.
std::uint32_t Log::ready_pages() const {
  const std::uint32_t here = open_ == kNone ? 0 : holes_;
  return next_ == Next::ready ? here + pages() - 1 - live_pages(next_logical_) : here;
}

Status Log::ready_step(std::uint32_t pages_wanted) {
  if (next_ == Next::ready || ready_pages() >= pages_wanted) return Status::ok;
  return next_step() == Status::more ? Status::more : Status::ok;
}

Status Log::make_room_step(std::uint32_t pages_wanted) {
  if (mark_ == Mark::never || mark_ == Mark::begun) {
    mark_step();
    return Status::more;
  }
  const bool enough = free_pages() >= pages_wanted + reserve();
  if (!enough && mark_ == Mark::done) return Status::full;
  if (enough && (next_ == Next::ready || ready_pages() >= pages_wanted)) return Status::ok;
  const std::uint32_t next = emptiest();
  // What was changed meanwhile may have left sectors emptier than those that are known to be.
  const bool poor = next_ == Next::none && changed_ >= 2 * pages() &&
                    (next == kNone || live_pages(next) > pages() / 4 * 3);
  if (!enough || poor) {
    mark_ = Mark::never;
    return Status::more;
  }
  const Status status = next_step();
  return status == Status::ok ? Status::more : status;
}

Status Log::make_room(std::uint32_t pages_wanted) {
  Status status = Status::more;
  while (status == Status::more) status = make_room_step(pages_wanted);
  return status;
}

}  // namespace pianola::store
