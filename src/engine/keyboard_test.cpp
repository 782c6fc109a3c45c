// What keys mean: tapped, held, together, twice, after the leader, as text.

#include <gtest/gtest.h>

#include <string_view>

#include "engine/engine.hpp"
#include "support/keys.hpp"
#include "support/rig.hpp"

namespace pianola::engine {
namespace {

using lang::Opcode;
using lang::Setting;
using lang::TriggerKind;
using test::Assembler;
using test::BytecodeRoll;
using test::Rig;
using test::text;
using namespace test::keys;

Assembler layer_op(Opcode opcode, std::string_view name) {
  return Assembler{}.op(opcode).counted(name);
}

// ---- Tap and hold ------------------------------------------------------------------------------

BytecodeRoll dual(Dual policy = Dual::release, std::uint32_t rolls = 0) {
  return BytecodeRoll{}
      .set(Setting::dual, static_cast<std::uint32_t>(policy))
      .set(Setting::rolls, rolls)
      .remap_hold(kA, kA, kShift);
}

TEST(TapHold, AReleaseWithinTheTermIsATap) {
  EXPECT_EQ(Rig{dual()}.press(kA, 0).release(kA, 199).trace(), "199 [00:04]\n200 [00:]\n");
}

TEST(TapHold, AtTheEndOfTheTermItIsAHold) {
  EXPECT_EQ(Rig{dual()}.press(kA, 0).release(kA, 200).trace(), "200 [02:]\n201 [00:]\n");
  EXPECT_EQ(Rig{dual()}.press(kA, 0).release(kA, 500).trace(), "200 [02:]\n500 [00:]\n");
}

TEST(TapHold, ReleasePolicyHoldsWhenAnotherKeyIsTappedMeanwhile) {
  Rig rig{dual()};
  rig.press(kA, 0).press(kB, 50).release(kB, 80).release(kA, 90);
  EXPECT_EQ(rig.trace(), "80 [02:]\n81 [02:05]\n82 [02:]\n90 [00:]\n");
}

TEST(TapHold, ReleasePolicyTakesARollForTaps) {
  Rig rig{dual()};
  rig.press(kA, 0).press(kB, 50).release(kA, 80).release(kB, 90);
  EXPECT_EQ(rig.reports(), "[00:04] [00:04,05] [00:05] [00:]");
}

TEST(TapHold, ReleasePolicyIgnoresTheReleaseOfAKeyThatWasDownBefore) {
  Rig rig{dual()};
  rig.press(kB, 0).press(kA, 20).release(kB, 50).release(kA, 90);
  EXPECT_EQ(rig.reports(), "[00:05] [00:] [00:04] [00:]");
}

TEST(TapHold, PressPolicyHoldsAtTheNextPress) {
  Rig rig{dual(Dual::press)};
  rig.press(kA, 0).press(kB, 50).release(kA, 80).release(kB, 90);
  EXPECT_EQ(rig.trace(), "50 [02:]\n51 [02:05]\n80 [00:05]\n90 [00:]\n");
}

TEST(TapHold, TimeoutPolicyLooksAtTheClockOnly) {
  Rig rig{dual(Dual::timeout)};
  rig.press(kA, 0).press(kB, 50).release(kB, 80).release(kA, 90);
  EXPECT_EQ(rig.reports(), "[00:04] [00:04,05] [00:04] [00:]");
  Rig held{dual(Dual::timeout)};
  held.press(kA, 0).press(kB, 50).release(kB, 80).release(kA, 290);
  EXPECT_EQ(held.trace(), "200 [02:]\n201 [02:05]\n202 [02:]\n290 [00:]\n");
}

TEST(TapHold, TheMarginKeepsARollATap) {
  // A nested roll: the other key comes up 20 ms before the first.
  Rig nested{dual(Dual::release, 30)};
  nested.press(kA, 0).press(kB, 50).release(kB, 80).release(kA, 100);
  EXPECT_EQ(nested.reports(), "[00:04] [00:04,05] [00:04] [00:]");
  Rig meant{dual(Dual::release, 30)};
  meant.press(kA, 0).press(kB, 50).release(kB, 80).release(kA, 120);
  EXPECT_EQ(meant.trace(), "110 [02:]\n111 [02:05]\n112 [02:]\n120 [00:]\n");
  Rig roll{dual(Dual::press, 40)};
  roll.press(kA, 0).press(kB, 50).release(kA, 80).release(kB, 100);
  EXPECT_EQ(roll.reports(), "[00:04] [00:04,05] [00:05] [00:]");
}

TEST(TapHold, TwoAtOnceAreDecidedInTheirOrder) {
  const BytecodeRoll roll = BytecodeRoll{}.remap_hold(kA, kA, kShift).remap_hold(kB, kB, kCtrl);
  Rig both{roll};
  both.press(kA, 0).press(kB, 10).tap(kC, 300).release(kB, 400).release(kA, 410);
  EXPECT_EQ(both.trace(), "200 [02:]\n210 [03:]\n300 [03:06]\n310 [03:]\n400 [02:]\n410 [00:]\n");
  Rig taps{roll};
  taps.press(kA, 0).press(kB, 10).release(kA, 20).release(kB, 30);
  EXPECT_EQ(taps.reports(), "[00:04] [00:] [00:05] [00:]");
}

TEST(TapHold, TheHoldOfARemapCanBeALayer) {
  const BytecodeRoll roll =
      BytecodeRoll{}.remap_layer(kSpaceKey, kSpaceKey, "nav").layer("nav").remap(kA, 0, 0x50);
  Rig held{roll};
  held.press(kSpaceKey, 0).tap(kA, 50).release(kSpaceKey, 100).tap(kA, 150);
  EXPECT_EQ(held.reports(), "[00:50] [00:] [00:04] [00:]");
  Rig tapped{roll};
  EXPECT_EQ(tapped.tap(kSpaceKey, 0).tap(kA, 50).reports(), "[00:2c] [00:] [00:04] [00:]");
}

TEST(TapHold, TriggersOfTheirOwn) {
  const BytecodeRoll roll =
      BytecodeRoll{}.on(TriggerKind::tap, kF1, text("t")).on(TriggerKind::hold, kF1, text("h"));
  Rig tapped{roll};
  tapped.tap(kF1, 0).run();
  EXPECT_EQ(tapped.text(), "t");
  Rig held{roll};
  held.press(kF1, 0).release(kF1, 300).run();
  EXPECT_EQ(held.text(), "h");
}

TEST(TapHold, WhatATriggerLacksThePressOrTheKeyDoes) {
  Rig key{BytecodeRoll{}.set(Setting::quick, 0).on(TriggerKind::hold, kB, text("h"))};
  key.tap(kB, 0).press(kB, 100).release(kB, 400).run();
  EXPECT_EQ(key.text(), "bh");
  Rig bound{BytecodeRoll{}
                .set(Setting::quick, 0)
                .on(TriggerKind::hold, kB, text("h"))
                .bind(kB, text("p"))};
  bound.tap(kB, 0).press(kB, 100).release(kB, 400).run();
  EXPECT_EQ(bound.text(), "ph");
  Rig tap{BytecodeRoll{}.set(Setting::quick, 0).on(TriggerKind::tap, kB, text("t"))};
  tap.tap(kB, 0).press(kB, 100).release(kB, 400).run();
  EXPECT_EQ(tap.text(), "tb");
}

TEST(TapHold, WhatALayerLacksTheOneBelowDoes) {
  const BytecodeRoll roll = BytecodeRoll{}
                                .set(Setting::quick, 0)
                                .bind(kB, text("below"))
                                .bind(kF1, layer_op(Opcode::layer_on, "nav"))
                                .layer("nav")
                                .on(TriggerKind::hold, kB, text("h"));
  Rig rig{roll};
  rig.tap(kF1, 0).tap(kB, 50).press(kB, 200).release(kB, 500).run();
  EXPECT_EQ(rig.text(), "belowh");
}

TEST(TapHold, MacrosThatRunGoOnWhileAKeyIsUndecided) {
  Assembler typist = Assembler{}.op(Opcode::wait).number(50).op(Opcode::text).counted("x");
  Rig rig{BytecodeRoll{}.bind(kF1, typist).remap_hold(kA, kA, kShift)};
  rig.tap(kF1, 0).press(kA, 20).release(kA, 150).run();
  EXPECT_EQ(rig.text(), "xa");
}

TEST(TapHold, CancelForgetsAnUndecidedKey) {
  Rig rig{dual()};
  rig.press(kRightShift, 0).press(0xE1, 5).press(kA, 10).press(kEsc, 20);
  rig.release(kEsc, 30).release(kA, 40).release(0xE1, 50).release(kRightShift, 60);
  EXPECT_EQ(rig.reports(), "[20:] [22:] [00:]");
}

// ---- Two keys together -------------------------------------------------------------------------

BytecodeRoll escape() { return BytecodeRoll{}.both(kA, kB, text("!")); }

TEST(Both, WithinTheTimeInEitherOrder) {
  for (const bool swapped : {false, true}) {
    Rig rig{escape()};
    rig.press(swapped ? kB : kA, 0).press(swapped ? kA : kB, 30);
    rig.release(kA, 60).release(kB, 70).run();
    EXPECT_EQ(rig.text(), "!");
  }
}

TEST(Both, AKeyAloneComesWhenTheTimeIsOver) {
  EXPECT_EQ(Rig{escape()}.press(kA, 0).release(kA, 60).trace(), "30 [00:04]\n60 [00:]\n");
}

TEST(Both, AReleaseOrAThirdKeyDecidesAtOnce) {
  EXPECT_EQ(Rig{escape()}.press(kA, 0).release(kA, 10).trace(), "10 [00:04]\n11 [00:]\n");
  Rig third{escape()};
  third.press(kA, 0).press(kC, 10).release(kA, 60).release(kC, 70);
  EXPECT_EQ(third.trace(), "10 [00:04]\n11 [00:04,06]\n60 [00:06]\n70 [00:]\n");
}

TEST(Both, TooLateAreTwoKeys) {
  Rig rig{escape()};
  rig.press(kA, 0).press(kB, 31).release(kA, 60).release(kB, 70);
  EXPECT_EQ(rig.reports(), "[00:04] [00:] [00:05] [00:]");
}

TEST(Both, TheTriggerIsDownWhileAllOfThemAre) {
  Assembler hold = Assembler{}.op(Opcode::hold).u8(0).key(kF2);
  Rig rig{BytecodeRoll{}.both(kA, kB, hold)};
  rig.press(kA, 0).press(kB, 5).release(kA, 50).release(kB, 90);
  EXPECT_EQ(rig.trace(), "5 [00:3b]\n50 [00:]\n");
}

TEST(Both, AKeyOfAChordCanHaveATapAndAHold) {
  Rig rig{BytecodeRoll{}.set(Setting::quick, 0).both(kA, kB, text("!")).remap_hold(kA, kA, kShift)};
  rig.press(kA, 0).press(kB, 10).release(kA, 20).release(kB, 30);
  rig.press(kA, 100).tap(kC, 350).release(kA, 400).run();
  EXPECT_EQ(rig.text(), "!C");
}

// ---- Double taps -------------------------------------------------------------------------------

BytecodeRoll twice() {
  return BytecodeRoll{}.on(TriggerKind::double_tap, kShift, text("2")).remap(kF1, 0, kF2);
}

TEST(DoubleTap, TheSecondPressStartsIt) {
  Rig rig{twice()};
  EXPECT_EQ(rig.tap(kShift, 0).tap(kShift, 400).reports(), "[02:] [00:] [00:1f] [00:]");
}

TEST(DoubleTap, TooLateOrWithAnotherKeyBetweenIsNone) {
  EXPECT_EQ(Rig{twice()}.tap(kShift, 0).tap(kShift, 401).reports(), "[02:] [00:] [02:] [00:]");
  EXPECT_EQ(Rig{twice()}.tap(kShift, 0).tap(kF1, 50).tap(kShift, 100).reports(),
            "[02:] [00:] [00:3b] [00:] [02:] [00:]");
}

TEST(DoubleTap, AThirdPressIsAFirst) {
  Rig rig{BytecodeRoll{}.on(TriggerKind::double_tap, kA, text("2"))};
  rig.tap(kA, 0).tap(kA, 50).tap(kA, 100).tap(kA, 150).run();
  EXPECT_EQ(rig.text(), "a2a2");
}

// ---- Leader ------------------------------------------------------------------------------------

BytecodeRoll led_by() { return BytecodeRoll{}.on(TriggerKind::leader, kA, text("led")); }
Rig& shifts(Rig& rig, std::uint32_t time) {
  return rig.press(kShift, time)
      .press(kRightShift, time + 5)
      .release(kShift, time + 10)
      .release(kRightShift, time + 15);
}

TEST(Leader, BothShiftsThenTheKey) {
  Rig rig{led_by()};
  shifts(rig, 0).tap(kA, 50).tap(kA, 100).run();
  EXPECT_EQ(rig.text(), "leda");
  EXPECT_TRUE(rig.simulation->engine().shown().empty());
}

TEST(Leader, ShiftsThatDidSomethingElseAreNone) {
  Rig rig{led_by()};
  rig.press(kShift, 0).press(kRightShift, 5).tap(kB, 10).release(kShift, 30);
  rig.release(kRightShift, 35).tap(kA, 50).run();
  EXPECT_EQ(rig.text(), "Ba");
}

TEST(Leader, AKeyWithoutAMeaningIsSwallowedOnce) {
  Rig rig{led_by()};
  shifts(rig, 0).tap(kB, 50).tap(kB, 100).run();
  EXPECT_EQ(rig.text(), "b");
}

TEST(Leader, IsNoneIfNothingCanComeAfterIt) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("x"))};
  shifts(rig, 0).tap(kB, 50).run();
  EXPECT_EQ(rig.text(), "b");
}

TEST(Leader, ModifiersGoWithTheKey) {
  Rig rig{led_by()};
  shifts(rig, 0).press(kCtrl, 40).tap(kA, 50).release(kCtrl, 70).run();
  EXPECT_EQ(rig.text(), "led");
}

TEST(Leader, CanBeAKeyOfItsOwn) {
  Rig rig{led_by().set(Setting::leader, kCapsKey)};
  EXPECT_EQ(rig.tap(kCapsKey, 0).reports(), "");
  rig.tap(kA, 50).run();
  EXPECT_EQ(rig.text(), "led");
  Rig other{led_by().set(Setting::leader, kCapsKey)};
  shifts(other, 0).tap(kA, 50).run();
  EXPECT_EQ(other.text(), "a") << "the Shift keys are no leader then";
}

// ---- Layers ------------------------------------------------------------------------------------

TEST(Layers, TheLatestIsLookedAtFirstAndAKeyKeepsItsMeaning) {
  const BytecodeRoll roll = BytecodeRoll{}
                                .bind(kF1, layer_op(Opcode::layer_hold, "one"))
                                .bind(kF2, layer_op(Opcode::layer_hold, "two"))
                                .layer("one")
                                .remap(kA, 0, 0x1E)
                                .remap(kB, 0, 0x1E)
                                .layer("two")
                                .remap(kA, 0, 0x1F);
  Rig rig{roll};
  rig.press(kF1, 0).press(kF2, 10).tap(kA, 20).tap(kB, 50).press(kA, 80);
  rig.release(kF2, 90).release(kF1, 100).release(kA, 110).tap(kA, 120).run();
  EXPECT_EQ(rig.text(), "212a");
}

TEST(Layers, OnLayerStartsWhenItComesOn) {
  const BytecodeRoll roll = BytecodeRoll{}
                                .event(lang::Event::layer, text("on"), "nav")
                                .bind(kF1, layer_op(Opcode::layer_toggle, "nav"))
                                .layer("nav")
                                .remap(kA, 0, kB);
  Rig rig{roll};
  rig.tap(kF1, 0).tap(kF1, 50).tap(kF1, 100).run();
  EXPECT_EQ(rig.text(), "onon");
}

// ---- Events ------------------------------------------------------------------------------------

TEST(Events, StartComesFirstAndAfterEachReload) {
  Rig rig{BytecodeRoll{}.event(lang::Event::start, text("s")).bind(kF1, text("f"))};
  rig.tap(kF1, 0).run();
  EXPECT_EQ(rig.text(), "sf");
  rig.simulation->engine().play(rig.roll);
  rig.tap(kF1, 100).run();
  EXPECT_EQ(rig.text(), "sfsf");
}

TEST(Events, CapsLockIsTheHosts) {
  Rig rig{BytecodeRoll{}.event(lang::Event::capslock, text("."))};
  rig.tap(kCapsKey, 0).tap(kCapsKey, 200).run();
  EXPECT_EQ(rig.text(), "..");
}

TEST(Events, LockAndUnlockAreTheDevices) {
  Rig rig{BytecodeRoll{}.event(lang::Event::lock, text("l")).event(lang::Event::unlock, text("u"))};
  rig.run();
  rig.simulation->engine().event(lang::Event::lock);
  rig.simulation->engine().event(lang::Event::unlock);
  rig.tap(kA, 50).run();
  EXPECT_EQ(rig.text(), "lua");
}

TEST(Events, ComeBetweenMacrosAndNotIntoOne) {
  Assembler sleeper = Assembler{}.op(Opcode::wait).number(10'000);
  Rig rig{BytecodeRoll{}.event(lang::Event::lock, sleeper).bind(kF1, text("the quick brown fox"))};
  rig.press(kF1, 0).run(5);
  rig.simulation->engine().event(lang::Event::lock);
  rig.release(kF1, 8).run(9);
  rig.simulation->engine().event(lang::Event::lock);
  rig.run();
  EXPECT_EQ(rig.text(), "the quick brown fox");
  EXPECT_TRUE(rig.simulation->errors().empty());
}

// ---- Abbreviations -----------------------------------------------------------------------------

Assembler replace(std::uint32_t erased, std::string_view by) {
  Assembler code;
  if (erased > 0) code.op(Opcode::erase).number(erased);
  return code.op(Opcode::text).counted(by);
}
BytecodeRoll abbreviations() {
  return BytecodeRoll{}
      .abbreviation("ab ", replace(2, "able "))
      .abbreviation("c,c", replace(2, "x"));
}
Rig& type(Rig& rig, std::string_view keys) {
  std::uint32_t time = 1000 * static_cast<std::uint32_t>(rig.simulation->now() / 1000 + 1);
  for (const char c : keys) {
    const auto key = static_cast<std::uint16_t>(c == ' '   ? kSpaceKey
                                                : c == '<' ? kBackspaceKey
                                                : c == ',' ? 0x36
                                                           : kA + (c - 'a'));
    rig.tap(key, time);
    time += 50;
  }
  rig.run();
  return rig;
}

TEST(Abbreviations, AreErasedAndReplaced) {
  Rig rig{abbreviations()};
  EXPECT_EQ(type(rig, "ab c").text(), "able c");
}

TEST(Abbreviations, ThatStartWithALetterStartAWord) {
  Rig inside{abbreviations()};
  EXPECT_EQ(type(inside, "cab ab ").text(), "cab able ");
  Rig punctuation{abbreviations()};
  EXPECT_EQ(type(punctuation, "c,c").text(), "x");
}

TEST(Abbreviations, BackspaceTakesBackAndOtherKeysEnd) {
  Rig rig{abbreviations()};
  EXPECT_EQ(type(rig, "abc< ").text(), "able ");
  Rig moved{abbreviations()};
  moved.tap(kA, 0).tap(0x50, 50).tap(kB, 100).tap(kSpaceKey, 150).run();
  EXPECT_EQ(moved.text(), "ab ");
  Rig shortcut{abbreviations()};
  shortcut.tap(kA, 0).press(kCtrl, 30).tap(kB, 40).release(kCtrl, 60).tap(kSpaceKey, 100).run();
  EXPECT_EQ(shortcut.text(), "a ");
}

TEST(Abbreviations, GoByWhatRemapsSend) {
  // The keys are others, and the last one has a hold too.
  const BytecodeRoll roll = abbreviations()
                                .remap(kF1, 0, kA)
                                .remap_hold(kF2, kB, kCtrl)
                                .remap_layer(kSpaceKey, kSpaceKey, "nav")
                                .layer("nav");
  Rig rig{roll};
  rig.tap(kF1, 0).tap(kF2, 50).tap(kSpaceKey, 100).run();
  EXPECT_EQ(rig.text(), "able ");
}

TEST(Abbreviations, ARemappedKeyThatEndsNoneDoesWhatItDoes) {
  Rig rig{abbreviations().remap_hold(kSpaceKey, kSpaceKey, kCtrl)};
  EXPECT_EQ(type(rig, "cab ab ").text(), "cab able ");
}

TEST(Abbreviations, WhatMacrosTypeIsNoPartOfThem) {
  Rig rig{abbreviations().bind(kF1, text("b"))};
  rig.tap(kA, 0).tap(kF1, 50).tap(kSpaceKey, 100).run();
  EXPECT_EQ(rig.text(), "ab ");
}

TEST(Abbreviations, TheLastKeyNeverReachesTheHost) {
  Rig rig{BytecodeRoll{}.abbreviation("b", replace(0, "x"))};
  EXPECT_EQ(rig.press(kB, 0).release(kB, 50).reports(), "[00:1b] [00:]");
}

// ---- Autoshift ---------------------------------------------------------------------------------

BytecodeRoll shifting() { return BytecodeRoll{}.set(Setting::autoshift, 150); }

TEST(Autoshift, AKeyThatIsHeldTypesItsCapital) {
  EXPECT_EQ(Rig{shifting()}.press(kA, 0).release(kA, 300).trace(), "150 [02:04]\n300 [00:]\n");
  EXPECT_EQ(Rig{shifting()}.press(kA, 0).release(kA, 149).trace(), "149 [00:04]\n150 [00:]\n");
}

TEST(Autoshift, AnotherKeyDecides) {
  Rig rig{shifting()};
  rig.press(kA, 0).press(kB, 50).release(kA, 300).release(kB, 310);
  EXPECT_EQ(rig.trace(), "50 [00:04]\n200 [02:04,05]\n300 [02:05]\n310 [00:]\n");
}

TEST(Autoshift, LeavesOtherKeysAndChordsAlone) {
  EXPECT_EQ(Rig{shifting()}.press(kF1, 0).release(kF1, 300).trace(), "0 [00:3a]\n300 [00:]\n");
  EXPECT_EQ(Rig{shifting()}.press(kSpaceKey, 0).release(kSpaceKey, 300).trace(),
            "0 [00:2c]\n300 [00:]\n");
  Rig chord{shifting()};
  chord.press(kCtrl, 0).press(kA, 10).release(kA, 300).release(kCtrl, 310);
  EXPECT_EQ(chord.trace(), "0 [01:]\n10 [01:04]\n300 [01:]\n310 [00:]\n");
}

// ---- Pressed again -----------------------------------------------------------------------------

BytecodeRoll again(std::uint32_t how) {
  Assembler body = text("<");
  body.op(Opcode::wait).number(100).op(Opcode::text).counted(">");
  return BytecodeRoll{}.options(Assembler{}.op(Opcode::option_again).number(how)).bind(kF1, body);
}
std::string pressed_again(std::uint32_t how) {
  Rig rig{again(how)};
  rig.tap(kF1, 0).tap(kF1, 50).tap(kF1, 300).run();
  EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
  return rig.text();
}

TEST(Again, EachOptionDoesWhatItSays) {
  // A host with the UK layout: < and > are shifted comma and full stop.
  EXPECT_EQ(pressed_again(0), "<><>") << "ignore";
  EXPECT_EQ(pressed_again(1), "<<>") << "stop";
  EXPECT_EQ(pressed_again(2), "<<><>") << "restart";
  EXPECT_EQ(pressed_again(3), "<<>><>") << "parallel";
}

// ---- Macro keys --------------------------------------------------------------------------------

TEST(MacroKeys, StartTheirBindingAndReachNoHost) {
  Rig rig{BytecodeRoll{}.on(TriggerKind::vial, 5, text("m"))};
  rig.tap(0x4005, 0).tap(0x4006, 50).tap(0x4080, 100).run();
  EXPECT_EQ(rig.text(), "m");
  EXPECT_EQ(rig.simulation->host().trace().size(), 2U);
}

// ---- Keys while a macro types ------------------------------------------------------------------

TEST(Busy, QueueWaitsAndMixDoesNot) {
  const std::string_view word = "wxyz";
  Rig queue{BytecodeRoll{}.bind(kF1, text(word))};
  queue.press(kF1, 0).tap(kA, 1).release(kF1, 20).run();
  EXPECT_EQ(queue.text(), "wxyza");
  Rig mix{BytecodeRoll{}.bind(kF1, text(word)).set(Setting::busy, 1)};
  mix.press(kF1, 0).tap(kA, 1).release(kF1, 20).run();
  EXPECT_EQ(mix.text(), "wxayz");
}

}  // namespace
}  // namespace pianola::engine
