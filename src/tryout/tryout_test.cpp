#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tryout/macros.hpp"
#include "tryout/play.hpp"
#include "tryout/roll_text.hpp"

namespace pianola::tryout {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr hid::Usage kF1 = hid::keyboard_usage(0x3A);
constexpr hid::Usage kF2 = hid::keyboard_usage(0x3B);

/// What comes of tapping `keys` one after the other.
Play& tap(Play& play, std::initializer_list<hid::Usage> keys) {
  std::vector<engine::KeyEvent> events;
  std::uint32_t time = 0;
  for (const hid::Usage key : keys) {
    events.push_back({.usage = key, .down = true, .time = time});
    events.push_back({.usage = key, .down = false, .time = time + 10});
    time += 100;
  }
  EXPECT_EQ(play.run(events, 60'000), sim::Ending::done);
  return play;
}

TEST(Macros, TellWhatIsWrongWithThem) {
  Macros macros("F1 { ENTR }\n");
  EXPECT_FALSE(macros.good());
  EXPECT_EQ(macros.roll().size(), 0U);
  EXPECT_EQ(macros.messages("m.txt"),
            "m.txt:1:6: error: unknown key 'ENTR'; did you mean 'ENTER'?\n"
            "  F1 { ENTR }\n"
            "       ^~~~\n");
}

TEST(Macros, KeepTheirSource) {
  constexpr std::string_view kText = "# one\nF1 { \"a\" }\n\n# two\nF2 { \"b\" }\n# end\n";
  Macros macros(kText);
  ASSERT_TRUE(macros.good());
  EXPECT_EQ(source_of(macros.roll()), kText);
  const std::string second = definition_source(macros.roll(), macros.roll().record_at(1));
  EXPECT_EQ(without_leading_blank(second).substr(0, 10), "F2 { \"b\" }");
}

TEST(Play, TypesOnTheLayoutOfTheMacrosOrOnAnother) {
  Macros macros("set layout = de\nF1 { \"zy\" }\n");
  EXPECT_EQ(layout_of(macros.roll()).name(), "de");
  Play play(macros.roll(), {.layout = nullptr, .poll = 1});
  EXPECT_EQ(tap(play, {kF1}).simulation().host().text(), "zy");
  EXPECT_EQ(play.layout().name(), "de");
  Play abroad(macros.roll(), {.layout = hid::find_layout("us"), .poll = 8});
  EXPECT_EQ(tap(abroad, {kF1}).simulation().host().text(), "yz");
}

TEST(Play, TellsEachErrorOnceAtItsDefinition) {
  Macros macros("\xEF\xBB\xBF# é\r\nF1 { \"a\" }\r\n  F2 { \"${1 / (1 - 1)}\" }\r\n");
  ASSERT_TRUE(macros.good());
  Play play(macros.roll(), {.layout = nullptr, .poll = 1});
  EXPECT_THAT(tap(play, {kF1}).errors("m.txt"), IsEmpty());
  Play wrong(macros.roll(), {.layout = nullptr, .poll = 1});
  EXPECT_THAT(tap(wrong, {kF2, kF2}).errors("m.txt"),
              ElementsAre("m.txt:3:3: error: division by zero\n"
                          "    F2 { \"${1 / (1 - 1)}\" }\n"
                          "    ^\n"));
}

TEST(Play, TellsErrorsOfARollWithoutSourceByTheCode) {
  memory::Roll roll;
  memory::Findings findings;
  memory::compile("F1 { \"a\" }\nF2 { \"${1 / (1 - 1)}\" }\n", roll, findings);
  Play play(roll, {.layout = nullptr, .poll = 1});
  EXPECT_THAT(tap(play, {kF2}).errors("m.roll"),
              ElementsAre("m.roll: definition 2, code 000a: error: division by zero\n"));
}

}  // namespace
}  // namespace pianola::tryout
