#pragma once

#include <cstdint>

#include "device/notice.hpp"
#include "edit/editor.hpp"
#include "store/damage_scan.hpp"
#include "store/restore.hpp"
#include "store/store.hpp"

namespace pianola::device {

/// Finds out what is damaged of the stored macros. What of a definition cannot be read is taken
/// from the backup if that has it. The index, without which keys do nothing, is made anew as long
/// as the whole text can be read, and code from its definition's text. A piece at a time, while
/// nobody edits.
class Repair {
 public:
  /// Both are the caller's and outlive this.
  Repair(store::Store& store, edit::Editor& editor)
      : store_(store),
        editor_(editor),
        scan_(store.roll()),
        restore_(store.log()),
        text_(store.roll()) {}

  /// After a mount: looks at all that is stored.
  void start();
  /// Does a piece of it. Returns what came of it at the end, Notice::none before and if nothing is
  /// damaged. If something is, other macros that are saved later are looked at too, without a
  /// notice.
  Notice step();
  /// step() has something to do; otherwise it waits until nobody edits.
  [[nodiscard]] bool works() const {
    const edit::User user = editor_.user();
    return user == edit::User::repair ||
           (user == edit::User::nobody && (state_ != State::idle || !scan_.done()));
  }
  /// What is damaged of the text, as far as it was looked at.
  [[nodiscard]] const store::DamageScan& damage() const { return scan_; }

 private:
  enum class State : std::uint8_t {
    idle,
    looking,
    restoring,  ///< From the backup.
    saving,
  };
  /// The text is the one that is in force: it has no errors.
  class NoDiagnostics final : public lang::DiagnosticSink {
   public:
    void report(const lang::Diagnostic&) override {}
  };

  Notice restore();
  Notice found();
  Notice save();

  store::Store& store_;
  edit::Editor& editor_;
  store::DamageScan scan_;
  store::Restore restore_;
  store::ShownText text_;
  NoDiagnostics diagnostics_;
  State state_ = State::idle;
  bool restored_ = false;  ///< All was tried.
};

}  // namespace pianola::device
