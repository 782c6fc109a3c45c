#include "scenario/simulated_device.hpp"

#include <span>

#include "engine/errors.hpp"
#include "ports/memory/compile.hpp"

namespace pianola::scenario {

SimulatedDevice::SimulatedDevice(const sim::Simulation::Options& options, lang::Roll* macros)
    : roll_(macros != nullptr ? macros : &empty_),
      start_(options.start),
      now_(options.start),
      simulation_(*roll_, options) {}

void SimulatedDevice::load(std::string_view macros) {
  const bool begun = begun_;
  if (begun) pass(0);
  auto roll = std::make_unique<memory::Roll>();
  memory::Findings findings;
  memory::compile(macros, *roll, findings);
  roll_ = roll.get();
  simulation_.engine().play(*roll_);
  loaded_.push_back(std::move(roll));
  if (begun) pass(0);
}

void SimulatedDevice::key(hid::Usage usage, bool down) {
  keys_.push_back({.usage = usage, .down = down, .time = now_});
  begun_ = true;
}

void SimulatedDevice::pass(std::uint32_t milliseconds) {
  now_ += milliseconds;
  begun_ = true;
  const std::span keys{keys_};
  simulation_.run(keys.subspan(played_), now_ - start_);
  played_ = keys_.size();
}

bool SimulatedDevice::sending() { return played_ < keys_.size() || simulation_.host().waits(); }

bool SimulatedDevice::idle() {
  return played_ == keys_.size() && simulation_.engine().idle() && !simulation_.host().waits();
}

const std::vector<sim::TraceEntry>& SimulatedDevice::reports() {
  return simulation_.host().trace();
}

std::string SimulatedDevice::text() { return simulation_.host().text(); }

std::vector<std::string> SimulatedDevice::errors() {
  std::vector<std::string> messages;
  for (const engine::Error& error : simulation_.errors()) {
    messages.emplace_back(engine::error_text(error.code));
  }
  return messages;
}

std::uint8_t SimulatedDevice::leds() { return simulation_.host().leds(); }

void SimulatedDevice::set_leds(std::uint8_t leds) {
  pass(0);
  simulation_.set_leds(leds);
}

void SimulatedDevice::reconnect() {
  pass(0);
  simulation_.reconnect();
}

}  // namespace pianola::scenario
