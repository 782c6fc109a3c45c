#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/status.hpp"
#include "base/text_writer.hpp"
#include "drive/error_order.hpp"
#include "drive/file_view.hpp"
#include "drive/session.hpp"
#include "edit/editor.hpp"
#include "lang/compile/diagnostic.hpp"
#include "store/draft_edit.hpp"

namespace pianola::drive {

/// What becomes of a volume whose macros.txt was not taken: one transaction that makes the file the
/// draft, writes ERRORS.TXT, and drops the rest of what the host wrote.
class ErrorsEdit {
 public:
  enum class Reason : std::uint8_t {
    unchanged,   ///< The draft is the one of before, and so is ERRORS.TXT.
    errors,      ///< The file has errors.
    no_room,     ///< It has no room.
    incomplete,  ///< There was no room for all that the host wanted to write: no draft.
    damaged,     ///< Its clusters cannot be followed to the end: what can be read is the draft.
    no_volume,   ///< There is no volume to find a file in: an older draft stays.
    // From here on the volume stays as it is.
    waits,        ///< The file is fine, but the drive was not ejected.
    errors_wait,  ///< The file has errors, and the drive was not ejected.
    other_texts,  ///< The file is not what was written.
  };

  /// `file` is the one to keep, already truncated to what can be read; none where an older draft
  /// stays. `order` has noted its errors. `may_drop_backup`: nothing of it is read from the backup.
  /// All are the caller's.
  ErrorsEdit(store::Store& store, Session& session, FileView* file, edit::Editor& editor,
             ErrorOrder& order, Reason reason, bool may_drop_backup);

  /// Does a bounded piece of work. Status::more: call again. Status::ok: done; otherwise the store
  /// is as it was.
  Status step();

 private:
  enum class Phase : std::uint8_t { begin, draft, compile, text, finish, done };

  /// ERRORS.TXT as it grows.
  class Text final : public TextSink {
   public:
    explicit Text(store::DraftEdit& edit) : edit_(edit) {}
    void write(std::span<const char> text) override;
    void begin();
    Status end();
    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] Status status() const { return status_; }

   private:
    void put();

    store::DraftEdit& edit_;
    std::array<std::uint8_t, kSectorSize> buffer_;
    std::uint32_t size_ = 0;
    Status status_ = Status::ok;
  };

  /// Keeps an error whose turn it is until the compiler's step is over: what writes it needs much
  /// stack, and so does what reports it.
  class Keeper final : public lang::DiagnosticSink {
   public:
    explicit Keeper(ErrorOrder& order) : order_(order) {}
    void report(const lang::Diagnostic& diagnostic) override;
    /// The error that it has, if any.
    [[nodiscard]] const std::optional<lang::Diagnostic>& kept() const { return kept_; }
    void drop() { kept_.reset(); }

   private:
    using Word = std::array<char, lang::kMaxDiagnosticWord>;
    static std::string_view copy(std::string_view from, Word& to);

    ErrorOrder& order_;
    std::optional<lang::Diagnostic> kept_;
    Word a_;
    Word b_;
  };

  Status begin();
  Status draft_step();
  Status keep_volume();
  std::optional<std::uint32_t> object_of(std::uint32_t sector);
  Status keep_sector(std::uint32_t index);
  Status compile_step();
  void write_error(const lang::Diagnostic& diagnostic);
  Status write_reason();
  void write_advice(TextWriter& out);
  Status finish();
  Status retry(Status status);
  [[nodiscard]] bool keeps_old_draft() const { return file_ == nullptr; }
  [[nodiscard]] bool keeps_volume() const { return reason_ >= Reason::waits; }

  store::Store& store_;
  Session& session_;
  FileView* file_;
  edit::Editor& editor_;
  store::DraftEdit edit_;
  Text text_;
  ErrorOrder& order_;
  Keeper keeper_;
  DriveRecord record_;
  Reason reason_;
  Phase phase_ = Phase::begin;
  bool may_drop_backup_;
  bool checking_ = false;  ///< The editor looks for the errors of this turn.
  std::uint8_t attempts_ = 0;
  std::uint32_t at_ = 0;       ///< Next object to keep.
  std::uint32_t limit_ = 0;    ///< Bytes after which no further error is written.
  std::uint32_t dropped_ = 0;  ///< Errors that were not written.
};

}  // namespace pianola::drive
