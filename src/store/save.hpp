#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/status.hpp"
#include "lang/compile/compiler.hpp"
#include "store/roll_builder.hpp"
#include "store/store.hpp"

namespace pianola::store {

/// Saves a text: compiles it, definition by definition, into the store.
class Save {
 public:
  /// All are the caller's and outlive the save.
  Save(Store& store, lang::Source& source, lang::Scratch& scratch, lang::DiagnosticSink& sink,
       const SavePolicy& policy = {});

  /// Does a piece of work: a bounded one, but comparing the text with the stored one is one.
  /// Status::more: call again. Status::ok: the new roll is in force. Status::errors, full,
  /// io_error: the old one still is.
  Status step();
  /// Calls step() to the end.
  Status run();
  /// Drops a save that is not at its end: the old roll stays in force. Status::errors from then on.
  void cancel();

  /// How many definitions were kept as they are stored.
  [[nodiscard]] std::uint32_t kept() const { return kept_; }
  /// How many definitions were written.
  [[nodiscard]] std::uint32_t written() const { return written_; }
  [[nodiscard]] std::uint32_t errors() const { return errors_; }
  [[nodiscard]] std::uint32_t warnings() const { return warnings_; }
  /// The text was the one that is stored; nothing was done.
  [[nodiscard]] bool unchanged() const { return unchanged_; }
  /// The roll that was in force before is the backup.
  [[nodiscard]] bool made_backup() const { return made_backup_; }

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
  /// What is done for room, one after another until the save succeeds.
  enum class Room : std::uint8_t {
    some,     ///< A few pages, as for an edit.
    all,      ///< All that is garbage, and known to be.
    backup,   ///< And what the backup takes.
    reserve,  ///< And some of the reserve: a text that is shorter frees more than it takes.
  };

  bool same_text();
  bool is_whole();
  bool is_shorter();
  Status clean();
  Status start();
  Status make_room();
  bool more_room();
  bool drops_backup();
  bool use_reserve();
  Status finish(Status status);

  Store& store_;
  lang::Source& source_;
  lang::Scratch& scratch_;
  Reports reports_;
  SavePolicy policy_;
  std::optional<RollBuilder> builder_;
  std::optional<lang::Compiler> compiler_;
  Phase phase_ = Phase::compare;
  Status status_ = Status::more;
  Room room_ = Room::some;
  std::uint8_t failures_ = 0;  ///< Of the flash.
  bool unchanged_ = false;
  bool made_backup_ = false;
  std::uint32_t kept_ = 0;
  std::uint32_t written_ = 0;
  std::uint32_t errors_ = 0;
  std::uint32_t warnings_ = 0;
};

}  // namespace pianola::store
