#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "store/collector.hpp"
#include "store/log.hpp"
#include "store/stored_roll.hpp"

namespace pianola::store {

/// What a region holds, in bytes.
struct Space {
  std::uint32_t size = 0;    ///< Of the region.
  std::uint32_t usable = 0;  ///< That data can fill: the rest is headers and the reserve.
  std::uint32_t live = 0;    ///< Frames in force: data, trees, checksums.
  std::uint32_t free_sectors = 0;
  std::uint32_t least_erases = 0;  ///< Of one sector; likewise below.
  std::uint32_t most_erases = 0;
  std::uint64_t all_erases = 0;
};

/// All that a device keeps in flash: the roll and the drive's overlay. Each change takes effect at
/// once or not at all, whatever happens to the power.
class Store {
 public:
  /// `memory` has Log::memory_size() bytes. Both are the caller's and outlive the store.
  Store(flash::NorFlash& flash, std::span<std::uint8_t> memory);

  /// Begins an empty store, whatever the flash holds.
  lang::Status format() { return log_.format(); }
  /// Before anything else is called. Finds the state, settles what was cut off, and makes up for
  /// the sector that settling took.
  Mount mount();

  /// The roll in force. Empty, with saved() false, before the first save and after reset().
  [[nodiscard]] StoredRoll& roll() { return roll_; }
  [[nodiscard]] bool saved() const { return log_.root().saved; }
  /// Forgets roll and overlay.
  lang::Status reset();

  /// Bytes of a sector of the overlay.
  static constexpr std::uint32_t kDraftSector = 512;
  /// Keeps sectors of the overlay, from number `first` on; `data` is a multiple of kDraftSector.
  lang::Status write_draft(std::uint32_t first, std::span<const std::uint8_t> data);
  /// Reads sector `number`. False if it is not in the overlay, or damaged.
  bool read_draft(std::uint32_t number, std::span<std::uint8_t, kDraftSector> out);
  /// The first sector of the overlay whose number is at least `number`.
  std::optional<std::uint32_t> next_draft(std::uint32_t number);
  lang::Status clear_draft();

  [[nodiscard]] Space space();
  [[nodiscard]] Log& log() { return log_; }
  [[nodiscard]] Collector& collector() { return collector_; }

 private:
  lang::Status try_draft(std::uint32_t first, std::span<const std::uint8_t> data,
                         std::uint32_t reserve);
  bool has_draft(std::uint32_t first, std::size_t count);
  lang::Status commit(const Root& root, std::uint32_t reserve);

  Log log_;
  StoredRoll roll_;
  Collector collector_;
};

}  // namespace pianola::store
