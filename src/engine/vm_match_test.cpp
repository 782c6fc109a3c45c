// `match next`.

#include <gtest/gtest.h>

#include <functional>

#include "engine/engine.hpp"
#include "support/keys.hpp"
#include "support/program.hpp"

namespace pianola::engine {
namespace {

using lang::Opcode;
using test::BytecodeRoll;
using test::Program;
using test::Rig;
using namespace test::keys;

constexpr std::uint8_t kEitherShift = 0x02;
constexpr std::uint16_t kEnd = 99;

constexpr std::uint32_t kAnyOrder = 1;
constexpr std::uint32_t kKeep = 2;

struct Key {
  std::uint16_t usage;
  std::uint8_t exact = 0;
  std::uint8_t either = 0;
};
struct Arm {
  std::vector<Key> keys;
  std::string_view text;
};

/// match next { arms, else { "-" } } "."
Program match(const std::vector<Arm>& arms, std::uint32_t flags = 0, std::uint32_t within = 0) {
  Program p;
  p.op(Opcode::match).number(flags).number(within == 0 ? 0 : within + 1).number(kEnd);
  std::uint16_t label = 0;
  for (const Arm& arm : arms) {
    p.op(Opcode::pattern).number(label).u8(static_cast<std::uint8_t>(arm.keys.size()));
    for (const Key& key : arm.keys) p.pattern_key(key.usage, key.exact, key.either);
    p.text(arm.text).op(Opcode::matched).number(kEnd).place(label++, 1);
  }
  p.op(Opcode::match_else).text("-").place(kEnd, 1).op(Opcode::block_end).text(".");
  return p;
}

/// F1 is tapped at 0, then the keys; at the end nothing may be left.
std::string text(const Program& program, const std::function<void(Rig&)>& keys,
                 BytecodeRoll roll = {}) {
  Rig rig{roll.bind(kF1, program.body())};
  rig.tap(kF1, 0);
  keys(rig);
  rig.run();
  EXPECT_TRUE(rig.simulation->errors().empty());
  EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
  EXPECT_TRUE(rig.simulation->engine().shown().empty());
  return rig.text();
}

const std::vector<Arm> kOneOrTwo = {{{{kA}}, "1"}, {{{kB}}, "2"}};

TEST(VmMatch, ChoosesByTheNextKeyAndUsesItUp) {
  EXPECT_EQ(text(match(kOneOrTwo), [](Rig& rig) { rig.tap(kA, 50); }), "1.");
  EXPECT_EQ(text(match(kOneOrTwo), [](Rig& rig) { rig.tap(kB, 50); }), "2.");
}

TEST(VmMatch, AnyOtherKeyIsNoneAndIsHandledAfterwards) {
  EXPECT_EQ(text(match(kOneOrTwo), [](Rig& rig) { rig.tap(kC, 50); }), "-.c");
}

TEST(VmMatch, WithoutElseItGoesOnBehindTheBlock) {
  Program p;
  p.op(Opcode::match).number(0).number(31).number(kEnd).op(Opcode::pattern).number(0).u8(1);
  p.pattern_key(kA).text("1").op(Opcode::matched).number(kEnd).place(0, 1).place(kEnd, 1);
  p.op(Opcode::block_end).text(".");
  EXPECT_EQ(text(p, [](Rig&) {}), ".");
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kA, 20); }), "1.");
}

TEST(VmMatch, PressesThatCameBeforeItLooksCount) {
  Program both;
  both.op(Opcode::defer).wait(50).op(Opcode::match).number(0).number(0).number(kEnd);
  both.op(Opcode::pattern).number(0).u8(1).pattern_key(kA).text("1").op(Opcode::matched);
  both.number(kEnd).place(0, 2).place(kEnd, 2).op(Opcode::block_end).op(Opcode::block_end);
  both.text(".");
  Rig rig{BytecodeRoll{}.bind(kF1, both.body())};
  rig.tap(kF1, 0).tap(kA, 20);
  EXPECT_EQ(rig.trace(), "50 [00:1e]\n51 [00:37]\n52 [00:]\n");
}

TEST(VmMatch, InTime) {
  const Program p = match(kOneOrTwo, 0, 100);
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kA, 99); }), "1.");
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kA, 100); }), "1.") << "the key is first";
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kA, 101); }), "-.a");
  Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
  EXPECT_EQ(rig.tap(kF1, 0).trace().substr(0, 8), "100 [00:");
}

const std::vector<Arm> kShortAndLong = {
    {{{kA}}, "1"}, {{{kA}, {kB}}, "2"}, {{{kA}, {kB}, {kC}}, "3"}};

TEST(VmMatch, TheLongestOneWins) {
  const Program p = match(kShortAndLong, 0, 500);
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kA, 10).tap(kB, 30).tap(kC, 50); }), "3.");
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kA, 10).tap(kB, 30).tap(kB, 50); }), "2.b");
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kA, 10).tap(kC, 30); }), "1.c");
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kA, 10); }), "1.") << "when the time is over";
}

TEST(VmMatch, AnUnfinishedPatternIsNone) {
  const Program p = match({{{{kA}, {kB}}, "1"}}, 0, 100);
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kA, 10); }), "-.a");
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kB, 10).tap(kA, 30); }), "-.ba");
}

TEST(VmMatch, MoreSpecificModifiersWin) {
  const std::vector<Arm> arms = {
      {{{kA}}, "1"}, {{{kA, 0, kEitherShift}}, "2"}, {{{kA, 0x02}}, "3"}};
  EXPECT_EQ(text(match(arms), [](Rig& rig) { rig.tap(kA, 50); }), "1.");
  const auto shifted = [](std::uint16_t shift) {
    return [=](Rig& rig) { rig.press(shift, 40).tap(kA, 50).release(shift, 70); };
  };
  EXPECT_EQ(text(match(arms), shifted(0xE5)), "2.");
  EXPECT_EQ(text(match(arms), shifted(kShift)), "3.");
  const std::vector<Arm> bare = {{{{kA}}, "1"}, {{{kA}}, "2"}};
  EXPECT_EQ(text(match(bare), shifted(kShift)), "1.") << "whatever modifiers; the first one";
}

TEST(VmMatch, ModifiersThatWereHeldBeforeCount) {
  Rig rig{BytecodeRoll{}.bind(kF1, match({{{{kA, 0, kEitherShift}}, "1"}}).body())};
  rig.press(kShift, 0).tap(kF1, 10).tap(kA, 50).release(kShift, 100).run();
  EXPECT_EQ(rig.text(), "1.");
}

TEST(VmMatch, AModifierThatIsReleasedDoesNotCount) {
  const Program p = match({{{{kA, 0, kEitherShift}}, "1"}});
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kShift, 40).tap(kA, 60); }), "-.a");
}

TEST(VmMatch, AModifierCanBeAKeyOfAPattern) {
  const Program p = match({{{{kShift}, {kA}}, "1"}});
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kShift, 40).tap(kA, 60); }), "1.");
  EXPECT_EQ(text(p, [](Rig& rig) { rig.press(kShift, 40).tap(kA, 60).release(kShift, 80); }), "1.");
}

TEST(VmMatch, AnyOrder) {
  const Program p = match({{{{kA}, {kB}, {kC}}, "1"}}, kAnyOrder, 200);
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kC, 10).tap(kA, 30).tap(kB, 50); }), "1.");
  EXPECT_EQ(text(p, [](Rig& rig) { rig.tap(kC, 10).tap(kC, 30); }), "-.cc");
}

TEST(VmMatch, AnyOrderGivesAShiftedPressToTheShiftedKey) {
  const Program p = match({{{{kA}, {kA, 0, kEitherShift}}, "1"}}, kAnyOrder, 200);
  EXPECT_EQ(
      text(p, [](Rig& rig) { rig.press(kShift, 10).tap(kA, 20).release(kShift, 40).tap(kA, 60); }),
      "1.");
}

TEST(VmMatch, KeepLeavesThePressesAsTheyAre) {
  EXPECT_EQ(text(match(kOneOrTwo, kKeep), [](Rig& rig) { rig.tap(kA, 50); }), "1.a");
}

TEST(VmMatch, AKeyIsReleasedAfterItWasPressed) {
  Rig rig{BytecodeRoll{}.bind(kF1, match(kOneOrTwo, kKeep).body())};
  rig.tap(kF1, 0).press(kA, 50).release(kA, 400);
  EXPECT_EQ(rig.trace(), "50 [00:1e]\n51 [00:37]\n52 [00:]\n53 [00:04]\n400 [00:]\n");
}

TEST(VmMatch, CharactersAreKeysOfTheLayout) {
  Program p;
  p.op(Opcode::match).number(0).number(0).number(kEnd).op(Opcode::pattern).number(0).u8(1);
  p.u8(0).u8(0).character(U'z').text("1").op(Opcode::matched).number(kEnd).place(0, 1);
  p.place(kEnd, 1).op(Opcode::block_end);
  const auto y_key = [](Rig& rig) { rig.tap(0x1C, 50); };
  EXPECT_EQ(text(p, y_key, BytecodeRoll{}.layout("de")), "1");
  EXPECT_EQ(text(p, y_key, BytecodeRoll{}.layout("uk")), "y");
}

TEST(VmMatch, NotEvenAFullQueueHoldsItUpForEver) {
  std::vector<Key> keys(8, Key{kA});
  const Program p = match({{keys, "1"}});
  EXPECT_EQ(text(p,
                 [](Rig& rig) {
                   rig.tap(kA, 10);
                   for (std::uint32_t i = 0; i < 40; ++i) rig.tap(kShift, 30 + 20 * i);
                 })
                .substr(0, 2),
            "-.");
}

TEST(VmMatch, StoppedWhileItLooksItKeepsNothingBack) {
  Program looks = Program::of_macro("looks");
  looks.op(Opcode::match).number(0).number(0).number(kEnd).op(Opcode::pattern).number(0).u8(2);
  looks.pattern_key(kA).pattern_key(kB).place(0, 1).place(kEnd, 1).op(Opcode::block_end);
  Program p;
  p.starts(Opcode::fork, "looks").wait(100).named(Opcode::stop, "looks");
  Rig rig{BytecodeRoll{}.macro("looks", looks.body()).bind(kF1, p.body())};
  rig.tap(kF1, 0).tap(kA, 20);
  EXPECT_EQ(rig.trace(), "100 [00:04]\n101 [00:]\n");
}

TEST(VmMatch, BrokenOnesAreErrors) {
  const auto error = [](const Program& p) {
    Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
    rig.tap(kF1, 0).tap(kA, 20).run(1000);
    EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
    EXPECT_EQ(rig.simulation->errors().size(), 1U);
    return rig.simulation->errors().empty() ? ErrorCode::tasks : rig.simulation->errors()[0].code;
  };
  Program itself;
  itself.op(Opcode::pattern).number(0).u8(1).pattern_key(kA).place(0);
  EXPECT_EQ(error(itself), ErrorCode::code) << "outside of a match";
  Program none;
  none.op(Opcode::match).number(0).number(0).number(kEnd).op(Opcode::pattern).number(0).u8(0);
  EXPECT_EQ(error(none), ErrorCode::code) << "no keys";
  Program loop;
  loop.place(0).op(Opcode::match).number(0).number(0).number(kEnd);
  loop.op(Opcode::pattern).number(0).u8(1).pattern_key(kA);
  EXPECT_EQ(error(loop), ErrorCode::code) << "the next pattern is before";
  Program text;
  text.op(Opcode::match).number(0).number(0xFFFFFFFF).number(kEnd);
  EXPECT_EQ(error(text), ErrorCode::duration);
}

}  // namespace
}  // namespace pianola::engine
