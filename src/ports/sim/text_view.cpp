#include "ports/sim/text_view.hpp"

#include <string_view>

#include "hid/utf8.hpp"

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

void TextView::take(const hid::Report& report) {
  hid::KeySet pressed = report.keys;
  pressed -= last_.keys;
  last_ = report;
  pressed.for_each([&](std::uint8_t usage) { key(report.mods, usage); });
}

void TextView::end_dead_key() {
  if (dead_.empty()) return;
  const hid::Stroke space{0, static_cast<std::uint8_t>(hid::kSpace)};
  const char32_t shown = layout_.compose(dead_.front(), space, caps_lock());
  dead_.clear();
  if (shown != 0) text_ += shown;
}

void TextView::character(hid::Stroke stroke) {
  if (!dead_.empty()) {
    const char32_t composed = layout_.compose(dead_.front(), stroke, caps_lock());
    if (composed != 0) {
      dead_.clear();
      text_ += composed;
      return;
    }
  }
  const bool dead = layout_.is_dead(stroke, caps_lock());
  const char32_t shown = dead ? 0 : layout_.decode(stroke, caps_lock());
  if (!dead && shown < U' ') return;
  end_dead_key();
  if (dead) dead_ = {stroke};
  if (shown != 0) text_ += shown;
}

void TextView::key(hid::Modifiers mods, std::uint8_t usage) {
  const hid::Usage pressed = hid::keyboard_usage(usage);
  if (const std::uint8_t led = led_of(pressed); led != 0) {
    leds_ = static_cast<std::uint8_t>(leds_ ^ led);
    return;
  }
  const bool shortcut = (mods & kShortcutMods) != 0;
  if (!shortcut && pressed == hid::kBackspace) {
    if (!dead_.empty()) {
      dead_.clear();
    } else if (!text_.empty()) {
      text_.pop_back();
    }
  } else if (const char32_t control = control_character(pressed); !shortcut && control != 0) {
    end_dead_key();
    text_ += control;
  } else {
    character({mods, usage});
  }
}

std::string TextView::text() const {
  std::string utf8;
  for (const char32_t c : text_) utf8 += std::string_view{hid::encode_utf8(c)};
  return utf8;
}

}  // namespace pianola::sim
