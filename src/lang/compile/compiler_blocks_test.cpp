// The code of the statements with blocks, jumps and waits, by the listing.

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "support/compilation.hpp"

namespace pianola::lang {
namespace {

using test::Compilation;
using Words = std::vector<std::string>;

/// The listing of the first definition of `text`, an instruction a line: its offset, two spaces,
/// and what it is, with one space between words.
Words listed(const std::string& text) {
  Compilation compiled(text);
  EXPECT_EQ(compiled.messages(), Words{}) << text;
  std::istringstream in(compiled.listing());
  Words lines;
  std::string line;
  std::getline(in, line);
  while (std::getline(in, line) && line.starts_with("  ")) {
    std::istringstream words(line);
    std::string offset;
    std::string word;
    words >> offset >> word;
    std::string out = offset + " ";
    while (words >> word) out += " " + word;
    lines.push_back(out);
  }
  return lines;
}

/// The statements between BIND and the label table.
Words instructions_of(const std::string& statements) {
  Words lines = listed("F1 { " + statements + " }\nvar g\nmacro f { }\nlayer nav { }\n");
  EXPECT_GE(lines.size(), 2U);
  lines.erase(lines.begin());
  lines.pop_back();
  return lines;
}

TEST(Blocks, Conditions) {
  EXPECT_EQ(
      instructions_of("if held { TAB }"),
      (Words{"0003  QUERY held", "0005  IF L0", "0007  TAP TAB", "000a  LABELS - L0=000a/0"}));
  EXPECT_EQ(instructions_of("if held { TAB } else { ESC }"),
            (Words{"0003  QUERY held", "0005  IF L0", "0007  TAP TAB", "000a  ELSE L1",
                   "000c  TAP ESC", "000f  LABELS - L0=000c/0 L1=000f/0"}));
}

TEST(Blocks, AllBranchesEndAtOneLabel) {
  EXPECT_EQ(instructions_of("if 1 { } else if 2 { } else if 3 { } else { }"),
            (Words{"0003  PUSH 1", "0005  IF L0", "0007  ELSE L1", "0009  PUSH 2", "000b  IF L2",
                   "000d  ELSE L1", "000f  PUSH 3", "0011  IF L3", "0013  ELSE L1",
                   "0015  LABELS - L0=0009/0 L2=000f/0 L3=0015/0 L1=0015/0"}));
  // Without a last `else`, a condition in the block of an `else` is the same code.
  EXPECT_EQ(instructions_of("if 1 { } else { if 2 { } }"),
            instructions_of("if 1 { } else if 2 { }"));
}

TEST(Blocks, Loops) {
  EXPECT_EQ(instructions_of("while held { TAB }"),
            (Words{"0003  QUERY held", "0005  WHILE L0", "0007  TAP TAB", "000a  BACK 0003",
                   "000c  LABELS - L0=000c/0"}));
  EXPECT_EQ(instructions_of("loop { break continue }"),
            (Words{"0003  LOOP L0", "0005  BREAK L0", "0007  CONTINUE 0 0005", "000a  BACK 0005",
                   "000c  LABELS - L0=000c/0"}));
  EXPECT_EQ(instructions_of("repeat 2 { continue }"),
            (Words{"0003  PUSH 2", "0005  COUNTER s0", "0007  REPEAT s0 L0",
                   "000a  CONTINUE 0 0007", "000d  BACK 0007", "000f  LABELS - L0=000f/0"}));
}

TEST(Blocks, JumpsKnowWhatTheyMustUndo) {
  EXPECT_EQ(instructions_of("defer { loop { without mods { if held { continue } break } } }"),
            (Words{"0003  DEFER", "0004  LOOP L0", "0006  WITHOUT", "0007  QUERY held",
                   "0009  IF L1", "000b  CONTINUE 1 0006", "000e  BREAK L0", "0010  ENDBLOCK",
                   "0011  BACK 0006", "0013  ENDBLOCK", "0014  LABELS - L1=000e/2 L0=0013/1"}));
  // Depths are the same in a layer.
  const Words layer = listed("layer nav { F1 { defer { if 1 { } } } }");
  EXPECT_EQ(layer[6], "000e  LABELS - L0=000d/1");
}

TEST(Blocks, Labels) {
  EXPECT_EQ(instructions_of("label a goto b without mods { goto a } label b"),
            (Words{"0003  LABEL L0", "0005  GOTO L1", "0007  WITHOUT", "0008  GOTO L0",
                   "000a  ENDBLOCK", "000b  LABEL L1", "000d  LABELS - L0=0003/0 L1=000b/0"}));
}

TEST(Blocks, Matches) {
  EXPECT_EQ(
      instructions_of("match next within 400ms any order keep { a shift+b { TAB } else { ESC } }"),
      (Words{"0003  MATCH 3 401 L0", "0008  PATTERN L1 a shift+b", "0013  TAP TAB",
             "0016  MATCHED L0", "0018  MATCHELSE", "0019  TAP ESC", "001c  ENDBLOCK",
             "001d  LABELS - L1=0018/1 L0=001c/1"}));
}

TEST(Blocks, ScopesOfVariables) {
  EXPECT_EQ(instructions_of(
                "let a = 1 if a { let a = a let b = 2 b = a } a = 3 repeat a { let c = 4 } g = 5"),
            (Words{"0003  PUSH 1",   "0005  LET s0",     "0007  LOAD s0",
                   "0009  IF L0",    "000b  LOAD s0",    "000d  LET s1",
                   "000f  PUSH 2",   "0011  LET s2",     "0013  LOAD s1",
                   "0015  STORE s2", "0017  PUSH 3",     "0019  STORE s0",
                   "001b  LOAD s0",  "001d  COUNTER s1", "001f  REPEAT s1 L1",
                   "0022  PUSH 4",   "0024  LET s2",     "0026  BACK 001f",
                   "0028  PUSH 5",   "002a  STOREG g",   "002d  LABELS - L0=0017/0 L1=0028/0"}));
}

TEST(Blocks, BothSidesOfAndAndOr) {
  EXPECT_EQ(instructions_of("wait (1 and 2 or not 3 == 4)"),
            (Words{"0003  PUSH 1", "0005  AND L0", "0007  PUSH 2", "0009  TRUTH", "000a  OR L1",
                   "000c  PUSH 3", "000e  PUSH 4", "0010  EQ", "0011  NOT", "0012  TRUTH",
                   "0013  WAITVALUE", "0014  LABELS - L0=000a/0 L1=0013/0"}));
  EXPECT_EQ(instructions_of("wait (1 or 2 and 3)"), instructions_of("wait (1 or (2 and 3))"));
  EXPECT_EQ(instructions_of("wait (not 1 < 2 + 3)"), instructions_of("wait (not (1 < (2 + 3)))"));
}

TEST(Blocks, WaitsKnowWhatWakesThem) {
  const auto wakes = [](const std::string& condition) {
    const Words lines = instructions_of("wait until " + condition);
    for (const std::string& line : lines) {
      if (line.substr(6).starts_with("UNTIL")) return line.substr(12);
    }
    return std::string("none");
  };
  EXPECT_EQ(wakes("held"), "10 0 0003");
  EXPECT_EQ(wakes("held(a)"), "8 0 0003");
  EXPECT_EQ(wakes("pending or mods(ctrl) or double or interrupted"), "8 0 0003");
  EXPECT_EQ(wakes("g"), "16 0 0003");
  EXPECT_EQ(wakes("layer(nav)"), "32 0 0003");
  EXPECT_EQ(wakes("led(caps)"), "64 0 0003");
  EXPECT_EQ(wakes("running(f) or recording"), "128 0 0003");
  EXPECT_EQ(wakes("elapsed >= 500"), "1 0 0003");
  EXPECT_EQ(wakes("g > 3 and time >= 500 max 2s"), "17 1 0007");
  EXPECT_EQ(instructions_of("wait until elapsed >= 5 + 1 max 2s"),
            (Words{"0003  LIMIT s0 2000", "0007  PUSH 5", "0009  PUSH 1", "000b  ADD",
                   "000c  ELAPSEDGE", "000d  UNTIL 1 1 0007"}));
  EXPECT_EQ(wakes("held(a) max 1s"), "9 1 0007");
  EXPECT_EQ(wakes("max(pending, 3) > 4"), "8 0 0003");
}

TEST(Blocks, OtherStatements) {
  EXPECT_EQ(instructions_of("fork f() stop f stop all stop others yield exit"),
            (Words{"0003  FORK f 0", "0007  STOP f", "000a  STOPALL", "000b  STOPOTHERS",
                   "000c  YIELD", "000d  EXIT"}));
  EXPECT_EQ(instructions_of("layer hold nav layer on nav layer off nav layer toggle nav"),
            (Words{"0003  LAYERHOLD nav", "0008  LAYERON nav", "000d  LAYEROFF nav",
                   "0012  LAYERTOGGLE nav"}));
  EXPECT_EQ(instructions_of("record x record stop play x lock edit defer { send next }"),
            (Words{"0003  RECORD x", "0006  RECORDSTOP", "0007  PLAY x", "000a  LOCK", "000b  EDIT",
                   "000c  DEFER", "000d  SENDNEXT", "000e  ENDBLOCK"}));
  EXPECT_EQ(instructions_of("click left, 8 press mouse forward oneshot ctrl+mouse right"),
            (Words{"0003  TAP mouse left", "0008  TAP mouse 8", "000d  PRESS mouse forward",
                   "0012  ONESHOT ctrl+mouse right"}));
  EXPECT_EQ(instructions_of("move 10 -5 scroll (g - 1)"),
            (Words{"0003  PUSH 10", "0005  PUSH -5", "0007  MOVE", "0008  LOADG g", "000b  PUSH 1",
                   "000d  SUB", "000e  SCROLL"}));
}

TEST(Blocks, TriggersOfEveryKind) {
  const auto declaration = [](const std::string& text) { return listed(text)[0].substr(6); };
  EXPECT_EQ(declaration("leader s { }"), "BIND leader s");
  EXPECT_EQ(declaration("double ctrl+F5 { }"), "BIND double ctrl+F5");
  EXPECT_EQ(declaration("hold F5 = LCTRL"), "REMAP hold F5 LCTRL");
  EXPECT_EQ(declaration("tap F5 { }"), "BIND tap F5");
  EXPECT_EQ(declaration("j & k { }"), "BIND j & k");
  EXPECT_EQ(declaration("M127 { }"), "BIND M127");
  EXPECT_EQ(declaration("mouse back = mouse 1"), "REMAP mouse back mouse left");
  EXPECT_EQ(declaration("on layer nav { }\nlayer nav { }"), "BIND on layer nav");
  EXPECT_EQ(listed("\"brb \" (again: stop) { TAB }"),
            (Words{"0000  AGAIN 1", "0002  BIND \"brb \"", "0009  ERASE 3", "000b  TAP TAB",
                   "000e  END 0 -"}));
  EXPECT_EQ(listed("define \"ab\"\nend"),
            (Words{"0000  BIND \"ab\"", "0005  ERASE 1", "0007  END 0 -"}));
  EXPECT_EQ(listed("SPACE = SPACE / shift+LCTRL"),
            (Words{"0000  REMAP SPACE SPACE", "0005  REMAPHOLD shift+LCTRL"}));
  EXPECT_EQ(listed("SPACE = a/layer nav\nlayer nav { }"),
            (Words{"0000  REMAP SPACE a", "0006  REMAPLAYER nav"}));
}

TEST(Blocks, TheLeaderBeforeAllBindings) {
  const auto index = [](const std::string& text) {
    Compilation compiled(text);
    EXPECT_EQ(compiled.messages(), Words{});
    Words kinds;
    std::istringstream in(compiled.listing());
    for (std::string line; std::getline(in, line);) {
      const std::size_t arrow = line.find(" -> ");
      if (line.find("trigger ") != std::string::npos && arrow != std::string::npos) {
        kinds.push_back(line.substr(2, arrow - 2));
      }
    }
    return kinds;
  };
  EXPECT_EQ(index("F1 { }\nctrl+F2 { }\nF3 = TAB\nset trigger = leader\n"),
            (Words{"trigger press 0x3b exact 00 either 1 (ctrl+F2)", "trigger press 0x3c (F3)",
                   "trigger leader 0x3a (F1)", "setting trigger"}));
  EXPECT_EQ(test::messages_of("set trigger = leader\nF1 { }\nleader F1 { }\n"),
            (Words{"3:1 this trigger is bound already at 2:1"}));
}

}  // namespace
}  // namespace pianola::lang
