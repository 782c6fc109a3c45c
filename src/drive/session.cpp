#include "drive/session.hpp"

#include <algorithm>
#include <array>

#include "drive/help.hpp"

namespace pianola::drive {
namespace {

using store::kDraftText;
using store::kDriveState;
using store::kErrorText;

/// Sectors that are kept for metadata when files fill the rest: of the root directory, and beside
/// those of the FAT.
constexpr std::uint32_t kDirectorySectors = 4;
constexpr std::uint32_t kMostFatSectors = 16;
/// Room for less is worth no backup.
constexpr std::uint32_t kLeastRoom = 16 * kSectorSize;

/// Reads of a text in memory.
std::size_t copy(std::span<const char> text, std::uint32_t offset, std::span<char> out) {
  if (offset >= text.size()) return 0;
  const std::size_t count = std::min<std::size_t>(out.size(), text.size() - offset);
  std::copy_n(text.begin() + offset, count, out.begin());
  return count;
}

}  // namespace

Session::Session(store::Store& store, store::CurrentRoll& roll, std::span<const char> status)
    : store_(store),
      roll_(roll),
      backup_(store.log(), store::StoredRoll::Of::backup),
      backup_text_(backup_),
      status_(status) {}

// ---- The beginning ------------------------------------------------------------------------------

void Session::load_record() {
  record_ = {};
  std::array<std::uint8_t, DriveRecord::kSize> bytes{};
  if (store_.read_draft(kDriveState, 0, bytes) != bytes.size() || !record_.decode(bytes)) {
    record_ = {};
  }
}

bool Session::is_unfinished() {
  const auto first = store_.next_draft(0);
  return first && *first < kDraftText;
}

void Session::open(std::uint32_t serial, bool is_return) {
  shape_ = volume_shape(store_.log().geometry());
  gap_begin_ = gap_end_ = 0;
  credit_ = 0;
  damage_ = {};
  load_record();
  bool has_sectors = is_unfinished();
  if (has_sectors && !is_known()) {
    store_.clear_draft();
    record_ = {};
    has_sectors = false;
  }
  if (!has_sectors) {
    make_room(is_return);
    take_files(serial);
  }
  record_.files.size(BaseFile::help) = help_size();
  record_.files.size(BaseFile::status) = static_cast<std::uint32_t>(status_.size());
  if (!Volume::fits(shape_, record_.files)) {
    record_.files.size(BaseFile::backup) = VolumeFiles::kAbsent;
  }
}

void Session::show_damage(std::span<const char> text) {
  std::uint32_t& size = record_.files.size(BaseFile::errors);
  if (text.empty() || has_overlay() || size != VolumeFiles::kAbsent) return;
  size = static_cast<std::uint32_t>(text.size());
  if (Volume::fits(shape_, record_.files)) {
    damage_ = text;
  } else {
    size = VolumeFiles::kAbsent;
  }
}

/// Whether it can be told what the overlay's sectors were written over. Not if the record is
/// damaged, or the macros that stood there were changed in another way since.
bool Session::is_known() const {
  return record_.in_session && (record_.from_draft || record_.seen_version == roll_.epoch());
}

/// Whether a file like the one in force could not be written.
bool Session::is_short_of_room() {
  const std::uint32_t size = roll_.text_size();
  return store_.draft_room() < size + size / 4 + kLeastRoom;
}

/// While the medium is in, the backup and a draft stay. The user can do without the former rather
/// than without room to write macros.txt; and a draft that cannot be corrected has been shown.
void Session::make_room(bool is_return) {
  if (store_.has_backup() && is_short_of_room()) store_.drop_backup();
  if (is_return || record_.draft_size == DriveRecord::kAbsent || !is_short_of_room()) return;
  store_.clear_draft();
  record_ = {};
}

/// The files as they are now.
void Session::take_files(std::uint32_t serial) {
  record_.in_session = false;
  record_.from_draft = record_.draft_size != DriveRecord::kAbsent;
  record_.from_saved = !roll_.is_default();
  record_.roll_version = record_.seen_version = roll_.epoch();
  record_.refused = {};
  record_.files = {};
  record_.files.serial = serial;
  record_.files.size(BaseFile::macros) =
      record_.from_draft ? record_.draft_size : roll_.text_size();
  record_.files.size(BaseFile::backup) =
      store_.has_backup() ? backup_.text_size() : VolumeFiles::kAbsent;
  record_.files.size(BaseFile::errors) = record_.errors_size;
}

bool Session::taken() const { return record_.roll_version != roll_.epoch(); }

// ---- Files --------------------------------------------------------------------------------------

bool Session::is_in(BaseFile file, std::uint32_t sector) const {
  const std::uint32_t size = record_.files.size(file);
  if (size == VolumeFiles::kAbsent || size == 0) return false;
  const std::uint32_t first = Volume::first_sector(shape_, record_.files, file);
  return sector >= first && sector - first <= (size - 1) / kSectorSize;
}

std::optional<std::uint32_t> Session::draft_object(std::uint32_t sector) const {
  if (!record_.from_draft || !is_in(BaseFile::macros, sector)) return std::nullopt;
  return kDraftText + (sector - Volume::first_sector(shape_, record_.files, BaseFile::macros));
}

bool Session::reads_backup(std::uint32_t sector) const {
  if (is_in(BaseFile::backup, sector)) return true;
  return taken() && !record_.from_draft && record_.from_saved && is_in(BaseFile::macros, sector);
}

Session::Sectors Session::backup_sectors() const {
  const std::uint32_t size = record_.files.size(BaseFile::backup);
  if (size == VolumeFiles::kAbsent || size == 0) return {};
  const std::uint32_t first = Volume::first_sector(shape_, record_.files, BaseFile::backup);
  return {first, first + (size - 1) / kSectorSize + 1};
}

std::uint32_t Session::macros_size() const { return record_.files.size(BaseFile::macros); }

std::size_t Session::read_macros(std::uint32_t offset, std::span<char> out) {
  const std::uint32_t size = macros_size();
  if (offset >= size) return 0;
  const std::size_t count = std::min<std::size_t>(out.size(), size - offset);
  read_text(BaseFile::macros, offset, out.first(count));
  return count;
}

bool Session::is_in_force(std::uint32_t offset, std::span<const char> text) {
  std::array<char, 64> piece;
  for (std::size_t i = 0; i < text.size(); i += piece.size()) {
    const std::span now = std::span{piece}.first(std::min(piece.size(), text.size() - i));
    const std::uint32_t at = offset + static_cast<std::uint32_t>(i);
    if (roll_.read_text(at, now) != now.size()) return false;
    const std::span then = text.subspan(i, now.size());
    if (!std::equal(now.begin(), now.end(), then.begin())) return false;
  }
  return true;
}

/// Reads a file's text. Damaged bytes read as question marks, so that the rest can be rescued.
void Session::read_text(BaseFile file, std::uint32_t offset, std::span<char> out) {
  while (!out.empty()) {
    std::size_t count = read_some(file, offset, out);
    if (count == 0) {
      out[0] = '?';
      count = 1;
    }
    offset += static_cast<std::uint32_t>(count);
    out = out.subspan(count);
  }
}

/// Reads some bytes of a file's text; none if they are damaged.
[[gnu::noinline]] std::size_t Session::read_some(BaseFile file, std::uint32_t offset,
                                                 std::span<char> out) {
  switch (file) {
    case BaseFile::help:
      return read_help(offset, out);
    case BaseFile::status:
      return copy(status_, offset, out);
    case BaseFile::errors:
      if (!damage_.empty()) return copy(damage_, offset, out);
      return read_object(kErrorText, offset, out);
    case BaseFile::backup:
      return backup_text_.read(offset, out);
    case BaseFile::macros:
      break;
  }
  if (record_.from_draft) return read_object(kDraftText, offset, out);
  if (!taken()) return roll_.read_text(offset, out);
  // The text that was in force is the backup now, or still the default text.
  return record_.from_saved ? backup_text_.read(offset, out)
                            : roll_.defaults().read_text(offset, out);
}

/// Reads of a file that the store has in objects of a sector each, from the number `first` on.
std::size_t Session::read_object(std::uint32_t first, std::uint32_t offset, std::span<char> out) {
  const std::size_t count = std::min<std::size_t>(out.size(), kSectorSize - offset % kSectorSize);
  return store_.read_draft(first + offset / kSectorSize, offset % kSectorSize,
                           {reinterpret_cast<std::uint8_t*>(out.data()), count});
}

// ---- Sectors ------------------------------------------------------------------------------------

[[gnu::noinline]] bool Session::in_overlay(std::uint32_t sector) {
  if (!record_.in_session || (sector >= gap_begin_ && sector < gap_end_)) return false;
  const auto next = store_.next_draft(sector);
  if (next == sector) return true;
  gap_begin_ = sector;
  gap_end_ = next ? *next : sectors();
  return false;
}

bool Session::read(std::uint32_t sector, std::uint32_t offset, std::span<std::uint8_t> out) {
  if (sector >= sectors()) return false;
  if (in_overlay(sector)) return store_.read_draft(sector, offset, out) == out.size();
  const FilePiece piece = Volume(shape_, record_.files).read(sector, offset, out);
  read_text(piece.file, piece.offset, {reinterpret_cast<char*>(out.data()), piece.size});
  return true;
}

bool Session::is_same(std::uint32_t sector, std::span<const std::uint8_t> data) {
  constexpr std::uint32_t kPiece = 64;
  std::array<std::uint8_t, kPiece> piece{};
  for (std::uint32_t offset = 0; offset < kSectorSize; offset += kPiece) {
    if (!read(sector, offset, piece)) return false;
    if (!std::equal(piece.begin(), piece.end(), data.begin() + offset)) return false;
  }
  return true;
}

void Session::begin_write(std::uint32_t first, std::span<const std::uint8_t> data) {
  write_ = {};
  write_.first = first;
  write_.data = data;
}

/// Passes what is there already. The number of sectors after it that are not.
std::uint32_t Session::next_run() {
  const std::uint32_t count = write_.sectors();
  while (write_.done < count && is_same(write_.next(), write_.piece(0, 1))) ++write_.done;
  std::uint32_t run = 0;
  while (write_.done + run < count && !is_same(write_.next() + run, write_.piece(run, 1))) ++run;
  return run;
}

bool Session::has_to_write() {
  return write_.run > 0 || write_.notes || has_refused() || next_run() > 0;
}

Status Session::step_write() {
  // What the record is written for has happened, whether or not there is room to write it.
  if (write_.notes) return write_record() == Status::more ? Status::more : write_.end;
  if (write_.run == 0) {
    const std::uint32_t run = next_run();
    if (run == 0) return end_write(Status::ok);
    if (!has_room(write_.next(), run * kSectorSize)) return end_write(Status::full);
    write_.run = run;
  }
  const Status status = record_.in_session ? write_run() : begin_overlay();
  return status == Status::ok || status == Status::more ? Status::more : end_write(status);
}

/// Writes the run. A store that has more to do is to be asked again with the same.
Status Session::write_run() {
  const Status status = write_sectors(write_.next(), write_.piece(0, write_.run));
  if (status != Status::ok) return status;
  write_.changed = true;
  // The one after the run is there already.
  write_.done = std::min(write_.done + write_.run + 1, write_.sectors());
  write_.run = 0;
  return Status::ok;
}

/// The write ends. What the host could not write, or has written after all, is noted before that is
/// said.
Status Session::end_write(Status status) {
  const bool is_news = status == Status::ok
                           ? record_.refused.remove(write_.first, write_.first + write_.sectors())
                           : refuse(write_.next());
  if (!is_news || !record_.in_session) return status;
  write_.notes = true;
  write_.end = status;
  return Status::more;
}

Status Session::write(std::uint32_t first, std::span<const std::uint8_t> data) {
  begin_write(first, data);
  Status status = Status::more;
  while (status == Status::more) status = step_write();
  return status;
}

[[gnu::noinline]] Status Session::pin(std::uint32_t sector,
                                      std::span<std::uint8_t, kSectorSize> buffer) {
  if (write_.run == 0) {
    if (in_overlay(sector)) return Status::ok;
    if (!read(sector, 0, buffer)) return Status::io_error;
    if (!has_room(sector, kSectorSize)) return Status::full;
    write_.run = 1;
  }
  const Status status = write_sectors(sector, buffer);
  if (status != Status::more) write_ = {};
  return status;
}

Status Session::write_sectors(std::uint32_t first, std::span<const std::uint8_t> data) {
  const Status status = store_.write_draft_step(first, data);
  gap_begin_ = gap_end_ = 0;
  return status;
}

/// Notes that a request ended before sector `first`. How much of it was to come is not known here:
/// hosts write up to 1 MB at once. Whether that is news.
bool Session::refuse(std::uint32_t first) {
  constexpr std::uint32_t kMostOfRequest = 2048;
  return record_.refused.add(first, std::min(first + kMostOfRequest, sectors()));
}

void Session::drop_write() {
  write_ = {};
  store_.drop_draft_write();
}

/// The volume that sectors are about to be written over is written down first.
Status Session::begin_overlay() {
  record_.in_session = true;
  const Status status = write_record();
  if (status != Status::ok) record_.in_session = false;
  return status;
}

Status Session::write_record() {
  std::array<std::uint8_t, DriveRecord::kSize> bytes;
  record_.encode(bytes);
  return store_.write_draft_step(kDriveState, bytes);
}

/// If the power fails before this is written, or there is no room for it, the overlay is dropped at
/// the next start: what it says is in force.
Status Session::note_taken() {
  const std::uint32_t before = record_.seen_version;
  record_.seen_version = roll_.epoch();
  const Status status = write_record();
  if (status != Status::ok) record_.seen_version = before;
  return status;
}

std::uint32_t Session::kept_for_metadata() const {
  return (std::min(shape_.fat_sectors, kMostFatSectors) + kDirectorySectors) * kSectorSize;
}

std::uint32_t Session::largest_file() {
  const std::uint32_t room = store_.draft_room();
  const std::uint32_t kept = kept_for_metadata();
  // The file as it is written, then as it is stored: short definitions take three times their text,
  // with their code, their place in the trees, and what is noted while they are compiled.
  return room < kept ? 0 : (room - kept) / 4;
}

/// Whether `size` bytes of a file can be written so that what belongs to it (FAT, directory) still
/// can be. Looks at the flash now and then only.
bool Session::has_room(std::uint32_t first, std::uint32_t size) {
  if (first < shape_.data_sector()) return true;
  if (size > credit_) {
    const std::uint32_t kept = kept_for_metadata();
    const std::uint32_t room = store_.draft_room();
    bool is_over = true;
    for (std::uint32_t i = 0; i * kSectorSize < size && is_over; ++i) {
      is_over = in_overlay(first + i);
    }
    if (is_over) return true;
    if (room < kept + size) return false;
    credit_ = size + (room - kept - size) / 2;
  }
  credit_ -= size;
  return true;
}

}  // namespace pianola::drive
