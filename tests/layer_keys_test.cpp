// Keys that are layers or toggle something, and layers with modifiers.

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "support/played.hpp"

namespace pianola {
namespace {

using test::Played;
using test::reports_of;
using test::text_of;

std::string with_layers(std::string_view remaps) {
  return std::string{remaps} + "\nlayer num { h = 1  a = 2 }\nlayer nav { h = 3 }\n";
}

// QMK, docs/feature_layers.md: MO(layer) turns it on while it is held, TG(layer) turns it on or
// off.
TEST(LayerKeys, TurnTheLayerOnWhileTheyAreDown) {
  EXPECT_EQ(text_of(with_layers("F1 = layer num"), "h +F1 h h -F1 h"), "h11h");
  EXPECT_EQ(text_of(with_layers("F1 = layer num"), "+F1 20 +h 20 -F1 20 -h 20 h"), "1h")
      << "a key stays what it was when it went down";
  EXPECT_EQ(text_of(with_layers("F1 = layer num\nF2 = layer nav"), "+F1 +F2 h a -F2 h -F1 h"),
            "321h");
  EXPECT_EQ(text_of(with_layers("F1 = layer num\nF2 = layer num"), "+F1 +F2 -F1 h -F2 h"), "1h");
  EXPECT_EQ(text_of(with_layers("j & k = layer num"), "+j +k 50 h -j h -k h"), "11h");
  EXPECT_EQ(text_of(with_layers("ctrl+F1 = layer num"), "+LCTRL +F1 -LCTRL h -F1 h"), "1h");
  EXPECT_EQ(text_of(with_layers("double F1 = layer num"), "F1 50 +F1 h -F1 h"), "1h");
  EXPECT_EQ(
      text_of(with_layers("leader x = layer num"), "+LSHIFT +RSHIFT -RSHIFT -LSHIFT +x h -x h"),
      "1h");
}

TEST(LayerKeys, Toggle) {
  EXPECT_EQ(text_of(with_layers("F1 = layer toggle num"), "h F1 h h F1 h"), "h11h");
  EXPECT_EQ(text_of(with_layers("F1 = layer toggle num"), "+F1 h 300 h -F1 h"), "111")
      << "when the key goes down, however long";
}

TEST(LayerKeys, ShareTheirStateWithTheStatement) {
  const std::string macros = with_layers(
      "F1 = layer toggle num\nF2 { layer toggle num }\nF3 { layer off num }\n"
      "F4 { if layer(num) { \"on\" } else { \"off\" } }");
  EXPECT_EQ(text_of(macros, "F1 h F2 h F2 h F1 h F1 h F3 h"), "1h1h1h");
  EXPECT_EQ(text_of(macros, "F1 F4 F1 F4"), "onoff");
  EXPECT_EQ(text_of(with_layers("F1 = layer toggle num\nF2 = layer num"), "F1 +F2 -F2 h F1 h"),
            "1h");
}

TEST(LayerKeys, StartWhatWaitsForTheLayer) {
  EXPECT_EQ(text_of(with_layers("F1 = layer toggle num\non layer num { \"x\" }"), "F1 h F1 F1"),
            "x1x");
  EXPECT_EQ(text_of(with_layers("F1 = layer num\nF2 { wait until layer(num) \"x\" }"), "F2 50 F1"),
            "x");
}

// ZMK, docs/keymaps/behaviors/key-toggle.md: &kt presses the key, and lets it go the next time.
TEST(ToggleKeys, HoldAndLetGo) {
  EXPECT_EQ(text_of("F1 = toggle LSHIFT", "F1 a a F1 a"), "AAa");
  EXPECT_EQ(reports_of("F1 = toggle b", "F1 50 F1"), "[00:05] [00:]");
  EXPECT_EQ(reports_of("F1 = toggle ctrl+b", "F1 50 F1"), "[01:05] [00:]");
  EXPECT_EQ(reports_of("F1 = toggle ctrl+b", "F1 50 x F1"), "[01:05] [01:05,1b] [01:05] [00:]")
      << "as the statement's, its modifiers stay";
  EXPECT_EQ(reports_of("F1 = toggle mouse left", "F1 50 F1"), "[00:] buttons:01 [00:]");
  EXPECT_EQ(reports_of("F1 = toggle b\nF2 { toggle b }", "F1 50 F2 50 F2 50 F1"),
            "[00:05] [00:] [00:05] [00:]")
      << "the statement's state";
  EXPECT_EQ(text_of("F1 = toggle LSHIFT\nshift+F2 { \"yes\" }\nF2 { \"no\" }", "F1 F2 F1 F2"),
            "yesno")
      << "counts for triggers as the statement's";
  EXPECT_EQ(text_of("F1 = toggle LSHIFT", "F1 +LSHIFT +RSHIFT ESC -LSHIFT -RSHIFT a"), "a")
      << "a cancel lets it go";
}

TEST(ToggleKeys, ASecondChordEndsTheFirstOnesModifiers) {
  EXPECT_EQ(reports_of("F1 = toggle ctrl+b\nF2 = alt+c", "+F2 50 F1 50 -F2 50 F1"),
            "[04:06] [01:05,06] [01:05] [00:]");
}

TEST(LayerKeys, StandOnEitherSide) {
  const std::string both = with_layers("F1 = layer toggle num / layer nav");
  EXPECT_EQ(text_of(both, "F1 h +F1 300 h -F1 h F1 h"), "131h");
  EXPECT_EQ(text_of(with_layers("F1 = x / layer toggle num"), "F1 h +F1 300 -F1 h +F1 300 -F1 h"),
            "xh1h");
  EXPECT_EQ(text_of("F1 = x / toggle LSHIFT", "F1 a +F1 300 -F1 a +F1 300 -F1 F1"), "xaAx");
  EXPECT_EQ(text_of("F1 = toggle LSHIFT / x", "F1 a +F1 300 -F1 F1 a"), "AXa");
  EXPECT_EQ(text_of(with_layers("F1 = oneshot LSHIFT / layer toggle num"), "F1 a +F1 300 -F1 a"),
            "A2");
  EXPECT_EQ(text_of(with_layers("F1 = x / layer toggle num"), "+F1 h 20 -F1"), "1")
      << "held by dual = release";
}

// ZMK and kanata let the layer be on from the tap's press to its release; QMK refuses it.
TEST(LayerKeys, TappedAreOnForTheTap) {
  tryout::Macros macros("F1 = layer num / x\nlayer num { }\non layer num { \"on\" }");
  EXPECT_TRUE(macros.good());
  EXPECT_NE(macros.messages("m").find("warning: a tap turns 'num' on only"), std::string::npos);
  EXPECT_EQ(
      Played("F1 = layer num / x\nlayer num { h = 1 }\non layer num { \"on\" }", "F1 50 h").text(),
      "onh");
}

TEST(LayerKeys, LetOneShotsBe) {
  EXPECT_EQ(text_of(with_layers("F1 = layer toggle num\nLSHIFT = oneshot LSHIFT"), "LSHIFT F1 x x"),
            "Xx");
  EXPECT_EQ(text_of(with_layers("F1 = layer num\nLSHIFT = oneshot LSHIFT"), "LSHIFT +F1 x -F1 x"),
            "Xx");
}

TEST(LayerKeys, NamesStayNames) {
  EXPECT_EQ(
      text_of("macro toggler { \"x\" }\nF1 { call toggler }\nF2 = layer on_\nlayer on_ { h = 1 }",
              "F1 +F2 h -F2"),
      "x1");
}

}  // namespace
}  // namespace pianola
