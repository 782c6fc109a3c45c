// Plays every scenario in tests/scenarios in virtual time.

#include <gtest/gtest.h>

#include <string>

#include "scenario/runner.hpp"
#include "scenario/scenario.hpp"
#include "scenario/simulated_device.hpp"
#include "support/scenario_files.hpp"

namespace pianola {
namespace {

using test::read_scenario;

class ScenarioFile : public ::testing::TestWithParam<std::string> {
 protected:
  /// What comes of playing it to a host that polls every `poll` ms, from the time `start` on.
  static scenario::Outcome play(const scenario::Scenario& scenario, std::uint32_t poll,
                                std::uint32_t start = 0) {
    scenario::SimulatedDevice device(
        {.layout = scenario.layout.value_or(scenario.keyboard), .poll = poll, .start = start});
    return scenario::run_scenario(scenario, device);
  }
};

TEST_P(ScenarioFile, IsMet) {
  const scenario::Scenario scenario = read_scenario(GetParam());
  const scenario::Outcome outcome = play(scenario, 1);
  EXPECT_EQ(outcome.failure, "");
  EXPECT_GT(outcome.expectations, 0U);
}

/// A slow host, as a stand-in for all that differs from one device to another.
TEST_P(ScenarioFile, IsMetBySlowHosts) {
  const scenario::Scenario scenario = read_scenario(GetParam());
  for (const std::uint32_t poll : {2U, 4U, 8U}) {
    SCOPED_TRACE(poll);
    EXPECT_EQ(play(scenario, poll).failure, "");
  }
}

TEST_P(ScenarioFile, IsMetWhenTheClockWraps) {
  const scenario::Scenario scenario = read_scenario(GetParam());
  EXPECT_EQ(play(scenario, 1, 0xFFFFFFFFU - 50).failure, "");
}

INSTANTIATE_TEST_SUITE_P(Each, ScenarioFile, ::testing::ValuesIn(test::scenario_names()),
                         test::scenario_test_name);

}  // namespace
}  // namespace pianola
