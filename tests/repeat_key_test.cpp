// A key that does again what the last one did.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::Played;
using test::reports_of;
using test::text_of;

constexpr std::string_view kRemap = "F1 = repeatkey\n";
std::string with(std::string_view more) { return std::string{kRemap} + std::string{more}; }

// QMK, tests/repeat_key: A, Repeat, Repeat, B, Repeat.
TEST(RepeatKey, SendsTheLastKeyAgain) {
  EXPECT_EQ(text_of(kRemap, "a F1 F1 b F1"), "aaabb");
  EXPECT_EQ(text_of("F1 { repeatkey }", "a F1 F1 b F1"), "aaabb");
  EXPECT_EQ(reports_of(kRemap, "LEFT 50 +F1 300 -F1"), "[00:50] [00:] [00:50] [00:]");
  EXPECT_EQ(Played(kRemap, "+LEFT 50 -LEFT 50 +F1 300 -F1").trace(),
            "0 [00:50]\n50 [00:]\n100 [00:50]\n400 [00:]\n")
      << "for as long as it is down";
  EXPECT_EQ(reports_of(kRemap, "PLAY 50 F1"), reports_of("", "PLAY 50 PLAY"));
  EXPECT_EQ(reports_of("F1 = repeatkey\nF2 = mouse left", "F2 50 F1"),
            reports_of("F2 = mouse left", "F2 50 F2"));
}

TEST(RepeatKey, DoesNothingBeforeAnyKey) {
  EXPECT_EQ(reports_of(kRemap, "F1"), "");
  EXPECT_EQ(reports_of("F1 { repeatkey }", "F1 F1"), "");
  EXPECT_EQ(reports_of("on start { repeatkey tap x }", "50"), "[00:1b] [00:]");
}

// QMK, tests/repeat_key: a macro runs again.
TEST(RepeatKey, RunsAMacroAgain) {
  EXPECT_EQ(text_of(with("F2 { \"foo\" }"), "F2 F1 F1"), "foofoofoo");
  EXPECT_EQ(text_of("F1 { repeatkey }\nF2 { \"foo\" }", "F2 F1 F1"), "foofoofoo");
  EXPECT_EQ(text_of("F1 { repeatkey \"!\" }\nF2 { \"foo\" wait 50ms \"bar\" }", "F2 200 F1"),
            "foobarfoobar!")
      << "the statement waits for its end";
  EXPECT_EQ(reports_of(with("F2 { hold LCTRL }"), "F2 50 +F1 300 -F1"), "[01:] [00:] [01:] [00:]")
      << "it goes by the key that repeats";
  EXPECT_EQ(text_of(with("double F2 { \"twice\" }\nset double = 300ms"), "F2 F2 F1"), "twicetwice");
  EXPECT_EQ(text_of(with("F2 (layout: us) { \"#\" }"), "F2 F1"),
            text_of("F2 (layout: us) { \"#\" }", "F2 F2"));
  EXPECT_EQ(text_of("F1 { repeatkey }\nF2 (layout: us) { \"#\" }", "F2 F1"), "£#")
      << "as a macro that is called";
  EXPECT_EQ(text_of(with("F2 (again: stop) { \"a\" wait 1s \"b\" }"), "F2 50 F1 50 F1 2s"), "aab")
      << "as another press of its key";
}

// QMK, tests/repeat_key: the key is that of the layer on which it was pressed.
TEST(RepeatKey, RemembersWhatWasSentOnALayer) {
  const std::string layers = with("F2 = layer one\nlayer one { h = b }");
  EXPECT_EQ(text_of(layers, "+F2 h -F2 F1 F1 h +F2 F1 F1 -F2"), "bbbhhh");
  EXPECT_EQ(text_of(with("h = '?'"), "h F1"), "??");
  EXPECT_EQ(reports_of(with("F2 = layer c\nlayer c (ctrl) { }"), "+F2 x -F2 F1"),
            "[01:1b] [00:] [01:1b] [00:]");
}

// QMK, tests/repeat_key: rolled to and from the key.
TEST(RepeatKey, Rolled) {
  EXPECT_EQ(reports_of(kRemap, "+a 20 +F1 20 -a 20 -F1 20 F1"),
            "[00:04] [00:] [00:04] [00:] [00:04] [00:]");
  EXPECT_EQ(reports_of(kRemap, "a 20 +F1 20 +b 20 -F1 20 -b 20 F1"),
            "[00:04] [00:] [00:04] [00:04,05] [00:05] [00:] [00:05] [00:]");
}

// QMK, docs/features/repeat_key.md: the modifiers are remembered, others that are held are added.
TEST(RepeatKey, RemembersAndAddsModifiers) {
  EXPECT_EQ(reports_of(kRemap, "+RALT c -RALT F1 F1 c"),
            "[40:] [40:06] [40:] [00:] [40:06] [00:] [40:06] [00:] [00:06] [00:]");
  EXPECT_EQ(reports_of(kRemap, "+LCTRL LEFT -LCTRL F1 +LSHIFT F1 F1 -LSHIFT F1 LEFT"),
            "[01:] [01:50] [01:] [00:] [01:50] [00:] [02:] [03:50] [02:] [03:50] [02:] [00:] "
            "[01:50] [00:] [00:50] [00:]");
  EXPECT_EQ(reports_of("F1 { repeatkey }", "+LCTRL LEFT -LCTRL +LSHIFT F1 -LSHIFT"),
            "[01:] [01:50] [01:] [00:] [02:] [03:50] [02:] [00:]");
  EXPECT_EQ(reports_of(with("F2 = '!'"), "F2 F1 +LCTRL F1 -LCTRL F1"),
            "[02:1e] [00:] [02:1e] [00:] [01:] [03:1e] [01:] [00:] [02:1e] [00:]");
  EXPECT_EQ(text_of(kRemap, "+LSHIFT a -LSHIFT F1"), "AA") << "as QMK without a callback";
  EXPECT_EQ(text_of("shift+F1 = repeatkey", "a +LSHIFT F1 -LSHIFT"), "aa")
      << "what the trigger names is hidden";
}

// QMK, docs/features/repeat_key.md: modifiers and keys for layers are always ignored.
TEST(RepeatKey, IgnoresModifiersAndKeysForLayers) {
  const std::string all = with(
      "F2 = layer one\nF3 = layer toggle one\nF4 = oneshot layer one\nF5 = none\nF6 = toggle b\n"
      "F7 = oneshot LCTRL\nF8 = x / LALT\nF9 = capsword\nlayer one { }");
  for (const char* key : {"LSHIFT", "RALT", "F2", "F3", "F4", "F5", "F7", "+F8 300 -F8"}) {
    EXPECT_EQ(text_of(all, "a " + std::string(key) + " 3s F1"), "aa") << key;
  }
  EXPECT_EQ(text_of(all, "a F8 F1"), "axx") << "tapped, it is a key";
  EXPECT_EQ(text_of(all, "a F6 F6 F1"), "aba");
  EXPECT_EQ(text_of(all, "a F9 F9 F1"), "aa");
}

TEST(RepeatKey, WithOneShots) {
  const std::string shots = with("LSHIFT = oneshot LSHIFT");
  EXPECT_EQ(text_of(shots, "LSHIFT a F1 b"), "AAb") << "as QMK, which counts their modifiers";
  EXPECT_EQ(text_of(shots, "a LSHIFT F1 F1"), "aAa") << "one for the key itself";
}

// QMK looks at the modifiers before caps word adds its own.
TEST(RepeatKey, InCapsWord) {
  const std::string caps = with("F2 = capsword");
  EXPECT_EQ(text_of(caps, "F2 a F1 b F1 SPACE x"), "AABB x");
  EXPECT_EQ(text_of(caps, "F2 a F2 F1"), "Aa");
  EXPECT_EQ(text_of(caps, "a F2 F1"), "aA");
  EXPECT_EQ(text_of(caps, "F2 a SPACE F1 a"), "A  a") << "it is the space again";
  EXPECT_EQ(text_of(with("F2 = capsword\nset layout = fr"), "F2 - F1 F2 F1"), "__-");
}

TEST(RepeatKey, AbbreviationsSeeIt) {
  EXPECT_EQ(text_of(with("\"bll\" { \"ball\" }"), "b l F1"), "ball");
  EXPECT_EQ(text_of(with("\"brb\" { \"be right back\" }"), "b r b F1 x F1"), "be right backxx")
      << "its own erasing is not repeated";
}

TEST(RepeatKey, OnEitherSideOfTwoJobs) {
  EXPECT_EQ(text_of("f = f / repeatkey", "a 300 +f 250 -f f"), "aaf");
  EXPECT_EQ(text_of("F1 = repeatkey / LSHIFT", "a 300 F1 500 +F1 250 b -F1"), "aaB");
  EXPECT_EQ(text_of("j & k = repeatkey", "a 100 +j +k -j -k"), "aa");
  EXPECT_EQ(text_of("leader r = repeatkey", "a +LSHIFT +RSHIFT -RSHIFT -LSHIFT r"), "aa");
}

TEST(RepeatKey, AMacroThatRepeatsDoesNotRepeatItself) {
  EXPECT_EQ(text_of("F1 { repeatkey }\nF2 = repeatkey", "a F1 F2 F1"), "aaaa");
  EXPECT_EQ(text_of("F1 { \"<\" repeatkey \">\" }\nF2 { \"x\" }", "F2 F1 F1"), "x<x><x>");
  EXPECT_EQ(text_of("F1 { call again }\nmacro again { repeatkey }", "a F1 F1"), "aaa");
  EXPECT_EQ(text_of("var n\nF1 { n = n + 1 if n > 2 { repeatkey } else { \"-\" } }",
                    "a F1 F1 F1 F1 b F1"),
            "a--aabb")
      << "it may have run without";
  EXPECT_EQ(text_of("F1 { repeatkey }\nF2 { \"(\" repeatkey \")\" }", "a F2 F1 F2 F1"),
            "a(a)a(a)a");
  EXPECT_EQ(text_of("F1 { wait 50ms repeatkey }", "a F1 20 b 100"), "abb")
      << "what came meanwhile counts";
  EXPECT_EQ(text_of("var n\nF1 { if n == 0 { n = 1 exit } repeatkey }\n"
                    "F2 { if n == 1 { n = 2 exit } repeatkey }",
                    "a F1 F2 F1 F2"),
            "a")
      << "two that would repeat each other end";
}

TEST(RepeatKey, ForgetsAtACancel) {
  EXPECT_EQ(text_of(kRemap, "a +LSHIFT +RSHIFT ESC -LSHIFT -RSHIFT F1 b F1"), "abb");
}

}  // namespace
}  // namespace pianola
