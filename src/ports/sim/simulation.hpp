#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "engine/engine.hpp"
#include "engine/errors.hpp"
#include "engine/key_event.hpp"
#include "hid/layout.hpp"
#include "lang/code/roll.hpp"
#include "ports/sim/simulated_host.hpp"

namespace pianola::sim {

/// Notes the errors of macros.
class ErrorList final : public engine::ErrorSink {
 public:
  void error(const engine::Error& error) override { errors_.push_back(error); }
  [[nodiscard]] const std::vector<engine::Error>& errors() const { return errors_; }

 private:
  std::vector<engine::Error> errors_;
};

/// How a simulation ended.
enum class Ending : std::uint8_t {
  done,     ///< Nothing is left to do and no task exists.
  waiting,  ///< Tasks sleep, but nothing that could wake them will come.
  limit,    ///< The limit of virtual time came first.
};

/// A whole device in virtual time: keys, an engine that plays a roll, a host. Nothing waits in real
/// time; the clock jumps to whatever happens next. In each millisecond first the keys change, then
/// the engine goes on. If the millisecond is a multiple of the polling interval, the host then
/// takes the report that is there, and the engine goes on again.
class Simulation {
 public:
  struct Options {
    hid::Layout layout = hid::default_layout();  ///< The host's.
    std::uint32_t poll = 1;                      ///< How often the host polls, in ms, from 1.
    std::uint32_t start = 0;                     ///< The first time.
    /// How the host takes characters by their numbers.
    engine::UnicodeMethod unicode = engine::UnicodeMethod::off;
  };

  /// The roll must outlive the simulation.
  Simulation(lang::Roll& roll, const Options& options);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  /// Plays `keys`, whose times do not descend and are not before now(), and goes on until nothing
  /// is left to do or `limit` ms after the simulation's start. Times may wrap. Can be called again.
  Ending run(std::span<const engine::KeyEvent> keys, std::uint32_t limit);

  /// The host changes its LEDs by itself.
  void set_leds(std::uint8_t leds);
  /// The host goes and comes back.
  void reconnect();

  [[nodiscard]] std::uint32_t now() const { return now_; }
  [[nodiscard]] const SimulatedHost& host() const { return host_; }
  [[nodiscard]] const std::vector<engine::Error>& errors() const { return errors_.errors(); }
  [[nodiscard]] engine::Engine& engine() { return *engine_; }

 private:
  struct Memory;

  void live(std::span<const engine::KeyEvent>& keys);
  void step();
  [[nodiscard]] bool next_time(std::span<const engine::KeyEvent> keys, std::uint32_t& out) const;

  Options options_;
  std::unique_ptr<Memory> memory_;
  SimulatedHost host_;
  ErrorList errors_;
  std::unique_ptr<engine::Engine> engine_;
  Next next_ = Next::time(0);
  std::uint32_t now_;
  std::optional<std::uint32_t> polled_;  ///< When the host last took a report.
};

}  // namespace pianola::sim
