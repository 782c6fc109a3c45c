#include "scenario/key_script.hpp"

#include <fmt/core.h>
#include <gtest/gtest.h>

namespace pianola::scenario {
namespace {

/// The events as "time+usage" and "time-usage", and the end; or the message, and the part of the
/// text that it is about.
std::string events(std::string_view text, std::string_view layout = "uk") {
  Result<KeyScript> read = read_key_script(text, *hid::find_layout(layout));
  if (!read) {
    return fmt::format("{} <{}>", read.error().message,
                       text.substr(read.error().offset, read.error().size));
  }
  const KeyScript& script = *read;
  std::string out;
  for (const engine::KeyEvent& event : script.events) {
    out += fmt::format("{}{}{:02x} ", event.time, event.down ? '+' : '-',
                       static_cast<unsigned>(event.usage));
  }
  return out + fmt::format("={}", script.end);
}

std::string error(std::string_view text) { return events(text); }

TEST(KeyScript, EmptyIsNothing) {
  EXPECT_EQ(events(""), "=0");
  EXPECT_EQ(events(" \t\n"), "=0");
}

TEST(KeyScript, TapsLastTenMilliseconds) {
  EXPECT_EQ(events("F1"), "0+3a 10-3a =10");
  EXPECT_EQ(events("a b"), "0+04 10-04 10+05 20-05 =20");
}

TEST(KeyScript, PressesAndReleases) {
  EXPECT_EQ(events("+LSHIFT a -LSHIFT"), "0+e1 0+04 10-04 10-e1 =10");
}

TEST(KeyScript, NumbersWait) {
  EXPECT_EQ(events("500 m"), "500+10 510-10 =510");
  EXPECT_EQ(events("7"), "=7");
  EXPECT_EQ(events("1.5s 20ms 2min"), "=121520");
}

TEST(KeyScript, DigitKeys) {
  EXPECT_EQ(events("'1'"), "0+1e 10-1e =10");
  EXPECT_EQ(events("+1 -1 +0"), "0+1e 0-1e 0+27 =0");
}

TEST(KeyScript, PlusAndMinusAreKeysToo) {
  EXPECT_EQ(events("+ -"), "0+2e 10-2e 10+2d 20-2d =20");
  EXPECT_EQ(events("++ -+ +- --"), "0+2e 0-2e 0+2d 0-2d =0");
}

TEST(KeyScript, UsageNumbers) { EXPECT_EQ(events("0x04 +0x10E2"), "0+04 10-04 10+10e2 =10"); }

TEST(KeyScript, MouseButtonsMacroKeysAndConsumerKeys) {
  EXPECT_EQ(events("+mouse left -mouse left"), "0+3001 0-3001 =0");
  EXPECT_EQ(events("ctrl+mouse 8"), "0+e0 0+3008 10-3008 10-e0 =10");
  EXPECT_EQ(events("mouse middle mouse back"), "0+3003 10-3003 10+3004 20-3004 =20");
  EXPECT_EQ(events("M0 +M127 -m127"), "0+4000 10-4000 10+407f 10-407f =10");
  EXPECT_EQ(events("+PLAY"), "0+10b0 =0");
}

TEST(KeyScript, NamesInAnyCaseWithAliases) {
  EXPECT_EQ(events("enter PgDn KC_A"), events("ENTER PAGE_DOWN 0x04"));
}

TEST(KeyScript, Chords) {
  EXPECT_EQ(events("ctrl+m"), "0+e0 0+10 10-10 10-e0 =10");
  EXPECT_EQ(events("^M"), events("ctrl+m"));
  EXPECT_EQ(events("rctrl+shift+F5"), "0+e4 0+e1 0+3e 10-3e 10-e1 10-e4 =10");
  EXPECT_EQ(events("ctrl++"), "0+e0 0+2e 10-2e 10-e0 =10");
  EXPECT_EQ(events("+ctrl+m 5 -ctrl+m"), "0+e0 0+10 5-10 5-e0 =5");
  EXPECT_EQ(events("alt+opt+control+gui+win+cmd+meta+super+a").substr(0, 5), "0+e2 ");
}

TEST(KeyScript, CharactersAreTheKeysOfTheLayout) {
  EXPECT_EQ(events("# [ ; ' ' '''"),
            "0+32 10-32 10+2f 20-2f 20+33 30-33 30+2c 40-2c 40+34 50-34 =50");
  EXPECT_EQ(events("z ß", "de"), "0+1c 10-1c 10+2d 20-2d =20");
  EXPECT_EQ(events("^ a", "de"), "0+35 10-35 10+04 20-04 =20");
}

TEST(KeyScript, SaysWhatIsWrongAndWhere) {
  EXPECT_EQ(error("a ENTR b"), "unknown key 'ENTR'; did you mean 'ENTER'? <ENTR>");
  EXPECT_EQ(error("a xyzzyx"), "unknown key 'xyzzyx'; pianola keys lists them <xyzzyx>");
  EXPECT_EQ(error("+12"), "unknown key '12'; pianola keys lists them <12>");
  EXPECT_EQ(error("M128"), "unknown key 'M128'; pianola keys lists them <M128>");
  for (const char* wrong : {"mouse", "mouse 0", "mouse 9", "mouse lefft"}) {
    EXPECT_EQ(error(wrong),
              "after mouse stands left, right, middle, back, forward or a number "
              "from 1 to 8 <" +
                  std::string(wrong) + ">");
  }
  EXPECT_EQ(error("12x"), "'12x' is no time to wait; write 500, 500ms, 1.5s or 2min <12x>");
  EXPECT_EQ(error("99999999999"),
            "a wait of 99999999999 ms is too long; the longest is 24 days <99999999999>");
  EXPECT_EQ(error("2000000000 2000000000"), "these keys take more than 24 days <2000000000>");
  EXPECT_EQ(error("q+m"), "'q' is not a modifier; before '+' stand ctrl, shift, alt or gui <q>");
  EXPECT_EQ(error("ctrl+ m"), "a chord is written without spaces around '+' <+>");
  EXPECT_EQ(error("'ab'"), "a quoted key is one character between ' and ' <'>");
  EXPECT_EQ(error("'"), "a quoted key is one character between ' and ' <'>");
  EXPECT_EQ(error("\"a\""), "a key, not a text, is expected; the key \" is written '\"' <\">");
  EXPECT_EQ(error("ж"), "no key of layout uk types 'ж' <ж>");
  EXPECT_EQ(error("\xff"), "this is not UTF-8 text <\xff>");
  EXPECT_EQ(error("a,b"), "expected a space after this <a>");
  EXPECT_EQ(error("^ab"), "expected a space after this <^a>");
  EXPECT_EQ(error("0x00").substr(0, 17), "'0x00' is no usag");
  EXPECT_EQ(error("0xZZ").substr(0, 17), "'0xZZ' is no usag");
  EXPECT_EQ(error("0x").substr(0, 15), "'0x' is no usag");
}

}  // namespace
}  // namespace pianola::scenario
