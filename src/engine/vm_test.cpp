// What instructions compute, and that bad code ends a task and nothing else.

#include "engine/vm.hpp"

#include <gtest/gtest.h>

#include <random>

#include "base/time.hpp"
#include "engine/engine.hpp"
#include "support/keys.hpp"
#include "support/rig.hpp"

namespace pianola::engine {
namespace {

using lang::Opcode;
using test::Assembler;
using test::BytecodeRoll;
using test::Rig;
using namespace test::keys;

constexpr std::uint32_t kBody = 3;  // BIND, kind, key

/// Everything that an F1 { PRESS a, body } leads to: it must always end with nothing down.
struct Outcome {
  std::string text;
  std::vector<Error> errors;
};
Outcome outcome(BytecodeRoll roll, const BytecodeRoll::Body& body) {
  roll.bind(kF1, body);
  Rig rig{roll};
  rig.tap(kF1, 0).run(10'000);
  EXPECT_TRUE(rig.simulation->engine().idle());
  EXPECT_TRUE(rig.simulation->engine().shown().empty());
  return {rig.text(), rig.simulation->errors()};
}
Outcome outcome(const Assembler& body, std::uint8_t frame = 0) {
  return outcome(BytecodeRoll{}, BytecodeRoll::Body{body, frame});
}
/// The error of a body whose last instruction is at `offset` in it.
void expect_error(ErrorCode code, std::size_t offset, const Assembler& body,
                  std::uint8_t frame = 0) {
  const std::vector<Error> errors = outcome(body, frame).errors;
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_EQ(errors[0].code, code) << error_text(errors[0].code);
  EXPECT_EQ(errors[0].record, 0U);
  EXPECT_EQ(errors[0].offset, kBody + offset);
}
Assembler push(std::int32_t value) { return Assembler{}.op(Opcode::push).integer(value); }
Assembler push(std::int32_t a, std::int32_t b) { return push(a).op(Opcode::push).integer(b); }

TEST(Vm, Arithmetic) {
  const auto typed = [](Opcode opcode, std::int32_t a, std::int32_t b) {
    return outcome(push(a, b).op(opcode).op(Opcode::type)).text;
  };
  EXPECT_EQ(typed(Opcode::add, 2, 40), "42");
  EXPECT_EQ(typed(Opcode::subtract, 2, 40), "-38");
  EXPECT_EQ(typed(Opcode::multiply, -6, 7), "-42");
  EXPECT_EQ(typed(Opcode::divide, -7, 2), "-3");
  EXPECT_EQ(typed(Opcode::modulo, -7, 2), "-1");
  EXPECT_EQ(typed(Opcode::divide, 7, -2), "-3");
  EXPECT_EQ(typed(Opcode::modulo, 7, -2), "1");
  EXPECT_EQ(typed(Opcode::divide, -7, -2), "3");
  EXPECT_EQ(typed(Opcode::modulo, -7, -2), "-1");
  EXPECT_EQ(typed(Opcode::divide, INT32_MIN, 1), "-2147483648");
  EXPECT_EQ(typed(Opcode::divide, INT32_MIN, INT32_MIN), "1");
  EXPECT_EQ(typed(Opcode::divide, INT32_MAX, INT32_MIN), "0");
  EXPECT_EQ(typed(Opcode::modulo, INT32_MAX, INT32_MIN), "2147483647");
  EXPECT_EQ(typed(Opcode::modulo, INT32_MIN, INT32_MIN), "0");
  EXPECT_EQ(typed(Opcode::modulo, INT32_MIN, -1), "0");
  EXPECT_EQ(typed(Opcode::minimum, 3, -3), "-3");
  EXPECT_EQ(typed(Opcode::maximum, 3, -3), "3");
  EXPECT_EQ(outcome(push(5).op(Opcode::negate).op(Opcode::type)).text, "-5");
}

TEST(Vm, ResultsThatDoNotFitAreErrors) {
  for (const auto& [opcode, a, b] : std::vector<std::tuple<Opcode, std::int32_t, std::int32_t>>{
           {Opcode::add, INT32_MAX, 1},
           {Opcode::subtract, INT32_MIN, 1},
           {Opcode::multiply, 65536, 32768},
           {Opcode::divide, INT32_MIN, -1}}) {
    const Assembler values = push(a, b);
    expect_error(ErrorCode::overflow, values.code.size(), Assembler{values}.op(opcode));
  }
  const Assembler least = push(INT32_MIN);
  expect_error(ErrorCode::overflow, least.code.size(), Assembler{least}.op(Opcode::negate));
}

TEST(Vm, DivisionByZeroIsAnError) {
  expect_error(ErrorCode::zero, 4, push(1, 0).op(Opcode::divide));
  expect_error(ErrorCode::zero, 4, push(1, 0).op(Opcode::modulo));
}

TEST(Vm, ATextIsNoInteger) {
  const Assembler text = Assembler{}.op(Opcode::push_text).counted("x");
  expect_error(ErrorCode::type, 3, Assembler{text}.op(Opcode::negate));
  expect_error(ErrorCode::type, 5, Assembler{text}.op(Opcode::push).integer(1).op(Opcode::add));
  expect_error(ErrorCode::type, 3, Assembler{text}.op(Opcode::counter).u8(0), 1);
  expect_error(ErrorCode::type, 3, Assembler{text}.op(Opcode::wait_value));
}

TEST(Vm, GlobalsStartAsDeclared) {
  const BytecodeRoll roll = BytecodeRoll{}.variable("big", 1'000'000).variable("less", -1);
  EXPECT_EQ(outcome(roll, {Assembler{}
                               .op(Opcode::load_global)
                               .counted("big")
                               .op(Opcode::type)
                               .op(Opcode::load_global)
                               .counted("less")
                               .op(Opcode::type)})
                .text,
            "1000000-1");
}

TEST(Vm, WaitsOfComputedLength) {
  Rig rig{BytecodeRoll{}.bind(kF1, push(30).op(Opcode::wait_value).op(Opcode::text).counted("a"))};
  EXPECT_EQ(rig.tap(kF1, 0).trace(), "30 [00:04]\n31 [00:]\n");
  EXPECT_TRUE(outcome(push(-5).op(Opcode::wait_value)).errors.empty());
  expect_error(ErrorCode::duration, 6, push(INT32_MAX).op(Opcode::wait_value));
}

TEST(Vm, NamesThatDoNotExistAreErrors) {
  expect_error(ErrorCode::macro, 0, Assembler{}.op(Opcode::call).counted("nobody").number(0));
  expect_error(ErrorCode::variable, 0, Assembler{}.op(Opcode::load_global).counted("nobody"));
  expect_error(ErrorCode::key, 0, Assembler{}.op(Opcode::tap).u8(0).character(U'\u4E2D'));
}

TEST(Vm, ALocalWithoutAValueIsAnError) {
  expect_error(ErrorCode::unset, 0, Assembler{}.op(Opcode::load).u8(0), 1);
}

TEST(Vm, CallsMustFit) {
  const BytecodeRoll roll = BytecodeRoll{}.macro("m", BytecodeRoll::Body{Assembler{}, 1, 1});
  const Outcome result = outcome(roll, {Assembler{}.op(Opcode::call).counted("m").number(0)});
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(result.errors[0].code, ErrorCode::arguments);
}

TEST(Vm, EndlessRecursionEndsAtTheDeepestCall) {
  const BytecodeRoll roll = BytecodeRoll{}.macro(
      "m", Assembler{}.op(Opcode::press).u8(0).key(kA).op(Opcode::call).counted("m").number(0));
  const Outcome result = outcome(roll, {Assembler{}.op(Opcode::call).counted("m").number(0)});
  ASSERT_EQ(result.errors.size(), 1U) << "the callers end with it, in silence";
  EXPECT_EQ(result.errors[0].code, ErrorCode::depth);
}

TEST(Vm, AnErrorEndsTheCallersAndReleasesTheirKeys) {
  const BytecodeRoll roll = BytecodeRoll{}.macro("bad", push(1, 0).op(Opcode::divide));
  const Outcome result = outcome(roll, {Assembler{}
                                            .op(Opcode::press)
                                            .u8(1)
                                            .key(kA)
                                            .op(Opcode::call)
                                            .counted("bad")
                                            .number(0)
                                            .op(Opcode::text)
                                            .counted("never")});
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(result.errors[0].record, 0U);
  EXPECT_EQ(result.text, "");
}

TEST(Vm, ExhaustionIsAnError) {
  BytecodeRoll roll;
  const Assembler sleeps = Assembler{}.op(Opcode::wait).number(1000);
  for (unsigned i = 0; i < 80; ++i) {
    roll.bind(static_cast<std::uint16_t>(4 + i), BytecodeRoll::Body{sleeps, 32});
  }
  Rig rig{roll};
  for (unsigned i = 0; i < 80; ++i) rig.press(static_cast<std::uint16_t>(4 + i), i);
  for (unsigned i = 0; i < 80; ++i) rig.release(static_cast<std::uint16_t>(4 + i), 100 + i);
  EXPECT_EQ(rig.run(), sim::Ending::done);
  ASSERT_FALSE(rig.simulation->errors().empty());
  EXPECT_EQ(rig.simulation->errors()[0].code, ErrorCode::slots);
}

TEST(Vm, HoldingTooManyKeysIsAnError) {
  Assembler body;
  for (unsigned i = 0; i < 80; ++i) {
    body.op(Opcode::press).u8(0).key(static_cast<std::uint16_t>(4 + i));
  }
  const Outcome result = outcome(body);
  ASSERT_EQ(result.errors.size(), 1U);
  EXPECT_EQ(result.errors[0].code, ErrorCode::keys);
}

TEST(Vm, TextThatIsNoUtf8IsAnError) {
  for (const std::string_view bad :
       {"\xFF", "\xC3", "\xC3(", "\xE2\x82", "\xED\xA0\x80", "\xC0\x80"}) {
    expect_error(ErrorCode::text, 3,
                 Assembler{}.op(Opcode::text).counted(std::string{"a"} + std::string{bad}));
  }
}

TEST(Vm, CodeThatBreaksTheRulesIsAnError) {
  expect_error(ErrorCode::code, 0, Assembler{}.u8(lang::kOpcodeCount));
  expect_error(ErrorCode::code, 0, Assembler{}.u8(0xFF));
  expect_error(ErrorCode::code, 0, Assembler{}.op(Opcode::type));
  expect_error(ErrorCode::code, 0, Assembler{}.op(Opcode::load).u8(1), 1);
  expect_error(ErrorCode::code, 0, Assembler{}.op(Opcode::tap).u8(0).key(0x300));
  expect_error(ErrorCode::code, 0, Assembler{}.op(Opcode::tap).u8(0).key(0x1000));
  expect_error(ErrorCode::code, 0, Assembler{}.op(Opcode::tap).u8(0).character(0xD800));
  expect_error(ErrorCode::code, 0, Assembler{}.op(Opcode::text).u8(128));
  expect_error(ErrorCode::code, 0, Assembler{}.op(Opcode::raw).u8(0).u8(7));
  expect_error(ErrorCode::code, 0, Assembler{}.op(Opcode::back).number(4));
  expect_error(ErrorCode::code, 0, Assembler{}.op(Opcode::set_number).number(1).number(1));
  expect_error(ErrorCode::code, 0, Assembler{}.op(Opcode::private_next));
  expect_error(ErrorCode::code, 2, push(1).op(Opcode::wait).number(5));
  expect_error(ErrorCode::code, 2, push(1).op(Opcode::end).number(0).number(0));
  expect_error(ErrorCode::code, 4,
               push(0).op(Opcode::counter).u8(0).op(Opcode::repeat).u8(0).number(7), 1);
  Assembler deep;
  for (std::size_t i = 0; i <= lang::kMaxStack; ++i) deep.op(Opcode::push).integer(1);
  expect_error(ErrorCode::code, 2 * lang::kMaxStack, deep);
}

TEST(Vm, CodeThatStopsShortIsAnError) {
  const Assembler whole = Assembler{}
                              .op(Opcode::bind)
                              .trigger(kF1)
                              .op(Opcode::press)
                              .u8(0)
                              .key(kA)
                              .op(Opcode::text)
                              .counted("abc")
                              .op(Opcode::wait)
                              .number(300);
  for (std::size_t size = 0; size <= whole.code.size(); ++size) {
    memory::Roll roll;
    Assembler cut{whole};
    cut.code.resize(size);
    cut.into(roll);
    lang::IndexEntry entry;
    entry.key = lang::trigger_key(0, lang::TriggerKind::press, {}, kF1);
    entry.body = kBody;
    roll.append_index(entry);
    roll.commit();
    sim::Simulation simulation{roll, {}};
    const std::vector<KeyEvent> keys{{hid::keyboard_usage(kF1), true, 0},
                                     {hid::keyboard_usage(kF1), false, 10}};
    EXPECT_EQ(simulation.run(keys, 10'000), sim::Ending::done);
    EXPECT_EQ(simulation.errors().size(), 1U) << size;
    EXPECT_TRUE(simulation.engine().shown().empty());
  }
}

/// Arbitrary bytes as code, most of them likely opcodes: nothing crashes, hangs or stays down.
TEST(Vm, HostileCodeEndsInErrorsOnly) {
  std::mt19937 random{11};
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  for (int round = 0; round < 3000; ++round) {
    BytecodeRoll roll;
    const auto body = [&] {
      Assembler code;
      for (unsigned i = below(40); i > 0; --i) {
        const unsigned pick = below(3);
        code.u8(static_cast<std::uint8_t>(pick == 0   ? random()
                                          : pick == 1 ? below(lang::kOpcodeCount)
                                                      : below(8)));
      }
      return BytecodeRoll::Body{code, static_cast<std::uint8_t>(below(4)), 0, below(40)};
    };
    roll.macro("a", body()).bind(kF1, body());
    Rig rig{roll};
    rig.tap(kF1, 0).tap(kA, 5).tap(kF1, 50);
    rig.press(0xE1, 4000).press(0xE5, 4001).press(0x29, 4002);
    rig.release(0xE1, 4003).release(0xE5, 4004).release(0x29, 4005);
    ASSERT_EQ(rig.run(10'000), sim::Ending::done) << round;
    ASSERT_TRUE(rig.simulation->engine().shown().empty()) << round;
    ASSERT_EQ(rig.simulation->engine().tasks(), 0U);
  }
}

/// What `roll` types, and its errors, when F1 is pressed, with a window of so many bytes.
template <std::size_t Window>
Outcome with_window(memory::Roll& roll) {
  sim::SimulatedHost host{hid::default_layout()};
  sim::ErrorList errors;
  Storage<Capacities{.window = Window}> storage;
  Engine engine{storage.view(), roll, host, errors};
  engine.key({hid::keyboard_usage(kF1), true, 0});
  for (Time now = 0; now < 500; ++now) {
    engine.step(now);
    if (host.poll(now)) engine.report_taken(now);
  }
  return {host.text(), errors.errors()};
}

/// In a window of one byte no instruction fits, so that all are executed by their handlers; in a
/// large one, those that compute are executed in place.
TEST(Vm, ComputingInTheWindowAndByHandlersAgree) {
  std::mt19937 random{5};
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  unsigned good = 0;
  for (int round = 0; round < 2000; ++round) {
    Assembler body = push(static_cast<std::int32_t>(below(4))).op(Opcode::counter).u8(0);
    const std::size_t loop = body.code.size();
    body.op(Opcode::repeat).u8(0).number(below(2));
    for (unsigned i = 2 + below(8); i > 0; --i) {
      const std::int32_t number = below(4) == 0 ? static_cast<std::int32_t>(random())
                                                : static_cast<std::int32_t>(below(300)) - 100;
      switch (below(4)) {
        case 0:
          body.op(Opcode::load).u8(static_cast<std::uint8_t>(below(12) == 0 ? 1 : 0));
          break;
        case 1:
          body.op(static_cast<Opcode>(static_cast<unsigned>(Opcode::add) + below(7)));
          break;
        default:
          body.op(Opcode::push).integer(number);
          break;
      }
    }
    body.op(Opcode::type);
    if (below(2) == 0) body.op(Opcode::counter).u8(0);
    body.op(Opcode::back).number(static_cast<std::uint32_t>(body.code.size() - loop - below(2)));
    memory::Roll roll;
    BytecodeRoll{}.bind(kF1, BytecodeRoll::Body{body, 2}).into(roll);
    const Outcome slow = with_window<1>(roll);
    const Outcome fast = with_window<128>(roll);
    ASSERT_EQ(slow.text, fast.text) << round;
    ASSERT_EQ(slow.errors, fast.errors) << round;
    if (!slow.text.empty()) ++good;
  }
  EXPECT_GT(good, 500U);
}

TEST(Vm, TheSameKeysAtTheSameTimesGiveTheSameReports) {
  const auto play = [](unsigned seed) {
    std::mt19937 random{seed};
    BytecodeRoll roll;
    for (unsigned key = 0; key < 4; ++key) {
      Assembler body;
      for (unsigned i = 0; i < 6; ++i) {
        body.op(Opcode::text)
            .counted(i % 2 == 0 ? "ab" : "Ba")
            .op(Opcode::wait)
            .number(static_cast<std::uint32_t>(random() % 5));
      }
      roll.bind(static_cast<std::uint16_t>(kF1 + key), body);
    }
    Rig rig{roll};
    std::uint32_t time = 0;
    for (int i = 0; i < 20; ++i) {
      time += static_cast<std::uint32_t>(random() % 40);
      rig.tap(static_cast<std::uint16_t>(kF1 + random() % 4), time);
      time += 10;
    }
    return rig.trace();
  };
  for (unsigned seed = 0; seed < 20; ++seed) ASSERT_EQ(play(seed), play(seed));
  EXPECT_NE(play(1), play(2));
}

}  // namespace
}  // namespace pianola::engine
