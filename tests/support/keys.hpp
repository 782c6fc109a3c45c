#pragma once

#include <cstdint>

#include "hid/usage.hpp"

/// The usages of keys that tests press (HID Usage Tables 1.5, chapter 10; mouse buttons as
/// hid/usage.hpp has them).
namespace pianola::test::keys {

constexpr std::uint16_t kA = 0x04;
constexpr std::uint16_t kB = 0x05;
constexpr std::uint16_t kC = 0x06;
constexpr std::uint16_t kH = 0x0B;
constexpr hid::Usage kKeyA = hid::keyboard_usage(kA);
constexpr hid::Usage kKeyB = hid::keyboard_usage(kB);
constexpr std::uint16_t kEnterKey = 0x28;
constexpr std::uint16_t kEsc = 0x29;
constexpr std::uint16_t kBackspaceKey = 0x2A;
constexpr std::uint16_t kSpaceKey = 0x2C;
constexpr std::uint16_t kCapsKey = 0x39;
constexpr std::uint16_t kF1 = 0x3A;
constexpr std::uint16_t kF2 = 0x3B;
constexpr hid::Usage kKeyF1 = hid::keyboard_usage(kF1);
constexpr hid::Usage kKeyF2 = hid::keyboard_usage(kF2);
constexpr std::uint16_t kF3 = 0x3C;
constexpr std::uint16_t kLeft = 0x50;
constexpr std::uint16_t kCtrl = 0xE0;
constexpr std::uint16_t kShift = 0xE1;
constexpr std::uint16_t kAlt = 0xE2;
constexpr std::uint16_t kRightShift = 0xE5;

}  // namespace pianola::test::keys
