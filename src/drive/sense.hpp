#pragma once

#include <cstdint>

namespace pianola::drive {

/// Why a command failed: sense key, additional sense code and its qualifier (SPC-4, 4.5 and
/// annex D).
struct Sense {
  std::uint8_t key = 0;
  std::uint8_t code = 0;
  std::uint8_t qualifier = 0;

  [[nodiscard]] constexpr bool ok() const { return key == 0; }
  friend constexpr bool operator==(const Sense&, const Sense&) = default;
};

inline constexpr Sense kFine{};
inline constexpr Sense kNoMedium{0x02, 0x3A, 0x00};
/// Not ready to ready change, medium may have changed: told once.
inline constexpr Sense kMediumChanged{0x06, 0x28, 0x00};
inline constexpr Sense kOutOfRange{0x05, 0x21, 0x00};
inline constexpr Sense kBadField{0x05, 0x24, 0x00};
inline constexpr Sense kUnknownCommand{0x05, 0x20, 0x00};
inline constexpr Sense kReadError{0x03, 0x11, 0x00};
inline constexpr Sense kWriteError{0x03, 0x0C, 0x00};
/// No room: space allocation failed, write protect. Linux reports it as ENOSPC.
inline constexpr Sense kNoRoom{0x07, 0x27, 0x07};

}  // namespace pianola::drive
