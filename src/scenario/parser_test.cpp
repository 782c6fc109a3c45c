#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ports/sim/trace.hpp"
#include "scenario/scenario.hpp"

namespace pianola::scenario {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

std::optional<std::string> no_file(const std::string& /*name*/) { return std::nullopt; }

Scenario parsed(std::string_view text) {
  Scenario scenario;
  EXPECT_EQ(parse_scenario(text, "s.scn", hid::default_layout(), no_file, scenario), "");
  return scenario;
}

std::string problems(std::string_view text) {
  Scenario scenario;
  return parse_scenario(text, "s.scn", hid::default_layout(), no_file, scenario);
}

/// What a line does, as `+04 10 -04`.
std::string actions(std::string_view text) {
  std::string out;
  for (const Step& step : parsed(text).steps) {
    for (const Action& action : step.actions) {
      if (!out.empty()) out += ' ';
      if (action.usage == hid::kNoKey) {
        out += std::to_string(action.milliseconds);
      } else {
        out += (action.down ? '+' : '-') + std::to_string(static_cast<unsigned>(action.usage));
      }
    }
  }
  return out;
}

TEST(Scenario, KeysAndTime) {
  EXPECT_EQ(actions("press a"), "+4");
  EXPECT_EQ(actions("release a b"), "-4 -5");
  EXPECT_EQ(actions("tap a ctrl+c"), "+4 10 -4 +224 +6 10 -6 -224");
  EXPECT_EQ(actions("press mouse left M5"), "+12289 +16389");
  EXPECT_EQ(actions("wait 1.5s"), "1500");
  EXPECT_EQ(actions("type \"aB\""), "+4 10 -4 +225 +5 10 -5 -225");
}

TEST(Scenario, CommentsBlanksAndLineEnds) {
  EXPECT_EQ(actions("\xEF\xBB\xBF# first\r\n\r\n  \tpress '#'   # the key\r\npress b\n"), "+50 +5");
  EXPECT_THAT(parsed("").steps, IsEmpty());
}

TEST(Scenario, Expectations) {
  const Scenario scenario = parsed(
      "expect [02:0b] [00:] consumer:00cd  # two\nexpect text \"a\\n\\u{e9}\"\nexpect nothing\n"
      "expect idle\nexpect error \"zero\"\nexpect led caps off\nled num on\nreconnect");
  ASSERT_EQ(scenario.steps.size(), 8U);
  ASSERT_EQ(scenario.steps[0].reports.size(), 2U);
  EXPECT_EQ(sim::format_report(scenario.steps[0].reports[1].report), "[00:] consumer:00cd");
  EXPECT_EQ(scenario.steps[0].reports[1].at.offset, 15U);
  EXPECT_EQ(scenario.steps[1].text, "a\né");
  EXPECT_EQ(scenario.steps[4].text, "zero");
  EXPECT_EQ(scenario.steps[5].led, 2U);
  EXPECT_FALSE(scenario.steps[5].on);
  EXPECT_TRUE(scenario.steps[6].on);
  EXPECT_EQ(scenario.steps[7].at.line, 8U);
}

TEST(Scenario, InlineMacrosKeepTheirPlacesAndSetTheLayout) {
  const Scenario scenario =
      parsed("layout us\nmacros {\n  set layout = de\n  F1 {\n    \"x\"\n  }\n}\npress z\n");
  ASSERT_EQ(scenario.steps.size(), 2U);
  EXPECT_EQ(scenario.steps[0].text, "\n\n  set layout = de\n  F1 {\n    \"x\"\n  }\n");
  EXPECT_EQ(scenario.layout->name(), "us");
  EXPECT_EQ(scenario.keyboard.name(), "de");
  EXPECT_EQ(scenario.steps[1].actions[0].usage, hid::keyboard_usage(0x1C));
  EXPECT_EQ(problems("press a\nmacros {\n  F1 { ENTR }\n}\npress b\n"),
            "s.scn:3:8: error: unknown key 'ENTR'; did you mean 'ENTER'?\n"
            "    F1 { ENTR }\n"
            "         ^~~~\n");
}

TEST(Scenario, MacrosOfAFile) {
  Scenario scenario;
  const auto reader = [](const std::string& name) -> std::optional<std::string> {
    if (name == "good.txt") return "F1 { ENTER }";
    if (name == "bad.txt") return "F1 { ENTR }";
    return std::nullopt;
  };
  const auto problems = [&](const std::string& name) {
    return parse_scenario("macros \"" + name + "\"", "s.scn", hid::default_layout(), reader,
                          scenario);
  };
  EXPECT_EQ(problems("good.txt"), "");
  EXPECT_EQ(scenario.steps.at(0).text, "F1 { ENTER }");
  EXPECT_THAT(problems("bad.txt"), StartsWith("bad.txt:1:6: error: "));
  EXPECT_EQ(problems("none.txt"),
            "s.scn:1:8: error: cannot read none.txt\n"
            "  macros \"none.txt\"\n"
            "         ^~~~~~~~~~\n");
}

TEST(Scenario, MistakesInGccForm) {
  EXPECT_EQ(problems("press a\n  tpa b  # é\n"),
            "s.scn:2:3: error: unknown command 'tpa'; did you mean 'tap'?\n"
            "    tpa b  # é\n"
            "    ^~~\n");
}

TEST(Scenario, EveryMistakeIsTold) {
  const std::string all = problems("press ENTR\nwait soon\nexpect txt \"a\"\n");
  EXPECT_THAT(all, HasSubstr("s.scn:1:7: error: unknown key 'ENTR'"));
  EXPECT_THAT(all, HasSubstr("s.scn:2:6: error: 'soon' is no time to wait"));
  EXPECT_THAT(all, HasSubstr("s.scn:3:8: error: expected a report such as"));
  EXPECT_THAT(all, HasSubstr("not 'txt'; did you mean 'text'?"));
}

TEST(Scenario, WhatIsWrong) {
  const std::pair<const char*, const char*> cases[] = {
      {"press", ":1:6: error: expected a key"},
      {"press # a", ":1:7: error: expected a key"},
      {"press 'ab'", "a quoted key is one character"},
      {"press 'a'b", "expected a space after this"},
      {"type Hello", ":1:6: error: expected a text between quotation marks"},
      {"type \"Hello", "without its closing"},
      {"type \"\\q\"", "unknown escape"},
      {"type \"${1}\"", "no value can stand here"},
      {"type \"ж\"", "layout uk cannot type 'ж'"},
      {"type \"a\" b", ":1:10: error: nothing more is expected"},
      {"wait", "expected a time"},
      {"wait 20ms 30ms", "nothing more is expected"},
      {"expect", "expected a report such as [02:0b], text, nothing, idle, error or led"},
      {"expect [02]", "':' is expected"},
      {"expect [02:]x", "expected a space after this"},
      {"expect [02:] text", "a report is expected"},
      {"expect led caps", "expected on or off"},
      {"expect led cap on", "expected num, caps, scroll"},
      {"led caps maybe", "expected on or off"},
      {"layout ukk", "did you mean 'uk'?"},
      {"press a\nlayout us", ":2:1: error: layout stands once, before all that is done"},
      {"layout us\nlayout us", ":2:1: error: layout stands once"},
      {"macros", "expected \"FILE\" or {"},
      {"macros {\nF1 { }\n", ":1:1: error: no line that begins with } ends these macros"},
      {"macros {\n} x\n", ":2:3: error: nothing more is expected"},
  };
  for (const auto& [text, message] : cases) EXPECT_THAT(problems(text), HasSubstr(message)) << text;
}

}  // namespace
}  // namespace pianola::scenario
