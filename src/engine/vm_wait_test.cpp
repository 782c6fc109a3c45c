// Waiting for a condition, and what conditions read.

#include <gtest/gtest.h>

#include <functional>

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

/// Waits until what `condition` leaves on the stack is true, then taps a. `limit`: of so many ms.
template <typename Condition>
Program waits(lang::Wakes wakes, Condition condition, std::uint32_t limit = 0) {
  Program p;
  if (limit != 0) p.op(Opcode::wait_limit).u8(0).number(limit);
  const std::uint32_t head = p.here();
  condition(p);
  p.until(wakes, head, limit != 0 ? 1 : 0).tap(kA);
  return p;
}
Program waits_for(Query query, lang::Wakes wakes, std::uint32_t limit = 0) {
  return waits(
      wakes, [=](Program& p) { p.query(query); }, limit);
}

/// The time of the first report after F1 was pressed at 0 and the keys of `rig` were played.
std::string trace(const Program& program, const std::function<void(Rig&)>& keys,
                  BytecodeRoll roll = {}, std::uint32_t start = 0) {
  Rig rig{roll.bind(kF1, program.body(2)), {.start = start}};
  rig.press(kF1, start);
  keys(rig);
  rig.run(100'000);
  EXPECT_TRUE(rig.simulation->errors().empty());
  EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
  return sim::format_trace(rig.simulation->host().trace());
}

TEST(VmWait, UntilGoesOnAtOnceIfItIsTrue) {
  EXPECT_EQ(trace(waits_for(Query::held, kWakeRelease), [](Rig&) {}), "0 [00:04]\n1 [00:]\n");
}

TEST(VmWait, UntilTheTriggersRelease) {
  EXPECT_EQ(trace(waits_for(Query::released, kWakeRelease), [](Rig& rig) { rig.release(kF1, 70); }),
            "70 [00:04]\n71 [00:]\n");
}

TEST(VmWait, UntilNotInterrupted) {
  EXPECT_EQ(trace(
                waits_for(Query::interrupted, kWakeKey),
                [](Rig& rig) { rig.release(kF1, 10).press(kF2, 30).release(kF2, 40); },
                BytecodeRoll{}.remap_none(kF2)),
            "30 [00:04]\n31 [00:]\n");
}

TEST(VmWait, UntilAKeyIsDown) {
  const auto key = [](Program& p) { p.op(Opcode::held_key).key(kF2); };
  EXPECT_EQ(
      trace(
          waits(kWakeKey, key), [](Rig& rig) { rig.tap(kF2, 30); }, BytecodeRoll{}.remap_none(kF2)),
      "30 [00:04]\n31 [00:]\n");
}

TEST(VmWait, UntilModifiersAreDown) {
  const auto both = [](Program& p) { p.op(Opcode::mods_held).u8(0x20).u8(0x01); };
  EXPECT_EQ(trace(waits(kWakeKey, both),
                  [](Rig& rig) { rig.press(kRightShift, 10).press(0xE4, 20).release(0xE4, 40); }),
            "10 [20:]\n20 [30:]\n21 [30:04]\n22 [30:]\n40 [20:]\n");
}

TEST(VmWait, UntilAVariableChanges) {
  Program sets = Program::of_macro("sets");
  sets.wait(40).push(1).named(Opcode::store_global, "g");
  Program p;
  p.starts(Opcode::fork, "sets");
  const std::uint32_t head = p.here();
  p.named(Opcode::load_global, "g").until(kWakeVariable, head).tap(kA);
  EXPECT_EQ(trace(
                p, [](Rig&) {}, BytecodeRoll{}.variable("g", 0).macro("sets", sets.body())),
            "40 [00:04]\n41 [00:]\n");
}

TEST(VmWait, UntilALayerIsOn) {
  Program turns = Program::of_macro("turns");
  turns.wait(40).named(Opcode::layer_on, "nav");
  Program p;
  p.starts(Opcode::fork, "turns");
  const std::uint32_t head = p.here();
  p.named(Opcode::layer_active, "nav").until(kWakeLayer, head).tap(kA);
  EXPECT_EQ(trace(
                p, [](Rig&) {}, BytecodeRoll{}.layer("nav").outside().macro("turns", turns.body())),
            "40 [00:04]\n41 [00:]\n");
}

TEST(VmWait, UntilAnotherMacroEnds) {
  Program other = Program::of_macro("other");
  other.wait(40);
  Program p;
  p.starts(Opcode::fork, "other");
  const std::uint32_t head = p.here();
  p.named(Opcode::running, "other").op(Opcode::invert).until(kWakeTask, head).tap(kA);
  EXPECT_EQ(trace(
                p, [](Rig&) {}, BytecodeRoll{}.macro("other", other.body())),
            "40 [00:04]\n41 [00:]\n");
}

TEST(VmWait, UntilTheHostsCapsLockIsOn) {
  const auto caps = [](Program& p) { p.op(Opcode::led).number(kCapsLockLed); };
  const std::string seen =
      trace(waits(kWakeLed, caps), [](Rig& rig) { rig.press(0x39, 30).release(0x39, 40); });
  EXPECT_EQ(seen.substr(0, 10), "30 [00:39]");
  EXPECT_NE(seen.find("[00:04"), std::string::npos) << seen;
}

TEST(VmWait, UntilATimeHasElapsed) {
  const auto elapsed = [](Program& p) { p.push(80).op(Opcode::elapsed_reached); };
  EXPECT_EQ(trace(waits(kWakeTime, elapsed), [](Rig&) {}), "80 [00:04]\n81 [00:]\n");
  // The clock wraps meanwhile.
  EXPECT_EQ(trace(
                waits(kWakeTime, elapsed), [](Rig&) {}, {}, 0xFFFFFFF0U),
            "64 [00:04]\n65 [00:]\n");
}

TEST(VmWait, UntilTheEarlierOfTwoTimes) {
  const auto either = [](Program& p) {
    p.push(80).op(Opcode::elapsed_reached).op(Opcode::or_else).number(1);
    p.push(30).op(Opcode::elapsed_reached).op(Opcode::truth).place(1);
  };
  EXPECT_EQ(trace(waits(kWakeTime, either), [](Rig&) {}), "30 [00:04]\n31 [00:]\n");
}

TEST(VmWait, UntilAClockTime) {
  const auto at = [](Program& p) { p.push(1050).op(Opcode::time_reached); };
  EXPECT_EQ(trace(
                waits(kWakeTime, at), [](Rig&) {}, {}, 1000),
            "1050 [00:04]\n1051 [00:]\n");
  EXPECT_EQ(trace(
                waits(kWakeTime, at), [](Rig&) {}, {}, 2000),
            "2000 [00:04]\n2001 [00:]\n");
}

TEST(VmWait, ALimitEndsTheWait) {
  EXPECT_EQ(trace(waits_for(Query::released, kWakeRelease, 50), [](Rig&) {}),
            "50 [00:04]\n51 [00:]\n");
  EXPECT_EQ(
      trace(waits_for(Query::released, kWakeRelease, 50), [](Rig& rig) { rig.release(kF1, 20); }),
      "20 [00:04]\n21 [00:]\n");
  // The limit is earlier than the time that the condition names, and the clock wraps.
  const auto elapsed = [](Program& p) { p.push(80).op(Opcode::elapsed_reached); };
  EXPECT_EQ(trace(
                waits(kWakeTime, elapsed, 20), [](Rig&) {}, {}, 0xFFFFFFF0U),
            "4 [00:04]\n5 [00:]\n");
}

TEST(VmWait, WhatWasTypedIsSeenBeforeTheWait) {
  Program p;
  p.text("b");
  const std::uint32_t head = p.here();
  p.query(Query::released).until(kWakeRelease, head);
  EXPECT_EQ(trace(p, [](Rig& rig) { rig.release(kF1, 70); }), "0 [00:05]\n1 [00:]\n");
}

TEST(VmWait, WithoutAnythingToWakeItOnlyStopEndsIt) {
  Program forever = Program::of_macro("forever");
  const std::uint32_t head = forever.here();
  forever.push(0).until(0, head);
  Program p;
  p.starts(Opcode::fork, "forever").wait(1000).named(Opcode::stop, "forever").tap(kA);
  EXPECT_EQ(trace(
                p, [](Rig&) {}, BytecodeRoll{}.macro("forever", forever.body())),
            "1000 [00:04]\n1001 [00:]\n");
}

TEST(VmWait, ATimeThatWasNotedDoesNotOutliveItsCondition) {
  // elapsed >= 20 or held … is over at once; the next condition reads no time and must not wake.
  Program p;
  std::uint32_t head = p.here();
  p.push(20).op(Opcode::elapsed_reached).op(Opcode::or_else).number(1).query(Query::held);
  p.op(Opcode::truth).place(1).until(kWakeTime | kWakeRelease, head);
  head = p.here();
  p.query(Query::released).until(kWakeRelease, head).query(Query::elapsed).op(Opcode::type);
  Rig rig{BytecodeRoll{}.bind(kF1, p.body())};
  rig.press(kF1, 0).run(50);
  EXPECT_EQ(rig.simulation->engine().step(50).never, true) << "nothing is timed";
  rig.release(kF1, 90).run();
  EXPECT_EQ(rig.text(), "90");
}

// ---- Errors ------------------------------------------------------------------------------------

std::vector<ErrorCode> errors(const Program& program) {
  Rig rig{BytecodeRoll{}.bind(kF1, program.body(1))};
  rig.tap(kF1, 0).run(5000);
  EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
  std::vector<ErrorCode> codes;
  for (const Error& error : rig.simulation->errors()) codes.push_back(error.code);
  return codes;
}

TEST(VmWait, BadConditionsAreErrors) {
  using Codes = std::vector<ErrorCode>;
  Program text;
  text.op(Opcode::push_text).counted("x").until(0, 0);
  EXPECT_EQ(errors(text), Codes{ErrorCode::type});
  Program ahead;
  ahead.push(0).op(Opcode::until).number(0).number(0).number(0);
  EXPECT_EQ(errors(ahead), Codes{ErrorCode::code});
  Program far;
  far.push(0).op(Opcode::until).number(0).number(0).number(100);
  EXPECT_EQ(errors(far), Codes{ErrorCode::code});
  Program unset;
  unset.push(0).until(0, 0, 1);
  EXPECT_EQ(errors(unset), Codes{ErrorCode::code});
  Program slot;
  slot.push(0).until(0, 0, 2);
  EXPECT_EQ(errors(slot), Codes{ErrorCode::code});
  Program full;
  full.push(1).push(0).until(kWakeKey, 2);
  EXPECT_EQ(errors(full), Codes{ErrorCode::code}) << "a value is left below";
  Program limit;
  limit.op(Opcode::wait_limit).u8(0).number(0xFFFFFFFF);
  EXPECT_EQ(errors(limit), Codes{ErrorCode::duration});
}

// ---- Queries -----------------------------------------------------------------------------------

/// What a macro types that asks `query` 30 ms after its press, while `keys` are pressed.
template <typename Ask>
std::string answer(Ask ask, const std::function<void(Rig&)>& keys, BytecodeRoll roll = {}) {
  Program p;
  p.wait(30);
  ask(p);
  p.op(Opcode::type);
  Rig rig{roll.remap_none(kF2).bind(kF1, p.body())};
  rig.press(kF1, 100);
  keys(rig);
  rig.run(100'000);
  for (const Error& error : rig.simulation->errors()) ADD_FAILURE() << error_text(error.code);
  return rig.text();
}
std::string answer(Query query, const std::function<void(Rig&)>& keys) {
  return answer([=](Program& p) { p.query(query); }, keys);
}

TEST(VmQueries, TheTrigger) {
  EXPECT_EQ(answer(Query::held, [](Rig&) {}), "1");
  EXPECT_EQ(answer(Query::released, [](Rig&) {}), "0");
  EXPECT_EQ(answer(Query::held, [](Rig& rig) { rig.release(kF1, 110); }), "0");
  EXPECT_EQ(answer(Query::elapsed, [](Rig&) {}), "30");
  EXPECT_EQ(answer(Query::time, [](Rig&) {}), "130");
}

TEST(VmQueries, ALaterPressOfTheSameKeyIsNotTheTrigger) {
  EXPECT_EQ(answer(Query::held, [](Rig& rig) { rig.release(kF1, 110).press(kF1, 120); }), "0");
}

TEST(VmQueries, Interrupted) {
  EXPECT_EQ(answer(Query::interrupted, [](Rig&) {}), "0");
  EXPECT_EQ(answer(Query::interrupted, [](Rig& rig) { rig.press(kF2, 110); }), "1");
  // The press before counts as none.
  Program p;
  p.query(Query::interrupted).op(Opcode::type);
  Rig rig{BytecodeRoll{}.remap_none(kF2).bind(kF1, p.body())};
  rig.press(kF2, 0).press(kF1, 10).run();
  EXPECT_EQ(rig.text(), "0");
}

TEST(VmQueries, Keys) {
  const auto f2 = [](Program& p) { p.op(Opcode::held_key).key(kF2); };
  EXPECT_EQ(answer(f2, [](Rig& rig) { rig.press(kF2, 110); }), "1");
  EXPECT_EQ(answer(f2, [](Rig& rig) { rig.tap(kF2, 110); }), "0");
  const auto character = [](Program& p) { p.op(Opcode::held_key).character(U'é'); };
  EXPECT_EQ(answer(
                character, [](Rig& rig) { rig.press(0x1F, 110); },
                BytecodeRoll{}.layout("fr").remap_none(0x1F)),
            "!")
      << "one key types 2 and é; the host reads the shifted 1 in its own way";
}

TEST(VmQueries, Modifiers) {
  const auto mods = [](std::uint8_t exact, std::uint8_t either) {
    return answer([=](Program& p) { p.op(Opcode::mods_held).u8(exact).u8(either); },
                  [](Rig& rig) { rig.press(kShift, 110).release(kShift, 200); });
  };
  EXPECT_EQ(mods(0x02, 0), "1");
  EXPECT_EQ(mods(0x20, 0), "0");
  EXPECT_EQ(mods(0, 0x02), "1");
  EXPECT_EQ(mods(0, 0x03), "0");
  EXPECT_EQ(mods(0, 0), "1");
}

TEST(VmQueries, PendingCountsWhatIsKeptBack) {
  const auto pending = [](Program& p) { p.op(Opcode::defer).wait(30).query(Query::pending); };
  EXPECT_EQ(answer(pending, [](Rig& rig) { rig.tap(kF2, 140); }), "2");
}

TEST(VmQueries, WhatIsKeptBackCounts) {
  const auto kept = [](auto ask) {
    return [=](Program& p) {
      p.op(Opcode::defer).wait(30);
      ask(p);
    };
  };
  const auto press = [](Rig& rig) { rig.press(kF2, 140).press(kShift, 141).release(kShift, 300); };
  EXPECT_EQ(answer(kept([](Program& p) { p.op(Opcode::held_key).key(kF2); }), press), "1");
  EXPECT_EQ(answer(kept([](Program& p) { p.op(Opcode::mods_held).u8(2).u8(0); }), press), "1");
  EXPECT_EQ(answer(kept([](Program& p) { p.query(Query::interrupted); }), press), "1");
  const auto release = [](Rig& rig) { rig.release(kF1, 140); };
  EXPECT_EQ(answer(kept([](Program& p) { p.query(Query::held); }), release), "0");
  EXPECT_EQ(answer(kept([](Program& p) { p.query(Query::held); }), [](Rig&) {}), "1");
}

TEST(VmQueries, RunningCountsTasks) {
  Program other = Program::of_macro("other");
  other.wait(50);
  const auto running = [](Program& p) {
    p.starts(Opcode::fork, "other").starts(Opcode::fork, "other").named(Opcode::running, "other");
  };
  EXPECT_EQ(answer(
                running, [](Rig&) {}, BytecodeRoll{}.macro("other", other.body())),
            "2");
}

TEST(VmQueries, WhatDoesNotExistIsAnError) {
  using Codes = std::vector<ErrorCode>;
  EXPECT_EQ(errors(Program{}.named(Opcode::running, "nobody")), Codes{ErrorCode::macro});
  EXPECT_EQ(errors(Program{}.named(Opcode::layer_active, "none")), Codes{ErrorCode::layer});
  EXPECT_EQ(errors(Program{}.op(Opcode::query).number(lang::kQueryCount)), Codes{ErrorCode::code});
}

}  // namespace
}  // namespace pianola::engine
