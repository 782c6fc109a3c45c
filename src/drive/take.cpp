#include "drive/take.hpp"

#include <algorithm>
#include <array>

#include "base/fnv.hpp"
#include "base/status.hpp"
#include "drive/other_texts.hpp"

namespace pianola::drive {

using Reason = ErrorsEdit::Reason;

namespace {

/// Sectors that one step compares.
constexpr unsigned kCompareBatch = 8;

}  // namespace

Take::Take(store::Store& store, Session& session, edit::Editor& editor, Kind kind)
    : store_(store), session_(session), editor_(editor), fat_(session), kind_(kind) {}

bool Take::step() {
  switch (phase_) {
    case Phase::find:
      find();
      break;
    case Phase::check:
      check();
      break;
    case Phase::compare:
      compare();
      break;
    case Phase::pin:
      pin();
      break;
    case Phase::save:
      save();
      break;
    case Phase::note:
      note();
      break;
    case Phase::look:
      look();
      break;
    case Phase::edit:
      edit();
      break;
    case Phase::show:
      show();
      break;
    case Phase::done:
      break;
  }
  return phase_ != Phase::done;
}

void Take::cancel() {
  store_.drop_draft_write();
  editor_.cancel();
  edit_.reset();
  end(Outcome::none);
}

void Take::end(Outcome outcome) {
  outcome_ = outcome;
  phase_ = Phase::done;
}

// ---- The file -----------------------------------------------------------------------------------

[[gnu::noinline]] void Take::find() {
  if (!fat_.open()) return refuse(Outcome::damaged, Reason::no_volume);
  in_use_ = !may_decide() && !fat_.is_clean();
  RootEntry entry;
  switch (fat_.find_macros(entry)) {
    case Lookup::found:
      return found(entry);
    case Lookup::missing:
      return not_found();
    case Lookup::damaged:
      return refuse(Outcome::damaged, Reason::no_volume);
  }
}

/// There is no macros.txt, or an empty one: the user wants no macros, or gave the text another
/// name.
void Take::not_found() {
  // A host that found the drive full did not mean to have no file.
  if (session_.has_refused()) return refuse(Outcome::no_room, Reason::incomplete);
  set_file({});
  if (has_other_texts()) return wait(Outcome::other_texts);
  // A host that is about to write a file again may have emptied or removed it for now.
  if (!may_decide()) return end(Outcome::none);
}

void Take::set_file(const FileEntry& entry) {
  file_.emplace(fat_, entry);
  phase_ = Phase::check;
}

void Take::found(const RootEntry& entry) {
  if (entry.size == 0) return not_found();
  if (session_.has_refused_metadata()) return refuse(Outcome::no_room, Reason::incomplete);
  set_file(entry);
}

/// Whether texts were written that have another name than macros.txt; notes them in the mark.
bool Take::has_other_texts() {
  OtherTexts texts(fat_, session_, file_->size() > 0);
  RootEntry entry;
  std::string_view format;
  std::uint32_t mark = 0;
  while (texts.next(entry, format)) mark = (mark ^ file_mark(entry)) * 3 + 1;
  mark_ = mark;
  return mark != 0;
}

[[gnu::noinline]] void Take::check() {
  switch (file_->check()) {
    case FileView::Chain::more:
      return;
    case FileView::Chain::longer:
      // Some hosts take clusters before they know what they need.
      if (!may_decide()) return end(Outcome::none);
      break;
    case FileView::Chain::good:
      break;
    case FileView::Chain::damaged:
      file_->truncate(file_->usable());
      return refuse(Outcome::damaged, file_->size() > 0 ? Reason::damaged : Reason::no_volume);
  }
  is_same_ = file_->size() == session_.macros_size();
  is_in_force_ = file_->size() == session_.in_force_size();
  mark_ = kFnvStart;
  phase_ = Phase::compare;
}

/// Reads the file once: to see whether it can be read, whether it changed, and from where it comes.
[[gnu::noinline]] void Take::compare() {
  std::array<char, 64> now;
  std::array<char, 64> then;
  const std::uint32_t end_of_batch = at_ + kCompareBatch * kSectorSize;
  while (at_ < file_->size() && at_ < end_of_batch) {
    std::uint32_t sector = 0;
    if (at_ % kSectorSize == 0 && file_->sector_at(at_, sector)) {
      reads_backup_ |= session_.reads_backup(sector) && !session_.in_overlay(sector);
      if (session_.has_refused(sector)) return refuse(Outcome::no_room, Reason::incomplete);
    }
    const std::size_t count = file_->read(at_, now);
    if (count == 0) return end(Outcome::failed);
    if (is_same_) {
      is_same_ = session_.read_macros(at_, std::span{then}.first(count)) == count &&
                 std::equal(now.begin(), now.begin() + count, then.begin());
    }
    for (std::size_t i = 0; i < count; ++i)
      mark_ = fnv_step(mark_, static_cast<std::uint8_t>(now[i]));
    is_in_force_ = is_in_force_ && session_.is_in_force(at_, std::span{now}.first(count));
    at_ += static_cast<std::uint32_t>(count);
  }
  if (at_ >= file_->size()) compared();
}

void Take::compared() {
  at_ = 0;
  // As it was when the medium was put in.
  if (is_same_ && (session_.from_draft() || !session_.taken())) return unchanged();
  if (in_use_ || kind_ == Kind::insert) {
    if (is_in_force_) return end(Outcome::none);
    order_.clear();
    editor_.check(*file_, order_);
    phase_ = Phase::look;
    return;
  }
  const bool loses_backup = kind_ == Kind::quiet && replaces_backup();
  if (!loses_backup) return start_save();
  at_ = session_.backup_sectors().first;
  phase_ = Phase::pin;
}

void Take::unchanged() {
  if (has_other_texts()) return wait(Outcome::other_texts);
  if (!may_decide()) return end(Outcome::none);
  if (session_.from_draft()) {
    // ERRORS.TXT has said something else meanwhile: it is worked out again.
    if (session_.record().told != 0) return start_save();
    outcome_ = Outcome::none;
    return begin_edit(nullptr, Reason::unchanged, false);
  }
  const bool cleared = store_.clear_draft() == Status::ok;
  end(cleared ? Outcome::unchanged : Outcome::failed);
}

/// What the host may still read of BACKUP.TXT is kept, before there is another backup.
[[gnu::noinline]] void Take::pin() {
  if (at_ >= session_.backup_sectors().end) return start_save();
  const Status status = session_.pin(at_, editor_.spare());
  if (status == Status::more) return;
  if (status != Status::ok) return end(Outcome::none);
  ++at_;
}

// ---- The save -----------------------------------------------------------------------------------

void Take::start_save() {
  store::SavePolicy policy;
  policy.backup = replaces_backup() ? store::Backup::replace : store::Backup::keep;
  policy.may_drop_backup = kind_ != Kind::quiet && !reads_backup_;
  policy.clear_draft = kind_ != Kind::quiet;
  order_.clear();
  editor_.save(*file_, order_, policy);
  phase_ = Phase::save;
}

[[gnu::noinline]] void Take::save() {
  const Status status = editor_.step();
  const store::Save& save = *editor_.saved();
  warnings_ = save.warnings();
  switch (status) {
    case Status::more:
      return;
    case Status::ok:
      if (kind_ != Kind::quiet || save.unchanged()) return saved();
      phase_ = Phase::note;
      return;
    case Status::errors:
      return refuse(Outcome::errors, Reason::errors);
    case Status::full:
      return refuse(Outcome::no_room, Reason::no_room);
    case Status::io_error:
      return end(may_decide() ? Outcome::failed : Outcome::none);
  }
}

/// If it cannot be noted, the volume is looked at once more.
void Take::note() {
  if (session_.note_taken() != Status::more) saved();
}

void Take::saved() {
  const bool unchanged = editor_.saved()->unchanged();
  // Macros that were taken at quiet are not told of again at eject, unless the file was changed and
  // changed back.
  mark_ = session_.version();
  if (!unchanged) return end(Outcome::taken);
  if (session_.taken()) return end(kind_ == Kind::restart ? Outcome::none : Outcome::taken);
  end(kind_ == Kind::quiet ? Outcome::none : Outcome::unchanged);
}

/// Compiles the file without taking it.
[[gnu::noinline]] void Take::look() {
  const Status status = editor_.step();
  if (status == Status::more) return;
  if (status == Status::ok) return wait(Outcome::waits);
  if (status == Status::errors && !file_->failed()) return wait(Outcome::errors_wait);
  end(Outcome::none);
}

/// The volume stays as it is, and its owner is told what is the matter with it.
void Take::wait(Outcome outcome) {
  const bool is_told = session_.record().told == mark_;
  // Ejected once more without a change: it stays out.
  if (kind_ == Kind::eject && is_told) return end(Outcome::none);
  if (kind_ != Kind::insert) return end(outcome);
  outcome_ = outcome;
  if (is_told) return show(false);
  const Reason reason = outcome == Outcome::waits         ? Reason::waits
                        : outcome == Outcome::errors_wait ? Reason::errors_wait
                                                          : Reason::other_texts;
  session_.set_told(mark_);
  begin_edit(&*file_, reason, false);
}

void Take::begin_edit(FileView* file, Reason reason, bool may_drop_backup) {
  edit_.emplace_first(store_, session_, file, editor_, order_, reason, may_drop_backup);
  phase_ = Phase::edit;
}

/// The volume is not taken. At eject it becomes a draft with ERRORS.TXT, otherwise it stays.
void Take::refuse(Outcome outcome, Reason reason) {
  if (!may_decide()) {
    if (reason == Reason::errors) return end(Outcome::errors_wait);
    return end(reason == Reason::no_room ? outcome : Outcome::none);
  }
  if (reason == Reason::no_volume || reason == Reason::incomplete) file_.reset();
  outcome_ = outcome;
  begin_edit(file_ ? &*file_ : nullptr, reason, !reads_backup_);
}

[[gnu::noinline]] void Take::edit() {
  const Status status = edit_.first()->step();
  if (status == Status::more) return;
  if (kind_ == Kind::insert && status == Status::ok) return show(true);
  // Without ERRORS.TXT the host sees what is there all the same.
  if (kind_ != Kind::insert && status == Status::io_error) outcome_ = Outcome::failed;
  phase_ = Phase::done;
}

// ---- ERRORS.TXT on a volume that stays
// ------------------------------------------------------------

[[gnu::noinline]] void Take::show(bool renumber) {
  session_.open(0, true);
  edit_.emplace_second(store_, session_, fat_, session_.record().errors_size, renumber);
  phase_ = Phase::show;
}

[[gnu::noinline]] void Take::show() {
  if (edit_.second()->step(editor_.spare()) != Status::more) phase_ = Phase::done;
}

}  // namespace pianola::drive
