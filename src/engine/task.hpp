#pragma once

#include <cstdint>

#include "base/time.hpp"
#include "engine/settings.hpp"
#include "hid/usage.hpp"
#include "lang/code/wakes.hpp"

namespace pianola::engine {

/// A place in the pool of tasks.
using TaskIndex = std::uint16_t;
/// No place.
inline constexpr TaskIndex kNoTask = 0xFFFF;

/// A task that is meant and no other: the generation changes when its place is given back.
struct Handle {
  TaskIndex index = kNoTask;
  std::uint16_t generation = 0;
  friend constexpr bool operator==(const Handle&, const Handle&) = default;
};

enum class TaskState : std::uint8_t {
  free,    ///< Not in use.
  ready,   ///< In one of the two rounds.
  floor,   ///< Running.
  asleep,  ///< Until one of Task::wakes.
};

using lang::kWakeChild;
using lang::kWakeKey;
using lang::kWakeLayer;
using lang::kWakeLed;
using lang::kWakeRelease;
using lang::kWakeTask;
using lang::kWakeTime;
using lang::kWakeVariable;
using lang::Wakes;

/// A block that must be left in order.
enum class Scope : std::uint8_t {
  over,     ///< A `match next` that keeps nothing back any more.
  hides,    ///< `without`: hides modifiers, by a hold of veil_usage().
  defers,   ///< `defer`: keeps key events back.
  matches,  ///< `match next`: keeps key events back until the task waits.
};

/// Whether key events are kept back for a task that was in a `match next`, until it waits or goes
/// round in circles.
enum class Lingers : std::uint8_t {
  no,
  yes,
  once_round,  ///< They are, and a round of a loop has ended meanwhile.
};

/// How the letters are changed that a task types.
enum class Capitals : std::uint8_t {
  as_they_are,
  first,  ///< The first one becomes a capital.
  all,
};

/// One running macro.
struct Task {
  static constexpr std::uint16_t kNoPlace = 0xFFFF;

  Time deadline = 0;               ///< With kWakeTime.
  std::uint32_t press = 0;         ///< Which press of a key started it, or if `keyless` was last.
  Time pressed_at = 0;             ///< When it was pressed; without a key, when the task was made.
  std::uint32_t pc : 24 = 0;       ///< Where it goes on; valid when it does not run.
  std::uint32_t wakes : 8 = 0;     ///< While asleep.
  std::uint32_t entry : 24 = 0;    ///< Position of what it runs in the roll's index.
  std::uint32_t state : 2 = 0;     ///< TaskState.
  std::uint32_t resumed : 2 = 0;   ///< Not 0: the instruction at pc was begun before.
  std::uint32_t raw : 1 = 0;       ///< It may hold keys of a raw report.
  std::uint32_t doubled : 1 = 0;   ///< Its press was the second of a double tap.
  std::uint32_t record : 24 = 0;   ///< The definition that it runs.
  std::uint32_t slots : 8 = 0;     ///< Size of its frame.
  std::uint32_t typed = 0;         ///< Characters and taps, those of what it called too.
  Handle parent;                   ///< The task that called it and waits.
  TaskIndex next = kNoTask;        ///< In the list that it is in.
  std::uint16_t place = kNoPlace;  ///< In the heap of deadlines.
  std::uint16_t generation = 0;
  std::uint16_t frame = 0;        ///< Number of its first slot.
  Pace pace;                      ///< As Settings::pace.
  std::uint8_t layout = 0;        ///< Index in hid::layouts().
  hid::Modifiers hides = 0;       ///< Modifiers that its trigger named.
  std::uint16_t scope_kinds = 0;  ///< Of the scopes it is in, two bits each, outermost lowest.
  /// Of a recording: how many changes and times it has played; while it waits for a key:
  /// Core::pressed as it was.
  std::uint16_t played = 0;
  std::uint8_t known = 0;  ///< Events at the front of the queue that it kept back and knows of.
  std::uint8_t scopes : 4 = 0;  ///< How many it is in.
  Lingers lingers : 2 = Lingers::no;
  bool keyless : 1 = false;   ///< No key started it.
  bool repeated : 1 = false;  ///< `repeatkey` runs it, or one that called it.
  Capitals capitals : 2 = Capitals::as_they_are;

  [[nodiscard]] TaskState is() const { return static_cast<TaskState>(state); }

  /// The kind of scope number `index`.
  [[nodiscard]] Scope scope(unsigned index) const {
    return static_cast<Scope>(scope_kinds >> 2 * index & 3U);
  }
  void set_scope(unsigned index, Scope kind) {
    const unsigned others = scope_kinds & ~(3U << 2 * index);
    scope_kinds = static_cast<std::uint16_t>(others | static_cast<unsigned>(kind) << 2 * index);
  }
  /// Whether key events are kept back for it.
  [[nodiscard]] bool keeps_keys() const {
    constexpr unsigned kKeeps = 0xAAAA;  // the bit that `defers` and `matches` have in common
    return (scope_kinds & kKeeps) != 0 || lingers != Lingers::no;
  }
};

}  // namespace pianola::engine
