#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.hpp"
#include "drive/drive_record.hpp"
#include "drive/sector_reader.hpp"
#include "drive/volume.hpp"
#include "store/current_roll.hpp"
#include "store/store.hpp"
#include "store/stored_roll.hpp"

namespace pianola::drive {

/// The volume as hosts see it: what they wrote (the overlay in the store) over what it was when the
/// medium was put in. The latter stays as it was as long as there is an overlay, even if meanwhile
/// the roll is replaced, or the power fails.
class Session final : public SectorReader {
 public:
  /// All are the caller's and outlive the session. `roll` is the roll of `store`; `status` is the
  /// text of STATUS.TXT.
  Session(store::Store& store, store::CurrentRoll& roll, std::span<const char> status);

  /// Begins: goes on with an overlay that is there, otherwise takes the volume from what is in
  /// force now. `serial` is then the volume's number. `is_return`: to show what became of the last
  /// one; otherwise a draft that leaves no room to write anything is given up.
  void open(std::uint32_t serial, bool is_return);

  /// After open(): ERRORS.TXT says what is damaged, unless it says something else. `text` is the
  /// caller's, and stays as it is until the next open(); empty: nothing is.
  void show_damage(std::span<const char> text);

  /// There is an overlay in the store, whether or not open() was called.
  [[nodiscard]] bool is_unfinished();

  bool read(std::uint32_t sector, std::uint32_t offset, std::span<std::uint8_t> out) override;
  [[nodiscard]] std::uint32_t sectors() const override { return shape_.sectors(); }
  /// Begins to write whole sectors, in the place of a write that is not over. `data` is the
  /// caller's and stays as it is until the write is over.
  void begin_write(std::uint32_t first, std::span<const std::uint8_t> data);
  /// Whether there is anything to do for what is left of the write.
  bool has_to_write();
  /// Goes on with the write: one transaction of the store at most. Sectors that say what is there
  /// already cost nothing. Status::more: call again; full: there is no room, or only what metadata
  /// will need; io_error.
  Status step_write();
  /// Whether the write has changed anything so far.
  [[nodiscard]] bool write_changed() const { return write_.changed; }
  /// Drops the write. Each of its sectors reads as it did or as it was to.
  void drop_write();
  /// Writes whole sectors in one go, while no other write is going on.
  Status write(std::uint32_t first, std::span<const std::uint8_t> data);
  /// Keeps a sector as it reads now, even if the text that it is read from changes. `buffer` is
  /// scratch for it. Status::more: call again, with the buffer as it is.
  Status pin(std::uint32_t sector, std::span<std::uint8_t, kSectorSize> buffer);

  /// A host wrote something.
  [[nodiscard]] bool has_overlay() const { return record_.in_session; }
  /// Whether a sector is in the overlay.
  bool in_overlay(std::uint32_t sector);
  /// macros.txt began as a draft with errors.
  [[nodiscard]] bool from_draft() const { return record_.from_draft; }
  /// ERRORS.TXT is about to say what has this DriveRecord::told. Not kept before the edit that
  /// writes it is.
  void set_told(std::uint32_t mark) { record_.told = mark; }
  /// Version of the macros in force.
  [[nodiscard]] std::uint32_t version() const { return roll_.epoch(); }
  /// The roll was replaced since the volume was taken from it.
  [[nodiscard]] bool taken() const;
  /// To be called when the roll was replaced by what stands on the volume, as long as it says
  /// Status::more.
  Status note_taken();
  /// The host could not write all that it wanted to.
  [[nodiscard]] bool has_refused() const { return !record_.refused.empty(); }
  /// The host perhaps could not write `sector` when it wanted to.
  [[nodiscard]] bool has_refused(std::uint32_t sector) const { return record_.refused.has(sector); }
  /// The host could not write some sector of the FAT or the directory.
  [[nodiscard]] bool has_refused_metadata() const {
    return record_.refused.first() < shape_.data_sector();
  }
  /// The object of the draft that holds a sector of macros.txt as it was at first.
  [[nodiscard]] std::optional<std::uint32_t> draft_object(std::uint32_t sector) const;
  /// Whether a sector that is not in the overlay is read from the backup's text.
  [[nodiscard]] bool reads_backup(std::uint32_t sector) const;
  /// Whether the `text` stands at `offset` of the macros in force.
  bool is_in_force(std::uint32_t offset, std::span<const char> text);
  /// Bytes of the macros in force.
  [[nodiscard]] std::uint32_t in_force_size() { return roll_.text_size(); }
  /// Reads macros.txt as it was at first. Fewer bytes only at its end.
  std::size_t read_macros(std::uint32_t offset, std::span<char> out);
  [[nodiscard]] std::uint32_t macros_size() const;

  /// Bytes of a file that can be written and saved now, even if nothing of it was there before.
  [[nodiscard]] std::uint32_t largest_file();

  /// Sectors [first, end) of BACKUP.TXT as it was at first, which a save is going to replace.
  struct Sectors {
    std::uint32_t first = 0;
    std::uint32_t end = 0;
  };
  [[nodiscard]] Sectors backup_sectors() const;

  [[nodiscard]] const DriveRecord& record() const { return record_; }

 private:
  /// A write that goes on in steps.
  struct Write {
    std::uint32_t first = 0;
    std::span<const std::uint8_t> data;
    std::uint32_t done = 0;   ///< Sectors that say what they are to.
    std::uint32_t run = 0;    ///< Sectors after these that do not; there is room for them.
    Status end = Status::ok;  ///< How it ended, if `notes`.
    bool notes = false;       ///< All that is left is to write the record.
    bool changed = false;

    [[nodiscard]] std::uint32_t sectors() const {
      return static_cast<std::uint32_t>(data.size() / kSectorSize);
    }
    /// The sector of the volume that is to be written next.
    [[nodiscard]] std::uint32_t next() const { return first + done; }
    /// The data of `count` sectors, from `done` and `skip` more on.
    [[nodiscard]] std::span<const std::uint8_t> piece(std::uint32_t skip,
                                                      std::uint32_t count) const {
      return data.subspan((done + skip) * kSectorSize, count * kSectorSize);
    }
  };

  bool is_same(std::uint32_t sector, std::span<const std::uint8_t> data);
  std::uint32_t next_run();
  Status write_run();
  Status end_write(Status status);
  Status write_sectors(std::uint32_t first, std::span<const std::uint8_t> data);
  [[nodiscard]] std::uint32_t kept_for_metadata() const;
  bool has_room(std::uint32_t first, std::uint32_t size);
  [[nodiscard]] bool is_in(BaseFile file, std::uint32_t sector) const;
  void read_text(BaseFile file, std::uint32_t offset, std::span<char> out);
  std::size_t read_some(BaseFile file, std::uint32_t offset, std::span<char> out);
  std::size_t read_object(std::uint32_t first, std::uint32_t offset, std::span<char> out);
  void load_record();
  bool refuse(std::uint32_t first);
  Status begin_overlay();
  Status write_record();
  [[nodiscard]] bool is_known() const;
  void make_room(bool is_return);
  bool is_short_of_room();
  void take_files(std::uint32_t serial);

  store::Store& store_;
  store::CurrentRoll& roll_;
  store::StoredRoll backup_;
  store::ShownText backup_text_;
  std::span<const char> status_;
  std::span<const char> damage_;  ///< That is ERRORS.TXT; empty if that is another text.
  VolumeShape shape_;
  DriveRecord record_;
  // No sector of [gap_begin_, gap_end_) is in the overlay.
  std::uint32_t gap_begin_ = 0;
  std::uint32_t gap_end_ = 0;
  std::uint32_t credit_ = 0;  ///< Bytes that may be written before the room is looked at again.
  Write write_;
};

}  // namespace pianola::drive
