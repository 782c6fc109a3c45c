#include "device/device.hpp"

#include <array>
#include <utility>

#include "base/status.hpp"
#include "device/text_scan.hpp"
#include "drive/drive_text.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/settings.hpp"

namespace pianola::device {

namespace {

/// How long the device waits before it leaves the bus to come back as another, in ms.
constexpr Time kChangeTime = 300;

/// The keys that are commands after the leader (HID Usage Tables, "Keyboard/Keypad Page").
constexpr hid::Usage kEquals = hid::keyboard_usage(0x2E);
constexpr hid::Usage kDelete = hid::keyboard_usage(0x4C);
constexpr hid::Usage kEnd = hid::keyboard_usage(0x4D);

/// Whether `set drive = hidden` stands in the roll.
bool hides_drive(lang::Roll& roll, lang::CodeReader& reader) {
  lang::IndexEntry entry;
  const auto number = static_cast<std::uint32_t>(lang::Setting::drive);
  if (!index_find(roll, name_key(lang::IndexSpace::setting, number), entry)) return false;
  reader.seek(entry.record, entry.code);
  lang::Instruction found;
  return read_instruction(reader, found) && found.opcode == lang::Opcode::set_number &&
         found.value[1] != 0;
}

}  // namespace

Device::Device(const Parts& parts)
    : host_(parts.host),
      store_(parts.flash, parts.store_memory),
      roll_(store_),
      editor_(store_, parts.workspace),
      drive_(store_, roll_, *this, editor_),
      player_({.engine = parts.engine, .host = parts.host, .leds = parts.leds, .errors = errors_},
              nothing_),
      recorder_(player_, roll_, editor_, parts.recording),
      repair_(store_, editor_) {
  player_.watch(&recorder_);
}

[[gnu::noinline]] store::Mount Device::start(Time now, const StartOptions& options) {
  now_ = now;
  store::Mount mount = store_.mount();
  if (mount == store::Mount::unformatted) {
    mount = store_.format() == Status::ok ? store::Mount::ok : store::Mount::failed;
  }
  mounted_ = mount == store::Mount::ok;
  player_.engine().seed(options.seed);
  muted_ = options.rescue;
  if (mounted_) {
    drive_.start(now);
    repair_.start();
    if (options.rescue) drive_.insert();
    if (store_.lost_state()) tell(Notice::state_lost);
  }
  play();
  was_inserted_ = mounted_ && drive_.inserted();
  had_drive_ = has_drive();
  return mount;
}

/// Plays the macros that are in force, or none in rescue.
void Device::play() {
  epoch_ = roll_.epoch();
  lang::Roll& roll = muted_ ? nothing_ : roll_.in_force();
  errors_.clear();
  player_.play(roll);
  std::array<std::uint8_t, 32> window{};
  lang::CodeReader reader{roll, window};
  hidden_ = hides_drive(roll, reader);
}

void Device::tell(Notice notice) {
  notice_ = notice;
  ++notices_;
}

// ---- Running ------------------------------------------------------------------------------------

Next Device::step(Time now) {
  now_ = now;
  // What follows from a key goes out before the drive may keep the processor waiting.
  if (std::exchange(typed_, false) && drive_.busy()) return play_step(Next::time(now));
  Next next;
  if (mounted_) {
    next = rests() ? Next::time(rests_until_) : drive_.step(now);
    watch_drive();
  }
  return play_step(next);
}

/// Where the whole processor waits while a sector is erased, what came meanwhile is typed before
/// the drive goes on. Apart, so that it takes no stack while it does.
[[gnu::noinline]] bool Device::rests() {
  constexpr Time kRest = 8;  // ms
  const std::uint32_t erased = store_.log().opened();
  if (erased != erased_) {
    erased_ = erased;
    rests_ = true;
    rests_until_ = now_ + kRest;
  }
  rests_ = rests_ && !reached(now_, rests_until_);
  return rests_;
}

/// All but the drive, which goes on at `drive`. Apart, so that it takes no stack while the drive
/// makes a step.
[[gnu::noinline]] Next Device::play_step(const Next& drive) {
  if (roll_.epoch() != epoch_) play();
  const Next next = sooner(drive, player_.step(now_));
  const engine::Request request = player_.take_request();
  if (request.kind != engine::Request::Kind::none) obey(request);
  if (const Notice notice = recorder_.step(); notice != Notice::none) tell(notice);
  const bool repairs = repair_.works();
  if (repairs) {
    if (const Notice notice = repair_.step(); notice != Notice::none) tell(notice);
  }
  // The macros that were just saved, or reset, are to be played before the next key is pressed:
  // what is pressed before that is cancelled with the old ones.
  const bool again =
      request.kind != engine::Request::Kind::none || roll_.epoch() != epoch_ || repairs;
  if (again) return Next::time(now_);
  return sooner(sooner(next, recorder_.next()), watch_kind());
}

/// Comes back to the bus as another device when there is a drive and was none, or the other way
/// round: not before the host was told how its last command ended.
Next Device::watch_kind() {
  if (has_drive() == had_drive_) {
    changing_ = false;
    return {};
  }
  if (!changing_) change_at_ = now_ + kChangeTime;
  changing_ = true;
  if (!reached(now_, change_at_)) return Next::time(change_at_);
  changing_ = false;
  had_drive_ = !had_drive_;
  host_.reconnect();
  return {};
}

/// Whether the medium goes in or out changes what the macros may do.
void Device::watch_drive() {
  const bool inserted = drive_.inserted();
  if (was_inserted_ && !inserted) player_.engine().cancel_all();
  was_inserted_ = inserted;
  const bool repaired = drive_.outcome() == drive::Drive::Outcome::taken;
  if (muted_ && repaired && !editing()) unmute();
}

/// Macros run again.
[[gnu::noinline]] void Device::unmute() {
  if (!muted_) return;
  muted_ = false;
  play();
}

[[gnu::noinline]] void Device::obey(const engine::Request& request) {
  switch (request.kind) {
    case engine::Request::Kind::none:
      break;
    case engine::Request::Kind::lock:
      player_.lock();
      break;
    case engine::Request::Kind::edit:
      toggle_drive();
      break;
    case engine::Request::Kind::leader:
      command(request.key);
      break;
  }
}

void Device::toggle_drive() {
  if (!mounted_) return tell(Notice::no_flash);
  recorder_.cancel();
  if (drive_.inserted()) {
    drive_.eject();
  } else {
    drive_.insert();
  }
}

/// What stands on `key` after the leader.
void Device::command(hid::Usage key) {
  const bool again = reset_asked_ && earlier(now_, reset_until_);
  reset_asked_ = false;
  if (key == kEquals) {
    begin_recording();
  } else if (key == kEnd) {
    player_.lock();
  } else if (key == kDelete && again) {
    reset();
  } else if (key == kDelete) {
    reset_asked_ = true;
    reset_until_ = now_ + kResetTime;
    tell(Notice::reset_asked);
  }
}

void Device::reset() {
  if (!mounted_) return tell(Notice::no_flash);
  editor_.release(edit::User::repair);
  if (editor_.user() != edit::User::nobody) return tell(Notice::reset_busy);
  const Status status = store_.reset();
  if (status == Status::ok) unmute();
  tell(status == Status::ok ? Notice::reset : Notice::reset_failed);
}

void Device::begin_recording() {
  if (!mounted_) return tell(Notice::no_flash);
  if (editing()) return tell(Notice::recording_busy);
  if (drive_.waits()) return tell(Notice::recording_waits);
  recorder_.begin();
  tell(Notice::recording);
}

// ---- The keyboard -------------------------------------------------------------------------------

void Device::key(const engine::KeyEvent& event) {
  const KeyWatch::Sign sign = keys_.see(event, player_.leader());
  if (edit_key_down_ && event.usage == kEquals) {
    edit_key_down_ = event.down;
    return;
  }
  if (sign == KeyWatch::Sign::edit) {
    edit_key_down_ = true;
    // Nor do the Shift keys mean anything more.
    player_.engine().cancel_all();
    return toggle_drive();
  }
  typed_ = true;
  if (sign == KeyWatch::Sign::cancel) recorder_.cancel();
  player_.key(event);
}

void Device::disconnected() {
  recorder_.cancel();
  player_.disconnected();
  if (mounted_) drive_.disconnected();
}

// ---- What the drive tells -----------------------------------------------------------------------

void Device::write_damage(TextSink& sink) {
  const store::DamageScan& damage = repair_.damage();
  const std::uint32_t places = damage.gaps();
  if (places == 0) return;
  TextWriter out{sink};
  drive::write_text(out, drive::DriveText::gaps, &places);
  write_place(roll_, store_.roll(), damage.first(), out);
  out << "\n";
}

void Device::write_status(TextSink& sink) {
  TextWriter out{sink};
  drive::write_text(out, drive::DriveText::no_passphrase);
  if (muted_) drive::write_text(out, drive::DriveText::rescue);
  if (store_.lost_state()) drive::write_text(out, drive::DriveText::state_lost);
  // What is damaged or lost now is told already.
  const bool told = notice_ == Notice::text_damaged || notice_ == Notice::state_lost;
  if (notice_ != Notice::none && !told) {
    const bool asked = notice_ < Notice::index_repaired;
    drive::write_text(out, asked ? drive::DriveText::last_command : drive::DriveText::at_start);
    write_notice(out, notice_);
    out << ".\n";
  }
  const std::uint32_t by_host = player_.engine().taps_lost_by_host();
  const std::uint32_t lost = player_.engine().lost_taps() - by_host;
  if (lost > 0) drive::write_text(out, drive::DriveText::taps_lost, &lost);
  if (by_host > 0) drive::write_text(out, drive::DriveText::taps_lost_by_host, &by_host);
  if (errors_.size() == 0) return;
  drive::write_text(out, drive::DriveText::macros_failed);
  errors_.write(roll_, out);
}

}  // namespace pianola::device
