#include "store/save.hpp"

#include <algorithm>
#include <array>

#include "base/status.hpp"
#include "store/shared_chunks.hpp"

namespace pianola::store {
namespace {

/// Pages that there should be room for before an edit begins.
constexpr std::uint32_t kRoom = 8;

}  // namespace

Save::Save(Store& store, lang::Source& source, lang::Scratch& scratch, lang::DiagnosticSink& sink,
           const SavePolicy& policy)
    : store_(store), source_(source), scratch_(scratch), reports_(sink), policy_(policy) {}

/// Whether the text is the one that is stored.
[[gnu::noinline]] bool Save::same_text() {
  StoredRoll& roll = store_.roll();
  if (!store_.saved()) return false;
  std::array<char, 64> now;
  std::array<char, 64> then;
  for (std::uint32_t offset = 0;;) {
    const std::size_t count = source_.read(offset, now);
    if (count == 0) return offset == roll.text_size();
    const auto stored = std::span{then}.first(count);
    if (roll.read_text(offset, stored) != count ||
        !std::equal(stored.begin(), stored.end(), now.begin())) {
      return false;
    }
    offset += static_cast<std::uint32_t>(count);
  }
}

/// Whether all of the stored roll can be read: saving the same text again mends what cannot.
bool Save::is_whole() {
  Log& log = store_.log();
  return store_.has_whole_index() && is_apart_good(log, {}, log.root()[TreeRole::roll]);
}

/// Whether the text has fewer bytes than the stored one.
bool Save::is_shorter() {
  const std::uint32_t size = store_.roll().text_size();
  std::array<char, 1> byte;
  return size > 0 && source_.read(size - 1, byte) == 0;
}

/// Does what a save does besides, when the roll is what it should be. A backup that cannot be read
/// is no good any more.
Status Save::clean() {
  Log& log = store_.log();
  const Root& root = log.root();
  if (policy_.may_drop_backup &&
      !is_apart_good(log, root[TreeRole::roll], root[TreeRole::backup])) {
    if (const Status status = store_.drop_backup(); status != Status::ok) return status;
  }
  return policy_.clear_draft ? store_.clear_draft() : Status::ok;
}

/// A step towards the room that is tried.
[[gnu::noinline]] Status Save::make_room() {
  Log& log = store_.log();
  if (room_ == Room::backup && store_.has_backup()) {
    const Status status = store_.drop_backup();
    return status == Status::ok ? Status::more : status;
  }
  if (room_ != Room::some && !log.is_marked()) return log.mark_step(), Status::more;
  return log.make_room_step(room_ == Room::some ? kRoom : 1);
}

/// Goes on to the next thing that can be done for room. False if there is none.
bool Save::more_room() {
  switch (room_) {
    case Room::some:
      room_ = Room::all;
      return true;
    case Room::all:
      if (drops_backup()) {
        room_ = Room::backup;
        return true;
      }
      [[fallthrough]];
    case Room::backup:
      return use_reserve();
    case Room::reserve:
      break;
  }
  return false;
}

/// Whether to drop the backup is worth a commit of its own, which may take one of the last sectors.
bool Save::drops_backup() {
  if (!policy_.may_drop_backup || !store_.has_backup()) return false;
  return !is_shorter() || store_.space().backup > kRoom * kPage;
}

/// A text that is shorter frees more than it takes, if the old roll does not become the backup.
bool Save::use_reserve() {
  if (!is_shorter()) return false;
  if (policy_.may_drop_backup) {
    policy_.backup = Backup::drop;
  } else if (policy_.backup == Backup::replace) {
    return false;
  }
  room_ = Room::reserve;
  return true;
}

/// Makes room, a step at a time, and starts to compile.
[[gnu::noinline]] Status Save::start() {
  Log& log = store_.log();
  if (compiler_) {
    compiler_.reset();
    scratch_.clear();
  }
  const Status status = make_room();
  if (status == Status::more || status == Status::io_error) return status;
  // What is not likely to succeed would only fill pages.
  if (room_ != Room::reserve && log.free_pages() <= log.reserve() && more_room()) {
    return Status::more;
  }
  log.begin(room_ == Room::reserve ? 0 : log.reserve());
  scratch_.clear();
  builder_.emplace(log, source_, policy_);
  compiler_.emplace(source_, *builder_, scratch_, reports_);
  phase_ = Phase::compile;
  return Status::more;
}

/// What the compiler ended with: a full region and a sector that fails are worth another try.
[[gnu::noinline]] Status Save::finish(Status status) {
  kept_ = builder_->kept();
  written_ = builder_->written();
  made_backup_ = status == Status::ok && builder_->made_backup();
  errors_ = compiler_->errors();
  warnings_ = compiler_->warnings();
  constexpr unsigned kFailures = 2;
  const bool again = (status == Status::full && more_room()) ||
                     (status == Status::io_error && failures_++ < kFailures);
  if (again) {
    reports_.muted = true;
    phase_ = Phase::start;
    return Status::more;
  }
  phase_ = Phase::done;
  return status_ = status;
}

[[gnu::noinline]] Status Save::step() {
  switch (phase_) {
    case Phase::compare:
      unchanged_ = same_text() && is_whole();
      kept_ = unchanged_ ? store_.roll().size() : 0;
      phase_ = unchanged_ ? Phase::done : Phase::start;
      return status_ = unchanged_ ? clean() : Status::more;
    case Phase::start: {
      const Status status = start();
      if (status != Status::more) phase_ = Phase::done;
      return status_ = status;
    }
    case Phase::compile: {
      // What it appends goes into pages that are ready.
      if (store_.log().ready_step() == Status::more) return Status::more;
      const Status status = compiler_->step();
      return status == Status::more ? status : finish(status);
    }
    case Phase::done:
      break;
  }
  return status_;
}

void Save::cancel() {
  if (phase_ == Phase::done) return;
  if (phase_ == Phase::compile) store_.log().abandon();
  phase_ = Phase::done;
  status_ = Status::errors;
  compiler_.reset();
  scratch_.clear();
}

Status Save::run() {
  Status status = Status::more;
  while (status == Status::more) status = step();
  return status;
}

}  // namespace pianola::store
