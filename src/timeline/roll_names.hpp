#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/task.hpp"
#include "hid/usage.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/roll.hpp"

namespace pianola::timeline {

/// What an entry of the index stands for, as its definition is written.
struct Named {
  std::string name;  ///< The trigger or the name: `ctrl+F1`, `j & k`, `sign`.
  lang::Opcode opcode{};
  bool dual = false;  ///< A remap with tap and hold.
};
Named named(lang::Roll& roll, const lang::IndexEntry& entry);

/// The name of what started `task`: its trigger, or the macro that was called.
std::string macro_name(lang::Roll& roll, const engine::Task& task);

/// The name of layer number `number`, in the order of the index.
std::string layer_name(lang::Roll& roll, std::uint32_t number);

/// The triggers that `key` is in, those in layers with the name of theirs.
std::vector<std::string> triggers_with(lang::Roll& roll, hid::Usage key);

}  // namespace pianola::timeline
