#pragma once

#include <cstdint>

#include "cli/region.hpp"

namespace pianola::cli {

/// How many of the saved definitions cannot be read to their end.
std::uint32_t damaged_definitions(Region& region);

}  // namespace pianola::cli
