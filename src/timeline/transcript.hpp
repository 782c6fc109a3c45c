#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hid/layout.hpp"
#include "ports/sim/simulated_host.hpp"

namespace pianola::timeline {

/// A piece of what a computer got, in the order in which it did.
struct Heard {
  enum class Kind : std::uint8_t {
    text,   ///< Characters.
    erase,  ///< The last character went.
    other,  ///< A key that types nothing, a button, a move: `ctrl+c`, `click left`.
  };
  Kind kind{};
  std::uint32_t time = 0;  ///< In ms.
  std::string text;        ///< UTF-8.
};

/// What `host` got. Modifiers that were down without a key count if there is nothing else, and GUI
/// and the left Alt by themselves, for which hosts open menus.
std::vector<Heard> transcript(const sim::SimulatedHost& host, const hid::Layout& layout);

/// As one text: characters as they are, anything else in brackets, and then a bracket that was
/// typed doubled. With a line end if there is anything.
std::string format_transcript(const std::vector<Heard>& heard);

}  // namespace pianola::timeline
