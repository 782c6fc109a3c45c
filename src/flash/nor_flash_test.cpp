#include "flash/nor_flash.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

#include "ports/memory/simulated_flash.hpp"

namespace pianola::flash {
namespace {

TEST(GeometryTest, Size) {
  EXPECT_EQ((Geometry{4096, 256, 16}.size()), 65536U);
  EXPECT_EQ((Geometry{65536, 1, 65535}.size()), 0xFFFF0000U);
}

TEST(GeometryTest, UsualChipsAreSupported) {
  EXPECT_TRUE(is_supported({4096, 256, 512}));  // Serial NOR of 2 MB
  EXPECT_TRUE(is_supported({4096, 4, 16}));     // nRF52
  EXPECT_TRUE(is_supported({1024, 8, 16}));
  EXPECT_TRUE(is_supported({4096, 1, 256}));
}

TEST(GeometryTest, BoundsOfTheSector) {
  EXPECT_TRUE(is_supported({1024, 4, 16}));
  EXPECT_FALSE(is_supported({512, 4, 16}));
  EXPECT_TRUE(is_supported({65536, 4, 16}));
  EXPECT_FALSE(is_supported({131072, 4, 16}));
  EXPECT_FALSE(is_supported({5000, 4, 16}));
  EXPECT_FALSE(is_supported({0, 4, 16}));
}

TEST(GeometryTest, BoundsOfTheProgramUnit) {
  EXPECT_FALSE(is_supported({4096, 0, 16}));
  EXPECT_TRUE(is_supported({4096, 1, 16}));
  EXPECT_FALSE(is_supported({4096, 3, 16}));
  EXPECT_TRUE(is_supported({1024, 256, 16}));
  EXPECT_FALSE(is_supported({4096, 512, 16}));
}

TEST(GeometryTest, BoundsOfTheNumberOfSectors) {
  EXPECT_FALSE(is_supported({4096, 256, 0}));
  EXPECT_FALSE(is_supported({4096, 256, 3}));
  EXPECT_TRUE(is_supported({4096, 256, 4}));
  EXPECT_TRUE(is_supported({4096, 256, 65535}));
  EXPECT_FALSE(is_supported({4096, 256, 65536}));
  EXPECT_TRUE(is_supported({65536, 256, 65535})) << "addresses have 32 bits";
}

TEST(BlankTest, OnlyFF) {
  EXPECT_TRUE(is_blank(std::array<std::uint8_t, 3>{0xFF, 0xFF, 0xFF}));
  EXPECT_FALSE(is_blank(std::array<std::uint8_t, 3>{0xFF, 0xFF, 0xFE}));
}

TEST(BlankTest, FromTheFirstByteToTheLastAndNoFarther) {
  memory::SimulatedFlash flash({4096, 1, 4});
  const std::array<std::uint8_t, 1> mark = {0x7F};
  ASSERT_EQ(flash.program(1000, mark), FlashStatus::ok);
  EXPECT_TRUE(is_blank(flash, 800, 200));
  EXPECT_FALSE(is_blank(flash, 800, 201));
  EXPECT_FALSE(is_blank(flash, 1000, 100));
  EXPECT_TRUE(is_blank(flash, 1001, 100));
  EXPECT_TRUE(is_blank(flash, 1000, 0));
  EXPECT_FALSE(is_blank(flash, 4 * 4096 - 10, 20));  // not all of it can be read
}

}  // namespace
}  // namespace pianola::flash
