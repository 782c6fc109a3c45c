#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "hid/usage.hpp"

namespace pianola::hid {

/// One key of the keyboard page and the modifiers that it needs; modifiers are kLShift and kRAlt
/// (AltGr) when a layout gives a stroke.
struct Stroke {
  Modifiers mods = 0;
  std::uint8_t usage = 0;
  friend constexpr bool operator==(const Stroke&, const Stroke&) = default;
};

/// How to type one character.
struct Strokes {
  std::array<Stroke, 2> stroke{};
  std::uint8_t count = 0;  ///< 0: the layout lacks it; 1: one key; 2: a dead key, then another key
};

namespace detail {
struct LayoutData;
}

/// What a host's keyboard layout makes of keys, and which keys make a character.
/// A small handle to constant data; copy it freely.
///
/// The data are those of Linux (xkeyboard-config). Windows agrees on what is printed on the keys
/// and differs here:
/// - Most AltGr characters that are not printed on the keys exist on Linux only.
/// - fr: AltGr+2 (~) and AltGr+7 (`) are dead keys; it: ~ and ` cannot be typed; uk: AltGr and a
///   vowel is the vowel with an acute accent, and there are no dead keys.
/// - A dead key and Space give the accent that is printed on the key; on Linux dead acute gives '
///   and dead diaeresis ". The spacing accents ´ and ¨ take the dead key twice on Linux, which
///   makes two of them on Windows.
/// - Caps Lock acts as Shift on the digit row and punctuation too on some (fr, be, de), where Linux
///   makes capitals of é, è, à and ç or leaves the key alone.
class Layout {
 public:
  constexpr explicit Layout(const detail::LayoutData& data) : data_(&data) {}

  /// The name in `set layout = …`: lower case, ASCII.
  std::string_view name() const;

  /// What people call it ("English (UK)").
  std::string_view title() const;

  /// How to type `character`; see Strokes::count for what the layout lacks. '\n', '\t', U+001B and
  /// '\b' are Enter, Tab, Escape and Backspace. Prefers one key to a dead key and the fewest
  /// modifiers; never uses the keypad. With `caps_lock`, what types it while Caps Lock is on, which
  /// exchanges Shift for most letters; count 0 if Caps Lock must be put out first.
  Strokes strokes(char32_t character, bool caps_lock = false) const;

  /// The one key that types the printable ASCII character `character` while Caps Lock is off, as
  /// strokes() has it but faster; usage 0 for other characters and if it takes more.
  Stroke ascii_stroke(char32_t character) const;

  /// The key that types `character`, whatever the modifiers. A digit is always its digit key
  /// (1E–27), a capital is its small letter, and an accent by itself is its dead key. Nothing if no
  /// key types it, or only a dead key before another key.
  std::optional<std::uint8_t> key_of(char32_t character) const;

  /// The character that a host shows for `stroke`. 0 if it shows none: a dead key, a key without a
  /// character, or a shortcut (Ctrl, GUI, left Alt, and right Alt where it is no AltGr). Either
  /// Shift counts. Keypad keys give their characters as with Num Lock on.
  char32_t decode(Stroke stroke, bool caps_lock = false) const;

  /// Whether `stroke` shows nothing by itself but changes the next character.
  bool is_dead(Stroke stroke, bool caps_lock = false) const;

  /// What a host shows for a dead key followed by `base`, which may be dead itself: the composed
  /// character. 0 if the two do not compose: then hosts differ in what they show.
  char32_t compose(Stroke dead, Stroke base, bool caps_lock = false) const;

  friend constexpr bool operator==(const Layout&, const Layout&) = default;

 private:
  const detail::LayoutData* data_;
};

/// All layouts, the default one first.
std::span<const Layout> layouts();

/// The layout called `name`, in any case; aliases such as `gb` for `uk` are known. Null if unknown.
const Layout* find_layout(std::string_view name);

/// The layout of a file that names none: uk.
const Layout& default_layout();

/// The name of the layout that is spelt most like `name`; empty if none is near.
std::string_view closest_layout_name(std::string_view name);

}  // namespace pianola::hid
