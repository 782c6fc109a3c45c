#pragma once

#include <cstdint>
#include <span>

namespace pianola::edit {

/// Memory for compiling; the caller's.
struct Workspace {
  std::span<std::uint8_t> scratch;  ///< As store::FlashScratch takes it.
};

}  // namespace pianola::edit
