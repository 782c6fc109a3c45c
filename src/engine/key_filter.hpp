#pragma once

#include <array>
#include <cstdint>

#include "hid/usage.hpp"

namespace pianola::engine {

/// Knows of most keys that are not in it: asked before something is looked up in flash, which would
/// take far longer. 64 bytes.
class KeyFilter {
 public:
  void clear() { words_ = {}; }
  void add(std::uint32_t usage) { words_[place(usage) / 32] |= bit(usage); }
  /// False: the usage was not added. True: it was, or one beyond the keyboard page that shares its
  /// place.
  [[nodiscard]] bool may_have(std::uint32_t usage) const {
    return (words_[place(usage) / 32] & bit(usage)) != 0;
  }

 private:
  /// The keyboard page has a place for each usage, all others together as many.
  static constexpr std::uint32_t place(std::uint32_t usage) {
    return usage < 0x100 ? usage : 0x100 + (usage & 0xFFU);
  }
  static constexpr std::uint32_t bit(std::uint32_t usage) {
    return std::uint32_t{1} << (usage & 31U);
  }

  std::array<std::uint32_t, 16> words_{};
};

}  // namespace pianola::engine
