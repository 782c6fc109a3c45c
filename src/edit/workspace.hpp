#pragma once

#include <cstdint>
#include <span>

namespace pianola::edit {

/// Memory for compiling; the caller's.
struct Workspace {
  std::span<std::uint8_t> scratch;   ///< As store::FlashScratch takes it.
  std::span<std::uint16_t> sectors;  ///< As store::FlashScratch takes them.
};

}  // namespace pianola::edit
