// Plays every scenario in tests/scenarios on a whole device, whose reports a USB host reads.

#include <gtest/gtest.h>

#include <string>

#include "scenario/runner.hpp"
#include "scenario/scenario.hpp"
#include "support/scenario_files.hpp"
#include "support/usb_scenario_device.hpp"
#include "support/volume.hpp"

namespace pianola {
namespace {

using test::read_scenario;

class UsbScenario : public ::testing::TestWithParam<std::string> {
 protected:
  static scenario::Outcome play(const scenario::Scenario& scenario, std::uint32_t poll,
                                std::uint32_t start = 0) {
    test::UsbScenarioDevice device(scenario.layout.value_or(scenario.keyboard), poll, start);
    return scenario::run_scenario(scenario, device);
  }
};

TEST_P(UsbScenario, IsMet) {
  const scenario::Outcome outcome = play(read_scenario(GetParam()), 1);
  EXPECT_EQ(outcome.failure, "");
  EXPECT_GT(outcome.expectations, 0U);
}

TEST_P(UsbScenario, IsMetBySlowHosts) {
  const scenario::Scenario scenario = read_scenario(GetParam());
  for (const std::uint32_t poll : {2U, 8U}) {
    if (poll == 2 && test::rounds(2) < 2) continue;  // With sanitizers the slowest must do.
    SCOPED_TRACE(poll);
    EXPECT_EQ(play(scenario, poll).failure, "");
  }
}

TEST_P(UsbScenario, IsMetWhenTheClockWraps) {
  EXPECT_EQ(play(read_scenario(GetParam()), 1, 0xFFFFFFFFU - 50).failure, "");
}

INSTANTIATE_TEST_SUITE_P(Each, UsbScenario, ::testing::ValuesIn(test::scenario_names()),
                         test::scenario_test_name);

}  // namespace
}  // namespace pianola
