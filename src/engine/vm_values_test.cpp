// Locals, globals, comparisons and randomness.

#include <gtest/gtest.h>

#include <map>

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

std::string evaluated(const Program& program, BytecodeRoll roll = {}) {
  Rig rig{roll.bind(kF1, program.body(2))};
  rig.tap(kF1, 0).run();
  EXPECT_TRUE(rig.simulation->errors().empty());
  return rig.text();
}
void expect_refusal(ErrorCode code, const Program& program) {
  Rig rig{BytecodeRoll{}.bind(kF1, program.body(2))};
  rig.tap(kF1, 0).run();
  ASSERT_EQ(rig.simulation->errors().size(), 1U);
  EXPECT_EQ(rig.simulation->errors()[0].code, code);
}

/// `opcode` of a and b: computed in the window, and by the handlers, which is what happens in front
/// of an instruction that is long.
std::string both_ways(Opcode opcode, std::int32_t a, std::int32_t b) {
  Program fast;
  fast.push(a).push(b).op(opcode).op(Opcode::type);
  Program slow;  // the last byte of the window is the opcode
  slow.push(a).push(b);
  std::string filler(64 - slow.here() - 3, '.');
  Program padded;
  padded.text(filler).push(a).push(b).op(opcode).op(Opcode::type);
  EXPECT_EQ(evaluated(padded), filler + evaluated(fast));
  return evaluated(fast);
}

TEST(VmValues, Comparisons) {
  constexpr std::int32_t kLeast = INT32_MIN;
  for (const auto& [a, b] : {std::pair{1, 2}, {2, 1}, {2, 2}, {-1, 1}, {kLeast, INT32_MAX}}) {
    EXPECT_EQ(both_ways(Opcode::equal, a, b), a == b ? "1" : "0");
    EXPECT_EQ(both_ways(Opcode::not_equal, a, b), a != b ? "1" : "0");
    EXPECT_EQ(both_ways(Opcode::less, a, b), a < b ? "1" : "0");
    EXPECT_EQ(both_ways(Opcode::less_equal, a, b), a <= b ? "1" : "0");
    EXPECT_EQ(both_ways(Opcode::greater, a, b), a > b ? "1" : "0");
    EXPECT_EQ(both_ways(Opcode::greater_equal, a, b), a >= b ? "1" : "0");
  }
}

TEST(VmValues, TruthAndNot) {
  for (const std::int32_t value : {0, 1, -5, INT32_MIN}) {
    Program p;
    p.push(value).op(Opcode::truth).op(Opcode::type).push(value).op(Opcode::invert);
    p.op(Opcode::type);
    EXPECT_EQ(evaluated(p), value != 0 ? "10" : "01");
  }
}

TEST(VmValues, NumbersOfEachLength) {
  for (const std::int32_t value : {0, 63, -64, 64, 8191, 8192, 1048575, -1048576, 1048576,
                                   134217727, 134217728, INT32_MAX, INT32_MIN}) {
    Program p;
    p.push(value).let(0).load(0).op(Opcode::type);
    EXPECT_EQ(evaluated(p), std::to_string(value));
  }
}

TEST(VmValues, LocalsKeepTextsAndNumbers) {
  Program p;
  p.push(1).let(0).op(Opcode::push_text).counted("one").let(1);
  p.load(0).op(Opcode::type).load(1).op(Opcode::type);
  p.load(1).op(Opcode::store).u8(0).load(0).op(Opcode::type);
  EXPECT_EQ(evaluated(p), "1oneone");
}

TEST(VmValues, AGlobalKeepsItsValueFromOneMacroToTheNext) {
  Program p;
  p.named(Opcode::load_global, "g").push(1).op(Opcode::add).named(Opcode::store_global, "g");
  p.named(Opcode::load_global, "g").op(Opcode::type);
  Rig rig{BytecodeRoll{}.variable("g", 40).bind(kF1, p.body()).bind(kF2, p.body())};
  rig.tap(kF1, 0).tap(kF2, 50).tap(kF1, 100).run();
  EXPECT_EQ(rig.text(), "414243");
}

TEST(VmValues, RandomNumbersAreBelowTheirLimitAndTheSameForTheSameSeed) {
  const auto numbers = [](std::int32_t limit, std::uint32_t seed) {
    Program p;
    p.push(200).op(Opcode::counter).u8(0);
    const std::uint32_t head = p.here();
    p.op(Opcode::repeat).u8(0).number(1).push(limit).op(Opcode::random).op(Opcode::type);
    p.text(" ").back(head).place(1);
    Rig rig{BytecodeRoll{}.bind(kF1, p.body(1))};
    rig.simulation->engine().seed(seed);
    rig.tap(kF1, 0).run();
    return rig.text();
  };
  std::map<std::string, int> counts;
  std::string word;
  for (const char c : numbers(4, 77)) {
    if (c != ' ') {
      word += c;
    } else {
      ++counts[word];
      word.clear();
    }
  }
  EXPECT_EQ(counts.size(), 4U);
  for (const char* number : {"0", "1", "2", "3"}) EXPECT_GT(counts[number], 20) << number;
  EXPECT_EQ(numbers(1000, 5), numbers(1000, 5));
  EXPECT_NE(numbers(1000, 5), numbers(1000, 6));
  EXPECT_EQ(numbers(1, 5).substr(0, 6), "0 0 0 ");
}

TEST(VmValues, WhatIsNoIntegerIsAnError) {
  const auto text = [] {
    Program p;
    p.op(Opcode::push_text).counted("x");
    return p;
  };
  for (const Opcode opcode : {Opcode::truth, Opcode::invert, Opcode::random, Opcode::scroll,
                              Opcode::elapsed_reached, Opcode::time_reached}) {
    expect_refusal(ErrorCode::type, text().op(opcode));
  }
  for (const Opcode opcode : {Opcode::equal, Opcode::less, Opcode::move}) {
    expect_refusal(ErrorCode::type, text().push(1).op(opcode));
  }
  expect_refusal(ErrorCode::type, text().named(Opcode::store_global, "g"));
  expect_refusal(ErrorCode::variable, Program{}.push(1).named(Opcode::store_global, "g"));
  expect_refusal(ErrorCode::range, Program{}.push(0).op(Opcode::random));
  expect_refusal(ErrorCode::range, Program{}.push(-3).op(Opcode::random));
  expect_refusal(ErrorCode::code, Program{}.op(Opcode::truth));
  expect_refusal(ErrorCode::code, Program{}.push(1).let(2));
}

// ---- Texts with names ---------------------------------------------------------------------------

using test::Assembler;

Program typing(std::string_view name) {
  Program p;
  p.named(Opcode::load_global, name).op(Opcode::type);
  return p;
}
Assembler piece(std::string_view text) { return Assembler{}.op(Opcode::more_text).counted(text); }

TEST(VmValues, TextsStandInEachOther) {
  BytecodeRoll roll;
  roll.variable("n", -7);
  roll.named_text("inner",
                  piece("[").op(Opcode::text_of).counted("n").op(Opcode::more_text).counted("]"));
  roll.named_text(
      "outer", piece("").op(Opcode::text_of).counted("inner").op(Opcode::text_of).counted("inner"));
  EXPECT_EQ(evaluated(typing("outer").text("!"), roll), "[-7][-7]!");
  EXPECT_EQ(evaluated(typing("n").text("!"), roll), "-7!");
}

/// A text that stands in itself cannot come from the compiler; the engine ends the macro.
TEST(VmValues, ATextInItselfIsAnError) {
  for (const char* inner : {"me", "nobody"}) {
    BytecodeRoll roll;
    roll.named_text("me", piece("a").op(Opcode::text_of).counted(inner));
    Rig rig{roll.bind(kF1, typing("me").body(2)).bind(kF2, Program{}.text("b").body(2))};
    rig.tap(kF1, 0).tap(kF2, 100).run();
    ASSERT_EQ(rig.simulation->errors().size(), 1U);
    const bool itself = std::string_view{inner} == "me";
    EXPECT_EQ(rig.simulation->errors()[0].code, itself ? ErrorCode::code : ErrorCode::variable);
    EXPECT_EQ(rig.text(), std::string(itself ? lang::kMaxTextDepth + 1 : 1, 'a') + "b");
  }
}

}  // namespace
}  // namespace pianola::engine
