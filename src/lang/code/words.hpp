#pragma once

#include <array>
#include <cstddef>
#include <string_view>

#include "lang/code/opcode.hpp"
#include "lang/code/settings.hpp"
#include "lang/code/trigger.hpp"
#include "lang/code/word_list.hpp"

namespace pianola::lang {

// Words that can stand in one place only, and so are not reserved. Each list is in the order of
// what stands for them in code.

/// The options of a trigger.
inline constexpr WordList kOptionWords =
    "again\0typing\0layout\0pause\0hold\0dual\0rolls\0idle\0quick\0retro\0hands\0with\0"
    "double\0anywhere\0case\0end\0chord\0slow\0";

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
inline constexpr WordList kClauseWords = "tap\0hold\0double\0double hold\0triple\0";

/// The values of the options of abbreviations.
inline constexpr WordList kSwitchWords = "off\0on\0";

/// The values of the option `again`.
inline constexpr WordList kAgainWords = "ignore\0stop\0restart\0parallel\0";

/// The LEDs, by the bit of the host's report (HID Usage Tables, LED page, 01 to 05).
inline constexpr WordList kLedWords = "num\0caps\0scroll\0compose\0kana\0";

/// What `last` asks for instead of a key, in the order of Query, from Query::last_letter on.
inline constexpr WordList kLastWords = "letter\0digit\0";

/// The mouse buttons that have names, from number 1 on.
inline constexpr WordList kButtonWords = "left\0right\0middle\0back\0forward\0";

/// Before the key of a trigger: other modifiers than those that it names may be held, too.
inline constexpr std::string_view kAnyMods = "any";

/// After the name of what is recorded: with its times.
inline constexpr const char* kTimedWord = "timed";

/// The events of `on …`, in the order of Event.
inline constexpr WordList kEventWords = "start\0lock\0unlock\0capslock\0layer\0";

/// The kinds of warnings. Bit n of the setting `allow` is that of the one with number n.
inline constexpr WordList kLintWords =
    "untypable\0quoted-key\0bracket\0backslash\0blanks\0modifier\0print\0private\0"
    "layout-late\0bare-letter\0unreachable\0unused\0recursion\0template\0layout\0";

/// The modifiers as they stand before a key, those of a side first: by the bit of hid::Modifiers.
inline constexpr WordList kChordMods = "ctrl+\0shift+\0alt+\0gui+\0rctrl+\0rshift+\0ralt+\0rgui+\0";
inline constexpr WordList kExactMods =
    "lctrl+\0lshift+\0lalt+\0lgui+\0rctrl+\0rshift+\0ralt+\0rgui+\0";

}  // namespace pianola::lang
