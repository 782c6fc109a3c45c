#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "scenario/device.hpp"
#include "scenario/scenario.hpp"

namespace pianola::scenario {

/// How long an expectation waits for what must come, in ms of the device's time.
inline constexpr std::uint32_t kPatience = 5000;

/// What came of a scenario.
struct Outcome {
  std::size_t expectations = 0;  ///< That were met.
  std::string
      failure;  ///< The first that was not, in GCC's form, and the reports around; or empty.
};

/// Plays a scenario. Stops at the first expectation that is not met.
Outcome run_scenario(const Scenario& scenario, Device& device);

}  // namespace pianola::scenario
