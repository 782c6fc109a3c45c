#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

#include "hid/layout.hpp"
#include "hid/usage.hpp"
#include "lang/code/code_reader.hpp"
#include "lang/code/roll.hpp"
#include "lang/code/settings.hpp"

namespace pianola::engine {

/// The value of `typing` for one report a key.
inline constexpr std::uint16_t kTypingFast = 0;
/// The value of `typing` for modifiers in reports of their own and each key up before the next.
inline constexpr std::uint16_t kTypingSafe = 1;
/// The least value of `typing` that is fast with a time: each report stands for (value - 2) ms.
inline constexpr std::uint16_t kTypingTimed = 2;

/// How the reports follow each other that a task types.
struct Pace {
  std::uint16_t typing = kTypingFast;  ///< The value of `typing`.
  std::uint16_t pause = 0;             ///< That of `pause`, in ms.

  /// Whether modifiers have reports of their own and each key is up before the next.
  [[nodiscard]] constexpr bool safe() const { return typing == kTypingSafe; }
  /// How long each report stands, in ms.
  [[nodiscard]] constexpr std::uint16_t time() const {
    const unsigned timed = typing < kTypingTimed ? 0U : unsigned{typing} - kTypingTimed;
    return static_cast<std::uint16_t>(std::max<unsigned>(timed, pause));
  }
  friend constexpr bool operator==(const Pace&, const Pace&) = default;
};

/// What decides, before `hold` ms are over, that a key with tap and hold is held: the value of
/// `dual`.
enum class Dual : std::uint8_t {
  release,  ///< Another key was pressed and released meanwhile.
  press,    ///< Another key was pressed meanwhile.
  timeout,  ///< Nothing.
};

/// How a character is typed that the layout lacks; the value of `unicode`.
enum class UnicodeMethod : std::uint8_t { off, linux_hex, windows_hex, macos_hex, wincompose };

/// Keys of the keyboard page below 0x80, one bit each.
class MainKeys {
 public:
  constexpr void add(std::uint8_t usage) {
    if (usage < 0x80) words_[usage / 32U] |= std::uint32_t{1} << usage % 32U;
  }
  friend bool operator==(const MainKeys&, const MainKeys&) = default;
  [[nodiscard]] constexpr bool contains(hid::Usage usage) const {
    const auto number = static_cast<std::uint16_t>(usage);
    return number < 0x80 && (words_[number / 32U] >> number % 32U & 1U) != 0;
  }

 private:
  std::array<std::uint32_t, 4> words_{};
};

/// The settings for which a trigger can have options of its own. Durations above 65,535 ms count as
/// that.
struct TriggerSettings {
  Pace pace;
  std::uint16_t hold = 200;        ///< How long a key is down that is no tap, in ms.
  std::uint16_t rolls = 0;         ///< Margin that keeps rolled typing a tap, in ms.
  std::uint16_t double_tap = 400;  ///< From a press to the second of a double tap, in ms.
  std::uint16_t together = 30;     ///< Within which keys are pressed together, in ms.
  std::uint16_t idle = 0;          ///< So soon after typing a key is its tap, in ms; 0: never.
  std::uint16_t quick = 400;  ///< From a tap's press to one that stays its tap, in ms; 0: never.
  std::uint8_t layout = 0;    ///< Index in hid::layouts().
  Dual dual = Dual::release;
  bool retro = false;  ///< A key that was held alone is tapped when it is let go.
  bool hands = false;  ///< Which hand has a key counts; there are lists.
  bool slow = false;   ///< Keys together are down until the last of them is let go.

  friend bool operator==(const TriggerSettings&, const TriggerSettings&) = default;

  /// Takes the value over that code has for `setting`, if it is one of these.
  void set(lang::Setting setting, std::uint32_t value);
};

/// The settings that the engine acts on.
struct Settings : TriggerSettings {
  std::uint16_t tap = 0;                ///< How long a tapped key stays down, in ms.
  std::uint16_t autoshift = 0;          ///< After which a key types its capital, in ms; 0: never.
  hid::Usage leader = hid::kNoKey;      ///< kNoKey: both Shift keys.
  std::uint16_t leader_time = 2000;     ///< From the leader to the key after it, in ms.
  hid::Usage neutral = hid::kLeftCtrl;  ///< Tapped before a lone Alt or GUI is hidden; or kNoKey.
  UnicodeMethod unicode = UnicodeMethod::off;
  std::uint16_t caps_word = 5000;  ///< From the last key of caps word to its end, in ms; 0: never.
  std::uint16_t oneshot = 2000;    ///< From a one-shot's release to its end, in ms; 0: never.
  bool oneshot_locks = false;      ///< A second tap of a one-shot makes it stay.
  bool mix = false;                ///< Keys are handled while a macro types.
  MainKeys left;                   ///< The keys of the left hand.
  MainKeys right;                  ///< Those of the right one.

  friend bool operator==(const Settings&, const Settings&) = default;

  /// Takes the value over that code has for `setting`.
  void set(lang::Setting setting, std::uint32_t value);
};

/// The settings of `roll`; its defaults where it says nothing that makes sense. Moves `reader`,
/// which reads `roll`.
Settings load_settings(lang::Roll& roll, lang::CodeReader& reader);

/// The index in hid::layouts() of the layout whose name (1 to lang::kMaxName bytes) the reader
/// stands before; nothing if there is none. Goes on after the name.
std::optional<std::uint8_t> read_layout(lang::CodeReader& reader, std::uint32_t size);

}  // namespace pianola::engine
