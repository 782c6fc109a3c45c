// Recordings with the times between their changes.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::Played;
using test::reports_of;
using test::text_of;

constexpr std::string_view kTimed =
    "F7 { if recording { record stop } else { record it timed } }\nF8 { play it }\n";

std::string timed(std::string_view more) { return std::string{kTimed} + std::string{more}; }

/// The reports from the time `from` on, with their times.
std::string trace_from(std::string_view macros, std::string_view keys, unsigned from) {
  std::string late;
  const std::string all = Played(macros, keys).trace();
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = all.find('\n', at) + 1;
    if (std::stoul(all.substr(at)) >= from) late += all.substr(at, end - at);
    at = end;
  }
  return late;
}

// kanata, docs/config.adoc, "Dynamic macros": what was recorded is replayed with its delays.
TEST(TimedRecordings, ArePlayedAtTheirTimes) {
  EXPECT_EQ(trace_from(kTimed, "F7 500 +a 80 -a 120 +b 30 +c 20 -b 10 -c 700 F7 1000 +F8", 2000),
            "2480 [00:04]\n2560 [00:]\n2680 [00:05]\n2710 [00:05,06]\n2730 [00:06]\n2740 [00:]\n")
      << "from the first change to the last";
  EXPECT_EQ(trace_from("F7 { if recording { record stop } else { record it } }\nF8 { play it }",
                       "F7 500 +a 80 -a 120 +b 30 -b 700 F7 1000 +F8", 2000),
            "2450 [00:04]\n2451 [00:]\n2452 [00:05]\n2453 [00:]\n")
      << "without the word at once";
}

TEST(TimedRecordings, KeepLongTimes) {
  EXPECT_EQ(trace_from(kTimed, "F7 10 +a 70000 -a 10 F7 10 +F8 100000", 70030),
            "70050 [00:04]\n140050 [00:]\n");
}

TEST(TimedRecordings, LetOthersGoOnBetween) {
  EXPECT_EQ(text_of(timed("F9 { \"x\" }"), "F7 50 a 200 b 50 F7 50 F8 60 F9 y 300"), "abaxyb");
  EXPECT_EQ(text_of(timed("F9 { stop all }"), "F7 50 a 200 b 50 F7 50 F8 60 F9 y 300"), "abay");
  EXPECT_EQ(reports_of(timed("F9 { stop all }"), "F7 50 +a 200 -a 50 F7 50 F8 60 F9 300"),
            "[00:04] [00:] [00:04] [00:]")
      << "what it holds goes up with it";
  EXPECT_EQ(text_of(kTimed, "F7 50 a 200 b 50 F7 50 F8 10 F8 500"), "abab") << "again: ignore";
}

TEST(TimedRecordings, KeepThePauseBetweenReports) {
  EXPECT_EQ(trace_from("F7 { if recording { record stop } else { record it timed } }\n"
                       "F8 (pause: 100ms) { play it }",
                       "F7 500 +a 80 -a 320 +b 150 -b 500 F7 770 +F8", 2300),
            "2340 [00:04]\n2440 [00:]\n2740 [00:05]\n2890 [00:]\n")
      << "late, but b is in time again";
}

TEST(TimedRecordings, HoldModifiersAcrossTimes) {
  EXPECT_EQ(text_of(kTimed, "F7 50 +LSHIFT 50 a 50 -LSHIFT 50 b 50 F7 50 F8 400"), "AbAb");
}

TEST(TimedRecordings, OfThemselvesEnd) {
  EXPECT_EQ(
      text_of("F7 { record it timed tap a wait 100ms tap b play it record stop tap c play it }",
              "F7 5000"),
      "ababcabab");
}

TEST(TimedRecordings, ReplacedWhileTheyArePlayedEnd) {
  EXPECT_EQ(
      text_of(timed("F9 { record it timed record stop }"), "F7 50 a 200 b 50 F7 50 F8 60 F9 500"),
      "aba");
}

TEST(TimedRecordings, TheWordIsNotReserved) {
  EXPECT_EQ(text_of("var timed\nF1 { record it timed = 3 \"${timed}\" record stop }", "F1"), "3");
  EXPECT_EQ(text_of("var timed\nF1 { record it\n timed = 4 \"${timed}\" }", "F1"), "4");
  EXPECT_EQ(
      text_of("macro timed { \"x\" }\nF1 { record timed call timed record stop play timed }", "F1"),
      "xx");
  EXPECT_EQ(
      trace_from("F1 { record timed timed tap a wait 50ms tap b record stop wait 50ms play timed }",
                 "+F1 500", 101),
      "102 [00:04]\n103 [00:]\n153 [00:05]\n154 [00:]\n");
  EXPECT_NE(tryout::Macros("F1 { play it timed }").messages("m"), "");
}

}  // namespace
}  // namespace pianola
