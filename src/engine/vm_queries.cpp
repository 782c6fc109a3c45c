// The instructions that ask how things stand.

#include <algorithm>
#include <limits>

#include "base/ascii.hpp"
#include "base/capitals.hpp"
#include "base/time.hpp"
#include "engine/vm.hpp"

namespace pianola::engine {

using hid::Modifiers;
using hid::Usage;
using lang::Query;

namespace {

/// A time as the language counts it: modulo 2^31.
constexpr std::uint32_t kTimeMask = 0x7FFFFFFF;

}  // namespace

/// The key that `key` means on the task's layout, whatever modifiers a character needs; kNoKey if
/// there is none.
Usage Vm::usage_of(lang::KeyRef key) {
  if (!key.is_character()) return static_cast<Usage>(key.value());
  const auto found = hid::layouts()[task().layout].key_of(key.value());
  return found ? hid::keyboard_usage(*found) : hid::kNoKey;
}

/// The modifiers that count, and those of the events that the task knows of.
Modifiers Vm::held_modifiers() {
  Modifiers mods = core_.mixer.held_modifiers().all;
  const std::size_t known = known_events();
  for (std::size_t i = 0; i < known; ++i) {
    const KeyEvent event = core_.input.at(i);
    const Modifiers bit = hid::modifier_bit(event.usage);
    mods = static_cast<Modifiers>(event.down ? mods | bit : mods & ~bit);
  }
  return mods;
}

/// For how long the trigger has been pressed, in ms.
std::uint32_t Vm::elapsed() {
  return std::min<std::uint32_t>(core_.now - task().pressed_at,
                                 std::numeric_limits<std::int32_t>::max());
}

/// Whether a key was pressed after the one that started it all; without one, since the macro
/// started.
bool Vm::interrupted() {
  if (core_.presses != task().press) return true;
  const std::size_t known = known_events();
  for (std::size_t i = 0; i < known; ++i) {
    const KeyEvent event = core_.input.at(i);
    // The second key of two that start a macro together belongs to the press that was counted.
    const bool counted =
        core_.input.consumed(i) && core_.mixer.holds().contains(key_owner(event.usage));
    if (event.down && !counted) return true;
  }
  return false;
}

/// What the last key typed by the layout of the file; 0 if that is nothing.
char32_t Vm::last_typed() {
  const LastKey& last = core_.last_key;
  if (last.started() || page(last.key) != hid::Page::keyboard) return 0;
  const hid::Layout layout = hid::layouts()[core_.settings.layout];
  return layout.decode({last.mods(), static_cast<std::uint8_t>(last.key)});
}

Vm::Flow Vm::on_query(const Operands& operands) {
  if (operands.value[0] >= lang::kQueryCount) return fail(ErrorCode::code);
  switch (static_cast<Query>(operands.value[0])) {
    case Query::held:
      push(trigger_held());
      break;
    case Query::released:
      push(!trigger_held());
      break;
    case Query::interrupted:
      push(interrupted());
      break;
    case Query::elapsed:
      push(Value::integer(static_cast<std::int32_t>(elapsed())));
      break;
    case Query::double_tap:
      push(task().doubled != 0);
      break;
    case Query::pending:
      push(Value::integer(static_cast<std::int32_t>(core_.input.size())));
      break;
    case Query::recording:
      push(core_.recorder.recording());
      break;
    case Query::time:
      push(Value::integer(static_cast<std::int32_t>(core_.now & kTimeMask)));
      break;
    case Query::last_letter:
      push(is_latin_letter(last_typed()));
      break;
    case Query::last_digit:
      push(is_digit(last_typed()));
      break;
  }
  return Flow::next;
}

Vm::Flow Vm::on_held_key(const Operands& operands) {
  const Usage key = usage_of(lang::KeyRef::from_raw(operands.value[0]));
  push(core_.input.down_after(key, known_events()));
  return Flow::next;
}

Vm::Flow Vm::on_last_key(const Operands& operands) {
  push(usage_of(lang::KeyRef::from_raw(operands.value[0])) == core_.last_key.key);
  return Flow::next;
}

Vm::Flow Vm::on_mods_held(const Operands& operands) {
  const unsigned held = held_modifiers();
  const unsigned sides = held | (held >> 4);
  push((operands.value[0] & ~held) == 0 && (operands.value[1] & ~sides) == 0);
  return Flow::next;
}

Vm::Flow Vm::on_led(const Operands& operands) {
  push((core_.leds & operands.value[0]) != 0);
  return Flow::next;
}

Vm::Flow Vm::on_layer_active(const Operands& operands) {
  const Usage layer = core_.layer_usage(operands.value[0]);
  if (layer == hid::kNoKey) return fail(ErrorCode::layer);
  push(std::ranges::any_of(core_.mixer.holds().all(),
                           [=](const Hold& hold) { return hold.usage() == layer; }));
  return Flow::next;
}

Vm::Flow Vm::on_running(const Operands& operands) {
  Found found;
  if (!find_macro(operands.value[0], found)) return fail(ErrorCode::macro);
  std::int32_t count = 0;
  for (std::size_t i = 0; i < core_.tasks.capacity(); ++i) {
    const Task& other = core_.tasks[static_cast<TaskIndex>(i)];
    if (other.is() != TaskState::free && other.entry == found.position) ++count;
  }
  push(Value::integer(count));
  return Flow::next;
}

Vm::Flow Vm::on_elapsed_reached(const Operands&) {
  const Value value = pop();
  if (!value.is_integer()) return fail(ErrorCode::type);
  const std::int32_t wanted = std::max(value.number(), std::int32_t{0});
  const bool over = elapsed() >= static_cast<std::uint32_t>(wanted);
  if (!over) note_timer(task().pressed_at + static_cast<std::uint32_t>(wanted));
  push(over);
  return Flow::next;
}

Vm::Flow Vm::on_time_reached(const Operands&) {
  const Value value = pop();
  if (!value.is_integer()) return fail(ErrorCode::type);
  const auto time = static_cast<std::int32_t>(core_.now & kTimeMask);
  const bool over = time >= value.number();
  if (!over) note_timer(core_.now + static_cast<std::uint32_t>(value.number() - time));
  push(over);
  return Flow::next;
}

}  // namespace pianola::engine
