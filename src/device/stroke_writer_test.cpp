#include "device/stroke_writer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "base/status.hpp"
#include "ports/memory/compile.hpp"
#include "ports/sim/simulated_host.hpp"
#include "ports/sim/simulation.hpp"
#include "scenario/key_script.hpp"

namespace pianola::device {
namespace {

using hid::Usage;

/// Writes what keys do that nothing binds.
class Strokes {
 public:
  explicit Strokes(std::string_view layout = "uk", std::size_t room = 1000)
      : layout_(*hid::find_layout(layout)), buffer_(room, '\0') {
    writer.begin({}, lang::KeyRef::usage(0x3A));
  }
  /// Plays a script as the keyboard gives it, and returns the whole definition.
  std::string play(std::string_view script) {
    for (const auto& event : scenario::parse_key_script(script, layout_).events) {
      hid::Report after = before_;
      event.down ? after.press(event.usage) : after.release(event.usage);
      writer.note(before_, after, layout_, caps_lock);
      before_ = after;
    }
    writer.end(layout_);
    return {writer.text().begin(), writer.text().end()};
  }

 private:
  const hid::Layout& layout_;
  std::string buffer_;
  hid::Report before_;

 public:
  bool caps_lock = false;
  StrokeWriter writer{buffer_};
};

/// What a macro made of `script` types: that of pressing the keys themselves.
std::string body_of(std::string_view script, std::string_view layout = "uk") {
  Strokes strokes(layout);
  const std::string text = strokes.play(script);
  EXPECT_TRUE(text.starts_with("F1 {")) << text;
  EXPECT_TRUE(text.ends_with(" }\n")) << text;
  memory::Roll roll;
  memory::Findings findings;
  const std::string file = "set layout = " + std::string(layout) + "\n" + text;
  EXPECT_EQ(memory::compile(file, roll, findings), Status::ok) << text;
  return text.substr(4, text.size() - 7);
}

TEST(StrokeWriter, CharactersAreOneText) {
  EXPECT_EQ(body_of("h e l l o , SPACE w o r l d"), " \"hello, world\"");
  EXPECT_EQ(body_of("shift+h i rshift+'1'"), " \"Hi!\"");
  EXPECT_EQ(body_of("'1' '2' '#'"), " \"12#\"");
}

TEST(StrokeWriter, OtherKeysAreTapsAndChords) {
  EXPECT_EQ(body_of("a ENTER TAB b"), " \"a\" ENTER TAB \"b\"");
  EXPECT_EQ(body_of("ctrl+c rctrl+v alt+F4"), " ctrl+c rctrl+v alt+F4");
  EXPECT_EQ(body_of("ctrl+'1' ctrl+'#' ctrl+shift+ESC"), " ctrl+1 ctrl+'#' ctrl+shift+ESC");
  EXPECT_EQ(body_of("PLAY VOLUME_UP SLEEP"), " PLAY VOLUME_UP SLEEP");
  EXPECT_EQ(body_of("KP_1 KP_ENTER"), " KP_1 KP_ENTER");
  EXPECT_EQ(body_of("shift+ENTER shift+UP"), " shift+ENTER shift+UP");
}

TEST(StrokeWriter, AModifierByItselfIsATap) {
  EXPECT_EQ(body_of("LGUI a"), " LGUI \"a\"");
  EXPECT_EQ(body_of("+LCTRL +LALT -LALT -LCTRL"), " LALT LCTRL");
  EXPECT_EQ(body_of("+LCTRL c v -LCTRL"), " ctrl+c ctrl+v");
  EXPECT_EQ(body_of("+LSHIFT a b -LSHIFT c"), " \"ABc\"");
}

TEST(StrokeWriter, BothShiftKeysTogetherAreTheLeader) {
  EXPECT_EQ(body_of("a +LSHIFT +RSHIFT -LSHIFT -RSHIFT"), " \"a\"");
  EXPECT_EQ(body_of("a +RSHIFT +LSHIFT -LSHIFT -RSHIFT"), " \"a\"");
}

TEST(StrokeWriter, RolledKeysAreTakenAsTheyGoDown) {
  EXPECT_EQ(body_of("+t +h -t +e -h -e"), " \"the\"");
}

TEST(StrokeWriter, WhatMeansSomethingInATextIsEscaped) {
  EXPECT_EQ(body_of("shift+'2' '\\' shift+'4' shift+'[' a shift+']'", "us"), " \"@\\\\$\\{a}\"");
  EXPECT_EQ(body_of("shift+'2'"), " \"\\\"\"");
}

TEST(StrokeWriter, OtherLayouts) {
  EXPECT_EQ(body_of("z y", "de"), " \"zy\"");
  EXPECT_EQ(body_of("0x1E shift+0x1E", "fr"), " \"&1\"");
  EXPECT_EQ(body_of("ralt+0x14", "de"), " \"@\"");
  // Dead keys: with what composes, with what does not, and at the end.
  EXPECT_EQ(body_of("0x2F e", "fr"), " \"\xC3\xAA\"");
  EXPECT_EQ(body_of("0x2F x", "fr"), " LEFT_BRACKET \"x\"");
  EXPECT_EQ(body_of("0x2F", "fr"), " LEFT_BRACKET");
}

TEST(StrokeWriter, WithCapsLockTheTextIsWhatTheHostShowed) {
  Strokes strokes;
  strokes.caps_lock = true;
  EXPECT_EQ(strokes.play("a shift+b '1'"), "F1 { \"Ab1\" }\n");
}

TEST(StrokeWriter, MouseButtonsAreClicks) {
  EXPECT_EQ(body_of("mouse left a mouse 6"), " click left \"a\" click 6");
  EXPECT_EQ(body_of("ctrl+mouse left"), " ctrl+mouse left");
}

TEST(StrokeWriter, LongLinesAreBroken) {
  std::string script;
  for (int i = 0; i < 50; ++i) script += "a b SPACE ";
  for (int i = 0; i < 20; ++i) script += "ENTER ";
  const std::string body = body_of(script);
  std::size_t begin = 0;
  for (std::size_t end = 0; (end = body.find('\n', begin)) != std::string::npos; begin = end + 1) {
    EXPECT_LE(end - begin, 95U);
  }
  EXPECT_GT(begin, 0U);
}

TEST(StrokeWriter, WhatDoesNotFitIsTold) {
  Strokes strokes("uk", 12);
  strokes.play("a b c");
  EXPECT_TRUE(strokes.writer.too_long());
  Strokes room("uk", 20);
  EXPECT_EQ(room.play("a b c"), "F1 { \"abc\" }\n");
  EXPECT_FALSE(room.writer.too_long());
}

TEST(StrokeWriter, NothingPressedIsEmpty) {
  Strokes strokes;
  strokes.play("+a");
  EXPECT_FALSE(strokes.writer.empty());
  Strokes none;
  none.play("+LSHIFT +RSHIFT -LSHIFT -RSHIFT");
  EXPECT_TRUE(none.writer.empty());
}

TEST(StrokeWriter, TriggersAreWrittenAsPeopleDo) {
  const auto head = [](lang::TriggerMods mods, Usage key, std::string_view layout = "uk") {
    std::array<char, 100> buffer{};
    StrokeWriter writer{buffer};
    writer.begin(mods, key_name(key, *hid::find_layout(layout)));
    const auto text = writer.text();
    return std::string(text.begin(), text.end());
  };
  EXPECT_EQ(head({}, hid::keyboard_usage(0x3E)), "F5 {");
  EXPECT_EQ(head({}, hid::kKeyA), "a {");
  EXPECT_EQ(head({}, hid::kKeyA, "fr"), "q {");
  EXPECT_EQ(head({}, hid::kKey1), "1 {");
  EXPECT_EQ(head({}, hid::kKey1, "fr"), "& {");
  EXPECT_EQ(head({}, hid::keyboard_usage(0x32)), "'#' {");
  EXPECT_EQ(head({.exact = 0, .either = 5}, hid::kKeyA), "ctrl+alt+a {");
  EXPECT_EQ(head({.exact = 0x41, .either = 0}, hid::kKeyA), "lctrl+ralt+a {");
  EXPECT_EQ(head({}, hid::kRightAlt), "RALT {");
  EXPECT_EQ(head({}, hid::consumer_usage(0xCD)), "PLAY_PAUSE {");
  EXPECT_EQ(head({}, hid::kSpace), "SPACE {");
}

}  // namespace
}  // namespace pianola::device
