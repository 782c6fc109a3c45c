#include "engine/bindings.hpp"

#include <bit>

namespace pianola::engine {

namespace {

// Where lang::IndexKey::low has the usage, and below it the modifiers that are named.
constexpr unsigned kUsageShift = 16;
constexpr unsigned kSidesShift = 12;

/// Whether the keys differ at most in the last `bits` bits.
bool same_above(const lang::IndexKey& a, const lang::IndexKey& b, unsigned bits) {
  return a.scope == b.scope && a.high == b.high && a.low >> bits == b.low >> bits;
}

/// Finds the entry of the key of `none`, which names no modifiers, that names exactly `mods`.
/// `position`: where those that name the same sides begin, or would.
bool find_exact(lang::Roll& roll, const lang::IndexKey& none, hid::Modifiers mods, Found& out,
                std::uint32_t& position) {
  lang::IndexKey first = none;
  first.low |= lang::mod_sides({mods}) << kSidesShift;
  position = roll.lower_bound(first);
  int best = kNoFit;
  lang::IndexEntry entry;
  for (std::uint32_t i = position; roll.index_entry(i, entry); ++i) {
    if (!same_above(entry.key, first, kSidesShift)) break;
    const int found = fit(lang::key_mods(entry.key), mods);
    if (found <= best) continue;
    best = found;
    out = {entry, i};
  }
  return best != kNoFit;
}

/// Finds the entry that names exactly all of `mods`, else exactly the fingers'.
[[gnu::always_inline]] inline bool find_named(lang::Roll& roll, const lang::IndexKey& none,
                                              HeldModifiers mods, Found& out,
                                              std::uint32_t& position) {
  if (find_exact(roll, none, mods.all, out, position)) return true;
  const bool more = mods.fingers != 0 && mods.fingers != mods.all;
  return more && find_exact(roll, none, mods.fingers, out, position);
}

/// Finds the entry of the key of `none` that lets others be held and names the most of `mods`.
[[gnu::noinline]] bool find_open(lang::Roll& roll, const lang::IndexKey& none, hid::Modifiers mods,
                                 Found& out) {
  lang::IndexKey first = none;
  first.high |= 1U;
  int best = kNoFit;
  lang::IndexEntry entry;
  for (std::uint32_t i = roll.lower_bound(first); roll.index_entry(i, entry); ++i) {
    if (!same_above(entry.key, first, kUsageShift)) break;
    const int found = fit_with_more(lang::key_mods(entry.key), mods);
    if (found <= best) continue;
    best = found;
    out = {entry, i};
  }
  return best != kNoFit;
}

}  // namespace

int fit_with_more(lang::TriggerMods asked, hid::Modifiers held) {
  const unsigned rest = held & ~static_cast<unsigned>(asked.exact);
  const unsigned sides = (rest | (rest >> 4)) & 0xFU;
  if ((held & asked.exact) != asked.exact || (sides & asked.either) != asked.either) return kNoFit;
  const int named = std::popcount(asked.exact);
  return (named + std::popcount(asked.either)) * 16 + named;
}

int fit(lang::TriggerMods asked, hid::Modifiers held) {
  if (!asked.any()) return 0;
  const unsigned rest = held & ~static_cast<unsigned>(asked.exact);
  const unsigned sides = (rest | (rest >> 4)) & 0xFU;
  const bool all_named = (held & asked.exact) == asked.exact && sides == asked.either;
  return all_named ? 1 + std::popcount(asked.exact) : kNoFit;
}

int fit(lang::TriggerMods asked, HeldModifiers held) {
  constexpr int kFingers = 0x100;  // better than any of fit_with_more()
  constexpr int kAll = 0x200;
  if (!asked.any()) return 0;
  if (asked.more) return fit_with_more(asked, held.all);
  const int all = fit(asked, held.all);
  if (all != kNoFit) return kAll + all;
  const int fingers = fit(asked, held.fingers);
  return fingers == kNoFit ? kNoFit : kFingers + fingers;
}

hid::Modifiers named_modifiers(lang::TriggerMods mods) {
  return static_cast<hid::Modifiers>(mods.exact | mods.either | (mods.either << 4));
}

bool find_binding(lang::Roll& roll, const lang::IndexKey& none, HeldModifiers mods, Found& out) {
  // Each step is a search in flash or a read of it: no more of them than need be.
  if (mods.all == 0) return find_entry(roll, none, out);
  std::uint32_t position = 0;
  if (find_named(roll, none, mods, out, position)) return true;
  // The one that names no modifiers stands before these, if there is any of this key.
  lang::IndexEntry entry;
  if (position == 0 || !roll.index_entry(position - 1, entry)) return false;
  return same_above(entry.key, none, kUsageShift) && find_entry(roll, none, out);
}

bool find_open_binding(lang::Roll& roll, const lang::IndexKey& none, HeldModifiers mods,
                       Found& out) {
  std::uint32_t position = 0;
  return find_named(roll, none, mods, out, position) || find_open(roll, none, mods.all, out) ||
         find_entry(roll, none, out);
}

bool find_entry(lang::Roll& roll, const lang::IndexKey& key, Found& out) {
  out.position = roll.lower_bound(key);
  return roll.index_entry(out.position, out.entry) && out.entry.key == key;
}

}  // namespace pianola::engine
