// How macros type: the reports, one by one.

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "support/keys.hpp"
#include "support/rig.hpp"

namespace pianola::engine {
namespace {

using lang::Opcode;
using lang::Setting;
using test::Assembler;
using test::BytecodeRoll;
using test::Rig;
using test::text;
using namespace test::keys;

/// The reports of F1 { body }, tapped at 0.
std::string played(const Assembler& body) {
  return Rig{BytecodeRoll{}.bind(kF1, body)}.tap(kF1, 0).reports();
}

TEST(Typing, HelloTakesSevenReports) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("Hello"))};
  EXPECT_EQ(rig.tap(kF1, 0).trace(),
            "0 [02:0b]\n1 [00:08]\n2 [00:0f]\n3 [00:]\n4 [00:0f]\n5 [00:12]\n6 [00:]\n");
  EXPECT_EQ(rig.text(), "Hello");
}

TEST(Typing, ASentenceTakesAsFewReportsAsItCan) {
  const std::string_view sentence =
      "The quick brown fox jumps over the lazy dog. Hello, Bookkeeper!";
  Rig rig{BytecodeRoll{}.bind(kF1, text(sentence))};
  rig.tap(kF1, 0).run();
  EXPECT_EQ(rig.simulation->host().trace().size(), 68U);
  EXPECT_EQ(rig.text(), sentence);
}

TEST(Typing, TextsAndTapsRunIntoEachOther) {
  EXPECT_EQ(played(text("a").op(Opcode::text).counted("b").op(Opcode::tap).u8(1).key(6)),
            "[00:04] [00:05] [01:06] [00:]");
}

TEST(Typing, ControlCharactersAreKeys) {
  EXPECT_EQ(played(text("\n\t\x1b")), "[00:28] [00:2b] [00:29] [00:]");
}

TEST(Typing, ManyLanguages) {
  Rig rig{BytecodeRoll{}.layout("de").bind(kF1, text("Grüße, café: 5€")),
          {.layout = *hid::find_layout("de")}};
  rig.tap(kF1, 0).run();
  EXPECT_EQ(rig.text(), "Grüße, café: 5€");
}

TEST(Typing, WhatTheLayoutLacksIsLeftOut) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("a\U0001F600b"))};
  rig.tap(kF1, 0).run();
  EXPECT_EQ(rig.text(), "ab");
}

TEST(Typing, AKeyThatTheUserHoldsIsTappedVisiblyAndStaysDown) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("ab"))};
  rig.press(kA, 0).tap(kF1, 5).release(kA, 50);
  EXPECT_EQ(rig.trace(), "0 [00:04]\n5 [00:]\n6 [00:04]\n7 [00:04,05]\n8 [00:04]\n50 [00:]\n");
}

TEST(Typing, AModifierThatTheUserHoldsIsTappedVisibly) {
  Rig rig{BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::tap).u8(0).key(kShift))};
  rig.press(kShift, 0).tap(kF1, 5).release(kShift, 50);
  EXPECT_EQ(rig.reports(), "[02:] [00:] [02:] [00:]");
}

TEST(Typing, TextMasksTheKeyboardsModifiersAndRestoresThem) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("ab"))};
  rig.press(kShift, 0).tap(kF1, 5).release(kShift, 50);
  EXPECT_EQ(rig.reports(), "[02:] [00:04] [00:05] [02:] [00:]");
}

TEST(Typing, AMaskedModifierReleasedMeanwhileIsNotRestoredForLong) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("ab"))};
  rig.press(kShift, 0).press(kF1, 5).release(kShift, 6).release(kF1, 7);
  EXPECT_EQ(rig.reports(), "[02:] [00:04] [00:05] [02:] [00:]");
}

TEST(Typing, TapsCombineWithTheKeyboardsModifiers) {
  Rig rig{BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::tap).u8(0).key(kEnterKey))};
  rig.press(kShift, 0).tap(kF1, 5).release(kShift, 50);
  EXPECT_EQ(rig.reports(), "[02:] [02:28] [02:] [00:]");
}

TEST(Typing, TheTriggersOwnModifiersAreHiddenFromTaps) {
  Rig rig{BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::tap).u8(0).key(kEnterKey),
                              {.exact = 0, .either = 1})};
  rig.press(kCtrl, 0).tap(kF1, 5).release(kCtrl, 50);
  EXPECT_EQ(rig.reports(), "[01:] [00:28] [01:] [00:]");
}

TEST(Typing, TheTriggersOwnModifiersAreHiddenWhileAKeyIsPressed) {
  Rig rig{BytecodeRoll{}.bind(
      kF1, Assembler{}.op(Opcode::press).u8(0).key(kA).op(Opcode::wait).number(20),
      {.exact = 0, .either = 1})};
  rig.press(kCtrl, 0).tap(kF1, 5).release(kCtrl, 50);
  EXPECT_EQ(rig.trace(), "0 [01:]\n5 [00:04]\n25 [01:]\n50 [00:]\n");
}

TEST(Typing, ALoneAltIsNeutralisedBeforeItIsHiddenAndWhenItGoesUp) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("a"), {.exact = 0, .either = 4})};
  rig.press(kAlt, 0).tap(kF1, 5).release(kAlt, 50);
  EXPECT_EQ(rig.reports(), "[04:] [05:] [00:04] [04:] [05:] [00:]");
}

TEST(Typing, AnAltThatWasUsedNeedsNoNeutralKey) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("a"))};
  rig.press(kAlt, 0).tap(kB, 1).tap(kF1, 20).tap(kB, 40).release(kAlt, 70);
  EXPECT_EQ(rig.reports(), "[04:] [04:05] [04:] [00:04] [04:] [04:05] [04:] [00:]");
}

TEST(Typing, ALoneAltThatNobodyHidesOpensItsMenu) {
  EXPECT_EQ(Rig{BytecodeRoll{}}.tap(kAlt, 0).reports(), "[04:] [00:]");
}

TEST(Typing, TheNeutralKeyIsASetting) {
  Rig rig{BytecodeRoll{}.set(Setting::neutral, 0x6A).bind(kF1, text("a"))};
  rig.press(kAlt, 0).tap(kF1, 5);
  EXPECT_EQ(rig.reports(), "[04:] [04:6a] [00:04] [04:]");
}

TEST(Typing, WhatTheTaskPressesCombinesWithItsText) {
  EXPECT_EQ(played(Assembler{}.op(Opcode::press).u8(0).key(kCtrl).op(Opcode::text).counted("cV")),
            "[01:] [01:06] [03:19] [00:]");
}

TEST(Typing, WhatACallerPressesCombinesWithTheText) {
  Rig rig{BytecodeRoll{}
              .bind(kF1, Assembler{}
                             .op(Opcode::press)
                             .u8(0)
                             .key(kCtrl)
                             .op(Opcode::call)
                             .counted("m")
                             .number(0))
              .macro("m", text("c"))};
  EXPECT_EQ(rig.tap(kF1, 0).reports(), "[01:] [01:06] [01:] [00:]");
}

TEST(Typing, WhatAnotherTaskPressesIsMasked) {
  Rig rig{BytecodeRoll{}
              .bind(kF1, Assembler{}.op(Opcode::press).u8(0).key(kCtrl).op(Opcode::wait).number(50))
              .bind(kA, text("c"))};
  rig.tap(kF1, 0).tap(kA, 20);
  EXPECT_EQ(rig.reports(), "[01:] [00:06] [01:] [00:]");
}

TEST(Typing, RawIsTheTasksShareUntilTheNextStroke) {
  const Assembler body = Assembler{}
                             .op(Opcode::raw)
                             .u8(1)
                             .u8(2)
                             .u8(6)
                             .u8(7)
                             .op(Opcode::raw)
                             .u8(1)
                             .u8(2)
                             .u8(6)
                             .u8(7)
                             .op(Opcode::text)
                             .counted("c")
                             .op(Opcode::raw)
                             .u8(0)
                             .u8(1)
                             .u8(6)
                             .op(Opcode::raw)
                             .u8(0)
                             .u8(1)
                             .u8(0);
  EXPECT_EQ(played(body), "[01:06,07] [00:] [00:06] [00:] [00:06] [00:]")
      << "c is down when it is to be typed, and again when the raw report wants it";
}

TEST(Typing, RawThatACalledMacroLeftIsItsCallers) {
  const Assembler body =
      Assembler{}.op(Opcode::call).counted("m").number(0).op(Opcode::tap).u8(0).key(6);
  Rig rig{BytecodeRoll{}.bind(kF1, body).macro("m", Assembler{}.op(Opcode::raw).u8(0).u8(1).u8(5))};
  EXPECT_EQ(rig.tap(kF1, 0).reports(), "[00:05] [00:06] [00:]");
}

TEST(Typing, RawEndsWithTheTask) {
  EXPECT_EQ(played(Assembler{}.op(Opcode::raw).u8(2).u8(1).u8(4)), "[02:04] [00:]");
}

TEST(Typing, RawReplacesWhatWasPressedAndPressAddsToIt) {
  const Assembler body = Assembler{}
                             .op(Opcode::press)
                             .u8(0)
                             .key(4)
                             .op(Opcode::raw)
                             .u8(0)
                             .u8(1)
                             .u8(5)
                             .op(Opcode::press)
                             .u8(0)
                             .key(6)
                             .op(Opcode::tap)
                             .u8(0)
                             .key(7)
                             .op(Opcode::release)
                             .u8(0)
                             .key(6);
  EXPECT_EQ(played(body), "[00:04] [00:05] [00:05,06] [00:06,07] [00:]");
}

TEST(Typing, PressingTheKeyJustTypedLetsItUpFirst) {
  EXPECT_EQ(played(text("a").op(Opcode::press).u8(0).key(kA).op(Opcode::tap).u8(0).key(kB)),
            "[00:04] [00:] [00:04] [00:04,05] [00:]");
}

TEST(Typing, ReleaseOfWhatIsNotHeldDoesNothing) {
  EXPECT_EQ(played(Assembler{}.op(Opcode::release).u8(0).key(kA)), "");
}

TEST(Typing, ReleaseAllLetsGoOfEverything) {
  EXPECT_EQ(played(Assembler{}
                       .op(Opcode::press)
                       .u8(3)
                       .key(kA)
                       .op(Opcode::press)
                       .u8(0)
                       .key(kB)
                       .op(Opcode::release_all)
                       .op(Opcode::tap)
                       .u8(0)
                       .key(6)),
            "[03:04] [03:04,05] [00:] [00:06] [00:]");
}

TEST(Typing, ToggledKeysOutliveTheMacro) {
  Rig rig{BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::toggle).u8(2).key(kA))};
  EXPECT_EQ(rig.tap(kF1, 0).reports(), "[02:04]");
  EXPECT_EQ(rig.tap(kF1, 100).reports(), "[02:04] [00:]");
}

TEST(Typing, SafeSeparatesModifiersAndLetsEachKeyUp) {
  Rig rig{BytecodeRoll{}.set(Setting::typing, 1).bind(kF1, text("abCC"))};
  EXPECT_EQ(rig.tap(kF1, 0).reports(),
            "[00:04] [00:] [00:05] [00:] [02:] [02:06] [02:] [02:06] [02:] [00:]");
  EXPECT_EQ(rig.text(), "abCC");
}

TEST(Typing, SafeSeparatesTheModifiersOfPressedKeys) {
  const Assembler body =
      Assembler{}.op(Opcode::press).u8(3).key(kA).op(Opcode::release).u8(3).key(kA);
  Rig rig{BytecodeRoll{}.options(Assembler{}.op(Opcode::option_typing).number(1)).bind(kF1, body)};
  EXPECT_EQ(rig.tap(kF1, 0).reports(), "[03:] [03:04] [03:] [00:]");
}

TEST(Typing, ATypingTimeSpacesTheReports) {
  Rig rig{BytecodeRoll{}.set(Setting::typing, 2 + 20).bind(kF1, text("abb"))};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "0 [00:04]\n20 [00:05]\n40 [00:]\n60 [00:05]\n80 [00:]\n");
}

TEST(Typing, APauseSpacesTheReportsOfFastAndSafeTyping) {
  Rig fast{BytecodeRoll{}.set(Setting::pause, 20).bind(kF1, text("aB"))};
  EXPECT_EQ(fast.tap(kF1, 0).trace(), "0 [00:04]\n20 [02:05]\n40 [00:]\n");
  Rig safe{BytecodeRoll{}.set(Setting::pause, 20).set(Setting::typing, 1).bind(kF1, text("aB"))};
  EXPECT_EQ(safe.tap(kF1, 0).trace(),
            "0 [00:04]\n20 [00:]\n40 [02:]\n60 [02:05]\n80 [02:]\n100 [00:]\n");
}

TEST(Typing, OfTwoTimesTheLongerCounts) {
  for (const std::uint32_t pause : {0U, 7U, 20U}) {
    Rig rig{BytecodeRoll{}
                .set(Setting::pause, pause)
                .set(Setting::typing, 2 + 20)
                .bind(kF1, text("ab"))};
    EXPECT_EQ(rig.tap(kF1, 0).trace(), "0 [00:04]\n20 [00:05]\n40 [00:]\n");
  }
  Rig longer{
      BytecodeRoll{}.set(Setting::pause, 30).set(Setting::typing, 2 + 20).bind(kF1, text("ab"))};
  EXPECT_EQ(longer.tap(kF1, 0).trace(), "0 [00:04]\n30 [00:05]\n60 [00:]\n");
}

TEST(Typing, ABindingHasItsOwnPauseAndWhatItCallsToo) {
  Rig rig{BytecodeRoll{}
              .set(Setting::typing, 1)
              .options(Assembler{}.op(Opcode::option_pause).number(5))
              .bind(kF1, Assembler{}.op(Opcode::call).counted("m").number(0))
              .macro("m", text("B"))
              .bind(kA, text("B"))};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "0 [02:]\n5 [02:05]\n10 [02:]\n15 [00:]\n");
  EXPECT_EQ(rig.tap(kA, 100).trace(),
            "0 [02:]\n5 [02:05]\n10 [02:]\n15 [00:]\n"
            "100 [02:]\n101 [02:05]\n102 [02:]\n103 [00:]\n");
}

TEST(Typing, APauseHoldsBackTheMotionsOfThePointer) {
  const Assembler body = Assembler{}
                             .op(Opcode::push)
                             .integer(1)
                             .op(Opcode::scroll)
                             .op(Opcode::push)
                             .integer(1)
                             .op(Opcode::scroll);
  Rig rig{BytecodeRoll{}.options(Assembler{}.op(Opcode::option_pause).number(10)).bind(kF1, body)};
  const std::string trace = rig.tap(kF1, 0).trace();
  EXPECT_NE(trace.find("\n10 "), std::string::npos) << trace;
}

TEST(Typing, ABindingHasItsOwnTyping) {
  Rig rig{BytecodeRoll{}
              .set(Setting::typing, 1)
              .options(Assembler{}.op(Opcode::option_typing).number(2 + 5))
              .bind(kF1, text("ab"))};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "0 [00:04]\n5 [00:05]\n10 [00:]\n");
}

TEST(Typing, ABindingHasItsOwnLayout) {
  Rig rig{BytecodeRoll{}
              .options(Assembler{}.op(Opcode::option_layout).counted("de"))
              .bind(kF1, text("z"))};
  EXPECT_EQ(rig.tap(kF1, 0).reports(), "[00:1c] [00:]");
  Rig unknown{BytecodeRoll{}
                  .options(Assembler{}.op(Opcode::option_layout).counted("klingon"))
                  .bind(kF1, text("z"))};
  unknown.tap(kF1, 0).run();
  ASSERT_EQ(unknown.simulation->errors().size(), 1U);
  EXPECT_EQ(unknown.simulation->errors()[0].code, ErrorCode::layout);
}

TEST(Typing, TappedKeysStayDownAsLongAsTheSettingSays) {
  Rig rig{BytecodeRoll{}.set(Setting::tap, 30).bind(kF1, text("ab"))};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "0 [00:04]\n30 [00:05]\n60 [00:]\n");
}

TEST(Typing, LockKeysStayDownForAHundredMilliseconds) {
  Rig rig{BytecodeRoll{}.bind(
      kF1, Assembler{}.op(Opcode::tap).u8(0).key(0x39).op(Opcode::tap).u8(0).key(kA))};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "0 [00:39]\n100 [00:04]\n101 [00:]\n");
}

TEST(Typing, CapsLockOfTheHostIsCompensated) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("aB1!"))};
  rig.tap(0x39, 0).tap(kF1, 50);
  EXPECT_EQ(rig.reports(), "[00:39] [00:] [02:04] [00:05] [00:1e] [00:] [02:1e] [00:]");
  EXPECT_EQ(rig.text(), "aB1!");
}

TEST(Typing, WhatNeedsCapsLockOffPutsItOffForThatCharacter) {
  const hid::Layout& layout = *hid::find_layout("de");
  ASSERT_EQ(layout.strokes(U'ß', true).count, 0);
  Rig rig{BytecodeRoll{}.layout("de").bind(kF1, text("aßb")), {.layout = layout}};
  rig.tap(0x39, 0).tap(kF1, 50).run();
  EXPECT_EQ(rig.text(), "aßb");
  EXPECT_EQ(rig.simulation->host().leds(), 2);
}

TEST(Typing, ConsumerAndSystemKeysAreKeys) {
  EXPECT_EQ(
      played(Assembler{}
                 .op(Opcode::tap)
                 .u8(0)
                 .key(0x10CD)
                 .op(Opcode::tap)
                 .u8(0)
                 .key(0x10CD)
                 .op(Opcode::press)
                 .u8(1)
                 .key(0x2081)
                 .op(Opcode::text)
                 .counted("a")),
      "[00:] consumer:00cd [00:] [00:] consumer:00cd [01:] system:81 [01:04] system:81 [00:]");
}

TEST(Typing, CharacterKeysFollowTheLayout) {
  Rig rig{BytecodeRoll{}.layout("de").bind(kF1, Assembler{}
                                                    .op(Opcode::tap)
                                                    .u8(1)
                                                    .character(U'z')
                                                    .op(Opcode::tap)
                                                    .u8(1)
                                                    .character(U'Z')
                                                    .op(Opcode::tap)
                                                    .u8(0)
                                                    .character(U'@'))};
  EXPECT_EQ(rig.tap(kF1, 0).reports(), "[01:1c] [01:] [01:1c] [40:14] [00:]");
}

TEST(Typing, IntegersAreTypedInDecimal) {
  Assembler body;
  for (const std::int32_t number : {0, 7, 1905, -42, INT32_MAX, INT32_MIN}) {
    body.op(Opcode::push).integer(number).op(Opcode::type).op(Opcode::text).counted(" ");
  }
  Rig rig{BytecodeRoll{}.bind(kF1, body)};
  rig.tap(kF1, 0).run();
  EXPECT_EQ(rig.text(), "0 7 1905 -42 2147483647 -2147483648 ");
}

TEST(Typing, TextValuesAreTypedWithAllTheirPieces) {
  const Assembler body = Assembler{}
                             .op(Opcode::push_text)
                             .counted("One")
                             .op(Opcode::more_text)
                             .counted("Two")
                             .op(Opcode::more_text)
                             .counted("")
                             .op(Opcode::type)
                             .op(Opcode::text)
                             .counted("!");
  Rig rig{BytecodeRoll{}.bind(kF1, body)};
  rig.tap(kF1, 0).run();
  EXPECT_EQ(rig.text(), "OneTwo!");
}

TEST(Typing, ASlowHostSetsThePace) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("ab")), {.layout = hid::default_layout(), .poll = 8}};
  EXPECT_EQ(rig.tap(kF1, 3).trace(), "8 [00:04]\n16 [00:05]\n24 [00:]\n");
}

}  // namespace
}  // namespace pianola::engine
