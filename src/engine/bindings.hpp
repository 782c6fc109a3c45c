#pragma once

#include <cstdint>

#include "hid/usage.hpp"
#include "lang/roll.hpp"

namespace pianola::engine {

/// An entry of the roll's index and where it stands.
struct Found {
  lang::IndexEntry entry;
  std::uint32_t position = 0;
};

/// Finds what the press of `key` starts while the modifiers `mods` are held: of the bindings and
/// remaps of the key, the one whose modifiers are exactly these, the more sides named the better;
/// else the one without modifiers. False if there is none.
bool find_binding(lang::Roll& roll, hid::Usage key, hid::Modifiers mods, Found& out);

/// The modifier bits that `mods` can mean: both sides of those whose side is open.
hid::Modifiers named_modifiers(lang::TriggerMods mods);

}  // namespace pianola::engine
