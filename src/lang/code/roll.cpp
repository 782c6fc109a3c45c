#include "lang/code/roll.hpp"

namespace pianola::lang {

std::uint32_t index_lower_bound(Roll& roll, const IndexKey& key) {
  std::uint32_t first = 0;
  std::uint32_t count = roll.index_size();
  IndexEntry entry;
  while (count > 0) {
    const std::uint32_t half = count / 2;
    if (!roll.index_entry(first + half, entry)) return roll.index_size();
    if (entry.key < key) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return first;
}

std::uint32_t position_of(Roll& roll, std::uint32_t record) {
  std::uint32_t first = 0;
  std::uint32_t count = roll.size();
  while (count > 0) {
    const std::uint32_t half = count / 2;
    const std::uint32_t found = roll.record_at(first + half);
    if (found == record) return first + half;
    if (found < record) {
      first += half + 1;
      count -= half + 1;
    } else {
      count = half;
    }
  }
  return roll.size();
}

bool index_find(Roll& roll, const IndexKey& key, IndexEntry& out) {
  return roll.index_entry(roll.lower_bound(key), out) && out.key == key;
}

}  // namespace pianola::lang
