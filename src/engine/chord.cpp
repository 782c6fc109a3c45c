#include "engine/chord.hpp"

namespace pianola::engine {

namespace {

/// The small letter of a capital of ASCII or Latin-1, which are those that have keys.
char32_t small(char32_t c) {
  const bool ascii = c >= U'A' && c <= U'Z';
  const bool latin = c >= U'\u00C0' && c <= U'\u00DE' && c != U'\u00D7';
  return ascii || latin ? c + 0x20 : c;
}

}  // namespace

std::optional<Chord> resolve(hid::Modifiers mods, lang::KeyRef key, const hid::Layout& layout) {
  Chord chord{mods, static_cast<hid::Usage>(key.value() & 0xFFFFU)};
  if (key.is_character()) {
    const hid::Strokes strokes = layout.strokes(small(key.value()));
    if (strokes.count == 0) return std::nullopt;
    chord.mods = static_cast<hid::Modifiers>(mods | strokes.stroke[0].mods);
    chord.key = hid::keyboard_usage(strokes.stroke[0].usage);
  }
  chord.mods = static_cast<hid::Modifiers>(chord.mods & ~hid::modifier_bit(chord.key));
  return chord;
}

}  // namespace pianola::engine
