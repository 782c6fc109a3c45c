// What keys start, how tasks share the floor, and how everything ends.

#include "engine/engine.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "base/time.hpp"
#include "support/keys.hpp"
#include "support/rig.hpp"

namespace pianola::engine {
namespace {

using lang::Opcode;
using sim::Ending;
using test::Assembler;
using test::BytecodeRoll;
using test::Rig;
using test::text;
using namespace test::keys;

Assembler wait(std::uint32_t ms) { return Assembler{}.op(Opcode::wait).number(ms); }
Assembler operator+(Assembler a, const Assembler& b) {
  a.code.insert(a.code.end(), b.code.begin(), b.code.end());
  return a;
}

// ---- Rounds ------------------------------------------------------------------------------------

TEST(Engine, ARoundWithoutEndKeepsNeitherKeysNorDeadlinesWaiting) {
  // F1 starts a macro that starts itself again and again: it stays in one round.
  const Assembler again = Assembler{}.op(Opcode::fork).counted("m").number(0);
  Rig rig{BytecodeRoll{}
              .macro("m", again)
              .bind(kF1, wait(5) + text("x"))
              .bind(kF2, again)
              .bind(kEsc, Assembler{}.op(Opcode::stop).counted("m"))};
  rig.press(kF2, 0).press(kF1, 1).press(kA, 20).press(kEsc, 30);
  EXPECT_EQ(rig.run(1000), Ending::done);
  EXPECT_EQ(rig.text(), "xa");
  EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
}

// ---- Keys --------------------------------------------------------------------------------------

TEST(Engine, UnboundKeysPassThroughOneChangeAReport) {
  Rig rig{BytecodeRoll{}};
  rig.press(kA, 0).press(kB, 0).release(kA, 0).release(kB, 0);
  EXPECT_EQ(rig.trace(), "0 [00:04]\n1 [00:04,05]\n2 [00:05]\n3 [00:]\n");
}

TEST(Engine, ConsumerKeysPassThrough) {
  EXPECT_EQ(Rig{BytecodeRoll{}}.tap(0x10E9, 0).reports(), "[00:] consumer:00e9 [00:]");
}

TEST(Engine, ABoundKeyDoesNotReachTheHost) {
  Rig rig{BytecodeRoll{}.bind(kA, Assembler{})};
  EXPECT_EQ(rig.tap(kA, 0).tap(kB, 20).reports(), "[00:05] [00:]");
  EXPECT_TRUE(rig.simulation->engine().idle());
}

TEST(Engine, TheMostSpecificTriggerWins) {
  const BytecodeRoll roll = BytecodeRoll{}
                                .bind(kA, text("1"))
                                .bind(kA, text("2"), {.exact = 0, .either = 1})
                                .bind(kA, text("3"), {.exact = 1, .either = 0})
                                .bind(kA, text("4"), {.exact = 0, .either = 3});
  const auto typed = [&](const std::vector<std::uint16_t>& held) {
    Rig rig{roll};
    for (const std::uint16_t key : held) rig.press(key, 0);
    rig.tap(kA, 10);
    for (const std::uint16_t key : held) rig.release(key, 30);
    rig.run();
    return rig.text();
  };
  EXPECT_EQ(typed({}), "1");
  EXPECT_EQ(typed({kCtrl}), "3");
  EXPECT_EQ(typed({0xE4}), "2");
  EXPECT_EQ(typed({kCtrl, 0xE4}), "2");
  EXPECT_EQ(typed({0xE4, kShift}), "4");
  EXPECT_EQ(typed({kShift}), "1") << "a bare trigger takes whatever is held";
  EXPECT_EQ(typed({kCtrl, 0xE2}), "1") << "ctrl+ means that no other modifier is held";
}

TEST(Engine, ATriggerWithModifiersOnlyLeavesTheKeyAloneOtherwise) {
  Rig rig{BytecodeRoll{}.bind(kA, text("x"), {.exact = 0, .either = 1})};
  EXPECT_EQ(rig.tap(kA, 0).reports(), "[00:04] [00:]");
}

TEST(Engine, WhatMacrosTypeTriggersNothing) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("a")).bind(kA, text("b"))};
  rig.tap(kF1, 0).run();
  EXPECT_EQ(rig.text(), "a");
}

TEST(Engine, ARemapSendsItsChordWhileItIsDown) {
  Rig rig{BytecodeRoll{}.remap(kF1, 1, kA).remap_none(kF2)};
  EXPECT_EQ(rig.tap(kF1, 0).tap(kF2, 20).reports(), "[01:04] [00:]");
}

TEST(Engine, ARemapHidesTheModifiersThatItsTriggerNamed) {
  Rig rig{BytecodeRoll{}.remap(kF1, 0, 0x2A, {.exact = 0, .either = 1})};
  rig.press(kCtrl, 0).tap(kF1, 5).tap(kB, 30).release(kCtrl, 50);
  EXPECT_EQ(rig.reports(), "[01:] [00:2a] [01:] [01:05] [01:] [00:]");
}

TEST(Engine, ANewKeyEndsTheHidingOfARemap) {
  Rig rig{BytecodeRoll{}.remap(kF1, 0, 0x2A, {.exact = 0, .either = 1})};
  rig.press(kCtrl, 0).press(kF1, 5).press(kB, 10).release(kF1, 20).release(kB, 21);
  EXPECT_EQ(rig.reports(), "[01:] [00:2a] [01:05,2a] [01:05] [01:]");
}

TEST(Engine, TriggersSeeRemappedModifiersButNotThoseOfChords) {
  const BytecodeRoll roll = BytecodeRoll{}
                                .remap(0x39, 0, kCtrl)
                                .remap(kF2, 1, kB)
                                .bind(kA, text("x"), {.exact = 0, .either = 1});
  Rig caps{roll};
  caps.press(0x39, 0).tap(kA, 5).release(0x39, 30).run();
  EXPECT_EQ(caps.text(), "x");
  Rig chord{roll};
  EXPECT_EQ(chord.press(kF2, 0).tap(kA, 5).release(kF2, 30).reports(),
            "[01:05] [00:04,05] [00:05] [00:]");
}

TEST(Engine, AKeyThatIsDownIsPressedAnewAndGoesUpWithTheLaterOne) {
  Rig rig{BytecodeRoll{}.remap(kF1, 0, kA)};
  rig.press(kF1, 0).press(kA, 5).release(kF1, 10).release(kA, 15);
  EXPECT_EQ(rig.trace(), "0 [00:04]\n5 [00:]\n6 [00:04]\n15 [00:]\n");
}

// ---- Tasks -------------------------------------------------------------------------------------

TEST(Engine, WaitsBeginWhenTheHostTookTheLastReport) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("a") + wait(50) + text("b"))};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "0 [00:04]\n1 [00:]\n51 [00:05]\n52 [00:]\n");
}

TEST(Engine, AWaitOverTheWrapOfTheClockIsAsLong) {
  Rig rig{BytecodeRoll{}.bind(kF1, wait(1000) + text("a")),
          {.layout = hid::default_layout(), .poll = 1, .start = 0xFFFFFFF0U}};
  EXPECT_EQ(rig.tap(kF1, 0xFFFFFFF5U).trace(), "989 [00:04]\n990 [00:]\n");
}

TEST(Engine, KeysPassThroughWhileAMacroSleeps) {
  Rig rig{BytecodeRoll{}.bind(kF1, wait(50) + text("x"))};
  EXPECT_EQ(rig.tap(kF1, 0).tap(kA, 20).trace(), "20 [00:04]\n30 [00:]\n50 [00:1b]\n51 [00:]\n");
}

TEST(Engine, KeysWaitWhileAMacroTypes) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("abc"))};
  rig.tap(kF1, 0).press(0x1B, 1).release(0x1B, 2).run();
  EXPECT_EQ(rig.text(), "abcx");
}

TEST(Engine, TwoMacrosTakeTurnsWhereTheyWait) {
  Rig rig{BytecodeRoll{}
              .bind(kF1, text("1") + wait(0) + text("2") + wait(0) + text("3"))
              .bind(kF2, text("a") + wait(0) + text("b") + wait(0) + text("c"))};
  rig.press(kF1, 0).press(kF2, 0).run();
  EXPECT_EQ(rig.text(), "1a2b3c");
}

TEST(Engine, TextIsNeverInterleaved) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("hello world")).bind(kF2, text("HELLO"))};
  rig.press(kF1, 0).press(kF2, 0).run();
  EXPECT_EQ(rig.text(), "hello worldHELLO");
}

TEST(Engine, APressWhileItsOwnTaskRunsIsSwallowed) {
  Rig rig{BytecodeRoll{}.bind(kF1, wait(50) + text("x"))};
  rig.tap(kF1, 0).tap(kF1, 20).tap(kF1, 100).run();
  EXPECT_EQ(rig.text(), "xx");
}

TEST(Engine, HoldLastsUntilTheRelease) {
  Rig rig{BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::hold).u8(1).key(kA) + text("b"))};
  EXPECT_EQ(rig.press(kF1, 0).release(kF1, 100).trace(),
            "0 [01:04]\n100 [00:]\n101 [00:05]\n102 [00:]\n");
}

TEST(Engine, HoldAfterTheReleaseIsAVisibleTap) {
  Rig rig{BytecodeRoll{}.bind(kF1, wait(20) + Assembler{}.op(Opcode::hold).u8(0).key(kA))};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "20 [00:04]\n21 [00:]\n");
}

TEST(Engine, HoldIsNotProlongedByALaterPress) {
  Rig rig{
      BytecodeRoll{}.bind(kF1, wait(50) + Assembler{}.op(Opcode::hold).u8(0).key(kA) + text("b"))};
  EXPECT_EQ(rig.tap(kF1, 0).press(kF1, 30).release(kF1, 500).trace(),
            "50 [00:04]\n51 [00:05]\n52 [00:]\n");
}

TEST(Engine, WaitReleaseEndsAtTheReleaseOrTheLimit) {
  const auto roll = [](std::uint32_t limit) {
    return BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::wait_release).number(limit) + text("b"));
  };
  EXPECT_EQ((Rig{roll(0)}.press(kF1, 0).release(kF1, 70).trace()), "70 [00:05]\n71 [00:]\n");
  EXPECT_EQ((Rig{roll(1 + 40)}.press(kF1, 0).release(kF1, 70).trace()), "40 [00:05]\n41 [00:]\n");
  EXPECT_EQ((Rig{roll(1 + 40)}.press(kF1, 0).release(kF1, 40).trace()), "40 [00:05]\n41 [00:]\n");
  Rig never{roll(0)};
  EXPECT_EQ(never.press(kF1, 0).run(), Ending::waiting);
  EXPECT_EQ(never.release(kF1, 10).run(), Ending::done);
}

TEST(Engine, ACalledMacroRunsBeforeItsCallerGoesOn) {
  Rig rig{
      BytecodeRoll{}
          .bind(kF1, text("<") + Assembler{}.op(Opcode::call).counted("m").number(0) + text(">"))
          .macro("m", text("in") + wait(20) + text("side"))};
  rig.tap(kF1, 0).run();
  EXPECT_EQ(rig.text(), "<inside>");
  EXPECT_TRUE(rig.simulation->engine().idle());
}

TEST(Engine, ParametersAreIntegersAndTexts) {
  const Assembler call = Assembler{}
                             .op(Opcode::push)
                             .integer(42)
                             .op(Opcode::push_text)
                             .counted("th")
                             .op(Opcode::more_text)
                             .counted("ree")
                             .op(Opcode::call)
                             .counted("m")
                             .number(2);
  const Assembler body = Assembler{}
                             .op(Opcode::load)
                             .u8(1)
                             .op(Opcode::type)
                             .op(Opcode::load)
                             .u8(0)
                             .op(Opcode::type)
                             .op(Opcode::load)
                             .u8(1)
                             .op(Opcode::call)
                             .counted("n")
                             .number(1);
  Rig rig{BytecodeRoll{}
              .bind(kF1, call)
              .macro("m", BytecodeRoll::Body{body, 2, 2})
              .macro("n", BytecodeRoll::Body{Assembler{}.op(Opcode::load).u8(0).op(Opcode::type), 1,
                                             1})};
  rig.tap(kF1, 0).run();
  EXPECT_EQ(rig.text(), "three42three");
}

TEST(Engine, KeysThatACalledMacroHoldsPassToItsCaller) {
  Rig rig{BytecodeRoll{}
              .bind(kF1, Assembler{}.op(Opcode::call).counted("m").number(0) + wait(50))
              .macro("m", Assembler{}.op(Opcode::press).u8(2).key(kA))};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "0 [02:04]\n50 [00:]\n");
}

TEST(Engine, ACalledMacroKnowsTheTrigger) {
  Rig rig{BytecodeRoll{}
              .bind(kF1, Assembler{}.op(Opcode::call).counted("m").number(0))
              .macro("m", Assembler{}.op(Opcode::hold).u8(0).key(kA))};
  EXPECT_EQ(rig.press(kF1, 0).release(kF1, 90).trace(), "0 [00:04]\n90 [00:]\n");
}

TEST(Engine, AKeyStaysDownWhileAnyOwnerHoldsIt) {
  Rig rig{BytecodeRoll{}
              .bind(kF1, Assembler{}.op(Opcode::press).u8(0).key(kA) + wait(40))
              .bind(kF2, Assembler{}.op(Opcode::press).u8(0).key(kA) + wait(40))};
  EXPECT_EQ(rig.tap(kF1, 0).tap(kF2, 20).press(kA, 50).release(kA, 90).trace(),
            "0 [00:04]\n50 [00:]\n51 [00:04]\n90 [00:]\n")
      << "the keyboard presses it anew";
}

TEST(Engine, LoopsYieldAndEnd) {
  const Assembler head = Assembler{}.op(Opcode::push).integer(3).op(Opcode::counter).u8(0);
  Assembler body = head + Assembler{}.op(Opcode::repeat).u8(0).number(0);
  const std::size_t loop = head.code.size();
  body = body + text("x");
  const auto distance = static_cast<std::uint32_t>(body.code.size() - loop);
  body.op(Opcode::back).number(distance);
  const auto end = static_cast<std::uint32_t>(body.code.size());
  // The label's offset counts from the definition's start: BIND takes three bytes here.
  body.op(Opcode::labels).number(0).u8(1).label(0, end + 3);
  Rig rig{BytecodeRoll{}.bind(kF1, BytecodeRoll::Body{body, 1, 0, end + 1})};
  rig.tap(kF1, 0).run();
  EXPECT_EQ(rig.text(), "xxx");
  EXPECT_TRUE(rig.simulation->errors().empty());
}

TEST(Engine, ABusyLoopLetsKeysThroughAndCanBeCancelled) {
  const Assembler body = Assembler{}.op(Opcode::more_text).counted("").op(Opcode::back).number(2);
  Rig rig{BytecodeRoll{}.bind(kF1, body)};
  rig.tap(kF1, 0).tap(kA, 20);
  EXPECT_EQ(rig.run(100), Ending::limit);
  EXPECT_EQ(sim::format_trace(rig.simulation->host().trace()), "20 [00:04]\n30 [00:]\n");
  rig.simulation->engine().cancel_all();
  EXPECT_EQ(rig.run(200), Ending::done);
}

// ---- Ends --------------------------------------------------------------------------------------

TEST(Engine, CancelComesBeforeWhatWaitsAndSuppressesWhatIsDown) {
  Rig rig{BytecodeRoll{}.bind(kF1, text("aaaaaaaaaaaaaaaaaaaaaaaaaaaa")).bind(kF2, text("no"))};
  rig.tap(kF1, 0).tap(kF2, 3).press(kA, 5);
  rig.press(kShift, 14).press(kRightShift, 15).press(kEsc, 16);
  rig.release(kA, 30).release(kEsc, 31).release(kShift, 32).release(kRightShift, 33);
  rig.tap(kB, 40).run();
  EXPECT_EQ(rig.text(), "aaaaaaaaab");
  EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
  EXPECT_EQ(sim::format_report(rig.simulation->engine().shown()), "[00:]");
  for (const sim::TraceEntry& entry : rig.simulation->host().trace()) {
    EXPECT_EQ(entry.report.mods, 0) << "a shift that was pressed for the cancel was seen";
  }
}

TEST(Engine, CancelEndsSleepersAndToggledKeys) {
  Rig rig{BytecodeRoll{}
              .bind(kF1, Assembler{}.op(Opcode::press).u8(0).key(kA) + wait(10'000))
              .bind(kF2, Assembler{}.op(Opcode::toggle).u8(0).key(kB))};
  rig.tap(kF1, 0).tap(kF2, 20);
  rig.press(kShift, 50).press(kRightShift, 51).press(kEsc, 60);
  EXPECT_EQ(rig.run(), Ending::done);
  EXPECT_EQ(rig.simulation->now(), 60U);
  EXPECT_EQ(sim::format_report(rig.simulation->engine().shown()), "[00:]");
}

TEST(Engine, ALoneEscapeCancelsNothing) {
  Rig rig{BytecodeRoll{}.bind(kF1, wait(50) + text("x"))};
  rig.tap(kF1, 0).press(kShift, 5).tap(kEsc, 10).release(kShift, 30).run();
  EXPECT_EQ(rig.text(), "x");
}

/// A host that takes reports only when told.
struct StubbornHost final : ReportSink {
  bool send(const hid::Report& report) override {
    ++asked;
    if (!ready) return false;
    sent = report;
    return true;
  }
  bool ready = true;
  int asked = 0;
  std::optional<hid::Report> sent;
};

struct EngineAlone : ::testing::Test {
  void load(const BytecodeRoll& builder) { builder.into(roll); }
  void press(std::uint16_t key, Time time) {
    engine.key({static_cast<hid::Usage>(key), true, time});
  }

  memory::Roll roll;
  StubbornHost host;
  sim::ErrorList errors;
  Storage<> storage;
  Engine engine{storage.view(), roll, host, errors};
};

TEST_F(EngineAlone, OneReportIsInFlightAtATime) {
  load(BytecodeRoll{});
  press(kA, 0);
  press(kB, 0);
  EXPECT_TRUE(engine.step(0).never);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:04]");
  engine.step(1);
  EXPECT_EQ(host.asked, 1);
  EXPECT_FALSE(engine.idle());
  engine.report_taken(2);
  engine.step(2);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:04,05]");
  engine.report_taken(3);
  engine.step(3);
  EXPECT_TRUE(engine.idle());
  EXPECT_EQ(host.asked, 2);
}

TEST_F(EngineAlone, ABusyHostIsAskedAgain) {
  load(BytecodeRoll{});
  host.ready = false;
  press(kA, 0);
  EXPECT_EQ(engine.step(0).at, 1U);
  host.ready = true;
  EXPECT_TRUE(engine.step(1).never);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:04]");
}

TEST_F(EngineAlone, AHostThatIsAwakeMayTakeAsLongAsItLikes) {
  load(BytecodeRoll{}.bind(kF1, text("abc")));
  press(kF1, 100);
  EXPECT_TRUE(engine.step(100).never);
  engine.step(3'600'000);
  EXPECT_EQ(engine.tasks(), 1U);
  host.ready = false;
  engine.report_taken(3'600'000);
  EXPECT_EQ(engine.step(3'600'000).at, 3'600'001U);
  EXPECT_EQ(engine.step(3'602'000).at, 3'602'100U) << "not asked each millisecond for ever";
  EXPECT_EQ(engine.tasks(), 1U);
  host.ready = true;
  engine.step(3'602'100);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:05]");
  EXPECT_TRUE(errors.errors().empty());
}

TEST_F(EngineAlone, AHostThatSleepsForTwoSecondsEndsTheTasks) {
  load(BytecodeRoll{}.bind(kF1, text("abc")));
  engine.host(HostState::asleep);
  press(kF1, 100);
  const Next next = engine.step(100);
  EXPECT_FALSE(next.never);
  EXPECT_EQ(next.at, 2100U);
  engine.step(2099);
  EXPECT_EQ(engine.tasks(), 1U);
  EXPECT_TRUE(engine.step(2100).never);
  EXPECT_EQ(engine.tasks(), 0U);
  ASSERT_EQ(errors.errors().size(), 1U);
  EXPECT_EQ(errors.errors()[0].code, ErrorCode::asleep);
  EXPECT_EQ(errors.errors()[0].typed, 1U);
  engine.report_taken(9000);
  engine.step(9000);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:]");
}

TEST_F(EngineAlone, AHostThatIsNotThereForTwoSecondsEndsTheTasks) {
  load(BytecodeRoll{}.bind(kF1, text("abc")));
  engine.host(HostState::gone);
  host.ready = false;
  press(kF1, 100);
  for (Time now = 100; now < 2100; ++now) EXPECT_EQ(engine.step(now).at, now + 1);
  EXPECT_EQ(engine.tasks(), 1U);
  engine.step(2100);
  EXPECT_EQ(engine.tasks(), 0U);
  EXPECT_TRUE(engine.step(2101).never);
  ASSERT_EQ(errors.errors().size(), 1U);
  EXPECT_EQ(errors.errors()[0].code, ErrorCode::gone);
  EXPECT_EQ(errors.errors()[0].typed, 1U);
  EXPECT_FALSE(host.sent) << "nothing was seen, so nothing needs to be let up";
}

TEST_F(EngineAlone, ANewHostIsToldAfresh) {
  load(BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::press).u8(0).key(kA) + wait(10'000)));
  press(kF1, 0);
  press(kB, 0);
  engine.step(0);
  engine.disconnected();
  EXPECT_EQ(engine.tasks(), 0U);
  EXPECT_TRUE(engine.step(1).never);
  EXPECT_TRUE(engine.idle());
  press(kF2, 2);
  engine.step(2);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:3b]");
}

TEST_F(EngineAlone, ANewRollCancelsWhatRuns) {
  load(BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::press).u8(0).key(kA) + wait(10'000)));
  press(kF1, 0);
  engine.step(0);
  engine.report_taken(0);
  engine.step(0);
  EXPECT_EQ(engine.tasks(), 1U);
  load(BytecodeRoll{}.bind(kF2, text("a")));
  engine.play(roll);
  engine.step(1);
  EXPECT_EQ(engine.tasks(), 0U);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:]");
  engine.report_taken(1);
  press(kF2, 2);
  engine.step(2);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:04]");
}

TEST_F(EngineAlone, AStepIsBoundedAndNothingIsLostAtItsEdge) {
  Assembler body;
  for (unsigned i = 0; i < 10 * Engine::kQuota; ++i) body.op(Opcode::more_text).counted("");
  load(BytecodeRoll{}.bind(kF1, body + text("a")).bind(kF2, wait(3) + text("b")));
  press(kF2, 0);
  engine.step(0);
  press(kF1, 1);
  int steps = 0;
  Next next = Next::time(1);
  while (!host.sent) {
    next = engine.step(5);
    ASSERT_LT(++steps, 20);
    EXPECT_TRUE(host.sent || next.at == 5U);
  }
  EXPECT_GE(steps, 10);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:04]") << "the floor is kept";
  for (int i = 0; i < 2; ++i) {
    engine.report_taken(6);
    engine.step(6);
  }
  EXPECT_EQ(sim::format_report(*host.sent), "[00:05]") << "the sleeper's wake came in the meantime";
}

TEST_F(EngineAlone, NothingDueMeansNothingToDo) {
  load(BytecodeRoll{}.bind(kF1, wait(1000)).bind(kF2, wait(500)));
  EXPECT_TRUE(engine.step(0).never);
  press(kF1, 0);
  press(kF2, 0);
  EXPECT_EQ(engine.step(0).at, 500U);
  EXPECT_EQ(engine.step(499).at, 500U);
  EXPECT_EQ(engine.step(500).at, 1000U);
  EXPECT_TRUE(engine.step(1000).never);
  EXPECT_TRUE(engine.idle());
}

TEST_F(EngineAlone, KeysAndDeadlinesHappenInTheOrderOfTheirTimes) {
  const auto times = [&](Time key_time) {
    memory::Roll other;
    BytecodeRoll{}
        .bind(kF1, wait(10) + Assembler{}.op(Opcode::press).u8(0).key(kA) + wait(100))
        .into(other);
    StubbornHost sink;
    auto store = std::make_unique<Storage<>>();
    Engine late{store->view(), other, sink, errors};
    late.key({static_cast<hid::Usage>(kF1), true, 0});
    late.step(0);
    late.key({static_cast<hid::Usage>(kB), true, key_time});
    late.step(50);
    return sim::format_report(*sink.sent);
  };
  EXPECT_EQ(times(9), "[00:05]");
  EXPECT_EQ(times(10), "[00:05]") << "at the same time the key comes first";
  EXPECT_EQ(times(11), "[00:04]");
}

TEST_F(EngineAlone, WhatAReleaseWakesRunsBeforeTheNextKey) {
  load(BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::hold).u8(0).key(kA)).bind(kF2, text("b")));
  press(kF1, 0);
  engine.step(0);
  engine.report_taken(0);
  engine.step(0);
  engine.key({static_cast<hid::Usage>(kF1), false, 5});
  press(0x1B, 6);
  engine.step(10);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:]");
  engine.report_taken(10);
  engine.step(10);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:1b]");
}

TEST_F(EngineAlone, CallsInALoopLetKeysThrough) {
  const Assembler body =
      Assembler{}.op(Opcode::call).counted("m").number(0).op(Opcode::back).number(4);
  load(BytecodeRoll{}.bind(kF1, body).macro("m", Assembler{}));
  press(kF1, 0);
  for (int i = 0; i < 5; ++i) engine.step(0);
  press(kA, 1);
  engine.step(1);
  ASSERT_TRUE(host.sent);
  EXPECT_EQ(sim::format_report(*host.sent), "[00:04]");
}

TEST_F(EngineAlone, AnOverflowingQueueLeavesNoKeyDown) {
  load(BytecodeRoll{}.bind(kF1, text("abc")));
  press(kF1, 0);
  engine.step(0);
  for (Time i = 0; i < 200; ++i) {
    engine.key({hid::keyboard_usage(static_cast<std::uint8_t>(4 + i % 20)), true, i});
    engine.key({hid::keyboard_usage(static_cast<std::uint8_t>(4 + i % 20)), false, i});
  }
  engine.key({static_cast<hid::Usage>(kF1), false, 200});
  EXPECT_GT(engine.lost_taps(), 0U);
  for (Time now = 200; !engine.idle(); ++now) {
    engine.step(now);
    engine.report_taken(now);
    ASSERT_LT(now, 1000U);
  }
  EXPECT_TRUE(engine.shown().empty());
}

TEST_F(EngineAlone, MoreKeysThanItCanKeepAreAsIfTheyWereNotThere) {
  load(BytecodeRoll{});
  for (unsigned i = 0; i < 60; ++i) {
    press(static_cast<std::uint16_t>(4 + i), i);
    for (int j = 0; j < 2; ++j) {
      engine.step(i);
      engine.report_taken(i);
    }
  }
  for (unsigned i = 0; i < 60; ++i) {
    engine.key({hid::keyboard_usage(static_cast<std::uint8_t>(4 + i)), false, 100 + i});
    for (int j = 0; j < 2; ++j) {
      engine.step(100 + i);
      engine.report_taken(100 + i);
    }
  }
  EXPECT_TRUE(engine.idle());
  EXPECT_TRUE(engine.shown().empty());
}

TEST_F(EngineAlone, UsagesThatReportsCannotSayAreIgnored) {
  load(BytecodeRoll{});
  for (const unsigned usage : {0U, 0x100U, 0x1000U, 0x2000U, 0x2100U, 0x3FFFU, 0xFFFFU}) {
    engine.key({static_cast<hid::Usage>(usage), true, 0});
  }
  engine.step(0);
  EXPECT_TRUE(engine.idle());
}

}  // namespace
}  // namespace pianola::engine
