// Plays every scenario in tests/scenarios in virtual time.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <string>
#include <vector>

#include "scenario/runner.hpp"
#include "scenario/scenario.hpp"
#include "scenario/simulated_device.hpp"
#include "support/markdown.hpp"

namespace pianola {
namespace {

namespace fs = std::filesystem;

const fs::path kScenarios = fs::path(PIANOLA_SOURCE_DIR) / "tests" / "scenarios";

std::vector<std::string> scenarios() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(kScenarios)) {
    if (entry.path().extension() == ".scn") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Reads the scenario; what is wrong with it fails the test.
scenario::Scenario read(const std::string& name) {
  scenario::Scenario scenario;
  const auto read_file = [](const std::string& other) -> std::optional<std::string> {
    if (!fs::exists(kScenarios / other)) return std::nullopt;
    return test::read_file((kScenarios / other).string());
  };
  EXPECT_EQ(scenario::parse_scenario(test::read_file((kScenarios / name).string()), name,
                                     hid::default_layout(), read_file, scenario),
            "");
  return scenario;
}

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
  const scenario::Scenario scenario = read(GetParam());
  const scenario::Outcome outcome = play(scenario, 1);
  EXPECT_EQ(outcome.failure, "");
  EXPECT_GT(outcome.expectations, 0U);
}

/// A slow host, as a stand-in for all that differs from one device to another.
TEST_P(ScenarioFile, IsMetBySlowHosts) {
  const scenario::Scenario scenario = read(GetParam());
  for (const std::uint32_t poll : {2U, 4U, 8U}) {
    SCOPED_TRACE(poll);
    EXPECT_EQ(play(scenario, poll).failure, "");
  }
}

TEST_P(ScenarioFile, IsMetWhenTheClockWraps) {
  const scenario::Scenario scenario = read(GetParam());
  EXPECT_EQ(play(scenario, 1, 0xFFFFFFFFU - 50).failure, "");
}

INSTANTIATE_TEST_SUITE_P(Each, ScenarioFile, ::testing::ValuesIn(scenarios()),
                         [](const auto& info) {
                           std::string name;
                           for (const char c : fs::path(info.param).stem().string()) {
                             name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace pianola
