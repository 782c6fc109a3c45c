#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lang/code/roll.hpp"
#include "ports/memory/roll.hpp"
#include "ports/sim/simulation.hpp"
#include "scenario/device.hpp"

namespace pianola::scenario {

/// A device in virtual time. The same scenario gives the same reports at the same times.
class SimulatedDevice final : public Device {
 public:
  /// `macros` is what it has at the start; it lives as long as the device, or is null for none.
  explicit SimulatedDevice(const sim::Simulation::Options& options, lang::Roll* macros = nullptr);

  void load(std::string_view macros) override;
  void key(hid::Usage usage, bool down) override;
  void pass(std::uint32_t milliseconds) override;
  [[nodiscard]] bool sending() override;
  [[nodiscard]] bool idle() override;
  [[nodiscard]] const std::vector<sim::TraceEntry>& reports() override;
  [[nodiscard]] std::string text() override;
  [[nodiscard]] std::vector<std::string> errors() override;
  [[nodiscard]] std::uint8_t leds() override;
  void set_leds(std::uint8_t leds) override;
  void reconnect() override;

  [[nodiscard]] sim::Simulation& simulation() { return simulation_; }
  /// What it plays.
  [[nodiscard]] lang::Roll& roll() { return *roll_; }
  /// All that happened on the keyboard.
  [[nodiscard]] const std::vector<engine::KeyEvent>& keys() const { return keys_; }

 private:
  memory::Roll empty_;
  std::vector<std::unique_ptr<memory::Roll>> loaded_;
  lang::Roll* roll_;
  std::uint32_t start_;
  std::uint32_t now_;
  bool begun_ = false;  ///< Something happened, so the engine has the first macros.
  std::vector<engine::KeyEvent> keys_;
  std::size_t played_ = 0;  ///< How many of them the simulation has had.
  sim::Simulation simulation_;
};

}  // namespace pianola::scenario
