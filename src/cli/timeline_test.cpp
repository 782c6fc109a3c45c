#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <regex>
#include <string>
#include <vector>

#include "base/utf8.hpp"
#include "support/command_test.hpp"
#include "timeline/svg.hpp"

namespace pianola::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

/// A piece of text in a picture.
struct Label {
  std::string text;
  double left = 0;
  double right = 0;
  double top = 0;
  double bottom = 0;
  bool typed = false;  ///< In the row of typed text.
  [[nodiscard]] bool overlaps(const Label& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

std::string unescaped(std::string text) {
  const std::pair<std::string, std::string> kEntities[] = {
      {"&lt;", "<"}, {"&gt;", ">"}, {"&quot;", "\""}, {"&amp;", "&"}};
  for (const auto& [entity, character] : kEntities) {
    for (std::size_t at = 0; (at = text.find(entity, at)) != std::string::npos; ++at) {
      text.replace(at, entity.size(), character);
    }
  }
  return text;
}

std::vector<Label> labels_of(const std::string& svg) {
  const std::regex element(
      R"re(<text x="([^"]*)" y="([^"]*)" font-size="([^"]*)"([^>]*)>([^<]*)</text>)re");
  std::vector<Label> labels;
  for (auto at = std::sregex_iterator(svg.begin(), svg.end(), element);
       at != std::sregex_iterator(); ++at) {
    const auto number = [&](std::size_t group) { return std::stod((*at)[group].str()); };
    const std::string style = (*at)[4].str();
    Label label{unescaped((*at)[5].str()), number(1), 0, number(2) - 0.75 * number(3), number(2)};
    label.typed = style.find("monospace") != std::string::npos;
    const double width = label.typed
                             ? 0.602 * number(3) * static_cast<double>(count_characters(label.text))
                             : timeline::svg_text_width(label.text, number(3));
    if (style.find("middle") != std::string::npos) label.left -= width / 2;
    label.right = label.left + width;
    labels.push_back(label);
  }
  return labels;
}

/// The text that the picture shows as typed.
std::string typed_text(const std::string& svg) {
  std::string text;
  for (const Label& label : labels_of(svg)) text += label.typed ? label.text : "";
  return text;
}

class TimelineOfPlay : public test::CommandTest {
 protected:
  /// The picture of a run, in which no two texts may overlap nor one leave the picture.
  std::string picture(const std::string& keys, const std::string& macros) {
    pianola({"play", "-", "--keys", keys, "--timeline", path("t.svg"), "--limit", "11min"}, macros);
    std::string svg = read("t.svg");
    const std::vector<Label> labels = labels_of(svg);
    EXPECT_FALSE(labels.empty());
    for (std::size_t i = 0; i < labels.size(); ++i) {
      EXPECT_GE(labels[i].left, 0) << labels[i].text;
      EXPECT_LE(labels[i].right, 1000) << labels[i].text;
      for (std::size_t j = 0; j < i; ++j) {
        EXPECT_FALSE(labels[i].overlaps(labels[j]))
            << labels[i].text << " and " << labels[j].text << " of " << keys;
      }
    }
    return svg;
  }
};

::testing::Matcher<std::string> shows(const std::string& text) {
  return HasSubstr(">" + text + "</text>");
}

TEST_F(TimelineOfPlay, AsTrace) {
  const std::string macros = "F1 { \"a\" call f wait 50ms }\nmacro f { wait 1s }\nF2 { wait 9s }";
  pianola({"play", "-", "--keys", "F1 500 F2 +\"", "--timeline", path("t.json")}, macros);
  EXPECT_THAT(read("t.json"), IsEmpty());  // the keys are wrong
  const Result result =
      pianola({"play", "-", "--keys", "F1 500 F2", "--timeline", path("t.json")}, macros);
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "a\n");
  const std::string json = read("t.json");
  EXPECT_THAT(json, StartsWith("{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"));
  EXPECT_THAT(json, EndsWith("}\n]}\n"));
  for (const char* part :
       {R"("name":"thread_name","ph":"M","pid":1,"tid":1,"args":{"name":"keys"})",
        R"("args":{"name":"F1"})", R"("args":{"name":"f"})", R"("args":{"name":"F2"})",
        R"("args":{"name":"reports"})", R"("name":"F1","cat":"key","ph":"X","dur":10000,"ts":0)",
        R"("name":"running")", R"("waits for":"the called macro's end")",
        R"("waits for":"time","deadline":"1001 ms","woken by":"time")",
        R"("name":"a","cat":"report","ph":"X","dur":1000,"ts":500)"}) {
    EXPECT_THAT(json, HasSubstr(part));
  }
}

TEST_F(TimelineOfPlay, AsPicture) {
  const std::string script = write("s.scn", "tap a\nexpect text \"Hello\"\nexpect idle\n");
  EXPECT_EQ(pianola({"play", "-", "--script", script, "--timeline", path("t.svg")},
                    "a { \"Hello\" wait 200ms }")
                .code,
            0);
  const std::string svg = read("t.svg");
  EXPECT_THAT(svg, StartsWith("<svg xmlns=\"http://www.w3.org/2000/svg\" "));
  EXPECT_THAT(svg, EndsWith("</svg>\n"));
  EXPECT_THAT(svg, HasSubstr(">a</text>"));
  EXPECT_THAT(svg, HasSubstr(">sleeps 200 ms</text>"));
  EXPECT_THAT(svg, HasSubstr("shift+h"));
  EXPECT_THAT(svg, HasSubstr("drawn shorter"));
}

TEST_F(TimelineOfPlay, HasATrackForEachThatRunsAtATime) {
  pianola({"play", "-", "--keys", "F1 F1 100 F1 +a +b 10 -a -b", "--timeline", path("t.json")},
          "F1 (again: parallel) { wait 50ms }");
  const std::string json = read("t.json");
  for (const char* track : {"keys", "keys (2)", "F1", "F1 (2)", "reports"}) {
    EXPECT_THAT(json, HasSubstr("\"args\":{\"name\":\"" + std::string(track) + "\"}")) << track;
  }
  EXPECT_THAT(json, Not(HasSubstr("(3)")));
}

TEST_F(TimelineOfPlay, OfAMacroThatNeverWaitsIsShort) {
  const Result result =
      pianola({"play", "-", "--keys", "F1", "--limit", "1s", "--timeline", path("t.json")},
              "F1 { loop { } }");
  EXPECT_THAT(result.err, StartsWith("pianola: not finished after 1 s"));
  EXPECT_THAT(read("t.json"), HasSubstr(R"("name":"running")"));
  EXPECT_LT(read("t.json").size(), 3000U);
}

TEST_F(TimelineOfPlay, ShowsWhatFailed) {
  pianola({"play", "-", "--keys", "a", "--timeline", path("t.json")}, "a { \"x${1 / 0}\" }");
  EXPECT_THAT(read("t.json"), HasSubstr(R"("name":"error","cat":"fault","ph":"i")"));
  pianola({"play", "-", "--keys", "a +LSHIFT +RSHIFT ESC", "--timeline", path("t.json")},
          "a { wait 9s }");
  EXPECT_THAT(read("t.json"), HasSubstr(R"("name":"stopped","cat":"fault","ph":"i")"));
}

// ---- What the picture says ---------------------------------------------------------------------

constexpr const char* kSpaceAsLayer =
    "SPACE = SPACE / layer nav\nlayer nav { h = LEFT  j = DOWN }\nj & k { \"both\" }\n";

TEST_F(TimelineOfPlay, ShowsTheTextAndKeysThatTypeNothing) {
  const std::string svg = picture("F1", "F1 { \"Hi <b>\" ENTER ctrl+c click left scroll 3 F5 }");
  EXPECT_THAT(svg, shows("pianola play - --keys F1"));
  EXPECT_EQ(typed_text(svg), "Hi␣<b>↵");
  for (const char* text : {"ctrl+c", "click left", "scroll 3", "F5", "typed"}) {
    EXPECT_THAT(svg, shows(text));
  }
}

TEST_F(TimelineOfPlay, ShowsWhatTapHoldKeysDecidedAndWhy) {
  const std::string svg =
      picture("SPACE 500 +SPACE 40 +h 30 -h 50 -SPACE 300 +SPACE 250 h -SPACE 50", kSpaceAsLayer);
  for (const char* text : {"tap: let go after 10 ms", "SPACE hold: h was tapped",
                           "SPACE hold: 200 ms over", "layer nav", "nav is on", "LEFT"}) {
    EXPECT_THAT(svg, shows(text));
  }
  const std::string soon = picture("SPACE 100 +SPACE 250 -SPACE 500 x 50 +SPACE 250 -SPACE",
                                   "set idle = 100ms\n" + std::string(kSpaceAsLayer));
  for (const char* text : {"SPACE tap: tapped again soon", "SPACE tap: soon after typing"}) {
    EXPECT_THAT(soon, HasSubstr(text));
  }
  // The tap that was too short for its reason has it in its tip.
  EXPECT_THAT(svg, HasSubstr("SPACE tap: let go after 10 ms: 0 to 10 ms"));
}

TEST_F(TimelineOfPlay, ShowsWhenCapsWordIsOn) {
  pianola({"play", "-", "--keys", "+F1 10 -F1 +a 20 -a +SPACE 30 -SPACE 40 +F1 10 -F1 6s +b -b",
           "--timeline", path("t.json")},
          "F1 = capsword\n");
  const std::string trace = read("t.json");
  EXPECT_THAT(trace, HasSubstr(R"("args":{"name":"caps word"})"));
  EXPECT_THAT(trace, HasSubstr(R"("name":"caps word is on","cat":"layer","ph":"X","dur":30)"))
      << "up to the space";
  EXPECT_THAT(trace, HasSubstr(R"("name":"caps word is on","cat":"layer","ph":"X","dur":4999)"))
      << "up to the end of its time";
  EXPECT_THAT(picture("F1 a SPACE", "F1 = capsword\n"), shows("caps word"));
}

TEST_F(TimelineOfPlay, ShowsKeysTogetherAndAlone) {
  const std::string svg = picture("+j 5 +k 10 -j -k 100 +j 50 -j", kSpaceAsLayer);
  EXPECT_THAT(svg, shows("j &amp; k together: k came after 5 ms"));
  EXPECT_THAT(svg, shows("j by itself: 30 ms over"));
  EXPECT_EQ(typed_text(svg), "bothj");
}

TEST_F(TimelineOfPlay, ShowsWhichClauseOfADance) {
  const std::string svg = picture("F5 50 F5 500 +F5 500 -F5 20 x 200 F5 10 +x 50 -x",
                                  "dance F5 { tap { \"t\" } hold { \"h\" } double { \"d\" } }\n");
  for (const char* text : {"F5 double", "F5 hold: 400 ms over", "F5 tap: x went down"}) {
    EXPECT_THAT(svg, HasSubstr(text));
  }
  const std::string sequence =
      picture("CAPSLOCK g +h 10 -h +x 10 -x", "set leader = CAPSLOCK\nleader g h i { \"t\" }\n");
  EXPECT_THAT(sequence, HasSubstr("g leader: x went down"));
}

TEST_F(TimelineOfPlay, FoldsWhatComesAgainAndAgain) {
  const std::string svg = picture("F2 60s F2", "F2 (again: stop) { loop { \".\" wait 200ms } }");
  EXPECT_TRUE(std::regex_search(svg, std::regex(">29\\d times more</text>")));
  EXPECT_THAT(svg, shows("stopped"));
  EXPECT_LT(labels_of(svg).size(), 60U);
}

TEST_F(TimelineOfPlay, DrawsLongRunsInLinesAndSaysWhatIsLeftOut) {
  std::string text;
  std::uint32_t number = 1;  // nothing that comes again, which would be folded
  for (int i = 0; i < 2000; ++i) {
    number = number * 1'664'525 + 1'013'904'223;
    text += static_cast<char>('a' + (number >> 24) % 26);
  }
  const std::string svg = picture("F1", "F1 { \"" + text + "\" }");
  EXPECT_TRUE(std::regex_search(svg, std::regex(">The rest, \\d+ ms, is not drawn.</text>")));
  EXPECT_TRUE(text.starts_with(typed_text(svg)));
  EXPECT_GT(typed_text(svg).size(), 500U);
}

TEST_F(TimelineOfPlay, ManyAtOnceAndNoneHaveRoom) {
  const std::string macros =
      "F1 (again: parallel) { \"ab\" wait 100ms \"cd\" wait 1s \"ef\" }\n"
      "F2 (again: stop) { loop { \".\" wait 200ms } }\nF3 { move 30 -5 wait 5ms scroll 3 }\n"
      "F4 { wait release max 2s \"x${1 / 0}\" }\n";
  picture("F1 F1 F1 F2 F3 +F4 +F5 +F6 30 -F6 1s -F5 F2", macros);
  picture("+LSHIFT h -LSHIFT i 20s +F2 10min", macros);
  EXPECT_THAT(picture("500", macros), shows("Nothing happened."));
}

TEST_F(TimelineOfPlay, TraceHasTheSameTracks) {
  pianola({"play", "-", "--keys", "+SPACE 250 h -SPACE", "--timeline", path("t.json")},
          kSpaceAsLayer);
  for (const char* part :
       {R"("args":{"name":"decided"})", R"("args":{"name":"layer nav"})",
        R"("args":{"name":"typed"})",
        R"("name":"SPACE hold: 200 ms over","cat":"decision","ph":"X","dur":200000,"ts":0)",
        R"("decided by":"200 ms over")", R"("name":"LEFT","cat":"other")"}) {
    EXPECT_THAT(read("t.json"), HasSubstr(part));
  }
}

}  // namespace
}  // namespace pianola::cli
