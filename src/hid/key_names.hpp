#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "hid/usage.hpp"

/// The names of keys.
///
/// Every usage has one canonical name, and most have aliases. Names compare without regard to case
/// and to `_` between characters, so PAGE_UP, PageUp and pageup are one name. A prefix `KC_` (QMK)
/// or `KEY_` (Linux) may stand before any of them.
///
/// Single characters are no names, since the key that types a character depends on the layout; but
/// KC_A and KC_1 are, and mean the usages 04 and 1E whatever the layout.
///
/// MUTE, VOLUME_UP and VOLUME_DOWN are the consumer usages E2, E9 and EA, because hosts ignore the
/// keyboard page's 7F, 80 and 81, which are called KB_MUTE, KB_VOLUME_UP and KB_VOLUME_DOWN. In
/// old hid-proxy files the three names meant the keyboard page. STOP (78) and POWER (66) stay on
/// the keyboard page; their consumer and system neighbours are MEDIA_STOP and POWER_DOWN.
namespace pianola::hid {

/// A key's name in upper case, as it is printed; or none.
class KeyName {
 public:
  /// The longest name's length.
  static constexpr std::size_t kLongest = 33;

  /// Valid as long as this object.
  operator std::string_view() const { return {text_.data(), size_}; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  friend bool operator==(const KeyName& name, std::string_view text) {
    return std::string_view(name) == text;
  }
  friend bool operator==(const KeyName& a, const KeyName& b) { return a == std::string_view(b); }

 private:
  friend class NameWalk;
  std::array<char, kLongest> text_{};
  std::uint8_t size_ = 0;
};

/// One name of a usage.
struct NameEntry {
  KeyName name;
  Usage usage;
  bool canonical;  ///< the usage's one printed name; otherwise an alias
};

/// The usage called `name`, canonical or alias; nothing if no key is called so.
std::optional<Usage> usage_from_name(std::string_view name);

/// The printed name of `usage`; empty if it has none.
KeyName canonical_name(Usage usage);

/// The name that somebody who wrote `name` most likely meant; empty if none is near.
/// Near is what slips() of hid/edit_distance.hpp allows. Common keys win over rare ones at
/// the same distance. A name that exists is its own correction.
KeyName closest_name(std::string_view name);

/// How many names there are, aliases included (but not those made with a prefix).
std::size_t name_count();

/// The name number `index` < name_count(), in alphabetical order without regard to `_`.
NameEntry name_at(std::size_t index);

}  // namespace pianola::hid
