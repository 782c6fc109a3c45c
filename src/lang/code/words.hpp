#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "lang/code/opcode.hpp"

namespace pianola::lang {

// Words that can stand in one place only, and so are not reserved. Each list is in the order of
// what stands for them in code.

/// The options of a binding.
inline constexpr std::array<std::string_view, 7> kOptionWords = {
    "again", "typing", "layout", "pause", "anywhere", "case", "end"};
/// What stands for them in code.
inline constexpr std::array<Opcode, 7> kOptionOpcodes = {
    Opcode::option_again,    Opcode::option_typing, Opcode::option_layout, Opcode::option_pause,
    Opcode::option_anywhere, Opcode::option_case,   Opcode::option_end};

/// The values of the options of abbreviations.
inline constexpr std::array<std::string_view, 2> kSwitchWords = {"off", "on"};

/// The values of the option `again`.
inline constexpr std::array<std::string_view, 4> kAgainWords = {"ignore", "stop", "restart",
                                                                "parallel"};

/// The LEDs, by the bit of the host's report (HID Usage Tables, LED page, 01 to 05).
inline constexpr std::array<std::string_view, 5> kLedWords = {"num", "caps", "scroll", "compose",
                                                              "kana"};

/// The mouse buttons that have names, from number 1 on.
inline constexpr std::array<std::string_view, 5> kButtonWords = {"left", "right", "middle", "back",
                                                                 "forward"};

/// The events of `on …`, in the order of Event.
inline constexpr std::array<std::string_view, 5> kEventWords = {"start", "lock", "unlock",
                                                                "capslock", "layer"};

/// The kinds of warnings. Bit n of the setting `allow` is that of the one with number n.
inline constexpr std::array<std::string_view, 15> kLintWords = {
    "untypable",   "quoted-key", "bracket",   "backslash",   "blanks",
    "modifier",    "print",      "private",   "layout-late", "bare-letter",
    "unreachable", "unused",     "recursion", "template",    "layout"};

/// The place of `word` among `words`; their number if it is none of them.
constexpr std::size_t find_word(std::span<const std::string_view> words, std::string_view word) {
  return static_cast<std::size_t>(std::ranges::find(words.begin(), words.end(), word) -
                                  words.begin());
}

}  // namespace pianola::lang
