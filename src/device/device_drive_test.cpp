// The device and its drive together: what a host writes plays, and what happened stands in the
// files.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/status.hpp"
#include "device/device.hpp"
#include "support/damage.hpp"
#include "support/device_rig.hpp"
#include "support/fat_host.hpp"
#include "support/fat_tools.hpp"

namespace pianola::device {
namespace {

using test::DeviceRig;
using test::NewDevice;

/// The medium as a host reads it.
std::vector<std::uint8_t> read_medium(DeviceRig& rig) {
  drive::Drive& drive = rig.device->drive();
  drive.test_ready();
  std::vector<std::uint8_t> image(std::size_t{drive.sectors()} * drive::Drive::kSector);
  EXPECT_TRUE(drive.read(0, image).ok());
  return image;
}

/// Replaces macros.txt on the medium, which reads as `image`, as a host does, and ejects.
void replace_macros(DeviceRig& rig, const std::vector<std::uint8_t>& image, std::string_view text,
                    bool eject = true) {
  test::FatHost host{image};
  host.truncate("macros.txt");
  host.append("macros.txt", text);
  host.flush();
  for (const auto& write : host.log) {
    ASSERT_TRUE(rig.write(write.sector, write.data).ok());
    rig.live();
    rig.pass(1);
  }
  if (eject) rig.device->drive().start_stop(false, true);
  rig.live();
  rig.pass(500);
}

class DeviceDrive : public ::testing::Test {
 protected:
  drive::Drive& medium() { return rig.device->drive(); }

  bool shows(DeviceRig& from, std::string_view text) {
    const auto bytes = read_medium(from);
    return std::search(bytes.begin(), bytes.end(), text.begin(), text.end()) != bytes.end();
  }
  bool shows(std::string_view text) { return shows(rig, text); }

  /// Replaces macros.txt as a host does, and ejects.
  void write(DeviceRig& to, std::string_view text, bool eject = true) {
    replace_macros(to, read_medium(to), text, eject);
  }
  void write(std::string_view text, bool eject = true) { write(rig, text, eject); }

  NewDevice device;
  DeviceRig& rig = device.rig;
};

TEST_F(DeviceDrive, WhatIsSavedOnItPlaysAtOnce) {
  rig.edit();
  write("F1 { \"new\" }\n");
  EXPECT_EQ(medium().outcome(), drive::Drive::Outcome::taken);
  EXPECT_FALSE(medium().inserted());
  rig.play("F1");
  EXPECT_EQ(rig.typed(), "new");
}

// Where the processor waits for its flash, an erase at a time is all that keys should wait for, and
// what came meanwhile has some ms to be typed.
TEST_F(DeviceDrive, ItRestsAfterEachErase) {
  rig.edit();
  medium().test_ready();
  const std::vector<std::uint8_t> data(64 * drive::Drive::kSector, 'x');
  std::vector<std::uint32_t> erased;
  medium().begin_write(40, data);
  for (unsigned ms = 0; ms < 5000 && !medium().answer(); ++ms) {
    const std::uint64_t before = device.flash.counts().erases;
    rig.pass(1);
    const std::uint64_t erases = device.flash.counts().erases - before;
    ASSERT_LE(erases, 1U) << rig.now;
    if (erases == 1) erased.push_back(rig.now);
  }
  ASSERT_GE(erased.size(), 8U) << "32 KB, in sectors of 4 KB";
  for (std::size_t i = 1; i < erased.size(); ++i) EXPECT_GE(erased[i] - erased[i - 1], 8U) << i;
}

// And a key does not wait for the next one.
TEST_F(DeviceDrive, KeysGoBeforeIt) {
  rig.edit();
  medium().test_ready();
  const std::vector<std::uint8_t> data(64 * drive::Drive::kSector, 'x');
  medium().begin_write(40, data);
  unsigned keys = 0;
  for (; rig.now < 5000 && !medium().answer(); ++rig.now) {
    const std::uint64_t before = device.flash.counts().steps;
    const bool down = ++keys % 2 == 1;
    rig.device->key({hid::keyboard_usage(0x04), down, rig.now});
    rig.device->step(rig.now);
    EXPECT_EQ(device.flash.counts().steps, before) << "the flash worked first";
    EXPECT_TRUE(rig.host.poll(rig.now)) << "no report at " << rig.now;
    rig.device->report_taken(rig.now);
    rig.live();  // Now the drive goes on.
  }
  EXPECT_GE(keys, 20U);
}

TEST_F(DeviceDrive, TheOldMacrosStayWhenItHasErrors) {
  ASSERT_EQ(rig.save("F1 { \"old\" }\n"), Status::ok);
  rig.edit();
  write("F1 { \"new\" \n");
  EXPECT_EQ(medium().outcome(), drive::Drive::Outcome::errors);
  rig.play("F1");
  EXPECT_EQ(rig.typed(), "old");
  rig.pass(5000);
  EXPECT_TRUE(medium().inserted());
  EXPECT_TRUE(shows("macros.txt:1:"));
}

TEST_F(DeviceDrive, TheKeysEjectItLikeTheHost) {
  rig.edit();
  write("F1 { \"new\" }\n", false);
  rig.edit();
  rig.pass(500);
  EXPECT_EQ(medium().outcome(), drive::Drive::Outcome::taken);
  rig.play("F1");
  EXPECT_EQ(rig.typed(), "new");
}

TEST_F(DeviceDrive, AMacroThatRunsIsStoppedByNewOnes) {
  ASSERT_EQ(rig.save("F1 { press a loop { wait 10s } }\n"), Status::ok);
  rig.edit();
  rig.play("F1");
  write("F1 { \"new\" }\n", false);
  rig.pass(3000);
  EXPECT_EQ(medium().outcome(), drive::Drive::Outcome::taken);
  EXPECT_EQ(rig.device->engine().tasks(), 0U);
  EXPECT_TRUE(rig.host.trace().back().report.empty());
}

TEST_F(DeviceDrive, StatusSaysWhatFailedAndWhere) {
  ASSERT_EQ(rig.save("# top\nF1 { \"fine\" }\nF2 { let x = random(0) }\n"), Status::ok);
  rig.play("F2");
  rig.edit();
  EXPECT_TRUE(shows("macros.txt:3: error: "));
  EXPECT_FALSE(shows("Last command"));
}

TEST_F(DeviceDrive, StatusSaysWhatCameOfTheLastCommand) {
  ASSERT_EQ(rig.save(""), Status::ok);
  rig.leader("0x2E");
  rig.play("F5 a +LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT 100");
  rig.edit();
  EXPECT_TRUE(shows("Last command on the keys: what was recorded is in force.\n"));
  EXPECT_TRUE(shows("F5 { \"a\" }\n"));
}

TEST_F(DeviceDrive, WhatWasRecordedIsInTheFileAndCanBeEdited) {
  ASSERT_EQ(rig.save("# mine\n"), Status::ok);
  rig.leader("0x2E");
  rig.play("F5 a +LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT 100");
  rig.edit();
  write("# mine\nF5 { \"b\" }\n");
  rig.clear_typed();
  rig.play("F5");
  EXPECT_EQ(rig.typed(), "b");
}

TEST_F(DeviceDrive, IsHiddenAgainWhenTheEditIsTaken) {
  ASSERT_EQ(rig.save("set drive = hidden\n"), Status::ok);
  rig.pass(300);
  rig.edit();
  rig.pass(300);
  EXPECT_TRUE(rig.device->has_drive());
  write("set drive = hidden\nF1 { \"new\" }\n");
  EXPECT_FALSE(rig.device->has_drive());
  EXPECT_EQ(rig.reconnects, 3U);
}

TEST_F(DeviceDrive, AFileThatHidesItTakesEffectWhenItIsOut) {
  rig.edit();
  write("set drive = hidden\n", false);
  rig.pass(3000);
  EXPECT_EQ(medium().outcome(), drive::Drive::Outcome::taken);
  EXPECT_EQ(rig.reconnects, 0U);
  medium().start_stop(false, true);
  rig.live();
  rig.pass(400);
  EXPECT_FALSE(rig.device->has_drive());
  EXPECT_EQ(rig.reconnects, 1U);
}

TEST_F(DeviceDrive, RescueEndsWhenRepairedMacrosAreTaken) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  {
    DeviceRig first{flash};
    ASSERT_EQ(first.save("on start { loop { \"x\" } }\n"), Status::ok);
  }
  DeviceRig rescue{flash, {.rescue = true}};
  rescue.pass(100);
  EXPECT_EQ(rescue.typed(), "");
  EXPECT_TRUE(shows(rescue, "Rescue: no macros run"));
  EXPECT_TRUE(shows(rescue, "on start { loop { \"x\" } }\n"));
  write(rescue, "on start { \"repaired\" }\n", false);
  rescue.pass(3000);
  EXPECT_TRUE(rescue.device->rescuing());
  EXPECT_EQ(rescue.typed(), "");
  rescue.device->drive().start_stop(false, true);
  rescue.live();
  rescue.pass(500);
  EXPECT_FALSE(rescue.device->rescuing());
  EXPECT_EQ(rescue.typed(), "repaired");
}

TEST_F(DeviceDrive, ResetForgetsTheDraftToo) {
  ASSERT_EQ(rig.save("F1 { \"secret\" }\n"), Status::ok);
  rig.edit();
  write("F1 { \"draft \n");
  rig.pass(5000);
  rig.edit();
  rig.pass(100);
  EXPECT_FALSE(medium().inserted());
  rig.leader("DELETE");
  rig.leader("DELETE");
  EXPECT_EQ(rig.device->notice(), Notice::reset);
  rig.edit();
  EXPECT_FALSE(shows("secret"));
  EXPECT_FALSE(shows("draft"));
  EXPECT_TRUE(shows("These are your macros."));
}

TEST_F(DeviceDrive, ARecordingLosesNoTextThatWaits) {
  ASSERT_EQ(rig.save("# mine\n"), Status::ok);
  rig.edit();
  test::FatHost host{read_medium(rig)};
  host.remove("macros.txt");
  host.create("macros.txt.txt");
  host.append("macros.txt.txt", "F1 { \"new\" }\n");
  host.flush();
  for (const auto& write : host.log) ASSERT_TRUE(rig.write(write.sector, write.data).ok());
  // Ejected, told of, and ejected once more.
  medium().start_stop(false, true);
  rig.live();
  rig.pass(5000);
  EXPECT_TRUE(shows("macros.txt.txt: error: "));
  medium().start_stop(false, true);
  rig.live();
  rig.pass(5000);
  EXPECT_FALSE(medium().inserted());
  rig.leader("0x2E");
  EXPECT_EQ(test::words_of(rig.device->notice()),
            "cannot record while a text waits on the drive: put it in, see ERRORS.TXT, and eject "
            "it");
  rig.play("F5 a +LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT 100");
  EXPECT_EQ(rig.text(), "# mine\n");
  rig.edit();
  rig.pass(100);
  EXPECT_TRUE(shows("F1 { \"new\" }\n"));
  // Given up with all else, it is in nobody's way.
  rig.edit();
  rig.pass(100);
  rig.leader("DELETE");
  rig.leader("DELETE");
  EXPECT_EQ(rig.device->notice(), Notice::reset);
  rig.leader("0x2E");
  EXPECT_EQ(rig.device->notice(), Notice::recording);
}

TEST_F(DeviceDrive, RescueEndsWhenWhatWasTakenAtQuietIsEjected) {
  // Taken at quiet, then changed on a volume in use, and changed back.
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  DeviceRig rescue{flash, {.rescue = true}};
  rescue.pass(100);
  const std::string repaired = "on start { \"repaired\" }\n";
  write(rescue, repaired, false);
  rescue.pass(3000);
  const auto taken = read_medium(rescue);
  test::FatHost host{taken};
  host.mark_boot(true);
  host.overwrite("macros.txt", "on start { \"other\" }\n");
  host.flush();
  for (const auto& write : host.log) {
    ASSERT_TRUE(rescue.write(write.sector, write.data).ok());
  }
  rescue.live();
  rescue.pass(3000);
  EXPECT_EQ(rescue.device->drive().outcome(), drive::Drive::Outcome::waits);
  for (const auto& write : host.log) {
    const std::span there = std::span{taken}.subspan(std::size_t{write.sector} * 512, 512);
    ASSERT_TRUE(rescue.write(write.sector, there).ok());
  }
  rescue.device->drive().start_stop(false, true);
  rescue.live();
  rescue.pass(500);
  EXPECT_FALSE(rescue.device->rescuing());
  EXPECT_EQ(rescue.typed(), "repaired");
}

TEST_F(DeviceDrive, AHostThatPutsItInStopsARecordingFromBeingSaved) {
  ASSERT_EQ(rig.save("F1 { \"old\" }\n"), Status::ok);
  rig.edit();
  medium().start_stop(false, true);
  rig.pass(100);
  rig.leader("0x2E");
  rig.play("F5 a");
  medium().insert();
  rig.play("+LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT 100");
  EXPECT_EQ(rig.device->notice(), Notice::recording_busy);
  EXPECT_EQ(rig.text(), "F1 { \"old\" }\n");
}

TEST_F(DeviceDrive, StatusSaysWhatWasPutRight) {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  {
    DeviceRig rig{flash};
    ASSERT_EQ(rig.save("F1 { \"ann.example.com\" }\nF2 { \"old\" }\n"), Status::ok);
    ASSERT_EQ(rig.save("F1 { \"ann.example.com\" }\nF2 { \"new\" }\n"), Status::ok);
    const store::Log& log = rig.device->store().log();
    const std::uint32_t leaf = log.root()[store::TreeRole::roll].address;
    flash.flip(log.place_of(leaf) + 12, 1);
    flash.flip(log.place_of(leaf) + 20, 3);
  }
  DeviceRig rig{flash};
  rig.pass(500);
  rig.edit();
  EXPECT_TRUE(shows(rig,
                    "\nSince it was switched on: a part of macros.txt was damaged, and was "
                    "taken from BACKUP.TXT.\n"));
  EXPECT_FALSE(shows(rig, "????"));
}

/// A device in whose flash the longest definition was damaged while it was off.
class DamagedDrive : public ::testing::Test {
 protected:
  DamagedDrive() {
    {
      DeviceRig rig{flash};
      EXPECT_EQ(rig.save(kFirst + kLong + kLast), Status::ok);
    }
    EXPECT_TRUE(test::damage_text(flash, "this word"));
  }

  /// The drive of a device that was switched on, as a host reads it.
  static std::vector<std::uint8_t> image(DeviceRig& rig) {
    rig.pass(1000);
    rig.edit();
    return read_medium(rig);
  }

  static inline const std::string kFirst = "F2 { \"more\" }\n";
  static inline const std::string kLong = "macro signature {\n  \"Ann Example\"\n  \"" +
                                          std::string(1200, 'x') + "this word" +
                                          std::string(400, 'y') + "\"\n}\n";
  static inline const std::string kLast = "F3 { call signature }\n";
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
};

TEST_F(DamagedDrive, OtherLinesAreSavedAndNothingIsLost) {
  std::string shown;
  for (const auto& [old, now] : {std::pair{"more", "much more"}, std::pair{"F3", "F4"}}) {
    DeviceRig rig{flash};
    const std::vector<std::uint8_t> bytes = image(rig);
    test::FatImage files{bytes};
    std::string text = files.type("macros.txt");
    EXPECT_NE(text.find("\n#acro signature {\n# \"Ann Example\"\n# \"xxx"), std::string::npos);
    EXPECT_NE(text.find(" bytes that stood here cannot be read ????"), std::string::npos);
    EXPECT_NE(text.find("yyy\"\n#\nF"), std::string::npos);
    const std::string status = files.type("STATUS.TXT");
    EXPECT_NE(status.find("comments with ????: 1."), std::string::npos) << status;
    EXPECT_NE(status.find("\nmacros.txt:2: macro signature\n"), std::string::npos) << status;
    const std::string errors = files.type("ERRORS.TXT");
    EXPECT_EQ(errors.substr(errors.size() - 31), "\nmacros.txt:2: macro signature\n");
    EXPECT_NE(status.find(errors), std::string::npos) << errors;
    EXPECT_EQ(files.fsck(), "");
    if (!shown.empty()) {
      EXPECT_EQ(text, shown);
    }
    text.replace(text.find(old), 2, now);
    shown = text;
    replace_macros(rig, bytes, text);
    EXPECT_EQ(rig.device->drive().outcome(), drive::Drive::Outcome::taken);
    EXPECT_EQ(rig.text(), text);
  }
  // What was stored is still there, all of it, and its first lines are played.
  DeviceRig rig{flash};
  rig.play("F4");
  rig.pass(3000);
  EXPECT_EQ(rig.typed().substr(0, 14), "Ann Examplexxx");
  EXPECT_EQ(rig.text(), shown);
}

// A host that writes the same file again, as an editor does that is told to save.
TEST_F(DamagedDrive, TheSameTextChangesNothing) {
  DeviceRig rig{flash};
  const std::vector<std::uint8_t> bytes = image(rig);
  const std::string text = test::FatImage{bytes}.type("macros.txt");
  EXPECT_EQ(text.size(), kFirst.size() + kLong.size() + kLast.size());
  const store::TreeRef before = rig.device->store().log().root()[store::TreeRole::roll];
  replace_macros(rig, bytes, text);
  EXPECT_EQ(rig.device->drive().outcome(), drive::Drive::Outcome::unchanged);
  EXPECT_EQ(rig.device->store().log().root()[store::TreeRole::roll], before);
  rig.play("F2 F3");
  rig.pass(3000);
  EXPECT_EQ(rig.typed().substr(0, 15), "moreAnn Example");
}

TEST_F(DamagedDrive, WhatIsWrittenAnewEndsIt) {
  DeviceRig rig{flash};
  const std::vector<std::uint8_t> bytes = image(rig);
  std::string text = test::FatImage{bytes}.type("macros.txt");
  const std::size_t begin = text.find('#');
  text.replace(begin, text.find("F3") - begin, "macro signature { \"Ann\" }\n");
  EXPECT_EQ(text, kFirst + "macro signature { \"Ann\" }\n" + kLast);
  replace_macros(rig, bytes, text);
  EXPECT_EQ(rig.device->drive().outcome(), drive::Drive::Outcome::taken);
  rig.clear_typed();
  rig.play("F2 F3");
  EXPECT_EQ(rig.typed(), "moreAnn");
  test::FatImage after{image(rig)};
  EXPECT_EQ(after.type("STATUS.TXT").find("????"), std::string::npos);
  EXPECT_EQ(after.run("mdir -i IMAGE ::").find("ERRORS"), std::string::npos);
  DeviceRig again{flash};
  const std::string later = test::FatImage{image(again)}.type("STATUS.TXT");
  EXPECT_EQ(later.find("????"), std::string::npos) << later;
  EXPECT_EQ(later.find("damaged"), std::string::npos) << later;
}

// What is wrong with an edit goes before.
TEST_F(DamagedDrive, ErrorsOfAnEditStandInErrorsTxt) {
  DeviceRig rig{flash};
  const std::vector<std::uint8_t> bytes = image(rig);
  replace_macros(rig, bytes, test::FatImage{bytes}.type("macros.txt") + "F9 { \"unclosed }\n");
  EXPECT_EQ(rig.device->drive().outcome(), drive::Drive::Outcome::errors);
  rig.pass(5000);
  const std::string errors = test::FatImage{read_medium(rig)}.type("ERRORS.TXT");
  EXPECT_NE(errors.find("error: "), std::string::npos) << errors;
  EXPECT_EQ(errors.find("Damaged"), std::string::npos) << errors;
}

// The macros that were recorded on the keys are put behind it.
TEST_F(DamagedDrive, WhatIsRecordedIsSavedBesideIt) {
  DeviceRig rig{flash};
  rig.pass(1000);
  const std::string before = rig.text();
  rig.leader("0x2E");
  rig.play("F9 a b c");
  rig.play("+LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT");
  rig.pass(500);
  EXPECT_EQ(rig.device->notice(), Notice::recorded);
  EXPECT_EQ(rig.text().substr(0, before.size()), before);
  EXPECT_GT(rig.text().size(), before.size());
}

}  // namespace
}  // namespace pianola::device
