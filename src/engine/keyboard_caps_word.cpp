// Caps word, and keys that do again what the last one did.

#include "base/ascii.hpp"
#include "base/capitals.hpp"
#include "engine/keyboard.hpp"

namespace pianola::engine {

// ---- Caps word ---------------------------------------------------------------------------------

/// Makes `chord`, which the host sees with the modifiers `seen`, what it is in caps word: a letter
/// becomes its capital, and `-` becomes `_`, where one stroke of the layout types that. Returns
/// whether the word goes on.
bool Keyboard::capitalize(Chord& chord, hid::Modifiers& seen) const {
  constexpr unsigned kTyping = hid::kLShift | hid::kRShift | hid::kRAlt;
  if (page(chord.key) != hid::Page::keyboard) return false;
  if (hid::is_modifier(chord.key)) return chord.key == hid::kRightAlt;
  const bool erases = chord.key == hid::kBackspace || chord.key == hid::kDelete;
  if (erases) return (seen & ~kTyping) == 0;
  const hid::Layout layout = hid::layouts()[core_.settings.layout];
  const bool caps_lock = (core_.leds & kCapsLockLed) != 0;
  const hid::Stroke stroke{seen, static_cast<std::uint8_t>(chord.key)};
  const char32_t typed = layout.decode(stroke, caps_lock);
  if (typed == 0) return layout.is_dead(stroke, caps_lock);
  const char32_t wanted = typed == U'-' ? U'_' : to_capital(typed);
  if (wanted == typed) return is_digit(typed) || typed == U'_' || is_latin_letter(typed);
  const hid::Strokes strokes = layout.strokes(wanted, caps_lock);
  const hid::Stroke better = strokes.stroke[0];
  if (strokes.count != 1 || (seen & ~better.mods) != 0) return true;
  chord = {static_cast<hid::Modifiers>(chord.mods | better.mods),
           hid::keyboard_usage(better.usage)};
  seen = better.mods;
  return true;
}

/// In caps word: the key that is handled sends `chord`, which becomes what it is there, or ends it.
void Keyboard::send_in_caps_word(Chord& chord, hid::Modifiers& seen) {
  const bool on = core_.caps_word_at(last_at_) && capitalize(chord, seen);
  core_.set_caps_word(on, last_at_);
}

/// In caps word: the key that is handled starts a macro, which ends it.
void Keyboard::end_caps_word() {
  const bool on = core_.caps_word_at(last_at_);
  core_.set_caps_word(false);
  if (on) core_.caps_word = CapsWord::ended;
}

// ---- Again -------------------------------------------------------------------------------------

/// The key `event` is bound, by the binding number `binding`.
void Keyboard::note_bound(const KeyEvent& event, std::uint32_t binding) {
  if (!core_.last_key.started() || core_.last_key.binding != binding)
    core_.before_last = core_.last_key;
  core_.last_key = {binding, event.usage, LastKey::kStarted};
  core_.last_press = core_.presses;
  ++core_.pressed;
}

/// While the key `event` is down, it sends what the last one sent. If that started something,
/// trigger() does that again.
std::optional<ErrorCode> Keyboard::repeat(const KeyEvent& event, const Choice& choice) {
  const LastKey& last = core_.last_key;
  if (last.key == hid::kNoKey) return std::nullopt;
  ++core_.pressed;
  if (!last.started()) return send(event.usage, choice, {last.mods(), last.key});
  deed_ = Deed::repeats;
  return std::nullopt;
}

/// Starts again what the last key started.
std::optional<ErrorCode> Keyboard::repeat_binding(const KeyEvent& event) {
  deed_ = Deed::sent;
  const LastKey& last = core_.last_key;
  Found found{.entry = {}, .position = last.binding};
  if (!core_.roll->index_entry(last.binding, found.entry)) return std::nullopt;
  typed_.clear();
  return start_again(found, {core_.presses, event.time, false, false, Capitals::as_they_are});
}

}  // namespace pianola::engine
