#include "ports/memory/simulated_flash.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <vector>

namespace pianola::memory {
namespace {

using flash::FlashStatus;
using flash::Geometry;
using testing::Each;
using testing::ElementsAre;
using Bytes = std::vector<std::uint8_t>;

constexpr Geometry kSmall{1024, 8, 4};

Bytes read(SimulatedFlash& flash, std::uint32_t address, std::size_t size) {
  Bytes out(size);
  EXPECT_EQ(flash.read(address, out), FlashStatus::ok);
  return out;
}

/// All values that a byte has in 200 reads.
std::set<unsigned> values(SimulatedFlash& flash, std::uint32_t address) {
  std::set<unsigned> seen;
  for (int i = 0; i < 200; ++i) seen.insert(read(flash, address, 1)[0]);
  return seen;
}

TEST(SimulatedFlashTest, IsErasedAtFirst) {
  SimulatedFlash flash(kSmall);
  EXPECT_EQ(flash.geometry(), kSmall);
  EXPECT_THAT(read(flash, 0, 4096), Each(0xFF));
  EXPECT_THROW(SimulatedFlash(Geometry{1000, 8, 4}), std::logic_error);
}

TEST(SimulatedFlashTest, ProgramsAndErases) {
  SimulatedFlash flash(kSmall);
  Bytes data(16);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i);
  ASSERT_EQ(flash.program(1024 + 8, data), FlashStatus::ok);
  EXPECT_EQ(read(flash, 1024 + 8, 16), data);
  EXPECT_THAT(read(flash, 1024, 8), Each(0xFF));
  EXPECT_THAT(read(flash, 1024 + 24, 1000), Each(0xFF));
  ASSERT_EQ(flash.program(1024, Bytes(8, 1)), FlashStatus::ok);
  ASSERT_EQ(flash.program(2048, Bytes(8, 2)), FlashStatus::ok);
  ASSERT_EQ(flash.erase(1024), FlashStatus::ok);
  EXPECT_THAT(read(flash, 1024, 1024), Each(0xFF));
  EXPECT_THAT(read(flash, 2048, 8), Each(2));
  EXPECT_EQ(flash.program(1024 + 8, data), FlashStatus::ok);
}

TEST(SimulatedFlashTest, RefusesWhatIsNotAtUnits) {
  SimulatedFlash flash(kSmall);
  const Bytes unit(8, 0);
  EXPECT_EQ(flash.program(4, unit), FlashStatus::bad_argument);
  EXPECT_EQ(flash.program(0, Bytes(7)), FlashStatus::bad_argument);
  EXPECT_EQ(flash.program(1016, Bytes(16)), FlashStatus::bad_argument) << "two sectors";
  EXPECT_EQ(flash.program(4096, unit), FlashStatus::bad_argument);
  EXPECT_EQ(flash.program(0xFFFFFFF8U, unit), FlashStatus::bad_argument);
  EXPECT_EQ(flash.erase(8), FlashStatus::bad_argument);
  EXPECT_EQ(flash.erase(4096), FlashStatus::bad_argument);
  Bytes out(2);
  EXPECT_EQ(flash.read(4095, out), FlashStatus::bad_argument);
  EXPECT_EQ(flash.read(0xFFFFFFFFU, out), FlashStatus::bad_argument);
  EXPECT_EQ(flash.counts().refused, 9U);
  EXPECT_EQ(flash.counts().steps, 0U);
  EXPECT_THAT(read(flash, 0, 4096), Each(0xFF));
}

TEST(SimulatedFlashTest, ProgrammingAUnitTwiceIsAFault) {
  SimulatedFlash flash(kSmall);
  ASSERT_EQ(flash.program(8, Bytes(8, 0xFF)), FlashStatus::ok);
  EXPECT_THROW(flash.program(8, Bytes(8, 0)), std::logic_error) << "even if it was all FF";
  EXPECT_THROW(flash.program(0, Bytes(16, 0)), std::logic_error);
  EXPECT_EQ(flash.program(0, Bytes(8, 0)), FlashStatus::ok);
  EXPECT_EQ(flash.program(16, Bytes(8, 0)), FlashStatus::ok);
  ASSERT_EQ(flash.erase(0), FlashStatus::ok);
  EXPECT_EQ(flash.program(0, Bytes(24, 0)), FlashStatus::ok);
}

TEST(SimulatedFlashTest, CountsWhatIsDone) {
  SimulatedFlash flash(kSmall);
  (void)flash.program(0, Bytes(24, 0));
  (void)flash.erase(1024);
  (void)flash.erase(1024);
  (void)read(flash, 0, 100);
  EXPECT_EQ(flash.counts().programs, 1U);
  EXPECT_EQ(flash.counts().units_programmed, 3U);
  EXPECT_EQ(flash.counts().bytes_programmed, 24U);
  EXPECT_EQ(flash.counts().erases, 2U);
  EXPECT_EQ(flash.counts().reads, 1U);
  EXPECT_EQ(flash.counts().bytes_read, 100U);
  EXPECT_EQ(flash.steps(), 24U + 2 * SimulatedFlash::kEraseSteps);
  EXPECT_EQ(flash.wear(0), 0U);
  EXPECT_EQ(flash.wear(1), 2U);
  flash.cut_after(8);
  flash.reset_counts();
  EXPECT_EQ(flash.steps(), 0U);
  EXPECT_EQ(flash.program(2048, Bytes(8, 0)), FlashStatus::ok);
  EXPECT_EQ(flash.program(2056, Bytes(8, 0)), FlashStatus::failed) << "the cut is still to come";
}

TEST(SimulatedFlashTest, NothingWorksWithoutPower) {
  SimulatedFlash flash(kSmall);
  flash.cut_after(0);
  EXPECT_FALSE(flash.is_off());
  EXPECT_EQ(flash.program(0, Bytes(8, 0)), FlashStatus::failed);
  EXPECT_TRUE(flash.is_off());
  Bytes out(4, 0x55);
  EXPECT_EQ(flash.read(0, out), FlashStatus::failed);
  EXPECT_THAT(out, Each(0x55));
  EXPECT_EQ(flash.erase(1024), FlashStatus::failed);
  EXPECT_EQ(flash.program(1024, Bytes(8, 0)), FlashStatus::failed);
  flash.power_on();
  EXPECT_EQ(flash.wear(1), 0U);
  EXPECT_THAT(read(flash, 1024, 1024), Each(0xFF));
  EXPECT_EQ(flash.program(1024, Bytes(8, 0)), FlashStatus::ok) << "there is no second cut";
}

TEST(SimulatedFlashTest, ACutProgramLeavesTheRestOfItsUnitUnstable) {
  SimulatedFlash flash(kSmall);
  flash.cut_after(8 + 3);
  ASSERT_EQ(flash.program(0, Bytes(24, 0xFC)), FlashStatus::failed);
  flash.power_on();
  EXPECT_EQ(flash.unstable_bits(), 10U);
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(read(flash, 0, 11), Each(0xFC)) << "before the cut";
    EXPECT_THAT(read(flash, 16, 8), Each(0xFF)) << "the unit after it";
  }
  for (std::uint32_t at = 11; at < 16; ++at) {
    EXPECT_THAT(values(flash, at), ElementsAre(0xFC, 0xFD, 0xFE, 0xFF)) << at;
  }
  EXPECT_THROW(flash.program(8, Bytes(8, 0)), std::logic_error) << "neither old nor erased";
  EXPECT_EQ(flash.program(16, Bytes(8, 0)), FlashStatus::ok);
  ASSERT_EQ(flash.erase(0), FlashStatus::ok);
  EXPECT_EQ(flash.unstable_bits(), 0U);
  for (int i = 0; i < 100; ++i) EXPECT_THAT(read(flash, 0, 1024), Each(0xFF));
  EXPECT_EQ(flash.program(8, Bytes(8, 0)), FlashStatus::ok);
}

TEST(SimulatedFlashTest, ACutEraseLeavesTheSectorUnstable) {
  for (unsigned step = 0; step < SimulatedFlash::kEraseSteps; ++step) {
    SimulatedFlash flash(kSmall);
    ASSERT_EQ(flash.program(1024, Bytes(1024, 0x0F)), FlashStatus::ok);
    ASSERT_EQ(flash.program(0, Bytes(1024, 0x0F)), FlashStatus::ok);
    ASSERT_EQ(flash.program(2048, Bytes(1024, 0x0F)), FlashStatus::ok);
    flash.cut_after(step);
    ASSERT_EQ(flash.erase(1024), FlashStatus::failed);
    flash.power_on();
    EXPECT_EQ(flash.unstable_bits(), 8192U);
    EXPECT_NE(read(flash, 1024, 1024), read(flash, 1024, 1024)) << step;
    EXPECT_THAT(read(flash, 0, 1024), Each(0x0F));
    EXPECT_THAT(read(flash, 2048, 1024), Each(0x0F));
    EXPECT_THROW(flash.program(1024, Bytes(8, 0)), std::logic_error);
    ASSERT_EQ(flash.erase(1024), FlashStatus::ok);
    EXPECT_THAT(read(flash, 1024, 1024), Each(0xFF));
    EXPECT_EQ(flash.program(1024, Bytes(8, 0)), FlashStatus::ok);
    EXPECT_EQ(flash.wear(1), 2U);
  }
}

TEST(SimulatedFlashTest, AnEraseCutEarlyIsNearTheOldContentAndOneCutLateNearBlank) {
  for (const unsigned step : {0U, 3U}) {
    SimulatedFlash flash(kSmall);
    ASSERT_EQ(flash.program(0, Bytes(1024, 0x0F)), FlashStatus::ok);
    flash.cut_after(step);
    ASSERT_EQ(flash.erase(0), FlashStatus::failed);
    flash.power_on();
    const Bytes bytes = read(flash, 0, 1024);
    const auto near = std::count(bytes.begin(), bytes.end(), step == 0 ? 0x0F : 0xFF);
    EXPECT_GT(near, 950);
    EXPECT_LT(near, 1024);
  }
}

TEST(SimulatedFlashTest, UnstableBitsCanReadAsBeforeOrAsAfter) {
  SimulatedFlash flash(kSmall);
  ASSERT_EQ(flash.program(1024, Bytes(1024, 0x0F)), FlashStatus::ok);
  flash.cut_after(0);
  ASSERT_EQ(flash.erase(1024), FlashStatus::failed);
  flash.power_on();
  flash.cut_after(0);
  ASSERT_EQ(flash.program(0, Bytes(8, 0x33)), FlashStatus::failed);
  flash.power_on();
  flash.set_unstable(Unstable::old_content);
  EXPECT_THAT(read(flash, 1024, 1024), Each(0x0F));
  EXPECT_THAT(read(flash, 0, 8), Each(0xFF));
  flash.set_unstable(Unstable::new_content);
  EXPECT_THAT(read(flash, 1024, 1024), Each(0xFF));
  EXPECT_THAT(read(flash, 0, 8), Each(0x33));
}

TEST(SimulatedFlashTest, UnstableBitsCanStayTheSameUntilPowerReturns) {
  SimulatedFlash flash(kSmall);
  flash.set_unstable(Unstable::frozen);
  flash.cut_after(0);
  ASSERT_EQ(flash.program(0, Bytes(8, 0x00)), FlashStatus::failed);
  std::set<Bytes> seen;
  for (int cycle = 0; cycle < 20; ++cycle) {
    flash.power_on();
    const Bytes first = read(flash, 0, 8);
    EXPECT_EQ(read(flash, 0, 8), first);
    EXPECT_EQ(read(flash, 3, 1)[0], first[3]) << "wherever the read begins";
    seen.insert(first);
  }
  EXPECT_GT(seen.size(), 15U);
}

TEST(SimulatedFlashTest, SeedsGiveOtherNoise) {
  const auto noise = [](std::uint64_t seed) {
    SimulatedFlash flash(kSmall, seed);
    flash.cut_after(0);
    (void)flash.program(0, Bytes(8, 0x00));
    flash.power_on();
    return read(flash, 0, 8);
  };
  EXPECT_EQ(noise(1), noise(1));
  EXPECT_NE(noise(1), noise(2));
}

TEST(SimulatedFlashTest, EveryStepCanBeCut) {
  const auto work = [](SimulatedFlash& flash) {
    return flash.program(0, Bytes(16, 0)) == FlashStatus::ok &&
           flash.erase(1024) == FlashStatus::ok &&
           flash.program(1024, Bytes(8, 0)) == FlashStatus::ok;
  };
  const SimulatedFlash blank(kSmall);
  SimulatedFlash whole = blank;
  ASSERT_TRUE(work(whole));
  ASSERT_EQ(whole.steps(), 16U + 4 + 8);
  for (std::uint64_t cut = 0; cut < whole.steps(); ++cut) {
    SimulatedFlash flash = blank;
    flash.cut_after(cut);
    EXPECT_FALSE(work(flash)) << cut;
    EXPECT_TRUE(flash.is_off()) << cut;
  }
  SimulatedFlash flash = blank;
  flash.cut_after(whole.steps());
  EXPECT_TRUE(work(flash));
  EXPECT_THAT(read(whole, 0, 16), Each(0)) << "copies are independent";
}

TEST(SimulatedFlashTest, BadSectors) {
  SimulatedFlash flash(kSmall);
  ASSERT_EQ(flash.program(1024, Bytes(8, 0x0F)), FlashStatus::ok);
  flash.set_bad(1, BadSector::program_fails);
  EXPECT_EQ(flash.program(1032, Bytes(16, 0x0F)), FlashStatus::failed);
  EXPECT_EQ(flash.program(0, Bytes(8, 0x0F)), FlashStatus::ok) << "the others are good";
  EXPECT_EQ(flash.unstable_bits(), 32U);
  EXPECT_THAT(read(flash, 1024, 8), Each(0x0F));
  EXPECT_EQ(flash.erase(1024), FlashStatus::ok);
  flash.set_bad(1, BadSector::erase_fails);
  EXPECT_EQ(flash.erase(1024), FlashStatus::failed);
  EXPECT_EQ(flash.unstable_bits(), 8192U);
  flash.set_bad(1, BadSector::good);
  EXPECT_EQ(flash.erase(1024), FlashStatus::ok);
  EXPECT_EQ(flash.erase(0), FlashStatus::ok);

  flash.set_bad(2, BadSector::reads_zeros);
  EXPECT_THAT(read(flash, 2048, 1024), Each(0));
  EXPECT_THAT(read(flash, 1024, 1024), Each(0xFF));
  flash.set_bad(2, BadSector::reads_ones);
  EXPECT_EQ(flash.program(2048, Bytes(8, 0)), FlashStatus::ok);
  EXPECT_THAT(read(flash, 2048, 1024), Each(0xFF));
}

TEST(SimulatedFlashTest, FlippedBits) {
  SimulatedFlash flash(kSmall);
  ASSERT_EQ(flash.program(0, Bytes(8, 0x0F)), FlashStatus::ok);
  flash.flip(2, 0);
  flash.flip(3, 7);
  flash.flip(100, 4);
  EXPECT_THAT(read(flash, 1, 4), ElementsAre(0x0F, 0x0E, 0x8F, 0x0F));
  EXPECT_EQ(read(flash, 100, 1)[0], 0xEF);
  ASSERT_EQ(flash.program(96, Bytes(8, 0xF0)), FlashStatus::ok);
  EXPECT_EQ(read(flash, 100, 1)[0], 0xE0) << "programs only clear bits";
  ASSERT_EQ(flash.erase(0), FlashStatus::ok);
  EXPECT_THAT(read(flash, 0, 1024), Each(0xFF));
}

TEST(SimulatedFlashTest, LoadsAnImage) {
  SimulatedFlash flash(kSmall);
  Bytes image(1030, 0xFF);
  image[20] = 7;
  image[1029] = 8;
  flash.load(image);
  EXPECT_EQ(read(flash, 20, 1)[0], 7);
  EXPECT_EQ(flash.bytes()[1029], 8);
  EXPECT_THROW(flash.program(16, Bytes(8, 0)), std::logic_error);
  EXPECT_THROW(flash.program(1024, Bytes(8, 0)), std::logic_error);
  EXPECT_EQ(flash.program(24, Bytes(8, 0)), FlashStatus::ok);
  EXPECT_THROW(flash.load(Bytes(4097)), std::logic_error);
}

}  // namespace
}  // namespace pianola::memory
