#include "engine/holds.hpp"

#include <gtest/gtest.h>

#include <array>

#include "support/keys.hpp"

namespace pianola::engine {
namespace {

using hid::keyboard_usage;
using test::keys::kKeyA;

constexpr Owner kOne = task_owner(1);
constexpr Owner kTwo = task_owner(2);

struct HoldsTest : ::testing::Test {
  std::array<Hold, 10> table{};
  Holds holds{table};
};

TEST_F(HoldsTest, AnOwnerHoldsAUsageOnce) {
  EXPECT_TRUE(holds.add(kOne, kKeyA, true, 0));
  EXPECT_TRUE(holds.add(kOne, kKeyA, false, 7));
  ASSERT_EQ(holds.all().size(), 1U);
  EXPECT_FALSE(holds.all()[0].loose());
  EXPECT_EQ(holds.all()[0].info, 7U);
  holds.remove(kOne, kKeyA);
  EXPECT_TRUE(holds.empty());
}

TEST_F(HoldsTest, ReleasingOneOwnerKeepsTheOthers) {
  holds.add(kOne, kKeyA, false, 0);
  holds.add(kTwo, kKeyA, false, 0);
  holds.remove_all(kOne);
  EXPECT_TRUE(holds.contains(kTwo, kKeyA));
  EXPECT_FALSE(holds.contains(kOne));
}

TEST_F(HoldsTest, GivingMergesWhatBothHold) {
  holds.add(kOne, kKeyA, false, 0);
  holds.add(kOne, hid::kEnter, false, 0);
  holds.add(kTwo, kKeyA, false, 0);
  holds.give(kOne, kTwo);
  EXPECT_EQ(holds.all().size(), 2U);
  EXPECT_TRUE(holds.contains(kTwo, kKeyA));
  EXPECT_TRUE(holds.contains(kTwo, hid::kEnter));
}

TEST_F(HoldsTest, TasksLeaveRoomForTheKeyboard) {
  for (unsigned i = 0; i < 5; ++i) {
    EXPECT_TRUE(holds.add(kOne, keyboard_usage(static_cast<std::uint8_t>(4 + i)), false, 0));
  }
  EXPECT_FALSE(holds.add(kOne, hid::kEnter, false, 0));
  EXPECT_FALSE(holds.add(kDevice, hid::kEnter, false, 0));
  EXPECT_TRUE(holds.add(key_owner(hid::kEnter), hid::kEnter, false, 0));
}

TEST_F(HoldsTest, AChordIsAddedWholeOrNotAtAll) {
  for (unsigned i = 0; i < 3; ++i) {
    holds.add(kOne, keyboard_usage(static_cast<std::uint8_t>(4 + i)), false, 0);
  }
  EXPECT_FALSE(holds.add_chord(kOne, hid::kLCtrl | hid::kLAlt, hid::kEnter, false, 0));
  EXPECT_EQ(holds.all().size(), 3U);
  EXPECT_TRUE(holds.add_chord(kOne, hid::kLCtrl | hid::kLAlt, kKeyA, false, 0));
  EXPECT_EQ(holds.modifiers(kOne), hid::kLCtrl | hid::kLAlt);
}

TEST_F(HoldsTest, OnlyLooseHoldsOfTheOwnerAreDropped) {
  holds.add(kOne, kKeyA, true, 0);
  holds.add(kOne, hid::kEnter, false, 0);
  holds.add(kTwo, kKeyA, true, 0);
  holds.remove_loose(kOne);
  EXPECT_FALSE(holds.contains(kOne, kKeyA));
  EXPECT_TRUE(holds.contains(kOne, hid::kEnter));
  EXPECT_TRUE(holds.contains(kTwo, kKeyA));
}

TEST_F(HoldsTest, APressIsKnownByItsNumberOnly) {
  holds.add(key_owner(kKeyA), hid::kNoKey, false, 41);
  EXPECT_TRUE(holds.all()[0].started(41));
  EXPECT_FALSE(holds.all()[0].started(42));
  holds.remove_all(key_owner(kKeyA));
  holds.add(key_owner(kKeyA), hid::kNoKey, false, 42);
  EXPECT_FALSE(holds.all()[0].started(41));
  holds.add(key_owner(hid::kEnter), hid::kNoKey, false, 0);
  EXPECT_FALSE(holds.all()[1].started(0));
}

TEST_F(HoldsTest, KeyboardModifiersLeaveOutCompanionsAndTasks) {
  holds.add_chord(key_owner(hid::kLeftShift), 0, hid::kLeftShift, false, 0);
  holds.add_chord(key_owner(kKeyA), hid::kLCtrl, hid::kEnter, true, 0);
  holds.add_chord(kOne, hid::kLAlt, hid::kNoKey, false, 0);
  EXPECT_EQ(holds.keyboard_modifiers(), hid::kLShift);
}

TEST_F(HoldsTest, SuppressingKeepsOneSilentEntryForEachKey) {
  holds.add_chord(key_owner(kKeyA), hid::kLCtrl, hid::kEnter, true, 0);
  holds.add(key_owner(hid::kEscape), hid::kNoKey, false, 3);
  holds.add(kOne, kKeyA, false, 0);
  holds.add(kDevice, kKeyA, false, 0);
  holds.suppress_all();
  EXPECT_EQ(holds.all().size(), 2U);
  EXPECT_EQ(holds.keys(), 2U);
  for (const Hold& hold : holds.all()) {
    EXPECT_EQ(hold.usage(), hid::kNoKey);
    EXPECT_EQ(hold.info, 0U);
  }
}

}  // namespace
}  // namespace pianola::engine
