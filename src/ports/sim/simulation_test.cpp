#include "ports/sim/simulation.hpp"

#include <gtest/gtest.h>

#include "support/rig.hpp"

namespace pianola::sim {
namespace {

using lang::Opcode;
using test::Assembler;
using test::BytecodeRoll;
using test::Rig;

constexpr std::uint16_t kF1 = 0x3A;

TEST(Simulation, TheHostPollsAtMultiplesOfItsInterval) {
  Rig rig{BytecodeRoll{}, {.layout = hid::default_layout(), .poll = 10}};
  EXPECT_EQ(rig.press(4, 0).press(5, 1).release(4, 25).release(5, 31).trace(),
            "0 [00:04]\n10 [00:04,05]\n30 [00:05]\n40 [00:]\n");
}

TEST(Simulation, TimeJumps) {
  Rig rig{BytecodeRoll{}.bind(
      kF1, Assembler{}.op(Opcode::wait).number(lang::kMaxDuration).op(Opcode::text).counted("a"))};
  EXPECT_EQ(rig.tap(kF1, 0).run(lang::kMaxDuration + 10), Ending::done);
  EXPECT_EQ(rig.simulation->now(), lang::kMaxDuration + 1);
}

TEST(Simulation, TheLimitEndsIt) {
  Rig rig{BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::wait).number(100))};
  EXPECT_EQ(rig.tap(kF1, 0).run(99), Ending::limit);
  EXPECT_EQ(rig.simulation->now(), 99U);
  EXPECT_EQ(rig.run(200), Ending::done);
}

TEST(Simulation, ItCanGoOnWithMoreKeys) {
  Rig rig{BytecodeRoll{}};
  rig.tap(4, 0).run();
  rig.tap(5, 100).run();
  EXPECT_EQ(rig.text(), "ab");
}

TEST(Simulation, TheHostPollsOnceInAMillisecond) {
  Rig rig{BytecodeRoll{}};
  rig.press(4, 0).run(0);
  rig.press(5, 0).run(0);
  EXPECT_EQ(sim::format_trace(rig.simulation->host().trace()), "0 [00:04]\n");
  EXPECT_EQ(rig.trace(), "0 [00:04]\n1 [00:04,05]\n");
}

TEST(Simulation, TheHostSwitchesItsLeds) {
  Rig rig{BytecodeRoll{}};
  rig.simulation->set_leds(2);
  EXPECT_EQ(rig.simulation->host().leds(), 2U);
  EXPECT_EQ(rig.tap(4, 0).run(), Ending::done);
  EXPECT_EQ(rig.text(), "A");
}

TEST(Simulation, AHostThatComesBackKnowsOfNoKey) {
  Rig rig{BytecodeRoll{}};
  rig.press(4, 0).run();
  rig.simulation->reconnect();
  rig.release(4, 10).press(4, 20).release(4, 30).run();
  EXPECT_EQ(rig.text(), "aa");
}

TEST(Simulation, ErrorsAreListed) {
  Rig rig{BytecodeRoll{}.bind(kF1, Assembler{}.op(Opcode::load_global).counted("x"))};
  rig.tap(kF1, 0).run();
  ASSERT_EQ(rig.simulation->errors().size(), 1U);
  EXPECT_EQ(rig.simulation->errors()[0], (engine::Error{engine::ErrorCode::variable, 0, 3}));
}

TEST(SimulatedHost, HoldsOneReport) {
  SimulatedHost host{hid::default_layout()};
  EXPECT_FALSE(host.poll(0));
  EXPECT_TRUE(host.send({}));
  EXPECT_FALSE(host.send({}));
  EXPECT_TRUE(host.poll(1));
  EXPECT_FALSE(host.poll(2));
  EXPECT_EQ(host.trace().size(), 1U);
}

}  // namespace
}  // namespace pianola::sim
