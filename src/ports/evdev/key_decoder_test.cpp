#include "ports/evdev/key_decoder.hpp"

#include <gtest/gtest.h>

#include <set>

#include "hid/key_names.hpp"
#include "ports/evdev/input_device.hpp"
#include "ports/evdev/key_codes.hpp"

namespace pianola::evdev {
namespace {

using Changes = std::vector<KeyChange>;

constexpr hid::Usage kA = hid::kKeyA;
constexpr hid::Usage kB = hid::keyboard_usage(0x05);

/// A keyboard whose events are made up.
struct Events {
  void key(std::uint16_t code, int value) { take(EV_KEY, code, value); }
  void take(std::uint16_t type, std::uint16_t code, int value) {
    input_event event{};
    event.type = type;
    event.code = code;
    event.value = value;
    decoder.take(
        event, [this] { return state; }, out);
  }
  Changes news() { return std::exchange(out, {}); }

  KeyDecoder decoder;
  KeyDecoder::State state;
  Changes out;
};

TEST(KeyDecoder, PressesAndReleasesButNoRepeats) {
  Events events;
  events.key(KEY_A, 1);
  events.key(KEY_A, 2);
  events.take(EV_MSC, MSC_SCAN, 4);
  events.take(EV_SYN, SYN_REPORT, 0);
  events.key(KEY_A, 0);
  EXPECT_EQ(events.news(), (Changes{{kA, true}, {kA, false}}));
  events.key(KEY_A, 0);
  events.key(BTN_LEFT, 1);
  EXPECT_EQ(events.news(), Changes{});
}

TEST(KeyDecoder, AfterDroppedEventsTheStateCounts) {
  Events events;
  events.key(KEY_A, 1);
  events.take(EV_SYN, SYN_DROPPED, 0);
  events.key(KEY_B, 1);
  events.key(KEY_B, 0);
  EXPECT_EQ(events.news(), (Changes{{kA, true}}));
  events.state[KEY_B] = true;
  events.take(EV_SYN, SYN_REPORT, 0);
  EXPECT_EQ(events.news(), (Changes{{kA, false}, {kB, true}}));
  events.key(KEY_B, 0);
  EXPECT_EQ(events.news(), (Changes{{kB, false}}));
}

TEST(KeyDecoder, ReleasesAll) {
  Events events;
  events.key(KEY_A, 1);
  events.key(KEY_B, 1);
  events.news();
  events.decoder.release_all(events.out);
  EXPECT_EQ(events.news(), (Changes{{kA, false}, {kB, false}}));
  events.decoder.release_all(events.out);
  EXPECT_EQ(events.news(), Changes{});
}

TEST(KeyCodes, EachUsageIsOneKeyWithAName) {
  std::set<hid::Usage> seen;
  for (std::uint16_t code = 0; code < KEY_CNT; ++code) {
    const auto usage = usage_of(code);
    if (!usage) continue;
    EXPECT_TRUE(seen.insert(*usage).second) << code;
    EXPECT_FALSE(hid::canonical_name(*usage).empty()) << code;
  }
  // All of a keyboard's, but those that Linux does not tell from others.
  for (unsigned id = 0x04; id <= 0x65; ++id) {
    const bool is = seen.count(hid::keyboard_usage(static_cast<std::uint8_t>(id))) != 0;
    EXPECT_EQ(is, id != 0x32) << id;
  }
  for (unsigned id = 0xE0; id <= 0xE7; ++id) {
    EXPECT_TRUE(seen.count(hid::keyboard_usage(static_cast<std::uint8_t>(id)))) << id;
  }
}

TEST(KeyCodes, SomeThatPeopleKnow) {
  EXPECT_EQ(usage_of(KEY_F24), hid::usage_from_name("F24"));
  EXPECT_EQ(usage_of(KEY_LEFTMETA), hid::kLeftGui);
  EXPECT_EQ(usage_of(KEY_SYSRQ), hid::usage_from_name("PRINT_SCREEN"));
  EXPECT_EQ(usage_of(KEY_VOLUMEUP), hid::usage_from_name("VOLUME_UP"));
  EXPECT_EQ(usage_of(KEY_RESERVED), std::nullopt);
  EXPECT_EQ(led_code(1), LED_CAPSL);
}

TEST(InputDevice, WhatIsNoneIsRefused) {
  std::string error;
  EXPECT_EQ(InputDevice::open("/nowhere/event0", error), nullptr);
  EXPECT_EQ(error, "cannot open /nowhere/event0: No such file or directory");
  EXPECT_EQ(InputDevice::open("/dev/null", error), nullptr);
  EXPECT_EQ(error, "/dev/null is no input device; they are /dev/input/event0 and so on");
}

}  // namespace
}  // namespace pianola::evdev
