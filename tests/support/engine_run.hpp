#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.hpp"
#include "ports/sim/simulated_host.hpp"
#include "ports/sim/simulation.hpp"
#include "support/engine_probe.hpp"
#include "support/scenario_generator.hpp"

namespace pianola::test {

/// An engine and its host in virtual time, to which things happen.
template <engine::Capacities Sizes>
class EngineRun {
 public:
  EngineRun(lang::Roll& roll, std::uint32_t poll, unsigned extra_steps)
      : storage_(std::make_unique<engine::Storage<Sizes>>()),
        roll_(roll),
        engine_(storage_->view(), roll, host_, errors_),
        poll_(poll),
        extra_steps_(extra_steps) {}

  /// Lets `happenings` happen and goes on until nothing is left to do, at most `most` ms after the
  /// last.
  void run(const std::vector<Happening>& happenings, std::uint32_t most) {
    std::size_t next = 0;
    const std::uint32_t end = (happenings.empty() ? now_ : happenings.back().time) + most;
    while (now_ <= end) {
      for (; next < happenings.size() && happenings[next].time <= now_; ++next) {
        happen(happenings[next]);
      }
      live();
      std::uint32_t then = end + 1;
      if (next < happenings.size()) then = std::min(then, happenings[next].time);
      if (!next_.never) then = std::min(then, std::max(next_.at, now_ + 1));
      if (host_.waits()) then = std::min(then, (now_ / poll_ + 1) * poll_);
      now_ = then;
    }
  }

  [[nodiscard]] engine::Engine& engine() { return engine_; }
  [[nodiscard]] const sim::SimulatedHost& host() const { return host_; }
  [[nodiscard]] std::string wrong() { return EngineProbe::wrong(engine_); }
  /// Whether the engine still has something to do by itself.
  [[nodiscard]] bool runs_on() const { return !next_.never; }

  /// If all sleep until something happens: wakes them without that anything happened. Returns who
  /// went on, which it should have done before.
  std::string wake_in_vain() {
    if (!next_.never || host_.waits()) return {};
    engine::Core& core = EngineProbe::core(engine_);
    struct Sleeper {
      engine::TaskIndex index;
      engine::Task task;
    };
    std::vector<Sleeper> sleepers;
    for (engine::TaskIndex i = 0; i < core.tasks.capacity(); ++i) {
      if (EngineProbe::sleeps_for_ever(core.tasks[i])) sleepers.push_back({i, core.tasks[i]});
    }
    core.signal(static_cast<engine::Wakes>(~unsigned{engine::kWakeTime | engine::kWakeChild}));
    live();
    std::string lost;
    for (const Sleeper& sleeper : sleepers) {
      const engine::Task& now = core.tasks[sleeper.index];
      if (now.generation == sleeper.task.generation && EngineProbe::sleeps_for_ever(now) &&
          now.pc == sleeper.task.pc) {
        continue;
      }
      lost += "task " + std::to_string(sleeper.index) + " had something to do and slept on\n";
    }
    return lost;
  }

 private:
  void happen(const Happening& what) {
    switch (what.kind) {
      case Happening::Kind::key:
        return engine_.key({what.key, what.down, now_});
      case Happening::Kind::cancel:
        return engine_.cancel_all();
      case Happening::Kind::reload:
        return engine_.play(roll_);
      case Happening::Kind::disconnect:
        return engine_.disconnected();
      case Happening::Kind::caps_lock:
        leds_ ^= 2;
        return engine_.host_leds(leds_);
    }
  }

  void live() {
    for (unsigned i = 0; i < extra_steps_; ++i) engine_.step(now_);
    step();
    if (now_ % poll_ != 0 || !host_.poll(now_)) return;
    engine_.report_taken(now_);
    step();
  }
  void step() {
    for (int i = 0; i < 8; ++i) {
      next_ = engine_.step(now_);
      if (next_.never || next_.at != now_) return;
    }
  }

  std::unique_ptr<engine::Storage<Sizes>> storage_;
  lang::Roll& roll_;
  sim::SimulatedHost host_{hid::default_layout()};
  sim::ErrorList errors_;
  engine::Engine engine_;
  Next next_ = Next::time(0);
  std::uint32_t now_ = 0;
  std::uint32_t poll_;
  unsigned extra_steps_;
  std::uint8_t leds_ = 0;
};

}  // namespace pianola::test
