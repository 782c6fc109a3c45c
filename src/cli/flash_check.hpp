#pragma once

#include <cstdint>
#include <string>

#include "cli/region.hpp"

namespace pianola::cli {

/// How many of the saved definitions cannot be read to their end.
std::uint32_t damaged_definitions(Region& region);
/// Where the first place of the saved text is that cannot be read, and how many there are, in
/// words: a clause without a full stop. Empty if there are none.
std::string gaps_text(Region& region);

}  // namespace pianola::cli
