#include "base/edit_distance.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pianola {
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
  EXPECT_EQ(edit_distance("a", "abcd", 2), kFarApart);
  EXPECT_EQ(edit_distance("abcd", "a", 2), kFarApart);
  const std::string longest(kLongestWord, 'x');
  EXPECT_EQ(edit_distance(longest, longest, 2), 0U);
  EXPECT_EQ(edit_distance(longest + "x", longest + "x", 2), kFarApart);
}

TEST(EditDistanceTest, GivesUpBeyondTheLimit) {
  EXPECT_EQ(edit_distance("abcdef", "uvwxyz", 2), kFarApart);
  EXPECT_EQ(edit_distance("badcfe", "abcdef", 3), 3U);
  EXPECT_EQ(edit_distance("badcfe", "abcdef", 2), kFarApart);
}

TEST(EditDistanceTest, ShortWordsHaveFewSlips) {
  EXPECT_EQ(likely_slips(2), 0U);
  EXPECT_EQ(likely_slips(3), 1U);
  EXPECT_EQ(likely_slips(5), 1U);
  EXPECT_EQ(likely_slips(6), 2U);
}

TEST(EditDistanceTest, SlipsOfShortWords) {
  struct Pair {
    const char* word;
    const char* meant;
    bool near;
  };
  constexpr Pair kPairs[] = {
      {"wiat", "wait", true},  // neighbours changed places
      {"dwn", "down", true},   // a letter lacks
      {"tabb", "tab", true},   // one is too many
      {"SET", "set", true},    // the other case
      {"CapsLok", "CAPSLOCK", false},
      {"CAPSLOK", "CAPSLOCK", true},
      {"ender", "enter", true},    // long enough for another letter
      {"reapet", "repeat", true},  // and for two slips
      {"SEND", "END", false},      // starts otherwise
      {"OPEN", "OPER", false},     // another letter
      {"REM", "RET", false},
      {"CALL", "CALC", false},
      {"BIND", "FIND", false},
      {"map", "tap", false},
      {"INT", "INT1", false},  // a digit is not forgotten
      {"al", "all", false},    // too short for anything
      {"", "a", false},
  };
  for (const Pair& pair : kPairs) {
    EXPECT_EQ(slips(pair.word, pair.meant) != kFarApart, pair.near)
        << pair.word << " " << pair.meant;
  }
  EXPECT_EQ(slips("SET", "set"), 0U);
  EXPECT_EQ(slips("wiat", "wait"), 1U);
}

TEST(EditDistanceTest, TheClosestWordIsTheFirstOfTheNearest) {
  ClosestWord closest("repat");
  EXPECT_FALSE(closest.offer("release"));
  EXPECT_TRUE(closest.offer("repeat"));
  EXPECT_FALSE(closest.offer("repast"));
  EXPECT_TRUE(closest.offer("REPAT"));
}

}  // namespace
}  // namespace pianola
