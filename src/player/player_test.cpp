#include "player/player.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "engine/storage.hpp"
#include "ports/memory/roll.hpp"
#include "support/keys.hpp"
#include "support/program.hpp"

namespace pianola::player {
namespace {

using lang::Opcode;
using test::BytecodeRoll;
using test::Program;
using namespace test::keys;

/// A host that takes reports as long as it is asked to, and an attached keyboard.
class Board final : public Host, public KeyboardLeds, public engine::ErrorSink {
 public:
  bool send(const hid::Report& report) override {
    if (takes) reports.push_back(report);
    return takes;
  }
  void wake() override { ++wakes; }
  void show(std::uint8_t leds) override { shown.push_back(leds); }
  void error(const engine::Error&) override { ++errors; }

  bool takes = true;
  unsigned wakes = 0;
  unsigned errors = 0;
  std::vector<std::uint8_t> shown;
  std::vector<hid::Report> reports;
};

class Taker final : public Watcher {
 public:
  bool take_key(const engine::KeyEvent& event) override { return event.usage == taken; }
  void sent(const hid::Report& report) override { log += sim::format_report(report) + " "; }

  hid::Usage taken = hid::kNoKey;
  std::string log;
};

constexpr hid::Usage a = hid::keyboard_usage(kA);
constexpr hid::Usage b = hid::keyboard_usage(kB);

class PlayerTest : public ::testing::Test {
 protected:
  void key(hid::Usage usage, bool down) {
    player.key({usage, down, now});
    pass(5);
  }
  void tap(hid::Usage usage) {
    key(usage, true);
    key(usage, false);
  }
  void pass(unsigned milliseconds) {
    for (; milliseconds > 0; --milliseconds, ++now) {
      const std::size_t before = board.reports.size();
      player.step(now);
      if (board.reports.size() != before) player.report_taken(now);
    }
  }

  Board board;
  Taker taker;
  memory::Roll roll;
  engine::Storage<> storage;
  Player player{{storage.view(), board, board, board}, roll};
  Time now = 0;
};

TEST_F(PlayerTest, AHostThatSleepsIsWokenByWhatGoesDownAndNotTooOften) {
  key(a, true);
  player.suspended();
  const std::size_t before = board.reports.size();
  key(a, false);
  EXPECT_EQ(board.wakes, 0U) << "what goes up wakes nobody";
  key(b, true);
  EXPECT_EQ(board.wakes, 1U);
  pass(Player::kWakeInterval - 10);
  EXPECT_EQ(board.wakes, 1U);
  pass(20);
  EXPECT_EQ(board.wakes, 2U);
  EXPECT_EQ(board.reports.size(), before) << "it takes nothing while it sleeps";
  player.resumed();
  pass(5);
  EXPECT_EQ(sim::format_report(board.reports[before]), "[00:]");
  EXPECT_EQ(sim::format_report(board.reports.back()), "[00:05]") << "nothing is lost";
}

TEST_F(PlayerTest, TheKeyboardIsToldOfTheHostsLedsWhenTheyChange) {
  player.host_leds(0);
  player.host_leds(0);
  player.host_leds(2);
  player.host_leds(2);
  EXPECT_EQ(board.shown, (std::vector<std::uint8_t>{0, 2}));
  EXPECT_TRUE(player.caps_lock());
}

TEST_F(PlayerTest, AWatcherSeesEachReport) {
  player.watch(&taker);
  key(a, true);
  key(a, false);
  EXPECT_EQ(taker.log, "[00:04] [00:] ");
  taker.log.clear();
  key(a, true);
  player.disconnected();
  key(a, false);
  tap(b);
  EXPECT_EQ(taker.log, "[00:04] [00:05] [00:] ");
}

TEST_F(PlayerTest, ARefusedReportIsNotTold) {
  player.watch(&taker);
  board.takes = false;
  key(a, true);
  EXPECT_EQ(taker.log, "");
  board.takes = true;
  pass(5);
  EXPECT_EQ(taker.log, "[00:04] ");
}

TEST_F(PlayerTest, AWatcherKeepsKeys) {
  taker.taken = a;
  player.watch(&taker);
  tap(a);
  EXPECT_TRUE(board.reports.empty());
  player.watch(nullptr);
  tap(a);
  EXPECT_EQ(board.reports.size(), 2U);
}

TEST_F(PlayerTest, LockingEndsWhatRunsAndStartsOnLock) {
  BytecodeRoll{}
      .bind(kF1, Program{}.op(Opcode::lock).text("b"))
      .event(lang::Event::lock, Program{}.text("a"))
      .into(roll);
  player.play(roll);
  player.key({hid::keyboard_usage(kF1), true, now});
  player.step(now);
  ASSERT_EQ(player.take_request().kind, engine::Request::Kind::lock);
  player.lock();
  pass(20);
  ASSERT_FALSE(board.reports.empty());
  EXPECT_EQ(sim::format_report(board.reports[0]), "[00:04]");
  EXPECT_EQ(board.reports.size(), 2U) << "b is not typed";
}

TEST_F(PlayerTest, KnowsTheLayoutAndTheLeaderAsSoonAsItPlays) {
  BytecodeRoll{}.set(lang::Setting::leader, static_cast<std::uint32_t>(hid::kEscape)).into(roll);
  EXPECT_EQ(player.leader(), hid::kNoKey);
  player.play(roll);
  EXPECT_EQ(player.leader(), hid::kEscape);
  EXPECT_EQ(&player.layout(), &hid::layouts()[0]);
}

}  // namespace
}  // namespace pianola::player
