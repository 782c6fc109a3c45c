#include "device/repair.hpp"

#include "base/status.hpp"

namespace pianola::device {

void Repair::start() {
  scan_.start();
  restored_ = false;
  state_ = State::looking;
}

[[gnu::noinline]] Notice Repair::step() {
  if (editor_.user() == edit::User::repair) return save();
  if (editor_.user() != edit::User::nobody || state_ == State::saving) {
    // Somebody edits, or did. What is in force afterwards may be another roll.
    if (state_ != State::idle) state_ = State::looking;
    return Notice::none;
  }
  if (state_ == State::restoring) return restore();
  if (scan_.step() || state_ == State::idle) return Notice::none;
  return found();
}

/// Takes what cannot be read from the backup, and looks again.
[[gnu::noinline]] Notice Repair::restore() {
  if (restore_.step() == Status::more) return Notice::none;
  restored_ = true;
  scan_.start();
  state_ = State::looking;
  return Notice::none;
}

/// All was looked at.
[[gnu::noinline]] Notice Repair::found() {
  state_ = State::idle;
  if (!store_.saved()) return Notice::none;
  const bool gaps = scan_.gaps() != 0;
  if (gaps && store_.has_backup() && !restored_) {
    restore_.start();
    state_ = State::restoring;
    return Notice::none;
  }
  const bool has_index = store_.has_whole_index();
  if (has_index && !scan_.lacks_code()) {
    if (gaps) return Notice::text_damaged;
    return restore_.restored() != 0 ? Notice::text_restored : Notice::none;
  }
  // Where a definition has a gap, its entries cannot be made anew.
  if ((!has_index && gaps) || !editor_.claim(edit::User::repair)) return Notice::index_damaged;
  editor_.save(text_, diagnostics_, {.backup = store::Backup::keep});
  state_ = State::saving;
  return Notice::none;
}

Notice Repair::save() {
  const Status status = editor_.step();
  if (status == Status::more) return Notice::none;
  editor_.release(edit::User::repair);
  state_ = State::idle;
  return status == Status::ok ? Notice::index_repaired : Notice::index_damaged;
}

}  // namespace pianola::device
