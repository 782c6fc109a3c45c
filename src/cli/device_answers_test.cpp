#include "cli/device_answers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "base/status.hpp"
#include "base/time.hpp"
#include "support/device_rig.hpp"

namespace pianola::cli {
namespace {

using ::testing::EndsWith;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A device in virtual time whose keys are entered line by line.
class DeviceTerminal : public ::testing::Test {
 protected:
  void save(std::string_view macros) { ASSERT_EQ(rig_.save(macros), Status::ok); }

  /// Plays `line`, and returns what is told until `patience` ms after it.
  std::string enter(std::string_view line, Time patience = 50) {
    const scenario::KeyScript script = scenario::parse_key_script(line, rig_.device->layout());
    const Time start = rig_.now;
    for (const engine::KeyEvent& event : script.events) {
      while (rig_.now != start + event.time) pass(true);
      answers_.key(event);
      rig_.key(event.usage, event.down);
    }
    return wait(patience);
  }
  /// What is told within `patience` ms.
  std::string wait(Time patience) {
    for (; patience > 0; --patience) pass(false);
    const std::string told = err_.str();
    err_.str("");
    return told;
  }

  test::NewDevice device_;
  test::DeviceRig& rig_ = device_.rig;

 private:
  void pass(bool playing) {
    rig_.pass(1);
    const auto& trace = rig_.host.trace();
    for (; sent_ < trace.size(); ++sent_) answers_.sent(trace[sent_].report);
    news_.tell();
    answers_.step(rig_.now, playing);
  }

  std::istringstream in_;
  std::ostringstream err_;
  Console console_{.in = in_, .out = err_, .err = err_};
  DeviceNews news_{*rig_.device, console_};
  std::size_t sent_ = 0;

 protected:
  DeviceAnswers answers_{*rig_.device, news_, console_};
};

TEST_F(DeviceTerminal, NamesTheMacroAndWhatItTyped) {
  save(
      "F1 { \"ann@example.com\" ENTER ctrl+s }\nctrl+F2 { call twice(\"x\") }\n"
      "macro twice(t) { repeat 2 { \"${t}\" } }\n");
  EXPECT_EQ(enter("F1"), "pianola: F1 ran; typed \"ann@example.com\" ENTER ctrl+s\n");
  EXPECT_EQ(enter("ctrl+F2"), "pianola: ctrl+F2 ran; typed \"xx\"\n");
  EXPECT_EQ(enter("F1 100 z"), "pianola: F1 ran; typed \"ann@example.com\" ENTER ctrl+s \"z\"\n");
}

TEST_F(DeviceTerminal, SaysThatKeysPassThrough) {
  save("CAPSLOCK = LCTRL\nset layout = uk\n");
  EXPECT_EQ(enter("x ctrl+c PLAY"),
            "pianola: no macro ran; the keys passed through: \"x\" ctrl+c PLAY\n");
  EXPECT_EQ(enter("CAPSLOCK"), "pianola: no macro ran; typed LCTRL\n");
  EXPECT_EQ(enter("M5"), "pianola: no macro ran; typed nothing\n");
}

TEST_F(DeviceTerminal, KeysThatStayDownAreNoNews) {
  save("F1 { \"x\" }\n");
  EXPECT_EQ(enter("+LSHIFT a"), "pianola: no macro ran; the keys passed through: \"A\"\n");
  EXPECT_EQ(enter("b -LSHIFT"), "pianola: no macro ran; the keys passed through: \"B\"\n");
}

TEST_F(DeviceTerminal, AFailureIsToldEachTime) {
  save("F2 { \"half\" let a = 0 let b = 1 / a }\n");
  const std::string answer =
      "macros.txt:1:1: error: division by zero\n"
      "  F2 { \"half\" let a = 0 let b = 1 / a }\n"
      "  ^\n"
      "pianola: F2 failed; typed \"half\"\n";
  EXPECT_EQ(enter("F2"), answer);
  EXPECT_EQ(enter("F2"), answer);
}

TEST_F(DeviceTerminal, AFailureThatCallersShareIsToldOnce) {
  save("F2 { call half(0) \"x\" }\nmacro half(a) { let b = 1 / a }\n");
  const std::string answer =
      "macros.txt:2:1: error: division by zero\n"
      "  macro half(a) { let b = 1 / a }\n"
      "  ^\n"
      "pianola: F2 failed; typed nothing\n";
  EXPECT_EQ(enter("F2"), answer);
  EXPECT_EQ(enter("F2"), answer);
}

TEST_F(DeviceTerminal, SaysThatThePointerMoved) {
  save("F1 { move 3 -2 }\nF2 { \"x\" mouse left scroll 1 }\n");
  EXPECT_EQ(enter("F1"), "pianola: F1 ran; moved the pointer\n");
  EXPECT_EQ(enter("F2"), "pianola: F2 ran; typed \"x\" click left; moved the pointer\n");
}

TEST_F(DeviceTerminal, ErasedTextIsNotShown) {
  save("\"teh \" { \"the \" }\n");
  EXPECT_EQ(enter("t e h SPACE"), "pianola: \"teh \" ran; typed \"the \"\n");
}

TEST_F(DeviceTerminal, WhatRunsOnIsToldAndItsEndToo) {
  save("F3 (again: stop) { loop { \".\" wait 200ms } }\nF4 { wait 1500ms }\n");
  EXPECT_THAT(enter("F3", DeviceAnswers::kPatience - 1), IsEmpty());
  EXPECT_EQ(wait(2), "pianola: F3 still runs; typed \"......\"\n");
  EXPECT_EQ(enter("+h", DeviceAnswers::kPatienceBesides + 1),
            "pianola: no macro ran; the keys passed through: \"h\"\n");
  EXPECT_EQ(enter("F3"), "pianola: F3 was stopped; typed nothing\n");
  EXPECT_EQ(enter("F4", 1100), "pianola: F4 still runs; typed nothing\n");
  EXPECT_EQ(wait(500), "pianola: F4 has ended\n");
}

TEST_F(DeviceTerminal, ACommandOfTheDeviceIsItsOwnAnswer) {
  save("F1 { \"x\" }\n");
  EXPECT_EQ(enter("+LSHIFT +RSHIFT 0x2E -LSHIFT -RSHIFT", 200), "pianola: the drive is in\n");
}

TEST_F(DeviceTerminal, TheComputerThatIsGoneTakesTheAnswerWithIt) {
  save("F1 { loop { \"x\" } }\n");
  EXPECT_THAT(enter("F1"), IsEmpty());
  answers_.gone();
  EXPECT_EQ(wait(2000), "pianola: the rest of what was being pressed is given up\n");
}

TEST_F(DeviceTerminal, LongTextsAreCutShort) {
  save("F1 { repeat 50 { \"äbcdefghij\" } }\n");
  const std::string told = enter("F1", 900);
  EXPECT_THAT(told, StartsWith("pianola: F1 ran; typed \"äbcdefghijäbc"));
  EXPECT_THAT(told, EndsWith("… (502 characters)\n"));
  EXPECT_LT(told.size(), 300U);
}

TEST(StrokesText, IsOneLineInWhichBackspaceErases) {
  EXPECT_EQ(strokes_text("a { }\n"), "");
  EXPECT_EQ(strokes_text("a { \"one \"\n  \"two\" ENTER\n  ctrl+c }\n"),
            "\"one two\" ENTER ctrl+c");
  EXPECT_EQ(strokes_text("a { \"x{}\\\"ä\" BACKSPACE BACKSPACE \"y\" }\n"), "\"x{}y\"");
  EXPECT_EQ(strokes_text("a { LCTRL \"x\" RCTRL }\n", hid::kLCtrl), "\"x\" RCTRL");
  EXPECT_EQ(strokes_text("a { \"x\" BACKSPACE BACKSPACE ENTER BACKSPACE }\n"),
            "BACKSPACE ENTER BACKSPACE");
}

TEST_F(DeviceTerminal, TellsOfKeysThatAreLostAndWhy) {
  save("F1 { \"abc\" wait 1s }");
  enter("F1", 0);
  rig_.polls = false;
  std::string taps;
  for (int i = 0; i < 30; ++i) taps += "x ";
  EXPECT_THAT(enter(taps, 0), EndsWith("pianola: keys are being lost, because too much is pressed "
                                       "while a macro types\n"));
  rig_.polls = true;
  EXPECT_THAT(wait(1500), ::testing::ContainsRegex("pianola: [0-9]+ taps were lost\n"));
  rig_.polls = false;
  enter("y", 3000);
  EXPECT_THAT(enter(taps, 0), EndsWith("pianola: keys are being lost, because the computer takes "
                                       "none at present\n"));
  rig_.polls = true;
  EXPECT_THAT(wait(100), StartsWith("pianola: 1"));
  EXPECT_EQ(wait(5000).find("lost"), std::string::npos) << "once";
}

TEST_F(DeviceTerminal, TellsWhichMacroWasCutOffAndHowFarItCame) {
  save("F1 { \"abc\" wait 60s }");
  enter("F1", 20);
  rig_.device->disconnected();
  EXPECT_THAT(wait(5),
              ::testing::HasSubstr("macros.txt:1:1: error: the computer was not connected, "
                                   "so this was cut off after 3 characters and taps\n"));
}

}  // namespace
}  // namespace pianola::cli
