#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "lang/code/opcode.hpp"
#include "lang/code/settings.hpp"
#include "lang/code/trigger.hpp"

namespace pianola::lang {

// Words that can stand in one place only, and so are not reserved. Each list is in the order of
// what stands for them in code.

/// The options of a trigger.
inline constexpr std::array<std::string_view, 18> kOptionWords = {
    "again", "typing", "layout", "pause",  "hold",     "dual", "rolls", "idle",  "quick",
    "retro", "hands",  "with",   "double", "anywhere", "case", "end",   "chord", "slow"};

/// What an option is in code, and where it can stand.
struct OptionInfo {
  Opcode opcode;
  Setting setting;  ///< Whose values it has; of `again`, `with` and those of abbreviations none.
  std::uint16_t kinds;  ///< One bit for each TriggerKind that can have it.
};

/// One bit for a TriggerKind.
constexpr std::uint16_t kind_bit(TriggerKind kind) {
  return static_cast<std::uint16_t>(1U << static_cast<unsigned>(kind));
}
inline constexpr std::uint16_t kAnyKind = 0xFFFF;
/// A key that may be tapped or held.
inline constexpr std::uint16_t kTapOrHold =
    kind_bit(TriggerKind::press) | kind_bit(TriggerKind::tap) | kind_bit(TriggerKind::hold);

/// Whether an option has a part in deciding between tap and hold.
constexpr bool decides(const OptionInfo& info) {
  return info.kinds != kAnyKind && (info.kinds & kTapOrHold) != 0;
}

/// In the order of kOptionWords.
inline constexpr std::array<OptionInfo, kOptionWords.size()> kOptions = {{
    {Opcode::option_again, Setting{}, kAnyKind},
    {Opcode::option_typing, Setting::typing, kAnyKind},
    {Opcode::option_layout, Setting::layout, kAnyKind},
    {Opcode::option_pause, Setting::pause, kAnyKind},
    {Opcode::option, Setting::hold, kTapOrHold},
    {Opcode::option, Setting::dual, kTapOrHold},
    {Opcode::option, Setting::rolls, kTapOrHold},
    {Opcode::option, Setting::idle, kTapOrHold | kind_bit(TriggerKind::together)},
    {Opcode::option, Setting::quick, kTapOrHold},
    {Opcode::option, Setting::retro, kTapOrHold},
    {Opcode::option, Setting::hands, kTapOrHold},
    {Opcode::option_with, Setting{}, kTapOrHold},
    {Opcode::option, Setting::double_tap,
     kind_bit(TriggerKind::double_tap) | kind_bit(TriggerKind::dance)},
    {Opcode::option_anywhere, Setting{}, kind_bit(TriggerKind::text)},
    {Opcode::option_case, Setting{}, kind_bit(TriggerKind::text)},
    {Opcode::option_end, Setting{}, kind_bit(TriggerKind::text)},
    {Opcode::option, Setting::chord, kind_bit(TriggerKind::together)},
    {Opcode::option, Setting::slow, kind_bit(TriggerKind::together)},
}};
/// The clauses of a dance, in the order of Clause.
inline constexpr std::array<std::string_view, kClauses> kClauseWords = {"tap", "hold", "double",
                                                                        "double hold", "triple"};

/// The values of the options of abbreviations.
inline constexpr std::array<std::string_view, 2> kSwitchWords = {"off", "on"};

/// The values of the option `again`.
inline constexpr std::array<std::string_view, 4> kAgainWords = {"ignore", "stop", "restart",
                                                                "parallel"};

/// The LEDs, by the bit of the host's report (HID Usage Tables, LED page, 01 to 05).
inline constexpr std::array<std::string_view, 5> kLedWords = {"num", "caps", "scroll", "compose",
                                                              "kana"};

/// What `last` asks for instead of a key, in the order of Query, from Query::last_letter on.
inline constexpr std::array<std::string_view, 2> kLastWords = {"letter", "digit"};

/// The mouse buttons that have names, from number 1 on.
inline constexpr std::array<std::string_view, 5> kButtonWords = {"left", "right", "middle", "back",
                                                                 "forward"};

/// Before the key of a trigger: other modifiers than those that it names may be held, too.
inline constexpr std::string_view kAnyMods = "any";

/// After the name of what is recorded: with its times.
inline constexpr std::string_view kTimedWord = "timed";

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
