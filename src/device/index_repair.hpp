#pragma once

#include <cstdint>

#include "device/notice.hpp"
#include "edit/editor.hpp"
#include "store/store.hpp"

namespace pianola::device {

/// Makes the index of the stored macros anew when a part of it cannot be read, as long as their
/// whole text can: without it, keys do nothing. A piece at a time, while nobody edits.
class IndexRepair {
 public:
  /// Both are the caller's and outlive this.
  IndexRepair(store::Store& store, edit::Editor& editor)
      : store_(store), editor_(editor), text_(store.roll()) {}

  /// After a mount: looks at the index.
  void start() { state_ = State::looking; }
  /// Does a piece of it. Returns what came of it at the end, Notice::none before and if there is
  /// nothing to repair.
  Notice step();
  /// step() has something to do; otherwise it waits until nobody edits.
  [[nodiscard]] bool works() const {
    const edit::User user = editor_.user();
    return state_ != State::idle && (user == edit::User::nobody || user == edit::User::repair);
  }

 private:
  enum class State : std::uint8_t {
    idle,
    looking,  ///< Is to look at the index.
    reading,  ///< Reads the text through: a part of it is not to be saved as the whole.
    saving,
  };
  /// The text is the one that is in force: it has no errors.
  class NoDiagnostics final : public lang::DiagnosticSink {
   public:
    void report(const lang::Diagnostic&) override {}
  };

  Notice end(Notice notice);
  Notice read();
  Notice save();

  store::Store& store_;
  edit::Editor& editor_;
  store::StoredText text_;
  NoDiagnostics diagnostics_;
  std::uint32_t read_ = 0;  ///< Bytes of the text.
  State state_ = State::idle;
};

}  // namespace pianola::device
