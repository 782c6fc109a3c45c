// docs/recipes.md and the scenarios of the recipes, tests/scenarios/recipes_*.scn, show the same
// macros. The line that opens a recipe's block names its scenario: ```macros scenario="chord".

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/key_event.hpp"
#include "ports/sim/simulation.hpp"
#include "ports/sim/trace.hpp"
#include "support/compilation.hpp"
#include "support/markdown.hpp"
#include "support/source_dir.hpp"

namespace pianola {
namespace {

namespace fs = std::filesystem;

const fs::path kScenarios = test::source_dir() / "tests" / "scenarios";
constexpr std::string_view kPrefix = "recipes_";

std::string recipes() {
  return test::read_file((test::source_dir() / "docs" / "recipes.md").string());
}

/// What stands in the scenario's `macros { }`, without its indentation.
std::string macros_of(const std::string& scenario) {
  std::string macros;
  bool inside = false;
  for (const std::string& line : test::lines_of(scenario)) {
    if (line.starts_with("}")) inside = false;
    if (inside) macros += line.substr(line.starts_with("  ") ? 2 : 0) + '\n';
    inside = inside || line == "macros {";
  }
  return macros;
}

TEST(Recipes, AreThoseOfTheirScenarios) {
  for (const test::Block& block : test::blocks_of(recipes())) {
    if (!block.has("scenario")) continue;
    SCOPED_TRACE(block.line);
    const std::string name = std::string(kPrefix) + block.value("scenario") + ".scn";
    EXPECT_EQ(macros_of(test::read_file((kScenarios / name).string())), block.text);
  }
}

TEST(Recipes, HaveAllTheScenarios) {
  std::set<std::string> shown;
  for (const test::Block& block : test::blocks_of(recipes())) {
    if (block.has("scenario")) shown.insert(block.value("scenario"));
  }
  std::set<std::string> there;
  for (const auto& entry : fs::directory_iterator(kScenarios)) {
    const std::string name = entry.path().stem().string();
    if (name.starts_with(kPrefix)) there.insert(name.substr(kPrefix.size()));
  }
  EXPECT_EQ(shown, there);
}

TEST(Recipes, AreAllPlayed) {
  std::string heading;
  bool played = true;
  const auto check = [&] { EXPECT_TRUE(played) << heading; };
  bool inside = false;
  for (const std::string& line : test::lines_of(recipes())) {
    if (line.starts_with("```")) {
      inside = !inside;
      played = played || line.find(" keys=") != std::string::npos ||
               line.find(" scenario=") != std::string::npos;
    } else if (!inside && line.starts_with("### ")) {
      check();
      heading = line;
      played = false;
    }
  }
  check();
}

/// The macros of the recipe whose scenario is `name`.
std::string recipe(const std::string& name) {
  return macros_of(test::read_file((kScenarios / (std::string(kPrefix) + name + ".scn")).string()));
}

hid::Usage key_of(char letter) {
  return hid::keyboard_usage(static_cast<std::uint8_t>(letter - 'a' + 4));
}

/// Numbers that are the same everywhere.
class Dice {
 public:
  explicit Dice(std::uint32_t seed) : engine_(seed) {}
  std::uint32_t from_to(std::uint32_t least, std::uint32_t most) {
    return least + static_cast<std::uint32_t>(engine_()) % (most - least + 1);
  }

 private:
  std::mt19937 engine_;
};

/// Letters in rolls: one after the other goes down, and they go up in the same order.
struct Rolls {
  std::string letters;
  std::vector<engine::KeyEvent> keys;
};

/// `pace`: from one press to the next, in ms, give or take a half.
Rolls roll_letters(Dice& dice, std::uint32_t pace) {
  constexpr std::uint32_t kLongest = 340;
  Rolls rolls;
  std::uint32_t pressed = 10;
  std::uint32_t released = 0;
  std::vector<std::uint32_t> free(26);  // when each letter is up again
  for (int i = 0; i < 60; ++i) {
    std::uint32_t letter = dice.from_to(0, 25);
    while (free[letter] >= pressed) letter = dice.from_to(0, 25);
    const std::uint32_t up = pressed + dice.from_to(20, 3 * pace);
    released = std::min(std::max(released + 1, up), pressed + kLongest);
    free[letter] = released;
    const char name = static_cast<char>('a' + letter);
    rolls.letters += name;
    rolls.keys.push_back({key_of(name), true, pressed});
    rolls.keys.push_back({key_of(name), false, released});
    pressed += dice.from_to(pace / 2, pace + pace / 2);
  }
  std::ranges::stable_sort(rolls.keys, {}, &engine::KeyEvent::time);
  return rolls;
}

TEST(Recipes, HomeRowModifiersNeverMisfireOnRolls) {
  test::Compilation compiled(recipe("home_row"));
  ASSERT_EQ(compiled.status(), Status::ok) << compiled.text();
  Dice dice(1);
  for (int i = 0; i < 500; ++i) {
    const std::uint32_t pace = dice.from_to(70, 250);  // 170 to 48 words a minute
    const Rolls rolls = roll_letters(dice, pace);
    sim::Simulation simulation(compiled.roll(), {});
    simulation.run(rolls.keys, 60'000);
    ASSERT_EQ(simulation.host().text(), rolls.letters) << i << ", " << pace << " ms";
  }
}

TEST(Recipes, HomeRowModifiersComeWhenTheyAreMeant) {
  test::Compilation compiled(recipe("home_row"));
  ASSERT_EQ(compiled.status(), Status::ok) << compiled.text();
  Dice dice(2);
  for (int i = 0; i < 500; ++i) {
    const std::uint32_t down = 10 + dice.from_to(20, 600);
    const std::uint32_t up = down + dice.from_to(20, 200);
    const std::vector<engine::KeyEvent> keys = {{key_of('f'), true, 10},
                                                {key_of('c'), true, down},
                                                {key_of('c'), false, up},
                                                {key_of('f'), false, up + dice.from_to(90, 500)}};
    sim::Simulation simulation(compiled.roll(), {});
    simulation.run(keys, 60'000);
    std::string reports;
    for (const sim::TraceEntry& entry : simulation.host().trace()) {
      reports += sim::format_report(entry.report);
    }
    ASSERT_EQ(reports, "[01:][01:06][01:][00:]") << i;
  }
}

}  // namespace
}  // namespace pianola
