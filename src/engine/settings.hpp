#pragma once

#include <cstdint>

#include "hid/layout.hpp"
#include "hid/usage.hpp"
#include "lang/code_reader.hpp"
#include "lang/roll.hpp"

namespace pianola::engine {

/// How keys are typed: the value of `typing`.
inline constexpr std::uint16_t kTypingFast = 0;
inline constexpr std::uint16_t kTypingSafe = 1;
/// From here on: fast, and each report stands for (value - 2) ms.
inline constexpr std::uint16_t kTypingTimed = 2;

/// The settings that the engine acts on. Durations above 65,535 ms count as that.
struct Settings {
  std::uint8_t layout = 0;  ///< Index in hid::layouts().
  std::uint16_t typing = kTypingFast;
  std::uint16_t tap = 0;                ///< How long a tapped key stays down, in ms.
  hid::Usage neutral = hid::kLeftCtrl;  ///< Tapped before a lone Alt or GUI is hidden; or kNoKey.
};

/// The settings of `roll`; its defaults where it says nothing that makes sense. Moves `reader`,
/// which reads `roll`.
Settings load_settings(lang::Roll& roll, lang::CodeReader& reader);

/// The index in hid::layouts() of the layout whose name (1 to lang::kMaxName bytes) the reader
/// stands before; nothing if there is none. Goes on after the name.
std::optional<std::uint8_t> read_layout(lang::CodeReader& reader, std::uint32_t size);

}  // namespace pianola::engine
