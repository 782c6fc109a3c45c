// What was written and is not in force: it stays on the drive, and its owner is told.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "support/drive_edits.hpp"

namespace pianola::drive {
namespace {

using std::string_view_literals::operator""sv;
using test::DriveRig;
using test::edit;
using test::FatImage;
using test::file;
using test::kBad;
using test::kErrorsOfBad;
using test::kNew;
using test::kOld;
using test::put;
using test::wait_for_errors;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kNotFound = "not found";

/// Whether the keys do what `text` says, and would do so after a loss of power.
bool is_in_force(DriveRig& rig, std::string_view text) {
  DriveRig again(rig.flash);
  again.settle();
  return rig.text() == text && again.text() == text;
}

void remove(DriveRig& rig, const std::string& name) {
  edit(rig, [&](FatImage& image) { EXPECT_EQ(image.run("mdel -i IMAGE '::" + name + "'"), ""); });
}

void rename(DriveRig& rig, const std::string& from, const std::string& to) {
  edit(rig, [&](FatImage& image) {
    EXPECT_EQ(image.run("mren -o -i IMAGE '::" + from + "' '::" + to + "'"), "");
  });
}

/// Sets the byte by which Linux and Windows NT say that a volume is mounted (fs/fat/inode.c,
/// fat_set_state).
void mark_in_use(DriveRig& rig, bool in_use) {
  auto boot = rig.image();
  boot.resize(kSectorSize);
  boot[0x25] = in_use ? 1 : 0;
  ASSERT_EQ(rig.write(0, boot), kFine);
}

class DriveWaiting : public ::testing::Test {
 protected:
  DriveWaiting() {
    EXPECT_EQ(rig.save(kOld), Status::ok);
    rig.insert();
  }

  DriveRig rig;
};

// ---- Other texts --------------------------------------------------------------------------------

/// Names that Windows and macOS make of "macros.txt": with extensions hidden, as a browser's second
/// download, of TextEdit's rich text.
TEST_F(DriveWaiting, ATextWithAnotherNameIsKept) {
  const std::vector<std::pair<std::string, std::string>> files = {
      {"macros.txt.txt", std::string(kNew)},
      {"Macros (1).txt", std::string(kNew)},
      {"my keys", std::string(kNew)},
      {"macros.txt~", std::string(kNew)},
      {"A name that is longer than what fits into three entries of a folder.txt", "x"},
      {"macros.rtf", "{\\rtf1\\ansi F1 \\{ \"x\" \\}}"},
  };
  for (const auto& [name, text] : files) {
    DriveRig one(rig.flash);
    one.insert();
    remove(one, "macros.txt");
    ASSERT_EQ(put(one, text, name), kFine);
    one.wait(5000);
    EXPECT_TRUE(is_in_force(one, kOld));
    one.eject();
    EXPECT_TRUE(is_in_force(one, kOld)) << name;
    EXPECT_EQ(one.drive().test_ready(), kNoMedium);
    wait_for_errors(one);
    EXPECT_EQ(file(one, name), text);
    EXPECT_THAT(file(one, "macros.txt"), HasSubstr(kNotFound));
    EXPECT_THAT(file(one, "ERRORS.TXT"), HasSubstr(name.substr(0, 39)));
    EXPECT_THAT(file(one, "STATUS.TXT"), AllOf(HasSubstr("ERRORS.TXT"), Not(HasSubstr("taken"))));
  }
}

TEST_F(DriveWaiting, WhatItSaysHelps) {
  remove(rig, "macros.txt");
  ASSERT_EQ(put(rig, kNew, "macros.txt.txt"), kFine);
  rig.eject();
  wait_for_errors(rig);
  EXPECT_EQ(file(rig, "ERRORS.TXT"),
            "macros.txt.txt: error: only a text that is called macros.txt is taken\n"
            "\nThe keys still do what they did before. Rename the text that they are to follow\n"
            "to macros.txt, or remove what is not for them, and eject the drive.\n");
  rename(rig, "macros.txt.txt", "macros.txt");
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_TRUE(is_in_force(rig, kNew));
  EXPECT_EQ(rig.backup(), kOld);
  rig.insert();
  EXPECT_THAT(file(rig, "ERRORS.TXT"), HasSubstr(kNotFound));
}

TEST_F(DriveWaiting, AFileThatWasRenamedIsNoRequestForNoMacros) {
  rename(rig, "macros.txt", "macros.txt.txt");
  rig.eject();
  EXPECT_TRUE(is_in_force(rig, kOld));
  wait_for_errors(rig);
  EXPECT_EQ(file(rig, "macros.txt.txt"), kOld);
  rename(rig, "macros.txt.txt", "macros.txt");
  EXPECT_EQ(rig.eject(), Outcome::unchanged);
  EXPECT_EQ(rig.store().next_draft(0), std::nullopt);
}

TEST_F(DriveWaiting, AnEmptyFileBesideATextIsNoneEither) {
  ASSERT_EQ(put(rig, "", "macros.txt"), kFine);
  ASSERT_EQ(put(rig, kNew, "macros.txt.txt"), kFine);
  rig.eject();
  EXPECT_TRUE(is_in_force(rig, kOld));
  wait_for_errors(rig);
  EXPECT_EQ(file(rig, "macros.txt.txt"), kNew);
  // Removed, it leaves no macros to be wanted.
  remove(rig, "macros.txt.txt");
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_TRUE(is_in_force(rig, ""));
  EXPECT_EQ(rig.backup(), kOld);
}

TEST_F(DriveWaiting, ATextBesideAFileThatIsAsItWasIsKept) {
  ASSERT_EQ(put(rig, kNew, "macros (1).txt"), kFine);
  rig.eject();
  EXPECT_TRUE(is_in_force(rig, kOld));
  wait_for_errors(rig);
  EXPECT_EQ(file(rig, "macros (1).txt"), kNew);
  EXPECT_EQ(file(rig, "macros.txt"), kOld);
  EXPECT_THAT(file(rig, "ERRORS.TXT"), HasSubstr("macros (1).txt: error: "));
  // Copied over macros.txt it is taken, although it still is there itself.
  ASSERT_EQ(put(rig, kNew), kFine);
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_TRUE(is_in_force(rig, kNew));
  rig.insert();
  EXPECT_THAT(file(rig, "macros (1).txt"), HasSubstr(kNotFound));
}

TEST_F(DriveWaiting, ATextBesideADraftIsKept) {
  ASSERT_EQ(put(rig, kBad), kFine);
  EXPECT_EQ(rig.eject(), Outcome::errors);
  wait_for_errors(rig);
  ASSERT_EQ(put(rig, kNew, "mended.txt"), kFine);
  rig.eject();
  wait_for_errors(rig);
  EXPECT_EQ(file(rig, "macros.txt"), kBad);
  EXPECT_EQ(file(rig, "mended.txt"), kNew);
  EXPECT_THAT(file(rig, "ERRORS.TXT"), HasSubstr("mended.txt: error: "));
  // Removed, it leaves the draft, with the errors that that has.
  {
    DriveRig one(rig.flash);
    one.settle();
    one.insert();
    remove(one, "mended.txt");
    EXPECT_EQ(one.eject(), Outcome::errors);
    wait_for_errors(one);
    EXPECT_EQ(file(one, "macros.txt"), kBad);
    EXPECT_THAT(file(one, "ERRORS.TXT"), HasSubstr("unknown key 'ENTR'"));
    EXPECT_EQ(one.eject(), std::nullopt);
  }
  rename(rig, "mended.txt", "macros.txt");
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_TRUE(is_in_force(rig, kNew));
}

TEST_F(DriveWaiting, TheBackupThatWasEditedIsKept) {
  ASSERT_EQ(rig.save(kNew), Status::ok);
  rig.eject();
  rig.insert();
  ASSERT_EQ(put(rig, "# edited\n", "BACKUP.TXT"), kFine);
  rig.eject();
  wait_for_errors(rig);
  EXPECT_EQ(file(rig, "BACKUP.TXT"), "# edited\n");
  EXPECT_THAT(file(rig, "ERRORS.TXT"), HasSubstr("BACKUP.TXT: error: "));
}

TEST_F(DriveWaiting, SeveralAreNamed) {
  for (const std::string name : {"a.txt", "b.txt", "c.txt", "d.txt", "e.txt", "f.txt"}) {
    ASSERT_EQ(put(rig, kNew, name), kFine);
  }
  rig.eject();
  wait_for_errors(rig);
  const std::string errors = file(rig, "ERRORS.TXT");
  EXPECT_THAT(errors, AllOf(HasSubstr("a.txt: "), HasSubstr("d.txt: "), Not(HasSubstr("e.txt: ")),
                            HasSubstr("and 2 more\n")));
  EXPECT_EQ(file(rig, "f.txt"), kNew);
}

// The names are those of the programs' own documentation: Windows (desktop.ini, System Volume
// Information), macOS (.DS_Store, AppleDouble), Vim (:help swap-file, 'backup'), Emacs
// (auto-save), LibreOffice and Word (lock files).
TEST_F(DriveWaiting, WhatComputersLeaveIsNoText) {
  edit(rig, [](FatImage& image) {
    for (const std::string name :
         {"._macros.txt", ".DS_Store", "desktop.ini", "autorun.inf", ".macros.txt.swp",
          "macros.txt~", "macros.txt.bak", "~$macros.txt", ".~lock.macros.txt#", "#macros.txt#"}) {
      EXPECT_EQ(image.copy_in(name, "some text\n"), "") << name;
    }
    EXPECT_EQ(image.copy_in("Thumbs.db", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv), "");
    EXPECT_EQ(image.copy_in("empty.txt", ""), "");
    EXPECT_EQ(image.copy_in("picture.jpg", "\xFF\xD8\xFF\xE0\0\x10JFIF\0\1\1"sv), "");
    EXPECT_EQ(image.copy_in("picture", "\x89PNG\r\n\x1A\n"sv), "");
    EXPECT_EQ(image.copy_in("photos.zip", "PK\x03\x04\x14\0"sv), "");
    EXPECT_EQ(image.copy_in("manual.pdf", "%PDF-1.7\n"), "");
    EXPECT_EQ(image.copy_in("drawing.svg", "<?xml version=\"1.0\"?>"), "");
    EXPECT_EQ(image.copy_in("hidden.txt", "some text\n"), "");
    EXPECT_EQ(image.run("mattrib +h -i IMAGE ::hidden.txt"), "");
    for (const std::string folder : {"System Volume Information", ".Trashes", ".fseventsd"}) {
      EXPECT_EQ(image.run("mmd -i IMAGE '::" + folder + "'"), "");
      EXPECT_EQ(image.copy_in(folder + "/macros.txt", "some text\n"), "");
    }
  });
  EXPECT_EQ(rig.eject(), Outcome::unchanged);
  rig.wait(10'000);
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  EXPECT_EQ(rig.store().next_draft(0), std::nullopt);
}

TEST_F(DriveWaiting, AChangedFileIsTakenWhateverIsBesideIt) {
  for (const std::string name : {"macros.txt~", "macros.txt.bak", ".macros.txt.swp", "~$macros.txt",
                                 "macros (1).txt", "macros.rtf"}) {
    DriveRig one(rig.flash);
    one.insert();
    ASSERT_EQ(put(one, kNew), kFine);
    ASSERT_EQ(put(one, kOld, name), kFine);
    EXPECT_EQ(one.eject(), Outcome::taken) << name;
    EXPECT_TRUE(is_in_force(one, kNew));
  }
}

TEST_F(DriveWaiting, WhatIsNoPlainTextIsCalledWhatItIs) {
  const std::vector<std::tuple<std::string, std::string_view, std::string>> files = {
      {"macros.rtf", "{\\rtf1\\ansi x}"sv, "RTF"},
      {"keys.txt", "\xFF\xFE\x46\0"sv, "UTF-16"},
      {"keys.txt", "\xFE\xFF\0F"sv, "UTF-16"},
      {"keys.txt", "F\0001\0"sv, "UTF-16"},
      {"macros.html", "<!DOCTYPE html>"sv, "HTML"},
      {"macros.docx", "PK\x03\x04\x14\0\6\0"sv, "a DOCX or ODT document"},
      {"Untitled 1.odt", "PK\x03\x04\x14\0\0\b"sv, "a DOCX or ODT document"},
      {"macros.pdf", "%PDF-1.7\n"sv, "PDF"},
      {"keys.doc", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "an old Word document"},
  };
  for (const auto& [name, text, format] : files) {
    for (const bool replaces : {true, false}) {
      DriveRig one(rig.flash);
      one.insert();
      if (replaces) remove(one, "macros.txt");
      ASSERT_EQ(put(one, text, name), kFine);
      one.eject();
      wait_for_errors(one);
      EXPECT_TRUE(is_in_force(one, kOld));
      EXPECT_EQ(file(one, name), text);
      EXPECT_THAT(file(one, "ERRORS.TXT"),
                  HasSubstr(name + ": error: the file is " + format +
                            "; save it as plain text in UTF-8, as macros.txt\n"));
    }
    DriveRig own(rig.flash);
    own.insert();
    ASSERT_EQ(put(own, text), kFine);
    EXPECT_EQ(own.eject(), Outcome::errors);
    wait_for_errors(own);
    EXPECT_THAT(file(own, "ERRORS.TXT"), HasSubstr("macros.txt:1:1: error: the file is " + format +
                                                   "; save it as plain text in UTF-8\n"));
  }
}

TEST_F(DriveWaiting, EjectedAsItIsItStaysOutAndIsKept) {
  remove(rig, "macros.txt");
  ASSERT_EQ(put(rig, kNew, "macros.txt.txt"), kFine);
  rig.eject();
  wait_for_errors(rig);
  const std::string errors = file(rig, "ERRORS.TXT");
  const std::uint64_t steps = rig.flash.steps();
  for (unsigned round = 0; round < 3; ++round) {
    rig.eject();
    rig.wait(10'000);
    EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
    EXPECT_FALSE(rig.drive().busy());
    if (round == 1) rig.restart();
    rig.settle();
    rig.insert();
    EXPECT_EQ(FatImage(rig.image()).fsck(), "");
    EXPECT_EQ(file(rig, "macros.txt.txt"), kNew);
    EXPECT_EQ(file(rig, "ERRORS.TXT"), errors);
  }
  EXPECT_EQ(rig.flash.steps(), steps);
  // Nor does what hosts do for themselves bring it back, and its wear is that of what they write.
  for (unsigned round = 0; round < 3; ++round) {
    mark_in_use(rig, true);
    mark_in_use(rig, false);
    ASSERT_EQ(put(rig, "litter", ".DS_Store"), kFine);
    rig.eject();
    rig.wait(10'000);
    EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
    rig.insert();
  }
  // A change does.
  ASSERT_EQ(put(rig, kBad, "macros.txt.txt"), kFine);
  rig.eject();
  wait_for_errors(rig);
  EXPECT_EQ(file(rig, "macros.txt.txt"), kBad);
  EXPECT_TRUE(is_in_force(rig, kOld));
}

TEST_F(DriveWaiting, OnAReformattedVolumeToo) {
  const std::vector<std::pair<std::string, std::uint32_t>> formats = {
      {"-F 12", 64},       {"-F 12 -f 2 -s 4", 64}, {"-S 1024", 64},
      {"-F 12 -s 16", 64}, {"-F 16 -s 1", 600},     {"-F 32 -s 1", 4200},
  };
  for (const auto& each : formats) {
    const std::string& format = each.first;
    DriveRig one({4096, 256, each.second});
    ASSERT_EQ(one.save(kOld), Status::ok);
    one.insert();
    ASSERT_EQ(edit(one,
                   [&](FatImage& image) {
                     image.run("/usr/sbin/mkfs.vfat " + format + " IMAGE");
                     EXPECT_EQ(image.copy_in("Macros.txt.txt", kNew), "") << format;
                   }),
              kFine);
    one.eject();
    EXPECT_TRUE(is_in_force(one, kOld));
    one.wait(3000);
    one.drive().test_ready();
    FatImage image(one.image());
    EXPECT_EQ(image.type("Macros.txt.txt"), kNew) << format;
    EXPECT_THAT(image.type("ERRORS.TXT"), HasSubstr("Macros.txt.txt: error: ")) << format;
    // FAT32 also keeps a number of free clusters, which is a hint only.
    const std::string faults = format == "-F 32 -s 1" ? "" : image.fsck();
    EXPECT_EQ(faults, "") << format;
  }
}

TEST_F(DriveWaiting, IsKeptWithoutAPlaceForErrors) {
  // Empty files until the root directory is full.
  edit(rig, [](FatImage& image) {
    image.run("mdel -i IMAGE ::macros.txt");
    EXPECT_EQ(image.copy_in("MINE", kNew), "");
    image.run(
        "mkdir IMAGE.d; for i in $(seq 600); do : >IMAGE.d/$i; done;"
        "mcopy -i IMAGE IMAGE.d/* ::; rm -r IMAGE.d");
  });
  rig.eject();
  EXPECT_TRUE(is_in_force(rig, kOld));
  rig.wait(3000);
  rig.drive().test_ready();
  EXPECT_EQ(file(rig, "MINE"), kNew);
  EXPECT_THAT(file(rig, "ERRORS.TXT"), HasSubstr(kNotFound));
  EXPECT_EQ(FatImage(rig.image()).fsck(), "");
}

/// On a drive that is nearly full ERRORS.TXT is short or absent, and the volume sound.
TEST_F(DriveWaiting, IsKeptOnAFullDrive) {
  for (unsigned left = 0; left < 8; ++left) {
    DriveRig one({4096, 256, 32});
    ASSERT_EQ(one.save(kOld), Status::ok);
    one.insert();
    remove(one, "macros.txt");
    std::string wrong;
    for (unsigned i = 0; i < 60; ++i) wrong += "F1 { WRONG }\n";
    ASSERT_EQ(put(one, wrong), kFine);
    // Other sectors until there is no room, but for some that are removed from what is written.
    const std::uint32_t end = one.drive().sectors();
    std::vector<std::uint8_t> sector(kSectorSize, 'x');
    std::uint32_t room = 0;
    {
      DriveRig full(one.flash);
      full.settle();
      full.insert();
      while (full.write(end - 1 - room, sector).ok()) ++room;
    }
    for (std::uint32_t i = 0; i + left < room; ++i) {
      ASSERT_EQ(one.write(end - 1 - i, sector), kFine);
    }
    one.restart();
    one.settle();
    one.insert();
    FatImage image(one.image());
    EXPECT_EQ(image.fsck(), "") << left;
    EXPECT_EQ(image.type("macros.txt"), wrong) << left;
    EXPECT_EQ(one.text(), kOld);
  }
}

/// The text stays, wherever the power fails while its owner is being told.
TEST_F(DriveWaiting, ALossOfPowerLosesNoText) {
  remove(rig, "macros.txt");
  ASSERT_EQ(put(rig, kNew, "macros.txt.txt"), kFine);
  const memory::SimulatedFlash written = rig.flash;
  std::uint64_t steps = rig.flash.steps();
  rig.eject();
  wait_for_errors(rig);
  steps = rig.flash.steps() - steps;
  ASSERT_GT(steps, 0U);
  std::mt19937_64 random(5);
  for (unsigned run = 0; run < 30; ++run) {
    DriveRig cut(written);
    cut.settle();
    cut.insert();
    cut.flash.set_seed(run);
    cut.flash.cut_after(random() % steps);
    cut.eject();
    cut.wait(4000);
    cut.restart();
    cut.settle();
    EXPECT_EQ(cut.text(), kOld);
    cut.insert();
    FatImage image(cut.image());
    EXPECT_EQ(image.type("macros.txt.txt"), kNew) << run;
    EXPECT_THAT(image.type("ERRORS.TXT"), HasSubstr("macros.txt.txt: error: ")) << run;
  }
}

// ---- Edits that wait ----------------------------------------------------------------------------

TEST_F(DriveWaiting, AVolumeInUseIsToldOf) {
  ASSERT_EQ(put(rig, kNew), kFine);
  mark_in_use(rig, true);
  const auto written = rig.image();
  rig.wait(2500);
  EXPECT_EQ(rig.drive().outcomes(), 1U);
  EXPECT_TRUE(is_in_force(rig, kOld));
  EXPECT_EQ(rig.image(), written);
  // Told once as long as nothing else is written to the file.
  mark_in_use(rig, false);
  mark_in_use(rig, true);
  rig.wait(2500);
  EXPECT_EQ(rig.drive().outcomes(), 1U);
  rig.restart();
  rig.settle();
  EXPECT_EQ(rig.drive().outcomes(), 1U);
  rig.insert();
  EXPECT_EQ(file(rig, "macros.txt"), kNew);
  EXPECT_EQ(file(rig, "ERRORS.TXT"),
            "macros.txt was saved, but the drive was not ejected.\n"
            "The keys still do what they did before. Eject the drive to have it taken.\n");
  EXPECT_THAT(file(rig, "STATUS.TXT"),
              HasSubstr("\nLast edit: macros.txt waits: it was saved, but the drive was not "
                        "ejected\n"));
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_TRUE(is_in_force(rig, kNew));
  rig.insert();
  EXPECT_THAT(file(rig, "ERRORS.TXT"), HasSubstr(kNotFound));
}

TEST_F(DriveWaiting, ErrorsAreToldOfWithoutAnEject) {
  for (const bool in_use : {false, true}) {
    DriveRig one(rig.flash);
    one.insert();
    ASSERT_EQ(put(one, kBad), kFine);
    if (in_use) mark_in_use(one, true);
    const auto written = one.image();
    one.wait(2500);
    EXPECT_EQ(one.drive().outcomes(), 1U);
    EXPECT_EQ(one.image(), written);
    one.restart();
    one.settle();
    EXPECT_EQ(one.drive().outcomes(), 1U);
    one.insert();
    EXPECT_EQ(file(one, "macros.txt"), kBad);
    EXPECT_EQ(
        file(one, "ERRORS.TXT"),
        std::string(kErrorsOfBad) +
            "macros.txt was saved, but the drive was not ejected.\n"
            "The keys still do what they did before. Correct macros.txt and eject the drive.\n");
    EXPECT_THAT(file(one, "STATUS.TXT"), HasSubstr("has errors, and the drive was not ejected"));
    EXPECT_EQ(one.eject(), Outcome::errors);
    wait_for_errors(one);
    EXPECT_EQ(file(one, "macros.txt"), kBad);
    ASSERT_EQ(put(one, kNew), kFine);
    EXPECT_EQ(one.eject(), Outcome::taken);
  }
}

TEST_F(DriveWaiting, MountingAloneIsNoEdit) {
  mark_in_use(rig, true);
  rig.wait(2500);
  EXPECT_EQ(rig.drive().outcomes(), 0U);
  rig.restart();
  rig.settle();
  rig.insert();
  EXPECT_EQ(rig.drive().outcomes(), 0U);
  EXPECT_THAT(file(rig, "ERRORS.TXT"), HasSubstr(kNotFound));
}

TEST_F(DriveWaiting, WhatWasTakenAtQuietWaitsNoMore) {
  ASSERT_EQ(put(rig, kNew), kFine);
  rig.wait(2500);
  EXPECT_EQ(rig.drive().outcome(), Outcome::taken);
  mark_in_use(rig, true);
  rig.wait(2500);
  EXPECT_EQ(rig.drive().outcome(), Outcome::taken);
  // Changed and changed back: what is told last is what is in force.
  mark_in_use(rig, false);
  ASSERT_EQ(put(rig, kOld), kFine);
  mark_in_use(rig, true);
  rig.wait(2500);
  EXPECT_EQ(rig.drive().outcomes(), 2U);
  EXPECT_EQ(rig.text(), kNew);
  mark_in_use(rig, false);
  ASSERT_EQ(put(rig, kNew), kFine);
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_EQ(rig.text(), kNew);
  EXPECT_EQ(rig.backup(), kOld);
}

TEST_F(DriveWaiting, AnotherTextIsToldOfWithoutAnEjectToo) {
  for (const bool in_use : {false, true}) {
    DriveRig one(rig.flash);
    one.insert();
    remove(one, "macros.txt");
    ASSERT_EQ(put(one, kNew, "macros.txt.txt"), kFine);
    if (in_use) mark_in_use(one, true);
    one.wait(2500);
    EXPECT_EQ(one.drive().outcomes(), 1U);
    one.restart();
    one.settle();
    EXPECT_EQ(one.text(), kOld);
    one.insert();
    EXPECT_EQ(file(one, "macros.txt.txt"), kNew);
    EXPECT_THAT(file(one, "ERRORS.TXT"), HasSubstr("macros.txt.txt: error: "));
    // Once told, it stays out when it is ejected as it is.
    one.eject();
    one.wait(5000);
    EXPECT_EQ(one.drive().test_ready(), kNoMedium);
  }
}

}  // namespace
}  // namespace pianola::drive
