#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "lang/compiler.hpp"
#include "store/collector.hpp"
#include "store/log.hpp"
#include "store/roll_builder.hpp"
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

/// Saves a text: compiles it, definition by definition, into the store.
class Save {
 public:
  /// All are the caller's and outlive the save.
  Save(Store& store, lang::Source& source, lang::Scratch& scratch, lang::DiagnosticSink& sink);

  /// Does a bounded piece of work. Status::more: call again. Status::ok: the new roll is in force.
  /// Status::errors, full, io_error: the old one still is.
  lang::Status step();
  /// Calls step() to the end.
  lang::Status run();

  /// Definitions that were kept as they are stored, and all others.
  [[nodiscard]] std::uint32_t kept() const { return kept_; }
  [[nodiscard]] std::uint32_t written() const { return written_; }
  [[nodiscard]] std::uint32_t errors() const { return errors_; }
  [[nodiscard]] std::uint32_t warnings() const { return warnings_; }
  /// The text was the one that is stored; nothing was done.
  [[nodiscard]] bool unchanged() const { return unchanged_; }

 private:
  /// What was reported once is not reported again when the room must be made first.
  class Reports final : public lang::DiagnosticSink {
   public:
    explicit Reports(lang::DiagnosticSink& sink) : sink_(&sink) {}
    void report(const lang::Diagnostic& diagnostic) override {
      if (!muted) sink_->report(diagnostic);
    }
    bool muted = false;

   private:
    lang::DiagnosticSink* sink_;
  };
  enum class Phase : std::uint8_t { compare, start, compile, done };

  bool same_text();
  bool is_whole();
  bool is_shorter();
  lang::Status start();
  lang::Status finish(lang::Status status);

  Store& store_;
  lang::Source& source_;
  lang::Scratch& scratch_;
  Reports reports_;
  std::optional<RollBuilder> builder_;
  std::optional<lang::Compiler> compiler_;
  Phase phase_ = Phase::compare;
  lang::Status status_ = lang::Status::more;
  std::uint8_t attempts_ = 0;
  bool unchanged_ = false;
  std::uint32_t kept_ = 0;
  std::uint32_t written_ = 0;
  std::uint32_t errors_ = 0;
  std::uint32_t warnings_ = 0;
};

/// The stored text with some definitions replaced by other text: what to save to change, append,
/// remove or move single definitions.
class EditedText final : public lang::Source {
 public:
  /// `text` in place of `count` definitions from `position` on (counted in the order of the file;
  /// at most the roll's size). The roll must not change while this is read.
  EditedText(StoredRoll& roll, std::uint32_t position, std::uint32_t count,
             std::span<const char> text);
  std::size_t read(std::uint32_t offset, std::span<char> out) override;

 private:
  StoredRoll& roll_;
  std::span<const char> text_;
  std::uint32_t begin_ = 0;  ///< Where the replaced bytes begin in the stored text,
  std::uint32_t end_ = 0;    ///< and end.
};

}  // namespace pianola::store
