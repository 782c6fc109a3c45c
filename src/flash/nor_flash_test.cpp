#include "flash/nor_flash.hpp"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace pianola::flash
