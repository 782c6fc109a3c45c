#pragma once

#include <cstdint>
#include <optional>

#include "hid/usage.hpp"

namespace pianola::evdev {

/// The usage of the key that Linux calls `code` (linux/input-event-codes.h); nothing if reports
/// cannot say it. The reverse of what Linux makes of a USB keyboard's usages.
std::optional<hid::Usage> usage_of(std::uint16_t code);

/// The number that Linux gives to the LED of bit `bit` (0 to 4) of the host's LEDs (HID 1.11,
/// appendix B.1).
std::uint16_t led_code(unsigned bit);

}  // namespace pianola::evdev
