#include "hid/edit_distance.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pianola::hid {
namespace {

TEST(EditDistanceTest, CountsEachKindOfChangeOnce) {
  EXPECT_EQ(edit_distance("", "", 2), 0U);
  EXPECT_EQ(edit_distance("enter", "enter", 2), 0U);
  EXPECT_EQ(edit_distance("entr", "enter", 2), 1U);
  EXPECT_EQ(edit_distance("entter", "enter", 2), 1U);
  EXPECT_EQ(edit_distance("ender", "enter", 2), 1U);
  EXPECT_EQ(edit_distance("etner", "enter", 2), 1U);
  EXPECT_EQ(edit_distance("ca", "abc", 9), 3U);  // no place is changed twice
}

TEST(EditDistanceTest, IsTheSameBothWays) {
  for (const std::string a : {"", "a", "ab", "ba", "layer", "lyaer", "player", "xyz"}) {
    for (const std::string b : {"", "b", "ab", "abc", "layer", "play"}) {
      EXPECT_EQ(edit_distance(a, b, 9), edit_distance(b, a, 9)) << a << " " << b;
    }
  }
}

TEST(EditDistanceTest, GivesUpOnLengths) {
  EXPECT_EQ(edit_distance("a", "abcd", 2), kFar);
  EXPECT_EQ(edit_distance("abcd", "a", 2), kFar);
  const std::string longest(kLongestWord, 'x');
  EXPECT_EQ(edit_distance(longest, longest, 2), 0U);
  EXPECT_EQ(edit_distance(longest + "x", longest + "x", 2), kFar);
}

TEST(EditDistanceTest, GivesUpBeyondTheLimit) {
  EXPECT_EQ(edit_distance("abcdef", "uvwxyz", 2), kFar);
  EXPECT_EQ(edit_distance("badcfe", "abcdef", 3), 3U);
  EXPECT_EQ(edit_distance("badcfe", "abcdef", 2), kFar);
}

TEST(EditDistanceTest, ShortWordsHaveFewSlips) {
  EXPECT_EQ(likely_slips(2), 0U);
  EXPECT_EQ(likely_slips(3), 1U);
  EXPECT_EQ(likely_slips(5), 1U);
  EXPECT_EQ(likely_slips(6), 2U);
}

}  // namespace
}  // namespace pianola::hid
