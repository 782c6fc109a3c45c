// A key whose taps are counted. Expectations are those of the documents named at each test, in this
// project's words.

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::expect_texts;
using test::Played;

constexpr std::string_view kAll =
    "dance F5 (double: 200ms) {\n"
    "  tap { \"t\" }\n  hold { \"h\" }\n  double { \"d\" }\n  double hold { \"D\" }\n"
    "  triple { \"3\" }\n}\n";

// QMK, "Tap Dance", the quad-function example: single and double taps, each tapped or held, by
// TAPPING_TERM; ZMK, "Tap-Dance": tapping-term-ms runs from each press.
TEST(TapDance, CountsItsTaps) {
  expect_texts({
      {kAll, "F5 300", "t"},
      {kAll, "+F5 199 -F5 100", "t"},
      {kAll, "+F5 200 -F5 100", "h"},
      {kAll, "+F5 201 -F5 100", "h"},
      {kAll, "F5 50 F5 300", "d"},
      {kAll, "F5 189 F5 300", "d"},
      {kAll, "F5 190 F5 300", "d"},
      {kAll, "F5 191 F5 300", "tt"},
      {kAll, "F5 50 +F5 199 -F5", "d"},
      {kAll, "F5 50 +F5 200 -F5", "D"},
      {kAll, "F5 50 F5 50 F5", "3"},
      {kAll, "F5 50 F5 50 +F5 500 -F5", "3"},
      {kAll, "F5 50 F5 50 F5 50 F5 300", "3t"},
      {kAll, "F5 50 F5 50 F5 50 F5 50 F5 300", "3d"},
      {kAll, "F5 50 F5 50 F5 50 F5 50 F5 50 F5", "33"},
      {kAll, "F5 300 F5 300", "tt"},
  });
}

TEST(TapDance, ItsOptionsCountWhicheverClausesItHas) {
  const auto macros = [](std::string_view clauses) {
    return "dance F5 (double: 200ms) { " + std::string(clauses) + " }";
  };
  expect_texts({
      {macros("tap { \"t\" } double { \"d\" }"), "F5 191 F5 300", "tt"},
      {macros("double { \"d\" }"), "F5 190 F5 300", "d"},
      {macros("tap { \"t\" } hold { \"h\" }"), "+F5 250 -F5", "h"},
      {macros("hold { \"h\" } triple { \"3\" }"), "+F5 250 -F5", "h"},
  });
}

TEST(TapDance, NothingRunsBeforeItIsDecided) {
  EXPECT_EQ(Played(kAll, "F5").trace(), "200 [00:17]\n201 [00:]\n");
  EXPECT_EQ(Played(kAll, "+F5 300 -F5").trace(), "200 [00:0b]\n201 [00:]\n");
  EXPECT_EQ(Played(kAll, "F5 50 F5").trace(), "260 [00:07]\n261 [00:]\n");
  EXPECT_EQ(Played(kAll, "F5 50 F5 50 F5").trace(), "120 [00:20]\n121 [00:]\n")
      << "nothing can come after it";
  EXPECT_EQ(Played("dance F5 { tap { \"t\" } hold { \"h\" } }", "F5").trace(),
            "10 [00:17]\n11 [00:]\n")
      << "let go, it can be nothing else";
}

// QMK, "Tap Dance": another key ends it; ZMK likewise.
TEST(TapDance, AnotherKeyDecides) {
  expect_texts({
      {kAll, "F5 20 x", "tx"},
      {kAll, "+F5 20 x -F5", "hx"},
      {kAll, "F5 20 F5 20 x", "dx"},
      {kAll, "F5 20 +F5 20 x -F5", "Dx"},
      {kAll, "F5 20 x 20 F5 300", "txt"},
      {kAll, "+x 10 F5 5 -x 300", "xt"},
  });
  EXPECT_EQ(Played(kAll, "F5 20 +x 10 -x").trace().substr(0, 11), "30 [00:17]\n");
}

TEST(TapDance, AMissingClauseIsTheNextLowerOne) {
  expect_texts({
      {"dance F5 { tap { \"t\" } double { \"d\" } }", "+F5 500 -F5", "t"},
      {"dance F5 { tap { \"t\" } double { \"d\" } }", "F5 50 +F5 500 -F5", "d"},
      {"dance F5 { tap { \"t\" } double { \"d\" } }", "F5 50 F5 50 F5 500", "dt"},
      {"dance F5 { tap { \"t\" } triple { \"3\" } }", "F5 50 F5 500", "t"},
      {"dance F5 { tap { \"t\" } hold { \"h\" } triple { \"3\" } }", "F5 50 +F5 500 -F5", "h"},
      {"dance F5 { tap { \"t\" } double hold { \"D\" } }", "F5 50 F5 500", "t"},
      {"dance F5 { tap { \"t\" } double hold { \"D\" } }", "F5 50 +F5 500 -F5", "D"},
      // None is lower: the key does what it does elsewhere.
      {"dance a { double { \"d\" } }", "a 500", "a"},
      {"dance a { double { \"d\" } }", "a 50 a", "d"},
      {"dance a { hold { \"h\" } }", "a +a 500 -a", "ah"},
      {"dance a { double hold { \"D\" } }", "a 50 a 500", "a"},
      {"a = b\nF1 = layer toggle nav\nlayer nav { dance a { hold { \"h\" } } }", "F1 a", "b"},
  });
}

TEST(TapDance, ItsKeyIsTheOneThatWasPressedLast) {
  EXPECT_EQ(
      Played("dance F5 { hold { hold LCTRL } double hold { hold LALT } }", "+F5 500 -F5").trace(),
      "400 [01:]\n500 [00:]\n");
  EXPECT_EQ(
      Played("dance F5 { hold { hold LCTRL } double hold { hold LALT } }", "F5 50 +F5 500 -F5")
          .trace(),
      "460 [04:]\n560 [00:]\n");
  expect_texts({
      {"dance F5 { hold { layer hold num } tap { \"t\" } }\nlayer num { h = 1 }", "+F5 500 h -F5 h",
       "1h"},
  });
}

// ZMK, "Tap-Dance": with modifiers, in layers, several at a time.
TEST(TapDance, WithModifiersAndInLayers) {
  expect_texts({
      {"dance shift+F5 { tap { \"s\" } double { \"S\" } }\ndance F5 { tap { \"p\" } }",
       "+LSHIFT F5 50 F5 -LSHIFT F5", "Sp"},
      {"dance F5 { tap { \"o\" } double { \"O\" } }\nF1 = layer toggle nav\n"
       "layer nav {\n  dance F5 {\n    tap { \"n\" }\n    double { \"N\" }\n  }\n  x = y\n}\n",
       "F5 50 F5 F1 F5 500 F5 50 F5 x", "OnNy"},
      {"F1 = oneshot layer nav\nlayer nav { dance F5 { tap { \"n\" } double { \"N\" } } }",
       "F1 F5 50 F5 500 F5", "N"},
      {"dance F5 { tap { \"a\" } double { \"b\" } }\ndance F6 { tap { \"c\" } double { \"d\" } }",
       "F5 F6 50 F6 F5 50 F5", "adb"},
      {"dance ctrl+any+F5 { tap { \"x\" } double { \"y\" } }", "+LCTRL +LALT F5 50 F5 -LALT -LCTRL",
       "y"},
  });
}

// QMK, "Tap Dance": what the key is pressed as next is another key then, and that ends it.
TEST(TapDance, ItsModifiersAndItsLayerAreLetGo) {
  const std::string_view layer =
      "F1 = layer nav\nlayer nav { dance F5 { tap { \"t\" } double {"
      " \"d\" } hold { \"h\" } } }\nF5 = x\n";
  const std::string_view chord =
      "dance ctrl+F5 { tap { \"t\" } double { \"d\" } }\nF5 = x\ndance F6 { double { \"6\" } }";
  expect_texts({
      {layer, "+F1 F5 50 -F1 50 F5", "tx"},
      {layer, "+F1 F5 50 F5 50 -F1 50 F5 500", "dx"},
      {layer, "+F1 F5 50 -F1 500", "t"},
      {layer, "+F1 +F5 50 -F1 50 -F5 500", "t"},
      {layer, "+F1 F5 +LCTRL 10 -LCTRL F5 -F1", "tt"},
      {chord, "+LCTRL F5 50 -LCTRL 50 F5", "tx"},
      // What it does not need may go.
      {chord, "+LCTRL F6 50 -LCTRL 50 F6", "6"},
      {chord, "+x +LCTRL F5 50 -x F5 -LCTRL", "xd"},
  });
}

// QMK, "Combos": they come before what their keys are alone.
TEST(TapDance, KeysTogetherComeFirst) {
  const std::string_view macros =
      "dance a { tap { \"t\" } double { \"d\" } hold { \"h\" } triple { \"3\" } }\n"
      "a & c { \"!\" }\n";
  expect_texts({
      {macros, "+a +c 50 -a -c 500", "!"},
      {macros, "a 50 +a +c 50 -a -c 500", "t!"},
      {macros, "a 50 a 50 +c 10 +a 50 -a -c 500", "d!"},
      {macros, "a 50 a 50 +a 30 +c 50 -a -c 500", "d!"},
      {macros, "a 50 a 50 +a 31 +c 50 -a -c 500", "3c"},
      {macros, "a 50 a 100 a 500", "3"},
      {macros, "a 389 +a 20 +c -a -c 500", "t!"},
      {macros, "a 50 +a 20 x -a 500", "dx"},
  });
  EXPECT_EQ(Played(macros, "a 50 a").trace().substr(0, 4), "460 ");
}

TEST(TapDance, IsSetByItsOptions) {
  expect_texts({
      {"set double = 100ms\ndance F5 { tap { \"t\" } double { \"d\" } }", "F5 91 F5 500", "tt"},
      {"dance F5 (layout: de) { tap { \"z\" } }", "F5", "y"},
      {"dance F5 (again: stop) { tap { loop { \"x\" wait 1s } } double { \"d\" } }",
       "F5 1500 F5 50 F5 900 F5 5000", "xxdx"},
  });
}

TEST(TapDance, TellsOfMoreTapsThanOne) {
  const std::string_view macros =
      "dance F5 (double: 900ms) {\n  tap { \"${double}\" }\n  double { \"${double}\" }\n"
      "  triple { \"${double}\" }\n}\n";
  expect_texts(
      {{macros, "F5 2s", "0"}, {macros, "F5 700 F5 2s", "1"}, {macros, "F5 5 F5 5 F5", "1"}});
}

TEST(TapDance, WhileAMacroTypes) {
  expect_texts({
      {"F1 { \"abcdefghijklmnopqrst\" }\ndance F5 { tap { \"1\" } double { \"2\" } }",
       "F1 F5 10 F5 500", "abcdefghijklmnopqrst2"},
  });
}

}  // namespace
}  // namespace pianola
