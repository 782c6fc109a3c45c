#include "engine/bindings.hpp"

#include <bit>

namespace pianola::engine {

namespace {

constexpr int kNoMatch = -1;

/// How well a trigger's modifiers fit those held: kNoMatch, 0 if it asks for none, else more for
/// each side that it names.
int fit(lang::TriggerMods asked, hid::Modifiers held) {
  if (!asked.any()) return 0;
  unsigned open = asked.either;
  unsigned rest = held & ~static_cast<unsigned>(asked.exact);
  const unsigned sides = (rest | (rest >> 4)) & 0xFU;
  const bool all_named = (held & asked.exact) == asked.exact && sides == open;
  return all_named ? 1 + std::popcount(asked.exact) : kNoMatch;
}

}  // namespace

hid::Modifiers named_modifiers(lang::TriggerMods mods) {
  return static_cast<hid::Modifiers>(mods.exact | mods.either | (mods.either << 4));
}

bool find_binding(lang::Roll& roll, hid::Usage key, hid::Modifiers mods, Found& out) {
  const auto usage = static_cast<std::uint32_t>(key);
  const lang::IndexKey first = lang::trigger_key(0, lang::TriggerKind::press, {}, usage);
  int best = kNoMatch;
  lang::IndexEntry entry;
  for (std::uint32_t i = index_lower_bound(roll, first); roll.index_entry(i, entry); ++i) {
    if (entry.key.scope != first.scope || entry.key.high != first.high ||
        (entry.key.low >> 16) != usage) {
      break;
    }
    const int found = fit(lang::key_mods(entry.key), mods);
    if (found <= best) continue;
    best = found;
    out = {entry, i};
  }
  return best != kNoMatch;
}

}  // namespace pianola::engine
