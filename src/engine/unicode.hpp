#pragma once

#include <cstdint>

#include "engine/chord.hpp"
#include "engine/settings.hpp"
#include "hid/layout.hpp"

namespace pianola::engine {

/// A character that the layout lacks, and how the host takes it by its number. At least four hex
/// digits are typed. On all but macOS the digits are the host's to read: the layout's keys.
///
/// - linux (IBus, GTK): Ctrl+Shift+U, digits, Space. They look for the capital U, which Shift does
///   not make while Caps Lock is on: it must be off (gtkimcontextsimple.c; QMK's unicode.c).
/// - windows (with the registry's EnableHexNumpad): Alt held, keypad +, digits (up to 9: those of
///   the keypad). Nothing above U+FFFF (QMK's docs/features/unicode.md).
/// - macos (input source "Unicode Hex Input"): Option held, digits on the keys of the US layout, of
///   each half of a surrogate pair above U+FFFF.
/// - wincompose: Compose, which is the right Alt, u, digits, Enter. A 0 comes before a first digit
///   that is a letter, since Compose, u, a is ă (WinCompose's issue 464, QMK's pull request 18260).
struct UnicodeEntry {
  UnicodeMethod method = UnicodeMethod::off;
  char32_t character = 0;

  /// How many chords it takes; 0 if the method cannot enter it.
  [[nodiscard]] std::uint8_t chords() const;
  /// The chord number `index` < chords(). Without a key: what was held is let go.
  [[nodiscard]] Chord chord(unsigned index, const hid::Layout& layout, bool caps_lock) const;

 private:
  [[nodiscard]] unsigned digits() const;
  [[nodiscard]] unsigned digit(unsigned index) const;
};

}  // namespace pianola::engine
