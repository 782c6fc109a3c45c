#include "base/time.hpp"

#include <gtest/gtest.h>

namespace pianola {
namespace {

TEST(TimeTest, AcrossTheWrap) {
  EXPECT_TRUE(earlier(0xFFFFFFF0U, 5));
  EXPECT_FALSE(earlier(5, 0xFFFFFFF0U));
  EXPECT_FALSE(earlier(7, 7));
  EXPECT_TRUE(reached(5, 0xFFFFFFF0U));
  EXPECT_TRUE(reached(7, 7));
  EXPECT_FALSE(reached(0xFFFFFFF0U, 5));
}

TEST(TimeTest, TheSooner) {
  EXPECT_TRUE(sooner({}, {}).never);
  EXPECT_EQ(sooner({}, Next::time(5)).at, 5U);
  EXPECT_EQ(sooner(Next::time(5), {}).at, 5U);
  EXPECT_EQ(sooner(Next::time(5), Next::time(0xFFFFFFF0U)).at, 0xFFFFFFF0U);
  EXPECT_EQ(sooner(Next::time(0xFFFFFFF0U), Next::time(5)).at, 0xFFFFFFF0U);
}

}  // namespace
}  // namespace pianola
