// The drive under the hands of hosts: models of systems write macros.txt in their order and in
// others, with power cuts and cables pulled on the way.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <tuple>

#include "base/bytes.hpp"
#include "drive/root_folder.hpp"
#include "support/drive_rig.hpp"
#include "support/fat_tools.hpp"
#include "support/host_models.hpp"
#include "support/volume.hpp"

namespace pianola::test {
namespace {

using drive::Outcome;

std::string macros_text(std::string_view word, unsigned count) {
  std::string text = "# " + std::string(word) + "\n";
  for (unsigned i = 0; i < count; ++i) {
    text += "macro m" + std::to_string(i) + " { \"" + std::string(word) + " says " +
            std::to_string(i * i) + "\" ENTER }\n";
  }
  return text;
}

/// What the host writes, as far as the drive takes it.
bool play(DriveRig& rig, const HostLog& log, std::size_t first, std::size_t end) {
  for (std::size_t i = first; i < end; ++i) {
    if (!rig.write(log[i].sector, log[i].data).ok()) return false;
  }
  return true;
}

/// Whether a volume is as the host left it, byte for byte, but for STATUS.TXT, which is made anew,
/// and ERRORS.TXT, which may have been put where nothing was: into entries of the directory and
/// clusters that were free. Then the volume has another number, too.
class AsItWasLeft {
 public:
  AsItWasLeft(std::span<const std::uint8_t> left, std::span<const std::uint8_t> shown)
      : left_(left), shown_(shown) {}

  bool operator()() const {
    const auto changes = DriveRig::changes(left_, shown_);
    return std::all_of(changes.begin(), changes.end(),
                       [&](std::uint32_t sector) { return may_differ(sector); });
  }

 private:
  [[nodiscard]] bool may_differ(std::uint32_t sector) const {
    constexpr std::uint32_t kNumber = 39;
    const std::uint32_t status = drive::Volume::first_sector(shape_, {}, drive::BaseFile::status);
    if (sector - status < drive::Volume::kStatusRoom / drive::kSectorSize) return true;
    if (sector >= shape_.data_sector()) return fat(sector - shape_.data_sector() + 2) == 0;
    for (std::uint32_t at = sector * drive::kSectorSize; at < (sector + 1) * drive::kSectorSize;
         ++at) {
      if (left_[at] == shown_[at]) continue;
      const bool was_free = sector == 0                     ? at - kNumber < 4
                            : sector < shape_.root_sector() ? is_free_in_fat(at)
                                                            : is_free_entry(at);
      if (!was_free) return false;
    }
    return true;
  }
  /// The volume has FAT12 and clusters of a sector.
  [[nodiscard]] std::uint32_t fat(std::uint32_t cluster) const {
    const std::uint32_t pair = get16(&left_[drive::kSectorSize + cluster * 3 / 2]);
    return cluster % 2 != 0 ? pair >> 4 : pair & 0xFFF;
  }
  /// Of the three bytes of two entries the one in the middle has halves of both.
  [[nodiscard]] bool is_free_in_fat(std::uint32_t at) const {
    const std::uint32_t byte = at - drive::kSectorSize;
    const std::uint32_t cluster = byte / 3 * 2;
    return (byte % 3 != 2 && fat(cluster) == 0) || (byte % 3 != 0 && fat(cluster + 1) == 0);
  }
  [[nodiscard]] bool is_free_entry(std::uint32_t at) const {
    const std::uint8_t first = left_[at / 32 * 32];
    return first == 0 || first == 0xE5;
  }

  const drive::VolumeShape shape_ = drive::volume_shape({4096, 256, 64});
  std::span<const std::uint8_t> left_;
  std::span<const std::uint8_t> shown_;
};

bool is_as_it_was_left(DriveRig& left, DriveRig& shown) {
  const auto before = left.image();
  const auto after = shown.image();
  return AsItWasLeft(before, after)();
}

/// macros.txt as a host reads it.
std::string shown(DriveRig& rig) {
  class Sectors final : public drive::SectorReader {
   public:
    explicit Sectors(std::vector<std::uint8_t> image) : image_(std::move(image)) {}
    bool read(std::uint32_t sector, std::uint32_t offset, std::span<std::uint8_t> out) override {
      std::copy_n(image_.begin() + sector * drive::kSectorSize + offset, out.size(), out.begin());
      return sector < sectors();
    }
    [[nodiscard]] std::uint32_t sectors() const override {
      return static_cast<std::uint32_t>(image_.size() / drive::kSectorSize);
    }

   private:
    std::vector<std::uint8_t> image_;
  };
  Sectors sectors(rig.image());
  drive::FatReader fat(sectors);
  drive::RootEntry entry;
  if (!fat.open() || fat.find_macros(entry) != drive::Lookup::found) return "no file";
  drive::FileView file(fat, entry);
  while (file.check() == drive::FileView::Chain::more) {
  }
  std::string text;
  std::array<char, 512> piece{};
  while (const std::size_t count = file.read(static_cast<std::uint32_t>(text.size()), piece)) {
    text.append(piece.data(), count);
  }
  return text;
}

/// More runs on request.
unsigned runs(unsigned usual) {
  return rounds(usual) * static_cast<unsigned>(number_from("PIANOLA_MORE_RUNS", 1));
}

enum class Growth : std::uint8_t { longer, shorter, much_longer };

/// Runs that cut the power: fewer of those that take long.
unsigned cuts(Growth change) { return runs(change == Growth::much_longer ? 2 : 10); }

class DriveHosts : public ::testing::TestWithParam<std::tuple<std::size_t, Growth>> {
 protected:
  DriveHosts() {
    const Growth change = std::get<1>(GetParam());
    old_ = macros_text("old", change == Growth::shorter ? 90 : 30);
    new_ = macros_text("new", change == Growth::much_longer ? 250 : 40);
    EXPECT_EQ(rig_.save(old_), Status::ok);
    rig_.insert();
    before_ = rig_.image();
    log_ = kHostModels.at(std::get<0>(GetParam())).log(before_, new_);
  }

  DriveRig rig_;
  std::string old_;
  std::string new_;
  std::vector<std::uint8_t> before_;
  HostLog log_;
};

TEST_P(DriveHosts, AreUnderstood) {
  EXPECT_EQ(FatImage(before_).fsck(), "");
  ASSERT_TRUE(play(rig_, log_, 0, log_.size()));
  FatImage after(rig_.image());
  EXPECT_EQ(after.fsck(), "");
  EXPECT_TRUE(after.type("macros.txt") == new_);
  EXPECT_EQ(rig_.eject(), Outcome::taken);
  EXPECT_TRUE(rig_.text() == new_);
  EXPECT_TRUE(rig_.backup() == old_);
  rig_.insert();
  FatImage again(rig_.image());
  EXPECT_EQ(again.fsck(), "");
  EXPECT_TRUE(again.type("macros.txt") == new_);
  EXPECT_TRUE(again.type("BACKUP.TXT") == old_);
}

TEST_P(DriveHosts, MayWriteInAnyOrder) {
  const memory::SimulatedFlash start = rig_.flash;
  for (unsigned seed = 1; seed <= runs(3); ++seed) {
    DriveRig rig(start);
    rig.insert();
    const HostLog log = permuted(log_, seed);
    ASSERT_TRUE(play(rig, log, 0, log.size()));
    EXPECT_EQ(rig.eject(), Outcome::taken);
    EXPECT_TRUE(rig.text() == new_);
    EXPECT_TRUE(rig.backup() == old_);
  }
}

TEST_P(DriveHosts, AreTakenWhenTheyAreQuiet) {
  ASSERT_TRUE(play(rig_, log_, 0, log_.size()));
  const std::vector<std::uint8_t> written = rig_.image();
  rig_.wait(1900);
  EXPECT_TRUE(rig_.text() == old_);
  rig_.wait(200);
  EXPECT_TRUE(rig_.text() == new_);
  EXPECT_EQ(rig_.drive().outcome(), Outcome::taken);
  // The host sees nothing of it.
  EXPECT_EQ(rig_.drive().test_ready(), drive::kFine);
  EXPECT_TRUE(rig_.image() == written);
  EXPECT_EQ(rig_.eject(), std::nullopt);
  EXPECT_TRUE(rig_.backup() == old_);
  EXPECT_EQ(rig_.store().next_draft(0), std::nullopt);
}

/// Nothing but what was there before or what the host wrote is in force, wherever it stops.
TEST_P(DriveHosts, MayBePulledOffAtAnyWrite) {
  const memory::SimulatedFlash start = rig_.flash;
  std::mt19937 random(3);
  for (const bool orderly : {true, false}) {
    const HostLog log = orderly ? log_ : permuted(log_, 99, true);
    DriveRig rig(start);
    rig.insert();
    const std::size_t step = std::max<std::size_t>(1, log.size() / runs(10));
    for (std::size_t at = 0; at < log.size(); at += step) {
      if (at == 0) {
        ASSERT_TRUE(play(rig, log, 0, step));
        continue;
      }
      DriveRig cut(rig.flash);
      cut.settle();
      EXPECT_TRUE(cut.text() == old_ || cut.text() == new_) << at;
      // The volume is as the host left it, or has been taken.
      cut.insert();
      EXPECT_TRUE(cut.text() == new_ || is_as_it_was_left(rig, cut)) << at;
      ASSERT_TRUE(play(rig, log, at, std::min(log.size(), at + step)));
    }
    DriveRig cut(rig.flash);
    cut.settle();
    EXPECT_TRUE(cut.text() == new_);
    EXPECT_EQ(cut.store().next_draft(0), std::nullopt);
  }
}

TEST_P(DriveHosts, MayLoseThePowerAnywhere) {
  const memory::SimulatedFlash start = rig_.flash;
  std::uint64_t steps = 0;
  const auto whole_edit = [&](DriveRig& rig) {
    rig.insert();
    if (!play(rig, log_, 0, log_.size() / 2)) return;
    rig.wait(2500);
    if (!play(rig, log_, log_.size() / 2, log_.size())) return;
    rig.wait(2500);
    rig.eject();
  };
  {
    DriveRig rig(start);
    const std::uint64_t before = rig.flash.steps();
    whole_edit(rig);
    steps = rig.flash.steps() - before;
    EXPECT_TRUE(rig.text() == new_);
  }
  std::mt19937_64 random(std::get<0>(GetParam()));
  for (unsigned run = 0; run < cuts(std::get<1>(GetParam())); ++run) {
    DriveRig rig(start);
    rig.flash.set_seed(run);
    rig.flash.cut_after(random() % steps);
    whole_edit(rig);
    rig.restart();
    rig.settle();
    const bool is_new = rig.text() == new_;
    ASSERT_TRUE(is_new || rig.text() == old_) << run;
    if (is_new) {
      EXPECT_TRUE(rig.backup() == old_) << run;
    }
    // And it goes on from there.
    rig.insert();
    ASSERT_EQ(rig.image().size(), before_.size());
    EXPECT_FALSE(rig.eject() == Outcome::failed);
    rig.wait(5000);
    rig.insert();
    rig.eject();
    rig.insert();
    const HostLog log = plain(rig.image(), "F1 { \"again\" }\n");
    ASSERT_TRUE(play(rig, log, 0, log.size()));
    EXPECT_EQ(rig.eject(), Outcome::taken) << run;
    EXPECT_EQ(rig.text(), "F1 { \"again\" }\n");
  }
}

/// What the user wrote is never lost, even if it is wrong and the power fails while it is noted
/// what is wrong.
TEST_P(DriveHosts, KeepADraftOverAnyLossOfPower) {
  const std::string bad = new_ + "F1 { call nobody }\nF2 { ENTR }\n";
  const HostLog log = kHostModels.at(std::get<0>(GetParam())).log(before_, bad);
  ASSERT_TRUE(play(rig_, log, 0, log.size()));
  const memory::SimulatedFlash written = rig_.flash;
  std::uint64_t steps = 0;
  {
    DriveRig rig(written);
    rig.settle();
    rig.insert();
    const std::uint64_t before = rig.flash.steps();
    EXPECT_EQ(rig.eject(), Outcome::errors);
    steps = rig.flash.steps() - before;
  }
  std::mt19937_64 random(std::get<0>(GetParam()) + 77);
  for (unsigned run = 0; run < cuts(std::get<1>(GetParam())); ++run) {
    DriveRig rig(written);
    rig.flash.set_seed(run);
    rig.settle();
    rig.insert();
    rig.flash.cut_after(random() % steps);
    rig.eject();
    rig.restart();
    rig.settle();
    EXPECT_TRUE(rig.text() == old_) << run;
    rig.insert();
    EXPECT_TRUE(shown(rig) == bad) << run;
  }
}

/// As when the host hides the ending of names: the text is there, and macros.txt is not.
TEST_P(DriveHosts, LoseNoTextUnderAnotherName) {
  ASSERT_TRUE(play(rig_, log_, 0, log_.size()));
  FatHost host(rig_.image());
  host.rename("macros.txt", "macros.txt.txt");
  host.flush();
  ASSERT_TRUE(play(rig_, host.log, 0, host.log.size()));
  DriveRig left(rig_.flash);
  left.settle();
  left.insert();
  EXPECT_EQ(rig_.eject(), Outcome::other_texts);
  rig_.wait(3000);
  rig_.drive().test_ready();
  for (DriveRig* const rig : {&left, &rig_}) {
    EXPECT_TRUE(rig->text() == old_);
    FatImage image(rig->image());
    EXPECT_TRUE(AsItWasLeft(host.image(), image.bytes())());
    EXPECT_EQ(image.fsck(), "");
    EXPECT_TRUE(image.type("macros.txt.txt") == new_);
    EXPECT_EQ(image.type("ERRORS.TXT").find("macros.txt.txt: error: "), 0U);
    EXPECT_EQ(rig->eject(), std::nullopt);
  }
}

constexpr std::array kChangeNames = {"_longer", "_shorter", "_much_longer"};

INSTANTIATE_TEST_SUITE_P(
    Models, DriveHosts,
    ::testing::Combine(::testing::Range(std::size_t{0}, kHostModels.size()),
                       ::testing::Values(Growth::longer, Growth::shorter, Growth::much_longer)),
    [](const auto& tested) {
      return std::string(kHostModels.at(std::get<0>(tested.param)).name) +
             kChangeNames.at(static_cast<std::size_t>(std::get<1>(tested.param)));
    });

}  // namespace
}  // namespace pianola::test
