#include "engine/globals.hpp"

#include <algorithm>

namespace pianola::engine {

bool Globals::load(lang::Roll& roll, lang::CodeReader& reader) {
  count_ = 0;
  const lang::IndexKey first = name_key(lang::IndexSpace::variable, 0);
  lang::IndexEntry entry;
  for (std::uint32_t i = roll.lower_bound(first); roll.index_entry(i, entry); ++i) {
    if (entry.key.scope != first.scope || entry.key.high != first.high) break;
    reader.seek(entry.record, entry.code);
    lang::Instruction found;
    if (!read_instruction(reader, found) || found.opcode != lang::Opcode::variable) continue;
    if (count_ == table_.size()) return false;
    table_[count_++] = {entry.key.low, static_cast<std::int32_t>(found.value[1])};
  }
  return true;
}

std::int32_t* Globals::find(std::uint32_t name) {
  const auto used = table_.first(count_);
  const auto found = std::ranges::lower_bound(used, name, {}, &Global::name);
  return found != used.end() && found->name == name ? &found->value : nullptr;
}

}  // namespace pianola::engine
