#include "engine/unicode.hpp"

#include <algorithm>
#include <bit>
#include <optional>

namespace pianola::engine {

using hid::keyboard_usage;
using hid::Usage;

namespace {

// HID Usage Tables, chapter "Keyboard/Keypad Page".
constexpr Usage kKeypadPlus = keyboard_usage(0x57);
constexpr std::uint8_t kKeypad1 = 0x59;
constexpr std::uint8_t kKeypad0 = 0x62;

constexpr char32_t kLastUnit = 0xFFFF;
constexpr unsigned kUnitDigits = 4;

/// The two UTF-16 units of a character above kLastUnit, the first one above (RFC 2781,
/// section 2.1).
constexpr char32_t surrogates(char32_t character) {
  const char32_t rest = character - 0x10000;
  return ((0xD800 | (rest >> 10)) << 16) | 0xDC00 | (rest & 0x3FF);
}

constexpr char32_t hex(unsigned digit) { return digit < 10 ? U'0' + digit : U'a' + (digit - 10); }

/// A digit's key on the US layout: those from 0 to 9 stand from 1 to 0.
Usage us_key(unsigned digit) {
  if (digit >= 10) return static_cast<Usage>(hid::id(hid::kKeyA) + (digit - 10));
  return digit == 0 ? hid::kKey0 : static_cast<Usage>(hid::id(hid::kKey1) + (digit - 1));
}

/// What types `character`, which is of ASCII, on the layout.
Chord typed(char32_t character, const hid::Layout& layout, bool caps_lock) {
  hid::Strokes strokes = layout.strokes(character, caps_lock);
  if (strokes.count == 0) strokes = layout.strokes(character);
  return {strokes.stroke[0].mods, keyboard_usage(strokes.stroke[0].usage)};
}

/// The layout's key for a letter, whatever it takes to type it.
Usage letter_key(char32_t letter, const hid::Layout& layout) {
  return keyboard_usage(layout.key_of(letter).value_or(std::uint8_t{0}));
}

Usage keypad_or_letter(unsigned digit, const hid::Layout& layout) {
  if (digit >= 10) return letter_key(hex(digit), layout);
  return keyboard_usage(digit == 0 ? kKeypad0 : static_cast<std::uint8_t>(kKeypad1 + digit - 1));
}

}  // namespace

unsigned UnicodeEntry::digits() const {
  if (method == UnicodeMethod::macos_hex && character > kLastUnit) return 2 * kUnitDigits;
  const auto needed = (static_cast<unsigned>(std::bit_width(std::uint32_t{character})) + 3) / 4;
  const unsigned digits = std::max(needed, kUnitDigits);
  const bool letter = (character >> (4 * (digits - 1))) >= 10;
  return method == UnicodeMethod::wincompose && letter ? digits + 1 : digits;
}

/// The digit number `index`, from the left.
unsigned UnicodeEntry::digit(unsigned index) const {
  const bool pair = method == UnicodeMethod::macos_hex && character > kLastUnit;
  const char32_t value = pair ? surrogates(character) : character;
  return (value >> (4 * (digits() - 1 - index))) & 0xFU;
}

std::uint8_t UnicodeEntry::chords() const {
  const unsigned around[] = {0, 2, 2, 1, 3};
  const auto number = static_cast<std::size_t>(method);
  const bool too_far = method == UnicodeMethod::windows_hex && character > kLastUnit;
  if (method == UnicodeMethod::off || too_far) return 0;
  return static_cast<std::uint8_t>(digits() + around[number]);
}

Chord UnicodeEntry::chord(unsigned index, const hid::Layout& layout, bool caps_lock) const {
  const bool last = index + 1U == chords();
  switch (method) {
    case UnicodeMethod::off:
      break;
    case UnicodeMethod::linux_hex:
      if (index == 0) return {hid::kLCtrl | hid::kLShift, letter_key(U'u', layout)};
      if (last) return {0, hid::kSpace};
      return typed(hex(digit(index - 1)), layout, caps_lock);
    case UnicodeMethod::windows_hex:
      if (index == 0) return {hid::kLAlt, kKeypadPlus};
      if (last) return {};
      return {hid::kLAlt, keypad_or_letter(digit(index - 1), layout)};
    case UnicodeMethod::macos_hex:
      if (last) return {};
      return {hid::kLAlt, us_key(digit(index))};
    case UnicodeMethod::wincompose:
      if (index == 0) return {0, hid::kRightAlt};
      if (index == 1) return typed(U'u', layout, caps_lock);
      if (last) return {0, hid::kEnter};
      return typed(hex(digit(index - 2)), layout, caps_lock);
  }
  return {};
}

}  // namespace pianola::engine
