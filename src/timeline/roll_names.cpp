#include "timeline/roll_names.hpp"

#include <algorithm>
#include <array>

#include "base/text_writer.hpp"
#include "lang/code/notation.hpp"
#include "lang/code/remap.hpp"
#include "ports/memory/compile.hpp"

namespace pianola::timeline {
namespace {

using lang::TriggerKind;

bool has_key(const lang::IndexKey& key, hid::Usage usage) {
  if (key.high >> 28 != static_cast<std::uint32_t>(lang::IndexSpace::trigger)) return false;
  const TriggerKind kind = key_kind(key);
  if (kind == TriggerKind::text || kind == TriggerKind::event) return false;
  if (kind == TriggerKind::vial) {
    return hid::page(usage) == hid::Page::macro && key.low >> 16 == hid::id(usage);
  }
  const auto number = static_cast<std::uint32_t>(usage);
  const bool many = (key.high & lang::kManyInIndex) != 0;
  if (many || kind == TriggerKind::together) return key_second(key) == number;
  return key.low >> 16 == number;
}

/// The name of the layer whose triggers have this scope.
std::string name_of_scope(lang::Roll& roll, std::uint32_t scope) {
  lang::IndexEntry entry;
  const bool found = index_find(roll, name_key(lang::IndexSpace::layer, scope), entry);
  return found ? named(roll, entry).name : std::string("?");
}

}  // namespace

Named named(lang::Roll& roll, const lang::IndexEntry& entry) {
  std::array<std::uint8_t, 64> window{};
  lang::CodeReader reader(roll, window);
  reader.seek(entry.record, entry.code);
  lang::Instruction instruction;
  if (!lang::read_instruction(reader, instruction)) return {"?"};
  Named result;
  result.opcode = instruction.opcode;
  if (lang::find_remap(result.opcode) != nullptr && !reader.at_end()) {
    lang::Instruction next;
    result.dual =
        lang::read_instruction(reader, next) && lang::find_remap_hold(next.opcode) != nullptr;
  }
  memory::StringSink name;
  TextWriter out(name);
  if (result.opcode == lang::Opcode::macro || result.opcode == lang::Opcode::layer) {
    lang::write_name(out, reader, instruction.payload, instruction.payload_size);
  } else {
    lang::write_trigger(out, reader, instruction);
  }
  result.name = name.text();
  return result;
}

std::string macro_name(lang::Roll& roll, const engine::Task& task) {
  lang::IndexEntry entry;
  return roll.index_entry(task.entry, entry) ? named(roll, entry).name : std::string("?");
}

std::string layer_name(lang::Roll& roll, std::uint32_t number) {
  const std::uint32_t first = roll.lower_bound(name_key(lang::IndexSpace::layer, 0));
  lang::IndexEntry entry;
  return roll.index_entry(first + number, entry) ? named(roll, entry).name : std::string("?");
}

std::vector<std::string> triggers_with(lang::Roll& roll, hid::Usage key) {
  std::vector<std::string> names;
  lang::IndexEntry entry;
  for (std::uint32_t i = 0; roll.index_entry(i, entry); ++i) {
    if (!has_key(entry.key, key)) continue;
    std::string name = named(roll, entry).name;
    if (entry.key.scope != 0) name += " in layer " + name_of_scope(roll, entry.key.scope);
    // A dance stands in the index for each clause.
    if (std::ranges::count(names, name) == 0) names.push_back(std::move(name));
  }
  return names;
}

}  // namespace pianola::timeline
