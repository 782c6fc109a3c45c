#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.hpp"
#include "flash/nor_flash.hpp"
#include "store/format.hpp"
#include "store/in_place.hpp"
#include "store/tree.hpp"

namespace pianola::store {

/// How mounting ended.
enum class Mount : std::uint8_t {
  ok,
  unformatted,  ///< No sector was ever ours: format() may be called.
  version,      ///< Written by firmware with another format: left alone.
  geometry,     ///< Written with other measures of flash: left alone.
  no_sector,    ///< The last change was cut off and no sector is left to settle it in.
  failed,       ///< The flash does not answer.
};

/// The log: frames are appended to sectors, and a commit makes all that was appended since begin()
/// count at once. Holds no map of what is stored: one bit a sector says whether it may be erased,
/// and that is found anew from the trees when it is needed.
class Log {
 public:
  /// `memory` has memory_size() bytes; both are the caller's and outlive the log.
  Log(flash::NorFlash& flash, std::span<std::uint8_t> memory);

  /// Bytes that a region of this geometry needs: a program unit (at least 32) and three bits a
  /// sector.
  static constexpr std::size_t memory_size(const flash::Geometry& geometry) {
    return buffer_size(geometry) + (geometry.sectors + 7) / 8 + InPlace::memory_size(geometry);
  }

  /// Begins an empty region, whatever the flash holds. Erase counts that can be read are kept.
  /// A power cut leaves the old state or the empty one.
  Status format();
  /// Finds the state; after a power cut settles it. Nothing else may be called before it is ok.
  Mount mount();

  /// The end of the log was in doubt when it was mounted: a change was cut off, or what stands
  /// there is damaged.
  [[nodiscard]] bool was_unclean() const { return was_unclean_; }
  /// The state that is in force.
  [[nodiscard]] const Root& root() const { return root_; }
  /// Changes whenever something of the roll or the backup may stand elsewhere than before.
  [[nodiscard]] std::uint32_t moves() const { return moves_; }
  [[nodiscard]] flash::NorFlash& flash() { return flash_; }
  [[nodiscard]] const flash::Geometry& geometry() const { return geometry_; }
  /// Sectors that may be erased, as far as is known: rescan() tells.
  [[nodiscard]] std::uint32_t free_sectors() const { return free_; }
  /// Erases of the sector that was erased most.
  [[nodiscard]] std::uint32_t most_erases() const { return most_erases_; }
  /// Free sectors that are kept for collecting and settling: the more there are, the more can be
  /// collected in one transaction; with less than some 6 KB, too little.
  [[nodiscard]] std::uint32_t reserve() const {
    if (geometry_.sectors < 32) return std::max<std::uint32_t>(2, 4096 / geometry_.sector_size);
    return std::max(std::min<std::uint32_t>(3 + geometry_.sectors / 64, 8),
                    6144 / geometry_.sector_size);
  }
  /// Sectors opened since mount().
  [[nodiscard]] std::uint32_t opened() const { return opened_; }
  [[nodiscard]] bool in_use(std::uint32_t sector) const;
  /// Whether it holds the state, or is being written.
  [[nodiscard]] bool is_head(std::uint32_t sector) const;
  [[nodiscard]] std::uint32_t head() const { return sector_; }

  /// Begins a transaction that leaves `reserve` sectors free, but at least one: whenever the power
  /// is cut, mount() needs one to settle in.
  void begin(std::uint32_t reserve);
  /// Bytes that the open sector still takes; 0 if none is open.
  [[nodiscard]] std::uint32_t room() const;
  /// Opens the next sector. Status::full if there is none to spare; Status::io_error.
  Status open_sector();
  /// Appends a frame; opens a sector if it does not fit.
  Status append(std::span<const std::uint8_t> frame, std::uint32_t& address);
  /// What was appended takes effect. Status::full or io_error: the old state is in force.
  Status commit(const Root& root);
  /// What was appended is dropped.
  void abandon();

  /// A builder for trees of this transaction, instead of the one before. There is memory for one,
  /// and it stands here: it would more than double the stack that a change takes. Both are the
  /// caller's and outlive what is done with it.
  TreeBuilder& builder(flash::NorFlash& view, NodeSink& nodes) {
    return builder_.emplace(view, nodes);
  }

  /// Where the bytes of an object stand that comes next in a transaction: what stands before them,
  /// a payload, a checksum. Here for the same reason.
  static constexpr std::size_t kObjectBuffer = 20 + kPayload + 4;
  std::span<std::uint8_t, kObjectBuffer> object_buffer() { return object_buffer_; }

  /// Where frames of the log are read to.
  FrameBuffer& frame_buffer() { return frame_buffer_; }

  /// Reads what was appended or committed, programmed or not yet.
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out);

  /// What of the state in force can be used in place.
  [[nodiscard]] InPlace& in_place() { return in_place_; }

  /// Finds the free sectors again, by walking the trees. Outside transactions only.
  void rescan();
  /// Takes a free sector for other use until the next rescan(): erased, with a header. Its number.
  Status take_sector(SectorHeader::Kind kind, std::uint32_t& sector);
  /// Gives back a sector that take_sector() gave.
  void release_sector(std::uint32_t sector);
  /// How often a sector was erased, 0 if that cannot be read.
  std::uint32_t erases_of(std::uint32_t sector);
  /// Something that is in force stands at `address`.
  void mark_used(std::uint32_t address);

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  static constexpr std::size_t buffer_size(const flash::Geometry& geometry) {
    return geometry.program_unit < 32 ? 32 : geometry.program_unit;
  }
  struct Found;
  enum class HeaderState : std::uint8_t { good, blank, none, unreadable };

  void start();
  HeaderState read_header(std::uint32_t sector, SectorHeader& out);
  Mount find_head(Found& found);
  void find_root(Found& found);
  void find_later_root(Found& found);
  void protect(const Found& found);
  Status settle(const Root& root);
  void set_root(const Root& root);
  void mark(const Root& root);
  bool leaves_free(const Root& root);
  void rescan(const Root& root);

  [[nodiscard]] std::uint32_t commit_size() const;
  [[nodiscard]] SectorHeader new_header(SectorHeader::Kind kind) const;
  std::uint32_t likely_erases(std::uint32_t sector);
  Status erase_sector(std::uint32_t& sector, std::uint32_t& erases);
  Status start_sector(std::uint32_t sector, std::uint32_t erases);
  Status write_header(SectorHeader::Kind kind, std::uint32_t sector, std::uint32_t erases);
  void set_used(std::uint32_t sector, bool used);
  void set_bad(std::uint32_t sector);
  [[nodiscard]] std::uint32_t next_free() const;
  Status put(std::span<const std::uint8_t> bytes);
  Status put_filler();
  Status flush();
  Status program();
  bool verify(std::uint32_t address, std::span<const std::uint8_t> bytes);
  Status put_root(FrameType type, const Root& root);

  flash::NorFlash& flash_;
  flash::Geometry geometry_;
  std::span<std::uint8_t> buffer_;  ///< What is to be programmed next.
  std::span<std::uint8_t> used_;    ///< One bit a sector.
  InPlace in_place_;
  Root root_;
  std::uint32_t sector_ = kNone;  ///< That is written, or was last.
  std::uint32_t anchor_ = kNone;  ///< That holds the state's commit.
  std::uint32_t at_ = 0;          ///< Address of the next byte.
  std::uint32_t buffered_ = 0;    ///< Bytes in buffer_, that end at at_.
  std::uint32_t sequence_ = 0;    ///< Of the sector that was opened last.
  std::uint32_t most_erases_ = 0;
  std::uint32_t opened_ = 0;
  std::uint32_t moves_ = 0;
  std::uint32_t free_ = 0;
  std::uint32_t reserve_ = 0;
  bool was_unclean_ = false;
  bool open_ = false;                   ///< The sector takes frames.
  bool programmed_ = false;             ///< Something was programmed since begin().
  std::array<std::uint16_t, 6> bad_{};  ///< Sectors that failed; 0xFFFF: none.
  FrameBuffer frame_buffer_;
  std::array<std::uint8_t, kObjectBuffer> object_buffer_;
  std::optional<TreeBuilder> builder_;
};

/// What is in flash or about to be, for those who read trees and chunks.
class LogView final : public flash::NorFlash {
 public:
  explicit LogView(Log& log) : log_(log) {}
  [[nodiscard]] flash::Geometry geometry() const override { return log_.geometry(); }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override {
    return log_.read(address, out);
  }
  flash::FlashStatus program(std::uint32_t, std::span<const std::uint8_t>) override {
    return flash::FlashStatus::bad_argument;
  }
  flash::FlashStatus erase(std::uint32_t) override { return flash::FlashStatus::bad_argument; }

 private:
  Log& log_;
};

}  // namespace pianola::store
