#include "ports/sim/text_view.hpp"

#include <string_view>

#include "base/utf8.hpp"

namespace pianola::sim {
namespace {

constexpr std::uint8_t kNumLed = 0x01;
constexpr std::uint8_t kCapsLed = 0x02;
constexpr std::uint8_t kScrollLed = 0x04;
constexpr hid::Modifiers kShortcutMods =
    hid::kLCtrl | hid::kRCtrl | hid::kLAlt | hid::kLGui | hid::kRGui;

std::uint8_t led_of(hid::Usage key) {
  if (key == hid::kNumLock) return kNumLed;
  if (key == hid::kCapsLock) return kCapsLed;
  return key == hid::kScrollLock ? kScrollLed : std::uint8_t{0};
}

/// The character of a key that has the same one in all layouts; 0 for others.
char32_t control_character(hid::Usage key) {
  if (key == hid::kEnter) return U'\n';
  return key == hid::kTab ? U'\t' : char32_t{0};
}

}  // namespace

bool TextView::caps_lock() const { return (leds_ & kCapsLed) != 0; }

TextView::Effect TextView::take(const hid::Report& report) {
  hid::KeySet pressed = report.keys;
  pressed -= last_.keys;
  last_ = report;
  Effect effect;
  type(unicode_.modifiers(report.mods), effect);
  pressed.for_each([&](std::uint8_t usage) { key({report.mods, usage}, effect); });
  return effect;
}

/// 0 is no character.
void TextView::type(char32_t character, Effect& effect) {
  if (character == 0) return;
  text_ += character;
  effect.typed += character;
}

void TextView::backspace(Effect& effect) {
  if (!dead_.empty()) {
    dead_.clear();
  } else if (text_.empty()) {
    effect.silent.push_back(hid::kBackspace);
  } else {
    text_.pop_back();
    if (effect.typed.empty()) {
      ++effect.erased;
    } else {
      effect.typed.pop_back();
    }
  }
}

void TextView::end_dead_key(Effect& effect) {
  if (dead_.empty()) return;
  const hid::Stroke space{0, static_cast<std::uint8_t>(hid::kSpace)};
  const char32_t shown = layout_.compose(dead_.front(), space, caps_lock());
  dead_.clear();
  type(shown, effect);
}

/// Returns whether the stroke is one that has to do with text.
bool TextView::character(hid::Stroke stroke, Effect& effect) {
  if (!dead_.empty()) {
    const char32_t composed = layout_.compose(dead_.front(), stroke, caps_lock());
    if (composed != 0) {
      dead_.clear();
      type(composed, effect);
      return true;
    }
  }
  const bool dead = layout_.is_dead(stroke, caps_lock());
  const char32_t shown = dead ? 0 : layout_.decode(stroke, caps_lock());
  if (!dead && shown < U' ') return false;
  end_dead_key(effect);
  if (dead) dead_ = {stroke};
  type(shown, effect);
  return true;
}

void TextView::key(hid::Stroke stroke, Effect& effect) {
  const hid::Usage pressed = hid::keyboard_usage(stroke.usage);
  char32_t entered = 0;
  if (unicode_.key(stroke, caps_lock(), entered)) return type(entered, effect);
  if (const std::uint8_t led = led_of(pressed); led != 0) {
    leds_ = static_cast<std::uint8_t>(leds_ ^ led);
    effect.silent.push_back(pressed);
    return;
  }
  const bool shortcut = (stroke.mods & kShortcutMods) != 0;
  const char32_t control = control_character(pressed);
  if (!shortcut && pressed == hid::kBackspace) {
    backspace(effect);
  } else if (!shortcut && control != 0) {
    end_dead_key(effect);
    type(control, effect);
  } else if (!character(stroke, effect)) {
    effect.silent.push_back(pressed);
  }
}

std::string TextView::text() const {
  std::string utf8;
  for (const char32_t c : text_) utf8 += std::string_view{encode_utf8(c)};
  return utf8;
}

}  // namespace pianola::sim
