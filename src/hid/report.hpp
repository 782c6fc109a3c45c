#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "hid/usage.hpp"

namespace pianola::hid {

/// A set of keyboard-page usages 01–FF, as a bitmap. Usage 00 means "no key" and is never in it.
/// The modifiers are kept apart, in Report::mods; a raw report may nevertheless put E0–E7 here.
class KeySet {
 public:
  constexpr void add(std::uint8_t usage) {
    if (usage != 0) words_[usage / 32U] |= bit(usage);
  }
  constexpr void remove(std::uint8_t usage) { words_[usage / 32U] &= ~bit(usage); }
  constexpr bool contains(std::uint8_t usage) const {
    return (words_[usage / 32U] & bit(usage)) != 0;
  }
  constexpr void clear() { words_ = {}; }

  /// How many usages are in the set.
  constexpr unsigned count() const {
    unsigned sum = 0;
    for (const std::uint32_t word : words_) sum += static_cast<unsigned>(std::popcount(word));
    return sum;
  }
  constexpr bool empty() const {
    std::uint32_t any = 0;
    for (const std::uint32_t word : words_) any |= word;
    return any == 0;
  }

  /// Calls `visit(std::uint8_t usage)` for each usage in ascending order.
  template <typename Visit>
  constexpr void for_each(Visit&& visit) const {
    for (unsigned index = 0; index < words_.size(); ++index) {
      for (std::uint32_t rest = words_[index]; rest != 0; rest &= rest - 1) {
        visit(
            static_cast<std::uint8_t>(index * 32U + static_cast<unsigned>(std::countr_zero(rest))));
      }
    }
  }

  /// Adds all of `other`.
  constexpr KeySet& operator|=(const KeySet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] |= other.words_[i];
    return *this;
  }

  /// Keeps only what is in `other` too.
  constexpr KeySet& operator&=(const KeySet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= other.words_[i];
    return *this;
  }

  /// Takes all of `other` away.
  constexpr KeySet& operator-=(const KeySet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) words_[i] &= ~other.words_[i];
    return *this;
  }

  friend constexpr bool operator==(const KeySet&, const KeySet&) = default;

 private:
  static constexpr std::uint32_t bit(std::uint8_t usage) {
    return std::uint32_t{1} << (usage % 32U);
  }
  std::array<std::uint32_t, 8> words_{};
};

/// The bit of a mouse button in Report::buttons; 0 if there is none of that number.
constexpr std::uint8_t button_bit(Usage usage) {
  const unsigned number = id(usage);
  const bool known = number >= 1 && number <= kMouseButtons;
  return static_cast<std::uint8_t>(known ? 1U << (number - 1) : 0U);
}

/// The whole output state: what is down on the keyboard that the host sees.
struct Report {
  Modifiers mods = 0;
  KeySet keys;
  std::uint16_t consumer = 0;  ///< the consumer usage that is down (0C page); 0 none
  std::uint8_t system = 0;     ///< the system control usage that is down (01 page); 0 none
  std::uint8_t buttons = 0;    ///< mouse buttons that are down, button 1 in bit 0
  std::int8_t wheel = 0;       ///< how far the wheel turns with this report, up if positive
  std::int16_t x = 0;          ///< how far the pointer moves with this report, to the right
  std::int16_t y = 0;          ///< how far the pointer moves with this report, down

  /// Puts `usage` down, in the field of its page. The consumer and the system field hold one usage
  /// each; a later one replaces it.
  constexpr void press(Usage usage);

  /// Lets `usage` up; nothing happens if it is not down.
  constexpr void release(Usage usage);

  /// Whether `usage` is down.
  constexpr bool contains(Usage usage) const;

  /// Whether nothing is down.
  constexpr bool empty() const {
    return mods == 0 && consumer == 0 && system == 0 && buttons == 0 && keys.empty();
  }

  /// Whether the pointer or the wheel moves.
  constexpr bool moves() const { return x != 0 || y != 0 || wheel != 0; }

  friend constexpr bool operator==(const Report&, const Report&) = default;
};

/// How many keys besides modifiers fit into a boot report (HID 1.11, appendix B.1).
inline constexpr std::size_t kBootKeys = 6;

/// A boot keyboard input report (HID 1.11, appendix B.1): modifiers, a zero byte, six keys.
using BootReport = std::array<std::uint8_t, 2 + kBootKeys>;

/// An n-key rollover input report: modifiers, then one bit for each of the usages 00–DF, usage 8n
/// in bit 0 of byte n + 1.
using NkroReport = std::array<std::uint8_t, 1 + 0xE0 / 8>;

/// The boot report for `report`, keys in ascending order. With more than six keys down each place
/// holds ErrorRollOver and the modifiers stay right (HID 1.11, appendix C and F.5).
BootReport boot_report(const Report& report);

/// The bitmap report for `report`. Usages E0–E7 among its keys count as modifiers; those above
/// cannot be said and are left out.
NkroReport nkro_report(const Report& report);

/// What a host reads from a boot report. Nothing on ErrorRollOver, when a host keeps the keys that
/// it knew.
std::optional<Report> parse_boot_report(std::span<const std::uint8_t, 8> bytes);

/// What a host reads from a bitmap report.
Report parse_nkro_report(std::span<const std::uint8_t, 29> bytes);

constexpr void Report::press(Usage usage) {
  switch (page(usage)) {
    case Page::keyboard:
      if (is_modifier(usage)) {
        mods = static_cast<Modifiers>(mods | modifier_bit(usage));
      } else {
        keys.add(static_cast<std::uint8_t>(id(usage)));
      }
      break;
    case Page::consumer:
      consumer = id(usage);
      break;
    case Page::system:
      system = static_cast<std::uint8_t>(id(usage));
      break;
    case Page::button:
      buttons = static_cast<std::uint8_t>(buttons | button_bit(usage));
      break;
    case Page::macro:
      break;
  }
}

constexpr void Report::release(Usage usage) {
  switch (page(usage)) {
    case Page::keyboard:
      if (is_modifier(usage)) {
        mods = static_cast<Modifiers>(mods & ~modifier_bit(usage));
      } else {
        keys.remove(static_cast<std::uint8_t>(id(usage)));
      }
      break;
    case Page::consumer:
      if (consumer == id(usage)) consumer = 0;
      break;
    case Page::system:
      if (system == id(usage)) system = 0;
      break;
    case Page::button:
      buttons = static_cast<std::uint8_t>(buttons & ~button_bit(usage));
      break;
    case Page::macro:
      break;
  }
}

constexpr bool Report::contains(Usage usage) const {
  switch (page(usage)) {
    case Page::keyboard:
      if (is_modifier(usage)) return (mods & modifier_bit(usage)) != 0;
      return keys.contains(static_cast<std::uint8_t>(id(usage)));
    case Page::consumer:
      return consumer == id(usage);
    case Page::system:
      return system == id(usage);
    case Page::button:
      return (buttons & button_bit(usage)) != 0;
    case Page::macro:
      break;
  }
  return false;
}

}  // namespace pianola::hid
