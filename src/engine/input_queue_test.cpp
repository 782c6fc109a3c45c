#include "engine/input_queue.hpp"

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <set>

#include "base/time.hpp"

namespace pianola::engine {
namespace {

using hid::keyboard_usage;
using hid::Usage;

/// A queue and what handles its events, which passes all keys through.
struct InputQueueTest : ::testing::Test {
  std::array<Hold, 64> table{};
  Holds handled{table};
  std::array<QueuedKey, 12> places{};
  InputQueue queue{places, handled};

  void push(Usage usage, bool down, Time time = 0) { queue.push({usage, down, time}); }
  KeyEvent handle() {
    const KeyEvent event = queue.front();
    queue.pop();
    if (event.down) {
      EXPECT_TRUE(handled.add(key_owner(event.usage), event.usage, false, 0));
    } else {
      EXPECT_TRUE(handled.contains(key_owner(event.usage)));
      handled.remove_all(key_owner(event.usage));
    }
    return event;
  }
};

TEST_F(InputQueueTest, EventsComeBackInOrderWithTheirTimes) {
  push(hid::kKeyA, true, 0xFFFFFFFE);
  push(hid::kEnter, true, 0x12345678);
  push(hid::kKeyA, false, 0x12345679);
  EXPECT_EQ(handle().time, 0xFFFFFFFE);
  const KeyEvent second = handle();
  EXPECT_EQ(second.usage, hid::kEnter);
  EXPECT_EQ(second.time, 0x12345678U);
  EXPECT_TRUE(second.down);
  EXPECT_FALSE(handle().down);
  EXPECT_TRUE(queue.empty());
}

TEST_F(InputQueueTest, WhatChangesNothingIsIgnored) {
  push(hid::kKeyA, false);
  EXPECT_TRUE(queue.empty());
  push(hid::kKeyA, true);
  push(hid::kKeyA, true);
  EXPECT_EQ(queue.size(), 1U);
  handle();
  push(hid::kKeyA, true);
  EXPECT_TRUE(queue.empty());
}

TEST_F(InputQueueTest, AFullQueueLosesWholeTaps) {
  for (unsigned i = 0; i < 20; ++i) {
    const Usage key = keyboard_usage(static_cast<std::uint8_t>(4 + i));
    push(key, true);
    push(key, false);
  }
  EXPECT_EQ(queue.size(), 12U);
  EXPECT_EQ(queue.lost_taps(), 14U);
  while (!queue.empty()) handle();
  EXPECT_TRUE(handled.empty());
}

TEST_F(InputQueueTest, AReleaseAlwaysHasRoom) {
  for (unsigned i = 0; i < 20; ++i) push(keyboard_usage(static_cast<std::uint8_t>(4 + i)), true);
  EXPECT_EQ(queue.size(), 6U);
  for (unsigned i = 0; i < 20; ++i) push(keyboard_usage(static_cast<std::uint8_t>(4 + i)), false);
  EXPECT_EQ(queue.size(), 12U);
  while (!queue.empty()) handle();
  EXPECT_TRUE(handled.empty());
}

TEST_F(InputQueueTest, ALostModifierIsMadeUpForBeforeTheNextKey) {
  for (unsigned i = 0; i < 6; ++i) {
    const Usage key = keyboard_usage(static_cast<std::uint8_t>(4 + i));
    push(key, true);
    push(key, false);
  }
  push(hid::kLeftShift, true, 1);
  EXPECT_EQ(queue.size(), 12U);
  EXPECT_TRUE(queue.down(hid::kLeftShift));
  while (!queue.empty()) handle();
  push(hid::kEnter, true, 2);
  EXPECT_EQ(handle().usage, hid::kLeftShift);
  EXPECT_EQ(handle().usage, hid::kEnter);
  EXPECT_EQ(queue.lost_taps(), 0U);
}

TEST_F(InputQueueTest, ALostModifierThatIsUpAgainIsALostTap) {
  for (unsigned i = 0; i < 6; ++i) {
    const Usage key = keyboard_usage(static_cast<std::uint8_t>(4 + i));
    push(key, true);
    push(key, false);
  }
  push(hid::kLeftShift, true);
  push(hid::kLeftShift, false);
  EXPECT_EQ(queue.lost_taps(), 1U);
  EXPECT_FALSE(queue.down(hid::kLeftShift));
  while (!queue.empty()) handle();
  EXPECT_TRUE(handled.empty());
}

/// Whatever comes and however slowly it is handled: no key stays down, each key is handled with the
/// modifiers that were down when it was pressed, and in order.
TEST_F(InputQueueTest, NothingStaysDownAndNoModifierIsWrongAfterAnyOverflow) {
  std::mt19937 random{7};
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  for (int round = 0; round < 2000; ++round) {
    std::set<unsigned> down;                   // physically
    std::map<Time, hid::Modifiers> mods_then;  // at each press
    Time time = 0;
    Time last = 0;
    unsigned handled_presses = 0;
    const auto handle_one = [&] {
      if (queue.empty()) return;
      const KeyEvent event = handle();
      EXPECT_LE(last, event.time);
      last = event.time;
      if (!event.down || hid::is_modifier(event.usage)) return;
      ++handled_presses;
      ASSERT_EQ(mods_then.at(event.time), handled.keyboard_modifiers());
    };
    for (int i = 0; i < 60; ++i) {
      const unsigned pick = below(10);
      const unsigned key = pick < 6 ? 4 + pick : 0xE0 + pick;
      const bool is_down = down.contains(key);
      if (is_down) {
        down.erase(key);
      } else {
        down.insert(key);
      }
      ++time;
      unsigned mods = 0;
      for (const unsigned k : down) mods |= hid::modifier_bit(static_cast<Usage>(k));
      mods_then[time] = static_cast<hid::Modifiers>(mods);
      push(static_cast<Usage>(key), !is_down, time);
      if (below(4) == 0) handle_one();
    }
    for (const unsigned key : std::set<unsigned>{down})
      push(static_cast<Usage>(key), false, ++time);
    while (!queue.empty()) handle_one();
    ASSERT_TRUE(handled.empty()) << "round " << round;
    ASSERT_GT(handled_presses, 0U);
  }
  EXPECT_GT(queue.lost_taps(), 1000U);
}

}  // namespace
}  // namespace pianola::engine
