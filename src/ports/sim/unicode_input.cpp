#include "ports/sim/unicode_input.hpp"

#include "base/ascii.hpp"

namespace pianola::sim {
namespace {

using engine::UnicodeMethod;

constexpr hid::Modifiers kCtrl = hid::kLCtrl | hid::kRCtrl;
constexpr hid::Modifiers kShift = hid::kLShift | hid::kRShift;

// HID Usage Tables, chapter "Keyboard/Keypad Page".
constexpr std::uint8_t kKeypadPlus = 0x57;
constexpr std::uint8_t kKeypad1 = 0x59;
constexpr std::uint8_t kKeypad0 = 0x62;

/// What WinCompose makes of Compose, u and a.
constexpr char32_t kBreveA = U'\u0103';

constexpr int kNoDigit = -1;

int hex_value(char32_t c) {
  if (c >= U'0' && c <= U'9') return static_cast<int>(c - U'0');
  if (c >= U'a' && c <= U'f') return static_cast<int>(c - U'a') + 10;
  return c >= U'A' && c <= U'F' ? static_cast<int>(c - U'A') + 10 : kNoDigit;
}

int keypad_value(std::uint8_t usage) {
  if (usage < kKeypad1 || usage > kKeypad0) return kNoDigit;
  return usage == kKeypad0 ? 0 : usage - kKeypad1 + 1;
}

const hid::Layout& us_layout() { return *hid::find_layout("us"); }

}  // namespace

char32_t UnicodeInput::modifiers(hid::Modifiers mods) {
  const hid::Modifiers before = mods_;
  mods_ = mods;
  if (mods != 0 && before == 0) alone_ = true;
  const bool compose = method_ == UnicodeMethod::wincompose && before == hid::kRAlt;
  if (compose && mods == 0 && alone_) composing_ = true;
  const bool held = method_ == UnicodeMethod::windows_hex || method_ == UnicodeMethod::macos_hex;
  return open_ && held && (mods & hid::kLAlt) == 0 ? finish() : char32_t{0};
}

bool UnicodeInput::key(hid::Stroke stroke, bool caps_lock, char32_t& complete) {
  complete = 0;
  alone_ = false;
  if (!open_) return begins(stroke, caps_lock);
  if (ends(hid::keyboard_usage(stroke.usage))) {
    complete = finish();
    return true;
  }
  const int value = digit(stroke, caps_lock);
  const bool breve = method_ == UnicodeMethod::wincompose && digits_ == 0 && value == 10;
  if (value == kNoDigit || breve) {
    finish();
    if (breve) complete = kBreveA;
    return breve;
  }
  add(value);
  return true;
}

bool UnicodeInput::begins(hid::Stroke stroke, bool caps_lock) {
  const bool u = layout_.key_of(U'u') == stroke.usage;
  const bool composing = composing_;
  composing_ = false;
  switch (method_) {
    case UnicodeMethod::off:
      return false;
    case UnicodeMethod::linux_hex:
      // GTK looks for the keysym of the capital.
      open_ = u && (stroke.mods & kCtrl) != 0 && (stroke.mods & kShift) != 0 && !caps_lock;
      break;
    case UnicodeMethod::windows_hex:
      open_ = stroke.usage == kKeypadPlus && (stroke.mods & hid::kLAlt) != 0;
      break;
    case UnicodeMethod::macos_hex:
      open_ = stroke.mods == hid::kLAlt && digit(stroke, caps_lock) != kNoDigit;
      if (open_) add(digit(stroke, caps_lock));
      break;
    case UnicodeMethod::wincompose:
      open_ = u && composing;
      break;
  }
  return open_;
}

bool UnicodeInput::ends(hid::Usage key) const {
  if (method_ == UnicodeMethod::linux_hex) return key == hid::kSpace || key == hid::kEnter;
  return method_ == UnicodeMethod::wincompose && key == hid::kEnter;
}

int UnicodeInput::digit(hid::Stroke stroke, bool caps_lock) const {
  switch (method_) {
    case UnicodeMethod::macos_hex:
      return hex_value(us_layout().decode({0, stroke.usage}));
    case UnicodeMethod::windows_hex: {
      const int value = keypad_value(stroke.usage);
      return value != kNoDigit ? value : hex_value(layout_.decode({0, stroke.usage}));
    }
    default:
      return hex_value(layout_.decode(stroke, caps_lock));
  }
}

void UnicodeInput::add(int digit) {
  if (method_ == UnicodeMethod::macos_hex && digits_ == 4) {
    surrogate_ = number_;
    number_ = 0;
  }
  number_ = number_ << 4 | static_cast<std::uint32_t>(digit);
  ++digits_;
}

char32_t UnicodeInput::finish() {
  const bool pair = surrogate_ >= 0xD800 && surrogate_ <= 0xDBFF;  // RFC 2781, section 2.2
  const std::uint32_t low = number_ & 0x3FFU;
  const std::uint32_t number = pair ? 0x10000U + ((surrogate_ & 0x3FFU) << 10 | low) : number_;
  const bool enough = digits_ >= 4;
  open_ = false;
  number_ = surrogate_ = 0;
  digits_ = 0;
  if (method_ == UnicodeMethod::windows_hex) return enough ? number & 0xFFFFU : 0;
  return enough ? static_cast<char32_t>(number) : char32_t{0};
}

}  // namespace pianola::sim
