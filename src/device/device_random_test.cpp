// Anything in any order: keys, commands, a host that comes, goes, sleeps and ejects. In the end no
// key is down, what is stored is sound, and the same happenings give the same reports.

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "base/status.hpp"
#include "device/device.hpp"
#include "support/device_rig.hpp"

namespace pianola::device {
namespace {

using test::DeviceRig;

constexpr auto kKeys = std::to_array<hid::Usage>(
    {hid::kLeftShift, hid::kRightShift, hid::kLeftShift, hid::kRightShift, hid::kLeftCtrl,
     hid::keyboard_usage(0x2E), hid::kEscape, hid::keyboard_usage(0x4C), hid::keyboard_usage(0x4D),
     hid::kKeyA, hid::keyboard_usage(0x05), hid::keyboard_usage(0x3A), hid::keyboard_usage(0x3B),
     hid::keyboard_usage(0x3C), hid::kEnter, hid::kCapsLock, hid::consumer_usage(0xE9)});

constexpr std::string_view kMacros =
    "F1 { \"some text \" wait 5ms \"more\" }\n"
    "F2 { edit }\n"
    "F3 { press LCTRL wait 200ms \"c\" }\n"
    "b { hold x }\n"
    "on lock { \"L\" }\n";

class Chaos {
 public:
  explicit Chaos(unsigned seed) : random_(seed) {}

  void run(DeviceRig& rig, unsigned happenings) {
    for (unsigned i = 0; i < happenings; ++i) {
      happen(rig);
      rig.live();
      if (below(3) == 0) rig.pass(below(4) == 0 ? below(400) : below(20));
    }
    // All is over.
    rig.polls = true;
    rig.device->resumed();
    for (const hid::Usage key : kKeys) rig.key(key, false);
    rig.pass(100);
    rig.play("+LSHIFT +RSHIFT 10 ESC -LSHIFT -RSHIFT");
    rig.device->drive().eject();
    rig.live();
    rig.pass(10'000);
    rig.device->drive().eject();
    rig.live();
    rig.pass(2000);
  }

 private:
  unsigned below(unsigned limit) {
    return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_);
  }

  void happen(DeviceRig& rig) {
    switch (below(40)) {
      case 0:
        return rig.device->host_leds(static_cast<std::uint8_t>(below(8)));
      case 1:
        return rig.device->suspended();
      case 2:
      case 3:
        return rig.device->resumed();
      case 4:
        rig.device->disconnected();
        return rig.host.reconnect();
      case 5:
        return rig.device->connected();
      case 6:
        rig.polls = !rig.polls;
        return;
      case 7:
        rig.device->drive().start_stop(below(4) == 0, true);
        return;
      case 8:
        return rig.edit();
      case 9:
        return rig.leader("0x2E");
      case 10:
        return rig.leader("DELETE");
      case 11:
        return rig.play("+LSHIFT +RSHIFT 5 -LSHIFT -RSHIFT");
      default:
        return rig.key(kKeys[below(kKeys.size())], below(2) == 0);
    }
  }

  std::mt19937 random_;
};

/// The reports and the text in the end of what happens for `seed`.
std::pair<std::string, std::string> play(unsigned seed) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  DeviceRig rig{flash};
  EXPECT_EQ(rig.save(kMacros), Status::ok);
  Chaos{seed}.run(rig, 150);
  EXPECT_TRUE(rig.device->engine().shown().empty()) << "seed " << seed;
  EXPECT_TRUE(rig.device->engine().idle()) << "seed " << seed;
  EXPECT_FALSE(rig.device->drive().busy()) << "seed " << seed;
  const std::string text = rig.text();
  EXPECT_EQ(text.size(), rig.device->roll().text_size()) << "seed " << seed;
  // It works as before.
  rig.clear_typed();
  rig.play("'9' '8'");
  EXPECT_EQ(rig.typed(), "98") << "seed " << seed;
  return {sim::format_trace(rig.host.trace()), text};
}

TEST(DeviceRandom, NothingStaysDownAndAllGoesOn) {
  for (unsigned seed = 0; seed < 150 && !HasFailure(); ++seed) play(seed);
}

TEST(DeviceRandom, TheSameAgainIsTheSame) {
  for (unsigned seed = 0; seed < 10; ++seed) EXPECT_TRUE(play(seed) == play(seed)) << seed;
}

}  // namespace
}  // namespace pianola::device
