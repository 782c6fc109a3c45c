// The keyboard's interfaces, as HID drivers of hosts use them.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ports/memory/compile.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "ports/sim/text_view.hpp"
#include "support/usb_host.hpp"
#include "support/usb_scenario_device.hpp"

namespace pianola {
namespace {

using test::Bytes;
using test::InputReport;
using test::Transfer;
using test::UsbHost;
using test::UsbRig;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr auto a = hid::keyboard_usage(0x04);

constexpr std::uint8_t kClassIn = 0xA1;
constexpr std::uint8_t kClassOut = 0x21;
constexpr std::uint8_t kGetReport = 0x01;
constexpr std::uint8_t kGetIdle = 0x02;
constexpr std::uint8_t kGetProtocol = 0x03;
constexpr std::uint8_t kSetReport = 0x09;
constexpr std::uint8_t kSetIdle = 0x0A;
constexpr std::uint8_t kSetProtocol = 0x0B;
constexpr std::uint16_t kInput = 0x0100;
constexpr std::uint16_t kOutput = 0x0200;
constexpr std::uint16_t kFeature = 0x0300;

class UsbHid : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(host_.enumerate()); }

  /// The bytes that were read since the last time.
  std::vector<Bytes> read() {
    std::vector<Bytes> all;
    for (InputReport& input : host_.inputs) all.push_back(std::move(input.bytes));
    host_.inputs.clear();
    return all;
  }
  /// All that was read, without repeated reports of the keyboard.
  std::vector<Bytes> read_changes() {
    std::vector<Bytes> changes;
    Bytes keyboard;
    for (InputReport& input : host_.inputs) {
      const bool repeated = input.endpoint == usb::kKeyboardIn && input.bytes == keyboard;
      if (input.endpoint == usb::kKeyboardIn) keyboard = input.bytes;
      if (!repeated) changes.push_back(std::move(input.bytes));
    }
    host_.inputs.clear();
    return changes;
  }
  std::vector<Bytes> keys(std::initializer_list<int> usages, bool down) {
    for (const int usage : usages) {
      rig_.key(hid::keyboard_usage(static_cast<std::uint8_t>(usage)), down);
      host_.pass(2);
    }
    return read();
  }
  static Bytes boot(std::initializer_list<int> bytes) {
    Bytes all(8);
    std::size_t at = 0;
    for (const int byte : bytes) all[at++] = static_cast<std::uint8_t>(byte);
    return all;
  }

  memory::SimulatedFlash flash_{UsbRig::kGeometry};
  UsbRig rig_{flash_};
  UsbHost host_{rig_};
};

TEST_F(UsbHid, AKeyIsAReport) {
  EXPECT_THAT(keys({4}, true), ElementsAre(boot({0, 0, 4})));
  EXPECT_THAT(keys({4}, false), ElementsAre(boot({})));
  host_.pass(1000);
  EXPECT_THAT(read(), IsEmpty());
}

TEST_F(UsbHid, MoreThanSixKeys) {
  keys({4, 5, 6, 7, 8, 9}, true);
  Bytes further(29);
  further[0] = 1;
  further[1] = 0x40;
  EXPECT_THAT(keys({0x0A}, true), ElementsAre(further));
  further[1] = 0;
  EXPECT_THAT(keys({0x0A}, false), ElementsAre(further));
}

TEST_F(UsbHid, ConsumerKeys) {
  rig_.key(hid::consumer_usage(0xE9), true);
  host_.pass(2);
  rig_.key(hid::consumer_usage(0xE9), false);
  host_.pass(2);
  EXPECT_THAT(read(), ElementsAre(Bytes{2, 0xE9, 0}, Bytes{2, 0, 0}));
}

TEST_F(UsbHid, OneReportInAMillisecond) {
  ASSERT_EQ(rig_.save("F1 { \"The quick brown fox jumps over the lazy dog.\" }\n"), Status::ok);
  rig_.key(hid::keyboard_usage(0x3A), true);
  host_.pass(200);
  ASSERT_GT(host_.inputs.size(), 44U);
  for (std::size_t i = 1; i < host_.inputs.size(); ++i) {
    EXPECT_EQ(host_.inputs[i].time, host_.inputs[i - 1].time + 1);
  }
}

TEST_F(UsbHid, TenThousandCharacters) {
  std::string text;
  for (unsigned i = 0; text.size() < 10000; ++i) text += "line " + std::to_string(i) + " Aa,Bb;\n";
  std::string macros = "F1 {\n";
  for (std::size_t at = 0; at < text.size(); at += 100) {
    macros += "  \"";
    for (const char c : text.substr(at, 100)) {
      if (c == '\n') {
        macros += "\\n";
      } else {
        macros += c;
      }
    }
    macros += "\"\n";
  }
  ASSERT_EQ(rig_.save(macros + "}\n"), Status::ok);
  sim::TextView view{hid::default_layout()};
  test::ReportReader reader;
  host_.on_input = [&](const InputReport& input) { view.take(*reader.read(input)); };
  const std::uint32_t start = rig_.now;
  rig_.key(hid::keyboard_usage(0x3A), true);
  while (rig_.device->engine().tasks() > 0 && rig_.now - start < 60000) host_.pass(1);
  host_.pass(5);
  EXPECT_EQ(view.text(), text);
  const std::size_t reports = host_.inputs.size();
  EXPECT_LE(rig_.now - start, reports + 20) << "one report in each millisecond";
  RecordProperty("reports", static_cast<int>(reports));
  RecordProperty("milliseconds", static_cast<int>(rig_.now - start));
}

TEST_F(UsbHid, BootProtocol) {
  EXPECT_THAT(host_.control_in(kClassIn, kGetProtocol, 0, 0, 1).data, ElementsAre(1));
  ASSERT_TRUE(host_.control_out(kClassOut, kSetProtocol, 0, 0).ok());
  EXPECT_THAT(host_.control_in(kClassIn, kGetProtocol, 0, 0, 1).data, ElementsAre(0));
  keys({4, 5, 6, 7, 8, 9}, true);
  EXPECT_THAT(keys({0x0A}, true), ElementsAre(boot({0, 0, 1, 1, 1, 1, 1, 1})));
  rig_.key(hid::consumer_usage(0xE9), true);
  host_.pass(5);
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_THAT(keys({4}, false), ElementsAre(boot({0, 0, 5, 6, 7, 8, 9, 10})));
  // Back to the report protocol: what the other interface missed comes now.
  ASSERT_TRUE(host_.control_out(kClassOut, kSetProtocol, 1, 0).ok());
  host_.pass(5);
  EXPECT_THAT(read(), ElementsAre(Bytes{2, 0xE9, 0}));
}

TEST_F(UsbHid, ANewHostBeginsWithTheReportProtocol) {
  ASSERT_TRUE(host_.control_out(kClassOut, kSetProtocol, 0, 0).ok());
  host_.detach();
  ASSERT_TRUE(host_.enumerate());
  EXPECT_THAT(host_.control_in(kClassIn, kGetProtocol, 0, 0, 1).data, ElementsAre(1));
}

TEST_F(UsbHid, IdleRate) {
  keys({4}, true);
  ASSERT_TRUE(host_.control_out(kClassOut, kSetIdle, 0x0500, 0).ok());
  EXPECT_THAT(host_.control_in(kClassIn, kGetIdle, 0, 0, 1).data, ElementsAre(5));
  const std::uint32_t start = rig_.now;
  host_.pass(100);
  std::vector<std::uint32_t> times;
  for (const InputReport& input : host_.inputs) {
    EXPECT_EQ(input.bytes, boot({0, 0, 4}));
    times.push_back(input.time - start);
  }
  EXPECT_THAT(times, ElementsAre(20, 40, 60, 80, 100));
  host_.inputs.clear();
  // A change is told at once all the same.
  host_.pass(3);
  EXPECT_THAT(keys({4}, false), ElementsAre(boot({})));
  ASSERT_TRUE(host_.control_out(kClassOut, kSetIdle, 0, 0).ok());
  host_.pass(1000);
  EXPECT_THAT(read(), IsEmpty());
  EXPECT_EQ(host_.control_out(kClassOut, kSetIdle, 0x0500, 1).status, UsbHost::kStall);
  EXPECT_TRUE(host_.control_out(kClassOut, kSetIdle, 0, 1).ok());
}

TEST_F(UsbHid, LedsGoToTheKeyboardWhenTheyChange) {
  host_.set_leds(0x02);
  host_.set_leds(0x02);
  host_.set_leds(0x03);
  host_.pass(5);
  EXPECT_THAT(rig_.leds, ElementsAre(0x02, 0x03));
  EXPECT_THAT(host_.control_in(kClassIn, kGetReport, kOutput, 0, 1).data, ElementsAre(0x03));
}

TEST_F(UsbHid, LedReportsThatAreNone) {
  EXPECT_TRUE(host_.control_out(kClassOut, kSetReport, kOutput, 0).ok());  // Empty.
  EXPECT_TRUE(
      host_.control_out(kClassOut, kSetReport, kOutput | 5, 0, std::array{std::uint8_t{1}}).ok());
  EXPECT_TRUE(
      host_.control_out(kClassOut, kSetReport, kFeature, 0, std::array{std::uint8_t{1}}).ok());
  EXPECT_EQ(host_.control_out(kClassOut, kSetReport, kOutput, 0, Bytes(33)).status,
            UsbHost::kStall);
  host_.pass(5);
  EXPECT_THAT(rig_.leds, IsEmpty());
}

TEST_F(UsbHid, GetReport) {
  keys({4, 5, 6, 7, 8, 9, 0x0A}, true);
  EXPECT_EQ(host_.control_in(kClassIn, kGetReport, kInput, 0, 8).data,
            boot({0, 0, 4, 5, 6, 7, 8, 9}));
  const Bytes further = host_.control_in(kClassIn, kGetReport, kInput | 1, 1, 32).data;
  ASSERT_THAT(further, SizeIs(29));
  EXPECT_EQ(further[0], 1);
  EXPECT_EQ(further[1], 0x40);
  EXPECT_THAT(host_.control_in(kClassIn, kGetReport, kInput | 2, 1, 32).data, ElementsAre(2, 0, 0));
  EXPECT_THAT(host_.control_in(kClassIn, kGetReport, kInput | 3, 1, 32).data, ElementsAre(3, 0));
  EXPECT_THAT(host_.control_in(kClassIn, kGetReport, kInput | 4, 1, 32).data, SizeIs(7));
  EXPECT_THAT(host_.control_in(kClassIn, kGetReport, kInput, 2, 64).data, SizeIs(32));
  EXPECT_EQ(host_.control_in(kClassIn, kGetReport, kFeature, 0, 8).status, UsbHost::kStall);
  EXPECT_EQ(host_.control_in(kClassIn, 0x55, 0, 0, 8).status, UsbHost::kStall);
  EXPECT_THAT(host_.control_in(kClassIn, kGetReport, kInput, 0, 8).data, SizeIs(8));
}

TEST_F(UsbHid, RawMessagesAreAnsweredAsNotUnderstood) {
  Bytes message(32);
  for (std::size_t i = 0; i < message.size(); ++i) message[i] = static_cast<std::uint8_t>(i + 1);
  host_.listen(usb::kRawIn, 32);
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(host_.bulk_out(usb::kRawOut, message).ok());
    host_.pass(3);
    Bytes answer = message;
    answer[0] = 0xFF;
    EXPECT_THAT(read(), ElementsAre(answer));
  }
  // By SET_REPORT as well.
  ASSERT_TRUE(host_.control_out(kClassOut, kSetReport, kOutput, 2, message).ok());
  host_.pass(3);
  EXPECT_THAT(read(), SizeIs(1));
}

TEST_F(UsbHid, AHostThatDoesNotReadTheOtherInterface) {
  host_.ignore(usb::kExtraIn);
  rig_.key(hid::consumer_usage(0xE9), true);
  host_.pass(5);
  keys({4}, true);
  EXPECT_THAT(read(), IsEmpty()) << "the first report still waits";
  // The keyboard's report is repeated to see whether that one is read.
  host_.pass(usb::Usb::kDeaf + 20);
  EXPECT_THAT(read_changes(), ElementsAre(boot({}), boot({0, 0, 4})));
  rig_.key(hid::consumer_usage(0xE9), false);
  EXPECT_THAT(keys({5}, true), ElementsAre(boot({0, 0, 4, 5}))) << "it is not waited for again";
  // When it is read after all, the host learns the state.
  host_.listen(usb::kExtraIn, 32);
  host_.pass(5);
  EXPECT_THAT(read(), ElementsAre(Bytes{2, 0xE9, 0}, Bytes{2, 0, 0}));
}

// ---- A host that stands still: a virtual computer that is paused, a bus that is busy ------------

class UsbPause : public UsbHid {
 protected:
  static constexpr hid::Usage kF1 = hid::keyboard_usage(0x3A);

  /// How many presses of keys were read.
  std::ptrdiff_t presses_read() {
    return std::ranges::count_if(read(), [](const Bytes& bytes) { return bytes[2] != 0; });
  }
  std::string status() {
    memory::StringSink sink;
    TextWriter out{sink};
    rig_.device->errors().write(rig_.device->roll(), out);
    return sink.text();
  }
};

TEST_F(UsbPause, AMacroWaitsForTheHostAndLosesNothingWhereverItStops) {
  ASSERT_EQ(
      rig_.save("F1 { \"ab\" VOLUME_UP \"Cd\" move 5 -5 scroll 2 \"ef\" click left \"g\" }\n"),
      Status::ok);
  const auto play = [&](std::uint32_t before, std::uint32_t pause) {
    rig_.key(kF1, true);
    rig_.key(kF1, false);
    host_.pass(before);
    host_.stand_still(pause);
    host_.pass(100);
    return read_changes();
  };
  const std::vector<Bytes> all = play(0, 0);
  ASSERT_GT(all.size(), 15U);
  for (const std::uint32_t pause : {1U, 499U, 501U, 1003U, 3000U, 30'000U}) {
    for (std::uint32_t before = 0; before < all.size() + 5; ++before) {
      EXPECT_EQ(play(before, pause), all) << pause << " ms after " << before;
    }
  }
  EXPECT_EQ(status(), "");
}

TEST_F(UsbPause, WhenNobodyReadsForAnHourCancelWorksAndKeysThatHaveNoRoomAreCounted) {
  ASSERT_EQ(rig_.save("F1 { \"ab\" wait 1s \"cd\" }\n"), Status::ok);
  rig_.key(kF1, true);
  rig_.key(kF1, false);
  host_.pass(2);
  constexpr std::uint32_t kHour = 3'600'000;
  host_.stand_still(kHour, 100);
  engine::Engine& engine = rig_.device->engine();
  EXPECT_EQ(engine.tasks(), 1U) << "it waits as long as it takes";
  EXPECT_EQ(engine.lost_taps(), 0U);
  for (int i = 0; i < 40; ++i) {
    rig_.key(hid::keyboard_usage(0x04), true);
    rig_.key(hid::keyboard_usage(0x04), false);
  }
  const std::uint32_t lost = engine.lost_taps();
  EXPECT_GT(lost, 0U);
  EXPECT_EQ(engine.taps_lost_by_host(), lost);
  for (const auto key : {hid::kLeftShift, hid::kRightShift, hid::kEscape}) rig_.key(key, true);
  EXPECT_EQ(engine.tasks(), 0U) << "cancelled at once";
  for (const auto key : {hid::kLeftShift, hid::kRightShift, hid::kEscape}) rig_.key(key, false);
  host_.pass(100);
  read();
  EXPECT_THAT(keys({5}, true), ElementsAre(boot({0, 0, 5}))) << "nothing is left of before";
  EXPECT_EQ(status(), "") << "that was the user's wish";
}

TEST_F(UsbPause, TapsThatAreLostWhileAMacroTypesAreNotTheHostsFault) {
  ASSERT_EQ(rig_.save("F1 { wait 1s }\n"), Status::ok);
  host_.ignore(usb::kKeyboardIn);
  for (int i = 0; i < 40; ++i) {
    rig_.key(hid::keyboard_usage(0x04), true);
    rig_.key(hid::keyboard_usage(0x04), false);
  }
  EXPECT_GT(rig_.device->engine().lost_taps(), 0U);
  EXPECT_EQ(rig_.device->engine().taps_lost_by_host(), 0U);
}

TEST_F(UsbPause, OnlyAHostThatSleepsOrIsGoneCutsAMacroOffAndThatIsTold) {
  const std::string macros =
      "# Greetings\nF1 { \"0123456789\" TAB call rest }\n\nmacro rest { \"0123456789\" }\n";
  ASSERT_EQ(rig_.save(macros), Status::ok);
  const auto start = [&](std::uint32_t for_ms) {
    rig_.key(kF1, true);
    rig_.key(kF1, false);
    host_.pass(for_ms);
  };
  // Ten digits, TAB, four digits more; or somewhat fewer or more: what counts is what was read.
  start(15);
  rig_.controller.suspend();
  rig_.step();
  host_.stand_still(1999);
  EXPECT_EQ(status(), "");
  host_.stand_still(2);
  EXPECT_EQ(status(), "macros.txt:2: error: F1: the computer slept, so this was cut off after " +
                          std::to_string(presses_read() + 1) + " characters and taps\n")
      << "the last one was refused";
  rig_.controller.resume();
  host_.pass(100);
  read();
  start(3);
  host_.detach();
  EXPECT_EQ(rig_.device->engine().tasks(), 0U);
  EXPECT_THAT(status(), ::testing::EndsWith(
                            "macros.txt:2: error: F1: the computer was not connected, so this was "
                            "cut off after " +
                            std::to_string(presses_read() + 1) + " characters and taps\n"))
      << "the last one was on its way";
  // A host that begins anew.
  ASSERT_TRUE(host_.enumerate());
  start(0);
  rig_.controller.reset_bus();
  rig_.step();
  EXPECT_THAT(status(), ::testing::HasSubstr("connected, so this was cut off after "));
  EXPECT_EQ(rig_.device->errors().size(), 2U) << "of each kind the last one";
}

// ---- Sleep --------------------------------------------------------------------------------------

class UsbSleep : public UsbHid {
 protected:
  void may_wake(bool may) { host_.control_out(0x00, may ? 3 : 1, 1, 0); }
  void sleep() {
    rig_.controller.suspend();
    rig_.step();
  }
  void wake_up() {
    rig_.controller.resume();
    rig_.step();
  }
};

TEST_F(UsbSleep, NothingIsSentToAHostThatSleeps) {
  may_wake(false);
  sleep();
  EXPECT_THAT(keys({4}, true), IsEmpty());
  EXPECT_FALSE(rig_.controller.wake_asked());
  EXPECT_THAT(keys({4}, false), IsEmpty());
  wake_up();
  host_.pass(5);
  EXPECT_THAT(read(), ElementsAre(boot({0, 0, 4}), boot({})));
}

TEST_F(UsbSleep, AKeyWakesAHostThatAllowsIt) {
  may_wake(true);
  sleep();
  EXPECT_FALSE(rig_.controller.wake_asked());
  EXPECT_THAT(keys({4}, true), IsEmpty());
  EXPECT_TRUE(rig_.controller.wake_asked());
  host_.pass(20);
  wake_up();
  host_.pass(5);
  EXPECT_THAT(read(), ElementsAre(boot({0, 0, 4})));
  EXPECT_THAT(keys({4}, false), ElementsAre(boot({})));
}

TEST_F(UsbSleep, AReportThatIsOnItsWayWaits) {
  host_.ignore(usb::kKeyboardIn);
  rig_.key(a, true);
  sleep();
  host_.pass(100);
  wake_up();
  host_.listen(usb::kKeyboardIn, 8);
  host_.pass(5);
  EXPECT_THAT(read(), ElementsAre(boot({0, 0, 4})));
}

TEST_F(UsbSleep, AResetEndsSleep) {
  sleep();
  rig_.controller.reset_bus();
  rig_.step();
  EXPECT_FALSE(rig_.usb.configured());
  ASSERT_TRUE(host_.control_out(0x00, 9, 1, 0).ok());
  host_.listen(usb::kKeyboardIn, 8);
  EXPECT_THAT(keys({4}, true), ElementsAre(boot({0, 0, 4})));
}

// ---- Coming and going ---------------------------------------------------------------------------

TEST_F(UsbHid, ANewHostLearnsWhatIsDown) {
  keys({4}, true);
  host_.detach();
  EXPECT_FALSE(rig_.usb.configured());
  host_.inputs.clear();
  ASSERT_TRUE(host_.enumerate());
  host_.pass(10);
  // Keys that were down mean nothing to a new host until they are pressed again.
  EXPECT_THAT(keys({5}, true), ElementsAre(boot({0, 0, 5})));
}

TEST_F(UsbHid, DetachedWhileAReportIsOnItsWay) {
  ASSERT_EQ(rig_.save("F1 { \"abcdefghijklmnopqrstuvwxyz\" }\n"), Status::ok);
  for (std::uint32_t after = 0; after < 40; ++after) {
    SCOPED_TRACE(after);
    rig_.key(hid::keyboard_usage(0x3A), true);
    host_.pass(after);
    host_.detach();
    rig_.key(hid::keyboard_usage(0x3A), false);
    host_.pass(3);
    host_.inputs.clear();
    ASSERT_TRUE(host_.enumerate());
    host_.pass(10);
    EXPECT_THAT(read(), IsEmpty()) << "the macro ended with its host";
    EXPECT_THAT(keys({4}, true), ElementsAre(boot({0, 0, 4})));
    EXPECT_THAT(keys({4}, false), ElementsAre(boot({})));
  }
}

}  // namespace
}  // namespace pianola
