// Keys that are pressed together, and keys after the leader. Expectations are those of the
// documents named at each test, in this project's words.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::expect_reports;
using test::expect_texts;
using test::Played;

// ---- Together -----------------------------------------------------------------------------------

constexpr std::string_view kNested = "a & b = 1\na & b & c = 2\nb & c & d & e = 3\n";

// ZMK, "Combos": all keys come within timeout-ms of the first one, in any order. QMK, "Combos":
// COMBO_TERM.
TEST(KeysTogether, TwoToFiveInAnyOrder) {
  expect_reports({
      {"a & b & c = ESC", "+a 10 +b 20 +c 40 -c -b -a", "[00:29] [00:]"},
      {"a & b & c = ESC", "+c 1 +a 1 +b 40 -a -b -c", "[00:29] [00:]"},
      {"a & b & c = ESC", "+a 10 +b 21 +c 40 -c -b -a",
       "[00:04] [00:04,05] [00:04,05,06] [00:04,05] [00:04] [00:]"},
      {"a & b & c & d & e { tap x }", "+e +c +a +d +b 50 -a -b -c -d -e", "[00:1b] [00:]"},
      {"a & b & c & d & e { tap x }", "+e +c +a +d 50 -a -c -d -e",
       "[00:08] [00:06,08] [00:04,06,08] [00:04,06,07,08] [00:06,07,08] [00:07,08] [00:08] [00:]"},
      {"SPACE & LSHIFT & F13 = ENTER", "+LSHIFT +F13 +SPACE 50 -SPACE -LSHIFT -F13",
       "[00:28] [00:]"},
  });
}

// ZMK, "Combos": of combos whose keys overlap the longest that is complete is taken; kanata,
// "Input chords": as soon as no other one can come.
TEST(KeysTogether, TheLongestThatIsCompleteWins) {
  expect_reports({
      {kNested, "+a +b 50 -a -b", "[00:1e] [00:]"},
      {kNested, "+a +b +c 50 -a -b -c", "[00:1f] [00:]"},
      {kNested, "+c +b +a 50 -a -b -c", "[00:1f] [00:]"},
      {kNested, "+b +c +d +e 50 -b -c -d -e", "[00:20] [00:]"},
      // Another key decides at once, and so does a release.
      {kNested, "+a +b +x 50 -a -b -x", "[00:1e] [00:1b,1e] [00:1b] [00:]"},
      {kNested, "+a +b 5 -b 50 -a", "[00:1e] [00:]"},
      // Not complete: each is what it is.
      {kNested, "+b +c 50 -b -c", "[00:05] [00:05,06] [00:06] [00:]"},
      {kNested, "+b +c +d 50 -b -c -d",
       "[00:05] [00:05,06] [00:05,06,07] [00:06,07] [00:07] [00:]"},
  });
  EXPECT_EQ(Played(kNested, "+a 10 +b 40 -a -b").trace(), "30 [00:1e]\n50 [00:]\n")
      << "the time runs from the first key";
  EXPECT_EQ(Played(kNested, "+a 10 +b 10 +x 40 -a -b -x").trace().substr(0, 11), "20 [00:1e]\n");
  EXPECT_EQ(Played(kNested, "+a 10 +b 10 +c 40 -a -b -c").trace(), "20 [00:1f]\n60 [00:]\n");
}

// ZMK, "Combos", timeout-ms of each combo; QMK, COMBO_TERM_PER_COMBO.
TEST(KeysTogether, HaveATimeOfTheirOwn) {
  expect_reports({
      {"j & k (chord: 50ms) = ESC", "+j 50 +k 60 -j -k", "[00:29] [00:]"},
      {"j & k (chord: 50ms) = ESC", "+j 51 +k 60 -j -k", "[00:0d] [00:0d,0e] [00:0e] [00:]"},
      {"j & k (chord: 10ms) = ESC", "+j 11 +k 60 -j -k", "[00:0d] [00:0d,0e] [00:0e] [00:]"},
      {"j & k (chord: 10ms) = ESC\nj & k & l (chord: 80ms) = TAB", "+j 5 +k 70 +l 60 -j -k -l",
       "[00:2b] [00:]"},
      {"j & k (chord: 10ms) = ESC\nj & k & l (chord: 80ms) = TAB", "+j 5 +k 200 -j -k",
       "[00:29] [00:]"},
      {"set chord = 100ms\nj & k (chord: 10ms) = ESC\nj & l = TAB", "+j 50 +l 60 -j -l",
       "[00:2b] [00:]"},
  });
}

// ZMK, "Combos", slow-release: without it a combo is let go with the first of its keys. kanata has
// `first-release` and `all-released`.
TEST(KeysTogether, AreDownUntilTheFirstOrTheLastIsLetGo) {
  EXPECT_EQ(Played("a & b & c = ESC", "+a +b +c 50 -b 50 -a 50 -c").trace(),
            "0 [00:29]\n50 [00:]\n");
  EXPECT_EQ(Played("a & b & c (slow: on) = ESC", "+a +b +c 50 -b 50 -a 50 -c").trace(),
            "0 [00:29]\n150 [00:]\n");
  EXPECT_EQ(Played("set slow = on\na & b = ESC", "+a +b 50 -b 50 -a").trace(),
            "0 [00:29]\n100 [00:]\n");
  EXPECT_EQ(Played("set slow = on\na & b (slow: off) = ESC", "+a +b 50 -b 50 -a").trace(),
            "0 [00:29]\n50 [00:]\n");
  EXPECT_EQ(Played("a & b { hold F2 }", "+a +b 50 -a 50 -b").trace(), "0 [00:3b]\n50 [00:]\n");
  EXPECT_EQ(Played("a & b (slow: on) { hold F2 }", "+a +b 50 -a 50 -b").trace(),
            "0 [00:3b]\n100 [00:]\n");
  expect_texts({
      {"a & b = layer num\nlayer num { h = 1 }", "+a +b 50 h -b h -a h", "1hh"},
      {"a & b (slow: on) = layer num\nlayer num { h = 1 }", "+a +b 50 h -b h -a h", "11h"},
      // A key that stays down means nothing, and comes back as itself.
      {"a & b { \"x\" }", "+a +b 50 -b 10 b 10 -a 10 a", "xba"},
      {"a & b { \"x\" }", "+a +b 50 -b 10 +b 10 -b 10 -a 50 +a +b 50 -a -b", "xbx"},
  });
}

// kanata, "Key chords": keys of a chord that is held are no part of the next one.
TEST(KeysTogether, AKeyThatIsDownAlreadyIsNoPart) {
  expect_texts({{"a & b { \"x\" }", "+a 50 +b 50 -b -a", "ab"}});
}

// keyd's man page: `control+j+k` needs the modifier for the whole of it.
TEST(KeysTogether, MayNeedModifiers) {
  const std::string_view macros =
      "ctrl+j & k = ESC\nj & k = TAB\nrshift+j & k = ENTER\nrctrl+any+j & k = SPACE\n";
  expect_reports({
      {macros, "+j +k 50 -j -k", "[00:2b] [00:]"},
      {macros, "+LCTRL +j +k 50 -j -k -LCTRL", "[01:] [00:29] [01:] [00:]"},
      {macros, "+LCTRL +k +j 50 -j -k -LCTRL", "[01:] [00:29] [01:] [00:]"},
      {macros, "+RSHIFT +j +k 50 -j -k -RSHIFT", "[20:] [00:28] [20:] [00:]"},
      {macros, "+LSHIFT +j +k 50 -j -k -LSHIFT", "[02:] [02:2b] [02:] [00:]"},
      {macros, "+RCTRL +LSHIFT +j +k 50 -j -k -LSHIFT -RCTRL",
       "[10:] [12:] [02:2c] [12:] [10:] [00:]"},
      // Ctrl is let go between them.
      {"ctrl+j & k = ESC", "+LCTRL +j 5 -LCTRL 5 +k 50 -j -k",
       "[01:] [01:0d] [00:0d] [00:0d,0e] [00:0e] [00:]"},
      // Ctrl is pressed between them.
      {"ctrl+j & k = ESC", "+j 5 +LCTRL 5 +k 50 -j -k -LCTRL",
       "[00:0d] [01:0d] [01:0d,0e] [01:0e] [01:] [00:]"},
  });
}

// As for other triggers: the one that names exactly all held modifiers, else those of the fingers.
TEST(KeysTogether, ThatNameAllHeldModifiersComeFirst) {
  const std::string_view macros =
      "F1 { toggle LSHIFT }\nlctrl+j & k { \"fingers\" }\nctrl+shift+j & k { \"all\" }\n";
  expect_texts({
      {macros, "F1 +LCTRL +j +k 50 -j -k -LCTRL F1", "all"},
      {macros, "+LCTRL +j +k 50 -j -k -LCTRL", "fingers"},
      {"F1 { toggle LSHIFT }\nctrl+any+j & k { \"any\" }\nlctrl+j & k { \"fingers\" }\n",
       "F1 +LCTRL +j +k 50 -j -k -LCTRL F1", "fingers"},
  });
}

// ZMK, "Combos", layers.
TEST(KeysTogether, InLayers) {
  const std::string_view macros =
      "F1 = layer nav\nj & k = ESC\nj & k & l = 9\nlayer nav { j & k = TAB  j & k & m = 8 }\n";
  expect_reports({
      {macros, "+F1 +j +k 50 -j -k -F1", "[00:2b] [00:]"},
      {macros, "+F1 +j +k +m 50 -j -k -m -F1", "[00:25] [00:]"},
      // What the layer has complete comes before what is longer outside of it.
      {macros, "+F1 +j +k +l 50 -j -k -l -F1", "[00:2b] [00:0f,2b] [00:0f] [00:]"},
      {macros, "+j +k +l 50 -j -k -l", "[00:26] [00:]"},
  });
  expect_texts({
      {"F1 = oneshot layer nav\nlayer nav { j & k = 1 }", "F1 +j +k 50 -j -k j", "1j"},
      {"F1 = oneshot LSHIFT\nj & k & l = 1", "F1 +j +k +l 50 -j -k -l j", "!j"},
      {"layer nav { j & k & l = 1 }\nF1 = layer nav", "+j +k +l 50 -j -k -l", "jkl"},
  });
}

// ZMK, "Combos", require-prior-idle-ms: typed so soon after another key they are no combo.
TEST(KeysTogether, AreKeysWhileSomebodyTypes) {
  expect_texts({
      {"j & k (idle: 150ms) { \"!\" }", "x 139 +j +k 50 -j -k", "xjk"},
      {"j & k (idle: 150ms) { \"!\" }", "x 140 +j +k 50 -j -k", "x!"},
      {"j & k (idle: 150ms) { \"!\" }", "x 141 +j +k 50 -j -k", "x!"},
      {"j & k (idle: 150ms) { \"!\" }", "+j +k 50 -j -k 10 +j +k 50 -j -k", "!!"},
      {"set idle = 150ms\nj & k { \"!\" }", "x 100 +j +k 50 -j -k", "xjk"},
      {"set idle = 150ms\nj & k (idle: off) { \"!\" }", "x 100 +j +k 50 -j -k", "x!"},
      {"set idle = 150ms\nj & k { \"!\" }", "F1 100 +j +k 50 -j -k", "!"},
      {"F1 { \"typed by a macro\" }\nj & k (idle: 150ms) { \"!\" }", "F1 60 +j +k 50 -j -k",
       "typed by a macro!"},
      // The longer one does not mind.
      {"j & k (idle: 150ms) { \"!\" }\nj & k & l { \"?\" }", "x 100 +j +k +l 50 -j -k -l", "x?"},
  });
}

TEST(KeysTogether, WaitWhileAMacroTypes) {
  expect_texts({
      {"F1 { \"abcdefghij\" }\nj & k & l { \"!\" }", "F1 +j +k +l 50 -j -k -l x", "abcdefghij!x"},
      {"F1 { wait 100ms \"m\" }\nj & k & l { \"!\" }", "F1 +j +k +l 200 -j -k -l", "!m"},
  });
}

// QMK, "Combos": the order in which the keys come and go says nothing.
TEST(KeysTogether, AreTheSameInAnyOrder) {
  for (const std::string_view release : {"-j 10 -k 10 -l", "-l 10 -j 10 -k", "-k 10 -l 10 -j"}) {
    const std::string keys = "+j +k +l 50 " + std::string(release) + " 10 a a";
    EXPECT_EQ(Played("j & k & l = oneshot LSHIFT", keys).text(), "Aa") << release;
    EXPECT_EQ(Played("j & k & l (slow: on) = oneshot LSHIFT", keys).text(), "Aa") << release;
  }
  expect_texts({
      {"j & k { \"<\" wait 500ms \">\" }", "+j +k -j -k 100 +k +j -k -j", "<>"},
      {"j & k (again: stop) { \"<\" wait 500ms \">\" }", "+j +k -j -k 100 +k +j -k -j", "<"},
      {"j & k & l (again: restart) { \"<\" wait 500ms \">\" }",
       "+j +k +l -j -k -l 100 +l +j +k -k -j -l", "<<>"},
      {"j & k { \"<\" wait 500ms \">\" }\nj & l { \"(\" wait 500ms \")\" }",
       "+j +k -j -k 100 +l +j -l -j", "<(>)"},
  });
}

// What they send is text like that of other keys.
TEST(KeysTogether, MayEndAnAbbreviation) {
  const std::string_view macros =
      "j & k = SPACE\nk & l = b\n\"brb \" { \"be right back \" }\n"
      "\"teh\" (end: on) { \"the\" }\n";
  expect_texts({
      {macros, "b r b +j +k 50 -j -k x", "be right back x"},
      {macros, "b r +l +k 50 -k -l SPACE", "be right back "},
      {macros, "t e h +j +k 50 -j -k x", "the x"},
      {macros, "t e h +k +l 50 -k -l SPACE", "tehb "},
      {macros, "+j +k 50 -j -k t e h +k +j 50 -j t -k", " the t"},
  });
}

// A key of keys together that is tapped or held itself: QMK's combos come first.
TEST(KeysTogether, OfKeysWithTapAndHold) {
  expect_reports({
      {"f = f / LCTRL\nd & f & s = ESC", "+d +f +s 50 -d -f -s", "[00:29] [00:]"},
      {"f = f / LCTRL\nd & f & s = ESC", "+f 300 +x 10 -x -f", "[01:] [01:1b] [01:] [00:]"},
  });
}

// ---- After the leader ---------------------------------------------------------------------------

constexpr std::string_view kLeader = "set leader = CAPSLOCK\n";

std::string led(std::string_view macros) { return std::string(kLeader) + std::string(macros); }

// QMK, "The Leader Key": up to five keys one after another.
TEST(KeysAfterTheLeader, AreASequence) {
  const std::string macros =
      led("leader g h { \"gh\" }\nleader g s t { \"gst\" }\nleader x { \"one\" }\n"
          "leader 1 2 3 4 5 6 7 8 { \"eight\" }\nleader g SPACE = ESC\n");
  expect_texts({
      {macros, "CAPSLOCK g h", "gh"},
      {macros, "CAPSLOCK g s t", "gst"},
      {macros, "CAPSLOCK x", "one"},
      {macros, "CAPSLOCK '1' '2' '3' '4' '5' '6' '7' '8'", "eight"},
      {macros, "CAPSLOCK +g 10 +s 10 +t 10 -g -s -t", "gst"},
      {macros, "CAPSLOCK g h g h", "ghgh"},
      {macros, "g h", "gh"},
  });
  EXPECT_EQ(Played(macros, "CAPSLOCK g 50 +SPACE 50 -SPACE").reports(), "[00:29] [00:]");
  EXPECT_EQ(Played(led("leader g h { hold F2 }"), "CAPSLOCK g 50 +h 100 -h").trace(),
            "70 [00:3b]\n170 [00:]\n")
      << "down as long as the last key";
}

// vim, `timeoutlen`: where a shorter mapping is complete it waits for a longer one.
TEST(KeysAfterTheLeader, AShorterOneWaits) {
  const std::string macros =
      led("set leader_time = 500ms\nleader g { \"1\" }\nleader g h { \"2\" }\n"
          "leader g h i j { \"4\" }\n");
  EXPECT_EQ(Played(macros, "CAPSLOCK 10 g").trace().substr(0, 11), "520 [00:1e]");
  expect_texts({
      {macros, "CAPSLOCK g", "1"},
      {macros, "CAPSLOCK g h", "2"},
      {macros, "CAPSLOCK g h i j", "4"},
      // A key that does not fit decides, and means what it means.
      {macros, "CAPSLOCK g x", "1x"},
      {macros, "CAPSLOCK g h x", "2x"},
      {macros, "CAPSLOCK g h i x", "2ix"},
      {macros, "CAPSLOCK g h i 600", "2i"},
      // The time of each key, from the one before.
      {macros, "CAPSLOCK 490 g 490 h 490 i 490 j", "4"},
      {macros, "CAPSLOCK g 491 h", "1h"},
      {macros, "CAPSLOCK g 490 h", "2"},
      {macros, "CAPSLOCK 491 g", "g"},
      // Another leader begins anew.
      {macros, "CAPSLOCK g CAPSLOCK g h", "12"},
  });
}

// QMK, "The Leader Key": what fits none does nothing.
TEST(KeysAfterTheLeader, WhatFitsNoneIsGone) {
  const std::string macros = led("set leader_time = 500ms\nleader g h i { \"!\" }\n");
  expect_texts({
      {macros, "CAPSLOCK g x y", "y"},
      {macros, "CAPSLOCK g h x y", "y"},
      {macros, "CAPSLOCK x g h i", "ghi"},
      {macros, "CAPSLOCK g h 600 i", "i"},
      {macros, "CAPSLOCK g h CAPSLOCK g h i", "!"},
      {macros, "CAPSLOCK g +LSHIFT h -LSHIFT i", "!"},
  });
}

TEST(KeysAfterTheLeader, WithModifiersAndInLayers) {
  expect_texts({
      {led("leader ctrl+g h { \"c\" }\nleader g h { \"p\" }\n"), "CAPSLOCK ctrl+g h", "c"},
      {led("leader ctrl+g h { \"c\" }\nleader g h { \"p\" }\n"), "CAPSLOCK g h", "p"},
      {led("leader g h { \"o\" }\nF1 = layer toggle nav\nlayer nav { leader g h { \"n\" } }\n"),
       "CAPSLOCK g h F1 CAPSLOCK g h", "on"},
      {led("leader g { \"o\" }\nF1 = layer toggle nav\nlayer nav { leader g h { \"n\" } }\n"),
       "F1 CAPSLOCK g h CAPSLOCK g x", "nox"},
      // Both Shifts, as long as no key is set.
      {"leader g h { \"!\" }", "+LSHIFT +RSHIFT -RSHIFT -LSHIFT g h", "!"},
      {"set trigger = leader\na { \"x\" }\nleader b a { \"y\" }",
       "+LSHIFT +RSHIFT -RSHIFT -LSHIFT b a", "y"},
      // Keys that have something else to do are keys of a sequence first.
      {led("leader g h { \"!\" }\nh { \"h\" }\ng = g / LCTRL\n"), "CAPSLOCK g h", "!"},
  });
}

// QMK, "The Leader Key": modifiers are no part of a sequence, whatever they do otherwise.
TEST(KeysAfterTheLeader, AreNotEndedByAModifierThatIsBound) {
  for (const std::string_view shift :
       {"LSHIFT = oneshot LSHIFT\n", "LSHIFT { \"\" }\n", "LSHIFT = '(' / LSHIFT\n"}) {
    const std::string macros = led("leader g h i { \"!\" }\n") + std::string(shift);
    EXPECT_EQ(Played(macros, "CAPSLOCK g h +LSHIFT 300 i -LSHIFT").text(), "!") << shift;
    EXPECT_EQ(Played(macros, "CAPSLOCK g +LSHIFT 300 h x -LSHIFT").text(), "") << shift;
  }
}

TEST(KeysAfterTheLeader, UnderOneshotsAndWhileAMacroTypes) {
  expect_texts({
      {led("leader g h { \"!\" }\nF1 = oneshot LSHIFT\n"), "F1 CAPSLOCK g h x", "!x"},
      {led("leader g h { \"!\" }\nF1 = oneshot LSHIFT\n"), "CAPSLOCK F1 g h x", "ghx"},
      {led("leader g h { \"!\" }\nF1 { \"abcdefghijklm\" }\n"), "F1 CAPSLOCK g h x",
       "abcdefghijklm!x"},
      {led("leader g h { \"!\" }\nF1 { \"abcdefghijklm\" wait 100ms \"n\" }\n"),
       "F1 CAPSLOCK g 20 h x", "abcdefghijklm!xn"},
  });
}

TEST(KeysAfterTheLeader, SignsAreQuotedBehindTheFirst) {
  expect_texts({
      {led("leader g '=' '/' { \"!\" }\n"), "CAPSLOCK g EQUAL SLASH", "!"},
      {led("leader ';' ':' { \"!\" }\n"), "CAPSLOCK ';' ';'", "!"},
      {led("leader & ';' { \"!\" }\n"), "CAPSLOCK '7' ';'", "!"},
  });
}

}  // namespace
}  // namespace pianola
