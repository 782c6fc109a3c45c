#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>
#include <utility>
#include <vector>

#include "support/command_test.hpp"

namespace pianola::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

class PlayCommand : public test::CommandTest {};

TEST_F(PlayCommand, ATimelineDoesNotOverwriteWhatIsPlayed) {
  const std::string file = write("m.svg", "F1 { \"x\" }\n");
  const Result result = pianola({"play", file, "--keys", "F1", "--timeline", file});
  EXPECT_EQ(result.code, wrong_usage);
  EXPECT_EQ(read("m.svg"), "F1 { \"x\" }\n");
}

constexpr const char* kGreeting = "a { \"Hello\" } F24 = a";

TEST_F(PlayCommand, PrintsTheText) {
  const std::string file = write("m.txt", kGreeting);
  const Result result = pianola({"play", file, "--keys", "a"});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "Hello\n");
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(PlayCommand, Trace) {
  EXPECT_EQ(pianola({"play", "-", "--keys", "a", "--trace"}, kGreeting).out,
            "0 [02:0b]\n1 [00:08]\n2 [00:0f]\n3 [00:]\n4 [00:0f]\n5 [00:12]\n6 [00:]\n");
}

TEST_F(PlayCommand, Polls) {
  EXPECT_EQ(pianola({"play", "-", "--keys", "a", "--trace", "--poll", "8"}, "a { \"ab\" }").out,
            "0 [00:04]\n8 [00:05]\n16 [00:]\n");
}

TEST_F(PlayCommand, RollsToo) {
  pianola({"compile", "-", "--strip", "-o", path("m.roll")}, kGreeting);
  EXPECT_EQ(pianola({"play", path("m.roll"), "--keys", "a"}).out, "Hello\n");
}

TEST_F(PlayCommand, PassesUnboundKeysThrough) {
  EXPECT_EQ(pianola({"play", "-", "--keys", "+LSHIFT h -LSHIFT i BACKSPACE o"}, "").out, "Ho\n");
  EXPECT_EQ(pianola({"play", "-", "--keys", "500 b", "--trace"}, kGreeting).out,
            "500 [00:05]\n510 [00:]\n");
  EXPECT_EQ(pianola({"play", "-", "--keys=-LSHIFT -F1"}, "").out,
            "(nothing: no key came to be handled)\n");
}

TEST_F(PlayCommand, EndsWithOneNewline) {
  EXPECT_EQ(pianola({"play", "-", "--keys", "a"}, "a { \"x\" ENTER }").out, "x\n");
  EXPECT_EQ(pianola({"play", "-", "--keys", "a"}, "a { F5 }").out, "[F5]\n");
}

TEST_F(PlayCommand, UsesTheFilesLayoutUnlessToldOtherwise) {
  const std::string file = write("m.txt", "set layout = de\nF1 { \"yz\" }\nz { \"Z\" }\n");
  EXPECT_EQ(pianola({"play", file, "--keys", "F1 50 z"}).out, "yzZ\n");
  EXPECT_EQ(pianola({"play", file, "--keys", "F1", "--layout", "us"}).out, "zy\n");
}

TEST_F(PlayCommand, ShowsCompileErrors) {
  const Result result = pianola({"play", "-", "--keys", "a"}, "a { ENTR }");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, StartsWith("<stdin>:1:5: error: "));
  EXPECT_THAT(result.out, IsEmpty());
}

TEST_F(PlayCommand, ShowsWhatIsWrongWithTheKeys) {
  const Result result = pianola({"play", "-", "--keys", "ä ENTR"}, "set layout = de");
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err,
            "--keys:1:3: error: unknown key 'ENTR'; did you mean 'ENTER'?\n"
            "  ä ENTR\n"
            "    ^~~~\n");
}

constexpr const char* kFailing =
    "# first\nb { \"B\" }\n\n# divides\n  a { \"x${1 / (1 - 1)}\" }\nF23 = a\nF24 = b\n";

TEST_F(PlayCommand, LocatesErrorsOfMacros) {
  const Result result = pianola({"play", "-", "--keys", "a 100 b"}, kFailing);
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "xB\n");
  EXPECT_THAT(result.err, StartsWith("<stdin>:5:3: error: "));
  EXPECT_THAT(result.err, HasSubstr("zero"));
  EXPECT_THAT(result.err, EndsWith("\n    a { \"x${1 / (1 - 1)}\" }\n    ^\n"));
}

TEST_F(PlayCommand, LocatesErrorsInStrippedRolls) {
  pianola({"compile", "-", "--strip", "-o", path("m.roll")}, kFailing);
  const Result result = pianola({"play", path("m.roll"), "--keys", "a"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, StartsWith(path("m.roll") + ": definition 2, code 00"));
}

TEST_F(PlayCommand, StopsAtTheLimit) {
  const Result result =
      pianola({"play", "-", "--keys", "a", "--limit", "2s"}, "a { \"x\" wait 1min \"y\" } F24 = a");
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, "x\n");
  EXPECT_EQ(result.err, "pianola: not finished after 2 s of virtual time; --limit sets another\n");
  EXPECT_EQ(
      pianola({"play", "-", "--keys", "a", "--limit", "2min"}, "a { \"x\" wait 1min \"y\" }").out,
      "xy\n");
}

TEST_F(PlayCommand, TellsOfMacrosThatWaitForARelease) {
  const Result result = pianola({"play", "-", "--keys", "+a"}, "a { \"x\" wait release \"y\" }");
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, "x\n");
  EXPECT_THAT(result.err, HasSubstr("a macro still waits for something"));
}

TEST_F(PlayCommand, TakesButtonsMacroKeysAndConsumerKeys) {
  EXPECT_EQ(pianola({"play", "-", "--keys", "mouse left M5 PLAY", "--trace"}, "").out,
            "0 [00:] buttons:01\n10 [00:]\n20 [00:] consumer:00b0\n30 [00:]\n");
}

// ---- What is no text ---------------------------------------------------------------------------

TEST_F(PlayCommand, KeysThatTypeNothingAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"ctrl+a ctrl+c", "[ctrl+a] [ctrl+c]\n"},
      {"F5 LEFT RIGHT RIGHT", "[F5] [LEFT] [RIGHT ×2]\n"},
      {"gui+r wait 50ms \"cmd\" ENTER", "[gui+r]cmd\n"},
      {"\"ab\" LEFT BACKSPACE \"c\"", "ab[LEFT] [BACKSPACE]c\n"},
      {"\"ab\" BACKSPACE \"c\"", "ac\n"},
      {"\"[x]\"", "[x]\n"},
      {"\"[x]\" F5", "[[x][F5]\n"},
      {"VOLUME_UP SLEEP", "[VOLUME_UP] [SLEEP]\n"},
      {"LGUI F5 LALT", "[gui] [F5] [alt]\n"},
      {"LSHIFT", "[shift]\n"},
      {"CAPSLOCK", "[CAPSLOCK]\n"},
  };
  for (const auto& [body, out] : cases) {
    const Result result = pianola({"play", "-", "--keys", "M5"}, "M5 { " + body + " }");
    EXPECT_EQ(result.out, out) << body;
    EXPECT_THAT(result.err, IsEmpty());
  }
}

TEST_F(PlayCommand, TheMouseIsTold) {
  EXPECT_EQ(pianola({"play", "-", "--keys", "F1"},
                    "F1 { click left, right move 300 -5 scroll 3 scroll -2 }")
                .out,
            "[click left] [click right] [move 300 -5] [scroll 3] [scroll -2]\n");
  EXPECT_EQ(
      pianola({"play", "-", "--keys", "F1"}, "F1 { press mouse left move 10 0 release mouse left }")
          .out,
      "[press mouse left] [move 10 0] [release mouse left]\n");
}

TEST_F(PlayCommand, NothingIsExplained) {
  const std::vector<std::array<std::string, 3>> cases = {
      {"M5", "", "M5 is not bound"},
      {"M5", "layer nav { M5 { ENTER } }", "M5 is not bound by itself, only in M5 in layer nav"},
      {"F1", "F1 { wait 5ms }", "the macro of F1 typed nothing"},
      {"F1", "F1 { tap 'é' }", "the macro of F1 ended by an error"},
      {"+F1", "F1 { wait release }", "the macro of F1 waits for the key's release"},
      {"F1", "F1 { layer on nav }\nlayer nav { h = LEFT }",
       "the macro of F1 typed nothing; layer nav is on"},
      {"F1", "F1 = capsword", "F1 was tapped; caps word is on"},
      {"F1 F1", "F1 = capsword", "F1 was tapped; caps word was on"},
      {"+SPACE 250 -SPACE", "SPACE = SPACE / layer nav\nlayer nav { h = LEFT }",
       "SPACE was held; layer nav was on"},
      {"F1 F2", "F1 = none\nctrl+F2 = none\nF2 = none", "F1 = none; F2 = none"},
      {"+LSHIFT +RSHIFT -RSHIFT -LSHIFT F2 M3", "leader F1 { ENTER }", ""},
      {"CAPSLOCK F1 F2 CAPSLOCK F3", "set leader = CAPSLOCK\nleader F1 F3 { ENTER }",
       "CAPSLOCK is the leader; leader F1 F2 is not bound; F3 is not bound after the leader"},
      {"CAPSLOCK F1 F3", "set leader = CAPSLOCK\nleader F1 F3 { }",
       "CAPSLOCK is the leader; the macro of leader F1 F3 typed nothing"},
      {"F5 F5", "dance F5 { double { } }", "the macro of dance F5 typed nothing"},
      {"", "", "no key is pressed"},
      {"5", "", "5 is a wait of 5 ms; the key is written '5'"},
      {"500", "", "no key is pressed, only 500 ms pass; a digit key is written '5'"},
  };
  for (const auto& [keys, macros, why] : cases) {
    const Result result = pianola({"play", "-", "--keys", keys}, "set layout = us\n" + macros);
    const std::string expected = why.empty() ? "[shift+rshift]\n" : "(nothing: " + why + ")\n";
    EXPECT_EQ(result.out, expected) << keys << " of " << macros;
  }
}

TEST_F(PlayCommand, KeysThatNothingBindsAreTold) {
  const std::string hint = "pianola: F9 is not bound; the computer gets it as it is\n";
  const Result result = pianola({"play", "-", "--keys", "F9"}, kGreeting);
  EXPECT_EQ(result.out, "[F9]\n");
  EXPECT_EQ(result.err, hint);
  EXPECT_EQ(pianola({"play", "-", "--keys", "F9 a"}, kGreeting).err, "") << "something was bound";
  EXPECT_EQ(pianola({"play", "-", "--keys", "x F9 F9"}, kGreeting).err,
            "pianola: x and F9 are not bound; the computer gets them as they are\n");
  EXPECT_EQ(
      pianola({"play", "-", "--keys", "F9"},
              "ctrl+F9 { ENTER }\nlayer nav { F9 = TAB }\nF9 & j { ENTER }\nF2 { layer on nav }")
          .err,
      "pianola: F9 is not bound by itself, only in ctrl+F9, F9 & j and F9 in layer nav; the "
      "computer gets it as it is\n");
}

TEST_F(PlayCommand, TextAloneIsForScripts) {
  const Result some = pianola({"play", "-", "--keys", "a", "--text"}, "a { \"[x]\" F5 } F24 = a");
  EXPECT_EQ(some.out, "[x]\n");
  EXPECT_THAT(some.err, IsEmpty());
  const Result none = pianola({"play", "-", "--keys", "a", "--text"}, "a = none\nF24 = a");
  EXPECT_THAT(none.out, IsEmpty());
  EXPECT_EQ(none.err, "(nothing: a = none)\n");
  EXPECT_THAT(pianola({"play", "-", "--keys", "a", "--trace"}, "a = none").out, IsEmpty());
}

TEST_F(PlayCommand, TraceWithNames) {
  EXPECT_EQ(pianola({"play", "-", "--keys", "a", "--trace", "--names"}, "a { ctrl+a \"B\" }").out,
            "0 ctrl+a\n1 shift+b\n2 (nothing)\n");
  EXPECT_EQ(pianola({"play", "-", "--keys", "a", "--names"}, "").code, 2);
}

TEST_F(PlayCommand, CharactersOfAllInputMethodsAreShown) {
  for (const char* method : {"linux", "windows", "macos", "wincompose"}) {
    const Result result = pianola({"play", "-", "--keys", "F1"},
                                  std::string("set unicode = ") + method + "\nF1 { \"aж😀z\" }");
    const bool all = std::string_view(method) != "windows";
    EXPECT_EQ(result.out, all ? "aж😀z\n" : "aжz\n") << method;
  }
}

// ---- --type ------------------------------------------------------------------------------------

TEST_F(PlayCommand, TypesATextOnTheLayoutOfTheFile) {
  EXPECT_EQ(pianola({"play", "-", "--type", ":sig"}, "\":sig\" { \"Ann\" }").out, "Ann\n");
  EXPECT_EQ(pianola({"play", "-", "--type", "Ñ€ê{\nz"}, "set layout = es").out, "Ñ€ê{\nz\n");
  EXPECT_EQ(pianola({"play", "-", "--keys", "+LSHIFT x -LSHIFT", "--type", "a"}, kGreeting).out,
            "XHello\n")
      << "the keys come first";
}

TEST_F(PlayCommand, NamesACharacterThatTheLayoutLacks) {
  const Result result = pianola({"play", "-", "--type", "aжb"}, kGreeting);
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.err,
            "--type:1:2: error: layout uk cannot type 'ж'\n"
            "  aжb\n"
            "   ^\n");
  EXPECT_THAT(pianola({"play", "-", "--type", "a", "--script", "x"}).err, HasSubstr("excludes"));
}

// ---- --script -------------------------------------------------------------------------------

constexpr const char* kGreetingScenario =
    "tap a\nexpect [02:0b] [00:08]\nexpect text \"Hello\"\nexpect idle\n";

TEST_F(PlayCommand, Script) {
  const std::string script = write("s.scn", kGreetingScenario);
  const std::string file = write("m.txt", kGreeting);
  const Result result = pianola({"play", file, "--script", script});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, script + ": 4 expectations met\n");
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(pianola({"play", file, "--script", script, "--trace"}).out,
              StartsWith("0 [02:0b]\n1 [00:08]\n"));
  EXPECT_EQ(pianola({"play", file, "--script", "-"}, kGreetingScenario).out,
            "<stdin>: 4 expectations met\n");
}

TEST_F(PlayCommand, ScriptFails) {
  const std::string file = write("m.txt", "a { \"Hullo\" } F24 = a");
  const std::string script = write("s.scn", kGreetingScenario);
  const Result result = pianola({"play", file, "--script", script});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_THAT(result.err,
              StartsWith(script + ":2:16: error: expected [00:08] e, but [00:18] u came\n"
                                  "  expect [02:0b] [00:08]\n"
                                  "                 ^~~~~~~\nreports:\n"));
}

TEST_F(PlayCommand, ScriptColoursWhatItSays) {
  const std::string failed = pianola({"play", "--script", "-"}, "tap a\nexpect [00:05]", true).err;
  EXPECT_THAT(failed, StartsWith("\x1B[1m<stdin>:2:8:\x1B[0m \x1B[1;31merror:\x1B[0m"));
  EXPECT_THAT(failed, HasSubstr("\n\x1B[32m         ^~~~~~~\x1B[0m\nreports:\n>"));
  const std::string wrong = pianola({"play", "--script", "-"}, "tpa a\nexpect x", true).err;
  EXPECT_THAT(wrong, HasSubstr("\n\x1B[32m  ^~~\x1B[0m\n\x1B[1m<stdin>:2:8:\x1B[0m "));
  EXPECT_THAT(wrong, EndsWith("\n\x1B[32m         ^\x1B[0m\n"));
}

TEST_F(PlayCommand, ScriptAlone) {
  write("m.txt", kGreeting);
  const std::string script = write("s.scn", std::string("macros \"m.txt\"\n") + kGreetingScenario);
  EXPECT_EQ(pianola({"play", "--script", script}).out, script + ": 4 expectations met\n");
}

TEST_F(PlayCommand, ScriptWithMistakes) {
  const Result result = pianola({"play", "--script", "-"}, "tpa a\nmacros \"none.txt\"");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, StartsWith("<stdin>:1:1: error: unknown command 'tpa'"));
  EXPECT_THAT(result.err, HasSubstr("\n<stdin>:2:8: error: cannot read none.txt\n"));
}

TEST_F(PlayCommand, ScriptOnRollsAndOtherLayouts) {
  pianola({"compile", "-", "-o", path("m.roll")}, "F1 { \"yz\" }");
  EXPECT_EQ(pianola({"play", path("m.roll"), "--script", "-", "--layout", "de"},
                    "tap F1\nexpect text \"zy\"")
                .code,
            0);
  EXPECT_EQ(
      pianola({"play", path("m.roll"), "--script", "-"}, "layout de\ntap F1\nexpect text \"zy\"")
          .code,
      0);
}

}  // namespace
}  // namespace pianola::cli
