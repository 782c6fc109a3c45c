#pragma once

#include <algorithm>
#include <iterator>
#include <string_view>

#include "lang/code/opcode.hpp"

namespace pianola::lang {

/// What a key with a remap does to a chord or to a layer.
struct RemapForm {
  std::string_view words;  ///< What stands before the chord or the layer's name.
  Opcode only;             ///< The key does nothing else, or it does this when it is tapped.
  Opcode held;             ///< It does this when it is held.
  bool layer;              ///< It is about a layer.
};

/// All that may stand after `=` and, but for `none`, after `/`.
inline constexpr RemapForm kRemapForms[] = {
    {"", Opcode::remap, Opcode::remap_hold, false},
    {"oneshot ", Opcode::once, Opcode::hold_once, false},
    {"toggle ", Opcode::remap_toggle, Opcode::hold_toggle, false},
    {"layer ", Opcode::to_layer, Opcode::remap_layer, true},
    {"oneshot layer ", Opcode::once_layer, Opcode::hold_once_layer, true},
    {"layer toggle ", Opcode::remap_toggle_layer, Opcode::hold_toggle_layer, true},
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
