#include "drive/drive.hpp"

#include <algorithm>
#include <utility>

#include "base/status.hpp"

namespace pianola::drive {
namespace {

/// Without a write for so long (ms), the volume is looked at.
constexpr std::uint32_t kQuiet = 2000;
/// A medium that comes back by itself stays out for so long (ms) that a host that polls sees it go:
/// udev lets Linux poll every 2 s (60-block.rules), the others poll more often.
constexpr std::uint32_t kReturn = 3000;
/// A host that has read and written nothing for so long (ms) is idle: room is made for what it
/// writes next. Between two commands of one transfer there are less than 10 ms.
constexpr std::uint32_t kIdle = 100;
/// Pages that are made ready for the host: those of a write of 4 KB.
constexpr std::uint32_t kAhead = 32;

constexpr Sense to_sense(Status status) {
  if (status == Status::full) return kNoRoom;
  return status == Status::ok ? kFine : kWriteError;
}

}  // namespace

Drive::Drive(store::Store& store, store::CurrentRoll& roll, StatusReport& status,
             edit::Editor& editor)
    : store_(store),
      roll_(roll),
      report_(status),
      editor_(editor),
      session_(store, roll, status_.text()) {}

// ---- What the host asks -------------------------------------------------------------------------

/// The editor is the drive's while it is busy.
void Drive::hold_editor() {
  if (busy()) {
    editor_.claim(edit::User::drive);
  } else {
    editor_.release(edit::User::drive);
  }
}

/// Whether a medium is in that the host knows about; otherwise what to tell it.
bool Drive::ready(Sense& sense) {
  sense = kFine;
  if (!is_in()) {
    sense = kNoMedium;
  } else if (attention_) {
    attention_ = false;
    sense = kMediumChanged;
  }
  return sense.ok();
}

Sense Drive::test_ready() {
  Sense sense;
  ready(sense);
  return sense;
}

std::uint32_t Drive::sectors() const { return is_in() ? session_.sectors() : 0; }

Sense Drive::read(std::uint32_t first, std::span<std::uint8_t> out) {
  Sense sense;
  if (!ready(sense)) return sense;
  const std::size_t count = out.size() / kSector;
  if (first > sectors() || count > sectors() - first) return kOutOfRange;
  asked_at_ = now_;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (!session_.read(first + i, 0, out.subspan(i * kSector, kSector))) return kReadError;
  }
  return kFine;
}

void Drive::begin_write(std::uint32_t first, std::span<const std::uint8_t> data) {
  Sense sense;
  const std::size_t count = data.size() / kSector;
  if (ready(sense) && (first > sectors() || count > sectors() - first)) sense = kOutOfRange;
  if (!sense.ok()) {
    answer_ = sense;
    return;
  }
  session_.begin_write(first, data.first(count * kSector));
  writing_ = true;
}

std::optional<Sense> Drive::answer() { return std::exchange(answer_, std::nullopt); }

void Drive::abort() {
  session_.drop_write();
  writing_ = false;
  answer_.reset();
}

Sense Drive::start_stop(bool start, bool load_eject) {
  if (!start && load_eject) {
    if (is_in()) eject();
    return kFine;
  }
  if (!is_in()) return kNoMedium;
  // A host that stops the drive without ejecting has written all that it wants to.
  if (!start && pending_) {
    quiet_at_ = now_;
    written_ = false;
  }
  return kFine;
}

// ---- What the device asks -----------------------------------------------------------------------

void Drive::start(std::uint32_t now) {
  now_ = now;
  if (!session_.is_unfinished()) return;
  session_.open(0, true);
  if (!session_.has_overlay()) return;
  state_ = State::taking;
  take_.emplace(store_, session_, editor_, Take::Kind::restart);
  hold_editor();
}

void Drive::insert() {
  if (!is_in() && state_ != State::returning) wanted_ = true;
  hold_editor();
}

void Drive::eject() {
  wanted_ = false;
  if (state_ == State::returning) state_ = State::out;
  leaving_ = state_ == State::in;
  hold_editor();
}

/// Takes the medium out, and then what was written to it.
void Drive::take_out() {
  if (take_) take_->cancel();
  take_.reset();
  written_ = pending_ = attention_ = leaving_ = false;
  state_ = State::out;
  if (!session_.has_overlay()) return;
  state_ = State::taking;
  take_.emplace(store_, session_, editor_, Take::Kind::eject);
}

bool Drive::inserted() const { return wanted_ || is_in() || state_ == State::returning; }

bool Drive::busy() const { return inserted() || leaving_ || take_.has_value(); }

void Drive::disconnected() {
  abort();
  attention_ = is_in();
}

/// Shows the volume. What a host left on it is looked at before.
[[gnu::noinline]] Next Drive::show(bool is_return) {
  wanted_ = true;
  if (session_.is_unfinished()) {
    session_.open(0, is_return);
    if (session_.has_overlay()) {
      state_ = State::taking;
      take_.emplace(store_, session_, editor_, Take::Kind::insert);
      return Next::time(now_);
    }
  }
  put_in(is_return);
  return {};
}

void Drive::put_in(bool is_return) {
  wanted_ = false;
  ++insertions_;
  // Hosts know a volume again by its number: what differs must have another one.
  session_.open(0x50000000 + (insertions_ << 20) + store_.log().root().commit, is_return);
  status_.write(store_, roll_, session_.largest_file(), outcome_, warnings_, report_);
  session_.show_damage(status_.damage());
  state_ = State::in;
  attention_ = true;
  pending_ = written_ = has_room_ = false;
  asked_at_ = now_;
}

/// Notes how the edit ended.
void Drive::ended() {
  const Take::Kind kind = take_->kind();
  const Outcome outcome = take_->outcome();
  const std::uint32_t mark = take_->mark();
  // What an eject brings is told, but for macros that were taken before.
  const bool is_news = outcome != outcome_ || mark != mark_ ||
                       (kind == Take::Kind::eject && outcome != Outcome::taken);
  if (outcome != Outcome::none && is_news) {
    outcome_ = outcome;
    mark_ = mark;
    warnings_ = take_->warnings();
    ++outcomes_;
  }
  take_.reset();
  has_room_ = false;
  if (kind == Take::Kind::quiet) return;
  state_ = State::out;
  if (kind == Take::Kind::insert && wanted_) put_in(true);
  const bool tells = outcome == Outcome::errors || outcome == Outcome::no_room ||
                     outcome == Outcome::damaged || outcome == Outcome::other_texts;
  if (tells && kind == Take::Kind::eject && !wanted_) {
    state_ = State::returning;
    return_at_ = now_ + kReturn;
  }
}

Next Drive::step(Time now) {
  now_ = now;
  // The usual case: with nothing to do, the editor was let go before.
  const bool works = writing_ || leaving_ || take_;
  if (state_ == State::out && !wanted_ && !works) return {};
  const Next next = go_on(now);
  hold_editor();
  return next;
}

Next Drive::go_on(Time now) {
  // Whatever is to be done next would have to wait for the chip, and the keys with it.
  if (store_.log().flash().busy()) return Next::time(now + 1);
  if (writing_) {
    step_write();
    return Next::time(now);
  }
  if (leaving_) take_out();
  if (take_) {
    if (take_->step()) return Next::time(now);
    ended();
  }
  switch (state_) {
    case State::out:
      return wanted_ ? show(false) : Next{};
    case State::in:
      return wait_in();
    case State::returning:
      if (!reached(now, return_at_)) return Next::time(return_at_);
      return show(true);
    case State::taking:
      break;
  }
  return Next::time(now);
}

/// Goes on with the host's write.
[[gnu::noinline]] void Drive::step_write() {
  asked_at_ = now_;
  if (take_ && session_.has_to_write()) {
    // The host was not done: what it writes now is looked at when it is.
    take_->cancel();
    take_.reset();
    written_ = pending_ = true;
  }
  const Status status = session_.step_write();
  if (session_.write_changed()) {
    written_ = pending_ = true;
    has_room_ = false;
  }
  if (status == Status::more) return;
  writing_ = false;
  answer_ = to_sense(status);
}

/// Makes room for what the host writes next, a step at a time: so the write itself need not.
Next Drive::make_room() {
  if (has_room_) return {};
  if (!reached(now_, asked_at_ + kIdle)) return Next::time(asked_at_ + kIdle);
  has_room_ = store_.log().make_room_step(kAhead) != Status::more;
  return Next::time(now_);
}

/// Waits until the host is quiet.
Next Drive::wait_in() {
  if (written_) {
    written_ = false;
    quiet_at_ = now_ + kQuiet;
  }
  const Next room = make_room();
  if (!pending_) return room;
  if (!reached(now_, quiet_at_)) return sooner(room, Next::time(quiet_at_));
  pending_ = false;
  take_.emplace(store_, session_, editor_, Take::Kind::quiet);
  return Next::time(now_);
}

std::size_t Drive::read_errors(std::uint32_t offset, std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto at = static_cast<std::uint32_t>(offset + done);
    const std::size_t count = store_.read_draft(
        store::kErrorText + at / kSector, at % kSector,
        out.subspan(done).first(std::min<std::size_t>(out.size() - done, kSector - at % kSector)));
    if (count == 0) break;
    done += count;
  }
  return done;
}

Drive::Outcome Drive::outcome() const { return outcome_; }

std::uint32_t Drive::outcomes() const { return outcomes_; }

}  // namespace pianola::drive
