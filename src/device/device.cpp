#include "device/device.hpp"

#include <array>

#include "base/status.hpp"
#include "engine/core.hpp"
#include "engine/settings.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/settings.hpp"

namespace pianola::device {

namespace {

/// How often a host that sleeps is woken while a report waits for it, in ms.
constexpr Time kWakeInterval = 500;

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
      keyboard_leds_(parts.leds),
      store_(parts.flash, parts.store_memory),
      roll_(store_),
      editor_(store_, parts.workspace),
      drive_(store_, roll_, *this, editor_),
      engine_(parts.engine, played_, *this, errors_, this),
      recorder_(roll_, editor_, parts.recording) {}

store::Mount Device::start(Time now, const StartOptions& options) {
  now_ = now;
  store::Mount mount = store_.mount();
  if (mount == store::Mount::unformatted) {
    mount = store_.format() == Status::ok ? store::Mount::ok : store::Mount::failed;
  }
  mounted_ = mount == store::Mount::ok;
  engine_.seed(options.seed);
  played_.mute(options.rescue);
  if (mounted_) {
    drive_.start(now);
    if (options.rescue) drive_.insert();
  }
  load_settings();
  was_inserted_ = mounted_ && drive_.inserted();
  had_drive_ = has_drive();
  return mount;
}

/// Reads from the roll what the device itself goes by.
void Device::load_settings() {
  epoch_ = played_.epoch();
  std::array<std::uint8_t, 32> window{};
  lang::CodeReader reader{played_, window};
  hidden_ = hides_drive(played_, reader);
  const engine::Settings settings = engine::load_settings(played_, reader);
  layout_ = settings.layout;
  leader_ = settings.leader;
  errors_.clear();
}

void Device::tell(Notice notice) {
  notice_ = notice;
  ++notices_;
}

// ---- Running ------------------------------------------------------------------------------------

Next Device::step(Time now) {
  now_ = now;
  Next next;
  if (mounted_) {
    next = drive_.step(now);
    watch_drive();
  }
  if (played_.epoch() != epoch_) load_settings();
  next = sooner(next, engine_.step(now));
  record();
  // The engine has to take the macros that were just saved before the next key is pressed: what is
  // pressed before that is cancelled with the old ones.
  if (recorder_.saving() || played_.epoch() != epoch_) return Next::time(now);
  next = sooner(next, recorder_.next());
  if (lock_asked_ || edit_asked_ || leader_key_ != hid::kNoKey) {
    obey();
    return Next::time(now);
  }
  return sooner(next, watch_kind());
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
  if (was_inserted_ && !inserted) engine_.cancel_all();
  was_inserted_ = inserted;
  const bool repaired = drive_.outcome() == drive::Drive::Outcome::taken;
  if (played_.muted() && repaired && !editing()) played_.mute(false);
}

void Device::obey() {
  if (lock_asked_) {
    lock_asked_ = false;
    engine_.cancel_all();
    engine_.event(lang::Event::lock);
  }
  if (edit_asked_) {
    edit_asked_ = false;
    toggle_drive();
  }
  if (leader_key_ != hid::kNoKey) {
    const hid::Usage key = leader_key_;
    leader_key_ = hid::kNoKey;
    command(key);
  }
}

void Device::toggle_drive() {
  if (!mounted_) return tell(Notice::no_flash);
  cancel_recording();
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
  if (key == kEnd) {
    lock_asked_ = true;
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
  if (editor_.user() != edit::User::nobody) return tell(Notice::reset_busy);
  const Status status = store_.reset();
  if (status == Status::ok) played_.mute(false);
  tell(status == Status::ok ? Notice::reset : Notice::reset_failed);
}

// ---- Recording ----------------------------------------------------------------------------------

/// A recording begins at once: the next key that waits is its trigger.
void Device::leader_key(hid::Usage key) {
  if (key == kEquals) begin_recording();
  leader_key_ = key;
}

void Device::begin_recording() {
  if (!mounted_) return tell(Notice::no_flash);
  if (editing()) return tell(Notice::recording_busy);
  recorder_.begin();
  tell(Notice::recording);
}

void Device::cancel_recording() {
  if (!recorder_.active() || recorder_.saving()) return;
  recorder_.cancel();
  tell(Notice::recording_cancelled);
}

bool Device::take_key(const engine::KeyEvent& event) {
  if (!recorder_.active()) return false;
  const bool taken = recorder_.key(event, leader_, layout(), engine_.tasks() != 0, now_);
  if (!recorder_.active()) tell(Notice::recording_cancelled);
  return taken;
}

/// Goes on with what was recorded on the keys.
void Device::record() {
  Notice notice = Notice::none;
  if (recorder_.saving()) {
    notice = recorder_.step();
  } else if (recorder_.complete(now_, engine_.idle())) {
    notice = recorder_.end(layout());
  }
  if (notice != Notice::none) tell(notice);
}

// ---- The keyboard -------------------------------------------------------------------------------

void Device::key(const engine::KeyEvent& event) {
  const KeyWatch::Sign sign = keys_.see(event, leader_);
  if (edit_key_down_ && event.usage == kEquals) {
    edit_key_down_ = event.down;
    return;
  }
  if (sign == KeyWatch::Sign::edit) {
    edit_key_down_ = true;
    edit_asked_ = true;
    // Nor do the Shift keys mean anything more.
    engine_.cancel_all();
    return;
  }
  if (sign == KeyWatch::Sign::cancel) cancel_recording();
  engine_.key(event);
}

void Device::host_leds(std::uint8_t leds) {
  engine_.host_leds(leds);
  if (leds_known_ && leds == leds_) return;
  leds_ = leds;
  leds_known_ = true;
  keyboard_leds_.show(leds);
}

// ---- The host -----------------------------------------------------------------------------------

void Device::disconnected() {
  suspended_ = false;
  shown_ = {};
  cancel_recording();
  engine_.disconnected();
  if (mounted_) drive_.disconnected();
}

/// A host that sleeps takes nothing, and is woken by what goes down; not by what goes up, such as
/// the key that put it to sleep.
bool Device::send(const hid::Report& report) {
  if (suspended_) {
    const bool due = !woken_ || reached(now_, wake_at_);
    if (due && (!report.empty() || report.moves())) {
      woken_ = true;
      wake_at_ = now_ + kWakeInterval;
      host_.wake();
    }
    return false;
  }
  woken_ = false;
  if (!host_.send(report)) return false;
  const bool caps_lock = (leds_ & engine::kCapsLockLed) != 0;
  recorder_.report(shown_, report, layout(), caps_lock);
  shown_ = report;
  return true;
}

void Device::write_status(TextSink& sink) {
  TextWriter out{sink};
  out << "Passphrase: none, so nothing is locked\n";
  if (played_.muted()) out << "Rescue: no macros run until a macros.txt is taken.\n";
  if (notice_ != Notice::none) out << "Last command on the keys: " << notice_text(notice_) << ".\n";
  if (engine_.lost_taps() != 0) {
    out << "Taps lost because too much was typed at once: ";
    out.decimal(engine_.lost_taps()) << "\n";
  }
  if (errors_.size() == 0) return;
  out << "Macros that failed since they were saved, and the line where each begins:\n";
  errors_.write(roll_, out);
}

}  // namespace pianola::device
