// What keys do that are tapped or held, by the options that they have. Expectations are those of
// the documents and sources named at each test, in this project's words.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::expect_reports;
using test::Played;

// ---- Times of their own -------------------------------------------------------------------------

// QMK, "Tap-Hold Configuration Options": TAPPING_TERM_PER_KEY. The key is held from the term on.
TEST(TapHoldOptions, EachKeyHasItsOwnTime) {
  expect_reports({
      {"a (hold: 300ms) = a / LCTRL", "+a 299 -a", "[00:04] [00:]"},
      {"a (hold: 300ms) = a / LCTRL", "+a 300 -a", "[01:] [00:]"},
      {"a (hold: 300ms) = a / LCTRL", "+a 301 -a", "[01:] [00:]"},
      {"a (hold: 100ms) = a / LCTRL\ns = s / LALT", "+a 150 -a 10 +s 150 -s",
       "[01:] [00:] [00:16] [00:]"},
      {"hold F6 (hold: 300ms) { tap h }\ntap F6 { tap t }", "+F6 250 -F6", "[00:17] [00:]"},
      {"hold F6 { tap h }\ntap F6 (hold: 300ms) { tap t }", "+F6 310 -F6", "[00:0b] [00:]"},
      {"F6 (hold: 300ms) { tap p }\nhold F6 { tap h }", "+F6 250 -F6", "[00:13] [00:]"},
  });
}

// QMK, "Hold On Other Key Press" and "Permissive Hold"; ZMK's flavors hold-preferred, balanced,
// tap-preferred.
TEST(TapHoldOptions, EachKeyHasItsOwnRuleForOtherKeys) {
  const std::string_view nested = "+a 50 +x 20 -x 20 -a";
  const std::string_view rolled = "+a 50 +x 20 -a 20 -x";
  expect_reports({
      {"a (dual: press) = a / LCTRL", rolled, "[01:] [01:1b] [00:1b] [00:]"},
      {"a (dual: release) = a / LCTRL", nested, "[01:] [01:1b] [01:] [00:]"},
      {"a (dual: release) = a / LCTRL", rolled, "[00:04] [00:04,1b] [00:1b] [00:]"},
      {"a (dual: timeout) = a / LCTRL", nested, "[00:04] [00:04,1b] [00:04] [00:]"},
      {"set dual = press\na (dual: timeout) = a / LCTRL", nested,
       "[00:04] [00:04,1b] [00:04] [00:]"},
      {"a (dual: press, rolls: 30ms) = a / LCTRL", "+a 50 +x 29 -a 20 -x",
       "[00:04] [00:04,1b] [00:1b] [00:]"},
      {"a (dual: press, rolls: 30ms) = a / LCTRL", "+a 50 +x 30 -a 20 -x",
       "[01:] [01:1b] [00:1b] [00:]"},
  });
}

TEST(TapHoldOptions, ADoubleTapHasItsOwnTime) {
  expect_reports({
      // A press that came too late is the first of another two.
      {"double F5 (double: 250ms) { tap d }\nF5 { tap s }", "F5 290 F5 190 F5",
       "[00:16] [00:] [00:16] [00:] [00:07] [00:]"},
      {"double F5 (double: 250ms) { tap d }\nF5 { tap s }", "F5 240 F5",
       "[00:16] [00:] [00:07] [00:]"},
      {"double F5 (double: 250ms) { tap d }\nF5 { tap s }", "F5 241 F5",
       "[00:16] [00:] [00:16] [00:]"},
      {"double F5 (double: 600ms) { tap d }\nF5 { tap s }", "F5 590 F5",
       "[00:16] [00:] [00:07] [00:]"},
  });
}

// ---- Quick taps ---------------------------------------------------------------------------------

// QMK, "Quick Tap Term"; ZMK, "quick-tap-ms"; kanata's tap-repress-timeout: tapped and soon held, a
// key is its tap, so that the host repeats it. From press to press.
TEST(QuickTaps, ATappedKeyThatIsSoonHeldIsItsTap) {
  expect_reports({
      {"a (quick: 150ms) = a / LCTRL", "a 139 +a 500 -a", "[00:04] [00:] [00:04] [00:]"},
      {"a (quick: 150ms) = a / LCTRL", "a 140 +a 500 -a", "[00:04] [00:] [00:04] [00:]"},
      {"a (quick: 150ms) = a / LCTRL", "a 141 +a 500 -a", "[00:04] [00:] [01:] [00:]"},
      {"a (quick: off) = a / LCTRL", "a 20 +a 500 -a", "[00:04] [00:] [01:] [00:]"},
      {"set double = 300ms\na = a / LCTRL", "a 290 +a 500 -a", "[00:04] [00:] [00:04] [00:]"},
      {"set double = 300ms\na = a / LCTRL", "a 291 +a 500 -a", "[00:04] [00:] [01:] [00:]"},
      {"set quick = 100ms\na = a / LCTRL", "a 100 +a 500 -a", "[00:04] [00:] [01:] [00:]"},
      // Each tap begins the time anew; a hold does not, nor does another key between.
      {"a (quick: 150ms) = a / LCTRL", "a 100 a 100 +a 500 -a",
       "[00:04] [00:] [00:04] [00:] [00:04] [00:]"},
      {"a (quick: 300ms) = a / LCTRL", "+a 210 -a 20 +a 300 -a", "[01:] [00:] [01:] [00:]"},
      {"a (quick: 300ms) = a / LCTRL", "a 50 b 50 +a 300 -a",
       "[00:04] [00:] [00:05] [00:] [01:] [00:]"},
  });
}

// ---- While people type --------------------------------------------------------------------------

// QMK, "Flow Tap"; ZMK, "require-prior-idle-ms": so soon after a key that types, a key is its tap.
TEST(IdleKeys, SoonAfterTypingAKeyIsItsTap) {
  const std::string_view tap = "[00:1b] [00:] [00:04] [00:]";
  const std::string_view hold = "[00:1b] [00:] [01:] [00:]";
  expect_reports({
      {"a (idle: 150ms) = a / LCTRL", "x 139 +a 500 -a", tap},
      {"a (idle: 150ms) = a / LCTRL", "x 140 +a 500 -a", hold},
      {"a (idle: 150ms) = a / LCTRL", "x 141 +a 500 -a", hold},
      {"set idle = 150ms\na = a / LCTRL", "x 100 +a 500 -a", tap},
      {"set idle = 150ms\na (idle: off) = a / LCTRL", "x 100 +a 500 -a", hold},
      {"set idle = 150ms\nhold a { tap h }", "x 100 +a 500 -a", tap},
  });
}

// What QMK's is_flow_tap_key() and get_flow_tap_term() count, and Backspace and digits, which ZMK
// counts too.
TEST(IdleKeys, WhatCountsAsTyping) {
  const auto held = [](std::string_view before) {
    const std::string keys = std::string(before) + " 50 +a 500 -a";
    return Played(
               "set layout = us\nset idle = 150ms\na = a / LCTRL\nF1 = x\nx (again: stop) { wait "
               "1ms }\n"
               "F2 { \"y\" }\nF3 = ctrl+c\ny = F1",
               keys)
               .reports()
               .find("[01:] [00:]") != std::string::npos;
  };
  EXPECT_FALSE(held("q"));
  EXPECT_FALSE(held("'1'"));
  EXPECT_FALSE(held("';'"));
  EXPECT_FALSE(held("SPACE"));
  EXPECT_FALSE(held("BACKSPACE"));
  EXPECT_FALSE(held("shift+q"));
  EXPECT_FALSE(held("F1")) << "it sends a letter";
  EXPECT_TRUE(held("ENTER"));
  EXPECT_TRUE(held("LEFT"));
  EXPECT_TRUE(held("ctrl+q"));
  EXPECT_TRUE(held("gui+q"));
  EXPECT_TRUE(held("LSHIFT"));
  EXPECT_TRUE(held("y")) << "it sends no letter";
  EXPECT_TRUE(held("x")) << "it starts a macro";
  EXPECT_TRUE(held("F2")) << "what a macro types does not count";
}

TEST(IdleKeys, AKeyWhoseHoldIsInForceIsNoTyping) {
  // The letter b is what a is when held.
  expect_reports({{"set idle = 300ms\na (idle: off) = a / b\ns = s / LCTRL", "+a 250 +s 250 -s -a",
                   "[00:05] [01:05] [00:05] [00:]"}});
}

// ---- Hands --------------------------------------------------------------------------------------

constexpr std::string_view kHands =
    "set left_hand = \"qwertasdfgzxcvb\"\nset right_hand = \"yuiophjkl;nm,./\"\n";

// QMK, "Chordal Hold": before the term a key of the same hand makes a tap at once.
TEST(Hands, OnlyTheOtherHandMakesAHoldBeforeItsTime) {
  expect_reports(
      {
          {"f = f / LCTRL", "+f 50 +j 20 -j 20 -f", "[01:] [01:0d] [01:] [00:]"},
          {"f = f / LCTRL", "+f 50 +d 20 -d 20 -f", "[00:09] [00:07,09] [00:09] [00:]"},
          {"f (dual: press) = f / LCTRL", "+f 50 +d 300 -d 20 -f",
           "[00:09] [00:07,09] [00:09] [00:]"},
          {"f (dual: timeout) = f / LCTRL", "+f 50 +d 300 -d 20 -f",
           "[00:09] [00:07,09] [00:09] [00:]"},
          {"f = f / LCTRL", "+f 199 +d 20 -d 20 -f", "[00:09] [00:07,09] [00:09] [00:]"},
          // From its time on it is held.
          {"f = f / LCTRL", "+f 200 +d 20 -d 20 -f", "[01:] [01:07] [01:] [00:]"},
          {"f = f / LCTRL", "+f 201 +d 20 -d 20 -f", "[01:] [01:07] [01:] [00:]"},
          // Keys of neither hand make a hold.
          {"f = f / LCTRL", "+f 50 SPACE 20 -f", "[01:] [01:2c] [01:] [00:]"},
          {"f = f / LCTRL", "+f 50 LEFT 20 -f", "[01:] [01:50] [01:] [00:]"},
          // A key that is exempt.
          {"f (hands: off) = f / LCTRL", "+f 50 +d 20 -d 20 -f", "[01:] [01:07] [01:] [00:]"},
          {"set hands = off\nf = f / LCTRL", "+f 50 +d 20 -d 20 -f", "[01:] [01:07] [01:] [00:]"},
          // A key in no list knows no hands.
          {"ENTER = ENTER / LCTRL", "+ENTER 50 +d 20 -d 20 -ENTER", "[01:] [01:07] [01:] [00:]"},
          {"ENTER = ENTER / LCTRL", "+ENTER 50 SPACE 20 -ENTER", "[01:] [01:2c] [01:] [00:]"},
      },
      kHands);
}

// QMK, "Chordal Hold", on several tap-hold keys of one hand: they do not decide each other.
TEST(Hands, KeysOfOneHandThatAreHeldTogetherGoTogether) {
  const std::string_view row = "d = d / LSHIFT\nf = f / LCTRL\n";
  expect_reports(
      {
          {row, "+d 30 +f 80 LEFT 150 -f -d", "[02:] [03:] [03:50] [03:] [02:] [00:]"},
          {row, "+d 30 +f 20 -d 20 -f", "[00:07] [00:] [00:09] [00:]"},
          {row, "+d 30 +f 30 +j 20 -j 20 -f 10 -d", "[02:] [03:] [03:0d] [03:] [02:] [00:]"},
      },
      kHands);
}

TEST(Hands, AKeyInBothListsBelongsToNeitherHand) {
  expect_reports({
      {"b = b / LCTRL\nset left_hand = \"fdb\"\nset right_hand = \"jkb\"", "+b 50 +d 20 -d 20 -b",
       "[01:] [01:07] [01:] [00:]"},
      {"f = f / LCTRL\nset left_hand = \"fdb\"\nset right_hand = \"jkb\"", "+f 50 +b 20 -b 20 -f",
       "[01:] [01:05] [01:] [00:]"},
  });
}

TEST(Hands, CharactersAreThoseOfTheLayout) {
  const std::string_view french =
      "set layout = fr\nset left_hand = \"azertqsdfgwxcv\"\nf = f / LCTRL\n";
  // The key that types q there is A's (HID usage 04).
  EXPECT_EQ(Played(french, "+f 50 +q 20 -q 20 -f").reports(), "[00:09] [00:04,09] [00:09] [00:]");
}

// ZMK, "Positional hold-tap": only the keys given make a hold.
TEST(Hands, AListOfItsOwnGoesFirst) {
  expect_reports(
      {
          {"f (with: \"dj\") = f / LCTRL", "+f 50 +d 20 -d 20 -f", "[01:] [01:07] [01:] [00:]"},
          {"f (with: \"dj\") = f / LCTRL", "+f 50 +k 20 -k 20 -f",
           "[00:09] [00:09,0e] [00:09] [00:]"},
          {"f (with: \"dj\") = f / LCTRL", "+f 50 SPACE 20 -f", "[00:09] [00:09,2c] [00:09] [00:]"},
          {"f (with: \"dj\") = f / LCTRL", "+f 200 SPACE 20 -f", "[01:] [01:2c] [01:] [00:]"},
      },
      kHands);
}

// ---- Retro --------------------------------------------------------------------------------------

// QMK, "Retro Tapping"; ZMK, "retro-tap", which like this does not press the hold while the key is
// alone: a lone Alt or GUI would open menus.
TEST(Retro, HeldAloneAKeyIsTappedAtItsRelease) {
  expect_reports({
      {"a (retro: on) = a / LCTRL", "+a 500 -a", "[00:04] [00:]"},
      {"a (retro: on) = a / LGUI", "+a 199 -a", "[00:04] [00:]"},
      {"a (retro: on) = a / LCTRL", "+a 500 +x 20 -x 20 -a", "[01:] [01:1b] [01:] [00:]"},
      {"a (retro: on) = a / LCTRL", "+a 500 +x 20 -a 20 -x", "[01:] [01:1b] [00:1b] [00:]"},
      {"a (retro: on) = a / LCTRL", "+a 50 +x 500 -x 20 -a", "[01:] [01:1b] [01:] [00:]"},
      {"set retro = on\na = a / layer n\nlayer n { b = c }", "+a 500 b 20 -a 20 b",
       "[00:06] [00:] [00:05] [00:]"},
      {"set retro = on\na (retro: off) = a / LCTRL", "+a 500 -a", "[01:] [00:]"},
      // A macro that a hold starts waits for no other key.
      {"set retro = on\nhold F6 { tap h }\ntap F6 { tap t }", "+F6 500 -F6", "[00:0b] [00:]"},
  });
  EXPECT_EQ(Played("a (retro: on) = a / LCTRL", "+a 5000 -a").trace(), "5000 [00:04]\n5001 [00:]\n")
      << "both at the release";
}

// ---- How remaps are sent ------------------------------------------------------------------------

TEST(RemapOptions, TypingPauseAndLayout) {
  expect_reports({
      {"F1 (typing: safe) = ctrl+c\nF2 = ctrl+v", "F1 50 F2",
       "[01:] [01:06] [01:] [00:] [01:19] [00:]"},
      {"F1 (layout: de) = '?'", "F1", "[02:2d] [00:]"},
      {"set typing = safe\nF1 (typing: fast) = ctrl+c", "F1", "[01:06] [00:]"},
  });
  EXPECT_EQ(Played("set typing = safe\nF1 (pause: 20ms) = ctrl+c", "+F1 100 -F1").trace(),
            "0 [01:]\n20 [01:06]\n100 [01:]\n120 [00:]\n");
}

TEST(RemapOptions, AOneShotHasItsOwnTime) {
  const std::string_view once = "LSHIFT (hold: 400ms) = oneshot LSHIFT\n";
  expect_reports({
      {once, "+LSHIFT 399 -LSHIFT 50 b", "[02:] [02:05] [00:]"},
      {once, "+LSHIFT 400 -LSHIFT 50 b", "[02:] [00:] [00:05] [00:]"},
  });
}

}  // namespace
}  // namespace pianola
