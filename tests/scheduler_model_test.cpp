// All small cases of the scheduler: every pair of short macros, every small order of events. In
// each it is checked that no wake is lost, nobody starves, and nothing leaks.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/engine.hpp"
#include "lang/code/wakes.hpp"
#include "ports/memory/roll.hpp"
#include "support/engine_probe.hpp"
#include "support/engine_run.hpp"
#include "support/keys.hpp"
#include "support/rig.hpp"
#include "support/volume.hpp"

namespace pianola {
namespace {

using namespace test::keys;

using lang::Opcode;
using lang::OperandKind;
using test::Assembler;
using test::BytecodeRoll;
using test::EngineProbe;
using test::EngineRun;
using test::Happening;

constexpr engine::Capacities kSizes{
    .tasks = 4, .slots = 4, .holds = 8, .events = 8, .globals = 1, .recordings = 2, .window = 32};

/// One thing that a macro can do.
struct Act {
  std::string_view name;
  Assembler code;
  bool endless = false;
};

Assembler operator+(Assembler a, const Assembler& b) {
  a.code.insert(a.code.end(), b.code.begin(), b.code.end());
  return a;
}

/// `wait until` of a condition whose code is `condition`.
Assembler until(const Assembler& condition, lang::Wakes wakes) {
  const auto size = static_cast<std::uint32_t>(condition.code.size());
  return condition + Assembler{}.op(Opcode::until).number(wakes).number(0).number(size);
}

const std::vector<Act>& acts() {
  static const Assembler g = Assembler{}.op(Opcode::load_global).counted("g");
  static const Assembler one = Assembler{}.op(Opcode::push).integer(1);
  static const Assembler zero = Assembler{}.op(Opcode::push).integer(0);
  static const Assembler runs = Assembler{}.op(Opcode::running).counted("m");
  static const std::vector<Act> all = {
      {"wait 1ms", Assembler{}.op(Opcode::wait).number(1)},
      {"yield", Assembler{}.op(Opcode::yield)},
      {"g = 1", one + Assembler{}.op(Opcode::store_global).counted("g")},
      {"g = 0", zero + Assembler{}.op(Opcode::store_global).counted("g")},
      {"wait until g == 1", until(g + one + Assembler{}.op(Opcode::equal), lang::kWakeVariable)},
      {"wait until running(m) == 0",
       until(runs + zero + Assembler{}.op(Opcode::equal), lang::kWakeTask)},
      {"fork m", Assembler{}.op(Opcode::fork).counted("m").number(0)},
      {"call m", Assembler{}.op(Opcode::call).counted("m").number(0)},
      {"stop m", Assembler{}.op(Opcode::stop).counted("m")},
      {"stop others", Assembler{}.op(Opcode::stop_others)},
      {"wait release", Assembler{}.op(Opcode::wait_release).number(0)},
      {"tap a", Assembler{}.op(Opcode::tap).u8(0).key(0x04)},
      {"press b", Assembler{}.op(Opcode::press).u8(0).key(0x05)},
      {"defer { wait 1ms }",
       Assembler{}.op(Opcode::defer).op(Opcode::wait).number(1).op(Opcode::block_end)},
      {"loop { yield }", Assembler{}.op(Opcode::yield).op(Opcode::back).number(1), true},
  };
  return all;
}

/// Counts how often others get the floor while a task is ready.
class Fairness final : public engine::Observer {
 public:
  void task_event(engine::TaskIndex index, const engine::Task&, engine::TaskEvent event,
                  engine::Wakes) override {
    switch (event) {
      case engine::TaskEvent::started:
      case engine::TaskEvent::yielded:
      case engine::TaskEvent::woke:
        waiting_[index] = {};
        return;
      case engine::TaskEvent::floor:
        waiting_.erase(index);
        for (auto& [ready, others] : waiting_) unfair_ = unfair_ || ++others[index] > 2;
        return;
      default:
        waiting_.erase(index);
        return;
    }
  }
  /// Whether somebody had to wait while another got the floor a third time.
  [[nodiscard]] bool unfair() const { return unfair_; }

 private:
  std::map<engine::TaskIndex, std::map<engine::TaskIndex, int>> waiting_;
  bool unfair_ = false;
};

/// All orders of the presses and releases of F1 and F2 in the first three milliseconds.
std::vector<std::vector<Happening>> schedules() {
  std::vector<std::vector<Happening>> all;
  const auto key = [](std::uint32_t time, hid::Usage usage, bool down) {
    return Happening{Happening::Kind::key, time, usage, down};
  };
  constexpr std::array<std::pair<std::uint32_t, std::uint32_t>, 4> kSpans = {
      {{0, 0}, {0, 1}, {0, 2}, {1, 2}}};
  for (const auto& [down1, up1] : kSpans) {
    for (const auto& [down2, up2] : kSpans) {
      std::vector<Happening> events = {key(down1, kKeyF1, true), key(down2, kKeyF2, true),
                                       key(up1, kKeyF1, false), key(up2, kKeyF2, false)};
      std::ranges::stable_sort(events, {}, &Happening::time);
      all.push_back(events);
      std::swap(events[0], events[1]);
      if (events[0].time == events[1].time && events[0].key != events[1].key) all.push_back(events);
    }
  }
  return all;
}

/// Plays one case and returns what is wrong with it.
std::string play(lang::Roll& roll, const std::vector<Happening>& schedule, std::uint32_t poll,
                 bool endless) {
  EngineRun<kSizes> device(roll, poll, 0);
  Fairness fairness;
  device.engine().observe(&fairness);
  device.run(schedule, 10);
  std::string wrong = device.wrong() + device.wake_in_vain();
  if (fairness.unfair()) wrong += "somebody starves\n";
  if (!EngineProbe::core(device.engine()).input.empty()) wrong += "a key is not handled\n";
  if (device.engine().tasks() == 0) wrong += EngineProbe::left(device.engine());
  if (!endless && device.runs_on()) wrong += "somebody is busy for ever\n";
  device.engine().cancel_all();
  device.run({}, 4);
  wrong += device.wrong() + EngineProbe::left(device.engine());
  if (device.engine().tasks() != 0) wrong += "tasks survive the cancel\n";
  return wrong;
}

/// The sanitizers make it ten times as slow: then every 29th order of each case is tried.
constexpr std::size_t kStride = test::kSanitized ? 29 : 1;

class SchedulerModel : public ::testing::TestWithParam<std::size_t> {};

/// F1 does two things, of which the first is the parameter; F2 one; `m`, which they can start, one.
TEST_P(SchedulerModel, NoWakeIsLostNobodyStarvesNothingLeaks) {
  const std::vector<Act>& all = acts();
  const std::vector<std::vector<Happening>> orders = schedules();
  const Act& first = all[GetParam()];
  // m does what starts no other m: that would only fill the pool.
  const std::array<const Act*, 4> macros = {&all[0], &all[2], &all[4], &all[12]};
  std::size_t cases = 0;
  for (const Act& second : all) {
    if (first.endless && &second != all.data()) break;  // What comes second is never done.
    for (const Act& other : all) {
      for (const Act* macro : macros) {
        BytecodeRoll builder;
        builder.variable("g", 0).macro("m", macro->code);
        builder.bind(0x3A, first.code + second.code).bind(0x3B, other.code);
        memory::Roll roll;
        builder.into(roll);
        const bool endless = first.endless || second.endless || other.endless;
        for (std::size_t i = cases % kStride; i < orders.size(); i += kStride, ++cases) {
          const std::string wrong = play(roll, orders[i], 1 + i % 2, endless);
          ASSERT_EQ(wrong, "") << "F1 { " << first.name << "  " << second.name << " }  F2 { "
                               << other.name << " }  m { " << macro->name << " }, order " << i;
        }
      }
    }
  }
  RecordProperty("cases", static_cast<int>(cases));
}

INSTANTIATE_TEST_SUITE_P(First, SchedulerModel, ::testing::Range(std::size_t{0}, std::size_t{15}));

TEST(SchedulerModelCases, AllActsAreTried) { EXPECT_EQ(acts().size(), 15U); }

}  // namespace
}  // namespace pianola
