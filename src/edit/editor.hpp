#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "edit/either.hpp"
#include "edit/workspace.hpp"
#include "lang/compile/compiler.hpp"
#include "lang/compile/diagnostic.hpp"
#include "lang/compile/source.hpp"
#include "store/flash_scratch.hpp"
#include "store/save.hpp"
#include "store/store.hpp"

namespace pianola::edit {

/// Who may change what is stored.
enum class User : std::uint8_t {
  nobody,
  drive,
  recorder,
  repair,  ///< Of what is damaged.
};

/// All changes of the macros go through here, so that a device has memory for one, and one is made
/// at a time: whoever wants to make one claims the editor first.
class Editor {
 public:
  /// The store and what `workspace` names are the caller's and outlive the editor.
  Editor(store::Store& store, const Workspace& workspace);
  Editor(const Editor&) = delete;
  Editor& operator=(const Editor&) = delete;

  /// Whether `user` has the editor from now on. The drive takes it from whoever has it, because
  /// text that a host has begun to read must not change; a save of the other one is dropped.
  /// Everybody takes it from a repair. Otherwise only one gets it whom nobody is before.
  bool claim(User user);
  /// `user` gives the editor back, and what has not ended is dropped; nothing if another has it.
  void release(User user);
  [[nodiscard]] User user() const { return user_; }

  /// Begins to save `source`. It and `sink` are the caller's and outlive the save.
  void save(lang::Source& source, lang::DiagnosticSink& sink, const store::SavePolicy& policy = {});
  /// Begins to look for errors in `source`; nothing is stored. It and `sink` are the caller's and
  /// outlive the check.
  void check(lang::Source& source, lang::DiagnosticSink& sink);
  /// Does a bounded piece of what was begun, see store::Save::step() and lang::Compiler::step().
  /// Status::more: call again. After the end, and if nothing was begun: Status::ok.
  Status step();
  /// Drops what was begun and has not ended: nothing is changed.
  void cancel();
  /// Drops it likewise, and lends memory up to the next save() or check().
  static constexpr std::size_t kSpare = 512;
  std::span<std::uint8_t, kSpare> spare();
  /// The save that was begun last, to ask what came of it; nothing after cancel(), check() and
  /// release().
  [[nodiscard]] const store::Save* saved() const { return job_.first(); }

 private:
  /// Compiles a text to nothing.
  class Check {
   public:
    Check(lang::Source& source, lang::Scratch& scratch, lang::DiagnosticSink& sink)
        : compiler_(source, nothing_, scratch, sink) {}
    Status step() { return compiler_.step(); }

   private:
    class Nothing final : public lang::RollWriter {
     public:
      /// As of a save, so that both find the same.
      Nothing() : lang::RollWriter(true) {}
      Status begin_definition() override { return Status::ok; }
      Status append_code(std::span<const std::uint8_t>) override { return Status::ok; }
      Status end_definition(std::uint32_t, std::uint32_t) override { return Status::ok; }
      Status append_index(const lang::IndexEntry&) override { return Status::ok; }
      Status commit() override { return Status::ok; }
      void abandon() override {}
    };

    Nothing nothing_;
    lang::Compiler compiler_;
  };

  store::Store& store_;
  store::FlashScratch scratch_;
  Either<store::Save, Check> job_;
  User user_ = User::nobody;
};

}  // namespace pianola::edit
