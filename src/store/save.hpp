#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "lang/compiler.hpp"
#include "store/roll_builder.hpp"
#include "store/store.hpp"

namespace pianola::store {

/// Saves a text: compiles it, definition by definition, into the store.
class Save {
 public:
  /// All are the caller's and outlive the save.
  Save(Store& store, lang::Source& source, lang::Scratch& scratch, lang::DiagnosticSink& sink);

  /// Does a piece of work: of compiling a bounded one, but comparing the text with the stored one
  /// and making room are one each. Status::more: call again. Status::ok: the new roll is in force.
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
