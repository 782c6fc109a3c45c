#include "device/index_repair.hpp"

#include <array>

#include "base/status.hpp"

namespace pianola::device {

Notice IndexRepair::end(Notice notice) {
  editor_.release(edit::User::repair);
  state_ = State::idle;
  return notice;
}

[[gnu::noinline]] Notice IndexRepair::step() {
  if (state_ == State::idle) return Notice::none;
  if (state_ == State::saving && editor_.user() == edit::User::repair) return save();
  // Somebody edits. What is in force afterwards may be another roll.
  if (editor_.user() != edit::User::nobody) {
    state_ = State::looking;
    return Notice::none;
  }
  if (state_ == State::reading) return read();
  if (!store_.saved() || store_.has_whole_index()) return end(Notice::none);
  read_ = 0;
  state_ = State::reading;
  return Notice::none;
}

/// Reads some of the text; all that was stored must come. Apart, so that what is read is not on the
/// stack while it is saved.
[[gnu::noinline]] Notice IndexRepair::read() {
  std::array<char, 256> piece;
  const std::size_t count = text_.read(read_, piece);
  read_ += static_cast<std::uint32_t>(count);
  if (count != 0) return Notice::none;
  if (read_ != store_.roll().text_size() || !editor_.claim(edit::User::repair)) {
    return end(Notice::index_damaged);
  }
  editor_.save(text_, diagnostics_, {.backup = store::Backup::keep});
  state_ = State::saving;
  return Notice::none;
}

Notice IndexRepair::save() {
  const Status status = editor_.step();
  if (status == Status::more) return Notice::none;
  return end(status == Status::ok ? Notice::index_repaired : Notice::index_damaged);
}

}  // namespace pianola::device
