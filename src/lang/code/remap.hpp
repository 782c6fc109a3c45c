#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>

#include "lang/code/opcode.hpp"

namespace pianola::lang {

/// What stands behind the words of a RemapForm, and behind its opcode.
enum class RemapOperand : std::uint8_t { chord, layer, nothing };

/// What a key with a remap does: to a chord, to a layer, or by itself.
struct RemapForm {
  const char* words;  ///< What stands before the chord or the layer's name, or alone.
  Opcode only;        ///< The key does nothing else, or it does this when it is tapped.
  Opcode held;        ///< It does this when it is held.
  RemapOperand operand;
};

/// All that may stand after `=` and, but for `none`, after `/`.
inline constexpr RemapForm kRemapForms[] = {
    {"", Opcode::remap, Opcode::remap_hold, RemapOperand::chord},
    {"oneshot ", Opcode::once, Opcode::hold_once, RemapOperand::chord},
    {"toggle ", Opcode::remap_toggle, Opcode::hold_toggle, RemapOperand::chord},
    {"layer ", Opcode::to_layer, Opcode::remap_layer, RemapOperand::layer},
    {"oneshot layer ", Opcode::once_layer, Opcode::hold_once_layer, RemapOperand::layer},
    {"layer toggle ", Opcode::remap_toggle_layer, Opcode::hold_toggle_layer, RemapOperand::layer},
    {"capsword", Opcode::remap_caps, Opcode::hold_caps, RemapOperand::nothing},
    {"repeatkey", Opcode::remap_repeat, Opcode::hold_repeat, RemapOperand::nothing},
};

/// The form whose `only` is `opcode`; null if there is none.
constexpr const RemapForm* find_remap(Opcode opcode) {
  const auto* const found = std::ranges::find(kRemapForms, opcode, &RemapForm::only);
  return found != std::end(kRemapForms) ? found : nullptr;
}

/// The form whose `held` is `opcode`; null if there is none.
constexpr const RemapForm* find_remap_hold(Opcode opcode) {
  const auto* const found = std::ranges::find(kRemapForms, opcode, &RemapForm::held);
  return found != std::end(kRemapForms) ? found : nullptr;
}

}  // namespace pianola::lang
