// What people write wrong in the statements that control a macro, and what they are told. Where no
// message follows, nothing is wrong with it.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/mistakes.hpp"

namespace pianola::lang {
namespace {

using test::expect_all;

TEST(Mistakes, Control) {
  expect_all({
      {"F1 { break }", {"1:6 'break' outside a loop"}},
      {"F1 { send next }", {"1:6 'send next' stands in a 'defer' block only"}},
      {"F1 { without { } without mod { } }",
       {"1:14 expected 'mods'", "1:26 'mod' is not a modifier (ctrl, shift, alt, gui)"}},
      {"F1 { defer }", {"1:12 expected '{'"}},
      {"F1 { exit 3 }", {"1:11 to press this key write 'tap 3'; to type it write \"3\""}},
      {"F1 { break loop { } }", {"1:6 'break' outside a loop"}},
      {"F1 { defer { defer { defer { defer { defer { defer { defer { defer { defer { } } } } } } } "
       "} } }",
       {"1:70 more than 8 of 'without mods', 'defer' and 'match' inside each other"}},
      {"F1 { edit lock yield exit }", {}},
  });
}

TEST(Mistakes, Labels) {
  expect_all({
      {"F1 { goto nowhere }", {"1:11 unknown label 'nowhere'"}},
      {"F1 { label here goto hree }", {"1:22 unknown label 'hree'; did you mean 'here'?"}},
      {"F1 { if held { label x } goto x }",
       {"1:31 'goto x' may leave blocks but not enter one; the label stands in a block at 1:22"}},
      {"F1 { goto x if held { label x } }",
       {"1:11 'goto x' may leave blocks but not enter one; the label stands in a block at 1:29"}},
      {"F1 { goto x let n = 1 label x \"${n}\" }",
       {"1:11 'goto x' would skip a 'let' on the way to the label at 1:29; put the 'let' before "
        "it"}},
      {"F1 { label x label x }", {"1:20 there is a label 'x' already at 1:12"}},
      {"macro left { }\nmacro tap { }\nlabel x",
       {"2:7 'tap' is a keyword and cannot be a name", "3:1 'label' cannot stand here"}},
      {"F1 { label }", {"1:12 expected a name"}},
      {"F1 { goto }", {"1:11 expected a name"}},
      {"F1 { goto if }", {"1:11 'if' is a keyword and cannot be a name"}},
  });
}

TEST(Mistakes, Matches) {
  expect_all({
      {"F1 { match next { } }", {"1:19 a match needs at least one pattern: keys, then '{'"}},
      {"F1 { match next { else { } } }",
       {"1:19 a match needs at least one pattern: keys, then '{'"}},
      {"F1 { match next { a { } else { } b { } } }",
       {"1:34 'else' is the last of a match; nothing can follow it"}},
      {"F1 { match next { a b c d e f g h i { } } }", {"1:19 a pattern has at most 8 keys"}},
      {"F1 { match { a { } } }", {"1:12 expected 'next'"}},
      {"F1 { match next withn 3ms { a { } } }",
       {"1:17 expected within and a duration, any order, keep or '{'"}},
      {"F1 { match next within 400 { a { } } }",
       {"1:24 a duration needs a unit; did you mean '400ms'?"}},
      {"F1 { match next { ENTR { \"a\" } b { wiat 3ms } } }",
       {"1:19 unknown key 'ENTR'; did you mean 'ENTER'?",
        "1:36 unknown word 'wiat'; did you mean 'wait'?"}},
  });
}

TEST(Mistakes, Waits) {
  expect_all({
      {"F1 { wait until random(3) == 1 }",
       {"1:17 'random' would be another number at each test; store it in a variable before"}},
      {"F1 { wait until elapsed > 500 }",
       {"1:17 in 'wait until' write 'elapsed >= …' only, so that it is known when to wake"}},
      {"F1 { wait until 500 <= elapsed }",
       {"1:24 in 'wait until' write 'elapsed >= …' only, so that it is known when to wake"}},
      {"F1 { wait until 1 + elapsed >= 500 }",
       {"1:21 in 'wait until' write 'elapsed >= …' only, so that it is known when to wake"}},
      {"F1 { let n = 0 wait until n == 3 }",
       {"1:27 nothing that this reads can change while it waits; it would never end"}},
      {"F1 { let n = 0 wait until n == 3 max 1s }", {}},
      {"F1 { wait until held max 5 }", {"1:26 a duration needs a unit; did you mean '5ms'?"}},
      {"F1 { wait until held max }", {"1:26 expected a duration, such as 50ms"}},
      {"F1 { wait 50 }", {"1:11 a duration needs a unit; did you mean '50ms'?"}},
  });
}

TEST(Mistakes, Conditions) {
  expect_all({
      {"F1 { if held { continue } }", {"1:16 'continue' outside a loop"}},
      {"macro f(x) { let x = 2 if held { let x = 3 } }",
       {"1:18 'x' is declared in this block already; to change it write 'x = …'"}},
      {"F1 { else { } }", {"1:6 'else' without its 'if'"}},
      {"F1 { if held { } ENTER else { } }", {"1:24 'else' without its 'if'"}},
      {"F1 { if 1 < 2 < 3 { ENTER } }",
       {"1:15 comparisons cannot be chained; join them with 'and'"}},
      {"F1 { let a = 1 if a = 1 { ENTR } }",
       {"1:21 to compare write '=='", "1:27 unknown key 'ENTR'; did you mean 'ENTER'?"}},
      {"F1 { if \"x\" == 3 { ENTER } }", {"1:9 a text cannot stand where a number is needed"}},
      {"F1 { if held && released { } if held || released { } if !held { } if 1 <> 2 { } }",
       {"1:14 write 'and' instead of '&&'", "1:38 write 'or' instead of '||'",
        "1:57 write 'not' instead of '!'", "1:72 write '!=' instead of '<>'"}},
      {"F1 { while { } if { } loop 3 { } }",
       {"1:12 expected a condition after 'while'", "1:19 expected a condition after 'if'",
        "1:28 expected '{'"}},
      {"F1 { if held ENTER }", {"1:14 expected '{'"}},
      {"F1 { if mods(F1) { } if mods { } if mods() { } if led(cap) { } if layer() { } if "
       "running(x) { } }",
       {"1:14 'F1' is not a modifier (ctrl, shift, alt, gui)", "1:30 expected '('",
        "1:42 expected modifiers, as in ctrl+shift",
        "1:55 expected an LED: num, caps, scroll, compose or kana", "1:73 expected a name",
        "1:90 unknown macro 'x'"}},
      {"F1 { if held(ctrl+c) { } if held() { } if held(ENTR) { } }",
       {"1:14 held(…) and last(…) take one key without modifiers; see also mods(…)",
        "1:34 expected a key", "1:48 unknown key 'ENTR'; did you mean 'ENTER'?"}},
      {"F1 { if abs(3) { } }", {"1:9 there is no function 'abs'"}},
      {"F1 { if held { \"a\" } else ENTER }", {"1:27 expected '{' or 'if' after 'else'"}},
      {"F1 { if held { \"a\" } else if { \"b\" } else { ENTR } }",
       {"1:30 expected a condition after 'if'", "1:45 unknown key 'ENTR'; did you mean 'ENTER'?"}},
      {"F1 { if (held { \"a\" } }", {"1:15 expected ')'"}},
      {"F1 { if held) { \"a\" } }", {"1:13 expected '{'"}},
      {"F1 { if 1 + not held { } if 3 == not held { } if not not held { } }",
       {"1:13 'not' after an operator stands in parentheses, as in 1 + (not a)",
        "1:34 'not' after an operator stands in parentheses, as in 1 + (not a)"}},
      {"F1 { if held { \"a\" ENTR } else if double { \"b\" ENTR } else { \"c\" ENTR } }",
       {"1:20 unknown key 'ENTR'; did you mean 'ENTER'?",
        "1:48 unknown key 'ENTR'; did you mean 'ENTER'?",
        "1:66 unknown key 'ENTR'; did you mean 'ENTER'?"}},
      {"F1 { while held { let n = 1 } \"${n}\" }", {"1:34 unknown variable 'n'"}},
  });
}

TEST(Mistakes, Variables) {
  expect_all({
      {"F1 { let x = 1 let x = 2 }",
       {"1:20 'x' is declared in this block already; to change it write 'x = …'"}},
      {"var count\nF1 { cout = 3 }", {"2:6 unknown variable 'cout'; did you mean 'count'?"}},
      {"F1 { elapsed = 3 }", {"1:6 'elapsed' is a keyword; nothing can be assigned to it"}},
      {"F1 { held = 3 end = 4 }", {"1:6 'held' is a keyword; nothing can be assigned to it"}},
      {"F1 { let a = 1 a == 2 }", {"1:16 a comparison is no statement; to assign write 'a = …'"}},
      {"F1 { let a = 1 a += 2 a -= 1 }", {"1:16 there is no such operator; write 'a = a …'"}},
      {"F1 { let a = \"x\" }", {"1:14 a text cannot stand where a number is needed"}},
      {"F1 { let = 3 }", {"1:6 'let' is a keyword; nothing can be assigned to it"}},
      {"F1 { let tap = 3 }", {"1:10 'tap' is a keyword and cannot be a name"}},
      {"F1 { let x = 5ms }", {"1:14 a number is needed here; in milliseconds it is 5"}},
      {"F1 { \"${x = 3}\" }", {"1:9 unknown variable 'x'", "1:11 to compare write '=='"}},
      {"F1 { call f(held(a), not held, \"x\", 1 == 1) }\nmacro f(a, b, c, d) { }", {}},
      {"F1 { tap = press = hold = }", {}},
  });
}

TEST(Mistakes, NamesAndOperands) {
  expect_all({
      {"F1 { let x 3 }", {"1:12 expected '='"}},
      {"F1 { let x }", {"1:12 expected '='"}},
      {"F1 { layer nav }", {"1:12 expected hold, on, off or toggle and the name of a layer"}},
      {"F1 { layer on nva }\nlayer nav { }", {"1:15 unknown layer 'nva'; did you mean 'nav'?"}},
      {"F1 { call f(1) fork f stop g }\nmacro f { }",
       {"1:11 wrong number of values; macro 'f', declared at 2:7, takes 0",
        "1:28 unknown macro 'g'"}},
      {"F1 { click lft }",
       {"1:12 expected a mouse button: left, right, middle, back, forward or 1 to 8"}},
      {"F1 { move 10 }", {"1:14 expected a number, a name or an expression in ( )"}},
      {"F1 { move 10, 5 }", {"1:13 expected a number, a name or an expression in ( )"}},
      {"F1 { scroll up }", {"1:13 unknown variable 'up'"}},
      {"F1 { press mouse leftt }",
       {"1:18 expected a mouse button: left, right, middle, back, forward or 1 to 8"}},
      {"F1 { record }", {"1:13 expected a name"}},
      {"F1 { play stop }", {"1:11 'stop' is a keyword and cannot be a name"}},
      {"F1 { fork }", {"1:11 expected a name"}},
      {"F1 { tap M5 }", {"1:10 unknown key 'M5'"}},
      {"F1 { oneshot }", {"1:14 expected a key"}},
      {"F1 { whlie held { \"x\" } }", {"1:6 unknown word 'whlie'; did you mean 'while'?"}},
      {"F1 { stop }", {"1:11 expected a name"}},
      {"F1 { tap M5, a }", {"1:10 unknown key 'M5'"}},
      {"F1 { \"${held\" }", {"1:13 expected '}'"}},
      {"F1 { play }", {"1:11 expected a name"}},
  });
}

TEST(Mistakes, WordsThatAreKnownByTheirPlace) {
  expect_all({
      {"F1 = capsword LSHIFT\nF2 { ENTER }", {"1:21 expected '{' or '=' after the trigger"}},
      {"F1 = ctrl+capsword", {"1:11 'capsword' cannot stand here"}},
      {"F1 { hold repeatkey tap capsword }",
       {"1:11 'repeatkey' cannot stand here", "1:25 'capsword' cannot stand here"}},
      {"capsword { ENTER }", {"1:1 'capsword' cannot stand here"}},
      {"F1 = toggle capsword", {"1:13 'capsword' cannot stand here"}},
      {"F1 = CAPSWORD", {"1:6 unknown word 'CAPSWORD'; did you mean 'capsword'?"}},
      {"F1 { capswrd }", {"1:6 unknown word 'capswrd'; did you mean 'capsword'?"}},
      {"F1 { Repeatkey }", {"1:6 unknown word 'Repeatkey'; did you mean 'repeatkey'?"}},
      {"F1 = repeatkey /", {"1:17 expected a key"}},
      {"F1 { capsword(2) }", {"1:14 expected a statement"}},
      {"F1 { wait key 0x04 }", {"1:15 expected 'max'"}},
      {"F1 { wait key max 1s 0x04 }", {}},
      {"F1 { wait key max }", {"1:19 expected a duration, such as 50ms"}},
      {"F1 { wait key max 5 }", {"1:19 a duration needs a unit; did you mean '5ms'?"}},
      {"F1 { if last() { } if last(letters) { } if last { } }",
       {"1:14 expected a key", "1:28 unknown key 'letters'", "1:44 unknown variable 'last'"}},
      {"F1 { if last(ctrl+a) { } }",
       {"1:14 held(…) and last(…) take one key without modifiers; see also mods(…)"}},
      {"F1 { last(a) }", {"1:6 to run a macro write 'call last'"}},
      {"set capsword_time = 3", {"1:21 a duration needs a unit; did you mean '3ms'?"}},
  });
}

TEST(Mistakes, NewTriggers) {
  expect_all({
      {"j & j { }", {"1:5 this key stands here twice"}},
      {"j & k & l & 'J' = ESC", {"1:13 this key stands here twice"}},
      {"j & k { }\nk & j { }", {"2:1 this trigger is bound already at 1:1"}},
      {"j & ctrl+k { }", {"1:5 modifiers stand before the first key only"}},
      {"ctrl+j & k { }\nctrl+k & j { }", {"2:1 this trigger is bound already at 1:1"}},
      {"ctrl+j & k { }\nshift+j & k { }\nj & k { }", {}},
      {"a & b & c { }\nc & a & b { }", {"2:1 this trigger is bound already at 1:1"}},
      {"a & b & c { }\na & b & d { }\na & b { }", {}},
      {"a & b & c & d & e { }", {}},
      {"a & b & c & d & e & f { }", {"1:21 at most 5 keys"}},
      {"a & b & ☺ { }", {"1:1 no key of layout uk types '☺'"}},
      {"a & b & { }", {"1:9 expected a key"}},
      {"a & b & c = ESC / LCTRL", {"1:1 tap and hold need a trigger that is a key alone"}},
      {"SPACE = SPACE / \nF1 { }", {"1:16 expected a key"}},
      {"SPACE = SPACE / layer", {"1:22 expected a name"}},
      {"SPACE = SPACE / layer nv\nlayer nav { }", {"1:23 unknown layer 'nv'"}},
      {"double F5 = F1 / F2", {"1:1 tap and hold need a trigger that is a key alone"}},
      {"\"abc\" = F1", {"1:1 no '=' can follow this trigger; write '{ }'"}},
      {"on start = F1", {"1:1 no '=' can follow this trigger; write '{ }'"}},
      {"\"\" { }", {"1:1 an abbreviation has 1 to 31 bytes and no ${}"}},
      {"\"abcdefghijklmnopqrstuvwxyzabcdefgh\" { }",
       {"1:1 an abbreviation has 1 to 31 bytes and no ${}"}},
      {"on foo { }", {"1:4 expected an event: start, lock, unlock, capslock or layer"}},
      {"on layer foo { }", {"1:10 unknown layer 'foo'"}},
      {"set hold = 200", {"1:12 a duration needs a unit; did you mean '200ms'?"}},
      {"set dual = foo", {"1:12 expected release, press or timeout"}},
      {"set drive = x", {"1:13 expected ejected or hidden"}},
      {"M200 { }", {"1:1 Vial macro keys are M0 to M127"}},
      {"F1 (again: sometimes) { }", {"1:12 expected ignore, stop, restart or parallel"}},
  });
}

TEST(Mistakes, KeysAfterTheLeader) {
  expect_all({
      {"leader g h { }\nleader g h { }", {"2:1 this trigger is bound already at 1:1"}},
      {"leader g { }\nleader g h { }\nleader h g { }\nleader g h i = ESC", {}},
      {"leader 1 2 3 4 5 6 7 8 { }", {}},
      {"leader 1 2 3 4 5 6 7 8 9 { }", {"1:24 at most 8 keys"}},
      {"leader g ctrl+h { }", {"1:10 modifiers stand before the first key only"}},
      {"leader ctrl+g h { }\nleader g h { }", {}},
      {"leader g LSHIFT { }",
       {"1:10 a modifier is no key of a sequence; it stands before the first one, as in leader "
        "ctrl+g h"}},
      {"leader LCTRL m { }",
       {"1:14 a modifier is no key of a sequence; it stands before the first one, as in leader "
        "ctrl+g h"}},
      {"leader g ☺ { }", {"1:1 no key of layout uk types '☺'"}},
      // Signs that may follow a trigger are quoted, and as the only key they are not.
      {"leader g '=' '/' '&' '{' { }", {}},
      {"leader = { }\nleader & { }\nleader / { }\nleader = = ESC",
       {"4:1 this trigger is bound already at 1:1"}},
      {"leader g & h { }", {"1:10 expected a key, '{' or '=', as in leader g h { }"}},
      {"leader g, h { }", {"1:9 expected a key, '{' or '=', as in leader g h { }"}},
      {"leader g", {"1:9 expected a key, '{' or '=', as in leader g h { }"}},
      {"leader g\nh { }", {"1:9 expected a key, '{' or '=', as in leader g h { }"}},
  });
}

TEST(Mistakes, Dances) {
  const std::string clause = "expected tap, hold, double, double hold or triple, and { … }";
  const std::string all = "tap { } hold { } double { } double hold { } triple { }";
  expect_all({
      {"dance F5 { " + all + " }", {}},
      {"dance ctrl+F5 (double: 200ms, again: stop) {\n  triple { \"x\" }\n}", {}},
      {"dance F5 { }", {"1:12 " + clause}},
      {"dance F5 { \"x\" }", {"1:12 " + clause}},
      {"dance F5 { tap { }\n  quadruple { \"x\" }\n  hold { } }", {"2:3 " + clause}},
      {"dance F5 { tap { } tap { } }", {"1:20 this trigger is bound already at 1:12"}},
      {"dance F5 { double ESC }", {"1:19 " + clause}},
      {"dance F5 { tap = ESC }\nF6 = a", {"1:16 " + clause}},
      {"dance F5 { tap ESC hold LCTRL }\nF6 = a", {"1:16 " + clause}},
      {"dance F5 { tap (again: stop) { } }\nF6 = a", {"1:16 " + clause}},
      {"dance F5 { tap { }", {"1:10 missing '}' for this '{'"}},
      {"dance F5 { tap { \"x\"", {"1:16 missing '}' for this '{'"}},
      {"dance F5 {\n  tap { }\nF6 { }",
       {"1:10 missing '}' for this '{'; the next definition starts in line 3"}},
      {"dance F5 = ESC", {"1:1 no '=' can follow this trigger; write '{ }'"}},
      {"dance F5 { tap { } }\ndance F5 { hold { } }", {}},
      {"dance F5 { tap { } }\nF5 { }", {"2:1 this trigger is bound already at 1:12"}},
      {"double F5 { }\ndance F5 { hold { } }", {"2:12 this trigger is bound already at 1:1"}},
      {"hold F5 = LCTRL\nlayer nav {\n  dance F5 { hold { } }\n}\nF1 = layer nav", {}},
      {"dance F5 { hold { foo } }",
       {"1:19 'foo' is neither a key nor a statement; to type it write \"foo\""}},
      // The words are names like others.
      {"var dance var triple macro clause { }\nF1 { dance = triple  triple = triple + 1  call "
       "clause }",
       {}},
  });
}

TEST(Mistakes, Options) {
  const std::string tap_hold = "goes with a key that is tapped or held";
  expect_all({
      {"F1 (again: stop) = a",
       {"1:1 a remap is down as long as its key, so 'again' means nothing; with a macro it does: "
        "{…}"}},
      {"leader m (hold: 1s) { }", {"1:11 'hold' " + tap_hold}},
      {"\"ab\" (idle: 1s) { }", {"1:7 'idle' " + tap_hold + ", and with j & k"}},
      {"double F5 (hold: 1s) { }", {"1:12 'hold' " + tap_hold}},
      {"on start (retro: on) { }", {"1:11 'retro' " + tap_hold}},
      {"F5 (double: 1s) { }", {"1:5 'double' goes with double or dance and a key"}},
      {"F5 (chord: 1s) { }", {"1:5 'chord' goes with keys that are pressed together, as in j & k"}},
      {"F5 (slow: on) = a", {"1:5 'slow' goes with keys that are pressed together, as in j & k"}},
      {"j & k (chord: on) { }", {"1:15 expected a duration"}},
      {"j & k (hold: 1s) { }", {"1:8 'hold' " + tap_hold}},
      {"F5 (hold: 300) = a / b", {"1:11 a duration needs a unit; did you mean '300ms'?"}},
      {"F5 (dual: hold) = a / b", {"1:11 expected release, press or timeout"}},
      {"F5 (retro: yes) = a / b", {"1:12 expected off or on"}},
      {"F5 (with: hjkl) = a / b",
       {"1:11 expected the keys' characters in quotes, as in \"qwert\""}},
      {"F5 (with: \"\") = a / b",
       {"1:11 expected the keys' characters in quotes, as in \"qwert\""}},
      {"F5 (with: \"a${1}\") = a / b",
       {"1:13 expected the keys' characters in quotes, as in \"qwert\""}},
      {"F5 (with: \"aж\") = a / b", {"1:13 no key of layout uk types 'ж'"}},
      {"F5 (with: \"" + std::string(41, 'a') + "\") = a / b", {"1:11 at most 40 keys"}},
      {"F5 (hold: 1s, hold: 2s) = a / b", {"1:15 option 'hold' is given twice"}},
      {"F5 (hold: 1s hold: 2s) = a / b", {"1:14 expected ')'"}},
      {"set left_hand = qwert", {"1:17 expected the keys' characters in quotes, as in \"qwert\""}},
      {"set left_hand = \"qж\"", {"1:19 no key of layout uk types 'ж'"}},
  });
}

TEST(Mistakes, OptionsOfOneKeyThatDiffer) {
  const auto differ = [](const std::string& at) {
    return "this key has other options at " + at + "; a key has one set of them for tap and hold";
  };
  expect_all({
      {"hold F6 (hold: 300ms) { }\ntap F6 (hold: 200ms) { }",
       {"1:1 " + differ("2:1"), "2:1 " + differ("1:1")}},
      {"F6 (idle: 1s) = a / b\nhold F6 (idle: 2s) { }",
       {"1:1 " + differ("2:1"), "2:1 " + differ("1:1")}},
      {"F6 (with: \"ab\") = a / b\ntap F6 (with: \"ac\") { }",
       {"1:1 " + differ("2:1"), "2:1 " + differ("1:1")}},
      // In whatever order; where one has none, the other's count; other keys have their own.
      {"hold F6 (hold: 1s, idle: 2s) { }\ntap F6 (idle: 2s, hold: 1s) { }", {}},
      {"hold F6 (hold: 1s) { }\ntap F6 { }", {}},
      {"hold F6 (hold: 1s) { }\ntap F6 (typing: safe) { }", {}},
      {"hold F6 (hold: 1s) { }\ntap shift+F6 (hold: 2s) { }", {}},
      {"hold F6 (hold: 1s) { }\nlayer n { tap F6 (hold: 2s) { } }\nF1 { layer on n }", {}},
  });
}

TEST(Mistakes, WordsOfOptionsAreNames) {
  expect_all(
      {{"var with = 1\nvar idle\nvar quick\nvar retro\nvar hands\nmacro left_hand { }\n"
        "F1 { with = idle quick = retro hands = 2 call left_hand }",
        {}}});
}

TEST(Mistakes, ColumnOne) {
  expect_all({
      {"F1 { if held\n  ENTER\n}\nF2 { \"x\" }", {"1:13 expected '{'"}},
      {"F1 { let x = 3 + }\nF2 { \"y\" }", {"1:18 expected a value"}},
      {"F1 { x = }\nF2 { \"y\" }", {"1:10 expected a value"}},
      {"F1 { if held { \"x\" }\nF2 { \"y\" }",
       {"1:4 missing '}' for this '{'; the next definition starts in line 2"}},
      {"F1 {\nwhile held {\nHOME = 3\n}\n}\nvar HOME", {}},
      {"F1 {\n\"a\"\nF2 = LCTRL\nF3 { }",
       {"1:4 missing '}' for this '{'; the next definition starts in line 3"}},
      {"F1 {\n  \"a\"\nF2 = LCTRL\nF3 { }",
       {"1:4 missing '}' for this '{'; the next definition starts in line 3"}},
      {"F1 { match next {\nt { \"x\" }\nF2 { \"y\" }\n} }\nF3 { ENTR }",
       {"5:6 unknown key 'ENTR'; did you mean 'ENTER'?"}},
      {"F1 { match next {\n  t { \"x\" }\n  shift+t { \"z\" }\nF2 { \"y\" }\nF3 { ENTR }",
       {"1:17 missing '}' for this '{'; the next definition starts in line 4",
        "5:6 unknown key 'ENTR'; did you mean 'ENTER'?"}},
      {"F1 { if held { \"a\" }\nelse { \"b\" }\n}\nF2 { \"c\" }", {}},
      {"F1 {\n  match next {\n    a { \"x\" }\nF2 { \"y\" }",
       {"2:14 missing '}' for this '{'; the next definition starts in line 4"}},
      {"F1 { without mods { \"x\" }\nF2 { \"c\" }",
       {"1:4 missing '}' for this '{'; the next definition starts in line 2"}},
  });
}

}  // namespace
}  // namespace pianola::lang
