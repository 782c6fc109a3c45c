#include "device/key_watch.hpp"

#include <gtest/gtest.h>

namespace pianola::device {
namespace {

using hid::kEscape;
using hid::kKeyA;
using hid::kLeftShift;
using hid::kNoKey;
using hid::kRightShift;
using Sign = KeyWatch::Sign;

constexpr hid::Usage kEquals = hid::keyboard_usage(0x2E);

struct Watch {
  Sign down(hid::Usage key) { return watch.see({key, true, 0}, leader); }
  Sign up(hid::Usage key) { return watch.see({key, false, 0}, leader); }
  KeyWatch watch;
  hid::Usage leader = kNoKey;
};

TEST(KeyWatch, BothShiftKeysLetGoAreTheLeader) {
  Watch keys;
  EXPECT_EQ(keys.down(kLeftShift), Sign::none);
  EXPECT_EQ(keys.down(kRightShift), Sign::none);
  EXPECT_EQ(keys.up(kLeftShift), Sign::none);
  EXPECT_EQ(keys.up(kRightShift), Sign::leader);
  // In any order, and again.
  keys.down(kRightShift);
  keys.down(kLeftShift);
  keys.up(kLeftShift);
  EXPECT_EQ(keys.up(kRightShift), Sign::leader);
}

TEST(KeyWatch, OneShiftKeyAfterTheOtherIsNoLeader) {
  Watch keys;
  keys.down(kLeftShift);
  EXPECT_EQ(keys.up(kLeftShift), Sign::none);
  keys.down(kRightShift);
  EXPECT_EQ(keys.up(kRightShift), Sign::none);
}

TEST(KeyWatch, AKeyInBetweenMakesItNoLeader) {
  Watch keys;
  keys.down(kLeftShift);
  keys.down(kRightShift);
  keys.down(kKeyA);
  keys.up(kKeyA);
  keys.up(kRightShift);
  EXPECT_EQ(keys.up(kLeftShift), Sign::none);
}

TEST(KeyWatch, AShiftKeyPressedAgainWhileTheOtherIsDownIsTheLeaderStill) {
  Watch keys;
  keys.down(kLeftShift);
  keys.down(kRightShift);
  keys.up(kRightShift);
  keys.down(kRightShift);
  keys.up(kRightShift);
  EXPECT_EQ(keys.up(kLeftShift), Sign::leader);
}

TEST(KeyWatch, AKeyOfItsOwnIsTheLeaderInsteadOfTheShiftKeys) {
  Watch keys;
  keys.leader = hid::kCapsLock;
  EXPECT_EQ(keys.down(hid::kCapsLock), Sign::leader);
  EXPECT_EQ(keys.up(hid::kCapsLock), Sign::none);
  keys.down(kLeftShift);
  keys.down(kRightShift);
  keys.up(kLeftShift);
  EXPECT_EQ(keys.up(kRightShift), Sign::none);
}

TEST(KeyWatch, CancelAndEditNeedBothShiftKeys) {
  Watch keys;
  EXPECT_EQ(keys.down(kEscape), Sign::none);
  EXPECT_EQ(keys.down(kEquals), Sign::none);
  keys.down(kLeftShift);
  EXPECT_EQ(keys.down(kEscape), Sign::none);
  EXPECT_EQ(keys.down(kEquals), Sign::none);
  keys.down(kRightShift);
  EXPECT_EQ(keys.down(kEscape), Sign::cancel);
  EXPECT_EQ(keys.down(kEquals), Sign::edit);
  EXPECT_EQ(keys.up(kEquals), Sign::none);
  keys.up(kLeftShift);
  EXPECT_EQ(keys.up(kRightShift), Sign::none);
}

TEST(KeyWatch, KnowsTheModifiersThatAreDown) {
  Watch keys;
  keys.down(hid::kLeftCtrl);
  keys.down(hid::kRightAlt);
  EXPECT_EQ(keys.watch.mods(), hid::kLCtrl | hid::kRAlt);
  keys.up(hid::kLeftCtrl);
  keys.down(kKeyA);
  EXPECT_EQ(keys.watch.mods(), hid::kRAlt);
}

}  // namespace
}  // namespace pianola::device
