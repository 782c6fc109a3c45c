#pragma once

#include <cstdint>

#include "engine/settings.hpp"
#include "hid/layout.hpp"
#include "hid/report.hpp"

namespace pianola::sim {

/// How a host takes a character by its number: the other side of engine::UnicodeEntry, which says
/// what is pressed for each method.
class UnicodeInput {
 public:
  UnicodeInput(engine::UnicodeMethod method, const hid::Layout& layout)
      : method_(method), layout_(layout) {}

  /// The modifiers are these now. Gives the character that this completes; 0 if it does not.
  char32_t modifiers(hid::Modifiers mods);

  /// A key goes down while the host's Caps Lock is `caps_lock`. Returns whether the method takes
  /// it; then `complete` is the character that it completes, or 0.
  bool key(hid::Stroke stroke, bool caps_lock, char32_t& complete);

 private:
  bool begins(hid::Stroke stroke, bool caps_lock);
  [[nodiscard]] bool ends(hid::Usage key) const;
  [[nodiscard]] int digit(hid::Stroke stroke, bool caps_lock) const;
  void add(int digit);
  char32_t finish();

  engine::UnicodeMethod method_;
  hid::Layout layout_;
  bool open_ = false;            ///< Digits follow.
  bool composing_ = false;       ///< Compose was tapped.
  std::uint32_t number_ = 0;     ///< The number of the last four digits.
  std::uint32_t surrogate_ = 0;  ///< On macOS: the number of the four digits before them.
  unsigned digits_ = 0;
  hid::Modifiers mods_ = 0;
  bool alone_ = false;  ///< The modifiers that are down were pressed with no key so far.
};

}  // namespace pianola::sim
