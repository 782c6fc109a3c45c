// Layers, recordings and what macros ask of the device.

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

/// Layer nav { h = LEFT }, and F1 with `body`.
BytecodeRoll nav(const Program& body) {
  return BytecodeRoll{}.bind(kF1, body.body()).layer("nav").remap(kH, 0, kLeft).outside();
}

TEST(VmLayers, HoldLastsUntilTheTriggersRelease) {
  Rig rig{nav(Program{}.named(Opcode::layer_hold, "nav"))};
  rig.press(kF1, 0).tap(kH, 20).release(kF1, 50).tap(kH, 70);
  EXPECT_EQ(rig.trace(), "20 [00:50]\n30 [00:]\n70 [00:0b]\n80 [00:]\n");
}

TEST(VmLayers, HoldAfterTheReleaseIsNothing) {
  Rig rig{nav(Program{}.wait(30).named(Opcode::layer_hold, "nav"))};
  rig.tap(kF1, 0).tap(kH, 50);
  EXPECT_EQ(rig.trace(), "50 [00:0b]\n60 [00:]\n");
}

TEST(VmLayers, TheDeviceKeepsALayerOn) {
  const auto keys = [](Opcode opcode) {
    Rig rig{
        nav(Program{}.named(opcode, "nav")).bind(kF2, Program{}.named(Opcode::layer_off, "nav"))};
    rig.tap(kF1, 0).tap(kH, 20).tap(kF1, 40).tap(kH, 60).tap(kF2, 80).tap(kH, 100);
    return rig.reports();
  };
  EXPECT_EQ(keys(Opcode::layer_on), "[00:50] [00:] [00:50] [00:] [00:0b] [00:]");
  EXPECT_EQ(keys(Opcode::layer_toggle), "[00:50] [00:] [00:0b] [00:] [00:0b] [00:]");
}

TEST(VmLayers, WhatHoldsALayerKeepsItOn) {
  Program p;
  p.named(Opcode::layer_on, "nav").named(Opcode::layer_hold, "nav");
  Rig rig{nav(p).bind(kF2, Program{}.named(Opcode::layer_off, "nav"))};
  rig.press(kF1, 0).tap(kF2, 20).tap(kH, 40).release(kF1, 60).tap(kH, 80);
  EXPECT_EQ(rig.reports(), "[00:50] [00:] [00:0b] [00:]");
}

TEST(VmLayers, UnknownLayersAreErrors) {
  for (const Opcode opcode :
       {Opcode::layer_hold, Opcode::layer_on, Opcode::layer_off, Opcode::layer_toggle}) {
    Rig rig{BytecodeRoll{}.bind(kF1, Program{}.named(opcode, "none"))};
    rig.tap(kF1, 0).run();
    ASSERT_EQ(rig.simulation->errors().size(), 1U);
    EXPECT_EQ(rig.simulation->errors()[0].code, ErrorCode::layer);
  }
}

// ---- Recordings --------------------------------------------------------------------------------

/// F1 records r, F2 ends it, F3 plays it.
BytecodeRoll recorder() {
  return BytecodeRoll{}
      .bind(kF1, Program{}.named(Opcode::record, "r"))
      .bind(kF2, Program{}.op(Opcode::record_stop))
      .bind(kF3, Program{}.named(Opcode::play, "r"));
}
/// The reports after `rig` played what it has, in which nothing was told before.
std::string from(Rig& rig, std::uint32_t time) {
  rig.run();
  std::string text;
  for (const sim::TraceEntry& entry : rig.simulation->host().trace()) {
    if (entry.time < time) continue;
    if (!text.empty()) text += ' ';
    text += sim::format_report(entry.report);
  }
  EXPECT_TRUE(rig.simulation->engine().shown().empty());
  EXPECT_EQ(rig.simulation->engine().tasks(), 0U);
  return text;
}

TEST(VmRecordings, PlayDoesWhatTheHostSaw) {
  Rig rig{recorder()};
  rig.tap(kF1, 0).press(kShift, 20).tap(kA, 30).release(kShift, 50).tap(kB, 60);
  rig.tap(kF2, 80).tap(kF3, 100);
  EXPECT_EQ(from(rig, 100), "[02:] [02:04] [02:] [00:] [00:05] [00:]");
}

TEST(VmRecordings, WhatMacrosTypeIsRecordedToo) {
  Rig rig{recorder().bind(kB, Program{}.text("Hi"))};
  rig.tap(kF1, 0).tap(kB, 20).tap(kF2, 80).tap(kF3, 100).run();
  EXPECT_EQ(rig.text(), "HiHi");
}

TEST(VmRecordings, KeysThatAreDownAtTheEndAreReleasedAtTheEndOfPlay) {
  Rig rig{recorder()};
  rig.tap(kF1, 0).press(kShift, 20).press(kA, 30).tap(kF2, 40).release(kA, 60);
  rig.release(kShift, 70).tap(kF3, 100);
  EXPECT_EQ(from(rig, 100), "[02:] [02:04] [00:]");
}

TEST(VmRecordings, KeysThatWereDownBeforeAreNotRecorded) {
  Rig rig{recorder()};
  rig.press(kA, 0).tap(kF1, 10).release(kA, 30).tap(kB, 40).tap(kF2, 60).tap(kF3, 100);
  EXPECT_EQ(from(rig, 100), "[00:05] [00:]");
}

TEST(VmRecordings, TheKeyboardsModifiersAreMaskedWhilePlaying) {
  Rig rig{recorder()};
  rig.tap(kF1, 0).tap(kA, 20).tap(kF2, 40).press(kShift, 90).tap(kF3, 100).release(kShift, 150);
  EXPECT_EQ(from(rig, 100), "[00:04] [00:] [02:] [00:]");
}

TEST(VmRecordings, AKeyThatTheUserHoldsIsPlayedVisiblyAndStaysDown) {
  Rig rig{recorder()};
  rig.tap(kF1, 0).tap(kA, 20).tap(kF2, 40).press(kA, 90).tap(kF3, 100).release(kA, 150);
  EXPECT_EQ(from(rig, 100), "[00:] [00:04] [00:]");
}

TEST(VmRecordings, MouseButtonsAndConsumerKeysAreRecorded) {
  Rig rig{recorder()};
  rig.tap(kF1, 0).tap(0x3001, 20).tap(0x10CD, 40).tap(kF2, 60).tap(kF3, 100);
  EXPECT_EQ(from(rig, 100), "[00:] buttons:01 [00:] [00:] consumer:00cd [00:]");
}

TEST(VmRecordings, OneThatPlaysItselfPlaysWhatThereIs) {
  Rig rig{recorder()};
  rig.tap(kF1, 0).tap(kA, 20).tap(kF3, 40).tap(kF2, 80).tap(kF3, 100);
  EXPECT_EQ(from(rig, 100), "[00:04] [00:] [00:04] [00:]");
}

TEST(VmRecordings, ALongOneSurvivesTheStepsQuotaAndASlowHost) {
  std::string text(30, 'a');
  for (std::size_t i = 0; i < text.size(); ++i) text[i] = static_cast<char>('a' + i % 20);
  BytecodeRoll roll = recorder().bind(kB, Program{}.text(text));
  Rig rig{roll, {.poll = 7}};
  rig.tap(kF1, 0).tap(kB, 20).tap(kF2, 1000).tap(kF3, 2000).run();
  EXPECT_TRUE(rig.simulation->errors().empty());
  EXPECT_EQ(rig.text(), text + text);
}

TEST(VmRecordings, PlayingWhatWasNotRecordedIsAnError) {
  Rig rig{recorder()};
  rig.tap(kF3, 0).run();
  ASSERT_EQ(rig.simulation->errors().size(), 1U);
  EXPECT_EQ(rig.simulation->errors()[0].code, ErrorCode::recording);
}

TEST(VmRecordings, TheQueryTellsAndWakes) {
  Program p;
  std::uint32_t head = p.here();
  p.query(Query::recording).until(kWakeTask, head).text("+");
  head = p.here();
  p.query(Query::recording).op(Opcode::invert).until(kWakeTask, head).text("-");
  Rig rig{recorder().bind(kB, p.body())};
  rig.tap(kB, 0).tap(kF1, 50).tap(kF2, 100);
  EXPECT_EQ(rig.trace(), "50 [02:2e]\n51 [00:]\n100 [00:2d]\n101 [00:]\n");
}

// ---- The device --------------------------------------------------------------------------------

class TakesNoKey final : public KeyTaker {
 public:
  bool take_key(const KeyEvent&) override { return false; }
};
class TakesAll final : public ReportSink {
 public:
  bool send(const hid::Report&) override { return true; }
};

/// An engine in a device that takes its requests.
struct Attended {
  explicit Attended(const BytecodeRoll& macros) { macros.into(roll); }

  memory::Roll roll;
  Storage<> storage;
  TakesAll reports;
  sim::ErrorList errors;
  TakesNoKey device;
  Engine engine{storage.view(), roll, reports, errors, &device};
};

TEST(VmDevice, AStepEndsWithEachRequest) {
  Attended attended{BytecodeRoll{}.bind(kF1, Program{}.op(Opcode::lock).op(Opcode::edit))};
  Engine& engine = attended.engine;
  engine.key({hid::keyboard_usage(kF1), true, 0});
  EXPECT_EQ(engine.step(0).at, 0U);
  EXPECT_EQ(engine.take_request().kind, Request::Kind::lock);
  EXPECT_EQ(engine.take_request().kind, Request::Kind::none);
  EXPECT_EQ(engine.tasks(), 1U) << "it goes on";
  EXPECT_EQ(engine.step(0).at, 0U);
  EXPECT_EQ(engine.take_request().kind, Request::Kind::edit);
  engine.step(0);
  EXPECT_EQ(engine.take_request().kind, Request::Kind::none);
  EXPECT_EQ(engine.tasks(), 0U);
}

TEST(VmDevice, ARequestStandsUntilItIsTaken) {
  Attended attended{BytecodeRoll{}.bind(kF1, Program{}.op(Opcode::lock))};
  Engine& engine = attended.engine;
  engine.key({hid::keyboard_usage(kF1), true, 0});
  engine.step(0);
  engine.step(0);
  EXPECT_EQ(engine.take_request().kind, Request::Kind::lock);
  EXPECT_EQ(engine.take_request().kind, Request::Kind::none);
}

TEST(VmDevice, AKeyAfterTheLeaderIsARequestBeforeTheNextKeyIsHandled) {
  const hid::Usage end = hid::keyboard_usage(0x4D);
  for (const std::uint32_t mix : {0U, 1U}) {
    Attended attended{BytecodeRoll{}
                          .set(lang::Setting::busy, mix)
                          .bind(kF1, Program{}.text("a long text"))
                          .bind(kF2, Program{}.wait(1000))};
    Engine& engine = attended.engine;
    engine.key({hid::keyboard_usage(kF1), true, 0});
    engine.step(0);
    for (const bool down : {true, false}) {
      engine.key({hid::kLeftShift, down, 0});
      engine.key({hid::kRightShift, down, 0});
    }
    engine.key({end, true, 0});
    engine.key({hid::keyboard_usage(kF2), true, 0});
    Request request;
    for (Time now = 1; now < 100 && request.kind == Request::Kind::none; ++now) {
      engine.report_taken(now);
      engine.step(now);
      request = engine.take_request();
    }
    EXPECT_EQ(request.kind, Request::Kind::leader);
    EXPECT_EQ(request.key, end);
    EXPECT_EQ(engine.tasks(), mix) << "F2 waits";
    engine.report_taken(100);
    engine.step(100);
    EXPECT_EQ(engine.tasks(), mix + 1);
  }
}

TEST(VmDevice, WithoutADeviceNothingIsAsked) {
  Rig without{BytecodeRoll{}.bind(kF1, Program{}.op(Opcode::lock).op(Opcode::edit).text("a"))};
  without.tap(kF1, 0).run();
  EXPECT_EQ(without.text(), "a");
}

}  // namespace
}  // namespace pianola::engine
