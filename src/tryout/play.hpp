#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/key_event.hpp"
#include "hid/layout.hpp"
#include "lang/code/roll.hpp"
#include "ports/sim/simulation.hpp"

namespace pianola::tryout {

/// Macros that are played: keys are pressed in virtual time, and a host keeps what it gets.
class Play {
 public:
  struct Options {
    const hid::Layout* layout;  ///< The host's; null: the one that the macros set.
    std::uint32_t poll;         ///< How often the host polls, in ms, from 1.
  };

  /// `roll` is the caller's and outlives this. The host takes characters by their numbers in the
  /// way that the macros set.
  Play(lang::Roll& roll, const Options& options);

  /// Presses `keys` and goes on until nothing is left to do, `limit` ms at most; as
  /// sim::Simulation::run().
  sim::Ending run(std::span<const engine::KeyEvent> keys, std::uint32_t limit) {
    return simulation_.run(keys, limit);
  }

  /// The device and the host, which has the text and the reports.
  [[nodiscard]] sim::Simulation& simulation() { return simulation_; }
  /// The host's.
  [[nodiscard]] const hid::Layout& layout() const { return layout_; }

  /// What went wrong in macros, equal errors once, in GCC's form at the definition in the file
  /// `name`.
  [[nodiscard]] std::vector<std::string> errors(std::string_view name);

 private:
  lang::Roll& roll_;
  const hid::Layout& layout_;
  sim::Simulation simulation_;
};

}  // namespace pianola::tryout
