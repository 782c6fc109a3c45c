#include "engine/bindings.hpp"

#include <bit>

namespace pianola::engine {

int fit(lang::TriggerMods asked, hid::Modifiers held) {
  if (!asked.any()) return 0;
  const unsigned rest = held & ~static_cast<unsigned>(asked.exact);
  const unsigned sides = (rest | (rest >> 4)) & 0xFU;
  const bool all_named = (held & asked.exact) == asked.exact && sides == asked.either;
  return all_named ? 1 + std::popcount(asked.exact) : kNoFit;
}

hid::Modifiers named_modifiers(lang::TriggerMods mods) {
  return static_cast<hid::Modifiers>(mods.exact | mods.either | (mods.either << 4));
}

bool find_binding(lang::Roll& roll, std::uint32_t scope, lang::TriggerKind kind,
                  std::uint32_t usage, hid::Modifiers mods, Found& out) {
  const lang::IndexKey first = lang::trigger_key(scope, kind, {}, usage);
  int best = kNoFit;
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
  return best != kNoFit;
}

bool find_entry(lang::Roll& roll, const lang::IndexKey& key, Found& out) {
  out.position = index_lower_bound(roll, key);
  return roll.index_entry(out.position, out.entry) && out.entry.key == key;
}

}  // namespace pianola::engine
