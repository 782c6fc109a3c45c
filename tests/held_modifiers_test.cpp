// Which modifiers count for triggers and `mods()`, and what hides them.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::Played;

struct Case {
  std::string_view macros;
  std::string_view keys;
  std::string_view expected;
};

void expect_texts(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    EXPECT_EQ(Played(each.macros, each.keys).text(), each.expected)
        << each.macros << "  " << each.keys;
  }
}

void expect_reports(const std::vector<Case>& cases) {
  for (const Case& each : cases) {
    EXPECT_EQ(Played(each.macros, each.keys).reports(), each.expected)
        << each.macros << "  " << each.keys;
  }
}

TEST(HeldModifiers, ThoseThatHoldToggleAndOneshotHoldCount) {
  expect_texts({
      {"set layout = us\nF2 { oneshot LSHIFT }\nshift+',' = ';'", "F2 50 , 50 a", ";a"},
      {"F2 { toggle LSHIFT }\nshift+F3 { \"s\" }\nF3 { \"n\" }", "F2 50 F3 50 F2 50 F3", "sn"},
      {"F2 { hold LSHIFT }\nshift+F3 { \"s\" }\nF3 { \"n\" }", "+F2 50 F3 50 -F2 50 F3", "sn"},
      {"F2 { toggle LSHIFT }\nF3 { if mods(shift) { \"s\" } else { \"n\" } }", "F2 50 F3", "s"},
      {"F2 { hold ctrl+shift }\nctrl+shift+F3 { \"s\" }", "+F2 50 F3 50 -F2", "s"},
      // By what it is remapped to, hidden or not.
      {"CAPSLOCK = LSHIFT\nshift+F3 { \"s\" }", "+CAPSLOCK 50 F3 50 -CAPSLOCK", "s"},
      {"shift+F2 = x\nshift+F3 { if mods(shift) { \"s\" } }", "+LSHIFT +F2 50 F3 50 -F2 -LSHIFT",
       "xs"},
  });
}

TEST(HeldModifiers, ThoseOfChordsAndOfPressDoNotCount) {
  expect_texts({
      {"F2 { press LSHIFT wait release }\nshift+F3 { \"s\" }\nF3 { \"n\" }", "+F2 50 F3 50 -F2",
       "n"},
      {"F2 { press LSHIFT wait release }\nF3 { if mods(shift) { \"s\" } else { \"n\" } }",
       "+F2 50 F3 50 -F2", "n"},
      {"F2 = ctrl+LEFT\nctrl+F3 { \"c\" }\nF3 { \"n\" }", "+F2 50 F3 50 -F2", "n"},
      {"F2 { toggle shift+LEFT }\nshift+F3 { \"s\" }\nF3 { \"n\" }", "F2 50 F3 50 F2", "n"},
  });
}

TEST(HeldModifiers, AllComeFirstThenTheFingersThenTheBareKey) {
  constexpr std::string_view kThree =
      "F2 { toggle LSHIFT }\nctrl+shift+F3 { \"all\" }\nctrl+F3 { \"fingers\" }\nF3 { \"bare\" }";
  constexpr std::string_view kTwo =
      "F2 { toggle LSHIFT }\nctrl+F3 { \"fingers\" }\nF3 { \"bare\" }";
  constexpr std::string_view kOne = "F2 { toggle LSHIFT }\nalt+F3 { \"alt\" }\nF3 { \"bare\" }";
  expect_texts({
      {kThree, "F2 50 +LCTRL F3 -LCTRL", "all"},
      {kTwo, "F2 50 +LCTRL F3 -LCTRL", "fingers"},
      {kTwo, "F2 50 F3", "bare"},
      {kOne, "F2 50 +LCTRL F3 -LCTRL", "bare"},
      // Each layer for itself, the one turned on last first.
      {"F2 { toggle LSHIFT }\nF4 { layer on x }\nctrl+shift+F3 { \"all\" }\n"
       "layer x { F3 { \"layer\" } }",
       "F4 F2 50 +LCTRL F3 -LCTRL", "layer"},
  });
  expect_reports({
      {"ctrl+F1 { toggle LSHIFT }\nF1 { tap x }", "+LCTRL F1 50 F1 -LCTRL",
       "[01:] [03:] [01:] [00:]"},
  });
}

TEST(HeldModifiers, WhatATriggerNamesIsHiddenWhoeverHoldsIt) {
  expect_reports({
      {"F2 { toggle LSHIFT }\nshift+F3 { DELETE }", "F2 50 F3 50 F2", "[02:] [00:4c] [02:] [00:]"},
      {"F2 { toggle LSHIFT }\nshift+F3 = DELETE", "F2 50 +F3 50 -F3 50 F2",
       "[02:] [00:4c] [02:] [00:]"},
      {"F2 { hold LSHIFT }\nshift+F3 = DELETE", "+F2 50 +F3 50 -F3 50 -F2",
       "[02:] [00:4c] [02:] [00:]"},
      // A one-shot that is hidden is used up.
      {"F2 { oneshot LSHIFT }\nshift+F3 { DELETE }", "F2 50 F3 50 a",
       "[02:] [00:4c] [00:] [00:04] [00:]"},
      // What the macro itself holds is not hidden, and neither is what is pressed.
      {"shift+F3 { hold RSHIFT }", "+LSHIFT +F3 50 -F3 -LSHIFT", "[02:] [20:] [02:] [00:]"},
      {"shift+F3 = RSHIFT", "+LSHIFT +F3 50 -F3 -LSHIFT", "[02:] [20:] [02:] [00:]"},
      {"F2 { press LSHIFT wait release }\nF3 { without mods { DELETE } }", "+F2 50 F3 50 -F2",
       "[02:] [02:4c] [02:] [00:]"},
  });
}

TEST(HeldModifiers, AKeyDoesNotCountAOneshotThatAnotherHasUsedUp) {
  expect_texts({
      {"set layout = us\nF2 { oneshot LSHIFT }\nshift+',' = ';'", "F2 50 +a 30 +, 30 -a -,", "A,"},
  });
}

TEST(HeldModifiers, AbbreviationsAndAutoshiftCountOneshots) {
  expect_texts({
      {"F2 { oneshot LSHIFT }\n\"Ab \" { \"x\" }", "F2 50 a 20 b 20 SPACE", "x"},
      {"F2 { oneshot LSHIFT }\n\"ab \" { \"x\" }", "F2 50 a 20 b 20 SPACE", "Ab "},
      {"set autoshift = 175ms\nF2 { oneshot LSHIFT }", "F2 50 +1 20 -1", "!"},
  });
  EXPECT_EQ(Played("set autoshift = 175ms\nF2 { oneshot LSHIFT }", "F2 50 +1 20 -1").trace(),
            "0 [02:]\n60 [02:1e]\n80 [00:]\n");
}

TEST(HeldModifiers, WithoutHidesAllOrTheNamedOnes) {
  expect_reports({
      {"F3 { without mods { DELETE } }", "+LCTRL +LSHIFT F3 -LSHIFT -LCTRL",
       "[01:] [03:] [00:] [00:4c] [03:] [01:] [00:]"},
      {"F3 { without shift { DELETE } }", "+LCTRL +LSHIFT F3 -LSHIFT -LCTRL",
       "[01:] [03:] [01:] [01:4c] [03:] [01:] [00:]"},
      {"F3 { without ctrl+rshift { DELETE } }", "+LCTRL +LSHIFT F3 -LSHIFT -LCTRL",
       "[01:] [03:] [02:] [02:4c] [03:] [01:] [00:]"},
      {"F2 { toggle LSHIFT }\nF3 { without mods { DELETE } }", "F2 50 F3 50 F2",
       "[02:] [00:] [00:4c] [02:] [00:]"},
      {"F2 { hold LSHIFT }\nF3 { without mods { DELETE } }", "+F2 50 F3 50 -F2",
       "[02:] [00:] [00:4c] [02:] [00:]"},
      // Blocks in blocks: the outer one goes on.
      {"F3 { without shift { without ctrl { TAB } DELETE } ENTER }",
       "+LCTRL +LSHIFT F3 -LSHIFT -LCTRL",
       "[01:] [03:] [01:] [00:] [00:2b] [01:] [01:4c] [03:] [03:28] [03:] [01:] [00:]"},
      // What a block itself holds is not hidden.
      {"F3 { without mods { hold LSHIFT } }", "+LCTRL +F3 50 -F3 -LCTRL",
       "[01:] [00:] [02:] [00:] [01:] [00:]"},
      // A jump out of the block ends it.
      {"F3 { loop { without shift { break } } DELETE }", "+LSHIFT F3 -LSHIFT",
       "[02:] [00:] [02:] [02:4c] [02:] [00:]"},
  });
}

// ---- The keys that cancel -----------------------------------------------------------------------

constexpr std::string_view kEndless = "F1 { loop { tap x wait 20ms } }\n";

/// Whether the endless macro on F1 still runs two seconds after `keys`.
bool goes_on(const std::string& macros, const std::string& keys) {
  const std::string trace = Played(macros, "F1 100 " + keys + " 2000").trace();
  const std::size_t last = trace.rfind("[00:1b]");
  const std::size_t line = trace.rfind('\n', last) + 1;
  return std::stoul(trace.substr(line)) > 2000;
}

TEST(HeldModifiers, ShiftsMadeByHoldingCancel) {
  const std::string macros = std::string{kEndless} + "d = d / LSHIFT\nk = k / RSHIFT\n";
  EXPECT_FALSE(goes_on(kEndless.data(), "+LSHIFT +RSHIFT ESC -LSHIFT -RSHIFT"));
  EXPECT_FALSE(goes_on(macros, "+d 250 +k 250 ESC -d -k"));
  EXPECT_FALSE(goes_on(macros, "+d +k 300 ESC -d -k"));
  EXPECT_FALSE(goes_on(macros, "+d +LSHIFT +k 300 ESC -d -k -LSHIFT"));
  EXPECT_FALSE(goes_on(macros, "+d 10 +k 10 +ESC 400 -ESC -d -k")) << "when it is decided";
  EXPECT_TRUE(goes_on(macros, "+d 250 ESC -d"));
  EXPECT_TRUE(goes_on(macros, "+d 10 +k 10 +ESC 10 -d -k -ESC")) << "typed, not held";
}

TEST(HeldModifiers, ShiftsMadeByHoldingCancelWhatKeepsTheKeysBack) {
  const std::string macros =
      "F1 { defer { loop { tap x wait 20ms } } }\nd = d / LSHIFT\nk = k / RSHIFT\n";
  EXPECT_FALSE(goes_on(macros, "+d +k 300 ESC -d -k"));
  EXPECT_TRUE(goes_on(macros, "+d +k 100 ESC -d -k")) << "not held for long enough";
}

TEST(HeldModifiers, TheLeaderGoesByTheKeysThemselves) {
  expect_texts({
      {"LSHIFT = a\nRSHIFT = b\nleader s { \"yes\" }", "+LSHIFT 10 +RSHIFT 10 -LSHIFT -RSHIFT s",
       "abyes"},
      {"d = LSHIFT\nk = RSHIFT\nleader s { \"yes\" }", "+d 10 +k 10 -d -k s", "s"},
  });
}

}  // namespace
}  // namespace pianola
