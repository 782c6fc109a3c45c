#pragma once

#include <cstdint>

namespace pianola::hid {

/// One HID usage of the pages that Pianola speaks, packed into 16 bits:
/// 0x0000–0x00FF keyboard page (07), 0x1000 | u consumer page (0C, u ≤ 0x3FF),
/// 0x2000 | u the system controls of the generic desktop page (01, u ≤ 0xFF),
/// 0x3000 | u button page (09, u from 1 to 8: the mouse), and
/// 0x4000 | n the macro keys M0 to M127 of a keymap, which no report can say.
enum class Usage : std::uint16_t {};

/// The pages that a Usage can be of.
enum class Page : std::uint8_t { keyboard, consumer, system, button, macro };

/// The largest usage number that consumer_usage() takes.
inline constexpr std::uint16_t kMaxConsumerId = 0x3FF;

/// The usage `id` of the keyboard page.
constexpr Usage keyboard_usage(std::uint8_t id) { return static_cast<Usage>(id); }

/// The usage `id` of the consumer page; only the low ten bits of `id` count.
constexpr Usage consumer_usage(std::uint16_t id) {
  return static_cast<Usage>(0x1000U | (id & kMaxConsumerId));
}

/// The system control usage `id` of the generic desktop page.
constexpr Usage system_usage(std::uint8_t id) { return static_cast<Usage>(0x2000U | id); }

/// How many mouse buttons there are; the first three are left, right and middle (HID Usage Tables,
/// chapter "Button Page").
inline constexpr std::uint8_t kMouseButtons = 8;

/// The mouse button `number`, from 1.
constexpr Usage button_usage(std::uint8_t number) { return static_cast<Usage>(0x3000U | number); }

/// How many macro keys there are.
inline constexpr std::uint8_t kMacroKeys = 128;

/// The macro key `number` of a keymap.
constexpr Usage macro_usage(std::uint8_t number) { return static_cast<Usage>(0x4000U | number); }

/// The page that `usage` is of.
constexpr Page page(Usage usage) {
  return static_cast<Page>((static_cast<std::uint16_t>(usage) >> 12) & 7U);
}

/// The number of `usage` on its page.
constexpr std::uint16_t id(Usage usage) {
  return static_cast<std::uint16_t>(static_cast<std::uint16_t>(usage) & 0x0FFFU);
}

/// Modifiers that are down, one bit each (HID 1.11, section 8.3): bit 0 left Ctrl … bit 7 right
/// GUI.
using Modifiers = std::uint8_t;

inline constexpr Modifiers kLCtrl = 0x01;
inline constexpr Modifiers kLShift = 0x02;
inline constexpr Modifiers kLAlt = 0x04;
inline constexpr Modifiers kLGui = 0x08;
inline constexpr Modifiers kRCtrl = 0x10;
inline constexpr Modifiers kRShift = 0x20;
inline constexpr Modifiers kRAlt = 0x40;
inline constexpr Modifiers kRGui = 0x80;

// Usages that code needs by name (HID Usage Tables, chapter "Keyboard/Keypad Page").
inline constexpr Usage kNoKey = keyboard_usage(0x00);
inline constexpr Usage kErrorRollOver = keyboard_usage(0x01);
inline constexpr Usage kKeyA = keyboard_usage(0x04);
inline constexpr Usage kKeyZ = keyboard_usage(0x1D);
inline constexpr Usage kKey1 = keyboard_usage(0x1E);
inline constexpr Usage kKey0 = keyboard_usage(0x27);
inline constexpr Usage kEnter = keyboard_usage(0x28);
inline constexpr Usage kEscape = keyboard_usage(0x29);
inline constexpr Usage kBackspace = keyboard_usage(0x2A);
inline constexpr Usage kTab = keyboard_usage(0x2B);
inline constexpr Usage kSpace = keyboard_usage(0x2C);
inline constexpr Usage kCapsLock = keyboard_usage(0x39);
inline constexpr Usage kScrollLock = keyboard_usage(0x47);
inline constexpr Usage kDelete = keyboard_usage(0x4C);
inline constexpr Usage kNumLock = keyboard_usage(0x53);
inline constexpr Usage kLeftCtrl = keyboard_usage(0xE0);
inline constexpr Usage kLeftShift = keyboard_usage(0xE1);
inline constexpr Usage kLeftAlt = keyboard_usage(0xE2);
inline constexpr Usage kLeftGui = keyboard_usage(0xE3);
inline constexpr Usage kRightCtrl = keyboard_usage(0xE4);
inline constexpr Usage kRightShift = keyboard_usage(0xE5);
inline constexpr Usage kRightAlt = keyboard_usage(0xE6);
inline constexpr Usage kRightGui = keyboard_usage(0xE7);

/// Whether `usage` is one of the eight modifier keys (keyboard page E0–E7).
constexpr bool is_modifier(Usage usage) { return usage >= kLeftCtrl && usage <= kRightGui; }

/// Whether `usage` is a key of the keyboard page that is no modifier.
constexpr bool is_plain_key(Usage usage) { return usage > kNoKey && usage < kLeftCtrl; }

/// The bit of a modifier key in Modifiers; 0 if `usage` is none.
constexpr Modifiers modifier_bit(Usage usage) {
  return is_modifier(usage) ? static_cast<Modifiers>(1U << (id(usage) & 7U)) : Modifiers{0};
}

/// The modifier key of bit number `bit` (0–7) of Modifiers.
constexpr Usage modifier_usage(unsigned bit) {
  return keyboard_usage(static_cast<std::uint8_t>(0xE0U | (bit & 7U)));
}

}  // namespace pianola::hid
