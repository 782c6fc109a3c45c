// What holds for any macros, whatever happens: over many random programs and key presses.
//
// PIANOLA_SCENARIOS=n plays n of them (100,000 unless told), PIANOLA_SEED=n begins at another one.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "ports/sim/simulated_host.hpp"
#include "ports/sim/simulation.hpp"
#include "support/compilation.hpp"
#include "support/engine_probe.hpp"
#include "support/engine_run.hpp"
#include "support/scenario_generator.hpp"
#include "support/volume.hpp"

namespace pianola {
namespace {

using test::EngineProbe;
using test::EngineRun;
using test::Happening;
using test::ScenarioGenerator;

/// Small, so that everything runs out now and then.
constexpr engine::Capacities kSmall{.tasks = 6,
                                    .slots = 16,
                                    .holds = 16,
                                    .events = 12,
                                    .globals = 4,
                                    .recordings = 16,
                                    .window = 32};
constexpr engine::Capacities kLarge{.tasks = 64,
                                    .slots = 256,
                                    .holds = 64,
                                    .events = 64,
                                    .globals = 16,
                                    .recordings = 256,
                                    .window = 128};

constexpr std::uint32_t kPrograms = 10;  // key scripts for each program

/// How many scenarios; the sanitizers make each of them several times as slow.
unsigned long scenarios() { return test::volume("PIANOLA_SCENARIOS", 100'000, 4'000); }

bool is_users(hid::Usage key) { return key >= hid::keyboard_usage(0x1A) && key <= hid::kKeyZ; }

std::string name_of(std::uint8_t key) { return {static_cast<char>('a' + key - 4)}; }

/// The user's own keys in the order in which they went down, for the user and for the host.
std::string pressed(const std::vector<Happening>& happenings) {
  std::string keys;
  for (const Happening& what : happenings) {
    const bool press = what.kind == Happening::Kind::key && what.down;
    if (press && is_users(what.key)) keys += name_of(static_cast<std::uint8_t>(what.key));
  }
  return keys;
}
std::string seen(const sim::SimulatedHost& host) {
  std::string keys;
  hid::KeySet before;
  for (const sim::TraceEntry& entry : host.trace()) {
    hid::KeySet news = entry.report.keys;
    news -= before;
    news.for_each([&](std::uint8_t key) {
      if (is_users(hid::keyboard_usage(key))) keys += name_of(key);
    });
    before = entry.report.keys;
  }
  return keys;
}

/// Whether `part` is `whole` without some of it.
bool is_part(const std::string& part, const std::string& whole) {
  std::size_t i = 0;
  for (const char c : whole) i += i < part.size() && part[i] == c ? 1 : 0;
  return i == part.size();
}

bool only_keys(const std::vector<Happening>& happenings) {
  return std::ranges::all_of(happenings, [](const Happening& what) {
    return what.kind == Happening::Kind::key && what.key != hid::kEscape;
  });
}

/// Plays one scenario and returns what is wrong with it.
template <engine::Capacities Sizes>
std::string play(lang::Roll& roll, const ScenarioGenerator& generator,
                 const std::vector<Happening>& happenings, std::uint32_t poll) {
  EngineRun<Sizes> device(roll, poll, 0);
  // In pieces, to look at it in between.
  const std::size_t half = happenings.size() / 2;
  device.run({happenings.begin(), happenings.begin() + static_cast<std::ptrdiff_t>(half)}, 0);
  std::string wrong = device.wrong();
  device.run({happenings.begin() + static_cast<std::ptrdiff_t>(half), happenings.end()}, 1500);
  wrong += device.wrong() + device.wake_in_vain() + device.wrong();
  engine::Engine& engine = device.engine();
  const std::string typed = pressed(happenings);
  const bool complete = only_keys(happenings) && engine.lost_taps() == 0 && engine.idle();
  if (!generator.replays()) {
    const std::string shown = seen(device.host());
    if (complete ? shown != typed : !is_part(shown, typed)) {
      wrong += "the user typed " + typed + ", the host saw " + shown + '\n';
    }
  }
  if (engine.idle() && !generator.lasting()) wrong += EngineProbe::left(engine);
  engine.cancel_all();
  device.run({}, 5000);
  wrong += device.wrong() + EngineProbe::left(engine);
  if (engine.tasks() != 0) wrong += "tasks survive the cancel\n";
  return wrong;
}

std::string shown(const std::vector<Happening>& happenings) {
  std::string text;
  for (const Happening& what : happenings) {
    text += std::to_string(what.time) + ' ' + std::to_string(static_cast<int>(what.kind)) + ' ' +
            std::to_string(static_cast<unsigned>(what.key)) + (what.down ? " down\n" : " up\n");
  }
  return text;
}

constexpr int kShards = 8;

class Properties : public ::testing::TestWithParam<int> {};

TEST_P(Properties, HoldWhateverHappens) {
  const unsigned long programs = scenarios() / kPrograms / kShards + 1;
  const auto first = static_cast<std::uint32_t>(test::number_from("PIANOLA_SEED", 1)) +
                     static_cast<std::uint32_t>(GetParam() * programs);
  for (std::uint32_t seed = first; seed < first + programs; ++seed) {
    ScenarioGenerator generator(seed);
    const std::string text = generator.program();
    test::Compilation compiled(text);
    ASSERT_EQ(compiled.status(), Status::ok) << compiled.text();
    for (unsigned script = 0; script < kPrograms; ++script) {
      const std::vector<Happening> happenings = generator.happenings(40);
      const std::uint32_t poll = 1 + generator.below(8);
      const std::string wrong = script % 2 == 0
                                    ? play<kSmall>(compiled.roll(), generator, happenings, poll)
                                    : play<kLarge>(compiled.roll(), generator, happenings, poll);
      ASSERT_EQ(wrong, "") << "seed " << seed << ", script " << script << ", poll " << poll << "\n"
                           << text << shown(happenings);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Shard, Properties, ::testing::Range(0, kShards));

/// The same scenario gives the same trace, byte for byte, whatever the window's size and however
/// often the engine is asked.
TEST(Determinism, TheSameScenarioGivesTheSameTrace) {
  constexpr engine::Capacities kOtherWindow{.tasks = 6,
                                            .slots = 16,
                                            .holds = 16,
                                            .events = 12,
                                            .globals = 4,
                                            .recordings = 16,
                                            .window = 100};
  const auto first = static_cast<std::uint32_t>(test::number_from("PIANOLA_SEED", 1)) + 5'000'000;
  for (std::uint32_t seed = first; seed < first + 1000; ++seed) {
    ScenarioGenerator generator(seed);
    const std::string text = generator.program();
    test::Compilation compiled(text);
    ASSERT_EQ(compiled.status(), Status::ok) << compiled.text();
    const std::vector<Happening> happenings = generator.happenings(40);
    const std::uint32_t poll = 1 + generator.below(4);
    EngineRun<kSmall> one(compiled.roll(), poll, 0);
    EngineRun<kSmall> again(compiled.roll(), poll, 2);
    EngineRun<kOtherWindow> other(compiled.roll(), poll, 0);
    one.run(happenings, 1500);
    again.run(happenings, 1500);
    other.run(happenings, 1500);
    const std::string trace = sim::format_trace(one.host().trace());
    ASSERT_EQ(sim::format_trace(again.host().trace()), trace) << seed << '\n' << text;
    ASSERT_EQ(sim::format_trace(other.host().trace()), trace) << seed << '\n' << text;
  }
}

/// How much of the code is in memory at a time is nobody's business: instructions that lie across
/// the window's edge wait for the host like all others.
template <std::size_t Window>
std::string trace_with_window(lang::Roll& roll) {
  constexpr engine::Capacities kSizes{.recordings = 4, .window = Window};
  EngineRun<kSizes> device(roll, 3, 0);
  device.run({{Happening::Kind::key, 0, hid::keyboard_usage(0x3A), true}}, 3000);
  return sim::format_trace(device.host().trace());
}

TEST(Determinism, TheWindowsSizeChangesNothing) {
  test::Compilation compiled(
      "F1 { repeat 3 { tap a, b, ctrl+c \"ab\" press d [02:04,05] release all toggle e click left "
      "move 3 4 let n = 300 \"${n}\" if n > 299 { tap f } } }\n");
  ASSERT_EQ(compiled.status(), Status::ok) << compiled.text();
  const std::string trace = trace_with_window<64>(compiled.roll());
  EXPECT_EQ(trace_with_window<1>(compiled.roll()), trace);
  EXPECT_EQ(trace_with_window<2>(compiled.roll()), trace);
  EXPECT_EQ(trace_with_window<3>(compiled.roll()), trace);
  EXPECT_EQ(trace_with_window<5>(compiled.roll()), trace);
  EXPECT_EQ(trace_with_window<16>(compiled.roll()), trace);
  EXPECT_EQ(trace_with_window<33>(compiled.roll()), trace);
  EXPECT_EQ(trace_with_window<128>(compiled.roll()), trace);
}

}  // namespace
}  // namespace pianola
