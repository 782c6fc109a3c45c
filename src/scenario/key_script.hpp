#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/key_event.hpp"
#include "hid/layout.hpp"
#include "scenario/result.hpp"

namespace pianola::scenario {

/// How long a tap lasts, in ms.
inline constexpr std::uint32_t kTapTime = 10;

/// What happens on the keyboard, from time 0 on.
struct KeyScript {
  std::vector<engine::KeyEvent> events;  ///< In the order of their times.
  std::uint32_t end = 0;                 ///< When it is over, in ms; waits at its end count.
};

/// Reads what somebody does on the keyboard: items separated by white space.
///
///     K        tap: down, and up after kTapTime
///     +K  -K   press, release
///     500      wait that many ms; also 500ms, 1.5s, 2min
///
/// K is a key or a chord as read_chord() takes it; of a chord the modifiers go down first and up
/// last. Since a bare number is a wait, the digit keys are '1' to '0'; +1 and -1 press and release
/// one. `+` and `-` by themselves are keys.
Result<KeyScript> read_key_script(std::string_view text, const hid::Layout& layout);

/// The same of a text that a program has in it: a mistake there is a bug, and ends the program.
KeyScript parse_key_script(std::string_view text, const hid::Layout& layout);

/// The strokes that type `text`, which is UTF-8, on `layout`. An error if it lacks a character.
Result<std::vector<hid::Stroke>> strokes_of(std::string_view text, const hid::Layout& layout);

/// Appends the taps that type `text`. Gives what is wrong with it, and appends nothing then.
[[nodiscard]] std::optional<TextError> add_typed_text(std::string_view text,
                                                      const hid::Layout& layout, KeyScript& script);

}  // namespace pianola::scenario
