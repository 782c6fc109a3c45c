#include "drive/take.hpp"

#include <algorithm>
#include <array>

#include "base/status.hpp"

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
    case Phase::edit:
      edit();
      break;
    case Phase::done:
      break;
  }
  return phase_ != Phase::done;
}

void Take::cancel() {
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
  if (!fat_.open() || (!may_decide() && !fat_.is_clean())) {
    return refuse(Outcome::damaged, Reason::no_volume);
  }
  FileEntry entry;
  switch (fat_.find_macros(entry)) {
    case Lookup::found:
      return found(entry);
    case Lookup::missing:
      return found({});
    case Lookup::damaged:
      return refuse(Outcome::damaged, Reason::no_volume);
  }
}

void Take::found(const FileEntry& entry) {
  // A host that is about to write a file again may have emptied or removed it for now.
  if (entry.size == 0 && !may_decide()) return end(Outcome::none);
  // A host that found the drive full did not mean to have no file.
  if (session_.has_refused_metadata() || (entry.size == 0 && session_.has_refused())) {
    return refuse(Outcome::no_room, Reason::incomplete);
  }
  file_.emplace(fat_, entry.size == 0 ? FileEntry{} : entry);
  phase_ = Phase::check;
}

void Take::check() {
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
    at_ += static_cast<std::uint32_t>(count);
  }
  if (at_ >= file_->size()) compared();
}

void Take::compared() {
  at_ = 0;
  if (!is_same_ || (!session_.from_draft() && session_.taken())) {
    const bool loses_backup = kind_ == Kind::quiet && replaces_backup();
    if (!loses_backup) return start_save();
    at_ = session_.backup_sectors().first;
    phase_ = Phase::pin;
    return;
  }
  // As it was when the medium was put in.
  if (!may_decide()) return end(Outcome::none);
  if (session_.from_draft()) {
    file_.reset();
    outcome_ = Outcome::none;
    edit_.emplace(store_, session_, nullptr, editor_, order_, Reason::unchanged, false);
    phase_ = Phase::edit;
    return;
  }
  const bool cleared = store_.clear_draft() == Status::ok;
  end(cleared ? Outcome::unchanged : Outcome::failed);
}

/// What the host may still read of BACKUP.TXT is kept, before there is another backup.
void Take::pin() {
  if (at_ >= session_.backup_sectors().end) return start_save();
  if (session_.pin(at_++, editor_.spare()) != Status::ok) end(Outcome::none);
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

void Take::save() {
  const Status status = editor_.step();
  const store::Save& save = *editor_.saved();
  errors_ = save.errors();
  warnings_ = save.warnings();
  switch (status) {
    case Status::more:
      return;
    case Status::ok:
      if (kind_ == Kind::quiet && !save.unchanged()) session_.note_taken();
      // Macros that were taken at quiet are not told of again at eject.
      if (!save.unchanged()) return end(Outcome::taken);
      return end(session_.taken() || kind_ == Kind::quiet ? Outcome::none : Outcome::unchanged);
    case Status::errors:
      return refuse(Outcome::errors, Reason::errors);
    case Status::full:
      return refuse(Outcome::no_room, Reason::no_room);
    case Status::io_error:
      return end(may_decide() ? Outcome::failed : Outcome::none);
  }
}

/// The volume is not taken. At eject it becomes a draft with ERRORS.TXT, otherwise it stays.
void Take::refuse(Outcome outcome, Reason reason) {
  if (!may_decide()) return end(Outcome::none);
  if (reason == Reason::no_volume || reason == Reason::incomplete) file_.reset();
  outcome_ = outcome;
  edit_.emplace(store_, session_, file_ ? &*file_ : nullptr, editor_, order_, reason,
                !reads_backup_);
  phase_ = Phase::edit;
}

void Take::edit() {
  const Status status = edit_->step();
  if (status == Status::more) return;
  if (status == Status::io_error) outcome_ = Outcome::failed;
  phase_ = Phase::done;
}

}  // namespace pianola::drive
