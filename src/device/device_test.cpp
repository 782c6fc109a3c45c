#include "device/device.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.hpp"
#include "base/text_writer.hpp"
#include "support/damage.hpp"
#include "support/device_rig.hpp"

namespace pianola::device {
namespace {

using test::DeviceRig;
using test::NewDevice;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

// ---- Playing ------------------------------------------------------------------------------------

TEST(Device, NewFlashHasTheDefaultMacros) {
  NewDevice device;
  EXPECT_EQ(device.rig.mount, store::Mount::ok);
  EXPECT_TRUE(device.rig.device->roll().is_default());
  device.rig.play("a");
  device.rig.leader("d");
  device.rig.pass(200);
  EXPECT_EQ(device.rig.typed(), "a" + std::string(40, '-') + "\n");
}

TEST(Device, PlaysWhatWasSavedAfterARestart) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  {
    DeviceRig rig{flash};
    ASSERT_EQ(rig.save("F1 { \"saved\" }\n"), Status::ok);
  }
  DeviceRig rig{flash};
  rig.play("F1");
  EXPECT_EQ(rig.typed(), "saved");
}

/// Two wrong bits in the lowest node of the index, which is more than can be put right.
void damage_index(memory::SimulatedFlash& flash, const DeviceRig& rig) {
  const store::Log& log = rig.device->store().log();
  const store::TreeRef index = log.root()[store::TreeRole::index];
  ASSERT_EQ(index.levels, 1U);
  flash.flip(log.place_of(index.address) + 9, 1);
  flash.flip(log.place_of(index.address) + 14, 6);
}

TEST(Device, ADamagedIndexIsMadeAnewFromTheText) {
  const std::string text = "F1 { \"saved\" }\nmacro m { \"called\" }\nF2 { call m }\n";
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  {
    DeviceRig rig{flash};
    ASSERT_EQ(rig.save("F3 { \"backup\" }\n"), Status::ok);
    ASSERT_EQ(rig.save(text), Status::ok);
    damage_index(flash, rig);
  }
  DeviceRig rig{flash};
  rig.play("x");
  rig.pass(500);
  EXPECT_EQ(rig.device->notice(), Notice::index_repaired);
  rig.clear_typed();
  rig.play("F1 F2");
  EXPECT_EQ(rig.typed(), "savedcalled");
  EXPECT_EQ(rig.text(), text);
  EXPECT_TRUE(rig.device->store().has_backup());
  EXPECT_TRUE(rig.device->store().has_whole_index());
  // Once is enough.
  const std::uint64_t programs = flash.counts().bytes_programmed;
  DeviceRig again{flash};
  again.pass(500);
  EXPECT_EQ(again.device->notice(), Notice::none);
  EXPECT_EQ(flash.counts().bytes_programmed, programs);
}

// The text that is left is not to be taken for the whole.
TEST(Device, ADamagedIndexStaysIfTheTextIsDamagedToo) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  {
    DeviceRig rig{flash};
    ASSERT_EQ(rig.save("F1 { \"" + std::string(600, 'x') + "\" }\nF2 { \"more\" }\n"), Status::ok);
    damage_index(flash, rig);
    const auto bytes = flash.bytes();
    const std::string_view image{reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    const auto at = static_cast<std::uint32_t>(image.find("xxxxxxxx"));
    flash.flip(at, 0);
    flash.flip(at + 3, 2);
  }
  const std::uint64_t programs = flash.counts().bytes_programmed;
  DeviceRig rig{flash};
  rig.pass(500);
  EXPECT_EQ(rig.device->notice(), Notice::index_damaged);
  EXPECT_EQ(flash.counts().bytes_programmed, programs);
  // It can be erased, and saved again.
  ASSERT_EQ(rig.save("F1 { \"new\" }\n"), Status::ok);
  rig.play("F1");
  EXPECT_EQ(rig.typed(), "new");
}

// Of a long definition the code stands in frames too.
TEST(Device, DamagedCodeIsMadeAnewFromTheText) {
  std::string text = "F1 {\n";
  for (int i = 1; i <= 100; ++i)
    text += "  tap a wait " + std::to_string(i) + "ms tap b wait 1ms\n";
  text += "}\nF2 { \"more\" }\n";
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  {
    DeviceRig rig{flash};
    ASSERT_EQ(rig.save(text), Status::ok);
    store::StoredRoll& roll = rig.device->store().roll();
    std::array<std::uint8_t, 32> code{};
    ASSERT_EQ(roll.read_code(roll.record_at(0), 200, code), code.size());
    ASSERT_TRUE(test::damage_text(flash, {reinterpret_cast<const char*>(code.data()), 32}));
  }
  DeviceRig rig{flash};
  rig.pass(500);
  EXPECT_EQ(rig.device->notice(), Notice::index_repaired);
  rig.play("F1");
  rig.pass(10000);
  EXPECT_EQ(rig.typed().size(), 200U);
  EXPECT_EQ(rig.text(), text);
  DeviceRig again{flash};
  again.pass(500);
  EXPECT_EQ(again.device->notice(), Notice::none);
}

/// Two wrong bits where the roll in force has its definitions, if they are short and few.
void damage_definitions(memory::SimulatedFlash& flash, const DeviceRig& rig) {
  const store::Log& log = rig.device->store().log();
  const store::TreeRef roll = log.root()[store::TreeRole::roll];
  ASSERT_EQ(roll.levels, 1U);
  flash.flip(log.place_of(roll.address) + 12, 1);
  flash.flip(log.place_of(roll.address) + 20, 3);
}

/// Macros that are saved, and changed where they are not damaged later.
const std::string kBefore = "F1 { \"ann.example.com\" }\nF2 { \"old\" }\n";
const std::string kNow = "F1 { \"ann.example.com\" }\nF2 { \"new\" }\n";

void save_and_damage(memory::SimulatedFlash& flash, bool index = false) {
  DeviceRig rig{flash};
  ASSERT_EQ(rig.save(kBefore), Status::ok);
  ASSERT_EQ(rig.save(kNow), Status::ok);
  damage_definitions(flash, rig);
  if (index) damage_index(flash, rig);
}

TEST(Device, ADamagedTextIsTakenFromTheBackup) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  save_and_damage(flash);
  DeviceRig rig{flash};
  rig.pass(500);
  EXPECT_EQ(rig.device->notice(), Notice::text_restored);
  EXPECT_EQ(rig.text(), kNow);
  rig.play("F1 F2");
  EXPECT_EQ(rig.typed(), "ann.example.comnew");
  EXPECT_TRUE(rig.device->store().has_backup());
  // Once is enough.
  const std::uint64_t programs = flash.counts().bytes_programmed;
  DeviceRig again{flash};
  again.pass(500);
  EXPECT_EQ(again.device->notice(), Notice::none);
  EXPECT_EQ(flash.counts().bytes_programmed, programs);
  again.play("F1 F2");
  EXPECT_EQ(again.typed(), "ann.example.comnew");
}

// The one makes the other possible.
TEST(Device, ADamagedTextIsTakenFromTheBackupAndTheIndexMadeAnew) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  save_and_damage(flash, true);
  DeviceRig rig{flash};
  rig.pass(500);
  EXPECT_EQ(rig.device->notice(), Notice::index_repaired);
  EXPECT_EQ(rig.text(), kNow);
  rig.play("F1 F2");
  EXPECT_EQ(rig.typed(), "ann.example.comnew");
}

// What the user does goes before.
TEST(Device, TakingFromTheBackupWaitsForTheDrive) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  save_and_damage(flash);
  DeviceRig rig{flash};
  rig.device->drive().insert();
  rig.live();
  rig.pass(500);
  EXPECT_NE(rig.text(), kNow);
  rig.device->drive().eject();
  rig.live();
  rig.pass(2000);
  EXPECT_EQ(rig.device->notice(), Notice::text_restored);
  EXPECT_EQ(rig.text(), kNow);
}

// The user learns of it, what can be played still is, and nothing is written.
TEST(Device, ADamagedTextIsToldAtTheStart) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  {
    DeviceRig rig{flash};
    ASSERT_EQ(rig.save("F2 { \"more\" }\nF1 { \"the start of it" + std::string(600, 'x') +
                       "number 1" + std::string(300, 'x') + "\" }\n"),
              Status::ok);
    ASSERT_TRUE(test::damage_text(flash, "number 1"));
  }
  const std::uint64_t programs = flash.counts().bytes_programmed;
  DeviceRig rig{flash};
  rig.pass(500);
  EXPECT_EQ(rig.device->notice(), Notice::text_damaged);
  EXPECT_EQ(flash.counts().bytes_programmed, programs);
  rig.play("F2 F1");
  EXPECT_EQ(rig.typed().substr(0, 19), "morethe start of it");
}

TEST(Device, ARepairWaitsForTheDriveAndIsDoneAfterIt) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  {
    DeviceRig rig{flash};
    ASSERT_EQ(rig.save("F1 { \"saved\" }\n"), Status::ok);
    damage_index(flash, rig);
  }
  DeviceRig rig{flash};
  rig.device->drive().insert();
  rig.live();
  rig.pass(500);
  EXPECT_FALSE(rig.device->store().has_whole_index());
  rig.device->drive().eject();
  rig.live();
  rig.pass(2000);
  EXPECT_FALSE(rig.device->drive().inserted());
  EXPECT_EQ(rig.device->notice(), Notice::index_repaired);
  rig.clear_typed();
  rig.play("F1");
  EXPECT_EQ(rig.typed(), "saved");
}

TEST(Device, PlaysTheDefaultMacrosOnFlashThatFails) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  flash.cut_after(0);
  DeviceRig rig{flash};
  EXPECT_NE(rig.mount, store::Mount::ok);
  rig.leader("d");
  rig.pass(200);
  EXPECT_EQ(rig.typed(), std::string(40, '-') + "\n");
  rig.edit();
  EXPECT_EQ(rig.device->notice(), Notice::no_flash);
  EXPECT_FALSE(rig.device->drive().inserted());
}

TEST(Device, PlaysWhatIsStoredOnFlashThatCannotBeWrittenAnyMore) {
  bool seen = false;
  for (std::uint64_t steps = 0; steps < 2000 && !seen; steps += 7) {
    memory::SimulatedFlash flash{DeviceRig::kGeometry};
    {
      DeviceRig rig{flash};
      ASSERT_EQ(rig.save("F1 { \"stored\" }\n"), Status::ok);
      flash.cut_after(steps);
      rig.save("F1 { \"stored\" }\nF2 { \"more\" }\n");
    }
    flash.power_on();
    for (std::uint32_t sector = 0; sector < DeviceRig::kGeometry.sectors; ++sector) {
      flash.set_bad(sector, memory::BadSector::program_fails);
    }
    DeviceRig rig{flash};
    if (rig.mount != store::Mount::no_sector) continue;
    seen = true;
    rig.play("F1");
    EXPECT_EQ(rig.typed(), "stored");
    rig.edit();
    EXPECT_EQ(rig.device->notice(), Notice::no_flash);
  }
  EXPECT_TRUE(seen);
}

// ---- Edit mode ----------------------------------------------------------------------------------

TEST(EditMode, TheKeysPutTheMediumInAndTakeItOut) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  EXPECT_FALSE(rig.device->drive().inserted());
  rig.edit();
  EXPECT_TRUE(rig.device->drive().inserted());
  EXPECT_EQ(rig.reconnects, 0U);
  rig.edit();
  EXPECT_FALSE(rig.device->drive().inserted());
  EXPECT_EQ(rig.typed(), "");
}

TEST(EditMode, TheShiftKeysOfItAreNoLeader) {
  NewDevice device;
  device.rig.edit();
  device.rig.play("d e");
  EXPECT_EQ(device.rig.typed(), "de");
}

TEST(EditMode, TheHostSeesNeitherTheKeyNorAShiftKeyThatStaysDown) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  rig.play("+LSHIFT +RSHIFT 10 +0x2E");
  for (const sim::TraceEntry& entry : rig.host.trace()) EXPECT_TRUE(entry.report.keys.empty());
  EXPECT_TRUE(rig.host.trace().back().report.empty());
  rig.play("-0x2E -LSHIFT -RSHIFT 0x2E");
  EXPECT_EQ(rig.typed(), "=");
}

TEST(EditMode, AKeyThatSaysTwiceThatItIsDownCountsOnce) {
  NewDevice device;
  device.rig.play("+LSHIFT +RSHIFT 10 +0x2E 10 +0x2E 10 -0x2E -LSHIFT -RSHIFT");
  EXPECT_TRUE(device.rig.device->drive().inserted());
}

TEST(EditMode, IsSeenWhileAMacroTypes) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("F1 { loop { \"all work and no play \" } }\n"), Status::ok);
  rig.play("F1");
  rig.edit();
  EXPECT_TRUE(rig.device->drive().inserted());
  rig.clear_typed();
  rig.pass(100);
  EXPECT_EQ(rig.typed(), "");
}

TEST(EditMode, AMacroCanAskForIt) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("F1 { edit \"yes\" }\n"), Status::ok);
  rig.play("F1");
  EXPECT_TRUE(rig.device->drive().inserted());
  EXPECT_EQ(rig.typed(), "yes");
  rig.play("F1");
  EXPECT_FALSE(rig.device->drive().inserted());
}

TEST(EditMode, EjectingStopsMacros) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("F1 { press a wait 1min }\n"), Status::ok);
  rig.edit();
  rig.play("F1");
  EXPECT_EQ(rig.device->engine().tasks(), 1U);
  rig.device->drive().start_stop(false, true);
  rig.live();
  rig.pass(50);
  EXPECT_EQ(rig.device->engine().tasks(), 0U);
  EXPECT_TRUE(rig.host.trace().back().report.empty());
}

// ---- A hidden drive -----------------------------------------------------------------------------

TEST(HiddenDrive, BelongsToTheDeviceInEditModeOnly) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  EXPECT_TRUE(rig.device->has_drive());
  ASSERT_EQ(rig.save("set drive = hidden\n"), Status::ok);
  EXPECT_FALSE(rig.device->has_drive());
  EXPECT_EQ(rig.reconnects, 0U);
  rig.pass(300);
  EXPECT_EQ(rig.reconnects, 1U);
  rig.edit();
  EXPECT_TRUE(rig.device->has_drive());
  rig.pass(300);
  EXPECT_EQ(rig.reconnects, 2U);
  rig.device->disconnected();
  rig.live();
  rig.device->connected();
  rig.pass(10);
  EXPECT_TRUE(rig.device->drive().inserted());
  rig.edit();
  rig.pass(300);
  EXPECT_FALSE(rig.device->has_drive());
  EXPECT_EQ(rig.reconnects, 3U);
}

TEST(HiddenDrive, IsHiddenFromTheStart) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  {
    DeviceRig rig{flash};
    ASSERT_EQ(rig.save("set drive = hidden\n"), Status::ok);
  }
  DeviceRig rig{flash};
  EXPECT_FALSE(rig.device->has_drive());
  rig.pass(1000);
  EXPECT_EQ(rig.reconnects, 0U);
}

TEST(HiddenDrive, AHostThatEjectsItHearsThatBeforeTheDeviceIsGone) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("set drive = hidden\n"), Status::ok);
  rig.pass(300);
  rig.edit();
  rig.pass(300);
  rig.device->drive().start_stop(false, true);
  rig.live();
  rig.pass(250);
  EXPECT_EQ(rig.reconnects, 2U);
  rig.pass(100);
  EXPECT_EQ(rig.reconnects, 3U);
}

// ---- Rescue -------------------------------------------------------------------------------------

TEST(Rescue, NoMacrosRunAndTheMediumIsIn) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  {
    DeviceRig rig{flash};
    ASSERT_EQ(rig.save("set drive = hidden\non start { loop { \"x\" } }\na { \"b\" }\n"),
              Status::ok);
    rig.pass(50);
    EXPECT_THAT(rig.typed(), StartsWith("xxx"));
  }
  DeviceRig rig{flash, {.rescue = true}};
  EXPECT_TRUE(rig.device->rescuing());
  EXPECT_TRUE(rig.device->drive().inserted());
  EXPECT_TRUE(rig.device->has_drive());
  rig.play("a");
  EXPECT_EQ(rig.typed(), "a");
}

// ---- Commands after the leader ------------------------------------------------------------------

TEST(Reset, NeedsTheLeaderAndDeleteTwice) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("F1 { \"mine\" }\n"), Status::ok);
  rig.leader("DELETE");
  EXPECT_EQ(rig.device->notice(), Notice::reset_asked);
  rig.leader("DELETE");
  EXPECT_EQ(rig.device->notice(), Notice::reset);
  EXPECT_TRUE(rig.device->roll().is_default());
  rig.play("F1");
  EXPECT_EQ(rig.typed(), "");
}

TEST(Reset, IsForgottenAfterFiveSecondsOrAnotherCommand) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("F1 { \"mine\" }\n"), Status::ok);
  rig.leader("DELETE");
  rig.pass(5000);
  rig.leader("DELETE");
  EXPECT_FALSE(rig.device->roll().is_default());
  rig.leader("END");
  rig.leader("DELETE");
  EXPECT_FALSE(rig.device->roll().is_default());
}

TEST(Reset, IsRefusedWhileTheDriveIsIn) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("F1 { \"mine\" }\n"), Status::ok);
  rig.edit();
  rig.leader("DELETE");
  rig.leader("DELETE");
  EXPECT_EQ(rig.device->notice(), Notice::reset_busy);
  EXPECT_FALSE(rig.device->roll().is_default());
}

TEST(Lock, CancelsAllAndStartsItsMacro) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("F1 { press a wait 1min }\non lock { \"locked\" }\nF2 { lock \"no\" }\n"),
            Status::ok);
  rig.play("F1");
  rig.clear_typed();
  rig.leader("END");
  EXPECT_EQ(rig.typed(), "locked");
  EXPECT_EQ(rig.device->engine().tasks(), 0U);
  rig.clear_typed();
  rig.play("F2");
  EXPECT_THAT(rig.typed(), EndsWith("locked"));
}

TEST(LeaderKeys, TheUsersOwnComeFirst) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("leader DELETE { \"mine\" }\n"), Status::ok);
  rig.leader("DELETE");
  rig.leader("DELETE");
  EXPECT_EQ(rig.typed(), "minemine");
  EXPECT_EQ(rig.device->notice(), Notice::none);
}

TEST(LeaderKeys, OnlyTheKeyThatComesAloneIsTheDevices) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("leader g h { \"gh\" }\nleader END g { \"mine\" }\non lock { \"locked\" }\n"),
            Status::ok);
  rig.leader("g END 50");
  EXPECT_EQ(rig.typed(), "") << "END is part of what came to nothing";
  rig.leader("END g 50");
  EXPECT_EQ(rig.typed(), "mine");
  rig.clear_typed();
  rig.leader("END x 50");
  EXPECT_EQ(rig.typed(), "") << "END does not come alone";
  rig.leader("END 2500");
  EXPECT_EQ(rig.typed(), "locked") << "no other key came in time";
}

// ---- LEDs, sleep --------------------------------------------------------------------------------

TEST(Leds, GoToTheKeyboardWhenTheyChange) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  EXPECT_TRUE(rig.leds.empty());
  for (const std::uint8_t leds : {0, 0, 2, 2, 3, 0}) rig.device->host_leds(leds);
  EXPECT_EQ(rig.leds, (std::vector<std::uint8_t>{0, 2, 3, 0}));
}

TEST(Sleep, AKeyWakesTheHostAndIsNotLost) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  rig.device->suspended();
  rig.live();
  rig.polls = false;
  rig.play("x");
  EXPECT_EQ(rig.wakes, 1U);
  EXPECT_EQ(rig.typed(), "");
  rig.device->resumed();
  rig.live();
  rig.polls = true;
  rig.pass(50);
  EXPECT_EQ(rig.typed(), "x");
}

TEST(Sleep, AKeyThatGoesUpDoesNotWakeTheHost) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  rig.play("+x");
  rig.device->suspended();
  rig.live();
  rig.play("-x");
  rig.pass(100);
  EXPECT_EQ(rig.wakes, 0U);
  rig.device->resumed();
  rig.live();
  rig.pass(10);
  EXPECT_TRUE(rig.host.trace().back().report.empty());
}

TEST(Sleep, AHostThatDoesNotWakeIsWokenAgainAndMacrosEnd) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("F1 { \"hello\" }\n"), Status::ok);
  rig.device->suspended();
  rig.live();
  rig.play("F1");
  rig.pass(1000);
  EXPECT_EQ(rig.wakes, 3U);
  EXPECT_EQ(rig.device->engine().tasks(), 1U);
  rig.pass(2000);
  EXPECT_EQ(rig.device->engine().tasks(), 0U);
}

TEST(Disconnect, AllKeysAreUpForTheNextHost) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  rig.play("+a +LCTRL");
  rig.device->disconnected();
  rig.live();
  rig.host.reconnect();
  rig.device->connected();
  rig.pass(10);
  rig.play("b");
  EXPECT_EQ(rig.host.trace().back().report, hid::Report{});
  EXPECT_THAT(rig.typed(), EndsWith("b"));
}

// ---- Status -------------------------------------------------------------------------------------

TEST(ErrorLog, EachErrorOnceWithItsLine) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("# first\n\n# second\nF1 { let x = 0  let y = 1 / x }\r\n"
                     "F2 { \"fine\" } # \r\nF3 { let z = random(0) }"),
            Status::ok);
  rig.play("F1 20 F2 20 F3");
  EXPECT_EQ(rig.device->errors().latest().code, engine::ErrorCode::range);
  rig.play("F1");
  EXPECT_EQ(rig.device->errors().latest().code, engine::ErrorCode::zero);
  EXPECT_EQ(rig.device->errors().added(), 2U);
  memory::StringSink sink;
  TextWriter out{sink};
  rig.device->errors().write(rig.device->roll(), out);
  EXPECT_EQ(sink.text(),
            "macros.txt:4: error: F1: " + std::string(error_text(engine::ErrorCode::zero)) +
                "\nmacros.txt:6: error: F3: " + std::string(error_text(engine::ErrorCode::range)) +
                "\n");
}

TEST(ErrorLog, NamesADefinitionByHowItBeginsIfThatIsShort) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("F1\n{ call m(0) }\n  macro m( n ) { let x = 1 / n }\n"
                     "F2 { let x = random(0) } \"gruß\" { let x = random(-1) }\n"
                     "rctrl+lshift+rshift+F3 { let x = random(0) }\n"),
            Status::ok);
  rig.play("F1 20 F2 20 g r u MINUS 50 +RCTRL +LSHIFT +RSHIFT +F3 -F3 -RCTRL -RSHIFT -LSHIFT");
  memory::StringSink sink;
  TextWriter out{sink};
  rig.device->errors().write(rig.device->roll(), out);
  EXPECT_EQ(sink.text(),
            "macros.txt:3: error: macro m( n ): division by zero\n"
            "macros.txt:4: error: F2: a random number needs a limit above zero\n"
            "macros.txt:5: error: rctrl+lshift+rshift+F3: a random number needs a limit above "
            "zero\n");
}

TEST(ErrorLog, ForgetsWithTheMacros) {
  NewDevice device;
  DeviceRig& rig = device.rig;
  ASSERT_EQ(rig.save("F1 { let z = random(0) }"), Status::ok);
  rig.play("F1");
  EXPECT_EQ(rig.device->errors().size(), 1U);
  ASSERT_EQ(rig.save("F2 { let z = random(0) }"), Status::ok);
  EXPECT_EQ(rig.device->errors().size(), 0U);
}

TEST(ErrorLog, KeepsTheLastOnes) {
  ErrorLog log;
  for (std::uint32_t i = 0; i < 20; ++i) log.error({engine::ErrorCode::zero, i, 0});
  EXPECT_EQ(log.size(), ErrorLog::kPlaces);
  EXPECT_EQ(log.added(), 20U);
  EXPECT_EQ(log.at(0).record, 12U);
  EXPECT_EQ(log.at(7).record, 19U);
}

TEST(Notices, AllHaveWords) {
  std::string last;
  for (int i = 1; i <= static_cast<int>(Notice::reset_failed); ++i) {
    last = test::words_of(static_cast<Notice>(i));
    EXPECT_FALSE(last.empty()) << i;
  }
  EXPECT_EQ(last, "the flash failed, so not all was erased") << "run tools/pack_texts";
  EXPECT_EQ(test::words_of(Notice::none), "");
}

}  // namespace
}  // namespace pianola::device
