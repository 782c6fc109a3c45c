#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <random>
#include <sstream>
#include <vector>

#include "cli/app.hpp"
#include "support/command_test.hpp"
#include "support/source_dir.hpp"
#include "support/volume.hpp"

namespace pianola::cli {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

/// Runs `pianola` in a folder of its own, with a region of flash in it.
class Flash : public test::CommandTest {
 protected:
  Flash() : flash_(path("r.flash")) {}

  /// `pianola flash …` on the region.
  Result flash(std::vector<std::string> arguments, const std::string& input = "") {
    arguments.insert(arguments.begin(), "flash");
    arguments.insert(arguments.end(), {"--flash", flash_});
    return pianola(std::move(arguments), input);
  }
  void init(const std::string& size = "256k") {
    ASSERT_EQ(flash({"init", "--size", size}).code, 0);
  }
  void put(const std::string& text) {
    const Result result = flash({"put", "-"}, text);
    ASSERT_EQ(result.code, 0) << result.err;
  }
  void expect_sound() {
    const Result result = flash({"check"});
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_THAT(result.out, StartsWith(flash_ + ": all is well, "));
  }

  std::string flash_;
};

// ---- The file -------------------------------------------------------------------------------

/// No file may become longer than so many bytes, as with ulimit -f.
class FileLimit {
 public:
  explicit FileLimit(rlim_t bytes) {
    ::getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit low{bytes, before_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &low);
  }
  ~FileLimit() { ::setrlimit(RLIMIT_FSIZE, &before_); }
  FileLimit(const FileLimit&) = delete;
  FileLimit& operator=(const FileLimit&) = delete;

 private:
  rlimit before_{};
};

TEST_F(Flash, AFileThatMayNotGrowIsAnErrorLikeAFullDisk) {
  {
    (void)std::signal(SIGXFSZ, SIG_DFL);
    const FileLimit limit(100'000);
    const Result result = flash({"init"});
    EXPECT_EQ(result.code, 1);
    EXPECT_EQ(result.err, "pianola: cannot create " + flash_ + ": File too large\n");
    EXPECT_FALSE(std::filesystem::exists(flash_));
  }
  init();
  put("F1 { \"old\" }\n");
  {
    (void)std::signal(SIGXFSZ, SIG_DFL);
    const FileLimit limit(4096 + 300);
    const Result result = flash({"put", "-"}, "F1 { \"new\" }\n");
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, HasSubstr("File too large"));
  }
  expect_sound();
  EXPECT_EQ(flash({"get"}).out, "F1 { \"old\" }\n");
}

TEST_F(Flash, SaysThatOthersCanReadTheFile) {
  init();
  using std::filesystem::perms;
  const perms mine = perms::owner_read | perms::owner_write;
  EXPECT_EQ(std::filesystem::status(flash_).permissions(), mine);
  EXPECT_EQ(flash({"put", "-"}, "F1 { \"a\" }\n").err, "");
  std::filesystem::permissions(flash_, mine | perms::others_read);
  EXPECT_EQ(flash({"put", "-"}, "F1 { \"b\" }\n").err,
            "pianola: other users can read " + flash_ +
                " and the macros in it; if they are not to: chmod 600 " + flash_ + "\n");
  EXPECT_EQ(std::filesystem::status(flash_).permissions(), mine | perms::others_read);
}

// ---- The command line -----------------------------------------------------------------------

TEST_F(Flash, EachCommandHasHelpWithAnExampleThatFitsATerminal) {
  for (const char* command : {"init", "put", "get", "info", "check", "dump", "reset"}) {
    EXPECT_THAT(pianola({"flash"}).out, HasSubstr(std::string("\n  ") + command + " "));
    const Result result = pianola({"flash", command, "--help"});
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, HasSubstr(std::string("Usage: pianola flash ") + command));
    EXPECT_THAT(result.out, HasSubstr(std::string("\n  pianola flash ") + command));
    std::istringstream lines(result.out);
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST_F(Flash, WrongUsage) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"flash", "ptu"}, "unknown command 'ptu'; did you mean 'put'?\nTry: pianola flash --help\n"},
      {{"flash", "put", "a"}, "--flash is required\nTry: pianola flash put --help\n"},
      {{"flash", "put", "--flash", "a"}, "FILE is required"},
      {{"flash", "get", "--flsh", "a"}, "unknown option '--flsh'; did you mean '--flash'?"},
      {{"flash", "get", "--flash", "a", "b"}, "'b' is one argument too many"},
      {{"flash", "init", "--flash", "a", "--size", "4x"},
       "--size is a number of bytes, such as 4096, 64k or 4M; not '4x'"},
      {{"flash", "init", "--flash", "a", "--size", "99999M"}, "not '99999M'"},
      {{"flash", "init", "--flash", "a", "--unit", "-1"}, "not '-1'"},
      {{"flash", "init", "--flash", "a", "--size", "65k"}, "4 to 65535 whole sectors"},
      {{"flash", "init", "--flash", "a", "--sector", "0"}, "4 to 65535 whole sectors"},
      {{"flash", "init", "--flash", "a", "--sector", "3000"}, "4 to 65535 whole sectors"},
      {{"flash", "init", "--flash", "a", "--unit", "512"}, "4 to 65535 whole sectors"},
      {{"play", "--flash", "a"}, "--keys, --type or --script is required"},
      {{"play", "a", "--flash", "a", "--keys", "a"}, "excludes"},
      {{"show", "a", "--flash", "a"}, "excludes"},
      {{"show"}, "ROLL is required"},
  };
  for (const auto& [arguments, message] : cases) {
    const Result result = pianola(arguments);
    EXPECT_EQ(result.code, 2) << message;
    EXPECT_THAT(result.err, StartsWith("pianola: "));
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.out, IsEmpty());
  }
}

// ---- init -----------------------------------------------------------------------------------

TEST_F(Flash, InitMakesARegionWithTheDefaultMacros) {
  EXPECT_EQ(flash({"init"}).out, flash_ +
                                     ": 4194304 bytes, 1024 sectors of 4096, "
                                     "programmed by 256\n");
  EXPECT_THAT(flash({"info"}).out, HasSubstr("the default ones: "));
  const Result got = flash({"get"});
  EXPECT_EQ(got.code, 0);
  EXPECT_EQ(got.err, "pianola: " + flash_ + " has the default macros; none were saved yet\n");
  std::ifstream file(test::source_dir() / "src/store/default_macros.txt", std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(got.out, text);
  EXPECT_EQ(pianola({"play", "--flash", flash_, "--keys", "+LSHIFT +RSHIFT -LSHIFT -RSHIFT d"}).out,
            std::string(40, '-') + "\n");
  expect_sound();
}

TEST_F(Flash, InitTakesOtherMeasures) {
  for (const auto& [size, sector, unit] :
       {std::array{"16k", "1024", "8"}, {"256K", "64k", "1"}, {"1M", "4096", "4"}}) {
    const Result result =
        flash({"init", "--force", "--size", size, "--sector", sector, "--unit", unit});
    EXPECT_EQ(result.code, 0) << result.err;
    put("F1 { \"x\" }\n");
    EXPECT_EQ(flash({"get"}).out, "F1 { \"x\" }\n");
    expect_sound();
  }
}

TEST_F(Flash, InitDoesNotOverwrite) {
  init();
  put("F1 { \"x\" }\n");
  const std::string before = read("r.flash");
  EXPECT_EQ(flash({"init"}).code, 1);
  EXPECT_EQ(read("r.flash"), before);
  // Forced and of the same measures, it knows how often the sectors were erased.
  EXPECT_EQ(flash({"init", "--size", "256k", "--force"}).code, 0);
  EXPECT_THAT(flash({"get"}).err, HasSubstr("has the default macros"));
  EXPECT_THAT(flash({"info"}).out, HasSubstr("wear        0 to "));
  EXPECT_EQ(flash({"init", "--size", "64k", "--force"}).code, 0);
  EXPECT_EQ(read("r.flash").size(), 4096U + 65536U);
  // What is no flash is not touched.
  write("r.flash", "my diary");
  const Result result = flash({"init", "--force"});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "pianola: cannot open " + flash_ + ": this is no flash file\n");
  EXPECT_EQ(read("r.flash"), "my diary");
}

// ---- put and get ----------------------------------------------------------------------------

TEST_F(Flash, GetIsByteForByteWhatWasPut) {
  init();
  std::string bytes;
  for (int i = 0; i < 300; ++i) bytes += "# line " + std::to_string(i) + "\r\n";
  const std::vector<std::string> texts = {
      "# only a comment",
      "F1 { \"x\" } # beside\n  \n\t# the end",
      "\xEF\xBB\xBF# a byte order mark\r\nset layout = de\r\nF1 { \"ä\" }\r\n",
      "F1{\"a\"}F2{\"b\"}   \t F3 {\n\n\n}\n",
      "\n\n\n",
      "   ",
      "F1 { \"Größe ☃ 𝄞\" }\n# Ünïcödé\n",
      "F1 { ENTER }\rF2 { ENTER }\r",
      bytes,
      "",
      "x",
  };
  for (const std::string& text : texts) {
    const Result result = flash({"put", "-"}, text);
    if (text == "x") {
      EXPECT_EQ(result.code, 1);
      EXPECT_THAT(flash({"get"}).out, IsEmpty());
      continue;
    }
    EXPECT_EQ(result.code, 0) << result.err;
    const Result got = flash({"get"});
    EXPECT_EQ(got.out, text);
    EXPECT_THAT(got.err, IsEmpty());
    EXPECT_EQ(flash({"get", "-o", path("out.txt")}).out, "");
    EXPECT_EQ(read("out.txt"), text);
    expect_sound();
  }
}

TEST_F(Flash, GetDoesNotOverwriteTheFlash) {
  flash({"init"});
  put("F1 { \"kept\" }\n");
  const std::string before = read("r.flash");
  std::filesystem::create_symlink(flash_, path("link"));
  for (const std::string& output : {flash_, path("link")}) {
    const Result result = flash({"get", "-o", output});
    EXPECT_EQ(result.code, wrong_usage);
    EXPECT_THAT(result.err, HasSubstr("would be overwritten"));
    EXPECT_TRUE(read("r.flash") == before);
  }
}

TEST_F(Flash, AMegabyteOfMacros) {
  init("4M");
  std::string text;
  for (int i = 0; text.size() < (1U << 20U); ++i) {
    text += "macro m" + std::to_string(i) + " { \"";
    for (int word = 0; word < 60; ++word) text += "word " + std::to_string(i * word) + " ";
    text += "\" }\n";
  }
  text += "F1 { call m7() }\n";
  put(text);
  EXPECT_EQ(flash({"get"}).out, text);
  EXPECT_THAT(pianola({"play", "--flash", flash_, "--keys", "F1"}).out,
              StartsWith("word 0 word 7 word 14 "));
  expect_sound();
}

TEST_F(Flash, PutSaysWhatItDid) {
  init();
  std::string text = "F1 { \"one\" }\nF2 { \"two\" }\nF3 { \"three\" }\n";
  const std::string file = write("m.txt", text);
  EXPECT_THAT(flash({"put", file}).out,
              MatchesRegex(".*: 3 definitions \\(3 written, 0 kept\\), [0-9]+ bytes programmed, "
                           "[0-9]+ sectors? erased\n"));
  EXPECT_EQ(flash({"put", file}).out, flash_ + ": unchanged, nothing was written\n");
  text.replace(text.find("two"), 3, "TWO");
  EXPECT_THAT(flash({"put", "-"}, text).out, HasSubstr(": 3 definitions (1 written, 2 kept), "));
  EXPECT_EQ(flash({"get"}).out, text);
}

TEST_F(Flash, PutWithErrorsKeepsTheOldMacros) {
  init();
  put("F1 { \"old\" }\n");
  const std::string file = write("m.txt", "F1 { ENTR }\nF2 { TABB }\n");
  const Result checked = pianola({"check", file});
  const Result result = flash({"put", file});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.out, IsEmpty());
  EXPECT_EQ(result.err, checked.err + "pianola: " + file + " has 2 errors; the macros in " +
                            flash_ + " stay as they were\n");
  EXPECT_EQ(flash({"get"}).out, "F1 { \"old\" }\n");
  expect_sound();
}

TEST_F(Flash, PutWarns) {
  init();
  const Result result = flash({"put", "-"}, "F1 { \"ж\" }\n");
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, StartsWith("<stdin>:1:7: warning: "));
}

TEST_F(Flash, PutWarnsAsCheckDoesEachTime) {
  init();
  const std::string file = write("m.txt", "private F1 { \"secret\" }\n");
  const Result checked = pianola({"check", file});
  EXPECT_THAT(checked.err, HasSubstr("m.txt:1:1: warning: private is not encrypted yet"));
  EXPECT_EQ(flash({"put", file}).err, checked.err);
  EXPECT_EQ(flash({"put", file}).err, checked.err);  // unchanged
}

TEST_F(Flash, AFullRegionSaysWhatIsMissing) {
  init("64k");
  put("F1 { \"old\" }\n");
  std::string text;
  for (int i = 0; i < 500; ++i) {
    text += "macro m" + std::to_string(i) + " { \"" + std::string(200, 'x') + "\" }\n";
  }
  const Result result = flash({"put", "-"}, text);
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err,
              MatchesRegex("pianola: <stdin> does not fit into .*: it needs 1[0-9]{5} bytes of "
                           "flash, [0-9]+ are free beside what is there .*; the macros stay as "
                           "they were\n"));
  EXPECT_EQ(flash({"get"}).out, "F1 { \"old\" }\n");
  expect_sound();
  put("F1 { \"new\" }\n");
}

TEST_F(Flash, ManySavesWearTheRegionEvenly) {
  init("64k");
  for (int i = 0; i < 100; ++i) {
    put("F1 { \"" + std::to_string(i) + "\" }\nF2 { \"two\" }\n" + "# " + std::string(4000, '-') +
        "\n");
  }
  expect_sound();
  EXPECT_THAT(flash({"info"}).out, HasSubstr("commits     1"));
  EXPECT_EQ(pianola({"play", "--flash", flash_, "--keys", "F1"}).out, "99\n");
}

// ---- reset ----------------------------------------------------------------------------------

TEST_F(Flash, ResetGoesBackToTheDefaults) {
  init();
  EXPECT_EQ(flash({"reset"}).out, flash_ + ": has the default macros already\n");
  put("F1 { \"x\" }\n");
  const Result told = flash({"reset"});
  EXPECT_EQ(told.code, 1);
  EXPECT_THAT(told.err, StartsWith("pianola: this would give up 1 definition in "));
  EXPECT_EQ(flash({"get"}).out, "F1 { \"x\" }\n");
  EXPECT_EQ(flash({"reset", "--force"}).code, 0);
  EXPECT_THAT(flash({"get"}).err, HasSubstr("has the default macros"));
  expect_sound();
  put("");
  EXPECT_EQ(flash({"get"}).out, "");
  EXPECT_THAT(flash({"get"}).err, IsEmpty());
}

// ---- info, dump, show, play -----------------------------------------------------------------

TEST_F(Flash, InfoAndDumpSayWhatIsThere) {
  init();
  put("set layout = us\nF1 { \"x\" }\n# end\n");
  const Result info = flash({"info"});
  EXPECT_EQ(info.code, 0);
  EXPECT_THAT(info.out, StartsWith("flash       262144 bytes: 64 sectors of 4096, "));
  EXPECT_THAT(info.out,
              HasSubstr("\nmacros      2 definitions, 2 in the index, 33 bytes of text\n"));
  EXPECT_THAT(info.out, HasSubstr("\ndamaged     none\n"));
  EXPECT_THAT(info.out, HasSubstr("\ncommits     1\n"));
  const Result dump = flash({"dump"});
  EXPECT_EQ(dump.code, 0);
  EXPECT_THAT(dump.out, StartsWith("in force: commit 1: roll 3 at "));
  EXPECT_THAT(dump.out, HasSubstr(", holds the state, erased once\n"));
  EXPECT_THAT(dump.out, HasSubstr("settled commit 1\n"));
  EXPECT_THAT(dump.out, EndsWith(" to 63: blank\n"));
}

TEST_F(Flash, InfoAndDumpFitATerminal) {
  // Large enough for addresses of seven digits.
  ASSERT_EQ(flash({"init", "--size", "17M", "--sector", "64k"}).code, 0);
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "macro " + std::string(29, 'm') + std::to_string(i) + " { \"" + std::string(200, 'x') +
            std::to_string(i) + "\" }\n";
  }
  put(text);
  put(text + "F1 { \"x\" }\n");
  const std::string info = flash({"info"}).out;
  const std::string dump = flash({"dump"}).out;
  std::istringstream lines(info + dump);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  EXPECT_THAT(info, HasSubstr(" to erase;\n            for another macros file of "));
  EXPECT_THAT(dump, MatchesRegex(".*commit 2: roll 101 at [0-9a-f]+ \\(saved\\), "
                                 "index 101 at [0-9a-f]+,\n  backup .*"));
}

TEST_F(Flash, ShowAndPlayTakeIt) {
  init();
  put("F1 { \"one\" }\nF2 { \"${1 / (1 - 1)}\" }\n");
  EXPECT_EQ(pianola({"show", "--flash", flash_}).out, flash({"get"}).out);
  EXPECT_THAT(pianola({"show", "--listing", "--flash", flash_}).out, HasSubstr("definition 2: "));
  EXPECT_THAT(pianola({"show", "--decompile", "--flash", flash_}).out, HasSubstr("F1 { \"one\" }"));
  EXPECT_EQ(pianola({"play", "--flash", flash_, "--keys", "F1"}).out, "one\n");
  const Result failed = pianola({"play", "--flash", flash_, "--keys", "F2"});
  EXPECT_EQ(failed.code, 1);
  EXPECT_THAT(failed.err, StartsWith(flash_ + ":2:1: error: "));
  const std::string script = write("t.scn", "tap F1\nexpect text \"one\"\n");
  const Result scenario = pianola({"play", "--flash", flash_, "--script", script});
  EXPECT_EQ(scenario.code, 0) << scenario.err;
  EXPECT_EQ(scenario.out, script + ": 1 expectation met\n");
}

// ---- What goes wrong ------------------------------------------------------------------------

TEST_F(Flash, WhatCannotBeUsedIsTold) {
  const auto expect = [&](const std::vector<std::string>& arguments, const std::string& message) {
    const Result result = flash(arguments, "F1 { }\n");
    EXPECT_EQ(result.code, 1);
    EXPECT_THAT(result.err, StartsWith("pianola: "));
    EXPECT_THAT(result.err, HasSubstr(message));
    EXPECT_THAT(result.out, IsEmpty());
  };
  const std::vector<std::vector<std::string>> commands = {
      {"put", "-"}, {"get"}, {"info"}, {"check"}, {"dump"}, {"reset"}, {"reset", "--force"}};
  for (const auto& command : commands) {
    expect(command, "cannot open " + flash_ + ": No such file or directory");
  }
  write("r.flash", "F1 { }");
  for (const auto& command : commands) expect(command, "this is no flash file");
  std::filesystem::remove(flash_);
  init();
  std::filesystem::resize_file(flash_, 5000);
  for (const auto& command : commands) expect(command, "cut short");
  std::filesystem::remove(flash_);
  init();
  const int other = ::open(flash_.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  for (const auto& command : commands) expect(command, "another process uses it");
  ::close(other);
  // Erased flash.
  std::string bytes = read("r.flash");
  bytes.replace(4096, std::string::npos, std::string(bytes.size() - 4096, '\xFF'));
  write("r.flash", bytes);
  for (const auto& command : commands) expect(command, "it holds no macros yet; to make it ready");
  EXPECT_EQ(flash({"init", "--size", "256k", "--force"}).code, 0);
  expect_sound();
}

TEST_F(Flash, DamageCostsOneDefinition) {
  init();
  // Too long for a leaf, so that it stands apart.
  put("F1 { \"first\" }\nF2 { \"second, with a text that is long enough to find it" +
      std::string(300, '.') + "\" }\nF3 { \"third\" }\n");
  std::string bytes = read("r.flash");
  const std::size_t at = bytes.find("long enough");
  ASSERT_NE(at, std::string::npos);
  for (std::size_t place = at; place != std::string::npos;
       place = bytes.find("long enough", place + 1)) {
    bytes[place] = static_cast<char>(bytes[place] & '\x2A');
  }
  write("r.flash", bytes);
  EXPECT_THAT(flash({"info"}).out,
              HasSubstr("\ndamaged     1 definition; macros.txt:2: 1 place cannot be read"));
  const Result check = flash({"check"});
  EXPECT_EQ(check.code, 1);
  EXPECT_THAT(check.err, HasSubstr("roll: definition 2: the frame's checksum is wrong"));
  EXPECT_THAT(check.err, HasSubstr(": its data are lost\n"));
  const Result got = flash({"get"});
  EXPECT_EQ(got.code, 1);
  EXPECT_THAT(got.out, StartsWith("F1 { \"first\" }\n"));
  EXPECT_THAT(got.out, HasSubstr(" bytes that stood here cannot be read ??"));
  EXPECT_THAT(got.out, EndsWith("F3 { \"third\" }\n"));
  EXPECT_THAT(got.err,
              HasSubstr("macros.txt:2: 1 place cannot be read, shown as comments with ????"));
  const Result played = pianola({"play", "--flash", flash_, "--keys", "F1 50 F3"});
  EXPECT_EQ(played.out, "firstthird\n");
  EXPECT_THAT(played.err, HasSubstr("macros.txt:2: 1 place cannot be read"));
  // What is shown can be saved, and nothing is lost.
  put(got.out + "F4 { \"fourth\" }\n");
  EXPECT_EQ(flash({"get"}).out, got.out + "F4 { \"fourth\" }\n");
  EXPECT_EQ(pianola({"play", "--flash", flash_, "--keys", "F1 50 F4"}).out, "firstfourth\n");
  EXPECT_THAT(flash({"dump"}).out, HasSubstr("damaged"));
  put("F1 { \"first\" }\n");
  expect_sound();
}

// One wrong bit costs nothing, wherever it is.
TEST_F(Flash, AWrongBitOfATextIsPutRight) {
  const std::string text = "F1 { \"short\" }\nF2 { \"" + std::string(400, 'x') + "\" }\n";
  init();
  put(text);
  const std::string good = read("r.flash");
  for (const char* const what : {"short", "xxxxxxxx"}) {
    std::string bytes = good;
    const std::size_t at = bytes.find(what);
    ASSERT_NE(at, std::string::npos);
    bytes[at + 3] = static_cast<char>(bytes[at + 3] ^ 4);
    write("r.flash", bytes);
    const Result got = flash({"get"});
    EXPECT_EQ(got.code, 0) << got.err;
    EXPECT_EQ(got.out, text);
    EXPECT_EQ(pianola({"play", "--flash", flash_, "--keys", "F1"}).out, "short\n");
    EXPECT_THAT(flash({"check"}).err, HasSubstr("a bit is wrong; it can be put right"));
  }
}

// Without the index no macro is found, though all of them are there.
TEST_F(Flash, ADamagedIndexIsToldAndMadeAnew) {
  init();
  put("F1 { \"first\" }\nF2 { \"second\" }\n");
  const std::string dump = flash({"dump"}).out;
  std::string bytes = read("r.flash");
  const std::size_t line = dump.rfind("\n", dump.find("node of an index"));
  // The file has a header of 4,096 bytes.
  const std::size_t at = 4096 + std::stoul(dump.substr(line + 3, 6), nullptr, 16);
  bytes[at + 10] = static_cast<char>(bytes[at + 10] ^ 9);
  write("r.flash", bytes);
  EXPECT_THAT(flash({"info"}).out, HasSubstr("\ndamaged     the index\n"));
  put("F1 { \"first\" }\nF2 { \"second\" }\n");
  EXPECT_THAT(flash({"info"}).out, HasSubstr("\ndamaged     none\n"));
  EXPECT_EQ(pianola({"play", "--flash", flash_, "--keys", "F1 50 F2"}).out, "firstsecond\n");
  expect_sound();
}

TEST_F(Flash, NoDamageDoesHarm) {
  ASSERT_EQ(flash({"init", "--size", "16k", "--sector", "1k", "--unit", "4"}).code, 0);
  std::string text;
  for (int i = 1; i < 12; ++i) {
    text += "F" + std::to_string(i) + " { \"number " + std::to_string(i) + "\" }\n";
  }
  put("F1 { \"before\" }\n");
  put(text);
  const std::string good = read("r.flash");
  std::mt19937 random(7);
  for (unsigned round = 0; round < test::rounds(150); ++round) {
    std::string bytes = good;
    for (unsigned left = 1U << random() % 8; left > 0; --left) {
      char& byte = bytes[4096 + random() % (bytes.size() - 4096)];
      byte =
          static_cast<char>(round % 2 == 0 ? byte ^ 1 << random() % 8 : static_cast<int>(random()));
    }
    write("r.flash", bytes);
    for (const char* command : {"info", "check", "dump", "get"}) {
      EXPECT_LE(flash({command}).code, 1) << round;
    }
    EXPECT_EQ(read("r.flash"), bytes);
    EXPECT_LE(pianola({"play", "--flash", flash_, "--keys", "F1 F5"}).code, 1) << round;
    // Whatever was lost, it can be saved again; or the region says that it cannot.
    const Result result = flash({"put", "-"}, text);
    EXPECT_LE(result.code, 1) << round;
    EXPECT_EQ(result.code == 0 && flash({"get"}).out != text, false) << round;
  }
}

TEST_F(Flash, AChangeThatWasCutOffIsSettledByTheNextChangeOnly) {
  init();
  put("F1 { \"old\" }\n");
  const std::string before = read("r.flash");
  put("F1 { \"new\" }\n");
  // The power fails before the last unit is programmed.
  std::string bytes = read("r.flash");
  std::size_t last = bytes.size();
  while (bytes[last - 1] == '\xFF' || bytes[last - 1] == before[last - 1]) --last;
  const std::size_t unit = (last - 1) / 256 * 256;
  bytes.replace(unit, 256, std::string(256, '\xFF'));
  write("r.flash", bytes);
  for (const std::string command : {"info", "get", "dump", "check"}) {
    EXPECT_EQ(flash({command}).code, 0);
    EXPECT_EQ(read("r.flash"), bytes);
  }
  EXPECT_THAT(flash({"info"}).out, HasSubstr("\nnote        the last change was cut off"));
  const std::string text = flash({"get"}).out;
  EXPECT_THAT(text, ::testing::AnyOf("F1 { \"old\" }\n", "F1 { \"new\" }\n"));
  EXPECT_THAT(flash({"check"}).out, EndsWith("; the last change was cut off\n"));
  put(text);
  EXPECT_EQ(flash({"get"}).out, text);
  EXPECT_THAT(flash({"info"}).out, ::testing::Not(HasSubstr("note")));
  expect_sound();
}

}  // namespace
}  // namespace pianola::cli
