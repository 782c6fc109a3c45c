// The mouse, one-shot keys and erasing.

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "support/keys.hpp"
#include "support/program.hpp"

namespace pianola::engine {
namespace {

using lang::Opcode;
using lang::Setting;
using test::BytecodeRoll;
using test::Program;
using test::Rig;
using namespace test::keys;

constexpr std::uint16_t kLeftButton = 0x3001;

Program move(std::int32_t x, std::int32_t y) {
  Program p;
  p.push(x).push(y).op(Opcode::move);
  return p;
}
Program scroll(std::int32_t ticks) {
  Program p;
  p.push(ticks).op(Opcode::scroll);
  return p;
}
std::string trace(const Program& program) {
  return Rig{BytecodeRoll{}.bind(kF1, program)}.tap(kF1, 0).trace();
}

TEST(VmPointer, AMotionIsSentOnce) {
  EXPECT_EQ(trace(move(10, -5)), "0 [00:] move:10,-5\n");
  EXPECT_EQ(trace(scroll(-3)), "0 [00:] scroll:-3\n");
  EXPECT_EQ(trace(move(0, 0)), "");
}

TEST(VmPointer, TheSameMotionTwiceIsSentTwice) {
  Program p = move(1, 1);
  p.push(1).push(1).op(Opcode::move);
  EXPECT_EQ(trace(p), "0 [00:] move:1,1\n1 [00:] move:1,1\n");
}

TEST(VmPointer, BigOnesAreSplit) {
  EXPECT_EQ(trace(move(40'000, -70'000)),
            "0 [00:] move:32767,-32767\n1 [00:] move:7233,-32767\n2 [00:] move:0,-4466\n");
  EXPECT_EQ(trace(scroll(300)), "0 [00:] scroll:127\n1 [00:] scroll:127\n2 [00:] scroll:46\n");
}

TEST(VmPointer, AMotionGoesWithWhatIsHeldButWithNoTap) {
  Program p;
  p.op(Opcode::press).u8(0).key(kLeftButton).tap(kA).push(3).push(4).op(Opcode::move);
  EXPECT_EQ(trace(p),
            "0 [00:] buttons:01\n1 [00:04] buttons:01\n2 [00:] buttons:01\n"
            "3 [00:] buttons:01 move:3,4\n4 [00:]\n");
}

TEST(VmPointer, ClickAndDrag) {
  Program p;
  p.tap(kLeftButton).tap(kLeftButton);
  EXPECT_EQ(trace(p), "0 [00:] buttons:01\n1 [00:]\n2 [00:] buttons:01\n3 [00:]\n");
}

TEST(VmPointer, TheTriggersModifiersAreHidden) {
  Rig rig{BytecodeRoll{}.bind(kF1, scroll(1), {.either = 1})};
  rig.press(kCtrl, 0).tap(kF1, 10).release(kCtrl, 50);
  EXPECT_EQ(rig.trace(), "0 [01:]\n10 [00:]\n11 [00:] scroll:1\n12 [01:]\n50 [00:]\n");
}

TEST(VmPointer, ARefusedMotionIsNotLost) {
  Rig rig{BytecodeRoll{}.bind(kF1, scroll(200)), {.poll = 10}};
  rig.tap(kF1, 0).run();
  int sum = 0;
  for (const auto& entry : rig.simulation->host().trace()) sum += entry.report.wheel;
  EXPECT_EQ(sum, 200);
}

// ---- One-shot ----------------------------------------------------------------------------------

BytecodeRoll oneshot(std::uint16_t key) {
  return BytecodeRoll{}.bind(kF1, Program{}.op(Opcode::oneshot).u8(0).key(key));
}

TEST(VmOneshot, LastsForTheNextKeyOnly) {
  Rig rig{oneshot(kShift)};
  rig.tap(kF1, 0).tap(kA, 50).tap(kB, 80);
  EXPECT_EQ(rig.trace(), "0 [02:]\n50 [02:04]\n60 [00:]\n80 [00:05]\n90 [00:]\n");
}

TEST(VmOneshot, AModifierIsNotTheNextKey) {
  Rig rig{oneshot(kShift)};
  rig.tap(kF1, 0).press(kCtrl, 20).tap(kA, 30).release(kCtrl, 50);
  EXPECT_EQ(rig.trace(), "0 [02:]\n20 [03:]\n30 [03:04]\n40 [01:]\n50 [00:]\n");
}

TEST(VmOneshot, ItGoesUpWhenTheNextKeyGoesDown) {
  Rig rig{oneshot(kShift)};
  rig.tap(kF1, 0).press(kA, 50).press(kB, 60).release(kA, 70).release(kB, 80);
  EXPECT_EQ(rig.trace(), "0 [02:]\n50 [02:04]\n60 [00:04,05]\n70 [00:05]\n80 [00:]\n");
}

TEST(VmOneshot, AKeyThatWasDownAlreadyIsNotTheNext) {
  Rig rig{oneshot(kShift)};
  rig.press(kA, 0).tap(kF1, 10).release(kA, 30).tap(kB, 50);
  EXPECT_EQ(rig.trace(), "0 [00:04]\n10 [02:04]\n30 [02:]\n50 [02:05]\n60 [00:]\n");
}

TEST(VmOneshot, AMouseButtonIsAKey) {
  Rig rig{oneshot(kShift)};
  rig.tap(kF1, 0).tap(kLeftButton, 50);
  EXPECT_EQ(rig.trace(), "0 [02:]\n50 [02:] buttons:01\n60 [00:]\n");
}

TEST(VmOneshot, AMacroOfALaterKeyEndsItWhenItTypes) {
  Rig rig{oneshot(kShift).bind(kF2, Program{}.text("b"))};
  rig.tap(kF1, 0).tap(kF2, 20).tap(kA, 50);
  EXPECT_EQ(rig.trace(), "0 [02:]\n20 [00:]\n21 [00:05]\n22 [00:]\n50 [00:04]\n60 [00:]\n");
}

TEST(VmOneshot, TextOfAnEarlierMacroHidesItAndDoesNotUseItUp) {
  Rig rig{oneshot(kShift).bind(kF2, Program{}.op(Opcode::wait).number(30).text("b"))};
  rig.tap(kF2, 0).tap(kF1, 20).tap(kA, 50);
  EXPECT_EQ(rig.trace(), "20 [02:]\n30 [00:05]\n31 [02:]\n50 [02:04]\n60 [00:]\n");
}

TEST(VmOneshot, ItCanBeAKey) {
  Rig rig{oneshot(kA)};
  rig.tap(kF1, 0).tap(kB, 50);
  EXPECT_EQ(rig.trace(), "0 [00:04]\n50 [00:04,05]\n60 [00:]\n");
}

TEST(VmOneshot, CancellingLetsItUp) {
  Rig rig{oneshot(kCtrl)};
  rig.tap(kF1, 0).press(kShift, 20).press(0xE5, 30).tap(0x29, 40).release(kShift, 60);
  rig.release(0xE5, 70).run();
  EXPECT_TRUE(rig.simulation->engine().shown().empty());
}

// ---- Erasing -----------------------------------------------------------------------------------

TEST(VmErase, TapsBackspace) {
  Program p;
  p.text("abc").op(Opcode::erase).number(2).text("d");
  Rig rig{BytecodeRoll{}.bind(kF1, p)};
  EXPECT_EQ(rig.tap(kF1, 0).reports(),
            "[00:04] [00:05] [00:06] [00:2a] [00:] [00:2a] [00:07] [00:]");
}

TEST(VmErase, MoreThanAnAbbreviationIsAnError) {
  Rig rig{BytecodeRoll{}.bind(kF1, Program{}.op(Opcode::erase).number(lang::kMaxAbbreviation + 1))};
  rig.tap(kF1, 0).run();
  ASSERT_EQ(rig.simulation->errors().size(), 1U);
  EXPECT_EQ(rig.simulation->errors()[0].code, ErrorCode::code);
}

}  // namespace
}  // namespace pianola::engine
