#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/bytes.hpp"
#include "base/status.hpp"
#include "flash/nor_flash.hpp"
#include "store/format.hpp"
#include "store/in_place.hpp"
#include "store/tree.hpp"

namespace pianola::store {

class FrameReader;
class Log;

/// How mounting ended.
enum class Mount : std::uint8_t {
  ok,
  unformatted,  ///< No sector was ever ours: format() may be called.
  version,      ///< Written by firmware with another format: left alone.
  geometry,     ///< Written with other measures of flash: left alone.
  no_sector,    ///< The last change was cut off and no sector is left to settle it in.
  failed,       ///< The flash does not answer.
};

/// The pages of a log, programmed or not yet, as flash that can be read: addresses are the log's.
class LogView final : public flash::NorFlash {
 public:
  explicit LogView(Log& log) : log_(log) {}
  [[nodiscard]] flash::Geometry geometry() const override;
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override;
  flash::FlashStatus program(std::uint32_t, std::span<const std::uint8_t>) override {
    return flash::FlashStatus::bad_argument;
  }
  flash::FlashStatus erase(std::uint32_t) override { return flash::FlashStatus::bad_argument; }

 private:
  Log& log_;
};

/// Pages of frames, and transactions: frames are appended, and a commit makes all that was appended
/// since begin() count at once.
///
/// An address is that of a byte in a *logical* sector; a map says which sector of the flash stands
/// for it. When room is needed, the logical sector with the fewest pages in force is written anew:
/// these pages are copied to the same places of a free sector, and what is appended fills the
/// places between. So nothing that leads to a page ever changes because of it. Which pages are in
/// force is known from a walk over the trees (mark_step()).
class Log {
 public:
  /// `memory` has memory_size() bytes; both are the caller's and outlive the log.
  Log(flash::NorFlash& flash, std::span<std::uint8_t> memory);
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  /// Bytes that a region of this geometry needs: a program unit (at least 32) and for each sector
  /// two bytes, a bit for each of its pages, and three bits.
  static constexpr std::size_t memory_size(const flash::Geometry& geometry) {
    return buffer_size(geometry) + map_size(geometry) + live_size(geometry) +
           (geometry.sectors + 7) / 8 + InPlace::memory_size(geometry);
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
  /// Changes whenever the roll, its index or the backup do.
  [[nodiscard]] std::uint32_t moves() const { return moves_; }
  /// The flash itself; in view() the pages stand at their addresses.
  [[nodiscard]] flash::NorFlash& flash() { return flash_; }
  [[nodiscard]] flash::NorFlash& view() { return view_; }
  [[nodiscard]] const flash::Geometry& geometry() const { return geometry_; }
  /// Erases of the sector that was erased most.
  [[nodiscard]] std::uint32_t most_erases() const { return most_erases_; }
  /// Sectors erased since mount().
  [[nodiscard]] std::uint32_t opened() const { return opened_; }
  /// How often a sector was erased, 0 if that cannot be read.
  std::uint32_t erases_of(std::uint32_t sector);
  /// Whether a sector of the flash holds the state.
  [[nodiscard]] bool is_head(std::uint32_t sector) const {
    return sector == states_ || sector == anchor_;
  }
  /// Whether a sector of the flash stands for a logical one or holds the state.
  [[nodiscard]] bool in_use(std::uint32_t sector) const;
  /// Sectors of the flash in which nothing is in force, as far as is known.
  [[nodiscard]] std::uint32_t free_sectors() const;
  /// The sector of the flash that stands for a logical one; `geometry().sectors` or more: none
  /// does.
  [[nodiscard]] std::uint32_t sector_of(std::uint32_t logical) const {
    return get16(map_.data() + std::size_t{2} * logical);
  }
  /// Where the byte at an address of the log stands in the flash; kNoAddress if nowhere.
  [[nodiscard]] std::uint32_t place_of(std::uint32_t address) const;

  // Room, in pages.

  /// Pages that what is stored can fill.
  [[nodiscard]] std::uint32_t capacity() const;
  /// Pages that can be appended, as far as is known: marking finds more.
  [[nodiscard]] std::uint32_t free_pages() const {
    const std::uint32_t all = capacity();
    return all - std::min(all, live_);
  }
  /// Pages that are kept for changes that free more than they take.
  [[nodiscard]] std::uint32_t reserve() const { return std::min(kReserve, capacity() / 8); }
  /// Whether nothing was changed since it was found out which pages are in force.
  [[nodiscard]] bool is_marked() const { return mark_ == Mark::done; }
  /// Goes on finding out which pages are in force: a node above leaves with these at a time.
  /// Within a transaction, and while pages are held, it is not. Status::more: call again.
  /// Status::ok: that is all.
  Status mark_step();
  /// Calls it to the end.
  void mark();
  /// A step towards `pages` more pages beyond the reserve, and to a page that can be programmed
  /// without an erase. Status::more: call again. Status::ok: there are. Status::full, io_error.
  Status make_room_step(std::uint32_t pages);
  /// Calls it to the end.
  Status make_room(std::uint32_t pages);
  /// Within a transaction: a step towards `pages` pages that can be programmed without an erase.
  /// Status::more: call again. Status::ok: there are, or what is appended next will say why not.
  Status ready_step(std::uint32_t pages = 6);
  /// Whether `address` is in a page that is in force, or was appended since it was found out.
  [[nodiscard]] bool in_force(std::uint32_t address) const;

  /// Begins a transaction that leaves `reserve` pages free.
  void begin(std::uint32_t reserve);
  /// Appends a frame. Status::full if there is no page to spare; Status::io_error.
  Status append(std::span<const std::uint8_t> frame, std::uint32_t& address);
  /// What was appended takes effect. `root`: its trees, roll_version and saved. Status::full or
  /// io_error: the old state is in force.
  Status commit(const Root& root);
  /// What was appended is dropped.
  void abandon();
  /// From now on pages are appended that no tree leads to, in a transaction or without one.
  void hold();
  /// They are not needed any more; drop() says so of each.
  void let_go() { holding_ = false; }
  /// The page at `address`, to which no tree leads, is not needed any more.
  void drop(std::uint32_t address);

  /// A builder for trees of this transaction, instead of the one before. There is memory for one,
  /// and it stands here: it would more than double the stack that a change takes. The caller's
  /// `nodes` outlive what is done with it.
  TreeBuilder& builder(NodeSink& nodes) { return builder_.emplace(view_, nodes); }

  /// Where the bytes of an object stand that comes next in a transaction: what stands before them,
  /// a payload, a checksum. Here for the same reason.
  static constexpr std::size_t kObjectBuffer = 20 + kPayload + 4;
  std::span<std::uint8_t, kObjectBuffer> object_buffer() { return object_buffer_; }

  /// Where frames of the log are read to.
  FrameBuffer& frame_buffer() { return frame_buffer_; }

  /// Reads what was appended or committed, programmed or not yet.
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out);

  /// Puts the frame at `address`, which is damaged, right: it is to be `frame`. Its sector is
  /// written anew, with all that stands in it, and then the state, with another version of the
  /// roll. Outside transactions. Status::full, io_error: nothing has changed.
  Status mend(std::uint32_t address, std::span<const std::uint8_t> frame);

  /// What of the state in force can be used in place.
  [[nodiscard]] InPlace& in_place() { return in_place_; }

 private:
  static constexpr std::uint32_t kNone = 0xFFFF;
  static constexpr std::uint32_t kReserve = 16;
  /// Sectors of pages that are opened between two states, at most.
  static constexpr std::uint32_t kMostUnsaid = 8;

  static constexpr std::size_t buffer_size(const flash::Geometry& geometry) {
    return geometry.program_unit < 32 ? 32 : geometry.program_unit;
  }
  static constexpr std::size_t map_size(const flash::Geometry& geometry) {
    return std::size_t{2} * geometry.sectors;
  }
  static constexpr std::size_t live_size(const flash::Geometry& geometry) {
    return (geometry.size() / kPage + 7) / 8;
  }

  struct Found;
  enum class HeaderState : std::uint8_t { good, blank, none, unreadable };
  /// What a mount finds out of a sector of the flash.
  enum class Note : std::uint8_t {
    no_states,    ///< It has the header of one that holds states, and does not count.
    pages,        ///< It holds pages.
    begun_pages,  ///< has_pages()
    stale,        ///< It was opened after the state that was found.
  };
  /// How far it is known which pages are in force.
  enum class Mark : std::uint8_t {
    never,  ///< Not since mount().
    begun,
    known,  ///< But something was changed since.
    done,
  };
  /// How far the next sector of pages is.
  enum class Next : std::uint8_t { none, erase, header, copy, ready };

  void start();
  HeaderState read_header(std::uint32_t sector, SectorHeader& out);
  Mount find_head(Found& found);
  void find_root(Found& found);
  void find_later_root(Found& found, FrameReader& frames);
  void find_pages(const Root& root);
  void map_noted(const Root& root, Note what);
  void map_pages(std::uint32_t sector, const SectorHeader& header);
  void use_pages();
  Mount find_state();
  void note(std::uint32_t sector, Note what, bool holds = true);
  [[nodiscard]] bool is_noted(std::uint32_t sector, Note what) const;
  bool is_begun(std::uint32_t sector, const SectorHeader& header, std::uint32_t page);
  bool was_begun(const Root& root);
  void protect(const Found& found);
  Status settle(const Root& root);
  Status write_state(const Root& root);
  void set_root(const Root& root);

  [[nodiscard]] std::uint32_t logical_sectors() const;
  [[nodiscard]] std::uint32_t pages() const { return geometry_.sector_size / kPage; }
  [[nodiscard]] std::uint32_t live_pages(std::uint32_t logical) const;
  [[nodiscard]] bool is_live(std::uint32_t page) const {
    return ((bits_[page / 8] >> page % 8) & 1U) != 0;
  }
  void set_bit(std::uint32_t page, bool value);
  void set_live(std::uint32_t page);
  bool mark_node(TreeKind kind, const TreeRef& tree);
  void mark_leaves(TreeKind kind, const Child& above);
  void mark_leaf(const Child& leaf);
  void mark_address(std::uint32_t address);
  [[nodiscard]] std::uint32_t emptiest() const;

  [[nodiscard]] std::uint32_t state_size() const;
  [[nodiscard]] std::uint32_t states_room() const;
  [[nodiscard]] SectorHeader new_header(SectorHeader::Kind kind) const;
  std::uint32_t likely_erases(std::uint32_t sector);
  bool find_stale(std::uint32_t& sector);
  [[nodiscard]] std::uint32_t next_free() const;
  bool erase(std::uint32_t sector, std::uint32_t& erases);
  Status write_header(std::uint32_t sector, const SectorHeader& header);
  bool is_blank(std::uint32_t sector);
  Status forget_stale();
  Status head_states(std::uint32_t sector, std::uint32_t erases);
  Status open_states();
  Status say_pages();
  std::uint32_t stillest();
  Status spare_sectors();
  Status choose_next();
  Status erase_next();
  Status head_next();
  Status copy_next();
  Status copy_page(std::uint32_t page);
  void keep_pages();
  void finish_next();
  Status next_step();
  std::uint32_t hole(std::uint32_t logical, std::uint32_t page);
  std::uint32_t next_hole();
  std::uint32_t end();
  Status next_page();
  [[nodiscard]] std::uint32_t ready_pages() const;
  void set_used(std::uint32_t sector, bool used);
  void set_bad(std::uint32_t sector);
  void release();
  Status put(std::span<const std::uint8_t> bytes);
  Status flush();
  Status program();
  Status program_at(std::uint32_t address, std::span<const std::uint8_t> bytes);
  bool verify(std::uint32_t address, std::span<const std::uint8_t> bytes);
  Status put_filler();
  Status put_root(FrameType type, const Root& root);
  flash::FlashStatus read_page(std::uint32_t address, std::span<std::uint8_t> out);

  flash::NorFlash& flash_;
  flash::Geometry geometry_;
  std::span<std::uint8_t> buffer_;  ///< What is to be programmed next.
  std::span<std::uint8_t> map_;     ///< Two bytes a logical sector.
  std::span<std::uint8_t> bits_;    ///< One bit a page: in force.
  std::span<std::uint8_t> used_;    ///< One bit a sector of the flash.
  LogView view_{*this};
  InPlace in_place_;
  Root root_;
  std::uint32_t states_ = kNone;  ///< Sector that takes states.
  std::uint32_t states_at_ = 0;   ///< Address in the flash of the next one.
  std::uint32_t anchor_ = kNone;  ///< Sector with the state in force.
  std::uint32_t open_ = kNone;    ///< Logical sector that is filled.
  std::uint32_t at_ = 0;          ///< Address of the next byte in it.
  std::uint32_t buffered_ = 0;    ///< Bytes in buffer_, that end at at_.
  std::uint32_t sequence_ = 0;    ///< Of the sector that was opened last.
  std::uint32_t complete_ = 0;    ///< Of the last sector of pages that is complete.
  std::uint32_t most_erases_ = 0;
  std::uint32_t opened_ = 0;
  std::uint32_t spread_at_ = 0;  ///< opened_ when the wear was looked at.
  std::uint32_t moves_ = 0;
  std::uint32_t free_ = 0;        ///< Sectors of the flash.
  std::uint32_t live_ = 0;        ///< Bits that are set.
  std::uint32_t changed_ = 0;     ///< Pages appended since it was found out which are in force.
  std::uint32_t reserve_ = 0;     ///< Pages.
  std::uint32_t superseded_ = 0;  ///< Sectors that are free once the next state is written.
  std::uint32_t unsaid_ = 0;      ///< Sectors of pages opened since the last state.
  std::uint32_t stale_ = 0;       ///< Sectors that a change opened that never took effect.
  std::uint32_t next_logical_ = 0;
  std::uint32_t next_sector_ = kNone;
  std::uint32_t next_erases_ = 0;
  std::uint32_t next_sequence_ = 0;
  std::uint32_t next_page_ = 0;
  std::uint32_t holes_ = 0;  ///< Pages of the open sector that can be programmed.
  std::uint32_t hand_ = 0;   ///< Sector of the flash that was taken last.
  std::uint32_t wear_ = 0;   ///< Logical sector whose wear is looked at next.
  lang::IndexKey mark_key_;  ///< Where marking goes on, in the tree of mark_role_.
  std::uint8_t mark_role_ = 0;
  Mark mark_ = Mark::never;
  Next next_ = Next::none;
  std::uint32_t mended_at_ = kNoAddress;  ///< Of the frame that is put right.
  std::span<const std::uint8_t> mended_;  ///< As it is to be.
  bool next_damaged_ = false;
  bool was_unclean_ = false;
  bool begun_ = false;                  ///< Something may stand in a stale sector.
  bool changing_ = false;               ///< Within a transaction.
  bool holding_ = false;                ///< Pages to which no tree leads.
  bool programmed_ = false;             ///< A page was programmed since the last state.
  std::array<std::uint16_t, 6> bad_{};  ///< Sectors that failed; 0xFFFF: none.
  FrameBuffer frame_buffer_;
  std::array<std::uint8_t, kObjectBuffer> object_buffer_;
  std::optional<TreeBuilder> builder_;
};

}  // namespace pianola::store
