// Runs what the documents show: their macros compile and do what is said of them, their transcripts
// are what the command prints, their links lead somewhere.
//
// The opening line of a ```macros block can say more about it:
//   (nothing)                        compiles without errors and warnings, and `fmt` leaves it
//   alone keys="…" types="…" layout="…"    types that text when the keys are played to such a host
//   keys="…" sends="[00:04] [00:]"   sends these reports
//   file="NAME"                      is written to NAME for the transcripts after it
//   errors, warnings                 the ```text block after it is what the compiler prints
//   before, after                    `fmt` makes the second of the first
// ```scenario blocks are played. After one with `fails`, the ```text block is what is said.
// ```console blocks are transcripts, run one after another in one folder. A line `…` in one stands
// for any number of lines, and a `./run device` ends once it is set up. One with `unchecked` is not
// run: for what needs root, or takes too long.

#include <gtest/gtest.h>

#include <array>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "cli/app.hpp"
#include "lang/text/formatter.hpp"
#include "ports/memory/compile.hpp"
#include "support/compilation.hpp"
#include "support/markdown.hpp"
#include "support/pending_signal.hpp"
#include "support/source_dir.hpp"

namespace pianola {
namespace {

namespace fs = std::filesystem;
using test::Block;

constexpr std::size_t kWidth = 100;

/// The documents, relative to the root.
std::vector<std::string> documents() {
  std::vector<std::string> names = {"README.md"};
  for (const auto& entry : fs::directory_iterator(test::source_dir() / "docs")) {
    if (entry.path().extension() == ".md")
      names.push_back("docs/" + entry.path().filename().string());
  }
  std::sort(names.begin() + 1, names.end());
  return names;
}

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80;
  }));
}

/// A folder for the files of one test, which is the current one meanwhile. The repository's
/// examples and documents are in it.
class Workplace {
 public:
  Workplace() : before_(fs::current_path()) {
    std::string name = (fs::temp_directory_path() / "pianola-documents-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder_ = name;
    fs::create_directory_symlink(test::source_dir() / "examples", folder_ / "examples");
    fs::create_directory_symlink(test::source_dir() / "docs", folder_ / "docs");
    fs::current_path(folder_);
  }
  ~Workplace() {
    fs::current_path(before_);
    fs::remove_all(folder_);
  }
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  static void write(const std::string& name, std::string_view text) {
    std::ofstream(name, std::ios::binary) << text;
  }

 private:
  fs::path before_;
  fs::path folder_;
};

struct Outcome {
  std::string output;  ///< Both streams.
  int exit_code = 0;
};

/// Runs the command with these arguments.
Outcome run_pianola(const std::vector<std::string>& arguments) {
  std::istringstream in;
  std::ostringstream both;
  cli::Console console{.in = in, .out = both, .err = both};
  std::vector<const char*> argv = {"pianola"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  const int code = cli::run(static_cast<int>(argv.size()), argv.data(), console);
  return {both.str(), code};
}

/// Runs a line of the shell.
Outcome run_shell(const std::string& line) {
  Outcome outcome;
  FILE* const pipe = popen(("( " + line + " ) 2>&1").c_str(), "r");
  if (pipe == nullptr) return {"cannot run " + line, 1};
  std::array<char, 256> piece{};
  while (std::fgets(piece.data(), piece.size(), pipe) != nullptr) outcome.output += piece.data();
  outcome.exit_code = pclose(pipe) == 0 ? 0 : 1;
  return outcome;
}

/// The words of a command line, without their quotes.
std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  char quote = 0;
  bool inside = false;
  for (const char c : line) {
    if (quote == 0 && c == ' ') {
      inside = false;
      continue;
    }
    if (!inside) words.emplace_back();
    inside = true;
    if (quote == 0 && (c == '"' || c == '\'')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    } else {
      words.back() += c;
    }
  }
  return words;
}

/// A shell for transcripts: `./run` is the command, without a new process; the rest is the shell's.
class Shell {
 public:
  std::string run(std::string line) {
    std::string output;
    exit_code_ = line == "echo $?" ? exit_code_ : 0;
    if (line == "echo $?") return std::to_string(exit_code_) + "\n";
    for (bool last = false; !last && exit_code_ == 0;) {
      const std::size_t end = line.find(" && ");
      last = end == std::string::npos;
      const Outcome outcome = run_one(line.substr(0, end));
      output += outcome.output;
      exit_code_ = outcome.exit_code;
      if (!last) line.erase(0, end + 4);
    }
    return output;
  }

 private:
  static Outcome run_one(const std::string& command) {
    std::vector<std::string> words = words_of(command);
    if (words.empty() || words[0] != "./run") return run_shell(command);
    words.erase(words.begin());
    if (words.empty()) words.emplace_back("demo");
    if (words[0] != "device") return run_pianola(words);
    words.insert(words.end(), {"--listen", "0"});
    const test::PendingSignal pending;
    return run_pianola(words);
  }

  int exit_code_ = 0;
};

/// Whether `actual` is `expected`, of which a line `…` stands for any lines.
bool matches(const std::vector<std::string>& expected, const std::vector<std::string>& actual) {
  const auto gap = std::find(expected.begin(), expected.end(), "…");
  if (gap == expected.end()) return expected == actual;
  const auto head = static_cast<std::size_t>(gap - expected.begin());
  const std::size_t tail = expected.size() - head - 1;
  return actual.size() >= head + tail && std::equal(expected.begin(), gap, actual.begin()) &&
         std::equal(expected.rbegin(), expected.rbegin() + static_cast<std::ptrdiff_t>(tail),
                    actual.rbegin());
}

/// Runs a transcript and compares what is printed after each of its commands.
void check_transcript(const Block& block, Shell& shell) {
  std::string expected;
  std::string actual;
  const auto compare = [&] {
    if (matches(test::lines_of(expected), test::lines_of(actual))) return;
    EXPECT_EQ(expected, actual);
  };
  for (const std::string& line : test::lines_of(block.text)) {
    if (!line.starts_with("$ ")) {
      expected += line + "\n";
      continue;
    }
    compare();
    expected.clear();
    actual = shell.run(line.substr(2));
  }
  compare();
}

std::string formatted(std::string_view text) {
  memory::Source source(text);
  memory::StringSink out;
  lang::format(source, out);
  return out.text();
}

/// What the compiler says about `text`.
std::string findings_of(std::string_view text, std::uint32_t allowed) {
  memory::Source source(text);
  memory::Roll roll;
  memory::Findings findings;
  memory::compile(text, roll, findings, allowed);
  return findings.text("macros.txt", source);
}

/// The reports of a trace, without their times.
std::string reports_of(std::string_view trace) {
  std::string reports;
  for (const std::string& line : test::lines_of(trace)) {
    if (!reports.empty()) reports += ' ';
    reports += line.substr(line.find(' ') + 1);
  }
  return reports;
}

/// What a file must say that is only a part of one; see test::kFragment.
const std::string kFragmentLine = "set allow = \"bare-letter unused layout\"\n";

/// Plays the block's keys and compares what the host got.
void check_played(const Block& block) {
  Workplace workplace;
  const bool allows = block.text.find("set allow") != std::string::npos;
  Workplace::write("macros.txt", (allows ? "" : kFragmentLine) + block.text);
  std::vector<std::string> arguments = {"play", "macros.txt", "--keys", block.value("keys")};
  if (block.has("layout")) arguments.insert(arguments.end(), {"--layout", block.value("layout")});
  if (block.has("types")) {
    std::string expected = block.value("types");
    if (!expected.ends_with('\n')) expected += '\n';
    arguments.emplace_back("--text");
    EXPECT_EQ(run_pianola(arguments).output, expected);
    arguments.pop_back();
  }
  if (block.has("sends")) {
    arguments.emplace_back("--trace");
    EXPECT_EQ(reports_of(run_pianola(arguments).output), block.value("sends"));
  }
}

class Document : public ::testing::TestWithParam<std::string> {
 protected:
  [[nodiscard]] std::string text() const {
    return test::read_file((test::source_dir() / GetParam()).string());
  }
  [[nodiscard]] std::string place(const Block& block) const {
    return GetParam() + ":" + std::to_string(block.line);
  }
};

TEST_P(Document, HasNoLongLinesOrLooseEnds) {
  std::size_t number = 0;
  for (const std::string& line : test::lines_of(text())) {
    ++number;
    EXPECT_LE(characters(line), kWidth) << GetParam() << ":" << number;
    EXPECT_FALSE(line.ends_with(' ')) << GetParam() << ":" << number;
    EXPECT_EQ(line.find('\t'), std::string::npos) << GetParam() << ":" << number;
  }
  EXPECT_EQ(std::ranges::count_if(test::lines_of(text()),
                                  [](const auto& line) { return line.starts_with("```"); }) %
                2,
            0);
}

TEST_P(Document, HasMacrosThatCompile) {
  const std::vector<Block> blocks = test::blocks_of(text());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Block& block = blocks[i];
    if (block.kind != "macros") continue;
    SCOPED_TRACE(place(block));
    const bool whole = block.has("warnings") || block.has("file");
    const std::string findings = findings_of(block.text, whole ? 0 : test::kFragment);
    if (block.has("errors") || block.has("warnings")) {
      ASSERT_TRUE(i + 1 < blocks.size() && blocks[i + 1].kind == "text");
      EXPECT_EQ(findings, blocks[i + 1].text);
    } else {
      EXPECT_EQ(findings, "");
    }
  }
}

TEST_P(Document, HasMacrosInTheUsualStyle) {
  const std::vector<Block> blocks = test::blocks_of(text());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    const Block& block = blocks[i];
    if (block.kind != "macros" || block.has("errors")) continue;
    SCOPED_TRACE(place(block));
    if (block.has("before")) {
      ASSERT_TRUE(i + 1 < blocks.size() && blocks[i + 1].has("after"));
      EXPECT_EQ(formatted(block.text), blocks[i + 1].text);
    } else {
      EXPECT_EQ(formatted(block.text), block.text);
    }
  }
}

TEST_P(Document, HasMacrosThatDoWhatIsSaid) {
  for (const Block& block : test::blocks_of(text())) {
    if (block.kind != "macros" || !block.has("keys")) continue;
    SCOPED_TRACE(place(block));
    EXPECT_TRUE(block.has("types") || block.has("sends"));
    check_played(block);
  }
}

TEST_P(Document, HasScenariosThatAreMet) {
  const std::vector<Block> blocks = test::blocks_of(text());
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].kind != "scenario") continue;
    SCOPED_TRACE(place(blocks[i]));
    Workplace workplace;
    const std::string name = blocks[i].has("file") ? blocks[i].value("file") : "s.scn";
    Workplace::write(name, blocks[i].text);
    const Outcome outcome = run_pianola({"play", "--script", name});
    EXPECT_EQ(outcome.exit_code, blocks[i].has("fails") ? 1 : 0) << outcome.output;
    if (!blocks[i].has("fails")) continue;
    ASSERT_TRUE(i + 1 < blocks.size() && blocks[i + 1].kind == "text");
    EXPECT_EQ(outcome.output, blocks[i + 1].text);
  }
}

TEST_P(Document, HasTranscriptsOfRealRuns) {
  Workplace workplace;
  Shell shell;
  for (const Block& block : test::blocks_of(text())) {
    SCOPED_TRACE(place(block));
    if (block.has("file")) Workplace::write(block.value("file"), block.text);
    if (block.kind == "console" && !block.has("unchecked")) check_transcript(block, shell);
  }
}

/// The anchors that a code host makes of a document's headings.
std::set<std::string> anchors_of(std::string_view document) {
  std::set<std::string> anchors = {""};
  for (const std::string& line : test::prose_of(document)) {
    if (!line.starts_with('#')) continue;
    std::string anchor;
    for (const char c : line.substr(line.find_first_not_of("# "))) {
      if (c == ' ') anchor += '-';
      const auto byte = static_cast<unsigned char>(c);
      if (std::isalnum(byte) != 0 || c == '-' || c == '_' || byte >= 0x80) {
        anchor += static_cast<char>(std::tolower(byte));
      }
    }
    anchors.insert(anchor);
  }
  return anchors;
}

TEST_P(Document, HasLinksThatLeadSomewhere) {
  const std::regex link(R"(\]\(([^)]*)\))");
  const fs::path here = test::source_dir() / GetParam();
  for (const std::string& line : test::prose_of(text())) {
    for (std::sregex_iterator it(line.begin(), line.end(), link), end; it != end; ++it) {
      const std::string target = (*it)[1];
      if (target.starts_with("http")) continue;
      const std::size_t hash = std::min(target.find('#'), target.size());
      const fs::path file = hash == 0 ? here : here.parent_path() / target.substr(0, hash);
      EXPECT_TRUE(fs::exists(file)) << GetParam() << ": " << target;
      if (hash == target.size() || !fs::exists(file)) continue;
      EXPECT_TRUE(anchors_of(test::read_file(file.string())).contains(target.substr(hash + 1)))
          << GetParam() << ": " << target;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Each, Document, ::testing::ValuesIn(documents()), [](const auto& info) {
  std::string name;
  for (const char c : info.param)
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
});

TEST(Examples, CompileAndAreInTheUsualStyle) {
  for (const auto& entry : fs::directory_iterator(test::source_dir() / "examples")) {
    SCOPED_TRACE(entry.path().string());
    const std::string text = test::read_file(entry.path().string());
    EXPECT_EQ(findings_of(text, 0), "");
    EXPECT_EQ(formatted(text), text);
  }
}

}  // namespace
}  // namespace pianola
