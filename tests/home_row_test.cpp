// docs/home-row.md and what it says of typists and rules; a part of what ./bench counts.

#include "support/home_row.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "support/markdown.hpp"
#include "support/source_dir.hpp"
#include "support/typists.hpp"

namespace pianola {
namespace {

using test::TypistModel;
using Rows = std::vector<std::vector<std::string>>;

const TypistModel& typist(std::string_view name) {
  return *std::ranges::find(test::kTypists, name, &TypistModel::name);
}

const test::HomeRowRules& rules(std::string_view name) {
  static const std::vector<test::HomeRowRules> all = test::home_row_rules();
  return *std::ranges::find(all, name, &test::HomeRowRules::name);
}

// ---- The document -------------------------------------------------------------------------------

Rows times_of_models() {
  const std::vector<std::pair<std::string, test::Times TypistModel::*>> all = {
      {"from press to press", &TypistModel::interval},
      {"down", &TypistModel::dwell},
      {"thinking", &TypistModel::pause},
      {"to a Shift", &TypistModel::before_shift},
      {"to Ctrl, Alt, GUI", &TypistModel::before_command},
      {"modifier to key", &TypistModel::lead},
      {"key up to modifier up", &TypistModel::lag}};
  Rows rows;
  for (const auto& [what, times] : all) {
    for (const TypistModel& model : test::kTypists) {
      rows.push_back({what, std::string(model.name)});
      for (const std::uint32_t time : model.*times) rows.back().push_back(std::to_string(time));
    }
  }
  return rows;
}

/// `n` of 1,000 in percent.
std::string percent(std::uint32_t n) {
  return n % 10 == 0 ? fmt::format("{} %", n / 10) : fmt::format("{}.{} %", n / 10, n % 10);
}

Rows shares_of_models() {
  struct Share {
    std::string what;
    std::uint32_t TypistModel::*share;
    std::uint32_t unit;  ///< What it is in, of 1,000.
  };
  const std::vector<Share> all = {{"another finger of the hand", &TypistModel::same_hand, 10},
                                  {"the same finger", &TypistModel::same_finger, 10},
                                  {"the same key", &TypistModel::same_key, 10},
                                  {"up late", &TypistModel::late, 1},
                                  {"thinking, of words", &TypistModel::pauses, 1},
                                  {"shortcuts, of words", &TypistModel::commands, 1},
                                  {"mistakes, of letters", &TypistModel::mistakes, 1},
                                  {"slips, of letters", &TypistModel::slips, 1}};
  Rows rows;
  for (const Share& share : all) {
    rows.push_back({share.what});
    for (const TypistModel& model : test::kTypists) {
      rows.back().push_back(percent(model.*share.share * share.unit));
    }
  }
  return rows;
}

TEST(HomeRow, TheDocumentHasTheTypists) {
  Rows expected = times_of_models();
  const Rows shares = shares_of_models();
  expected.insert(expected.end(), shares.begin(), shares.end());
  const std::string document =
      test::read_file((test::source_dir() / "docs" / "home-row.md").string());
  EXPECT_EQ(test::table_of(document, "The typists"), expected);
}

TEST(HomeRow, TheRecipeIsThatOfTheDocument) {
  const std::string recipes = test::read_file((test::source_dir() / "docs/recipes.md").string());
  EXPECT_NE(recipes.find(rules("Pianola").macros), std::string::npos);
}

// ---- The typists --------------------------------------------------------------------------------

TEST(HomeRow, TypistsTypeTheText) {
  for (const TypistModel& model : test::kTypists) {
    for (const test::HomeRowText& text : test::kHomeRowTexts) {
      const hid::Layout layout = *hid::find_layout(text.layout);
      const std::u32string characters = test::home_row_text(text).substr(0, 400);
      const test::Typing typing = test::TypingHands(model, layout, 8).type(characters);
      for (std::size_t i = 1; i < typing.presses.size(); ++i) {
        ASSERT_GE(typing.presses[i].down, typing.presses[i - 1].down);
        ASSERT_GT(typing.presses[i].up, typing.presses[i].down);
      }
      std::string expected;
      for (const char32_t c : characters) expected += encode_utf8(c);
      const test::HomeRowRun run(test::home_row_macros(rules("Pianola").macros, text.layout),
                                 layout, typing);
      ASSERT_EQ(run.count().misfires, 0U);
      ASSERT_EQ(run.count().right, run.count().chords);
      EXPECT_EQ(run.text(), expected) << model.name;
    }
  }
}

TEST(HomeRow, TypistsAreTheSameEverywhere) {
  const hid::Layout layout = *hid::find_layout("us");
  const test::Typing typing = test::TypingHands(typist("sloppy"), layout, 1).type(U"Flask");
  std::string times;
  for (const test::Press& press : typing.presses) {
    times += fmt::format("{:02x} {}-{} ", hid::id(press.key), press.down, press.up);
  }
  EXPECT_EQ(times,
            "0e 1206-1672 09 1417-1670 0f 1680-1789 04 1746-1858 16 1890-2081 0e 2028-2130 ");
}

// ---- What comes of them -------------------------------------------------------------------------

// At most one misfire in 5,000 letters, and 99.5 % of the chords, as the document promises.
TEST(HomeRow, RecommendedRulesReachTheirGoal) {
  for (const TypistModel& model : test::kTypists) {
    const test::HomeRowCount count = test::count_home_row(model, rules("Pianola"), 1);
    EXPECT_GE(count.letters, 5000U);
    EXPECT_LE(count.misfires * 5000, count.letters) << model.name;
    EXPECT_GE(count.right * 1000, count.chords * 995) << model.name;
  }
}

// If these did not misfire, the typists would be too tidy to tell rules apart.
TEST(HomeRow, OtherRulesMisfireUnderTheSameKeys) {
  const auto misfires = [](std::string_view model, std::string_view name) {
    return test::count_home_row(typist(model), rules(name), 1).misfires;
  };
  EXPECT_GE(misfires("fast", "ZMK hold-preferred"), 500U);
  EXPECT_GE(misfires("slow", "QMK default"), 200U);
  EXPECT_GE(misfires("sloppy", "QMK default"), 80U);
}

}  // namespace
}  // namespace pianola
