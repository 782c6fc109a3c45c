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
  EXPECT_EQ(text_of(with_layers("j & k = layer num"), "+j +k 50 h -j h -k h"), "1hh");
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

// ---- Layers with modifiers ----------------------------------------------------------------------

// keyd, docs/keyd.scdoc, "Layers": what the layer does not map has its modifiers, what it maps has
// not, and other modifiers go with both.
constexpr std::string_view kCaps =
    "CAPSLOCK = layer caps\nlayer caps (ctrl) { j = DOWN  m { tap a }  t { hold b } }\n";

std::string caps(std::string_view more) { return std::string{kCaps} + std::string{more}; }

TEST(LayersWithModifiers, AddThemToWhatTheyDoNotBind) {
  EXPECT_EQ(reports_of(kCaps, "+CAPSLOCK c -CAPSLOCK c"), "[01:06] [00:] [00:06] [00:]");
  EXPECT_EQ(reports_of(kCaps, "+CAPSLOCK j m +t 30 -t -CAPSLOCK"),
            "[00:51] [00:] [00:04] [00:] [00:05] [00:]");
  EXPECT_EQ(reports_of(kCaps, "+CAPSLOCK +LSHIFT j c -LSHIFT -CAPSLOCK"),
            "[02:] [02:51] [02:] [03:06] [02:] [00:]");
  EXPECT_EQ(reports_of(kCaps, "+CAPSLOCK LSHIFT -CAPSLOCK"), "[02:] [00:]");
  EXPECT_EQ(reports_of(kCaps, "CAPSLOCK"), "") << "none goes down with the layer";
}

TEST(LayersWithModifiers, GiveThemToTheKeyAlone) {
  EXPECT_EQ(reports_of(kCaps, "+CAPSLOCK +c +j -c -j -CAPSLOCK"),
            "[01:06] [00:06,51] [00:51] [00:]")
      << "rolled onto one that the layer binds";
  EXPECT_EQ(reports_of(kCaps, "+CAPSLOCK +c +v -c -v -CAPSLOCK"),
            "[01:06] [01:06,19] [01:19] [00:]");
  EXPECT_EQ(reports_of(kCaps, "+CAPSLOCK +c -CAPSLOCK +x -c -x"),
            "[01:06] [00:06,1b] [00:1b] [00:]")
      << "the layer is off";
  EXPECT_EQ(reports_of(kCaps, "+c +CAPSLOCK -c -CAPSLOCK"), "[00:06] [00:]");
}

TEST(LayersWithModifiers, CountForTriggersOutside) {
  const std::string triggers =
      caps("ctrl+x = DELETE\nx = y\nctrl+d { \"d\" }\nshift+ctrl+e = F1\ne = z\n");
  EXPECT_EQ(reports_of(triggers, "+CAPSLOCK x -CAPSLOCK x"), "[00:4c] [00:] [00:1c] [00:]");
  EXPECT_EQ(text_of(triggers, "+CAPSLOCK d -CAPSLOCK d"), "dd");
  EXPECT_EQ(reports_of(triggers, "+CAPSLOCK e +LSHIFT e -LSHIFT -CAPSLOCK"),
            "[01:1d] [00:] [02:] [00:3a] [02:] [00:]");
  EXPECT_EQ(reports_of(caps("ctrl+LEFT = HOME\nrctrl+f = F1"), "+CAPSLOCK LEFT f -CAPSLOCK"),
            "[00:4a] [00:] [01:09] [00:]")
      << "ctrl is the left one";
  EXPECT_EQ(reports_of(caps("leader ctrl+x = F1\nset leader = F2"), "+CAPSLOCK F2 x -CAPSLOCK"),
            "[00:3a] [00:]");
  EXPECT_EQ(
      reports_of(caps("tap ctrl+x = F1\nhold ctrl+x = F2"), "+CAPSLOCK x 500 +x 300 -x -CAPSLOCK"),
      "[00:3a] [00:] [00:3b] [00:]");
  EXPECT_EQ(text_of(caps("\"teh\" { \"the\" }"), "t +CAPSLOCK e -CAPSLOCK e h"), "teh")
      << "what is no text breaks a word";
}

TEST(LayersWithModifiers, GoWithRemapsAndMacrosOutside) {
  EXPECT_EQ(reports_of(caps("d = e\ng = shift+TAB"), "+CAPSLOCK d g -CAPSLOCK"),
            "[01:08] [00:] [03:2b] [00:]");
  EXPECT_EQ(reports_of(caps("d = LSHIFT"), "+CAPSLOCK +d a -d -CAPSLOCK"),
            "[02:] [03:04] [02:] [00:]");
  EXPECT_EQ(reports_of(caps("d { TAB \"x\" TAB }"), "+CAPSLOCK d -CAPSLOCK"),
            "[01:2b] [00:1b] [01:2b] [00:]");
  EXPECT_EQ(reports_of(caps("macro f { TAB }\nd { call f }"), "+CAPSLOCK d -CAPSLOCK"),
            "[01:2b] [00:]");
  EXPECT_EQ(reports_of(caps("ctrl+d { TAB }"), "+CAPSLOCK d -CAPSLOCK"), "[00:2b] [00:]");
  EXPECT_EQ(reports_of(caps("d { without mods { TAB } }"), "+CAPSLOCK d -CAPSLOCK"),
            "[00:2b] [00:]");
  EXPECT_EQ(reports_of(caps("d { TAB wait 100ms TAB }"), "+CAPSLOCK d 20 -CAPSLOCK 200"),
            "[01:2b] [00:] [00:2b] [00:]")
      << "as long as the layer is on";
  EXPECT_EQ(reports_of(caps("d { hold TAB wait 100ms }"), "+CAPSLOCK +d 20 -CAPSLOCK 20 -d 300"),
            "[01:2b] [00:]")
      << "what goes down together goes up together";
  EXPECT_EQ(reports_of(caps("d = mouse left"), "+CAPSLOCK d -CAPSLOCK"), "[01:] buttons:01 [00:]");
}

TEST(LayersWithModifiers, AreAllOthersThatAreOn) {
  const std::string both = caps("F1 = layer signs\nlayer signs (alt+rshift) { k = UP }\n");
  EXPECT_EQ(reports_of(both, "+CAPSLOCK +F1 c k j -F1 -CAPSLOCK"),
            "[25:06] [00:] [01:52] [00:] [24:51] [00:]");
  EXPECT_EQ(reports_of(both, "+F1 +CAPSLOCK k -F1 -CAPSLOCK"), "[01:52] [00:]");
}

TEST(LayersWithModifiers, HoldAutoshiftOff) {
  EXPECT_EQ(reports_of(caps("set autoshift = 100ms"), "+CAPSLOCK +c 200 -c -CAPSLOCK +c 200 -c"),
            "[01:06] [00:] [02:06] [00:]");
}

TEST(LayersWithModifiers, OfOneShots) {
  EXPECT_EQ(reports_of("F1 = oneshot layer caps\nlayer caps (ctrl) { j = DOWN }", "F1 50 c 50 c"),
            "[01:06] [00:] [00:06] [00:]");
}

TEST(LayersWithModifiers, GoInPartsInSafeTyping) {
  EXPECT_EQ(reports_of(caps("set typing = safe"), "+CAPSLOCK +c 20 -c -CAPSLOCK"),
            "[01:] [01:06] [01:] [00:]");
}

TEST(LayersWithModifiers, MistakesAreTold) {
  const auto messages = [](std::string_view text) { return tryout::Macros(text).messages("m"); };
  EXPECT_NE(messages("layer l () { }").find("1:10: error: expected modifiers, as in ctrl+shift"),
            std::string::npos);
  EXPECT_NE(messages("layer l (ctlr) { }").find("'ctlr' is not a modifier"), std::string::npos);
  EXPECT_NE(messages("layer l (ctrl { }").find("error: expected ')'"), std::string::npos);
  EXPECT_NE(messages("layer l (ctrl+a) { }").find("'a' is not a modifier"), std::string::npos);
}

}  // namespace
}  // namespace pianola
