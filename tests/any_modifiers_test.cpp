// Triggers with `any`: at least these modifiers.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::reports_of;
using test::text_of;

constexpr std::string_view kDelete = "shift+any+BACKSPACE = DELETE";

// QMK, docs/features/key_overrides.md: an override for Shift and Backspace works with other
// modifiers held, which stay in the report; ZMK, docs/keymaps/behaviors/mod-morph.md: the modifiers
// that it morphs by are masked, others are not.
TEST(AnyModifiers, LetOthersThrough) {
  EXPECT_EQ(reports_of(kDelete, "BACKSPACE"), "[00:2a] [00:]");
  EXPECT_EQ(reports_of(kDelete, "+LSHIFT BACKSPACE -LSHIFT"), "[02:] [00:4c] [02:] [00:]");
  EXPECT_EQ(reports_of(kDelete, "+LCTRL +LSHIFT BACKSPACE -LSHIFT -LCTRL"),
            "[01:] [03:] [01:4c] [03:] [01:] [00:]");
  EXPECT_EQ(reports_of(kDelete, "+RALT +RGUI +RSHIFT BACKSPACE -RSHIFT -RGUI -RALT"),
            "[40:] [c0:] [e0:] [c0:4c] [e0:] [c0:] [40:] [00:]");
  EXPECT_EQ(reports_of(kDelete, "+LSHIFT +RSHIFT BACKSPACE"), "[02:] [22:] [00:4c] [22:]");
  EXPECT_EQ(reports_of(kDelete, "+LCTRL BACKSPACE"), "[01:] [01:2a] [01:]") << "without Shift";
  EXPECT_EQ(reports_of("lshift+any+a = b", "+RSHIFT a +LSHIFT a"),
            "[20:] [20:04] [20:] [22:] [20:05] [22:]")
      << "only what it names is hidden";
  EXPECT_EQ(reports_of("any+shift+F1 { TAB }", "+LCTRL +LSHIFT F1"), "[01:] [03:] [01:2b] [03:]");
}

TEST(AnyModifiers, ExactOnesWinThenTheMost) {
  const std::string macros =
      "F1 { \"0\" } shift+any+F1 { \"s\" } ctrl+any+F1 { \"c\" } ctrl+shift+any+F1 { \"cs\" } "
      "lctrl+shift+any+F1 { \"ls\" } ctrl+alt+F1 { \"exact\" } shift+F1 { \"S\" }";
  EXPECT_EQ(text_of(macros, "F1"), "0");
  EXPECT_EQ(text_of(macros, "+LALT F1 -LALT"), "0");
  EXPECT_EQ(text_of(macros, "+LSHIFT F1 -LSHIFT"), "S");
  EXPECT_EQ(text_of(macros, "+LCTRL F1 -LCTRL"), "c");
  EXPECT_EQ(text_of(macros, "+LCTRL +LALT F1 -LALT -LCTRL"), "exact");
  EXPECT_EQ(text_of(macros, "+LSHIFT +LALT F1 -LALT -LSHIFT"), "s");
  EXPECT_EQ(text_of(macros, "+RCTRL +LSHIFT F1 -LSHIFT -RCTRL"), "cs");
  EXPECT_EQ(text_of(macros, "+LCTRL +LSHIFT +LGUI F1 -LGUI -LSHIFT -LCTRL"), "ls");
  EXPECT_EQ(text_of("shift+any+a { \"s\" } alt+any+a { \"a\" }", "+LSHIFT +LALT a -LALT -LSHIFT"),
            "s")
      << "of as many, Shift before Alt";
}

TEST(AnyModifiers, StandBeforeEveryTriggerThatTakesModifiers) {
  const std::string macros =
      "hold shift+any+F1 { \"h\" } tap shift+any+F1 { \"t\" } double ctrl+any+F2 { \"d\" } "
      "leader alt+any+x { \"l\" } set leader = F3\nshift+any+F4 = a / LCTRL\n";
  EXPECT_EQ(text_of(macros, "+LCTRL +LSHIFT F1 500 +F1 300 -F1 -LSHIFT -LCTRL"), "th");
  EXPECT_EQ(text_of(macros, "+LCTRL +LGUI F2 50 F2 -LGUI -LCTRL"), "d");
  EXPECT_EQ(text_of(macros, "F3 +LALT +LSHIFT x -LSHIFT -LALT"), "l");
  EXPECT_EQ(reports_of(macros, "+LALT +LSHIFT F4"), "[04:] [06:] [04:04] [06:]");
}

TEST(AnyModifiers, InLayersAndWithTheirModifiers) {
  EXPECT_EQ(
      reports_of("F1 = layer l\nlayer l { shift+any+a = b }\nshift+a = c", "+F1 +LCTRL +LSHIFT a"),
      "[01:] [03:] [01:05] [03:]");
  EXPECT_EQ(reports_of("F1 = layer l\nlayer l (ctrl) { }\nctrl+any+a = b", "+F1 +LSHIFT a"),
            "[02:] [02:05] [02:]");
}

TEST(AnyModifiers, OfOneShotsAndToggles) {
  EXPECT_EQ(reports_of("shift+any+a = b\nLSHIFT = oneshot LSHIFT", "LSHIFT 50 +LCTRL a"),
            "[02:] [03:] [01:05] [01:]");
  EXPECT_EQ(reports_of("shift+any+a = b\nF1 = toggle LSHIFT", "F1 +LCTRL a"),
            "[02:] [03:] [01:05] [03:]");
}

TEST(AnyModifiers, MistakesAreTold) {
  const auto messages = [](std::string_view text) { return tryout::Macros(text).messages("m"); };
  const auto tells = [&](std::string_view text, std::string_view message) {
    return messages(text).find(message) != std::string::npos;
  };
  EXPECT_TRUE(tells("any+F1 = a", "m:1:1: error: 'any' needs a modifier that must be held"));
  EXPECT_TRUE(tells("F1 = any+a", "m:1:6: error: 'any' stands before the key of a trigger only"));
  EXPECT_TRUE(tells("F1 { shift+any+a }", "m:1:12: error: 'any' stands before the key"));
  EXPECT_TRUE(tells("F1 { match next { shift+any+a { } } }", "error: 'any' stands before the key"));
  EXPECT_TRUE(tells("F1 { if held(any+a) { } }", "error: 'any' stands before the key"));
  EXPECT_TRUE(tells("j & shift+any+k { }", "error: 'any' stands before the key of a trigger only"));
  EXPECT_TRUE(
      tells("shift+any+a { } any+shift+a { }", "error: this trigger is bound already at 1:1"));
  EXPECT_EQ(messages("shift+any+F5 { } shift+F5 { } F5 { } lshift+any+F5 { }"), "");
}

TEST(AnyModifiers, TheWordIsNotReserved) {
  EXPECT_EQ(
      text_of("var any = 2\nmacro f(x) { \"${x}\" }\nF1 { let n = any+1 call f(any+n) any = 7 "
              "\"${any}\" }",
              "F1"),
      "57");
  EXPECT_EQ(text_of("macro any { \"x\" }\nF1 { call any }\nF2 = layer any\nlayer any { a = b }",
                    "F1 +F2 a -F2"),
            "xb");
}

}  // namespace
}  // namespace pianola
