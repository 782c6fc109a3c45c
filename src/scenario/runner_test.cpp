#include "scenario/runner.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "scenario/simulated_device.hpp"

namespace pianola::scenario {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr std::string_view kMacros =
    "macros {\n"
    "  F1 { \"abc\" }\n"
    "  F2 { \"x\" wait 300ms \"y\" }\n"
    "  F3 { \"${1 / (1 - 1)}\" }\n"
    "  F4 { wait 10s }\n"
    "}\n";
constexpr std::size_t kLines = 6;  ///< Of kMacros.

/// What comes of playing `text` after kMacros.
Outcome outcome(std::string_view text, std::uint32_t poll = 1) {
  Scenario scenario;
  const std::string problems = parse_scenario(
      std::string(kMacros) + std::string(text), "s.scn", hid::default_layout(),
      [](const std::string&) { return std::optional<std::string>{}; }, scenario);
  EXPECT_EQ(problems, "");
  SimulatedDevice device(
      {.layout = scenario.layout.value_or(scenario.keyboard), .poll = poll, .start = 0});
  return run_scenario(scenario, device);
}

/// How many expectations were met; -1 and the message if one was not.
int met(std::string_view text, std::uint32_t poll = 1) {
  const Outcome result = outcome(text, poll);
  EXPECT_EQ(result.failure, "") << text;
  return result.failure.empty() ? static_cast<int>(result.expectations) : -1;
}

/// The failure's place, from the line after kMacros on, and its message.
std::string failure(std::string_view text) {
  const std::string all = outcome(text).failure;
  const std::string prefix = "s.scn:";
  if (!all.starts_with(prefix)) return all;
  std::size_t end = 0;
  const std::size_t line = std::stoul(all.substr(prefix.size()), &end) - kLines;
  const std::string rest = all.substr(prefix.size() + end);
  return std::to_string(line) + rest.substr(0, rest.find('\n'));
}

TEST(Runner, ReportsInTheirOrder) {
  EXPECT_EQ(met("tap F1\nexpect [00:04] [00:05]\nexpect [00:06] [00:]\nexpect nothing"), 5);
  EXPECT_EQ(failure("tap F1\nexpect [00:04] [00:06]"),
            "2:16: error: expected [00:06] c, but [00:05] b came");
  EXPECT_EQ(failure("tap F1\nexpect [00:05]"),
            "2:8: error: expected [00:05] b, but [00:04] a came");
}

TEST(Runner, WaitsForReports) {
  EXPECT_EQ(met("press F2\nexpect [00:1b] [00:] [00:1c] [00:]"), 4);
  EXPECT_EQ(failure("press a\nexpect [00:04] [00:]"),
            "2:16: error: expected [00:] (all up), but no report came");
}

TEST(Runner, Texts) {
  EXPECT_EQ(met("tap F1\nexpect text \"abc\"\nexpect nothing\ntap F2\nexpect text \"xy\""), 3);
  EXPECT_EQ(failure("tap F1\nexpect text \"ab\""),
            "2:1: error: expected the text \"ab\", but \"abc\" came");
  EXPECT_EQ(failure("tap F1\nexpect text \"abcd\""),
            "2:1: error: expected the text \"abcd\", but \"abc\" came");
  EXPECT_EQ(met("type \"Hi, 100%!\"\nexpect text \"Hi, 100%!\""), 1);
}

TEST(Runner, TextThatIsTakenAway) {
  EXPECT_EQ(met("type \"abc\"\nexpect text \"abc\"\ntap BACKSPACE BACKSPACE\ntype \"x\"\n"
                "expect text \"\\u{8}\\u{8}x\""),
            2);
}

TEST(Runner, Nothing) {
  EXPECT_EQ(met("expect nothing\npress F2\nexpect [00:1b] [00:]\nexpect nothing"), 4);
  EXPECT_EQ(failure("tap F1\nexpect [00:04]\nexpect nothing"),
            "3:1: error: expected nothing, but [00:05] b came");
}

TEST(Runner, Idle) {
  EXPECT_EQ(met("tap F2\nexpect idle\nexpect text \"xy\""), 2);
  EXPECT_THAT(failure("tap F4\nexpect idle"), StartsWith("2:1: error: the device is still busy"));
}

TEST(Runner, Errors) {
  EXPECT_EQ(met("tap F3\nexpect error \"zero\""), 1);
  EXPECT_EQ(failure("tap F1\nexpect error \"zero\""),
            "2:1: error: expected the error \"zero\", but no macro failed");
  EXPECT_THAT(failure("tap F3\nexpect error \"overflow\""),
              StartsWith("2:1: error: expected the error \"overflow\", but \""));
  EXPECT_THAT(failure("tap F3\nexpect nothing\nwait 10ms"),
              StartsWith("3:1: error: a macro failed that nobody expected to: "));
}

TEST(Runner, Leds) {
  EXPECT_EQ(met("tap CAPSLOCK\nexpect led caps on\nled caps off\nexpect led caps off"), 2);
  EXPECT_EQ(failure("expect led caps on"), "1:1: error: the LED is off");
  EXPECT_EQ(failure("led num on\nexpect led num off"), "2:1: error: the LED is on");
}

TEST(Runner, Reconnect) {
  EXPECT_EQ(met("press a\nexpect [00:04]\nreconnect\nrelease a\npress b\nexpect [00:05]"), 2);
}

TEST(Runner, OtherMacros) {
  EXPECT_EQ(met("tap F1\nexpect text \"abc\"\nmacros {\n  F1 { \"new\" }\n}\ntap F1\n"
                "expect text \"new\""),
            2);
}

TEST(Runner, DoesNotDependOnHowOftenTheHostPolls) {
  for (const std::uint32_t poll : {1U, 2U, 8U, 10U}) {
    EXPECT_EQ(met("tap F1\nexpect [00:04] [00:05] [00:06] [00:]\ntap F2\nexpect text \"abcxy\"\n"
                  "expect idle\npress a b\nexpect [00:04] [00:04,05]\nrelease a b\n"
                  "expect [00:05] [00:]\nexpect nothing",
                  poll),
              11);
  }
}

TEST(Runner, ShowsTheReportsAround) {
  EXPECT_THAT(outcome("tap F1\nexpect [00:04] [00:05]\nexpect [00:07]").failure,
              EndsWith("  expect [00:07]\n"
                       "         ^~~~~~~\n"
                       "reports:\n"
                       "       0 ms  [00:04] a  (line 8)\n"
                       "       1 ms  [00:05] b  (line 8)\n"
                       ">      2 ms  [00:06] c\n"
                       "       3 ms  [00:] (all up)\n"));
  EXPECT_THAT(outcome("expect [00:04]").failure, EndsWith("\nreports: none\n"));
  EXPECT_THAT(outcome("type \"aaaaaaaa\"\nexpect [00:]").failure, HasSubstr(" after\n"));
}

}  // namespace
}  // namespace pianola::scenario
