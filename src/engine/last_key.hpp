#pragma once

#include <cstdint>

#include "hid/usage.hpp"

namespace pianola::engine {

/// The last key that sent something or started a macro, other than modifiers, and what it did.
struct LastKey {
  /// In `what`: it started a macro, or did what is not to be done again.
  static constexpr std::uint16_t kStarted = 0x100;
  static constexpr std::uint32_t kNothing = 0xFFFFFFFF;

  std::uint32_t binding = 0;     ///< With kStarted: the position in the roll's index.
  hid::Usage key = hid::kNoKey;  ///< What was sent; with kStarted the key itself.
  std::uint16_t what = 0;        ///< The modifiers that the host saw with it, or kStarted.

  [[nodiscard]] bool started() const { return (what & kStarted) != 0; }
  /// The modifiers; only of one that was sent.
  [[nodiscard]] hid::Modifiers mods() const { return static_cast<hid::Modifiers>(what); }
};

}  // namespace pianola::engine
