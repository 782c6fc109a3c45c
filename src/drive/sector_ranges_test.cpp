#include "drive/sector_ranges.hpp"

#include <gtest/gtest.h>

#include <bitset>
#include <random>

namespace pianola::drive {
namespace {

TEST(SectorRanges, AreWhatWasAdded) {
  SectorRanges ranges;
  EXPECT_TRUE(ranges.empty());
  EXPECT_TRUE(ranges.add(10, 20));
  EXPECT_FALSE(ranges.add(12, 15));
  EXPECT_TRUE(ranges.add(20, 25));
  EXPECT_TRUE(ranges.has(10));
  EXPECT_TRUE(ranges.has(24));
  EXPECT_FALSE(ranges.has(25));
  EXPECT_FALSE(ranges.has(9));
  EXPECT_EQ(ranges.first(), 10U);
  EXPECT_TRUE(ranges.remove(12, 14));
  EXPECT_FALSE(ranges.has(13));
  EXPECT_TRUE(ranges.has(14));
  EXPECT_FALSE(ranges.remove(30, 40));
  EXPECT_TRUE(ranges.remove(0, 100));
  EXPECT_TRUE(ranges.empty());
}

/// Nothing that was added and not taken away is missing, however many ranges there are.
TEST(SectorRanges, ForgetNothing) {
  std::mt19937 random(5);
  for (unsigned round = 0; round < 200; ++round) {
    SectorRanges ranges;
    std::bitset<200> wanted;
    for (unsigned i = 0; i < 30; ++i) {
      const std::uint32_t begin = random() % 190;
      const std::uint32_t end = begin + 1 + random() % 10;
      const bool adds = random() % 2 == 0;
      if (adds) {
        ranges.add(begin, end);
      } else {
        ranges.remove(begin, end);
      }
      for (std::uint32_t k = begin; k < end; ++k) wanted[k] = adds;
      std::array<std::uint8_t, SectorRanges::kSize> bytes{};
      ranges.encode(bytes);
      ranges.decode(bytes);
      for (std::uint32_t k = 0; k < wanted.size(); ++k) {
        EXPECT_TRUE(!wanted[k] || ranges.has(k));
      }
    }
    ranges.remove(0, 200);
    EXPECT_TRUE(ranges.empty());
  }
}

}  // namespace
}  // namespace pianola::drive
