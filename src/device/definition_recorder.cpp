#include "device/definition_recorder.hpp"

#include <algorithm>

#include "base/status.hpp"
#include "device/text_scan.hpp"

namespace pianola::device {

namespace {

/// The modifiers as triggers name them when the side does not matter: bit 0 ctrl … bit 3 gui.
constexpr std::uint8_t either_side(hid::Modifiers mods) {
  return static_cast<std::uint8_t>((mods | mods >> 4) & 0xFU);
}

/// The definition that a press of `usage` with the modifiers `mods` has outside layers.
bool find_press(lang::Roll& roll, lang::TriggerMods mods, hid::Usage usage, lang::IndexEntry& out) {
  const auto number = static_cast<std::uint32_t>(usage);
  return index_find(roll, trigger_key(0, lang::TriggerKind::press, mods, number), out);
}

}  // namespace

// ---- Recording ----------------------------------------------------------------------------------

DefinitionRecorder::DefinitionRecorder(store::CurrentRoll& roll, edit::Editor& editor,
                                       std::span<char> text)
    : roll_(roll), editor_(editor), strokes_(text), source_(roll) {}

void DefinitionRecorder::begin() {
  state_ = State::trigger;
  watch_ = {};
  lone_ = hid::kNoKey;
}

bool DefinitionRecorder::key(const engine::KeyEvent& event, hid::Usage leader,
                             const hid::Layout& layout, bool busy, Time now) {
  if (!active() || saving() || state_ == State::complete) return false;
  const bool ends = watch_.see(event, leader) == KeyWatch::Sign::leader;
  if (state_ == State::ending) return event.down;
  if (ends) {
    const State next = busy ? State::ending : State::complete;
    state_ = state_ == State::trigger ? State::idle : next;
    ending_at_ = now;
    return true;
  }
  if (state_ == State::keys) return false;
  if (!event.down) {
    // One that went down before is still somebody's.
    if (event.usage == lone_) set_trigger(0, lone_, layout);
    return false;
  }
  if (!hid::is_modifier(event.usage)) {
    set_trigger(watch_.mods(), event.usage, layout);
    return true;
  }
  const bool alone = watch_.mods() == hid::modifier_bit(event.usage);
  lone_ = alone ? event.usage : hid::kNoKey;
  return true;
}

/// Takes the trigger, and its modifiers as they stand in the text: as the definition that there is
/// already has them, else without sides.
void DefinitionRecorder::set_trigger(hid::Modifiers mods, hid::Usage key,
                                     const hid::Layout& layout) {
  key_ = key;
  mods_ = mods;
  lang::IndexEntry entry;
  lang::TriggerMods names{.exact = 0, .either = either_side(mods)};
  const lang::TriggerMods exact{.exact = mods, .either = 0};
  if (!find_press(roll_, names, key, entry) && find_press(roll_, exact, key, entry)) names = exact;
  strokes_.begin(names, key_name(key, layout));
  state_ = State::keys;
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
  const std::uint32_t position = lang::position_of(roll_, entry.record);
  const std::uint32_t begin = roll_.begin_of(position);
  FirstToken token{begin};
  find_tokens(roll_, begin, {&token, 1});
  const std::uint32_t end = roll_.begin_of(position + 1);
  source_.replace(std::min(token.offset, end), end, strokes_.text());
}

Notice DefinitionRecorder::end(const hid::Layout& layout) {
  state_ = State::idle;
  strokes_.end(layout);
  if (editor_.user() != edit::User::nobody) return Notice::recording_busy;
  if (strokes_.empty()) return Notice::recording_empty;
  if (strokes_.too_long()) return Notice::recording_too_long;
  find_place();
  editor_.claim(edit::User::recorder);
  editor_.save(source_, diagnostics_);
  state_ = State::saving;
  return Notice::none;
}

Notice DefinitionRecorder::step() {
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
