// One test for each class of bug that the engine's design rules out (docs/design.md).

#include <gtest/gtest.h>

#include <memory>

#include "engine/engine.hpp"
#include "support/engine_probe.hpp"
#include "support/player.hpp"
#include "support/rig.hpp"

namespace pianola {
namespace {

using test::EngineProbe;
using test::Player;

TEST(BugClass, KillingASleeperLeaksItsSlot) {
  Player player(
      "macro sleeper { let a = 1  wait 1min }\n"
      "F1 { repeat 3 { fork sleeper }  wait 5ms  stop sleeper }\n"
      "F2 { let n = 7  \"${n}\" }\n");
  const std::size_t slots = EngineProbe::core(player.engine()).slots.size();
  // More sleepers than there is room for, if one of them stayed.
  for (std::uint32_t i = 0; i < slots; ++i) player.tap("F1", i * 50);
  player.tap("F2", static_cast<std::uint32_t>(slots) * 50).run();
  EXPECT_TRUE(player.errors().empty());
  EXPECT_EQ(player.text(), "7");
  EXPECT_EQ(player.engine().tasks(), 0U);
  EXPECT_EQ(EngineProbe::wrong(player.engine()), "");
}

TEST(BugClass, AStaleHandleWakesAStranger) {
  // F1 waits for its child. The child is stopped with F1, and its place, which F1's place knew, is
  // taken by another that sleeps: the end of nobody's child wakes nobody.
  Player player(
      "macro child { wait 20ms }\n"
      "F1 (again: stop) { call child  \"one\" }\n"
      "F2 { wait 500ms  \"two\" }\n"
      "F3 { wait 300ms  \"three\" }\n");
  player.tap("F1", 0).tap("F1", 10).tap("F2", 15).tap("F3", 16).run();
  EXPECT_EQ(player.text(), "threetwo");
  const std::string trace = player.trace();
  EXPECT_EQ(trace.substr(0, trace.find(' ')), "316");
}

TEST(BugClass, AStaleHandleIsNoTask) {
  // The tasks themselves: a handle from before a place was given back finds nothing.
  auto storage = std::make_unique<engine::Storage<>>();
  engine::Tasks tasks(storage->view().tasks, storage->view().heap);
  const engine::TaskIndex first = tasks.take();
  const engine::Handle stale = tasks.handle(first);
  tasks.release(first);
  for (std::size_t i = 1; i < tasks.capacity(); ++i) tasks.take();
  const engine::TaskIndex stranger = tasks.take();
  EXPECT_EQ(stranger, first);
  EXPECT_EQ(tasks.find(stale), engine::kNoTask);
  EXPECT_EQ(tasks.find(tasks.handle(stranger)), stranger);
}

TEST(BugClass, AResourceOwnedByAKilledTaskStaysLocked) {
  // The keyboard (defer, match), its modifiers (without mods), a layer, a key, the recording.
  Player player(
      "macro holder { press b  defer { without mods { match next { x { } } } } }\n"
      "F1 { fork holder  layer hold nav }\n"
      "F2 { stop all }\n"
      "macro killer { wait 50ms  stop others }\n"
      "F3 { fork killer  fork holder }\n"
      "layer nav { a = c }\n");
  player.tap("F3", 0).tap("a", 20).press("LSHIFT", 100).tap("a", 120).release("LSHIFT", 140).run();
  EXPECT_EQ(player.text(), "baA");
  EXPECT_EQ(player.engine().tasks(), 0U);
  EXPECT_EQ(EngineProbe::left(player.engine()), "");
}

TEST(BugClass, AResourceOwnedByAKilledTaskStaysLockedAfterACancel) {
  // Nobody owns a recording; a cancel ends it all the same.
  Player player("F1 { if recording { \"still\" } else { record x } }\n");
  player.tap("F1", 0).press("LSHIFT", 50).press("RSHIFT", 51).tap("ESC", 60);
  player.release("LSHIFT", 70).release("RSHIFT", 71).tap("F1", 100).run();
  EXPECT_EQ(player.text(), "");
  EXPECT_TRUE(EngineProbe::core(player.engine()).recorder.recording());
}

TEST(BugClass, ALostWakeAtTheQuotasEdge) {
  // A wake that comes at any instruction of the sleeper-to-be must count, also when the quota ends
  // a step just there. The busy macro shifts the edge by one instruction each time.
  for (unsigned shift = 0; shift < engine::Engine::kQuota + 8; ++shift) {
    Player player(
        "var g\n"
        "macro setter { g = 1 }\n"
        "F1 { let n = 0  while n < " +
        std::to_string(shift) +
        " { n = n + 1 }\n"
        "  fork setter  wait until g == 1  \"ok\" }\n");
    player.tap("F1", 0).run(60'000);
    ASSERT_EQ(player.text(), "ok") << shift;
  }
}

TEST(BugClass, StateOfTheLastInstructionReadByTheNext) {
  // Both are begun, slept in and gone on with; the second must not take the first's state for its
  // own. Likewise what the task before it left on the floor.
  Player player(
      "F1 { wait release max 10ms  wait release max 10ms  hold a  hold b\n"
      "  wait until elapsed >= 100 max 10ms  wait until elapsed >= 100 max 20ms  \"z\" }\n");
  player.press("F1", 0).release("F1", 40).run();
  EXPECT_EQ(player.trace(), "20 [00:04]\n40 [00:]\n41 [00:05]\n42 [00:]\n72 [00:1d]\n73 [00:]\n");
}

TEST(BugClass, AMacrosLastReleaseMissing) {
  for (const char* last : {"tap a", "press a", "\"a\"", "[00:04]", "hold a", "click left",
                           "press LSHIFT \"a\"", "press a exit", "press a wait 5ms let n = 1 / 0",
                           "call f", "fork f", "oneshot LSHIFT tap a"}) {
    Player player("macro f { press a }\nF1 { " + std::string(last) + " }\n");
    player.tap("F1", 0).run();
    EXPECT_TRUE(player.engine().shown().empty()) << last;
    ASSERT_FALSE(player.simulation().host().trace().empty()) << last;
    EXPECT_TRUE(player.simulation().host().trace().back().report.empty()) << last;
  }
}

TEST(BugClass, IsMyKeyHeldAnsweredForALaterPress) {
  // The macro sleeps through the release and the next press: its own press is over all the same.
  Player player("F1 (again: parallel) { wait 100ms  if held { \"held\" } else { \"gone\" } }\n");
  player.tap("F1", 0).press("F1", 50).run(120);
  EXPECT_EQ(player.text(), "gone");
  player.release("F1", 300).run();
  EXPECT_EQ(player.text(), "goneheld");
}

TEST(BugClass, TwoKeysInOneScanStartingInEitherOrder) {
  // Both changes carry the same time; they are handled in the order in which they were told, every
  // time, and the first one's macro runs first.
  for (int i = 0; i < 50; ++i) {
    Player player("F1 { \"1\" }\nF2 { \"2\" }\n");
    player.press("F1", 10).press("F2", 10).release("F2", 20).release("F1", 20).run();
    ASSERT_EQ(player.text(), "12");
    Player other("F1 { \"1\" }\nF2 { \"2\" }\n");
    other.press("F2", 10).press("F1", 10).release("F2", 20).release("F1", 20).run();
    ASSERT_EQ(other.text(), "21");
  }
}

/// A host that is often busy.
class BusyHost final : public engine::ReportSink {
 public:
  bool send(const hid::Report& report) override {
    if (++asked_ % 3 != 0) return false;
    view.take(report);
    sent = true;
    return true;
  }
  sim::TextView view{hid::default_layout()};
  bool sent = false;

 private:
  int asked_ = 0;
};

TEST(BugClass, TextTransposedBecauseOneReportWasLost) {
  test::Compilation compiled("F1 { \"the quick brown fox\" }\n");
  BusyHost host;
  sim::ErrorList errors;
  auto storage = std::make_unique<engine::Storage<>>();
  engine::Engine engine(storage->view(), compiled.roll(), host, errors);
  engine.key({hid::keyboard_usage(0x3A), true, 0});
  for (Time now = 0; now < 1000; ++now) {
    engine.step(now);
    // It is some time until the host takes a report.
    if (host.sent && now % 4 == 0) {
      host.sent = false;
      engine.report_taken(now);
    }
  }
  EXPECT_EQ(host.view.text(), "the quick brown fox");
}

TEST(BugClass, ATimerThatWrapsAt65Point5Seconds) {
  Player player("F1 { wait 66s  \"a\"  wait 131100ms  \"b\" }\n");
  player.tap("F1", 0).run(1'000'000);
  EXPECT_EQ(player.trace(), "66000 [00:04]\n66001 [00:]\n197101 [00:05]\n197102 [00:]\n");
}

TEST(BugClass, ATimerThatWrapsWithTheClock) {
  test::Compilation compiled("F1 { wait 10s  \"a\"  wait until elapsed >= 20000  \"b\" }\n");
  sim::Simulation simulation(compiled.roll(), {.start = 0xFFFFF000});
  const std::vector<engine::KeyEvent> keys = {{hid::keyboard_usage(0x3A), true, 0xFFFFF800},
                                              {hid::keyboard_usage(0x3A), false, 0xFFFFF810}};
  simulation.run(keys, 100'000);
  const auto& trace = simulation.host().trace();
  ASSERT_EQ(trace.size(), 4U);
  EXPECT_EQ(trace[0].time, 0xFFFFF800 + 10'000);
  EXPECT_EQ(trace[2].time, 0xFFFFF800 + 20'000);
}

TEST(BugClass, AnUndefinedVariableThatReads0) {
  EXPECT_EQ(test::messages_of("F1 { n = n + 1 }\n"),
            (std::vector<std::string>{"1:6 unknown variable 'n'", "1:10 unknown variable 'n'"}));
  // What the compiler did not see the engine does.
  test::Rig rig{test::BytecodeRoll{}.bind(
      0x3A, {test::Assembler{}.op(lang::Opcode::load).u8(0).op(lang::Opcode::type), 1})};
  rig.tap(0x3A, 0).run();
  ASSERT_EQ(rig.simulation->errors().size(), 1U);
  EXPECT_EQ(rig.simulation->errors()[0].code, engine::ErrorCode::unset);
  EXPECT_EQ(rig.text(), "");
}

}  // namespace
}  // namespace pianola
