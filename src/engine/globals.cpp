#include "engine/globals.hpp"

namespace pianola::engine {

bool Globals::load(lang::Roll& roll, lang::CodeReader& reader) {
  const lang::IndexKey first = name_key(lang::IndexSpace::variable, 0);
  first_ = roll.lower_bound(first);
  count_ = 0;
  lang::IndexEntry entry;
  for (; roll.index_entry(first_ + count_, entry); ++count_) {
    if (entry.key.scope != first.scope || entry.key.high != first.high) break;
    if (count_ == values_.size()) return false;
    reader.seek(entry.record, entry.code);
    lang::Instruction found;
    const bool good = read_instruction(reader, found) && found.opcode == lang::Opcode::variable;
    values_[count_] = good ? static_cast<std::int32_t>(found.value[1]) : 0;
  }
  return true;
}

std::int32_t* Globals::find(lang::Roll& roll, std::uint32_t name) {
  const lang::IndexKey key = name_key(lang::IndexSpace::variable, name);
  const std::uint32_t position = roll.lower_bound(key);
  lang::IndexEntry entry;
  const bool found = position - first_ < count_ && roll.index_entry(position, entry);
  return found && entry.key == key ? &values_[position - first_] : nullptr;
}

}  // namespace pianola::engine
