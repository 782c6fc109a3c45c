// wait key, and what the last key was.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::Played;
using test::reports_of;
using test::text_of;

TEST(WaitKey, GoesOnAfterTheNextKey) {
  EXPECT_EQ(text_of("F1 { \"<\" wait key \">\" }", "F1 50 a 50 b"), "<a>b");
  EXPECT_EQ(reports_of("F1 { press LSHIFT wait key }", "F1 50 +a 50 b -a"),
            "[02:] [02:04] [00:04] [00:04,05] [00:04] [00:]")
      << "the key has reached the host first";
  EXPECT_EQ(text_of("F1 { wait key wait key \".\" }", "F1 50 a 50 b 50 c"), "ab.c");
  EXPECT_EQ(text_of("F1 { wait key \".\" }\nF2 { \"x\" }", "F1 50 F2"), "x.")
      << "a macro that the key starts goes first";
  EXPECT_EQ(text_of("F1 { wait key \".\" }\nh = b", "F1 50 h"), "b.");
  EXPECT_EQ(text_of("F1 { wait key \".\" }", "F1 50 PLAY"), ".");
  EXPECT_EQ(text_of("on start { wait key \".\" }", "50 a"), "a.");
}

TEST(WaitKey, ModifiersAndKeysForLayersAreNone) {
  const std::string macros =
      "F1 { wait key \".\" }\nF2 = layer one\nF3 = LCTRL\nd = d / LSHIFT\nF4 = oneshot LSHIFT\n"
      "layer one { h = 'x' }";
  EXPECT_EQ(text_of(macros, "F1 +LSHIFT 50 a -LSHIFT"), "A.");
  EXPECT_EQ(text_of(macros, "F1 +F2 50 h -F2"), "x.");
  EXPECT_EQ(text_of(macros, "F1 F3 50 a"), "a.");
  EXPECT_EQ(text_of(macros, "F1 +d 300 a -d"), "A.");
  EXPECT_EQ(text_of(macros, "F1 d 50"), "d.");
  EXPECT_EQ(text_of(macros, "F1 F4 50 a"), "A.");
}

TEST(WaitKey, AtMostItsTime) {
  const std::string macros = "F1 { wait key max 1s \".\" }";
  EXPECT_EQ(text_of(macros, "+F1 999 a -F1"), "a.");
  EXPECT_EQ(text_of(macros, "+F1 1001 a -F1"), ".a");
  EXPECT_EQ(Played(macros, "F1 3s").text(), ".");
  EXPECT_EQ(Played(macros, "+F1 10 -F1").trace().substr(0, 4), "1000") << "by itself";
  EXPECT_EQ(text_of("F1 { wait key max 0ms \".\" }", "F1 50 a"), ".a");
}

TEST(WaitKey, TheKeyOfTheMacroCountsWhenItComesAgain) {
  EXPECT_EQ(text_of("F1 { wait key \".\" }", "F1 50 F1"), ".");
}

TEST(LastKey, IsWhatWasSent) {
  const std::string macros =
      "F1 { \"${last(a)}${last(F1)}${last(letter)}${last(digit)} \" }\n"
      "F2 { wait key \"${last(a)}${last(b)}${last(letter)}${last(digit)}\" }\nh = a\n"
      "F3 { }\nd = d / LCTRL\n";
  EXPECT_EQ(text_of(macros, "F1"), "0100 ") << "the macro's own key";
  EXPECT_EQ(text_of(macros, "F2 50 a"), "a1010");
  EXPECT_EQ(text_of(macros, "F2 50 h"), "a1010") << "after remaps";
  EXPECT_EQ(text_of(macros, "F2 50 b"), "b0110");
  EXPECT_EQ(text_of(macros, "F2 50 '5'"), "50001");
  EXPECT_EQ(text_of(macros, "F2 50 kp_5"), "50001");
  EXPECT_EQ(text_of(macros, "F2 50 ."), ".0000");
  EXPECT_EQ(text_of(macros, "F2 50 F3"), "0000") << "it starts a macro";
  EXPECT_EQ(text_of(macros, "F2 +LSHIFT 50 a -LSHIFT"), "A1010");
  EXPECT_EQ(text_of(macros, "F2 +LCTRL 50 b -LCTRL"), "0100") << "a shortcut types no letter";
}

TEST(LastKey, GoesByTheLayout) {
  const std::string es = "set layout = es\nF1 { wait key \"${last(letter)}${last(ñ)}\" }";
  EXPECT_EQ(text_of(es, "F1 50 ñ"), "ñ11");
  EXPECT_EQ(text_of(es, "F1 50 ¡"), "¡00");
  const std::string fr = "set layout = fr\nF1 { wait key \"${last(letter)}${last(digit)}\" }";
  EXPECT_EQ(text_of(fr, "F1 50 é"), "é10");
  EXPECT_EQ(text_of(fr, "F1 50 +LSHIFT é -LSHIFT"), "201") << "with Shift it is 2";
}

TEST(LastKey, WakesWhoWaitsForIt) {
  EXPECT_EQ(text_of("F1 { wait until last(ESC) or last(digit) \".\" }", "F1 50 a b 50 '1' c"),
            "ab1.c");
}

TEST(LastKey, TheWordsMayBeNames) {
  EXPECT_EQ(
      text_of("var last = 2\nvar letter = 3\nvar digit = 4\nmacro key1(last) { \"${last}\" }\n"
              "F1 { last = last + letter * digit \"${last}\" call key1(last) }\n"
              "F2 { let last = 7 \"${last}${(last)}${last(F2)}\" }",
              "F1 F2"),
      "1414771");
}

}  // namespace
}  // namespace pianola
