#pragma once

#include <cstdint>

namespace pianola::lang {

/// What wakes a sleeping task; several may be set. UNTIL holds what its condition reads, as far as
/// that is one of these. A task may wake without need: it tests its condition again.
using Wakes = std::uint8_t;
inline constexpr Wakes kWakeTime = 0x01;      ///< Its deadline.
inline constexpr Wakes kWakeRelease = 0x02;   ///< The release of the key that started it.
inline constexpr Wakes kWakeChild = 0x04;     ///< The end of the macro that it called.
inline constexpr Wakes kWakeKey = 0x08;       ///< A key event came or was handled.
inline constexpr Wakes kWakeVariable = 0x10;  ///< A global changed.
inline constexpr Wakes kWakeLayer = 0x20;     ///< A layer went on or off.
inline constexpr Wakes kWakeLed = 0x40;       ///< The host's LEDs changed.
inline constexpr Wakes kWakeTask = 0x80;      ///< A task or a recording began or ended.

}  // namespace pianola::lang
