#include "scenario/duration.hpp"

#include <gtest/gtest.h>

namespace pianola::scenario {
namespace {

TEST(Duration, Units) {
  EXPECT_EQ(parse_duration("500"), 500U);
  EXPECT_EQ(parse_duration("500ms"), 500U);
  EXPECT_EQ(parse_duration("60s"), 60'000U);
  EXPECT_EQ(parse_duration("1.5s"), 1500U);
  EXPECT_EQ(parse_duration("2min"), 120'000U);
  EXPECT_EQ(parse_duration("0"), 0U);
}

TEST(Duration, WhatIsNone) {
  for (const char* text :
       {"", "ms", "5 ms", "5h", "-5", "1.5", ".5s", "5.s", "1.2.3s", "5S", "x"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
}

TEST(Duration, AtMostTheLanguagesLongest) {
  EXPECT_EQ(parse_duration("2073600s"), 2'073'600'000U);
  EXPECT_FALSE(parse_duration("2073601s"));
  EXPECT_FALSE(parse_duration("99999999999999999999"));
}

}  // namespace
}  // namespace pianola::scenario
