#pragma once

#include <cstdint>

#include "engine/holds.hpp"
#include "hid/usage.hpp"
#include "lang/code/roll.hpp"

namespace pianola::engine {

/// An entry of the roll's index and where it stands.
struct Found {
  lang::IndexEntry entry;
  std::uint32_t position = 0;
};

/// What fit() gives to modifiers that do not fit.
inline constexpr int kNoFit = -1;

/// How well the modifiers that a trigger asks for fit the held ones. 0 if it asks for none,
/// whatever is held. If it asks for exactly the held ones, a number above 0, which is higher the
/// more sides it names; else kNoFit.
int fit(lang::TriggerMods asked, hid::Modifiers held);

/// How well the modifiers that a trigger asks for fit the held ones, others being held or not. A
/// number above 0, which is higher the more it asks for, and then the more sides it names; kNoFit
/// if one is not held.
int fit_with_more(lang::TriggerMods asked, hid::Modifiers held);

/// How well a trigger fits the held modifiers, in the order of find_open_binding(): best is one
/// that names exactly all, then exactly the fingers', then one that lets others be held, then (0)
/// one that names none; kNoFit if it does not.
int fit(lang::TriggerMods asked, HeldModifiers held);

/// Finds the trigger that fits best of those that share the index key `none` but for modifiers,
/// which that names none of: the one that names exactly all held modifiers, else exactly the
/// fingers', else none. False if there is no such trigger. Not of those that let others be held,
/// too.
bool find_binding(lang::Roll& roll, const lang::IndexKey& none, HeldModifiers mods, Found& out);

/// Likewise of all: before the one that names none comes the one that names the most of those that
/// let others be held, too.
bool find_open_binding(lang::Roll& roll, const lang::IndexKey& none, HeldModifiers mods,
                       Found& out);

/// Finds the entry with exactly this key.
bool find_entry(lang::Roll& roll, const lang::IndexKey& key, Found& out);

/// The modifier bits that `mods` can mean: both sides of those whose side is open.
hid::Modifiers named_modifiers(lang::TriggerMods mods);

}  // namespace pianola::engine
