// What the drive does not take: files with errors, without room, on volumes that are damaged.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/status.hpp"
#include "support/drive_edits.hpp"
#include "support/markdown.hpp"

namespace pianola::drive {
namespace {

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

TEST(DriveErrors, ComeBackOnTheDrive) {
  DriveRig rig;
  ASSERT_EQ(rig.save(kOld), Status::ok);
  rig.insert();
  ASSERT_EQ(put(rig, kBad), kFine);
  EXPECT_EQ(rig.eject(), Outcome::errors);
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  EXPECT_TRUE(rig.drive().inserted());
  rig.wait(2900);
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  rig.wait(200);
  EXPECT_EQ(rig.drive().test_ready(), kMediumChanged);
  EXPECT_EQ(rig.text(), kOld);
  EXPECT_EQ(FatImage(rig.image()).fsck(), "");
  EXPECT_EQ(file(rig, "macros.txt"), kBad);
  EXPECT_EQ(
      file(rig, "ERRORS.TXT"),
      std::string(kErrorsOfBad) +
          "The keys still do what they did before. Correct macros.txt and eject the drive.\n");
  // It stays out when the user gives up, and the draft is there the next time.
  EXPECT_EQ(rig.eject(), std::nullopt);
  rig.wait(10'000);
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  rig.restart();
  rig.insert();
  EXPECT_EQ(file(rig, "macros.txt"), kBad);
  // A corrected file is taken, and the errors are gone.
  ASSERT_EQ(put(rig, kNew), kFine);
  EXPECT_EQ(rig.eject(), Outcome::taken);
  rig.insert();
  EXPECT_EQ(file(rig, "macros.txt"), kNew);
  EXPECT_EQ(file(rig, "BACKUP.TXT"), kOld);
  EXPECT_NE(file(rig, "ERRORS.TXT").find("not found"), std::string::npos);
}

TEST(DriveErrors, ADraftIsMendedInPlace) {
  DriveRig rig;
  std::string text = test::many_macros(60, 80);
  const std::string good = text;
  text.replace(text.find('{', 3000), 1, "}");
  rig.insert();
  ASSERT_EQ(put(rig, text), kFine);
  ASSERT_EQ(rig.eject(), Outcome::errors);
  wait_for_errors(rig);
  EXPECT_EQ(file(rig, "macros.txt"), text);
  // Only the sector with the error is written; the others stay where they are.
  for (unsigned round = 0; round < 3; ++round) {
    text.replace(text.find("number 5 "), 9, "number 6 ");
    const auto before = rig.image();
    auto after = before;
    const std::string_view shown(reinterpret_cast<const char*>(after.data()), after.size());
    const std::size_t at = shown.find("number 5 ");
    ASSERT_NE(at, std::string_view::npos);
    after[at + 7] = '6';
    ASSERT_EQ(rig.write_changes(before, after), kFine);
    ASSERT_EQ(rig.eject(), Outcome::errors);
    wait_for_errors(rig);
    EXPECT_EQ(file(rig, "macros.txt"), text);
    text.replace(text.find("number 6 "), 9, "number 5 ");
    const auto once_more = rig.image();
    after = once_more;
    after[at + 7] = '5';
    const std::string_view again(reinterpret_cast<const char*>(after.data()), after.size());
    if (again.find("number 5 ") == std::string_view::npos) break;
    ASSERT_EQ(rig.write_changes(once_more, after), kFine);
    ASSERT_EQ(rig.eject(), Outcome::errors);
    wait_for_errors(rig);
    EXPECT_EQ(file(rig, "macros.txt"), text);
  }
  ASSERT_EQ(put(rig, good), kFine);
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_EQ(rig.text(), good);
}

TEST(DriveErrors, ADraftIsKeptWhateverElseIsWritten) {
  DriveRig rig;
  rig.insert();
  ASSERT_EQ(put(rig, kBad), kFine);
  ASSERT_EQ(rig.eject(), Outcome::errors);
  wait_for_errors(rig);
  const std::string errors = file(rig, "ERRORS.TXT");
  edit(rig, [](FatImage& image) { image.copy_in(".fseventsd", "litter"); });
  EXPECT_EQ(rig.eject(), std::nullopt);
  rig.wait(10'000);
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  rig.insert();
  EXPECT_EQ(file(rig, "macros.txt"), kBad);
  EXPECT_EQ(file(rig, "ERRORS.TXT"), errors);
  EXPECT_NE(file(rig, ".fseventsd").find("not found"), std::string::npos);
}

TEST(DriveErrors, ManyAreShownInOrder) {
  DriveRig rig;
  rig.insert();
  std::string text;
  for (unsigned i = 0; i < 60; ++i) {
    text += "macro m" + std::to_string(i) + " { call n" + std::to_string(i * 7919 % 100) + " }\n";
    if (i % 10 == 0) text += "F5 { ENTRE }\n";
  }
  ASSERT_EQ(put(rig, text), kFine);
  ASSERT_EQ(rig.eject(), Outcome::errors);
  wait_for_errors(rig);
  const std::string errors = file(rig, "ERRORS.TXT");
  unsigned count = 0;
  unsigned falls = 0;
  unsigned last = 0;
  for (std::size_t at = 0; (at = errors.find("macros.txt:", at)) != std::string::npos; ++at) {
    const auto line = static_cast<unsigned>(std::stoul(errors.substr(at + 11)));
    falls += line < last ? 1 : 0;
    last = line;
    ++count;
  }
  EXPECT_GE(count, 66U);
  EXPECT_LE(falls, 30U);
}

TEST(DriveErrors, ManyInOneStatement) {
  std::string text = "F1 { tap";
  std::string expected;
  for (unsigned i = 10; i < 40; ++i) {
    const std::string at = std::to_string(text.size() + 2);
    expected += "macros.txt:1:" + at + ": error: unknown key 'nope" + std::to_string(i) + "'\n";
    text += " nope" + std::to_string(i) + (i < 39 ? "," : " }\n");
  }
  DriveRig rig;
  ASSERT_EQ(rig.save(kOld), Status::ok);
  rig.insert();
  ASSERT_EQ(put(rig, text), kFine);
  EXPECT_EQ(rig.eject(), Outcome::errors);
  wait_for_errors(rig);
  std::string messages;
  for (const std::string& line : test::lines_of(file(rig, "ERRORS.TXT"))) {
    if (line.starts_with("macros.txt:")) messages += line + "\n";
  }
  EXPECT_EQ(messages, expected);
}

TEST(DriveErrors, ThereMayBeTooMany) {
  DriveRig rig;
  rig.insert();
  std::string text;
  for (unsigned i = 0; i < 400; ++i) text += "F1 { WRONG" + std::to_string(i) + " }\n";
  ASSERT_EQ(put(rig, text), kFine);
  ASSERT_EQ(rig.eject(), Outcome::errors);
  wait_for_errors(rig);
  EXPECT_NE(file(rig, "ERRORS.TXT").find("more than 100 errors; the rest is not shown"),
            std::string::npos);
  EXPECT_EQ(file(rig, "macros.txt"), text);
}

TEST(DriveErrors, ABrokenChainIsRescued) {
  DriveRig rig;
  ASSERT_EQ(rig.save(kOld), Status::ok);
  rig.insert();
  const std::string text = test::many_macros(60, 80);
  ASSERT_EQ(put(rig, text), kFine);
  auto image = rig.image();
  // The entry says more than there are clusters.
  const auto name = std::string_view("MACROS  TXT");
  const auto entry = std::search(image.begin(), image.end(), name.begin(), name.end());
  ASSERT_NE(entry, image.end());
  const auto size = static_cast<std::uint32_t>(text.size() + 3000);
  put32(&*(entry + 28), size);
  const auto sector = static_cast<std::uint32_t>((entry - image.begin()) / kSectorSize);
  ASSERT_EQ(rig.write(sector, std::span{image}.subspan(sector * kSectorSize, kSectorSize)), kFine);
  rig.wait(5000);
  EXPECT_EQ(rig.text(), kOld);
  EXPECT_EQ(rig.eject(), Outcome::damaged);
  wait_for_errors(rig);
  EXPECT_EQ(rig.text(), kOld);
  EXPECT_EQ(file(rig, "macros.txt").substr(0, text.size()), text);
  EXPECT_NE(file(rig, "ERRORS.TXT").find("file system is damaged"), std::string::npos);
}

TEST(DriveErrors, AVolumeMayBeNone) {
  DriveRig rig;
  ASSERT_EQ(rig.save(kOld), Status::ok);
  rig.insert();
  ASSERT_EQ(put(rig, kNew), kFine);
  const std::vector<std::uint8_t> zeros(kSectorSize);
  ASSERT_EQ(rig.write(0, zeros), kFine);
  EXPECT_EQ(rig.eject(), Outcome::damaged);
  wait_for_errors(rig);
  EXPECT_EQ(rig.text(), kOld);
  EXPECT_EQ(file(rig, "macros.txt"), kOld);
  EXPECT_NE(file(rig, "ERRORS.TXT").find("file system was damaged"), std::string::npos);
}

TEST(DriveErrors, AFullDriveSaysSoAtOnce) {
  for (const std::uint32_t unit : {1U, 256U}) {
    DriveRig rig({4096, unit, 32});
    const std::string old = test::many_macros(100, 100);
    ASSERT_EQ(rig.save(old), Status::ok);
    rig.insert();
    const auto before = rig.image();
    const std::string large = test::many_macros(1000, 100);
    FatImage image(before);
    ASSERT_EQ(image.copy_in("macros.txt", large), "");
    const auto after = image.bytes();
    // Data first, as hosts do.
    Sense sense = kFine;
    std::vector<std::uint32_t> written;
    const auto changes = DriveRig::changes(before, after);
    const std::uint32_t metadata = volume_shape({4096, unit, 32}).data_sector();
    for (const std::uint32_t sector : changes) {
      if (sector < metadata) continue;
      const auto piece = std::span{after}.subspan(sector * kSectorSize, kSectorSize);
      sense = rig.write(sector, piece);
      if (!sense.ok()) break;
      written.push_back(sector);
    }
    EXPECT_EQ(sense, kNoRoom);
    EXPECT_GT(written.size(), 20U);
    // What was written stays and can be written again, and the metadata too.
    std::vector<std::uint8_t> piece(kSectorSize, 'x');
    for (const std::uint32_t sector : {written.front(), written.back()}) {
      EXPECT_EQ(rig.write(sector, piece), kFine);
      std::vector<std::uint8_t> read(kSectorSize);
      EXPECT_EQ(rig.drive().read(sector, read), kFine);
      EXPECT_EQ(read, piece);
    }
    for (const std::uint32_t sector : changes) {
      if (sector >= metadata) break;
      EXPECT_EQ(rig.write(sector, std::span{after}.subspan(sector * kSectorSize, kSectorSize)),
                kFine);
    }
    const auto outcome = rig.eject();
    EXPECT_EQ(outcome, Outcome::no_room);
    EXPECT_EQ(rig.text(), old);
    rig.wait(3000);
    rig.drive().test_ready();
    EXPECT_FALSE(rig.image().empty());
  }
}

// Somebody to whom the drive says that it is full deletes things, and tries again.
TEST(DriveErrors, ASmallFileFitsAfterOneThatDidNot) {
  for (const std::uint32_t unit : {1U, 256U}) {
    DriveRig rig({4096, unit, 37});
    const auto text = [](unsigned version) {
      std::string all = "F1 { \"old\" }\n";
      for (unsigned i = 0; i < 160; ++i)
        all += "macro m" + std::to_string(1000 + i) + " { \"version " + std::to_string(version) +
               ", of a line with 64 bytes in it\" }\n";
      for (unsigned i = 0; i < 1290; ++i)
        all +=
            "# a comment: of sixty-four characters and " + std::to_string(100000 + i) + " is one\n";
      return all;
    };
    ASSERT_EQ(rig.save(text(1)), Status::ok);
    rig.insert();
    EXPECT_EQ(put(rig, text(2)), kNoRoom);
    EXPECT_EQ(rig.eject(), Outcome::no_room);
    rig.wait(3000);
    rig.drive().test_ready();
    const std::string small = test::many_macros(30, 20);
    EXPECT_EQ(put(rig, small), kFine);
    EXPECT_EQ(rig.eject(), Outcome::taken) << "unit " << unit;
    EXPECT_EQ(rig.text(), small);
  }
}

/// A file that is written in place on a drive that gets full is neither the old one nor the new.
TEST(DriveErrors, AMixtureIsNotTaken) {
  const std::string old = test::many_macros(400, 100);
  std::string changed = old;
  for (char& c : changed) c = c == 'd' ? 'D' : c;
  for (const bool restarted : {false, true}) {
    DriveRig rig({4096, 256, 32});
    ASSERT_EQ(rig.save(old), Status::ok);
    rig.insert();
    const auto before = rig.image();
    auto after = before;
    const std::string_view shown(reinterpret_cast<const char*>(before.data()), before.size());
    const std::size_t begin = shown.find("macro m0 ");
    ASSERT_NE(begin, std::string_view::npos);
    std::copy(changed.begin(), changed.end(), after.begin() + static_cast<std::ptrdiff_t>(begin));
    unsigned refused = 0;
    const auto changes = DriveRig::changes(before, after);
    for (const std::uint32_t sector : changes) {
      const auto piece = std::span{after}.subspan(sector * kSectorSize, kSectorSize);
      refused += rig.write(sector, piece).ok() ? 0 : 1;
    }
    ASSERT_GT(refused, 0U);
    ASSERT_LT(refused, changes.size());
    rig.wait(5000);
    EXPECT_TRUE(rig.text() == old);
    if (restarted) {
      rig.restart();
      rig.settle();
      EXPECT_TRUE(rig.text() == old);
      rig.insert();
    }
    EXPECT_EQ(rig.eject(), Outcome::no_room);
    EXPECT_TRUE(rig.text() == old);
    wait_for_errors(rig);
    EXPECT_NE(file(rig, "ERRORS.TXT").find("not all of the file could be written"),
              std::string::npos);
    // What was written of it is gone, and there is room again.
    EXPECT_TRUE(file(rig, "macros.txt") == old);
    ASSERT_EQ(put(rig, kNew), kFine);
    EXPECT_EQ(rig.eject(), Outcome::taken);
    EXPECT_EQ(rig.text(), kNew);
  }
}

TEST(Drive, WhatWasRefusedMayBeWrittenLater) {
  DriveRig rig({4096, 256, 32});
  ASSERT_EQ(rig.save(kOld), Status::ok);
  rig.insert();
  // A large file fills the drive, and is removed again.
  const auto before = rig.image();
  FatImage image(before);
  ASSERT_EQ(image.copy_in("large", std::string(150'000, 'x')), "");
  EXPECT_EQ(rig.write_changes(before, image.bytes()), kNoRoom);
  const auto filled = rig.image();
  FatImage again(filled);
  again.run("mdel -i IMAGE ::large");
  again.copy_in("macros.txt", kNew);
  EXPECT_EQ(rig.write_changes(filled, again.bytes()), kFine);
  EXPECT_EQ(rig.eject(), Outcome::taken);
  EXPECT_EQ(rig.text(), kNew);
}

TEST(Drive, TheLargestFileThatItTellsCanBeSaved) {
  for (const std::uint32_t unit : {1U, 4U, 256U}) {
    for (const unsigned old : {0U, 100U, 250U}) {
      DriveRig rig({4096, unit, 32});
      ASSERT_EQ(rig.save(test::many_macros(old, 100)), Status::ok);
      rig.insert();
      const std::string status = file(rig, "STATUS.TXT");
      const std::size_t said = status.find("saved now: ");
      ASSERT_NE(said, std::string::npos) << status;
      const std::size_t size = std::stoul(status.substr(said + 11));
      std::string text;
      for (unsigned i = 0; text.size() < size; ++i) {
        text += "macro k" + std::to_string(i) + " { press LSHIFT tap a, b, c release all ENTER }\n";
      }
      text.resize(size);
      text.resize(text.rfind('\n') + 1);
      ASSERT_EQ(put(rig, text), kFine) << unit << " " << old << " " << size;
      EXPECT_EQ(rig.eject(), Outcome::taken) << unit << " " << old << " " << size;
      EXPECT_TRUE(rig.text() == text);
    }
  }
}

TEST(DriveErrors, AFileThatHasNoRoomIsADraft) {
  DriveRig rig({4096, 256, 32});
  const std::string old = test::many_macros(100, 100);
  ASSERT_EQ(rig.save(old), Status::ok);
  rig.insert();
  // As large as can be written, but not saved besides.
  Sense sense = kNoRoom;
  std::string text;
  for (unsigned lines = 700; !sense.ok(); lines -= 20) {
    text.clear();
    for (unsigned i = 0; i < lines; ++i) {
      text += "macro k" + std::to_string(i) + " { press LSHIFT tap a, b, c release all ENTER }\n";
    }
    rig.eject();
    rig.insert();
    const auto before = rig.image();
    FatImage image(before);
    ASSERT_EQ(image.copy_in("macros.txt", text), "");
    sense = rig.write_changes(before, image.bytes());
    if (!sense.ok()) {
      rig.write_changes(rig.image(), before);
    }
  }
  EXPECT_EQ(rig.eject(), Outcome::no_room) << text.size();
  EXPECT_EQ(rig.text(), old);
  wait_for_errors(rig);
  EXPECT_TRUE(file(rig, "macros.txt") == text);
  EXPECT_NE(file(rig, "ERRORS.TXT").find("no room for this file"), std::string::npos);
  // There is no room to write a shorter one either, which ends the matter.
  EXPECT_EQ(put(rig, test::many_macros(400, 100)), kNoRoom);
  EXPECT_EQ(rig.eject(), Outcome::no_room);
  wait_for_errors(rig);
  EXPECT_TRUE(file(rig, "macros.txt") == old);
  ASSERT_EQ(put(rig, test::many_macros(60, 100)), kFine);
  EXPECT_EQ(rig.eject(), Outcome::taken);
}

TEST(DriveErrors, TheirTextIsReadWithoutAHost) {
  DriveRig rig;
  std::array<std::uint8_t, 700> piece;
  EXPECT_EQ(rig.drive().read_errors(0, piece), 0U);
  std::string macros;
  for (int i = 0; i < 40; ++i) macros += "F1 { wrong }\n";
  rig.insert();
  ASSERT_EQ(put(rig, macros), kFine);
  ASSERT_EQ(rig.eject(), Outcome::errors);
  wait_for_errors(rig);
  const std::string shown = file(rig, "ERRORS.TXT");
  ASSERT_GT(shown.size(), 1400U);
  std::string read;
  for (std::size_t count = 1; count != 0;) {
    count = rig.drive().read_errors(static_cast<std::uint32_t>(read.size()), piece);
    read.append(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
  }
  EXPECT_EQ(read, shown);
}

}  // namespace
}  // namespace pianola::drive
