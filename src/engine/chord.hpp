#pragma once

#include <optional>

#include "hid/layout.hpp"
#include "hid/usage.hpp"
#include "lang/code/opcode.hpp"

namespace pianola::engine {

/// One key and the modifiers that go with it. The key's own bit is never among them.
struct Chord {
  hid::Modifiers mods = 0;
  hid::Usage key = hid::kNoKey;
};

/// The chord of `mods` and `key`. A letter is its key, whatever the case; any other character
/// brings the modifiers that `layout` needs for it, and of a dead key and another the first counts.
/// Nothing if the layout lacks the character.
std::optional<Chord> resolve(hid::Modifiers mods, lang::KeyRef key, const hid::Layout& layout);

/// Whether `usage` is one that reports can say, or no key.
constexpr bool is_valid_usage(std::uint32_t usage) {
  return usage <= 0xFF || (usage > 0x1000 && usage <= 0x1000U + hid::kMaxConsumerId) ||
         (usage > 0x2000 && usage <= 0x20FF) ||
         (usage > 0x3000 && usage <= 0x3000U + hid::kMouseButtons);
}

/// Whether `key` can be a key at all: a valid usage or a Unicode scalar value.
constexpr bool is_valid_key(lang::KeyRef key) {
  const std::uint32_t value = key.value();
  if (!key.is_character()) return is_valid_usage(value);
  return value != 0 && value <= 0x10FFFF && (value < 0xD800 || value > 0xDFFF);
}

}  // namespace pianola::engine
