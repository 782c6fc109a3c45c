#include "scenario/report_text.hpp"

#include <gtest/gtest.h>

#include "ports/sim/trace.hpp"

namespace pianola::scenario {
namespace {

hid::Report read(std::string_view text) {
  std::size_t at = 0;
  Result<hid::Report> report = read_report(text, at);
  EXPECT_TRUE(report) << report.error().message;
  EXPECT_EQ(at, text.size());
  return report ? *report : hid::Report{};
}

std::string words(std::string_view text, std::string_view layout = "uk") {
  return report_text(read(text), *hid::find_layout(layout));
}

/// The message, and where the text is wrong.
std::string error_of(std::string_view text) {
  std::size_t at = 0;
  const Result<hid::Report> report = read_report(text, at);
  if (report) return "no error";
  return report.error().message + " @" + std::to_string(report.error().offset);
}

TEST(ReportText, SaysWhatIsDown) {
  EXPECT_EQ(words("[02:0b]"), "shift+h");
  EXPECT_EQ(words("[00:]"), "(all up)");
  EXPECT_EQ(words("[e1:04,28]"), "ctrl+rshift+altgr+rgui+a+ENTER");
  EXPECT_EQ(words("[00:2c,3a,59]"), "SPACE+F1+KP_1");
  EXPECT_EQ(words("[00:1c]", "de"), "z");
  EXPECT_EQ(words("[00:e1]"), "SHIFT (as a key)");
}

TEST(ReportText, SaysWhatIsBesidesTheKeys) {
  EXPECT_EQ(words("[00:] consumer:00cd"), "PLAY_PAUSE");
  EXPECT_EQ(words("[01:] buttons:81"), "ctrl+mouse left+mouse 8");
  EXPECT_EQ(words("[00:] move:10,-5 scroll:-3"), "move 10 -5 scroll -3");
  EXPECT_EQ(words("[00:] buttons:01 scroll:3"), "mouse left scroll 3");
}

TEST(ReportText, ReadsWhatTracesShow) {
  for (const char* const text :
       {"[00:]", "[02:0b]", "[ff:04,05,df]", "[00:] consumer:00cd system:81",
        "[00:] buttons:05 move:-32767,1 scroll:-127"}) {
    EXPECT_EQ(sim::format_report(read(text)), text);
  }
}

TEST(ReportText, SaysWhatIsWrong) {
  EXPECT_EQ(error_of("02:0b"), "a report is expected, such as [02:0b] or [00:] @0");
  EXPECT_EQ(error_of("[100:]"), "a hexadecimal number up to ff is expected @1");
  EXPECT_EQ(error_of("[00]"), "':' is expected between modifiers and keys @3");
  EXPECT_EQ(error_of("[00:04 05]"), "',' or ']' is expected @6");
  EXPECT_EQ(error_of("[00:] consumer:4ff"), "a hexadecimal number up to 3ff is expected @15");
  EXPECT_EQ(error_of("[00:] move:1"), "',' is expected between the two directions @12");
  EXPECT_EQ(error_of("[00:] scroll:128"), "a number from -127 to 127 is expected @13");
}

TEST(ReportText, QuotesTexts) {
  EXPECT_EQ(quoted("a\n\t\"\\$\b\x1B"
                   "é"),
            R"("a\n\t\"\\\$\u{8}\u{1b}é")");
}

}  // namespace
}  // namespace pianola::scenario
