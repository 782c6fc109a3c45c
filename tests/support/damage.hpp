#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "ports/memory/simulated_flash.hpp"

namespace pianola::test {

/// Makes two bits wrong, which is more than can be put right, wherever `text` stands in the flash.
/// False if it stands nowhere.
inline bool damage_text(memory::SimulatedFlash& flash, std::string_view text) {
  const auto bytes = flash.bytes();
  const std::string_view image{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  bool found = false;
  for (std::size_t at = image.find(text); at != std::string_view::npos;
       at = image.find(text, at + 256)) {
    flash.flip(static_cast<std::uint32_t>(at), 0);
    flash.flip(static_cast<std::uint32_t>(at + 3), 2);
    found = true;
  }
  return found;
}

}  // namespace pianola::test
