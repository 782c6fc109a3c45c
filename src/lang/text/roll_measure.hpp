#pragma once

#include <cstdint>

#include "lang/code/roll.hpp"

namespace pianola::lang {

/// How long one definition is.
struct DefinitionSize {
  std::uint32_t code = 0;    ///< Bytes of code.
  std::uint32_t source = 0;  ///< Bytes of its source slice; 0 in a roll without source.
};

/// Measures definition `record` by reading it through: a roll does not tell sizes.
DefinitionSize measure_definition(Roll& roll, std::uint32_t record);

/// How many definitions with code `roll` has.
std::uint32_t count_definitions(Roll& roll);

}  // namespace pianola::lang
