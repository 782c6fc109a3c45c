#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.hpp"
#include "store/log.hpp"
#include "store/stored_roll.hpp"

namespace pianola::store {

/// What a region holds, in bytes.
struct Space {
  std::uint32_t size = 0;          ///< Of the region.
  std::uint32_t usable = 0;        ///< That data can fill: the rest is headers and what is kept.
  std::uint32_t live = 0;          ///< Pages in force: data, trees, checksums.
  std::uint32_t backup = 0;        ///< What of these the backup alone takes: its frames.
  std::uint32_t free_sectors = 0;  ///< Sectors that hold nothing that is needed.
  std::uint32_t least_erases = 0;  ///< Erases of the sector that was erased least.
  std::uint32_t most_erases = 0;   ///< Erases of the sector that was erased most.
  std::uint64_t all_erases = 0;    ///< Erases of all sectors together.
};

// The overlay's objects are numbered. A number below the first of these belongs to a sector of the
// volume that the host has written.

/// From here on: sectors of the file as the user left it, when it has errors.
inline constexpr std::uint32_t kDraftText = 0x40000000;
/// From here on: sectors of ERRORS.TXT, the text that says what is wrong with the file.
inline constexpr std::uint32_t kErrorText = 0x50000000;
/// What the drive itself must remember.
inline constexpr std::uint32_t kDriveState = 0x60000000;

/// All that a device keeps in flash: the roll, the backup, which is the roll before the last
/// change, and the drive's overlay. Each change takes effect at once or not at all, whatever
/// happens to the power.
class Store {
 public:
  /// `memory` has Log::memory_size() bytes. Both are the caller's and outlive the store.
  Store(flash::NorFlash& flash, std::span<std::uint8_t> memory);

  /// Begins an empty store, whatever the flash holds.
  Status format() { return log_.format(); }
  /// Before anything else is called. Finds the state, and settles what was cut off.
  Mount mount() { return log_.mount(); }

  /// The roll in force. Empty, with saved() false, before the first save and after reset().
  [[nodiscard]] StoredRoll& roll() { return roll_; }
  [[nodiscard]] bool saved() const { return log_.root().saved; }
  /// Whether all of the index can be read. Reads all of it.
  bool has_whole_index();
  /// Forgets roll, backup and overlay.
  Status reset();

  /// Whether there is a backup. Read it with a StoredRoll of its own.
  [[nodiscard]] bool has_backup() const { return log_.root()[TreeRole::backup].levels != 0; }
  /// Forgets the backup.
  Status drop_backup();

  /// Bytes of a sector of the overlay.
  static constexpr std::uint32_t kDraftSector = 512;
  /// Keeps objects of the overlay in one transaction: of kDraftSector bytes each, the last one of
  /// what is left of `data`, with the numbers from `first` on. The backup stays. Wear is not
  /// spread: that is for the caller to ask for when nobody waits (Log::spread_wear_step()).
  Status write_draft(std::uint32_t first, std::span<const std::uint8_t> data);
  /// Reads object `number` from byte `offset` on. The bytes read: fewer than asked for at its end,
  /// and before a place that is damaged.
  std::size_t read_draft(std::uint32_t number, std::uint32_t offset, std::span<std::uint8_t> out);
  /// Reads a whole sector. False if it is not in the overlay, shorter or damaged.
  bool read_draft(std::uint32_t number, std::span<std::uint8_t, kDraftSector> out);
  /// Bytes of object `number`; 0 if there is none.
  std::uint32_t draft_size(std::uint32_t number);
  /// The first object of the overlay whose number is at least `number`.
  std::optional<std::uint32_t> next_draft(std::uint32_t number);
  Status clear_draft();
  /// Bytes that can still be written to the overlay, in sectors that are not in it, and then be
  /// taken by a DraftEdit: a low estimate. Reads all trees, if they were changed since.
  std::uint32_t draft_room();

  [[nodiscard]] Space space();
  [[nodiscard]] Log& log() { return log_; }

 private:
  Status try_draft(std::uint32_t first, std::span<const std::uint8_t> data, std::uint32_t reserve);
  bool has_draft(std::uint32_t first, std::size_t count);
  template <class Change>
  Status commit(Change change);
  ObjectReader& drafts();
  [[nodiscard]] const TreeRef& draft() const { return log_.root()[TreeRole::draft]; }

  Log log_;
  CodePlaces places_{};  ///< Of roll_.
  StoredRoll roll_;
  ObjectReader drafts_;              ///< Of the overlay.
  std::uint32_t drafts_commit_ = 0;  ///< What it remembers was read in this state.
};

}  // namespace pianola::store
