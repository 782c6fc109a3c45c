#pragma once

#include <cstdint>

namespace pianola::engine {

/// What the host does, as far as the port knows.
enum class HostState : std::uint8_t {
  awake,   ///< It takes reports, though it may be slow.
  asleep,  ///< It takes none until it wakes.
  gone,    ///< There is none, or it did not configure the device yet.
};

}  // namespace pianola::engine
