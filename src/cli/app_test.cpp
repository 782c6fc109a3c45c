#include "cli/app.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "support/command_test.hpp"
#include "support/source_dir.hpp"

namespace pianola::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;

class App : public test::CommandTest {
 protected:
  /// What stands in the folder.
  std::size_t files() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_), {}));
  }
};

constexpr const char* kHello = "a { \"Hello\" } F24 = a";

// ---- The command line -----------------------------------------------------------------------

TEST_F(App, NoArgumentsGiveAnOverview) {
  const Result result = pianola({});
  EXPECT_EQ(result.code, 0);
  for (const char* command :
       {"check", "fmt", "compile", "show", "play", "flash", "keys", "layouts", "demo"}) {
    EXPECT_THAT(result.out, HasSubstr(std::string("\n  ") + command + " "));
  }
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(App, EachCommandHasHelpWithAnExampleThatFitsATerminal) {
  for (const char* command :
       {"check", "fmt", "compile", "show", "play", "flash", "keys", "layouts", "demo"}) {
    const Result result = pianola({command, "--help"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, HasSubstr(std::string("Usage: pianola ") + command));
    EXPECT_THAT(result.out, HasSubstr("Example"));
    EXPECT_THAT(result.out, HasSubstr(std::string("\n  pianola ") + command));
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST_F(App, Version) {
  const Result result = pianola({"--version"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, StartsWith("pianola "));
}

TEST_F(App, WrongUsage) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"chekc"}, "unknown command 'chekc'; did you mean 'check'?\nTry: pianola --help\n"},
      {{"frobnicate"}, "unknown command 'frobnicate'\n"},
      {{"check"}, "FILE is required\nTry: pianola check --help\n"},
      {{"check", "a", "--foo"}, "unknown option '--foo'\n"},
      {{"fmt", "a", "--chek"}, "unknown option '--chek'; did you mean '--check'?\n"},
      {{"fmt", "a", "--check", "--write"}, "excludes"},
      {{"fmt", "-", "--write"}, "standard input cannot be replaced"},
      {{"compile", "a"}, "--output is required"},
      {{"show", "a", "b"}, "'b' is one argument too many"},
      {{"show", "a", "--listing", "--decompile"}, "excludes"},
      {{"check", "--bogus"}, "unknown option '--bogus'\nTry: pianola check --help\n"},
      {{"compile", "a", "--outptu", "b"}, "unknown option '--outptu'; did you mean '--output'?"},
      {{"play", "a"}, "--keys, --type or --script is required"},
      {{"play"}, "FILE is required"},
      {{"play", "--keys", "a"}, "FILE is required"},
      {{"play", "a", "--keys", "a", "--script", "b"}, "excludes"},
      {{"play", "-", "--keys", "a", "--timeline", "t.png"},
       "--timeline writes NAME.json or NAME.svg; 't.png' is neither"},
      {{"play", "-", "--keys", "a", "--layout", "ukk"}, "unknown layout 'ukk'; did you mean 'uk'?"},
      {{"play", "-", "--keys", "a", "--layout", "zz9"}, "pianola layouts lists them"},
      {{"play", "-", "--keys", "a", "--poll", "0"}, "--poll is a time from 1 ms to 255 ms"},
      {{"play", "-", "--keys", "a", "--limit", "soon"}, "not 'soon'"},
  };
  for (const auto& [arguments, message] : cases) {
    const Result result = pianola(arguments);
    EXPECT_EQ(result.code, 2) << message;
    EXPECT_THAT(result.err, StartsWith("pianola: "));
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

TEST_F(App, WhatCannotBeReadIsTold) {
  for (const char* command : {"check", "fmt", "show"}) {
    EXPECT_EQ(pianola({command, path("none")}).err,
              "pianola: cannot read " + path("none") + ": No such file or directory\n");
    const Result folder = pianola({command, folder_.string()});
    EXPECT_EQ(folder.code, 1);
    EXPECT_EQ(folder.err, "pianola: cannot read " + folder_.string() + ": Is a directory\n");
  }
}

TEST_F(App, ABrokenOutputIsAnError) {
  std::istringstream in;
  std::ostringstream out;
  std::ostringstream err;
  out.setstate(std::ios::badbit);
  Console console{.in = in, .out = out, .err = err};
  const std::array<const char*, 2> argv = {"pianola", "layouts"};
  EXPECT_EQ(run(2, argv.data(), console), 1);
  EXPECT_EQ(err.str(), "pianola: cannot write to standard output\n");
}

// ---- check ----------------------------------------------------------------------------------

TEST_F(App, CheckCountsDefinitions) {
  const std::string file = write("m.txt", "set layout = us\nF1 { ENTER }\n# end\n");
  const Result result = pianola({"check", file});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(result.out, file + ": 2 definitions, 0 errors, 0 warnings\n");
  EXPECT_THAT(result.err, IsEmpty());
}

TEST_F(App, CheckReportsAllErrorsInGccForm) {
  const std::string file = write("m.txt", "F1 { ENTR }\nF2 { TABB }\n");
  const Result result = pianola({"check", file});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, StartsWith(file + ":1:6: error: "));
  EXPECT_THAT(result.err, HasSubstr("\n  F1 { ENTR }\n       ^~~~\n" + file + ":2:6: error: "));
  EXPECT_EQ(result.out, file + ": 2 errors, 0 warnings\n");
}

TEST_F(App, CheckGivesUpAfterAHundredErrors) {
  std::string source;
  for (int i = 0; i < 200; ++i) source += "F1 { ENTR }\n";
  EXPECT_EQ(pianola({"check", "-"}, source).out, "<stdin>: more than 100 errors\n");
}

TEST_F(App, CheckWarningsDoNotFail) {
  const Result result = pianola({"check", "-"}, "F1 { \"ж\" }\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, StartsWith("<stdin>:1:7: warning: "));
  EXPECT_EQ(result.out, "<stdin>: 1 definition, 0 errors, 1 warning\n");
}

TEST_F(App, CheckGoesOnAfterABadFile) {
  const std::string good = write("good.txt", kHello);
  const Result result = pianola({"check", path("none"), good});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, good + ": 2 definitions, 0 errors, 0 warnings\n");
}

TEST_F(App, ColoursOnlyOnATerminal) {
  EXPECT_THAT(pianola({"check", "-"}, "F1 { ENTR }").err, Not(HasSubstr("\x1B")));
  const std::string coloured = pianola({"check", "-"}, "F1 { ENTR }", true).err;
  EXPECT_THAT(coloured, StartsWith("\x1B[1m<stdin>:1:6:\x1B[0m \x1B[1;31merror:\x1B[0m\x1B[1m "));
  EXPECT_THAT(coloured, EndsWith("\n  F1 { ENTR }\n\x1B[32m       ^~~~\x1B[0m\n"));
}

// ---- fmt ------------------------------------------------------------------------------------

constexpr const char* kUgly = "F1{enter}\n";
constexpr const char* kNeat = "F1 { ENTER }\n";

TEST_F(App, FmtPrints) {
  const std::string file = write("m.txt", kUgly);
  EXPECT_EQ(pianola({"fmt", file}).out, kNeat);
  EXPECT_EQ(pianola({"fmt", "-"}, kUgly).out, kNeat);
  EXPECT_EQ(read("m.txt"), kUgly);
}

TEST_F(App, FmtCheckLists) {
  const std::string ugly = write("ugly.txt", kUgly);
  const std::string neat = write("neat.txt", kNeat);
  const Result result = pianola({"fmt", "--check", ugly, neat});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.out, ugly + "\n");
  EXPECT_EQ(pianola({"fmt", "--check", neat}).code, 0);
}

TEST_F(App, FmtWriteReplacesAndKeepsPermissionsAndLinks) {
  const std::string file = write("m.txt", kUgly);
  ASSERT_EQ(::chmod(file.c_str(), 0640), 0);
  std::filesystem::create_symlink("m.txt", path("link.txt"));
  const Result result = pianola({"fmt", "--write", path("link.txt")});
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ(read("m.txt"), kNeat);
  EXPECT_TRUE(std::filesystem::is_symlink(path("link.txt")));
  EXPECT_EQ(std::filesystem::status(file).permissions(), std::filesystem::perms(0640));
  EXPECT_EQ(files(), 2U);
  EXPECT_THAT(pianola({"fmt", "--write", file}).out, IsEmpty());
}

TEST_F(App, FmtLeavesErrorsAlone) {
  const std::string file = write("m.txt", "F1{ENTR}");
  for (const char* option : {"--write", "--check"}) {
    const Result result = pianola({"fmt", option, file});
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, StartsWith(file + ":1:4: error: "));
    EXPECT_THAT(result.err, EndsWith("pianola: " + file + " is left alone: it has 1 error\n"));
    EXPECT_THAT(result.out, IsEmpty());
  }
  EXPECT_EQ(read("m.txt"), "F1{ENTR}");
}

// ---- compile and show -----------------------------------------------------------------------

constexpr const char* kProgram =
    "\xEF\xBB\xBF# a comment\r\nset layout = de\r\nmacro m(who) { \"Hi ${who}\" }\r\n"
    "a { call m(\"x\") repeat 3 { ENTER } }  # beside\n   # the end";

TEST_F(App, ShowGivesTheSourceBackByteForByte) {
  const std::string file = write("m.txt", kProgram);
  const Result result = pianola({"compile", file, "-o", path("m.roll")});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, StartsWith(path("m.roll") + ": 3 definitions, "));
  EXPECT_EQ(pianola({"show", path("m.roll")}).out, kProgram);
}

TEST_F(App, CompilingWhatShowPrintsGivesEqualBytes) {
  const std::string file = write("m.txt", kProgram);
  for (const bool strip : {false, true}) {
    const auto compile = [&](const std::string& from, const std::string& to) {
      std::vector<std::string> arguments = {"compile", from, "-o", path(to)};
      if (strip) arguments.emplace_back("--strip");
      EXPECT_EQ(pianola(arguments).code, 0);
    };
    compile(file, "1.roll");
    write("shown.txt", pianola({"show", path("1.roll")}).out);
    compile(path("shown.txt"), "2.roll");
    EXPECT_EQ(read("2.roll"), read("1.roll"));
    EXPECT_THAT(read("1.roll"), StartsWith("PNLA"));
  }
}

TEST_F(App, DecompiledCodeCompilesToTheSameStrippedRoll) {
  const std::string file = write("m.txt", kProgram);
  pianola({"compile", file, "-o", path("m.roll")});
  pianola({"compile", file, "--strip", "-o", path("stripped.roll")});
  const std::string decompiled = pianola({"show", "--decompile", path("m.roll")}).out;
  EXPECT_THAT(decompiled, Not(HasSubstr("comment")));
  EXPECT_EQ(pianola({"show", path("stripped.roll")}).out, decompiled);
  EXPECT_EQ(pianola({"compile", "-", "--strip", "-o", "-"}, decompiled).out, read("stripped.roll"));
}

TEST_F(App, ShowListing) {
  const std::string roll = pianola({"compile", "-", "-o", "-"}, kHello).out;
  const Result result = pianola({"show", "--listing", "-"}, roll);
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("TEXT"));
  EXPECT_THAT(result.out, HasSubstr("\"Hello\""));
}

TEST_F(App, CompileWritesNothingAfterErrors) {
  write("m.roll", "before");
  const Result result = pianola({"compile", "-", "-o", path("m.roll")}, "F1 { ENTR }");
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, StartsWith("<stdin>:1:6: error: "));
  EXPECT_EQ(read("m.roll"), "before");
}

TEST_F(App, CompileSaysWhyItCannotWrite) {
  const Result result = pianola({"compile", "-", "-o", path("none/m.roll")}, kHello);
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err,
            "pianola: cannot write " + path("none/m.roll") + ": No such file or directory\n");
  const Result folder = pianola({"compile", "-", "-o", folder_.string()}, kHello);
  EXPECT_EQ(folder.err, "pianola: cannot write " + folder_.string() + ": Is a directory\n");
  EXPECT_EQ(files(), 0U);
}

TEST_F(App, CompileDoesNotOverwriteItsSource) {
  const std::string file = write("m.txt", kHello);
  const Result result = pianola({"compile", file, "-o", folder_.string() + "/./m.txt"});
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(read("m.txt"), kHello);
}

TEST_F(App, RollsAndMacrosFilesAreToldApart) {
  const std::string file = write("m.txt", kHello);
  pianola({"compile", file, "-o", path("m.roll")});
  for (const std::vector<std::string>& arguments :
       {std::vector<std::string>{"check", path("m.roll")},
        {"fmt", path("m.roll")},
        {"compile", path("m.roll"), "-o", path("n.roll")}}) {
    const Result result = pianola(arguments);
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.err,
              "pianola: " + path("m.roll") +
                  " is a roll, not a macros file; print its source with: pianola show " +
                  path("m.roll") + "\n");
  }
  const Result result = pianola({"show", file});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "pianola: " + file + " is not a roll; make one with: pianola compile " +
                            file + " -o ROLL\n");
}

TEST_F(App, ADamagedRollIsRefused) {
  const std::string roll = pianola({"compile", "-", "-o", "-"}, kHello).out;
  for (std::size_t at = 8; at < roll.size(); ++at) {
    std::string damaged = roll;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    const Result result = pianola({"show", "-"}, damaged);
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, StartsWith("pianola: cannot use <stdin>: "));
    const Result cut = pianola({"play", "--keys", "a", "-"}, roll.substr(0, at));
    EXPECT_EQ(cut.code, 1);
  }
}

// ---- keys, layouts, demo --------------------------------------------------------------------

TEST_F(App, KeysListsNames) {
  const Result result = pianola({"keys"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("\nENTER "));
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST_F(App, KeysFilters) {
  EXPECT_THAT(pianola({"keys", "volume_u"}).out, HasSubstr("VOLUME_UP "));
  EXPECT_THAT(pianola({"keys", "volume_u"}).out, Not(HasSubstr("ENTER")));
  EXPECT_THAT(pianola({"keys", "0x28"}).out, HasSubstr("ENTER "));
  EXPECT_THAT(pianola({"keys", "#"}).out, HasSubstr("0x32"));
  EXPECT_THAT(pianola({"keys", "KC_ENTER"}).out, HasSubstr("0x28"));
  const Result none = pianola({"keys", "ENTRE"});
  EXPECT_EQ(none.code, 1);
  EXPECT_EQ(none.err, "pianola: no key is called 'ENTRE'; did you mean 'ENTER'?\n");
  EXPECT_EQ(pianola({"keys", "ж"}).code, 1);
}

TEST_F(App, KeysSaysHowACharacterIsTyped) {
  const auto typed = [](const std::string& layout, const std::string& character) {
    const Result result = pianola({"keys", "--layout", layout, character});
    EXPECT_EQ(result.code, 0) << layout << character;
    return result.out.substr(0, result.out.find('\n'));
  };
  EXPECT_EQ(typed("de", "€"), "layout de: AltGr+e");
  EXPECT_EQ(typed("uk", "€"), "layout uk: AltGr+4");
  EXPECT_EQ(typed("uk", "é"), "layout uk: dead ´ (AltGr+;), then e");
  EXPECT_EQ(typed("fr", "é"), "layout fr: é");
  EXPECT_EQ(typed("fr", "2"), "layout fr: Shift+é");
  EXPECT_EQ(typed("fr", "ê"), "layout fr: dead ^, then e");
  EXPECT_EQ(typed("fr", "ë"), "layout fr: dead ¨ (Shift+^), then e");
  EXPECT_EQ(typed("us", "~"), "layout us: Shift+`");
  EXPECT_EQ(typed("us", " "), "layout us: SPACE");
  // The key's names stand below: that of é is KC_2, as on a keyboard of layout us.
  EXPECT_THAT(pianola({"keys", "--layout", "fr", "é"}).out, HasSubstr("\nKC_2 "));
  EXPECT_THAT(pianola({"keys", "--layout", "fr", "ê"}).out, HasSubstr("\nKC_E "));
}

TEST_F(App, KeysNamesLayoutsThatHaveACharacter) {
  const Result other = pianola({"keys", "ß"});
  EXPECT_EQ(other.code, 0) << "uk has it with AltGr";
  const Result none = pianola({"keys", "--layout", "us", "ß"});
  EXPECT_EQ(none.code, 1);
  EXPECT_THAT(none.err, MatchesRegex("pianola: layout us has no 'ß'; these have it: uk, .*de.*\n"));
  EXPECT_EQ(pianola({"keys", "ж"}).err, "pianola: no layout has the character 'ж'\n");
  EXPECT_EQ(pianola({"keys", "--layout", "nope", "a"}).code, 2);
  EXPECT_EQ(pianola({"keys", "--layout", "de", "volume"}).code, 2);
}

TEST_F(App, Layouts) {
  const Result result = pianola({"layouts"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, StartsWith("uk "));
  EXPECT_THAT(result.out, HasSubstr(" (default)\nus "));
}

TEST_F(App, DemoPlaysTheExamples) {
  const Result result = pianola({"demo"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, IsEmpty());
  EXPECT_THAT(result.out, HasSubstr("\n  typed   jane.doe@example.com\n"));
  EXPECT_THAT(result.out, HasSubstr("Dr Jane Doe, Example Ltd\n"));
  EXPECT_THAT(result.out, HasSubstr("810 [00:50]  820 [00:]  821 [00:4f]")) << "Left and Right";
  EXPECT_THAT(result.out, Not(HasSubstr("\x1B")));
  EXPECT_EQ(pianola({"demo", "--fast"}).out, result.out);
}

TEST_F(App, DemoFitsATerminal) {
  std::istringstream lines(pianola({"demo"}).out);
  for (std::string line; std::getline(lines, line);) {
    const auto characters = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
    });
    EXPECT_LE(characters, 80) << line;
  }
}

TEST_F(App, TheExamplesAreRightAndInTheCanonicalStyle) {
  const std::string examples = test::source_dir() / "examples/macros.txt";
  const Result checked = pianola({"check", examples});
  EXPECT_EQ(checked.code, 0) << checked.err;
  EXPECT_THAT(checked.out, HasSubstr("0 errors, 0 warnings"));
  EXPECT_EQ(pianola({"fmt", "--check", examples}).code, 0);
}

}  // namespace
}  // namespace pianola::cli
