// Runs tests/corpus: macros files with what is expected of them written inside, in comments.
//
//   # error: LINE:COLUMN MESSAGE      one error there; likewise `warning:`. All must be listed.
//   # listing: TEXT                   a line of the listing, without offset and size; several such
//                                     lines stand one after another in it
//   # keys: F1 500 m                  what is pressed, as `pianola play --keys` has it; then
//   #   layout: us                    the host's layout, if it is not the file's
//   #   text: a\nb                    what the host shows, with escapes for line ends, tabs,
//   backslashes #   reports: [02:0b] [00:]        all reports, or #   trace: 0 [02:0b] 1 [00:] all
//   reports with their times #   fails: CODE                   a macro ends with this error (an
//   ErrorCode's text)
//
// Of every file also: pieces of one byte give the same, the slices make up the file; and of one
// without errors: it decompiles to source of the same code, formatting keeps the code and is
// stable, and its roll image reads back.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <span>
#include <sstream>
#include <string>
#include <vector>

#include "base/crc32.hpp"
#include "lang/code/roll_image.hpp"
#include "lang/code/settings.hpp"
#include "lang/text/decompiler.hpp"
#include "lang/text/formatter.hpp"
#include "lang/text/image_writer.hpp"
#include "ports/sim/simulation.hpp"
#include "scenario/key_script.hpp"
#include "support/bytes_sink.hpp"
#include "support/compilation.hpp"
#include "support/source_dir.hpp"
#include "support/texts.hpp"

namespace pianola {
namespace {

namespace fs = std::filesystem;

const fs::path kCorpus = test::source_dir() / "tests" / "corpus";

struct Play {
  std::string keys;
  std::string layout;
  std::optional<std::string> text;
  std::optional<std::string> reports;
  std::optional<std::string> trace;
  std::vector<std::string> fails;
};

struct Expectations {
  std::vector<std::string> messages;
  std::vector<std::string> listing;
  std::vector<Play> plays;
};

std::string unescaped(const std::string& text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    out += c == 'n' ? '\n' : c == 't' ? '\t' : c;
  }
  return out;
}

/// The rest of `line` after `# NAME:`, if it is such a directive.
bool directive(const std::string& line, const std::string& name, std::string& rest) {
  std::size_t at = line.find_first_not_of(" \t");
  if (at == std::string::npos || line[at] != '#') return false;
  at = line.find_first_not_of(" \t", at + 1);
  if (at == std::string::npos || line.compare(at, name.size() + 1, name + ':') != 0) return false;
  at += name.size() + 1;
  if (at < line.size() && line[at] == ' ') ++at;
  rest = line.substr(at);
  if (!rest.empty() && rest.back() == '\r') rest.pop_back();
  return true;
}

Expectations read_expectations(const std::string& text) {
  Expectations out;
  // Lines end in LF, CRLF or CR.
  std::string lines = text;
  std::replace(lines.begin(), lines.end(), '\r', '\n');
  std::istringstream in(lines);
  std::string rest;
  for (std::string line; std::getline(in, line);) {
    if (directive(line, "error", rest)) out.messages.push_back(rest);
    if (directive(line, "warning", rest)) {
      const std::size_t space = rest.find(' ');
      out.messages.push_back(rest.substr(0, space) + " warning:" + rest.substr(space));
    }
    if (directive(line, "listing", rest)) out.listing.push_back(rest);
    if (directive(line, "keys", rest)) out.plays.emplace_back().keys = rest;
    if (out.plays.empty()) continue;
    Play& play = out.plays.back();
    if (directive(line, "layout", rest)) play.layout = rest;
    if (directive(line, "text", rest)) play.text = unescaped(rest);
    if (directive(line, "reports", rest)) play.reports = rest;
    if (directive(line, "trace", rest)) play.trace = rest;
    if (directive(line, "fails", rest)) play.fails.push_back(rest);
  }
  return out;
}

std::string read_file(const fs::path& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

std::vector<std::vector<std::uint8_t>> codes(const memory::Roll& roll) {
  std::vector<std::vector<std::uint8_t>> all;
  for (const auto& definition : roll.definitions()) {
    if (!definition.code.empty()) all.push_back(definition.code);
  }
  return all;
}

void expect_same_code(const memory::Roll& roll, const std::string& text, const char* what) {
  auto again = test::Compilation::in_code(text);
  EXPECT_EQ(again.status(), Status::ok) << what << ":\n" << text << again.text();
  EXPECT_EQ(codes(again.roll()), codes(roll)) << what << ":\n" << text;
}

/// What holds for every file that compiles.
void check_transformations(test::Compilation& compiled, const std::string& text) {
  auto copies = test::Compilation::in_code(text);
  EXPECT_EQ(test::said_by(compiled.roll()), test::said_by(copies.roll()));
  memory::StringSink decompiled;
  EXPECT_EQ(lang::decompile(copies.roll(), decompiled), Status::ok);
  expect_same_code(copies.roll(), decompiled.text(), "decompiled");
  memory::StringSink of_source;
  EXPECT_EQ(lang::decompile(compiled.roll(), of_source), Status::ok);
  EXPECT_EQ(test::Compilation(of_source.text()).status(), Status::ok) << of_source.text();

  memory::Source source(text);
  memory::StringSink formatted;
  lang::format(source, formatted);
  expect_same_code(copies.roll(), formatted.text(), "formatted");
  memory::Source once(formatted.text());
  memory::StringSink twice;
  lang::format(once, twice);
  EXPECT_EQ(twice.text(), formatted.text());

  test::BytesSink image;
  ASSERT_EQ(lang::write_image(compiled.roll(), lang::ImageContent::with_source, image), Status::ok);
  lang::RollImage read;
  EXPECT_EQ(lang::RollImage::open(image.bytes, read), lang::ImageError::none);
  EXPECT_EQ(read.size(), compiled.roll().size());
}

/// The listing's lines without offset and size, each after a line end.
std::string plain_listing(const std::string& listing) {
  std::istringstream in(listing);
  std::string out = "\n";
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string offset;
    std::string size;
    words >> offset >> size;
    std::string word;
    std::string rest;
    while (words >> word) rest += (rest.empty() ? "" : " ") + word;
    out += rest + '\n';
  }
  return out;
}

/// The file's layout.
hid::Layout layout_of(memory::Roll& roll) {
  lang::IndexEntry entry;
  const auto number = static_cast<std::uint32_t>(lang::Setting::layout);
  if (!index_find(roll, name_key(lang::IndexSpace::setting, number), entry)) {
    return hid::default_layout();
  }
  const auto& code = roll.definitions()[entry.record].code;
  const std::string name(code.begin() + 3, code.end());
  const hid::Layout* found = hid::find_layout(name);
  return found != nullptr ? *found : hid::default_layout();
}

void check_play(test::Compilation& compiled, const Play& play) {
  SCOPED_TRACE("keys: " + play.keys);
  const hid::Layout own = layout_of(compiled.roll());
  const hid::Layout* named = hid::find_layout(play.layout);
  ASSERT_TRUE(play.layout.empty() || named != nullptr) << play.layout;
  sim::Simulation simulation(compiled.roll(), {.layout = named != nullptr ? *named : own});
  scenario::Result<scenario::KeyScript> script = scenario::read_key_script(play.keys, own);
  ASSERT_TRUE(script) << script.error().message;
  EXPECT_NE(simulation.run(script->events, 600'000), sim::Ending::limit);
  if (play.text) {
    EXPECT_EQ(simulation.host().text(), *play.text);
  }
  std::string reports;
  std::string trace;
  for (const sim::TraceEntry& entry : simulation.host().trace()) {
    const std::string report = sim::format_report(entry.report);
    reports += (reports.empty() ? "" : " ") + report;
    trace += (trace.empty() ? "" : " ") + std::to_string(entry.time) + ' ' + report;
  }
  if (play.reports) {
    EXPECT_EQ(reports, *play.reports);
  }
  if (play.trace) {
    EXPECT_EQ(trace, *play.trace);
  }
  std::vector<std::string> fails;
  for (const engine::Error& error : simulation.errors()) {
    fails.emplace_back(engine::error_text(error.code));
  }
  EXPECT_EQ(fails, play.fails);
}

std::vector<std::string> names() {
  std::vector<std::string> all;
  for (const auto& entry : fs::directory_iterator(kCorpus)) {
    if (entry.path().extension() == ".txt") all.push_back(entry.path().stem().string());
  }
  std::sort(all.begin(), all.end());
  return all;
}

class Corpus : public ::testing::TestWithParam<std::string> {};

TEST_P(Corpus, DoesWhatItSays) {
  const std::string text = read_file(kCorpus / (GetParam() + ".txt"));
  const Expectations expected = read_expectations(text);
  test::Compilation compiled(text);
  EXPECT_EQ(compiled.messages(), expected.messages) << compiled.text();
  test::Compilation pieces(text, 1);
  EXPECT_EQ(pieces.messages(), expected.messages);
  const bool errors = compiled.status() == Status::errors;
  if (errors) {
    EXPECT_TRUE(expected.listing.empty() && expected.plays.empty());
    return;
  }
  ASSERT_EQ(compiled.status(), Status::ok);
  EXPECT_EQ(pieces.roll().definitions(), compiled.roll().definitions());
  std::string slices;
  for (const std::string& slice : compiled.slices()) slices += slice;
  EXPECT_EQ(slices, text);
  check_transformations(compiled, text);
  if (!expected.listing.empty()) {
    std::string lines = "\n";
    for (const std::string& line : expected.listing) lines += line + '\n';
    const std::string listing = plain_listing(compiled.listing());
    EXPECT_NE(listing.find(lines), std::string::npos) << "not in:" << listing;
  }
  for (const Play& play : expected.plays) check_play(compiled, play);
}

/// `CRC32 FILE` of the file's roll image without its source, and without the checksum at its end;
/// of files with errors nothing.
std::string image_sum(const std::string& file) {
  auto compiled = test::Compilation::in_code(read_file(test::source_dir() / file));
  if (compiled.status() != Status::ok) return {};
  test::BytesSink image;
  EXPECT_EQ(lang::write_image(compiled.roll(), lang::ImageContent::stripped, image), Status::ok);
  Crc32 sum;
  sum.add(std::span{image.bytes}.first(image.bytes.size() - 4));
  std::array<char, 9> digits{};
  std::snprintf(digits.data(), digits.size(), "%08x", sum.value());
  return std::string(digits.data()) + ' ' + file + '\n';
}

// What a device has stored is played by later versions, so that code changes only on purpose. The
// sums are those of Python's zlib.crc32() over what `pianola compile --strip` wrote before the
// compiler was made fast.
TEST(CorpusImages, AreWhatTheyWere) {
  std::string now;
  for (const std::string& name : names()) now += image_sum("tests/corpus/" + name + ".txt");
  now += image_sum("examples/macros.txt");
  EXPECT_EQ(now, read_file(test::source_dir() / "tests" / "corpus_images.crc32"))
      << "if other code is meant, or a file is new: write this to tests/corpus_images.crc32";
}

INSTANTIATE_TEST_SUITE_P(Files, Corpus, ::testing::ValuesIn(names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace pianola
