#include "drive/errors_edit.hpp"

#include <algorithm>

#include "base/text_writer.hpp"
#include "drive/drive_text.hpp"
#include "drive/other_texts.hpp"

namespace pianola::drive {
namespace {

using store::kDraftText;
using store::kDriveState;
using store::kErrorText;

/// ERRORS.TXT gets no new error after so many bytes; where room is short, after fewer.
constexpr std::uint32_t kLimit = 24 * 1024;
constexpr std::uint32_t kShortLimit = 1024;
/// And where the text is put into the host's volume, sector by sector.
constexpr std::uint32_t kVolumeLimit = 2 * 1024;
/// Objects that one step keeps.
constexpr unsigned kKeepBatch = 2;

constexpr std::uint32_t objects_of(std::uint32_t size) {
  return size == DriveRecord::kAbsent ? 0 : (size + kSectorSize - 1) / kSectorSize;
}

}  // namespace

// ---- The text -----------------------------------------------------------------------------------

void ErrorsEdit::Text::begin() {
  size_ = 0;
  status_ = Status::ok;
}

void ErrorsEdit::Text::write(std::span<const char> text) {
  for (const char c : text) {
    buffer_[size_ % kSectorSize] = static_cast<std::uint8_t>(c);
    ++size_;
    if (size_ % kSectorSize == 0) put();
  }
}

/// Stores the piece that ends at size_.
void ErrorsEdit::Text::put() {
  if (status_ != Status::ok) return;
  const std::uint32_t number = (size_ - 1) / kSectorSize;
  const std::uint32_t count = size_ - number * kSectorSize;
  status_ = edit_.put(kErrorText + number, std::span{buffer_}.first(count));
}

Status ErrorsEdit::Text::end() {
  if (size_ % kSectorSize != 0) put();
  return status_;
}

void ErrorsEdit::Keeper::report(const lang::Diagnostic& diagnostic) {
  if (diagnostic.warning || !order_.is_turn(!kept_)) return;
  kept_ = diagnostic;
  kept_->a = copy(diagnostic.a, a_);
  kept_->b = copy(diagnostic.b, b_);
}

std::string_view ErrorsEdit::Keeper::copy(std::string_view from, Word& to) {
  const std::size_t size = std::min(from.size(), to.size());
  std::copy_n(from.begin(), size, to.begin());
  return {to.data(), size};
}

// ---- The transaction ----------------------------------------------------------------------------

ErrorsEdit::ErrorsEdit(store::Store& store, Session& session, FileView* file, edit::Editor& editor,
                       ErrorOrder& order, Reason reason, bool may_drop_backup)
    : store_(store),
      session_(session),
      file_(file),
      editor_(editor),
      edit_(store),
      text_(edit_),
      order_(order),
      keeper_(order),
      reason_(reason),
      may_drop_backup_(may_drop_backup) {}

[[gnu::noinline]] Status ErrorsEdit::step() {
  const bool open = phase_ != Phase::begin && phase_ != Phase::done;
  if (open && edit_.ready_step() == Status::more) return Status::more;
  Status status = Status::more;
  switch (phase_) {
    case Phase::begin:
      status = begin();
      break;
    case Phase::draft:
      status = draft_step();
      break;
    case Phase::compile:
      status = compile_step();
      break;
    case Phase::text:
      status = write_reason();
      break;
    case Phase::finish:
      status = finish();
      break;
    case Phase::done:
      return Status::ok;
  }
  return status == Status::full || status == Status::io_error ? retry(status) : status;
}

/// The transaction came to nothing: once more, with more room.
[[gnu::noinline]] Status ErrorsEdit::retry(Status status) {
  editor_.cancel();
  checking_ = false;
  keeper_.drop();
  edit_.abandon();
  phase_ = Phase::begin;
  ++attempts_;
  if (attempts_ == 3) return status;
  if (attempts_ == 2) {
    limit_ = kShortLimit;
    if (may_drop_backup_ && store_.drop_backup() == Status::io_error) return Status::io_error;
  }
  return Status::more;
}

[[gnu::noinline]] Status ErrorsEdit::begin() {
  if (attempts_ == 0) limit_ = keeps_volume() ? kVolumeLimit : kLimit;
  if (const Status status = edit_.begin_step(); status != Status::ok) return status;
  record_ = session_.record();
  if (!keeps_volume()) {
    record_.told = 0;
    record_.in_session = false;
    record_.refused = {};
    if (!keeps_old_draft()) record_.draft_size = file_->size();
  }
  // A draft would leave no room to write anything else.
  if (reason_ == Reason::incomplete) record_.draft_size = DriveRecord::kAbsent;
  at_ = 0;
  text_.begin();
  order_.rewind();
  dropped_ = 0;
  phase_ = Phase::draft;
  return Status::more;
}

/// Where the store has a sector that it can keep without copying it.
std::optional<std::uint32_t> ErrorsEdit::object_of(std::uint32_t sector) {
  // A damaged chain may lead to the same sector twice.
  if (reason_ == Reason::damaged) return std::nullopt;
  if (session_.in_overlay(sector)) return sector;
  return session_.draft_object(sector);
}

/// One sector of the file becomes one of the draft, without being copied where that can be.
[[gnu::noinline]] Status ErrorsEdit::keep_sector(std::uint32_t index) {
  const std::uint32_t number = kDraftText + index;
  if (keeps_old_draft()) return edit_.keep(number, number);
  std::uint32_t sector = 0;
  if (!file_->sector_at(index * kSectorSize, sector)) return Status::io_error;
  if (const auto object = object_of(sector)) return edit_.keep(*object, number);
  const std::uint32_t size = std::min(kSectorSize, file_->size() - index * kSectorSize);
  const auto piece = std::span<std::uint8_t>{editor_.spare()}.first(size);
  if (!session_.read(sector, 0, piece)) return Status::io_error;
  return edit_.put(number, piece);
}

/// Keeps all that the host wrote, and the draft that it may have begun with.
Status ErrorsEdit::keep_volume() {
  const auto next = store_.next_draft(at_);
  if (!next || *next >= kErrorText) {
    phase_ = reason_ == Reason::errors_wait ? Phase::compile : Phase::text;
    return Status::ok;
  }
  at_ = *next + 1;
  return edit_.keep(*next, *next);
}

[[gnu::noinline]] Status ErrorsEdit::draft_step() {
  if (keeps_volume()) {
    for (unsigned i = 0; i < kKeepBatch && phase_ == Phase::draft; ++i) {
      if (const Status status = keep_volume(); status != Status::ok) return status;
    }
    return Status::more;
  }
  for (unsigned i = 0; i < kKeepBatch; ++i) {
    if (at_ == objects_of(record_.draft_size)) {
      phase_ = reason_ == Reason::errors ? Phase::compile : Phase::text;
      return Status::more;
    }
    if (const Status status = keep_sector(at_); status != Status::ok) return status;
    ++at_;
  }
  return Status::more;
}

[[gnu::noinline]] Status ErrorsEdit::compile_step() {
  if (!checking_) {
    order_.begin_pass();
    editor_.check(*file_, keeper_);
    checking_ = true;
  }
  const Status status = editor_.step();
  if (keeper_.kept()) {
    write_error(*keeper_.kept());
    keeper_.drop();
  }
  if (text_.status() != Status::ok) return text_.status();
  if (status == Status::more) return status;
  if (file_->failed()) return Status::io_error;
  checking_ = false;
  if (order_.is_done()) phase_ = Phase::text;
  return Status::more;
}

[[gnu::noinline]] void ErrorsEdit::write_error(const lang::Diagnostic& diagnostic) {
  if (text_.size() > limit_) {
    ++dropped_;
    return;
  }
  lang::write_diagnostic(diagnostic, "macros.txt", *file_, text_);
}

/// Writes what there is to do.
void ErrorsEdit::write_advice(TextWriter& out) {
  if (text_.size() > 0) out << "\n";
  if (reason_ == Reason::waits || reason_ == Reason::errors_wait) {
    write_text(out, DriveText::not_ejected);
  }
  write_text(out, DriveText::as_before);
  write_text(out, reason_ == Reason::waits         ? DriveText::eject
                  : reason_ == Reason::other_texts ? DriveText::rename_it
                                                   : DriveText::correct_it);
  if (reason_ == Reason::no_room) write_text(out, DriveText::shown_once);
}

/// Writes what is not about a line of the file.
[[gnu::noinline]] Status ErrorsEdit::write_reason() {
  TextWriter out(text_);
  switch (reason_) {
    case Reason::unchanged: {
      for (std::uint32_t i = 0; i < objects_of(record_.errors_size); ++i) {
        const Status status = edit_.keep(kErrorText + i, kErrorText + i);
        if (status != Status::ok) return status;
      }
      phase_ = Phase::finish;
      return Status::more;
    }
    case Reason::errors:
    case Reason::errors_wait:
      if (dropped_ > 0) write_text(out, DriveText::not_shown, &dropped_);
      break;
    case Reason::no_room:
      write_text(out, DriveText::does_not_fit);
      break;
    case Reason::incomplete:
      write_text(out, DriveText::incomplete);
      break;
    case Reason::damaged:
      write_text(out, DriveText::broken_file);
      break;
    case Reason::no_volume:
      write_text(out, DriveText::no_volume);
      break;
    case Reason::waits:
      break;
    case Reason::other_texts: {
      OtherTexts texts(file_->fat(), session_, file_->size() > 0);
      write_other_texts(texts, out);
      break;
    }
  }
  write_advice(out);
  record_.errors_size = text_.size();
  if (const Status status = text_.end(); status != Status::ok) return status;
  phase_ = Phase::finish;
  return Status::more;
}

[[gnu::noinline]] Status ErrorsEdit::finish() {
  std::array<std::uint8_t, DriveRecord::kSize> bytes{};
  record_.encode(bytes);
  if (const Status status = edit_.put(kDriveState, bytes); status != Status::ok) return status;
  if (const Status status = edit_.commit(); status != Status::ok) return status;
  phase_ = Phase::done;
  return Status::ok;
}

}  // namespace pianola::drive
