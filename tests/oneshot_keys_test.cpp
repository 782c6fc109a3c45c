// Keys that are one-shots when they are tapped.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::Played;

constexpr std::string_view kBoth = "LSHIFT = oneshot LSHIFT\nLCTRL = oneshot LCTRL\n";

std::string text(std::string_view macros, std::string_view keys) {
  return Played(macros, keys).text();
}
std::string reports(std::string_view macros, std::string_view keys) {
  return Played(macros, keys).reports();
}
std::string both(std::string_view more) { return std::string{kBoth} + std::string{more}; }

TEST(OneshotKeys, CountForTheNextKeyWhenTheyAreTapped) {
  EXPECT_EQ(text(kBoth, "LSHIFT 50 a 50 a"), "Aa");
  EXPECT_EQ(text(kBoth, "LSHIFT 1500 a 50 a"), "Aa");
  EXPECT_EQ(Played(kBoth, "+LSHIFT 100 -LSHIFT 100 +a 50 -a").trace(),
            "0 [02:]\n200 [02:04]\n250 [00:]\n")
      << "the host sees one Shift";
  EXPECT_EQ(text(kBoth, "LSHIFT 50 +a 30 +b 30 -a -b"), "Ab") << "rolled";
}

TEST(OneshotKeys, AreWhatTheyAreWhenTheyAreHeldOrGoWithAnotherKey) {
  EXPECT_EQ(text(kBoth, "+LSHIFT 300 -LSHIFT 50 a"), "a") << "held for long";
  EXPECT_EQ(text(kBoth, "+LSHIFT 200 -LSHIFT 50 a"), "a");
  EXPECT_EQ(text(kBoth, "+LSHIFT 199 -LSHIFT 50 a"), "A");
  EXPECT_EQ(text("set hold = 500ms\nLSHIFT = oneshot LSHIFT", "+LSHIFT 300 -LSHIFT 50 a"), "A");
  EXPECT_EQ(text(kBoth, "+LSHIFT 30 a 30 -LSHIFT 50 b"), "Ab") << "another key";
  EXPECT_EQ(text(kBoth, "+LSHIFT 30 +a 30 -LSHIFT 30 -a 50 b"), "Ab") << "rolled";
}

TEST(OneshotKeys, CombineWhenTheyAreRolledOrTappedOneByOne) {
  EXPECT_EQ(reports(kBoth, "+LSHIFT 20 +LCTRL 20 -LSHIFT 20 -LCTRL 50 i 50 i"),
            "[02:] [03:] [03:0c] [00:] [00:0c] [00:]");
  EXPECT_EQ(reports(kBoth, "LCTRL 50 LSHIFT 50 t"), "[01:] [03:] [03:17] [00:]");
}

TEST(OneshotKeys, EndAfterTheirTime) {
  EXPECT_EQ(Played(kBoth, "+LSHIFT 50 -LSHIFT").trace(), "0 [02:]\n2050 [00:]\n");
  EXPECT_EQ(text(kBoth, "+LSHIFT 50 -LSHIFT 2000 a"), "A");
  EXPECT_EQ(text(kBoth, "+LSHIFT 50 -LSHIFT 2001 a"), "a");
  EXPECT_EQ(text(both("set oneshot = 500ms"), "LSHIFT 600 a"), "a");
  EXPECT_EQ(text(both("set oneshot = off"), "LSHIFT 60000 a 50 a"), "Aa");
  // The statement has no time, and another one renews it.
  EXPECT_EQ(text("F1 { oneshot LSHIFT }", "F1 60000 a 50 a"), "Aa");
  EXPECT_EQ(text("F1 { oneshot LSHIFT }", "F1 50 F1 50 a 50 a"), "Aa");
  EXPECT_EQ(text(both("F1 { oneshot LSHIFT }"), "LSHIFT 50 F1 60000 a 50 a"), "Aa");
  // A key that is undecided when the time is over was pressed before.
  EXPECT_EQ(text(both("f = f / LALT"), "+LSHIFT 50 -LSHIFT 1950 +f 150 -f"), "F");
}

TEST(OneshotKeys, ASecondTapCancelsOrLocks) {
  EXPECT_EQ(text(kBoth, "LSHIFT 100 LSHIFT 100 a"), "a");
  EXPECT_EQ(text(kBoth, "LSHIFT 100 LSHIFT 100 LSHIFT 100 a 50 a"), "Aa");
  const std::string lock = both("set oneshot_again = lock");
  EXPECT_EQ(text(lock, "LSHIFT 100 LSHIFT 100 a 50 b 5000 c"), "ABC");
  EXPECT_EQ(text(lock, "LSHIFT 100 LSHIFT 100 a 50 b 50 LSHIFT 50 c"), "ABc");
  EXPECT_EQ(text(lock, "LSHIFT 100 a 50 b"), "Ab") << "tapped once it is for one key";
  EXPECT_EQ(text(lock, "LSHIFT 100 +LSHIFT 400 -LSHIFT 50 a"), "a") << "no tap";
}

TEST(OneshotKeys, GoWithOtherModifiersAsWhatTheyAreOnly) {
  // Alt and Shift switch languages, in either order.
  EXPECT_EQ(reports(kBoth, "+LALT 20 +LSHIFT 20 -LSHIFT 20 -LALT 50 a"),
            "[04:] [06:] [04:] [00:] [00:04] [00:]");
  EXPECT_EQ(reports(kBoth, "+LSHIFT 20 +LALT 20 -LALT 20 -LSHIFT 50 a"),
            "[02:] [06:] [02:] [00:] [00:04] [00:]");
  EXPECT_EQ(reports(kBoth, "+LSHIFT 20 +LALT 20 -LSHIFT 20 -LALT 50 a"),
            "[02:] [06:] [04:] [00:] [00:04] [00:]");
  EXPECT_EQ(text(both("CAPSLOCK = LALT"), "+CAPSLOCK 20 LSHIFT 20 -CAPSLOCK 50 a"), "a");
  EXPECT_EQ(text(both("F1 { hold LALT }"), "+F1 20 LSHIFT 20 -F1 50 a"), "a");
  // Another one-shot key that has become a modifier is one.
  EXPECT_EQ(reports(kBoth, "+LSHIFT 300 LCTRL 50 -LSHIFT 50 a"),
            "[02:] [03:] [02:] [00:] [00:04] [00:]");
}

TEST(OneshotKeys, ThatAreHeldTypeNothingWithOtherModifiers) {
  constexpr std::string_view kCadet = "LSHIFT = '(' / oneshot LSHIFT";
  EXPECT_EQ(text(kCadet, "LSHIFT 50 a"), "(a");
  EXPECT_EQ(text(kCadet, "+LSHIFT 20 a 20 -LSHIFT 50 a"), "Aa");
  EXPECT_EQ(text(kCadet, "+LSHIFT 300 -LSHIFT 50 a 50 a"), "Aa") << "let go soon after";
  EXPECT_EQ(text(kCadet, "+LSHIFT 500 -LSHIFT 50 a"), "a");
  EXPECT_EQ(reports(kCadet, "+LCTRL 20 +LSHIFT 20 -LSHIFT 20 -LCTRL 50"),
            "[01:] [03:] [01:] [00:]");
  EXPECT_EQ(reports(kCadet, "+LSHIFT 20 +LCTRL 20 -LSHIFT 20 -LCTRL 50"),
            "[02:] [03:] [01:] [00:]");
}

TEST(OneshotKeys, StandOnEitherSide) {
  constexpr std::string_view kSpace = "SPACE = oneshot LSHIFT / layer nav\nlayer nav { h = LEFT }";
  EXPECT_EQ(text(kSpace, "SPACE 50 a 50 a"), "Aa");
  EXPECT_EQ(reports(kSpace, "+SPACE 300 h 30 -SPACE 50 a"), "[00:50] [00:] [00:04] [00:]");
  EXPECT_EQ(reports("f = f / oneshot layer nav\nlayer nav { h = LEFT }", "+f 300 -f 50 h 50 h"),
            "[00:50] [00:] [00:0b] [00:]");
  EXPECT_EQ(text("f = f / oneshot layer nav\nlayer nav { h = LEFT }", "f 50 h"), "fh");
}

TEST(OneshotKeys, BothShiftsAsTheLeaderLeaveNone) {
  const std::string macros =
      "LSHIFT = oneshot LSHIFT\nRSHIFT = oneshot RSHIFT\nleader s { \"yes\" }\n";
  EXPECT_EQ(text(macros, "+LSHIFT 20 +RSHIFT 20 -RSHIFT 20 -LSHIFT 50 s 50 a"), "yesa");
  EXPECT_EQ(text(macros, "+LSHIFT 20 +RSHIFT 20 -RSHIFT 20 -LSHIFT 2500 a"), "a");
  EXPECT_EQ(text(macros, "LSHIFT 50 a 50 RSHIFT 50 a"), "AA");
}

TEST(OneshotKeys, EndWithAClickAScrollOrAMacro) {
  EXPECT_EQ(reports(both("F1 { click left }"), "LSHIFT 50 F1 50 a"),
            "[02:] [02:] buttons:01 [00:] [00:04] [00:]");
  EXPECT_EQ(reports(both("F1 { scroll 1 }"), "LSHIFT 50 F1 50 a"),
            "[02:] [02:] scroll:1 [00:] [00:04] [00:]");
  EXPECT_EQ(text(both("F1 { tap b, c }"), "LSHIFT 50 F1 50 a"), "Bca");
  EXPECT_EQ(text(both("F1 { \"b\" }"), "LSHIFT 50 F1 50 a"), "ba");
  EXPECT_EQ(text(both("var n F1 { n = 1 }"), "LSHIFT 50 F1 50 a"), "a");
  EXPECT_EQ(text(both("macro f { wait 5ms } F1 { call f tap b }"), "LSHIFT 50 F1 50 a"), "Ba")
      << "a call is no end";
  EXPECT_EQ(text("F1 { oneshot LSHIFT \"b\" }", "F1 50 a"), "bA") << "its own";
  EXPECT_EQ(text("F1 { oneshot LSHIFT } F2 { oneshot LCTRL }", "F1 50 F2 50 a"),
            text("F1 { oneshot ctrl+LSHIFT }", "F1 50 a"))
      << "a macro that makes one adds to them";
  EXPECT_EQ(text(both("F1 { wait 300ms tap b }"), "F1 50 LSHIFT 500 a"), "Ba")
      << "the macro's key came first, but its tap is the next key";
}

TEST(OneshotKeys, OutliveAMacroThatNoKeyStarted) {
  EXPECT_EQ(text(both("F3 = F3 / layer nav\nlayer nav { h = x }\non layer nav { wait 1ms }"),
                 "LSHIFT 20 +F3 300 h 50 h 50 -F3"),
            "Xx");
}

TEST(OneshotKeys, EndByReleaseOfAnyMacro) {
  const std::string lock = both("set oneshot_again = lock\n");
  EXPECT_EQ(reports(both("F1 { release LSHIFT wait 50ms tap b }"), "LSHIFT 50 LCTRL 50 F1 100"),
            "[02:] [03:] [01:] [01:05] [00:]");
  EXPECT_EQ(text(both("F1 { release all wait 50ms tap b }"), "LSHIFT 50 F1"), "b");
  EXPECT_EQ(text(lock + "F1 { release LSHIFT }", "LSHIFT 50 LSHIFT 50 a 50 F1 50 a"), "Aa");
  EXPECT_EQ(text("on capslock { release LSHIFT }\nF1 { oneshot LSHIFT }", "F1 50 CAPSLOCK 50"), "");
}

// ---- Layers -------------------------------------------------------------------------------------

constexpr std::string_view kNav =
    "F1 = oneshot layer nav\nlayer nav { h = LEFT  j { \"down\" }  F2 = LSHIFT  f = x / LCTRL }\n";

TEST(OneshotLayers, CountForTheNextKey) {
  EXPECT_EQ(reports(kNav, "F1 50 h 50 h"), "[00:50] [00:] [00:0b] [00:]");
  EXPECT_EQ(text(kNav, "F1 50 j 50 j"), "downj");
  EXPECT_EQ(text(kNav, "F1 50 a 50 h"), "ah") << "a key that the layer does not have";
  EXPECT_EQ(reports(kNav, "+F1 50 h 50 h 50 -F1 50 h"),
            "[00:50] [00:] [00:50] [00:] [00:0b] [00:]");
  EXPECT_EQ(reports(kNav, "+F1 300 -F1 50 h"), "[00:0b] [00:]");
  EXPECT_EQ(reports(kNav, "F1 50 F1 50 h"), "[00:0b] [00:]") << "a second tap";
  EXPECT_EQ(reports(kNav, "F1 2100 h"), "[00:0b] [00:]");
}

TEST(OneshotLayers, OutliveModifiersAndHoldsButNotTaps) {
  EXPECT_EQ(reports(kNav, "F1 50 +LCTRL 20 h 20 -LCTRL 50 h"),
            "[01:] [01:50] [01:] [00:] [00:0b] [00:]");
  EXPECT_EQ(reports(kNav, "F1 50 +F2 20 h 20 -F2 50 h"), "[02:] [02:50] [02:] [00:] [00:0b] [00:]");
  EXPECT_EQ(reports(kNav, "F1 50 +f 300 h 20 -f 50 h"), "[01:] [01:50] [01:] [00:] [00:0b] [00:]");
  EXPECT_EQ(text(kNav, "F1 50 f 50 h"), "xh");
  // With one-shot modifiers they add up.
  const std::string both_kinds = std::string{kBoth} + std::string{kNav};
  EXPECT_EQ(reports(both_kinds, "F1 50 LSHIFT 50 h 50 h"), "[02:] [02:50] [00:] [00:0b] [00:]");
  EXPECT_EQ(reports(both_kinds, "LSHIFT 50 F1 50 h 50 h"), "[02:] [02:50] [00:] [00:0b] [00:]");
}

TEST(OneshotLayers, AreOnForTheMacroThatTheirKeyStarts) {
  const std::string macros =
      "F1 = oneshot layer nav\n"
      "layer nav { j { if layer(nav) { wait 100ms \"on\" } if layer(nav) { \"still\" } }  h = x "
      "}\n";
  EXPECT_EQ(text(macros, "F1 50 j 500 h"), "onh");
  EXPECT_EQ(text(macros, "F1 50 j 50 h 500"), "hon") << "but for no key after it";
}

// ---- Names --------------------------------------------------------------------------------------

TEST(OneshotKeys, SettingsMayBeNamesOfMacros) {
  EXPECT_EQ(text("macro oneshot_again { \"x\" }\nmacro lock_it { \"y\" }\nmacro cancel { \"z\" }\n"
                 "F1 { call oneshot_again call lock_it call cancel }",
                 "F1"),
            "xyz");
}

}  // namespace
}  // namespace pianola
