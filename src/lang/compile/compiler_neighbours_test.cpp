// What people bring along from other programs, as those document it: each gives one error that says
// what to write here, and nothing that is right is taken for it.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/mistakes.hpp"

namespace pianola::lang {
namespace {

using test::expect_all;
using test::messages_of;
using test::Words;

constexpr const char* kChord = "a chord is written with '+' and without spaces, as in ctrl+c";
constexpr const char* kStraight = "typographic quotes; write straight ones, \" or '";
constexpr const char* kInner = "a quotation mark in a text is written \\\"";
constexpr const char* kType = "\"…\" alone, or a key's name";
constexpr const char* kWait = "wait and a time, as in wait 500ms";
constexpr const char* kLoop = "repeat 3 { … }, while … { … } or loop { … }";
constexpr const char* kTapHold = "KEY = TAP / HOLD, such as ESC / LCTRL";
constexpr const char* kLayerHold = "KEY = layer NAME";
constexpr const char* kOneshot = "KEY = oneshot LSHIFT";
constexpr const char* kCapsWord = "KEY = capsword";
constexpr const char* kRepeatKey = "KEY = repeatkey";
constexpr const char* kBinding = "KEY { … } or KEY = KEY";
constexpr const char* kDance = "dance KEY { tap { … } }";
constexpr const char* kTogether = "KEY & KEY { … }";
constexpr const char* kAbbreviation = "\"brb \" { \"be right back\" }";
constexpr const char* kOpen = "the keys for it, as gui+r wait 500ms \"notepad\" ENTER";
constexpr const char* kOneKey = "the key's name alone, or tap and the key";
constexpr const char* kCtrlC = "a chord, as in ctrl+c";
constexpr const char* kBody =
    "after '=' stands one key or chord; text and several keys stand in { }, without '='";
constexpr const char* kSection = "expected private or public; a layer is written layer NAME { … }";

/// One error at `place`.
Words at(const std::string& place, const std::string& message) { return {place + ' ' + message}; }

/// One error of a word of others.
Words no(const std::string& place, const std::string& word, const std::string& write) {
  return at(place, "there is no '" + word + "' here; write " + write);
}

TEST(Neighbours, Quotes) {
  const std::string backquote = "'`' is no quotation mark here; write \" or '";
  expect_all({
      {"“F1” { \"x\" }", at("1:1", kStraight)},
      {"F1 { “hello” ENTER }", at("1:6", kStraight)},
      {"F1 { “” ENTER }", at("1:6", kStraight)},
      {"F1 { \"hello” ENTER }", at("1:12", kStraight)},
      {"F1 {\n  \"hello”\n  ENTER\n}", at("2:9", kStraight)},
      {"F1 { “hello\" ENTER }", at("1:6", kStraight)},
      {"\"brb” { \"x\" }", at("1:5", kStraight)},
      {"F1 { „Guten Tag“ }", at("1:6", kStraight)},
      {"F1 { «x» }", at("1:6", kStraight)},
      {"«brb» { \"y\" }", at("1:1", kStraight)},
      {"F1 { »x« ‹y› }", {std::string("1:6 ") + kStraight, std::string("1:10 ") + kStraight}},
      {"F1 { ‘a’ }", at("1:6", kStraight)},
      {"F1 = “x”", at("1:6", kStraight)},
      {"F1 { “never closed }\nF2 { \"x\" }", at("1:6", kStraight)},
      {"F1 { `x` }", at("1:6", backquote)},
      {"F1 { `hello world` ENTER }", at("1:6", backquote)},
      {"`brb` { \"y\" }", at("1:1", backquote)},
      // Right: the keys of these characters, and such quotes in a text.
      {"` { \"x\" }\nF1 { tap `, a }\nF2 = `", {}},
  });
}

TEST(Neighbours, QuotesInATextAreTypedIfItIsClosed) {
  for (const std::string& message : messages_of("F1 { \"he said ”hi” and “go”\" ENTER }")) {
    EXPECT_NE(message.find(" warning: layout uk has no key for"), std::string::npos) << message;
  }
}

TEST(Neighbours, QuotesInsideATextWithoutBackslash) {
  expect_all({
      {"F1 { \"pa\"ss\" }", at("1:9", kInner)},
      {"F1 {\n  \"pa\"ss\"\n  ENTER\n}", at("2:6", kInner)},
      {"F1 { \"say \"hi\" now\" ENTER }", at("1:11", kInner)},
      {"F1 { \"<a href=\"x\">\" }", at("1:15", kInner)},
      {"\"b\"rb\" { \"x\" }", at("1:3", kInner)},
      {"F1 { \"x\"ENTER \"y\"wait 5ms }", {}},
      {"var n\nF1 { \"x\"n = 3 }", {}},
  });
}

TEST(Neighbours, Chords) {
  expect_all({
      {"C-c { \"x\" }", at("1:1", kChord)},
      {"F1 { C-c }", at("1:6", kChord)},
      {"F1 { C-M-x ENTER }", at("1:6", kChord)},
      {"F1 { tap C-c, a }", at("1:10", kChord)},
      {"F1 = C-c\nF2 = a", at("1:6", kChord)},
      {"Ctrl-C { \"x\" }", at("1:1", kChord)},
      {"F1 { Ctrl-Alt-Del }", at("1:6", kChord)},
      {"F1 = Ctrl-C", at("1:6", kChord)},
      {"F1 { press Ctrl-C release all }", at("1:12", kChord)},
      {"F1 { <C-c> }", at("1:6", kChord)},
      {"<C-c> { \"x\" }", at("1:1", kChord)},
      {"F1 { GUI r }", at("1:6", kChord)},
      {"F1 {\n  GUI r\n  ENTER\n}", at("2:3", kChord)},
      {"F1 { CTRL SHIFT t }", at("1:11", kChord)},
      {"GUI r { \"x\" }", at("1:5", kChord)},
      {"F1 { ^ENTER }", at("1:6", "'^' takes exactly one letter; write ctrl+ENTER")},
      {"^F5 { \"x\" }", at("1:1", "'^' takes exactly one letter; write ctrl+F5")},
      {"F1 = ^TAB", at("1:6", "'^' takes exactly one letter; write ctrl+TAB")},
      {"F1 { ^+c }", at("1:6",
                        "'^' takes exactly one letter, as in ^C; the key itself is '^' "
                        "followed by a space")},
      {"^!c { \"x\" }", at("1:1",
                           "'^' takes exactly one letter, as in ^C; the key itself is '^' "
                           "followed by a space")},
      // Right.
      {"F1 { ^cENTER ^C^V GUI ENTER ctrl+- ctrl++ tap -, c }\n- = a\nC = b", {}},
      {"F1 { match next { C-c { \"three keys\" } } }", {}},
      {"var x\nF1 { SHIFT x = 3 }", {}},
      {"macro C { \"x\" }\nmacro Ctrl { \"y\" }\nF1 { call C call Ctrl }", {}},
  });
}

TEST(Neighbours, Waiting) {
  expect_all({
      {"F1 { wait 1 s }", at("1:11", "a duration needs a unit; did you mean '1s'?")},
      {"F1 { wait 2 min \"x\" }", at("1:11", "a duration needs a unit; did you mean '2min'?")},
      {"F1 { wait 1 second \"x\" }", at("1:11", "a duration needs a unit; did you mean '1s'?")},
      {"F1 { wait 5 milliseconds }", at("1:11", "a duration needs a unit; did you mean '5ms'?")},
      {"F1 { wait 50 send }",
       {"1:11 a duration needs a unit; did you mean '50ms'?", "1:19 expected 'next'"}},
      {"F1 { sleep 500 }", no("1:6", "sleep", kWait)},
      {"F1 { sleep 500 ms \"x\" }", no("1:6", "sleep", kWait)},
      {"F1 { Sleep, 500 }", no("1:6", "Sleep", kWait)},
      {"F1 { sleep(500) \"x\" }", no("1:6", "sleep", kWait)},
      {"F1 { delay(500); }", no("1:6", "delay", kWait)},
      {"F1 { DELAY 500 }", no("1:6", "DELAY", kWait)},
      {"F1 { time.sleep(1) }", no("1:6", "sleep", kWait)},
      // Right: the keys, and names.
      {"F1 { sleep pause }\nsleep { \"x\" }", {}},
      {"var sleep\nmacro delay { \"x\" }\nF2 { sleep = 500 call delay wait (sleep) }", {}},
  });
}

TEST(Neighbours, ProgrammingLanguages) {
  expect_all({
      {"var n\nF1 { n++ }", {"2:6 there is no such operator; write 'n = n …'"}},
      {"var n\nF1 { n-- \"x\" }", {"2:6 there is no such operator; write 'n = n …'"}},
      {"var n\nF1 { n += 1 }", {"2:6 there is no such operator; write 'n = n …'"}},
      {"var n\nF1 { ++n }", {"2:8 there is no such operator; write 'n = n …'"}},
      {"F1 { for (i = 0; i < 3; i++) { \"x\" } }", no("1:6", "for", kLoop)},
      {"F1 {\n  for (int i = 0; i < 3; i++) {\n    ENTR\n  }\n}",
       {std::string("2:3 there is no 'for' here; write ") + kLoop,
        "3:5 unknown key 'ENTR'; did you mean 'ENTER'?"}},
      {"F1 { for i in 3 { \"x\" } }", no("1:6", "for", kLoop)},
      {"F1 { print(\"x\") ENTER }", no("1:6", "print", kType)},
      {"F1 { echo \"x\" ENTER }", no("1:6", "echo", kType)},
      {"F1 { write hello world }", no("1:6", "write", kType)},
      {"F1 { Keyboard.print(\"x\"); }", no("1:6", "print", kType)},
      {"F1 { pyautogui.hotkey(\"ctrl\", \"c\") }", no("1:6", "hotkey", kCtrlC)},
      {"F1 { open \"x\" }", no("1:6", "open", kOpen)},
      {"F1 { exec(\"ls\") }", no("1:6", "exec", kOpen)},
      {"F1 { press(\"a\") }", at("1:11", "expected a key")},
      // Right.
      {"var for\nmacro print { \"x\" }\nF1 { for = 3 call print print }", {}},
  });
}

TEST(Neighbours, PrintIsAKeyToo) {
  EXPECT_EQ(
      messages_of("F1 { print \"x\" }"),
      Words{"1:6 warning: this presses the key PRINTSCREEN; to type a text write \"…\" alone"});
  expect_all({{"F1 { PRINT \"x\" }", {}}, {"F1 { print wait 5ms \"x\" }", {}}});
}

TEST(Neighbours, Arrows) {
  expect_all({
      {"F5 => ESC", at("1:4", "write '=' instead of '=>'")},
      {"F5 -> ESC\nF6 = ESC", at("1:4", "write '=' instead of '->'")},
      {"F5 := ESC", at("1:4", "write '=' instead of ':='")},
      {"F5 == ESC", at("1:4", "write '=' instead of '=='")},
      {"layer nav { h => LEFT  j => DOWN }",
       {"1:15 write '=' instead of '=>'", "1:26 write '=' instead of '=>'"}},
      {"F5 => \"x\"", at("1:7", kBody)},
      {"F5 -> { \"x\" }", at("1:7", kBody)},
      {"F1 = \"hello\"", at("1:6", kBody)},
      {"F5 > ESC", {"1:4 expected '{' or '=' after the trigger"}},
      // Right: the keys > and = .
      {"F5 =>\nF6 = =\n", {}},
      {"layer n { a => b = c }", {}},
  });
}

TEST(Neighbours, Qmk) {
  expect_all({
      {"F1 { SEND_STRING(\"x\"); }", no("1:6", "SEND_STRING", kType)},
      {"F1 { SEND_STRING(\"x\" SS_TAP(X_ENTER)); }", no("1:6", "SEND_STRING", kType)},
      {"F1 = SEND_STRING(\"x\")", no("1:6", "SEND_STRING", kType)},
      {"SEND_STRING(\"x\")", no("1:1", "SEND_STRING", kType)},
      {"F1 { tap_code(KC_A); }", no("1:6", "tap_code", kOneKey)},
      {"F1 { register_code(KC_LCTL); }", no("1:6", "register_code", "press and the key")},
      {"CAPSLOCK = MT(MOD_LCTL, KC_ESC)", no("1:12", "MT", kTapHold)},
      {"a = LSFT_T(KC_A)", no("1:5", "LSFT_T", kTapHold)},
      {"a = timeout(a, 200, b)", no("1:5", "timeout", kTapHold)},
      {"SPACE = LT(1, KC_SPC)", no("1:9", "LT", "KEY = TAP / layer NAME")},
      {"F1 = LCTL(KC_C)", no("1:6", "LCTL", kCtrlC)},
      {"F1 { LCTL(LSFT(KC_C)) ENTER }", no("1:6", "LCTL", kCtrlC)},
      {"F1 = C(KC_C)", no("1:6", "C", kCtrlC)},
      {"F1 = MO(1)", no("1:6", "MO", kLayerHold)},
      {"F1 = TG(1)", no("1:6", "TG", "KEY = layer toggle NAME")},
      {"F1 = OSM(MOD_LSFT)", no("1:6", "OSM", kOneshot)},
      {"F1 = TD(0)", no("1:6", "TD", kDance)},
      {"triple F1 { \"x\" }", no("1:1", "triple", kDance)},
      {"macro triple { \"x\" }\nF1 { call triple }", {}},
      {"combo j k = ESC\nF1 = a", no("1:1", "combo", kTogether)},
      {"chord j & k { \"x\" }\nF1 = a", no("1:1", "chord", kTogether)},
      {"sequence j k { \"x\" }\nF1 = a", no("1:1", "sequence", "leader KEY KEY { … }")},
      {"var combo = 1\nmacro chord { combo = 2 }\nF1 { let sequence = 3 call chord }", {}},
      {"F1 = CW_TOGG", no("1:6", "CW_TOGG", kCapsWord)},
      {"F1 { caps_word_on(); }", no("1:6", "caps_word_on", kCapsWord)},
      {"F1 = QK_REP", no("1:6", "QK_REP", kRepeatKey)},
      {"F1 = KC_NO", no("1:6", "KC_NO", "KEY = none")},
      {"F1 = KC_TRNS", no("1:6", "KC_TRNS", "nothing: such a key keeps its meaning")},
      {"KC_A { KC_B }\nF1 = KC_C\nLCTL(again: stop) { \"x\" }", {}},
  });
}

TEST(Neighbours, Zmk) {
  expect_all({
      {"F1 { &kp A }", no("1:6", "&kp", kOneKey)},
      {"F1 { &kp LC(C) &kp A }", no("1:6", "&kp", kOneKey)},
      {"F1 = &kp A", no("1:6", "&kp", kOneKey)},
      {"&kp A", no("1:1", "&kp", kOneKey)},
      {"F1 = &td0", no("1:6", "&td0", kDance)},
      {"CAPSLOCK = &mt LCTRL ESC", no("1:12", "&mt", kTapHold)},
      {"SPACE = &lt 1 SPACE", no("1:9", "&lt", "KEY = TAP / layer NAME")},
      {"F1 = &mo 1", no("1:6", "&mo", kLayerHold)},
      {"F1 = &caps_word", no("1:6", "&caps_word", kCapsWord)},
      {"F1 = &key_repeat", no("1:6", "&key_repeat", kRepeatKey)},
      {"F1 = &none", no("1:6", "&none", "KEY = none")},
      {"j & k { \"x\" }\nj &x { \"y\" }\n& = a\nF1 = &\nF2 { tap & }", {}},
  });
}

TEST(Neighbours, Kanata) {
  expect_all({
      {"F1 = (tap-hold 200 200 a lctl)", no("1:6", "tap-hold", kTapHold)},
      {"(tap-hold 200 200 a lctl)", no("1:1", "tap-hold", kTapHold)},
      {"F1 { (tap-hold 200 200 a lctl) ENTR }",
       {std::string("1:6 there is no 'tap-hold' here; write ") + kTapHold,
        "1:32 unknown key 'ENTR'; did you mean 'ENTER'?"}},
      {"(defsrc\n  grv 1 2 3\n  ; ' ret\n)\nF1 { \"x\" }",
       no("1:1", "defsrc", "KEY = KEY for each key that changes")},
      {"(deflayer nav\n  _ _ left down\n)", no("1:1", "deflayer", "layer NAME { KEY = KEY … }")},
      {"F1 = (layer-while-held nav)", no("1:6", "layer-while-held", kLayerHold)},
      {"F1 = (one-shot 500 lsft)", no("1:6", "one-shot", kOneshot)},
      {"F1 = (caps-word 2000)", no("1:6", "caps-word", kCapsWord)},
      {"F1 = rpt", no("1:6", "rpt", kRepeatKey)},
      {"F1 = (macro H i)", no("1:6", "macro", "KEY { … } with texts and keys, one after another")},
      {";; a comment\nF1 { \"x\" }", {"1:1 a comment starts with '#'"}},
      {"F1 { \"x\" ; ENTER }\n';' { \"y\" }", {}},
  });
}

TEST(Neighbours, Keyd) {
  expect_all({
      {"[main]\ncapslock = esc", at("1:2", kSection)},
      {"[nav:C]\nh = left", at("1:2", kSection)},
      {"capslock = overload(control, esc)\nF1 = ENTR",
       {std::string("1:12 there is no 'overload' here; write ") + kTapHold,
        "2:6 unknown key 'ENTR'; did you mean 'ENTER'?"}},
      {"F1 = layer(nav)", no("1:6", "layer", kLayerHold)},
      {"F1 = oneshot(shift)", no("1:6", "oneshot", kOneshot)},
      {"F1 = toggle(nav)", no("1:6", "toggle", "KEY = layer toggle NAME")},
      {"F1 = macro(C-c 100ms h i)",
       no("1:6", "macro", "KEY { … } with texts and keys, one after another")},
      {"F1 = command(ls)", no("1:6", "command", kOpen)},
      {"F1 = noop", no("1:6", "noop", "KEY = none")},
      {"layer n {\n  a = overload(shift, a)\n  b = ENTR\n}",
       {std::string("2:7 there is no 'overload' here; write ") + kTapHold,
        "3:7 unknown key 'ENTR'; did you mean 'ENTER'?"}},
  });
}

TEST(Neighbours, AutoHotkey) {
  expect_all({
      {"::btw::by the way\nF1 { \"x\" }", no("1:1", "::", kAbbreviation)},
      {"::btw::it's \"so\" {Enter}", no("1:1", "::", kAbbreviation)},
      {":*:btw::by the way", no("1:1", "::", kAbbreviation)},
      {"^j::Send, Hello", no("1:1", "::", kBinding)},
      {"!q::Run notepad", no("1:1", "::", kBinding)},
      {"a & b::Send x", no("1:1", "::", kBinding)},
      {"F5::ESC", no("1:1", "::", kBinding)},
      {"F1 { Send \"x\" ENTER }", no("1:6", "Send", kType)},
      {"F1 { Send, Hello{Enter} }", no("1:6", "Send", kType)},
      {"F1 { Send {Enter} }\nF2 { \"x\" }", no("1:6", "Send", kType)},
      {"F1 {\n  SendInput it's {Enter}\n}", no("2:3", "SendInput", kType)},
      {"F1 { Run notepad }", no("1:6", "Run", kOpen)},
      {"; a comment\nF1 { \"x\" }", {"1:1 a comment starts with '#'"}},
      {": { \"x\" }\n\"::\" { \"y\" }\nF1 { tap ':' }\nF2 = :", {}},
  });
}

TEST(Neighbours, DuckyScript) {
  expect_all({
      {"F1 { STRING hello world }", no("1:6", "STRING", kType)},
      {"F1 {\n  STRING it's a \"nice day\n  ENTER\n}", no("2:3", "STRING", kType)},
      {"F1 {\n  STRINGLN hello {x}\n}", no("2:3", "STRINGLN", kType)},
      {"F1 {\n  REM it's a comment\n  \"x\"\n}", no("2:3", "REM", "# before a comment")},
      {"REM it's a comment\nF1 { \"x\" }", no("1:1", "REM", "# before a comment")},
      {"STRING Hello", no("1:1", "STRING", kType)},
      {"DELAY 500", no("1:1", "DELAY", kWait)},
      {"F1 {\n  REPEAT 3 { ENTER }\n}", {"2:3 unknown word 'REPEAT'; did you mean 'repeat'?"}},
  });
}

TEST(Neighbours, Espanso) {
  expect_all({
      {"- trigger: \":x\"\n  replace: \"y\"\nF1 { \"x\" }", no("1:1", "trigger", kAbbreviation)},
      {"matches:\n  - trigger: \":x\"\n    replace: it's {{date}}\n\n  - trigger: \":z\"\n"
       "    replace: |\n      \"two\n      lines\nF1 { \"x\" }",
       no("1:1", "matches", kAbbreviation)},
      {"- { \"x\" }\nF1 = -\n", {}},
  });
}

TEST(Neighbours, TheOtherCase) {
  expect_all({
      {"SET layout = uk", {"1:1 unknown word 'SET'; did you mean 'set'?"}},
      {"set LAYOUT = uk", {"1:5 unknown setting 'LAYOUT'; did you mean 'layout'?"}},
      {"F1 { Wait 50ms }", {"1:6 unknown word 'Wait'; did you mean 'wait'?"}},
      {"F1 { Tap a }", {"1:6 unknown word 'Tap'; did you mean 'tap'?"}},
      {"F1 { CALL f }\nmacro f { \"x\" }", {"1:6 unknown word 'CALL'; did you mean 'call'?"}},
      {"LAYER nav { h = LEFT }", {"1:1 unknown word 'LAYER'; did you mean 'layer'?"}},
      {"Hold F5 { \"x\" }", {"1:1 unknown word 'Hold'; did you mean 'hold'?"}},
      {"F1 = NONE", {"1:6 unknown word 'NONE'; did you mean 'none'?"}},
  });
}

TEST(Neighbours, NoSuggestionIsBetterThanABadOne) {
  expect_all({
      {"F1 { tap remm }", {"1:10 unknown key 'remm'"}},
      {"F1 = CALS", {"1:6 unknown key 'CALS'"}},
      {"F1 = int", {"1:6 unknown key 'int'"}},
      {"F1 = OPEM", {"1:6 unknown key 'OPEM'"}},
  });
}

TEST(Neighbours, PairsWithAColon) {
  expect_all({
      {"{ t: ctrl+TAB }", {"1:1 expected a key"}},
      {"F1 { match next { t: ctrl+TAB } }", {"1:31 expected '{'"}},
      {"layer nav { t: ctrl+TAB }", {"1:14 expected '{' or '=' after the trigger"}},
      {"F1 { t: ctrl+TAB }", {"1:6 to press this key write 'tap t'; to type it write \"t\""}},
  });
}

TEST(Neighbours, AnIndentedFileWithoutABrace) {
  const std::string missing = " missing '}' for this '{'; the next definition starts in line ";
  expect_all({
      {"  F1 {\n    \"a\"\n  F2 { \"b\" }\n  F3 { \"c\" }\n", {"1:6" + missing + "3"}},
      {"  F1 {\n    repeat 2 {\n      \"a\"\n  }\n  F2 { \"b\" }\n", {"1:6" + missing + "5"}},
      {"\tF1 {\n\t\t\"a\"\n\n\tF2 = ESC\n\tF3 { ENTR }\n",
       {"1:5" + missing + "4", "5:7 unknown key 'ENTR'; did you mean 'ENTER'?"}},
      {"  layer nav {\n    h = LEFT\n  F1 { \"c\" }\n  set tap = 1ms\n", {"1:13" + missing + "3"}},
      {"  layer nav {\n    h {\n      \"a\"\n    j { \"b\" }\n  }\n  F1 { \"c\" }\n",
       {"2:7" + missing + "4"}},
      // Right: statements as far out as the definition, and what follows on one line.
      {"  var x\n  F1 {\n  x = 3\n  \"a\"\n  if x == 3 { \"b\" }\n  }\n", {}},
      {"    F1 { \"a\" } F2 {\n  \"b\"\n  repeat 2 { ENTER }\n}\n", {}},
  });
}

// ---- What is right but hardly meant -------------------------------------------------------------

TEST(Doubts, AKeyInQuotesAsTrigger) {
  const auto warning = [](const std::string& name) {
    return Words{"1:1 warning: this waits for '" + name +
                 "' to be typed; write the key without quotes"};
  };
  expect_all({
      {"\"F1\" { \"x\" }", warning("F1")},
      {"\"ENTER\" { \"x\" }", warning("ENTER")},
      {"\"Page_Up\" { \"x\" }", warning("Page_Up")},
      {"\"ctrl+c\" { \"x\" }", warning("ctrl+c")},
      {"\"Ctrl+Shift+F5\" { \"x\" }", warning("Ctrl+Shift+F5")},
      {"\"brb \" { \"x\" }\n\"up\" { \"y\" }\n\"home\" { \"z\" }\n\"Bob\" { \"b\" }", {}},
      {"\"F1 \" { \"x\" }\n\"c++\" { \"y\" }\n\"a+b\" { \"z\" }\n\"A\" { \"a\" }", {}},
  });
}

TEST(Doubts, AKeyInBracketsInAText) {
  const auto warning = [](const std::string& place, const std::string& name) {
    return Words{place + " warning: this is typed as it stands; to press the key write \"…\" " +
                 name};
  };
  expect_all({
      {"F1 { \"Hello{ENTER}\" }", warning("1:12", "ENTER")},
      {"F1 { \"[ENTER]\" }", warning("1:7", "ENTER")},
      {"F1 { \"{Tab}x\" }", warning("1:7", "Tab")},
      {"F1 { \"{F5}\" }", warning("1:7", "F5")},
      {"F1 { call f(\"{ENTER}\") }\nmacro f(a) { \"${a}\" }", warning("1:14", "ENTER")},
      {"F1 { \"{left} [ ] {x} [A] {ENTER } {Bob} {ENTER [ENTER} (ENTER)\" }", {}},
      {"F1 { \"\\{ENTER} \\[ENTER]\" }", {}},
      {"var ENTER\nF1 { \"${ENTER}\" }", {}},
  });
}

TEST(Doubts, ABackslashThatVanishes) {
  const auto warning = [](const std::string& place, const std::string& mark) {
    return Words{place + " warning: '\\" + mark + "' types only '" + mark +
                 "'; a backslash is written '\\\\'"};
  };
  expect_all({
      {"F1 { \"a\\_b\" }", warning("1:8", "_")},
      {"F1 { \"1\\.5\" }", warning("1:8", ".")},
      {"F1 { \"\"\"\n  a\\-b\"\"\" }", warning("2:4", "-")},
      {"\"a\\/b\" { \"x\" }", warning("1:3", "/")},
      {"F1 { \"\\\\_ \\\" \\$ \\' \\{ \\} \\[ \\] \\n\\t\\e\" }", {}},
  });
}

TEST(Doubts, BlanksBeforeTheClosingQuotes) {
  const auto warning = [](const std::string& place) {
    return Words{
        place +
        " warning: the blanks before these quotes are typed; put the quotes behind the text"};
  };
  expect_all({
      {"F1 {\n\"\"\"\na\n  \"\"\"\n}", warning("4:3")},
      {"F1 {\n  \"\"\"\n  a\n\t  \t\"\"\"\n}", warning("4:5")},
      {"F1 {\n  \"\"\"Dear Bob,\n  thank you.\n  \"\"\"\n}", warning("4:3")},
      {"F1 {\n  \"\"\"\n    a\n    \"\"\"\n}", {}},
      {"F1 {\n  \"\"\"\n    a\n  \"\"\"\n}", {}},
      {"F1 {\n  \"\"\"\n    a\n\"\"\"\n}", {}},
      {"F1 {\n  \"\"\"\n    a\n      b\"\"\"\n}", {}},
      {"F1 {\n  \"\"\"Dear Bob,\n  thank you.\"\"\"\n}", {}},
      {"F1 { \"\"\"   \"\"\" }", {}},
      {"F1 {\n  \"\"\"\n  a\n    \\n\"\"\"\n}", {}},
  });
}

TEST(Doubts, PrivateIsNotYet) {
  const std::string plain =
      " warning: private is not encrypted yet: the device and the file show it";
  expect_all({
      {"private F1 { \"x\" }", {"1:1" + plain}},
      {"[private] F1 { \"x\" }", {"1:2" + plain}},
      {"F1 { \"x\" }\nprivate var x\nprivate F2 { \"y\" }", {"2:1" + plain}},
      {"layer nav { private h { \"x\" } }", {"1:13" + plain}},
      {"public F1 { \"private\" }\n[public] F2 { \"x\" }", {}},
  });
}

TEST(Neighbours, NumbersSettingsAndKeysTogether) {
  const std::string comma = "write '.' instead of ','";
  const std::string alone = " alone; keys that are pressed together are written ctrl+c";
  expect_all({
      {"F1 { wait 1,5s }", at("1:11", comma)},
      {"F1 { wait 1,5 s \"a\" }", at("1:11", comma)},
      {"F1 { wait 0,25 seconds tap a }", at("1:11", comma)},
      {"set hold = 0,2s\nset tap = 0.02s", at("1:12", comma)},
      {"F1 { let a = max(1,5) wait (a) wait 1.5s }", {}},
      {"layout = uk\nF1 { \"x\" }", at("1:1", "to change this setting write 'set layout = …'")},
      {"typing = safe # slow\n", at("1:1", "to change this setting write 'set typing = …'")},
      {"F1 { ctrl+{ }", at("1:11", "the key { must be quoted: '{'")},
      {"F1 { ctrl+{ ENTER tap a }", at("1:11", "the key { must be quoted: '{'")},
      {"F1 { \"${\" }\nF2 { \"a\" }", at("1:7", "'${' begins a value; to type it write '\\${'")},
      {"F1 { \"it costs ${\" ENTER }", at("1:16", "'${' begins a value; to type it write '\\${'")},
      {"[F1] { \"x\" }\nF2 { \"a\" }", at("1:2", kSection)},
      {"F1 { CTRL ALT DELETE }", at("1:6", "warning: this taps CTRL" + alone)},
      {"F1 { LSHIFT\n  ENTER }", {}},
      {"F1 { LSHIFT LSHIFT }", {}},  // finds everything in some editors
      {"F1 { LGUI ENTER LALT DOWN }", {}},
      {"F1 { LCTRL wait 5ms ENTER }", {}},
      {"F1 { tap LCTRL, ENTER }", {}},
  });
}

}  // namespace
}  // namespace pianola::lang
