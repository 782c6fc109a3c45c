#pragma once

#include <cstddef>
#include <cstdint>

#include "base/fnv.hpp"
#include "lang/code/opcode.hpp"

namespace pianola::lang {

/// What starts a binding, as code and the index hold it.
enum class TriggerKind : std::uint8_t {
  press,       ///< A key, perhaps with modifiers.
  leader,      ///< The key or keys after the leader.
  double_tap,  ///< A key tapped twice.
  hold,        ///< A key held.
  tap,         ///< A key tapped.
  together,    ///< Two to five keys together.
  text,        ///< A typed abbreviation.
  vial,        ///< A Vial macro key, M0 to M127.
  event,       ///< `on …`.
  dance,       ///< A key whose taps are counted.
};
inline constexpr std::size_t kTriggerKinds = 10;

/// Most keys of TriggerKind::together.
inline constexpr std::size_t kMaxTogether = 5;
/// Most keys after the leader.
inline constexpr std::size_t kMaxSequence = 8;

/// The clauses of a dance.
enum class Clause : std::uint8_t { tap, hold, double_tap, double_hold, triple };
inline constexpr std::size_t kClauses = 5;

/// The events of `on …`.
enum class Event : std::uint8_t { start, lock, unlock, capslock, layer };

/// The modifiers that a trigger asks for. None at all means: whatever is held.
struct TriggerMods {
  std::uint8_t exact = 0;  ///< These sides must be down (HID 1.11, 8.3).
  std::uint8_t either =
      0;              ///< Bit 0 ctrl, 1 shift, 2 alt, 3 gui: left, right or both must be down.
  bool more = false;  ///< Others may be down, too. Only if any() are asked for.

  [[nodiscard]] constexpr bool any() const { return (exact | either) != 0; }
  /// The modifiers that are sent for them: of those whose side is open, the left ones.
  [[nodiscard]] constexpr std::uint8_t sides() const {
    return static_cast<std::uint8_t>(exact | either);
  }
  friend constexpr bool operator==(TriggerMods, TriggerMods) = default;
};

/// In a trigger's first byte: more keys follow than its kind has at least.
inline constexpr std::uint8_t kManyKeys = 0x20;

/// A trigger as written. In code: one byte kind | (any modifiers ? 0x80 : 0) | (TriggerMods::more ?
/// 0x40 : 0) | (kManyKeys or 0); with modifiers one byte `exact` and one byte `either`; then by
/// kind: `text` the text operand · `event` one byte, and for Event::layer the name operand · `vial`
/// one byte number · all others their keys (LEB128 KeyRef each): two of `together`, one of the
/// others; with kManyKeys more than that, and one byte before them says how many.
struct Trigger {
  TriggerKind kind = TriggerKind::press;
  TriggerMods mods;
  KeyRef key;               ///< The first one.
  std::uint8_t keys = 1;    ///< How many it has.
  std::uint8_t number = 0;  ///< `vial`: 0 to 127; `event`: an Event.
  std::uint32_t hash = 0;   ///< `text`: name_hash of the text; Event::layer: of the layer's name.
};

/// The hash that names are bound by: FNV-1a of their bytes. Two names of one file that share it are
/// an error.
constexpr std::uint32_t name_hash(const char* data, std::size_t size) {
  std::uint32_t hash = kFnvStart;
  for (std::size_t i = 0; i < size; ++i) hash = fnv_step(hash, static_cast<std::uint8_t>(data[i]));
  return hash;
}

}  // namespace pianola::lang
