#include "device/definition_recorder.hpp"

#include <algorithm>
#include <utility>

#include "base/status.hpp"
#include "device/text_scan.hpp"

namespace pianola::device {

namespace {

/// The modifiers as triggers name them when the side does not matter: bit 0 ctrl … bit 3 gui.
constexpr std::uint8_t either_side(hid::Modifiers mods) {
  return static_cast<std::uint8_t>((mods | mods >> 4) & 0xFU);
}

/// Whether people would miss the key as it was: letters, digits, Enter, Space (HID Usage Tables,
/// "Keyboard/Keypad Page").
constexpr bool is_typed_with(hid::Usage key) {
  return (key >= hid::keyboard_usage(0x04) && key <= hid::keyboard_usage(0x28)) ||
         key == hid::keyboard_usage(0x2C);
}

/// The definition that a press of `usage` with the modifiers `mods` has outside layers.
bool find_press(store::CurrentRoll& roll, lang::TriggerMods mods, hid::Usage usage,
                lang::IndexEntry& out) {
  const auto number = static_cast<std::uint32_t>(usage);
  return index_find(roll.in_force(), trigger_key(0, lang::TriggerKind::press, mods, number), out);
}

}  // namespace

// ---- Recording ----------------------------------------------------------------------------------

DefinitionRecorder::DefinitionRecorder(const player::Player& player, store::CurrentRoll& roll,
                                       edit::Editor& editor, std::span<char> text)
    : player_(player), roll_(roll), editor_(editor), strokes_(text), source_(roll) {}

void DefinitionRecorder::begin() {
  state_ = State::trigger;
  watch_ = {};
  lone_ = hid::kNoKey;
  asked_ = hid::kNoKey;
  notice_ = Notice::none;
  key_at_ = player_.now();
}

void DefinitionRecorder::cancel() {
  if (!active() || saving()) return;
  state_ = State::idle;
  notice_ = Notice::recording_cancelled;
}

bool DefinitionRecorder::take_key(const engine::KeyEvent& event) {
  if (!active() || saving() || state_ == State::complete) return false;
  key_at_ = player_.now();
  const bool ends = watch_.see(event, player_.leader()) == KeyWatch::Sign::leader;
  if (state_ == State::ending) return event.down;
  if (ends) {
    if (state_ == State::trigger) {
      cancel();
    } else {
      state_ = player_.engine().tasks() != 0 ? State::ending : State::complete;
      ending_at_ = player_.now();
    }
    return true;
  }
  return state_ == State::trigger && take_trigger(event);
}

/// A key before there is a trigger.
bool DefinitionRecorder::take_trigger(const engine::KeyEvent& event) {
  if (!event.down) {
    // One that went down before is still somebody's.
    if (event.usage == lone_) set_trigger(0, lone_);
    return false;
  }
  if (hid::is_modifier(event.usage)) {
    const bool alone = watch_.mods() == hid::modifier_bit(event.usage);
    lone_ = alone ? event.usage : hid::kNoKey;
  } else if (watch_.mods() == 0 && is_typed_with(event.usage) && event.usage != asked_) {
    asked_ = event.usage;
    notice_ = Notice::recording_again;
  } else {
    set_trigger(watch_.mods(), event.usage);
  }
  return true;
}

/// Takes the trigger, and its modifiers as they stand in the text: as the definition that there is
/// already has them, else without sides.
void DefinitionRecorder::set_trigger(hid::Modifiers mods, hid::Usage key) {
  key_ = key;
  mods_ = mods;
  lang::IndexEntry entry;
  lang::TriggerMods names{.exact = 0, .either = either_side(mods)};
  const lang::TriggerMods exact{.exact = mods, .either = 0};
  if (!find_press(roll_, names, key, entry) && find_press(roll_, exact, key, entry)) names = exact;
  strokes_.begin(names, key_name(key, player_.layout()));
  shown_ = player_.engine().shown();
  state_ = State::keys;
}

void DefinitionRecorder::sent(const hid::Report& report) {
  if (state_ != State::keys && state_ != State::ending) return;
  strokes_.note(shown_, report, player_.layout(), player_.caps_lock());
  shown_ = report;
}

// ---- Saving -------------------------------------------------------------------------------------

/// Decides which bytes of the text give way to the definition.
void DefinitionRecorder::find_place() {
  lang::IndexEntry entry;
  const lang::TriggerMods exact{.exact = mods_, .either = 0};
  const lang::TriggerMods either{.exact = 0, .either = either_side(mods_)};
  if (!find_press(roll_, either, key_, entry) && !find_press(roll_, exact, key_, entry)) {
    const std::uint32_t end = roll_.text_size();
    char last = '\n';
    if (end != 0) roll_.read_text(end - 1, {&last, 1});
    const bool line_ended = last == '\n' || last == '\r';
    source_.replace(end, end, line_ended ? strokes_.text() : strokes_.text_on_new_line());
    return;
  }
  const std::uint32_t position = lang::position_of(roll_.in_force(), entry.record);
  const std::uint32_t begin = roll_.begin_of(position);
  FirstToken token{begin};
  store::CurrentText text{roll_};
  find_tokens(text, begin, {&token, 1});
  const std::uint32_t end = roll_.begin_of(position + 1);
  source_.replace(std::min(token.offset, end), end, strokes_.text());
}

Next DefinitionRecorder::next() const {
  if (saving()) return Next::time(player_.now());
  if (!active()) return {};
  return Next::time(ended() ? ending_at_ + kPatience : key_at_ + kIdleTime);
}

Notice DefinitionRecorder::step() {
  if (notice_ != Notice::none) return std::exchange(notice_, Notice::none);
  return saving() ? save() : look_on();
}

/// step() when nothing is being saved; apart, so that its state does not lie below a save's.
[[gnu::noinline]] Notice DefinitionRecorder::look_on() {
  if (active() && !ended() && reached(player_.now(), key_at_ + kIdleTime)) {
    state_ = State::idle;
    return Notice::recording_left;
  }
  const bool complete =
      ended() && (player_.engine().idle() || reached(player_.now(), ending_at_ + kPatience));
  return complete ? begin_to_save() : Notice::none;
}

Notice DefinitionRecorder::begin_to_save() {
  state_ = State::idle;
  strokes_.end(player_.layout());
  if (editor_.user() != edit::User::nobody) return Notice::recording_busy;
  if (strokes_.empty()) return Notice::recording_empty;
  if (strokes_.too_long()) return Notice::recording_too_long;
  find_place();
  editor_.claim(edit::User::recorder);
  editor_.save(source_, diagnostics_);
  state_ = State::saving;
  return Notice::none;
}

Notice DefinitionRecorder::save() {
  const bool mine = editor_.user() == edit::User::recorder;
  const Status status = mine ? editor_.step() : Status::errors;
  if (status == Status::more) return Notice::none;
  state_ = State::idle;
  if (!mine) return Notice::recording_busy;
  editor_.release(edit::User::recorder);
  switch (status) {
    case Status::ok:
      return Notice::recorded;
    case Status::errors:
      return Notice::recording_refused;
    case Status::full:
      return Notice::recording_no_room;
    default:
      return Notice::recording_failed;
  }
}

}  // namespace pianola::device
