#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "hid/layout.hpp"
#include "scenario/scenario.hpp"
#include "support/markdown.hpp"
#include "support/source_dir.hpp"

namespace pianola::test {

inline std::filesystem::path scenario_folder() {
  return test::source_dir() / "tests" / "scenarios";
}

/// The names of the files in tests/scenarios, sorted.
inline std::vector<std::string> scenario_names() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(scenario_folder())) {
    if (entry.path().extension() == ".scn") names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

/// Reads one of them; what is wrong with it fails the test.
inline scenario::Scenario read_scenario(const std::string& name) {
  scenario::Scenario scenario;
  const auto read_file = [](const std::string& other) -> std::optional<std::string> {
    if (!std::filesystem::exists(scenario_folder() / other)) return std::nullopt;
    return test::read_file((scenario_folder() / other).string());
  };
  EXPECT_EQ(scenario::parse_scenario(test::read_file((scenario_folder() / name).string()), name,
                                     hid::default_layout(), read_file, scenario),
            "");
  return scenario;
}

/// A name for GoogleTest.
inline std::string scenario_test_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = std::filesystem::path(info.param).stem().string();
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
}

}  // namespace pianola::test
