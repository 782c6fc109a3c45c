#pragma once

#include <cstdint>
#include <optional>

#include "drive/error_order.hpp"
#include "drive/errors_edit.hpp"
#include "drive/errors_file.hpp"
#include "drive/fat_reader.hpp"
#include "drive/file_view.hpp"
#include "drive/root_folder.hpp"
#include "drive/session.hpp"
#include "edit/editor.hpp"
#include "edit/either.hpp"

namespace pianola::drive {

/// How an edit ended.
enum class Outcome : std::uint8_t {
  none,       ///< There was none.
  taken,      ///< The macros are in force.
  unchanged,  ///< The file says what is in force.
  errors,     ///< ERRORS.TXT says what is wrong; the draft is kept.
  no_room,    ///< There is no room for it. ERRORS.TXT says so; the draft is kept.
  damaged,    ///< The volume makes no sense; the draft is kept. ERRORS.TXT says so.
  failed,     ///< The flash failed.
  // From here on the volume stays as the host left it, and nothing of it is in force.
  waits,        ///< The file is fine, but the host is not done with the volume.
  errors_wait,  ///< The file has errors, and the host did not eject.
  other_texts,  ///< macros.txt is as it was, or there is none, and other texts were written.
};

/// Whether what was written stays on the volume and waits for its owner.
constexpr bool is_waiting(Outcome outcome) { return outcome >= Outcome::waits; }

/// Takes macros.txt from the volume as it is.
class Take {
 public:
  enum class Kind : std::uint8_t {
    eject,    ///< The host is done: it wants the volume as it left it.
    quiet,    ///< The host may go on: only a volume without any doubt counts, and does not change.
    restart,  ///< The host will not go on: as quiet, but what is taken leaves the volume.
    insert,   ///< A host is about to see what is left of the last time: that is told in ERRORS.TXT.
  };

  /// All are the caller's and outlive this. Nobody writes to the volume meanwhile.
  /// `editor` is the drive's meanwhile.
  Take(store::Store& store, Session& session, edit::Editor& editor, Kind kind);

  /// Does a bounded piece of work, as edit::Editor::step() does. True: there is more to do.
  bool step();
  /// Drops it; only for Kind::quiet. Nothing is changed.
  void cancel();

  [[nodiscard]] Kind kind() const { return kind_; }
  /// How it ended. `none`: there is nothing to say; then a volume at quiet or restart stays.
  [[nodiscard]] Outcome outcome() const { return outcome_; }
  /// A number for what was found, by which it can be told from what was found before.
  [[nodiscard]] std::uint32_t mark() const { return mark_; }
  [[nodiscard]] std::uint32_t warnings() const { return warnings_; }

 private:
  enum class Phase : std::uint8_t { find, check, compare, pin, save, note, look, edit, show, done };

  /// Whether the host has said its last word.
  [[nodiscard]] bool may_decide() const { return kind_ == Kind::eject; }
  [[nodiscard]] bool replaces_backup() const { return !session_.taken(); }

  void end(Outcome outcome);
  void find();
  void found(const RootEntry& entry);
  void not_found();
  bool has_other_texts();
  void check();
  void compare();
  void compared();
  void unchanged();
  void pin();
  void start_save();
  void save();
  void note();
  void saved();
  void look();
  void wait(Outcome outcome);
  void refuse(Outcome outcome, ErrorsEdit::Reason reason);
  void set_file(const FileEntry& entry);
  void begin_edit(FileView* file, ErrorsEdit::Reason reason, bool may_drop_backup);
  void edit();
  void show(bool renumber);
  void show();

  store::Store& store_;
  Session& session_;
  edit::Editor& editor_;
  FatReader fat_;
  std::optional<FileView> file_;
  ErrorOrder order_;
  edit::Either<ErrorsEdit, ErrorsFile> edit_;
  Kind kind_;
  Phase phase_ = Phase::find;
  Outcome outcome_ = Outcome::none;
  bool is_same_ = true;        ///< The file is what it was at first, as far as it was compared.
  bool is_in_force_ = true;    ///< The file is what is in force, as far as it was compared.
  bool reads_backup_ = false;  ///< Some of it stands in the backup.
  bool in_use_ = false;        ///< The host says that it is not done with the volume.
  std::uint32_t at_ = 0;       ///< How far it was compared; next sector to pin.
  std::uint32_t mark_ = 0;
  std::uint32_t warnings_ = 0;
};

}  // namespace pianola::drive
