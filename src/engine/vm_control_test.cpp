// Jumps, calls, the blocks that must be left in order, and stopping.

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "support/keys.hpp"
#include "support/program.hpp"

namespace pianola::engine {
namespace {

using lang::Opcode;
using lang::Query;
using test::BytecodeRoll;
using test::Program;
using test::Rig;
using namespace test::keys;

/// What F1, tapped, types, and the codes of the errors. At the end nothing may be left.
struct Result {
  std::string text;
  std::vector<ErrorCode> errors;
};
Result result_of(BytecodeRoll roll, const BytecodeRoll::Body& body) {
  Rig rig{roll.bind(kF1, body)};
  rig.tap(kF1, 0).run(20'000);
  EXPECT_TRUE(rig.simulation->engine().idle());
  EXPECT_TRUE(rig.simulation->engine().shown().empty());
  Result result{rig.text(), {}};
  for (const Error& error : rig.simulation->errors()) result.errors.push_back(error.code);
  return result;
}
std::string typed(const Program& program, std::uint8_t frame = 0) {
  const Result result = result_of({}, program.body(frame));
  EXPECT_TRUE(result.errors.empty()) << error_text(result.errors[0]);
  return result.text;
}
void expect_only(ErrorCode code, const Program& program, std::uint8_t frame = 0) {
  const Result result = result_of({}, program.body(frame));
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(result.errors[0], code) << error_text(result.errors[0]);
}

// ---- Jumps -------------------------------------------------------------------------------------

TEST(VmControl, IfAndElse) {
  for (const auto& [condition, text] : {std::pair{1, "yz"}, {0, "nz"}, {-7, "yz"}}) {
    Program p;
    p.push(condition).op(Opcode::branch).number(1).text("y").op(Opcode::otherwise).number(2);
    p.place(1).text("n").place(2).text("z");
    EXPECT_EQ(typed(p), text) << condition;
  }
}

/// let n = 0; while n < `rounds` { type n; n = n + 1 }, with other text between, so that the loop
/// does not fit into the reader's window if it is `long`.
Program counting(std::int32_t rounds, std::size_t filler = 0) {
  Program p;
  p.push(0).let(0);
  const std::uint32_t head = p.here();
  p.load(0).push(rounds).op(Opcode::less).op(Opcode::while_true).number(1);
  p.load(0).op(Opcode::type);
  p.text(std::string(filler, '.'));
  p.load(0).push(1).op(Opcode::add).op(Opcode::store).u8(0);
  p.back(head).place(1).text("!");
  return p;
}

TEST(VmControl, WhileCounts) {
  EXPECT_EQ(typed(counting(0), 1), "!");
  EXPECT_EQ(typed(counting(12), 1), "01234567891011!");
}

TEST(VmControl, ALoopMayBeLongerThanTheWindow) {
  const std::string dots(100, '.');
  EXPECT_EQ(typed(counting(3, 100), 1), "0" + dots + "1" + dots + "2" + dots + "!");
}

TEST(VmControl, BreakAndContinue) {
  // loop { n = n + 1; if n == 2 { continue }; if n == 5 { break }; type n }
  Program p;
  p.push(0).let(0).op(Opcode::forever).number(9);
  const std::uint32_t head = p.here();
  p.load(0).push(1).op(Opcode::add).op(Opcode::store).u8(0);
  p.load(0).push(2).op(Opcode::equal).op(Opcode::branch).number(1).next_round(0, head).place(1);
  p.load(0).push(5).op(Opcode::equal).op(Opcode::branch).number(2);
  p.op(Opcode::leave).number(9).place(2).load(0).op(Opcode::type).back(head).place(9);
  EXPECT_EQ(typed(p, 1), "134");
}

TEST(VmControl, GotoForwardAndBack) {
  // label 1; type n; n = n + 1; if n == 3 { goto 2 }; goto 1; "never"; label 2; "end"
  Program p;
  p.push(0).let(0).place(1).op(Opcode::label).number(1).load(0).op(Opcode::type);
  p.load(0).push(1).op(Opcode::add).op(Opcode::store).u8(0);
  p.load(0).push(3).op(Opcode::equal).op(Opcode::branch).number(3).op(Opcode::go_to).number(2);
  p.place(3).op(Opcode::go_to).number(1).text("never").place(2).op(Opcode::label).number(2);
  p.text("end");
  EXPECT_EQ(typed(p, 1), "012end");
}

TEST(VmControl, AGotoThatIsALoopLetsOthersRun) {
  Program endless;
  endless.place(1).op(Opcode::label).number(1).op(Opcode::go_to).number(1);
  Rig rig{BytecodeRoll{}.bind(kF1, endless.body()).bind(kF2, Program{}.text("runs"))};
  rig.tap(kF1, 0).tap(kF2, 50).run(500);
  EXPECT_EQ(rig.text(), "runs");
}

TEST(VmControl, ExitEndsTheMacroAndGivesItsKeysToTheCaller) {
  Program called = Program::of_macro("m");
  called.op(Opcode::press).u8(0).key(kA).op(Opcode::exit).text("never");
  Program caller;
  caller.starts(Opcode::call, "m").wait(50).text("b");
  Rig rig{BytecodeRoll{}.macro("m", called.body()).bind(kF1, caller.body())};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "0 [00:04]\n50 [00:04,05]\n51 [00:]\n");
}

TEST(VmControl, AndOrKeepTheTruthOfWhatDecides) {
  const auto value = [](Opcode opcode, std::int32_t a, std::int32_t b) {
    Program p;
    p.push(a).op(opcode).number(1).push(b).op(Opcode::truth).place(1).op(Opcode::type);
    return typed(p);
  };
  EXPECT_EQ(value(Opcode::and_then, 0, 1), "0");
  EXPECT_EQ(value(Opcode::and_then, 5, 0), "0");
  EXPECT_EQ(value(Opcode::and_then, 5, 7), "1");
  EXPECT_EQ(value(Opcode::or_else, 0, 0), "0");
  EXPECT_EQ(value(Opcode::or_else, 0, 7), "1");
  EXPECT_EQ(value(Opcode::or_else, 5, 0), "1");
}

TEST(VmControl, TheRightSideOfAndAndOrIsNotEvenRead) {
  Program p;
  p.push(0).op(Opcode::and_then).number(1).push(1).push(0).op(Opcode::divide).op(Opcode::truth);
  p.place(1).op(Opcode::type);
  EXPECT_EQ(typed(p), "0");
}

TEST(VmControl, BadJumpsAreErrors) {
  Program nowhere;
  nowhere.op(Opcode::otherwise).number(1);
  expect_only(ErrorCode::code, nowhere);
  Program back;  // only GOTO, CONTINUE and BACK lead back
  back.place(1).op(Opcode::otherwise).number(1);
  expect_only(ErrorCode::code, back);
  Program into;  // a block
  into.op(Opcode::go_to).number(1).op(Opcode::without).place(1, 1).op(Opcode::block_end);
  expect_only(ErrorCode::code, into);
  Program far;
  far.op(Opcode::next_round).number(0).number(99);
  expect_only(ErrorCode::code, far);
  Program deep;
  const std::uint32_t head = deep.here();
  deep.op(Opcode::yield).next_round(3, head);
  expect_only(ErrorCode::code, deep);
  Program text;
  text.op(Opcode::push_text).counted("x").op(Opcode::branch).number(1).place(1);
  expect_only(ErrorCode::type, text);
}

// ---- Yielding and forking ----------------------------------------------------------------------

TEST(VmControl, YieldLetsTheOthersRunFirst) {
  Program other = Program::of_macro("other");
  other.text("o");
  Program p;
  p.starts(Opcode::fork, "other").text("1").op(Opcode::yield).text("2");
  EXPECT_EQ(result_of(BytecodeRoll{}.macro("other", other.body()), p.body()).text, "1o2");
}

TEST(VmControl, AForkJoinsThisRoundAndInheritsThePress) {
  Program other = Program::of_macro("other");
  other.op(Opcode::wait_release).number(0).text("o");
  Program p;
  p.starts(Opcode::fork, "other").text("1");
  Rig rig{BytecodeRoll{}.macro("other", other.body()).bind(kF1, p.body())};
  rig.press(kF1, 0).release(kF1, 100);
  EXPECT_EQ(rig.trace(), "0 [00:1e]\n1 [00:]\n100 [00:12]\n101 [00:]\n");
}

TEST(VmControl, AForkTakesItsParameters) {
  Program other = Program::of_macro("other");
  other.load(1).op(Opcode::type).load(0).op(Opcode::type);
  Program p;
  p.op(Opcode::push_text).counted("text").push(42).starts(Opcode::fork, "other", 2);
  EXPECT_EQ(result_of(BytecodeRoll{}.macro("other", other.body(2, 2)), p.body()).text, "42text");
}

TEST(VmControl, ForkingTooManyEndsTheForkingOneWithAnError) {
  Program sleeper = Program::of_macro("sleeper");
  sleeper.wait(1000);
  Program p;
  p.push(1000).op(Opcode::counter).u8(0);
  const std::uint32_t head = p.here();
  p.op(Opcode::repeat).u8(0).number(1).starts(Opcode::fork, "sleeper").back(head).place(1);
  const Result result = result_of(BytecodeRoll{}.macro("sleeper", sleeper.body()), p.body(1));
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(result.errors[0], ErrorCode::tasks);
}

// ---- Stopping ----------------------------------------------------------------------------------

/// A macro that holds `key` for ever.
BytecodeRoll::Body holds(std::string_view name, std::uint16_t key) {
  Program p = Program::of_macro(name);
  p.op(Opcode::press).u8(0).key(key).wait(1'000'000);
  return p.body();
}

TEST(VmControl, StopEndsAMacroThatSleepsAndLetsItsKeysUp) {
  Program p;
  p.starts(Opcode::fork, "a").starts(Opcode::fork, "b").wait(50).named(Opcode::stop, "a");
  Rig rig{BytecodeRoll{}.macro("a", holds("a", kA)).macro("b", holds("b", kB)).bind(kF1, p.body())};
  EXPECT_EQ(rig.tap(kF1, 0).trace(1000), "0 [00:04]\n1 [00:04,05]\n50 [00:05]\n");
  EXPECT_EQ(rig.simulation->engine().tasks(), 1U);
}

TEST(VmControl, StopEndsWhatTheStoppedOneCalledAndItsCallerGoesOn) {
  Program middle = Program::of_macro("middle");
  middle.starts(Opcode::call, "a").text("never");
  Program caller;
  caller.starts(Opcode::fork, "killer").starts(Opcode::call, "middle").text("b");
  Program killer = Program::of_macro("killer");
  killer.wait(50).named(Opcode::stop, "middle");
  Rig rig{BytecodeRoll{}
              .macro("a", holds("a", kA))
              .macro("middle", middle.body())
              .macro("killer", killer.body())
              .bind(kF1, caller.body())};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "0 [00:04]\n50 [00:]\n51 [00:05]\n52 [00:]\n");
  EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
}

TEST(VmControl, AMacroCanStopItselfByName) {
  Program self = Program::of_macro("self");
  self.text("a").named(Opcode::stop, "self").text("never");
  Program p;
  p.starts(Opcode::call, "self").text("b");
  EXPECT_EQ(result_of(BytecodeRoll{}.macro("self", self.body()), p.body()).text, "ab");
}

TEST(VmControl, StopAllKeepsWhatTheDeviceHolds) {
  Program p;
  p.op(Opcode::toggle).u8(0).key(kShift).starts(Opcode::fork, "a").wait(50).op(Opcode::stop_all);
  p.text("never");
  Rig rig{BytecodeRoll{}.macro("a", holds("a", kA)).bind(kF1, p.body())};
  EXPECT_EQ(rig.tap(kF1, 0).trace(1000), "0 [02:]\n1 [02:04]\n50 [02:]\n");
  EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
}

TEST(VmControl, StopOthersSparesTheCallers) {
  Program called = Program::of_macro("called");
  called.op(Opcode::stop_others).text("x");
  Program p;
  p.starts(Opcode::fork, "a").wait(20).starts(Opcode::call, "called").text("y");
  Rig rig{
      BytecodeRoll{}.macro("a", holds("a", kA)).macro("called", called.body()).bind(kF1, p.body())};
  EXPECT_EQ(rig.tap(kF1, 0).trace(1000),
            "0 [00:04]\n20 [00:]\n21 [00:1b]\n22 [00:]\n23 [00:1c]\n24 [00:]\n");
  EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
}

TEST(VmControl, StoppingAnUnknownMacroIsAnError) {
  expect_only(ErrorCode::macro, Program{}.named(Opcode::stop, "nobody"));
}

// ---- Blocks that must be left in order ---------------------------------------------------------

TEST(VmControl, WithoutModsHidesTheKeyboardsModifiers) {
  Program p;
  p.op(Opcode::without).tap(kA).op(Opcode::block_end).tap(kB);
  Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
  rig.press(kShift, 0).tap(kF1, 10).release(kShift, 100);
  EXPECT_EQ(rig.trace(),
            "0 [02:]\n10 [00:]\n11 [00:04]\n12 [02:]\n13 [02:05]\n14 [02:]\n100 [00:]\n");
}

TEST(VmControl, AJumpOutOfBlocksLeavesThem) {
  Program p;
  p.op(Opcode::without).op(Opcode::without).tap(kA).op(Opcode::go_to).number(1);
  p.op(Opcode::block_end).op(Opcode::block_end).place(1, 0).op(Opcode::label).number(1).tap(kB);
  Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
  rig.press(kShift, 0).tap(kF1, 10).release(kShift, 100);
  EXPECT_EQ(rig.trace(),
            "0 [02:]\n10 [00:]\n11 [00:04]\n12 [02:]\n13 [02:05]\n14 [02:]\n100 [00:]\n");
}

TEST(VmControl, TheEndLeavesAllBlocks) {
  Program p;
  p.op(Opcode::without).op(Opcode::defer).tap(kA);
  Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
  rig.press(kShift, 0).tap(kF1, 10).tap(kB, 11).release(kShift, 100);
  EXPECT_EQ(rig.trace(),
            "0 [02:]\n10 [00:]\n11 [00:04]\n12 [02:]\n20 [02:05]\n21 [02:]\n100 [00:]\n");
}

TEST(VmControl, DeferKeepsKeysBack) {
  Program p;
  p.op(Opcode::defer).wait(50).tap(kA).op(Opcode::block_end).wait(1);
  Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
  rig.tap(kF1, 0).tap(kB, 20);
  EXPECT_EQ(rig.trace(), "50 [00:04]\n51 [00:]\n52 [00:05]\n53 [00:]\n");
}

TEST(VmControl, SendNextLetsOneKeyThrough) {
  Program p;
  p.op(Opcode::defer).op(Opcode::send_next).wait(50).op(Opcode::block_end);
  Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
  rig.tap(kF1, 0).tap(kB, 10).tap(kA, 30);
  EXPECT_EQ(rig.trace(), "10 [00:05]\n20 [00:]\n50 [00:04]\n51 [00:]\n");
}

TEST(VmControl, TooManyBlocksAreAnError) {
  Program p;
  for (unsigned i = 0; i <= lang::kMaxScopes; ++i) p.op(Opcode::defer);
  expect_only(ErrorCode::scopes, p);
  expect_only(ErrorCode::code, Program{}.op(Opcode::block_end));
}

TEST(VmControl, AnErrorInABlockLeavesIt) {
  Program p;
  p.op(Opcode::without).op(Opcode::defer).push(1).push(0).op(Opcode::divide);
  Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
  rig.press(kCtrl, 0).tap(kF1, 10).tap(kB, 50).release(kCtrl, 100);
  rig.run();
  EXPECT_EQ(sim::format_trace(rig.simulation->host().trace()),
            "0 [01:]\n50 [01:05]\n60 [01:]\n100 [00:]\n");
}

TEST(VmControl, KeptBackReleasesCountForTheTrigger) {
  Program p;
  p.op(Opcode::defer).op(Opcode::wait_release).number(0).text("a").op(Opcode::block_end);
  Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
  rig.press(kF1, 0).release(kF1, 40);
  EXPECT_EQ(rig.trace(), "40 [00:04]\n41 [00:]\n");
}

TEST(VmControl, ALoopRunsWhileTheTriggerIsHeld) {
  Program p;
  const std::uint32_t head = p.here();
  p.query(Query::held).op(Opcode::while_true).number(1).tap(kA).wait(20).back(head).place(1);
  Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
  rig.press(kF1, 0).release(kF1, 50);
  EXPECT_EQ(rig.trace(), "0 [00:04]\n1 [00:]\n21 [00:04]\n22 [00:]\n42 [00:04]\n43 [00:]\n");
}

}  // namespace
}  // namespace pianola::engine
