// Caps word: one word in capitals.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::Played;
using test::reports_of;
using test::text_of;

constexpr std::string_view kRemap = "F1 = capsword\n";
std::string with(std::string_view more) { return std::string{kRemap} + std::string{more}; }

// QMK, docs/features/caps_word.md: letters are capitals and `-` is `_`; a space, or any other key
// than letters, digits, `-`, `_`, Backspace and Delete, ends it.
TEST(CapsWord, MakesOneWordOfCapitals) {
  EXPECT_EQ(text_of(kRemap, "F1 p r o g r a m - c o n s t SPACE x"), "PROGRAM_CONST x");
  EXPECT_EQ(text_of(kRemap, "F1 a '1' b '0' c"), "A1B0C") << "digits go on without Shift";
  EXPECT_EQ(text_of(kRemap, "F1 a kp_1 b"), "A1B") << "those of the keypad as in ZMK";
  EXPECT_EQ(text_of(kRemap, "F1 a x BACKSPACE b"), "AB");
  EXPECT_EQ(reports_of(kRemap, "F1 a DELETE b"), "[02:04] [00:] [00:4c] [00:] [02:05] [00:]");
  EXPECT_EQ(text_of(kRemap, "a F1 b"), "aB");
  for (const char* key :
       {"SPACE", ".", "ENTER", "TAB", "ESC", "LEFT", "F5", "'='", "PLAY", "'/'"}) {
    const std::string typed = text_of(kRemap, "F1 a " + std::string(key) + " b");
    EXPECT_EQ(typed.back(), 'b') << key;
  }
}

TEST(CapsWord, TheHostSeesOneShiftAroundEachLetter) {
  EXPECT_EQ(reports_of(kRemap, "F1 a '1' b"), "[02:04] [00:] [00:1e] [00:] [02:05] [00:]");
  EXPECT_EQ(reports_of(kRemap, "F1 +a +b -a -b"), "[02:04] [02:04,05] [02:05] [00:]") << "rolled";
  EXPECT_EQ(reports_of(kRemap, "F1 +a +'1' -a -'1'"), "[02:04] [00:04,1e] [00:1e] [00:]")
      << "the Shift is not for the digit";
}

// QMK and ZMK (tests/caps-word/deactivate-by-second-press): pressed again, it ends.
TEST(CapsWord, ASecondOneEndsIt) {
  EXPECT_EQ(text_of(kRemap, "F1 a F1 b F1 c"), "AbC");
  EXPECT_EQ(text_of("F1 { capsword }", "F1 a F1 b F1 c"), "AbC");
  EXPECT_EQ(text_of("F1 { capsword }\nF2 = capsword", "F1 a F2 b F2 c F1 d"), "AbCd");
  EXPECT_EQ(text_of("F1 { capsword capsword }", "F1 a F1 b"), "ab");
  EXPECT_EQ(text_of("dance F1 {\n double { capsword }\n}", "F1 F1 500 a F1 F1 500 b"), "Ab");
  EXPECT_EQ(text_of("F1 { if time >= 0 { call w } }\nmacro w { capsword }", "F1 a F1 b"), "Ab");
  EXPECT_EQ(text_of("F1 { wait 20ms capsword }\nF2 { \"x\" }", "F1 30 a F2 F1 30 b"), "AxB")
      << "another key's macro ended it";
}

TEST(CapsWord, ModifiersEndItButForTheRightAlt) {
  // QMK: Shift is a word-breaking key, and so are Ctrl and the like; AltGr goes on.
  for (const char* key : {"LSHIFT", "RSHIFT", "LCTRL", "RCTRL", "LALT", "LGUI", "RGUI"}) {
    EXPECT_EQ(text_of(kRemap, "F1 a " + std::string(key) + " 50 b"), "Ab") << key;
  }
  EXPECT_EQ(text_of(kRemap, "F1 a RALT b"), "AB");
  EXPECT_EQ(text_of(kRemap, "F1 a +LSHIFT b -LSHIFT c"), "ABc");
  EXPECT_EQ(reports_of(kRemap, "F1 +LCTRL a -LCTRL b"), "[01:] [01:04] [01:] [00:] [00:05] [00:]");
  EXPECT_EQ(text_of(with("ctrl+F2 = capsword"), "+LCTRL F2 -LCTRL a +LCTRL b -LCTRL c"), "Ac")
      << "with Ctrl that was down before it";
  EXPECT_EQ(reports_of(with("F2 = ctrl+b"), "F1 F2 a"), "[01:05] [00:] [00:04] [00:]");
}

TEST(CapsWord, AShiftThatIsHeldAlready) {
  // QMK: mods that hold Shift and AltGr only do not end it by themselves; what counts is the key.
  EXPECT_EQ(text_of("shift+F1 = capsword", "+LSHIFT F1 a -LSHIFT b"), "AB");
  EXPECT_EQ(text_of("shift+F1 = capsword", "+LSHIFT F1 - -LSHIFT b"), "_B");
  EXPECT_EQ(text_of("shift+F1 = capsword", "+LSHIFT F1 '1' -LSHIFT b"), "!b");
}

TEST(CapsWord, KeysForLayersGoOn) {
  // QMK ignores MO, TO, TG, TT and OSL.
  const std::string layers = with(
      "F2 = layer num\nF3 = layer toggle num\nF4 = oneshot layer num\nf = f / layer num\nF5 = "
      "none\n"
      "layer num { h = b  j = '7'  k = '_' }");
  EXPECT_EQ(text_of(layers, "F1 a +F2 h j k -F2 c"), "AB7_C");
  EXPECT_EQ(text_of(layers, "F1 a F3 h F3 c"), "ABC");
  EXPECT_EQ(text_of(layers, "F1 a F4 h c"), "ABC");
  EXPECT_EQ(text_of(layers, "F1 a +f 250 h -f c f"), "ABCF") << "held or tapped";
  EXPECT_EQ(text_of(layers, "F1 a F5 c"), "AC") << "a key that does nothing";
}

TEST(CapsWord, StandsOnEitherSideOfTwoJobs) {
  EXPECT_EQ(text_of("f = f / capsword", "f 500 +f 250 -f a f . f"), "fAF.f");
  EXPECT_EQ(text_of("F1 = capsword / LSHIFT", "F1 a 300 +F1 250 b -F1 c"), "ABc")
      << "held, it is Shift, which ends it";
  EXPECT_EQ(text_of("j & k = capsword", "+j +k -j -k 100 a"), "A");
  EXPECT_EQ(text_of("double LSHIFT = capsword", "LSHIFT LSHIFT a SPACE b"), "A b");
  EXPECT_EQ(text_of("LSHIFT = oneshot LSHIFT / capsword", "+LSHIFT 300 -LSHIFT a b . LSHIFT c d"),
            "AB.Cd");
}

TEST(CapsWord, KeysWithTwoJobsCountAsWhatTheyAre) {
  // QMK: a mod-tap that is held counts as its modifier, a tapped one as its key.
  const std::string home = with("a = a / LSHIFT\ns = s / RALT\nd = d / LCTRL");
  EXPECT_EQ(text_of(home, "F1 a s d"), "ASD");
  EXPECT_EQ(text_of(home, "F1 +a 250 -a b"), "b");
  EXPECT_EQ(text_of(home, "F1 +s 250 -s b"), "B");
  EXPECT_EQ(text_of(home, "F1 +d 250 -d b"), "b");
}

// QMK, docs/features/caps_word.md: turns off when no key is pressed for 5 s; 0 is never.
TEST(CapsWord, EndsAfterItsTime) {
  EXPECT_EQ(text_of(kRemap, "+F1 20 -F1 4979 a"), "A") << "the press begins it";
  EXPECT_EQ(text_of(kRemap, "+F1 20 -F1 4980 a"), "A");
  EXPECT_EQ(text_of(kRemap, "+F1 20 -F1 4981 a"), "a");
  EXPECT_EQ(text_of(kRemap, "F1 4000 a 4000 b 4000 '1' 4000 BACKSPACE c 6000 d"), "ABCd");
  const std::string shorter = with("set capsword_time = 300ms");
  EXPECT_EQ(text_of(shorter, "+F1 299 -F1 a"), "A");
  EXPECT_EQ(text_of(shorter, "+F1 300 -F1 a"), "A");
  EXPECT_EQ(text_of(shorter, "+F1 301 -F1 a"), "a");
  EXPECT_EQ(text_of(shorter, "+F1 301 -F1 F1 a"), "A") << "it is over, so this turns it on";
  EXPECT_EQ(text_of("set capsword_time = 300ms\nF1 { capsword }", "F1 400 F1 a"), "A");
  EXPECT_EQ(text_of(with("set capsword_time = off"), "F1 60s a 60s b"), "AB");
}

// QMK, docs/features/caps_word.md, tells that ñ needs a callback there. Here the layout knows.
TEST(CapsWord, GoesByTheLettersOfTheLayout) {
  EXPECT_EQ(text_of(with("set layout = es"), "F1 e s p a ñ a - x"), "ESPAÑA_X");
  EXPECT_EQ(text_of(with("set layout = de"), "F1 ä ö ü ß z - y"), "ÄÖÜßZ_Y")
      << "Shift and ß are a sign, so it stays";
  EXPECT_EQ(text_of(with("set layout = se"), "F1 å ä ö - a"), "ÅÄÖ_A");
  EXPECT_EQ(text_of(with("set layout = dvorak"), "F1 w , a"), "W,a")
      << "its comma is QWERTY's w, and no letter";
}

TEST(CapsWord, OnFrenchKeyboardsTheUnderscoreIsAnotherKey) {
  const std::string french = with("set layout = fr");
  EXPECT_EQ(text_of(french, "F1 a q w - z m"), "AQW_ZM");
  EXPECT_EQ(reports_of(french, "F1 -"), "[00:25] [00:]") << "- is on the key 6, _ on the key 8";
  EXPECT_EQ(reports_of(french, "F1 +- 50 a 50 --"), "[00:25] [02:14,25] [00:25] [00:]");
  EXPECT_EQ(text_of(french, "F1 a é b"), "AéB") << "no single stroke types É";
  EXPECT_EQ(text_of(french, "F1 a & b"), "A&b") << "the unshifted 1 is a sign";
  EXPECT_EQ(text_of(french, "F1 a kp_1 b"), "A1B");
}

TEST(CapsWord, DeadKeysAndAltGrTypeLetters) {
  EXPECT_EQ(text_of(with("set layout = es"), "F1 c a n c i ´ o n"), "CANCIÓN");
  EXPECT_EQ(text_of(with("set layout = pl"), "F1 +RALT a -RALT b"), "ĄB");
  EXPECT_EQ(text_of(with("set layout = de"), "F1 a +RALT e -RALT b"), "A€b") << "no letter";
}

TEST(CapsWord, WithCapsLockOnCapitalsAreCapitals) {
  Played on(with(""), "CAPSLOCK 200 F1 a b - '1' CAPSLOCK 200 c");
  EXPECT_EQ(on.text(), "AB_1c") << "and a lock key ends it";
}

TEST(CapsWord, KeysThatRemapsSendCount) {
  EXPECT_EQ(text_of(with("F2 = q\nF3 = Z\nF4 = '_'\nF6 = '!'"), "F1 F2 F3 F4 F2 F6 F2"), "QZ_Q!q");
  EXPECT_EQ(text_of(with("a = b"), "F1 a"), "B");
  EXPECT_EQ(text_of(with("F2 = toggle b"), "F1 a F2 F2 c"), "Abc");
  EXPECT_EQ(text_of(with("F2 = toggle LSHIFT"), "F1 a F2 F2 c"), "Ac");
}

TEST(CapsWord, IsNotForMacros) {
  EXPECT_EQ(text_of(with("F2 { wait 100ms \"macro\" tap x }"), "F2 20 F1 a b 200 c"), "ABmacroxC")
      << "one that runs";
  EXPECT_EQ(text_of("F2 { wait 100ms \"ab\" }\nF1 { capsword }", "F2 20 F1 90 c d"), "abCD");
  EXPECT_EQ(text_of("F2 { capsword \"ab\" tap x }", "F2 c"), "abxC");
}

// In QMK a key that is a macro is no letter, whatever is printed on it.
TEST(CapsWord, AKeyThatStartsAMacroEndsIt) {
  EXPECT_EQ(text_of(with("m { \"mail\" }"), "F1 a m b"), "Amailb");
  EXPECT_EQ(text_of(with("F2 { }"), "F1 a F2 b"), "Ab");
  EXPECT_EQ(text_of(with("tap F2 { \"x\" }"), "F1 a F2 b"), "Axb");
  EXPECT_EQ(text_of(with("leader m { \"x\" }\nset leader = F9"), "F1 a F9 m b"), "Axb");
}

TEST(CapsWord, AbbreviationsAreFoundInWhatTheHostSees) {
  EXPECT_EQ(text_of(with("\"btw\" { \"by the way\" }"), "F1 b t w SPACE b t w"), "BTW by the way");
  EXPECT_EQ(text_of(with("\"BTW\" { \"yes\" }"), "F1 b t w"), "yes");
  EXPECT_EQ(text_of(with("\"a_b\" (case: on) { \"x\" }"), "F1 a - b c"), "Xc")
      << "it ends with the macro";
  EXPECT_EQ(text_of(with("set layout = fr\n\"A_B\" { \"x\" }"), "F1 a - b"), "x");
  EXPECT_EQ(text_of(with("\"AB\" { \"x\" }\nF2 = b"), "F1 a F2"), "x") << "a remap completes it";
}

TEST(CapsWord, WithOneShots) {
  const std::string shots = with("LSHIFT = oneshot LSHIFT\nRALT = oneshot RALT");
  EXPECT_EQ(text_of(shots, "LSHIFT F1 a b"), "AB") << "made before it, it is for the first letter";
  EXPECT_EQ(text_of(shots, "F1 a LSHIFT b c"), "ABc") << "Shift ends it";
  EXPECT_EQ(text_of(with("set layout = pl\nRALT = oneshot RALT"), "F1 RALT a b"), "ĄB");
}

TEST(CapsWord, ACancelEndsIt) {
  EXPECT_EQ(text_of("F1 = capsword\nd = d / LSHIFT\nf = f / RSHIFT", "F1 a +d +f 300 ESC -d -f b"),
            "Ab");
  EXPECT_EQ(text_of("F1 { capsword wait 1min }", "F1 a +LSHIFT +RSHIFT ESC -LSHIFT -RSHIFT b"),
            "Ab");
}

TEST(CapsWord, IsNoShiftForTriggers) {
  EXPECT_EQ(text_of(with("shift+m { \"no\" }"), "F1 m"), "M");
  EXPECT_EQ(text_of(with("F2 (again: parallel) { if mods(shift) { \"y\" } else { \"n\" } }"),
                    "F1 +a F2 -a"),
            "An");
}

TEST(CapsWord, TheWordMayBeAName) {
  EXPECT_EQ(text_of("var capsword = 3\nmacro repeatkey(letter) { \"${letter}\" }\n"
                    "F1 { capsword = capsword + 1 capsword call repeatkey(capsword) }\n"
                    "F2 { let repeatkey = 1 repeatkey = 2 \"${repeatkey}\" }\n"
                    "F3 { goto capsword label capsword }",
                    "F1 a F2"),
            "4A2");
  EXPECT_EQ(text_of("layer capsword { h = '1' }\nF1 = layer capsword\nF2 = layer toggle capsword\n"
                    "F3 = capsword",
                    "+F1 h -F1 F2 h F2 F3 h"),
            "11H");
}

}  // namespace
}  // namespace pianola
