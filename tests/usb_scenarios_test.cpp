// Plays every scenario in tests/scenarios on a whole device, whose reports a USB host reads.

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "scenario/runner.hpp"
#include "scenario/scenario.hpp"
#include "support/markdown.hpp"
#include "support/usb_scenario_device.hpp"

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

class UsbScenario : public ::testing::TestWithParam<std::string> {
 protected:
  static scenario::Outcome play(const scenario::Scenario& scenario, std::uint32_t poll,
                                std::uint32_t start = 0) {
    testing::UsbScenarioDevice device(scenario.layout.value_or(scenario.keyboard), poll, start);
    return scenario::run_scenario(scenario, device);
  }
};

TEST_P(UsbScenario, IsMet) {
  const scenario::Outcome outcome = play(read(GetParam()), 1);
  EXPECT_EQ(outcome.failure, "");
  EXPECT_GT(outcome.expectations, 0U);
}

TEST_P(UsbScenario, IsMetBySlowHosts) {
  const scenario::Scenario scenario = read(GetParam());
  for (const std::uint32_t poll : {2U, 8U}) {
    SCOPED_TRACE(poll);
    EXPECT_EQ(play(scenario, poll).failure, "");
  }
}

TEST_P(UsbScenario, IsMetWhenTheClockWraps) {
  EXPECT_EQ(play(read(GetParam()), 1, 0xFFFFFFFFU - 50).failure, "");
}

INSTANTIATE_TEST_SUITE_P(Each, UsbScenario, ::testing::ValuesIn(scenarios()), [](const auto& info) {
  std::string name;
  for (const char c : fs::path(info.param).stem().string()) {
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  }
  return name;
});

}  // namespace
}  // namespace pianola
