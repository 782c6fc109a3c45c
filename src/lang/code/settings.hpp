#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "lang/code/word_list.hpp"

namespace pianola::lang {

/// The settings of `set NAME = VALUE`. The numbers are part of the bytecode.
enum class Setting : std::uint8_t {
  layout,
  typing,
  tap,
  hold,
  dual,
  rolls,
  double_tap,
  chord,
  autoshift,
  leader,
  trigger,
  unicode,
  drive,
  autolock,
  busy,
  neutral,
  leader_time,
  pause,
  oneshot,
  oneshot_again,
  idle,
  quick,
  retro,
  hands,
  left_hand,
  right_hand,
  allow,
  slow,
  caps_word_time,
};

/// What a setting's value is, and how SET holds it.
enum class SettingType : std::uint8_t {
  layout,    ///< SETNAME with the layout's name.
  choice,    ///< SET with the number of the word in `choices`.
  duration,  ///< SET with milliseconds; a word in `choices`, if there is one, means 0.
  typing,    ///< SET: 0 `fast`, 1 `safe`, else 2 + milliseconds between reports.
  lints,     ///< SET with a bit for each of the kLintWords that stand in a text.
  key,       ///< SET with the usage (hid::Usage); a word in `choices`, if there is one, means 0.
  keys,      ///< SETKEYS, then LISTED for each character of the text.
};

struct SettingInfo {
  const char* name;
  SettingType type;
  WordList choices;       ///< The default first.
  std::uint32_t initial;  ///< Value when the file does not set it.
};

/// Indexed by Setting. Durations are in milliseconds.
inline constexpr std::array<SettingInfo, 29> kSettings = {{
    {"layout", SettingType::layout, {}, 0},
    {"typing", SettingType::typing, "fast\0safe\0", 0},
    {"tap", SettingType::duration, {}, 0},
    {"hold", SettingType::duration, {}, 200},
    {"dual", SettingType::choice, "release\0press\0timeout\0", 0},
    {"rolls", SettingType::duration, {}, 0},
    {"double", SettingType::duration, {}, 400},
    {"chord", SettingType::duration, {}, 30},
    {"autoshift", SettingType::duration, "off\0", 0},
    {"leader", SettingType::key, "shifts\0", 0},
    {"trigger", SettingType::choice, "direct\0leader\0", 0},
    {"unicode", SettingType::choice, "off\0linux\0windows\0macos\0wincompose\0", 0},
    {"drive", SettingType::choice, "ejected\0hidden\0", 0},
    {"autolock", SettingType::duration, "off\0", 120 * 60 * 1000},
    {"busy", SettingType::choice, "queue\0mix\0", 0},
    {"neutral", SettingType::key, {}, 0xE0},
    {"leader_time", SettingType::duration, {}, 2000},
    {"pause", SettingType::duration, {}, 0},
    {"oneshot", SettingType::duration, "off\0", 2000},
    {"oneshot_again", SettingType::choice, "cancel\0lock\0", 0},
    {"idle", SettingType::duration, "off\0", 0},
    {"quick", SettingType::duration, "off\0", 400},
    {"retro", SettingType::choice, "off\0on\0", 0},
    {"hands", SettingType::choice, "on\0off\0", 0},
    {"left_hand", SettingType::keys, {}, 0},
    {"right_hand", SettingType::keys, {}, 0},
    {"allow", SettingType::lints, {}, 0},
    {"slow", SettingType::choice, "off\0on\0", 0},
    {"capsword_time", SettingType::duration, "off\0", 5000},
}};

/// Longest duration anywhere in the language: 24 days in ms, half of the range of a 32-bit clock.
inline constexpr std::uint32_t kMaxDuration = 24U * 24 * 60 * 60 * 1000;

}  // namespace pianola::lang
