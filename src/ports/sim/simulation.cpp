#include "ports/sim/simulation.hpp"

#include <algorithm>

namespace pianola::sim {
namespace {

/// A desktop's memory is no limit worth meeting in a simulation.
constexpr engine::Capacities kCapacities{.tasks = 64,
                                         .slots = 512,
                                         .holds = 64,
                                         .events = 64,
                                         .globals = lang::kMaxGlobals,
                                         .recordings = 4096,
                                         .window = 128};

}  // namespace

struct Simulation::Memory {
  engine::Storage<kCapacities> storage;
};

Simulation::Simulation(lang::Roll& roll, const Options& options)
    : options_(options),
      memory_(std::make_unique<Memory>()),
      host_(options.layout, options.unicode),
      engine_(std::make_unique<engine::Engine>(memory_->storage.view(), roll, host_, errors_)),
      next_(Next::time(options.start)),
      now_(options.start) {
  options_.poll = std::max(options_.poll, std::uint32_t{1});
}

Simulation::~Simulation() = default;

/// Lets the engine go on for as long as it has something to do at this time.
void Simulation::step() {
  // A macro that loops without a wait is busy for ever, but the clock must go on. This is about as
  // much as a small device does in a millisecond.
  constexpr int kStepsPerMillisecond = 8;
  for (int i = 0; i < kStepsPerMillisecond; ++i) {
    next_ = engine_->step(now_);
    if (next_.never || next_.at != now_) return;
  }
  next_.at = now_ + 1;
}

/// One millisecond.
void Simulation::live(std::span<const engine::KeyEvent>& keys) {
  while (!keys.empty() && reached(now_, keys.front().time)) {
    engine_->key(keys.front());
    keys = keys.subspan(1);
  }
  step();
  const std::uint32_t since = now_ - options_.start;
  if (since % options_.poll != 0 || polled_ == now_ || !host_.poll(now_)) return;
  polled_ = now_;
  engine_->report_taken(now_);
  engine_->host_leds(host_.leds());
  step();
}

/// When something happens next; false if nothing will.
bool Simulation::next_time(std::span<const engine::KeyEvent> keys, std::uint32_t& out) const {
  bool any = false;
  const auto consider = [&](std::uint32_t time) {
    if (!any || earlier(time, out)) out = time;
    any = true;
  };
  if (!keys.empty()) consider(keys.front().time);
  if (!next_.never) consider(next_.at);
  if (host_.waits()) {
    const std::uint32_t since = now_ - options_.start;
    consider(options_.start + (since / options_.poll + 1) * options_.poll);
  }
  return any;
}

void Simulation::set_leds(std::uint8_t leds) {
  host_.set_leds(leds);
  engine_->host_leds(leds);
}

void Simulation::reconnect() {
  host_.reconnect();
  engine_->disconnected();
}

Ending Simulation::run(std::span<const engine::KeyEvent> keys, std::uint32_t limit) {
  for (bool first = true;; first = false) {
    std::uint32_t time = now_;
    if (!first && !next_time(keys, time)) break;
    if (time - options_.start > limit) {
      now_ = options_.start + limit;
      return Ending::limit;
    }
    now_ = time;
    live(keys);
  }
  return engine_->idle() ? Ending::done : Ending::waiting;
}

}  // namespace pianola::sim
