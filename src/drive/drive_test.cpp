#include "drive/drive.hpp"

#include <gtest/gtest.h>

#include "base/status.hpp"
#include "support/drive_edits.hpp"

namespace pianola::drive {
namespace {

using test::DriveRig;
using test::edit;
using test::FatImage;
using test::file;
using test::kBad;
using test::kNew;
using test::kOld;
using test::put;

TEST(Drive, IsEmptyAtFirst) {
  DriveRig rig;
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  EXPECT_EQ(rig.drive().sectors(), 0U);
  std::array<std::uint8_t, kSectorSize> sector{};
  EXPECT_EQ(rig.drive().read(0, sector), kNoMedium);
  EXPECT_EQ(rig.write(0, sector), kNoMedium);
  EXPECT_FALSE(rig.drive().busy());
}

TEST(Drive, TellsOnceThatTheMediumIsNew) {
  DriveRig rig;
  rig.drive().insert();
  rig.settle();
  EXPECT_EQ(rig.drive().test_ready(), kMediumChanged);
  EXPECT_EQ(rig.drive().test_ready(), kFine);
  EXPECT_TRUE(rig.drive().busy());
}

TEST(Drive, ShowsTheDefaultMacros) {
  DriveRig rig;
  rig.insert();
  FatImage image(rig.image());
  EXPECT_EQ(image.fsck(), "");
  EXPECT_EQ(image.type("macros.txt"), rig.text());
  EXPECT_EQ(image.type("HELP.TXT").substr(0, 20), "MACROS.TXT ON A PAGE");
  EXPECT_NE(image.type("STATUS.TXT").find("Device: under test\n"), std::string::npos);
}

TEST(Drive, TakesAFileAtEject) {
  DriveRig rig;
  ASSERT_EQ(rig.save(kOld), Status::ok);
  rig.insert();
  ASSERT_EQ(put(rig, kNew), kFine);
  EXPECT_EQ(rig.text(), kOld);
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_EQ(rig.text(), kNew);
  EXPECT_FALSE(rig.drive().inserted());
  EXPECT_EQ(rig.store().next_draft(0), std::nullopt);
  rig.insert();
  EXPECT_EQ(file(rig, "macros.txt"), kNew);
  EXPECT_EQ(file(rig, "BACKUP.TXT"), kOld);
}

TEST(Drive, TellsOfWarningsAndOfEncryption) {
  DriveRig rig;
  const auto says = [&](std::string_view text) {
    rig.insert();
    return file(rig, "STATUS.TXT").find(text) != std::string::npos;
  };
  EXPECT_TRUE(says("\nEncryption: none yet; who has the device can read what is marked private\n"));
  EXPECT_FALSE(says("Warnings"));
  ASSERT_EQ(put(rig, "private F1 { \"x\" }\nF2 { \"{ENTER}\" }\n"), kFine);
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_TRUE(says("\nWarnings in macros.txt: 2; 'pianola check macros.txt' shows them\n"));
  ASSERT_EQ(put(rig, kNew), kFine);
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_FALSE(says("Warnings"));
}

TEST(Drive, EjectsWithoutAWord) {
  DriveRig rig;
  rig.insert();
  EXPECT_EQ(rig.eject(), std::nullopt);
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  EXPECT_FALSE(rig.drive().busy());
}

// ---- What the host may ask ----------------------------------------------------------------------

TEST(Drive, RefusesWhatIsBeyondItsEnd) {
  DriveRig rig;
  rig.insert();
  std::vector<std::uint8_t> data(4 * kSectorSize);
  const std::uint32_t end = rig.drive().sectors();
  EXPECT_EQ(rig.drive().read(end - 4, data), kFine);
  EXPECT_EQ(rig.drive().read(end - 3, data), kOutOfRange);
  EXPECT_EQ(rig.write(end - 3, data), kOutOfRange);
  EXPECT_EQ(rig.drive().read(0xFFFFFFFF, data), kOutOfRange);
  EXPECT_EQ(rig.write(0xFFFFFFFE, data), kOutOfRange);
  EXPECT_EQ(rig.store().next_draft(0), std::nullopt);
}

TEST(Drive, EveryCommandTellsOfANewMedium) {
  DriveRig rig;
  std::vector<std::uint8_t> data(kSectorSize);
  rig.drive().insert();
  rig.settle();
  EXPECT_EQ(rig.drive().read(0, data), kMediumChanged);
  EXPECT_EQ(rig.drive().read(0, data), kFine);
  rig.drive().disconnected();
  EXPECT_EQ(rig.write(0, data), kMediumChanged);
  EXPECT_EQ(rig.store().next_draft(0), std::nullopt);
}

TEST(Drive, StartsAndStops) {
  DriveRig rig;
  EXPECT_EQ(rig.drive().start_stop(true, true), kNoMedium);
  EXPECT_EQ(rig.drive().start_stop(true, false), kNoMedium);
  EXPECT_EQ(rig.drive().start_stop(false, true), kFine);
  rig.insert();
  EXPECT_EQ(rig.drive().start_stop(true, false), kFine);
  ASSERT_EQ(put(rig, kNew), kFine);
  // Stopped without being ejected: what is written is looked at without waiting.
  EXPECT_EQ(rig.drive().start_stop(false, false), kFine);
  rig.settle();
  EXPECT_EQ(rig.text(), kNew);
  EXPECT_TRUE(rig.drive().inserted());
}

TEST(Drive, WhatIsThereAlreadyIsNotWritten) {
  DriveRig rig;
  rig.insert();
  const auto image = rig.image();
  const std::uint64_t steps = rig.flash.steps();
  EXPECT_EQ(rig.write(0, image), kFine);
  EXPECT_EQ(rig.flash.steps(), steps);
  EXPECT_EQ(rig.eject(), std::nullopt);
}

TEST(Drive, GoesInAndOutAtTheKeys) {
  DriveRig rig;
  rig.insert();
  ASSERT_EQ(put(rig, kNew), kFine);
  rig.drive().eject();
  EXPECT_FALSE(rig.drive().inserted());
  EXPECT_TRUE(rig.drive().busy());
  // In again while the edit is being taken: as soon as that is done.
  rig.drive().insert();
  EXPECT_TRUE(rig.drive().inserted());
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  rig.settle();
  EXPECT_EQ(rig.text(), kNew);
  EXPECT_EQ(rig.drive().test_ready(), kMediumChanged);
  rig.drive().eject();
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  rig.settle();
  EXPECT_FALSE(rig.drive().busy());
}

TEST(Drive, CanBeEjectedBeforeItIsBack) {
  DriveRig rig;
  rig.insert();
  ASSERT_EQ(put(rig, kBad), kFine);
  EXPECT_EQ(rig.eject(), Outcome::errors);
  EXPECT_TRUE(rig.drive().inserted());
  rig.drive().eject();
  EXPECT_FALSE(rig.drive().inserted());
  rig.wait(10'000);
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
}

TEST(Drive, CountsTimeAcrossItsWrap) {
  DriveRig rig;
  rig.now = 0xFFFFFE00;
  rig.insert();
  ASSERT_EQ(put(rig, kNew), kFine);
  rig.wait(1900);
  EXPECT_NE(rig.text(), kNew);
  rig.wait(200);
  EXPECT_EQ(rig.text(), kNew);
}

// ---- What is taken ------------------------------------------------------------------------------

TEST(Drive, NoFileMeansNoMacros) {
  for (const bool empty : {false, true}) {
    DriveRig rig;
    ASSERT_EQ(rig.save(kOld), Status::ok);
    rig.insert();
    edit(rig, [&](FatImage& image) {
      if (empty) {
        image.copy_in("macros.txt", "");
      } else {
        image.run("mdel -i IMAGE ::macros.txt");
      }
    });
    rig.wait(5000);
    EXPECT_EQ(rig.text(), kOld);
    EXPECT_EQ(rig.eject(), Outcome::taken);
    EXPECT_EQ(rig.text(), "");
    EXPECT_FALSE(rig.roll().is_default());
    rig.insert();
    FatImage image(rig.image());
    EXPECT_EQ(image.fsck(), "");
    EXPECT_EQ(image.type("macros.txt"), "");
    EXPECT_EQ(image.type("BACKUP.TXT"), kOld);
  }
}

TEST(Drive, TheBackupCanTakeThePlaceOfTheFile) {
  for (const bool quietly : {false, true}) {
    DriveRig rig;
    ASSERT_EQ(rig.save(kOld), Status::ok);
    ASSERT_EQ(rig.save(kNew), Status::ok);
    rig.insert();
    edit(rig, [](FatImage& image) {
      EXPECT_EQ(image.run("mdel -i IMAGE ::macros.txt && mren -i IMAGE ::BACKUP.TXT ::macros.txt"),
                "");
    });
    const auto written = rig.image();
    if (quietly) {
      rig.wait(3000);
      EXPECT_EQ(rig.text(), kOld);
      EXPECT_EQ(rig.image(), written);
    }
    EXPECT_EQ(rig.eject(), quietly ? std::nullopt : std::optional{Outcome::taken});
    EXPECT_EQ(rig.text(), kOld);
    EXPECT_EQ(rig.backup(), kNew);
  }
}

TEST(Drive, TakesTheFileOfAReformattedVolume) {
  for (const std::string format : {"-F 12", "-F 12 -f 2 -s 4", "-S 1024", ""}) {
    DriveRig rig;
    rig.insert();
    ASSERT_EQ(edit(rig,
                   [&](FatImage& image) {
                     image.run("/usr/sbin/mkfs.vfat " + format + " IMAGE");
                     EXPECT_EQ(image.copy_in("Macros.txt", kNew), "");
                   }),
              kFine);
    EXPECT_EQ(rig.eject(), Outcome::taken);
    EXPECT_EQ(rig.text(), kNew);
    rig.insert();
    EXPECT_EQ(file(rig, "HELP.TXT").substr(0, 10), "MACROS.TXT");
  }
}

TEST(Drive, ReadsWhatEditorsWrite) {
  DriveRig rig;
  rig.insert();
  const std::string windows = "\xEF\xBB\xBF# BOM\r\nF1 { \"x\" }\r\n";
  ASSERT_EQ(put(rig, windows), kFine);
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_EQ(rig.text(), windows);
  rig.insert();
  const std::string utf16(
      "\xFF\xFE"
      "F\0001\0 \0{\0}\0",
      12);
  ASSERT_EQ(put(rig, utf16), kFine);
  EXPECT_EQ(rig.eject(), Outcome::errors);
  rig.wait(3000);
  rig.drive().test_ready();
  EXPECT_NE(file(rig, "ERRORS.TXT").find("the file is UTF-16; save it as plain text in UTF-8"),
            std::string::npos);
  EXPECT_EQ(file(rig, "macros.txt"), utf16);
}

TEST(Drive, OtherFilesChangeNothing) {
  DriveRig rig;
  rig.insert();
  edit(rig, [](FatImage& image) { image.copy_in("._macros.txt", "litter"); });
  EXPECT_EQ(rig.eject(), Outcome::unchanged);
  EXPECT_TRUE(rig.roll().is_default());
  ASSERT_EQ(rig.save(kOld), Status::ok);
  const std::uint32_t version = rig.roll().epoch();
  rig.insert();
  put(rig, kOld);
  edit(rig, [](FatImage& image) { image.copy_in("._macros.txt", "litter"); });
  EXPECT_EQ(rig.eject(), Outcome::unchanged);
  EXPECT_EQ(rig.roll().epoch(), version);
  EXPECT_EQ(rig.store().next_draft(0), std::nullopt);
}

// ---- At quiet -----------------------------------------------------------------------------------

TEST(DriveQuiet, TheVolumeStaysAsItIs) {
  DriveRig rig;
  ASSERT_EQ(rig.save("# first\n"), Status::ok);
  ASSERT_EQ(rig.save(kOld), Status::ok);
  rig.insert();
  ASSERT_EQ(put(rig, kNew), kFine);
  auto written = rig.image();
  rig.wait(2500);
  EXPECT_EQ(rig.text(), kNew);
  EXPECT_EQ(rig.backup(), kOld);
  EXPECT_EQ(rig.image(), written);
  EXPECT_EQ(file(rig, "BACKUP.TXT"), "# first\n");
  // A second edit in the same session leaves the backup alone.
  ASSERT_EQ(put(rig, "# third\n"), kFine);
  written = rig.image();
  rig.wait(2500);
  EXPECT_EQ(rig.text(), "# third\n");
  EXPECT_EQ(rig.image(), written);
  // Also after the power has gone.
  const std::uint32_t outcomes = rig.drive().outcomes();
  EXPECT_EQ(outcomes, 2U);
  rig.restart();
  rig.settle();
  EXPECT_EQ(rig.text(), "# third\n");
  EXPECT_EQ(rig.backup(), kOld);
  EXPECT_EQ(rig.store().next_draft(0), std::nullopt);
}

TEST(DriveQuiet, WaitsForAVolumeWithoutDoubt) {
  DriveRig rig;
  ASSERT_EQ(rig.save(kOld), Status::ok);
  rig.insert();
  ASSERT_EQ(put(rig, kNew), kFine);
  auto boot = rig.image();
  boot.resize(kSectorSize);
  boot[0x25] = 1;
  ASSERT_EQ(rig.write(0, boot), kFine);
  rig.wait(10'000);
  EXPECT_EQ(rig.text(), kOld);
  rig.restart();
  rig.settle();
  EXPECT_EQ(rig.text(), kOld);
  rig.insert();
  EXPECT_EQ(file(rig, "macros.txt"), kNew);
  boot[0x25] = 0;
  ASSERT_EQ(rig.write(0, boot), kFine);
  rig.wait(2500);
  EXPECT_EQ(rig.text(), kNew);
}

TEST(DriveQuiet, ErrorsWaitForTheEject) {
  DriveRig rig;
  ASSERT_EQ(rig.save(kOld), Status::ok);
  rig.insert();
  ASSERT_EQ(put(rig, kBad), kFine);
  const auto written = rig.image();
  rig.wait(10'000);
  EXPECT_EQ(rig.text(), kOld);
  EXPECT_EQ(rig.image(), written);
  rig.restart();
  rig.settle();
  EXPECT_EQ(rig.text(), kOld);
  rig.insert();
  EXPECT_EQ(file(rig, "macros.txt"), kBad);
  EXPECT_EQ(rig.eject(), Outcome::errors);
}

TEST(DriveQuiet, AWriteInterruptsIt) {
  DriveRig rig;
  std::string many = test::many_macros(100, 60);
  rig.insert();
  ASSERT_EQ(put(rig, many), kFine);
  rig.settle();
  rig.now += 2000;
  // At each point of taking the file the host changes its mind.
  const auto good = rig.image();
  unsigned interrupted = 0;
  for (unsigned steps = 1; steps < 400; steps += 7) {
    DriveRig other(rig.flash);
    other.insert();
    auto image = other.image();
    image[0x25] ^= 8;  // Something that is no file and no mark.
    ASSERT_EQ(other.write(0, std::span{image}.first(kSectorSize)), kFine);
    other.settle();
    other.now += 2000;
    for (unsigned i = 0; i < steps; ++i) other.drive().step(other.now);
    interrupted += other.drive().busy() ? 1 : 0;
    image = other.image();
    image[0x25] ^= 16;
    ASSERT_EQ(other.write(0, std::span{image}.first(kSectorSize)), kFine);
    EXPECT_EQ(other.image(), image);
    other.wait(2500);
    EXPECT_EQ(other.text(), many);
  }
  EXPECT_GT(interrupted, 10U);
}

// ---- Other edits --------------------------------------------------------------------------------

TEST(Drive, AnEditElsewhereEndsAnUnfinishedOne) {
  DriveRig rig;
  ASSERT_EQ(rig.save(kOld), Status::ok);
  rig.insert();
  ASSERT_EQ(put(rig, kBad), kFine);
  rig.restart();
  rig.settle();
  ASSERT_EQ(rig.save(kNew), Status::ok);
  rig.insert();
  FatImage image(rig.image());
  EXPECT_EQ(image.fsck(), "");
  EXPECT_EQ(image.type("macros.txt"), kNew);
  EXPECT_EQ(image.type("BACKUP.TXT"), kOld);
}

TEST(Drive, ErasingAllForgetsTheDraft) {
  DriveRig rig;
  rig.insert();
  ASSERT_EQ(put(rig, kBad), kFine);
  ASSERT_EQ(rig.eject(), Outcome::errors);
  rig.drive().eject();
  ASSERT_EQ(rig.store().reset(), Status::ok);
  rig.insert();
  EXPECT_EQ(file(rig, "macros.txt"), rig.text());
  EXPECT_TRUE(rig.roll().is_default());
}

}  // namespace
}  // namespace pianola::drive
