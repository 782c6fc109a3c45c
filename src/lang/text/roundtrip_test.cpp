// What the compiler makes of a program and of its decompiled code must be the same.

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "base/text_writer.hpp"
#include "lang/code/roll_image.hpp"
#include "lang/text/decompiler.hpp"
#include "lang/text/formatter.hpp"
#include "lang/text/image_writer.hpp"
#include "lang/text/listing.hpp"
#include "ports/memory/compile.hpp"
#include "support/bytes_sink.hpp"
#include "support/program_generator.hpp"

namespace pianola::lang {
namespace {

using Bytes = std::vector<std::uint8_t>;

/// Compiles a program that must be right.
void compile(const std::string& text, memory::Roll& roll) {
  memory::Findings findings;
  memory::Source source(text);
  ASSERT_EQ(memory::compile(text, roll, findings), Status::ok)
      << findings.text("program", source) << text;
}

std::string decompiled(Roll& roll) {
  memory::StringSink out;
  EXPECT_EQ(decompile(roll, out), Status::ok) << out.text();
  return out.text();
}

Bytes stripped(Roll& roll) {
  test::BytesSink sink;
  EXPECT_EQ(write_image(roll, ImageContent::stripped, sink), Status::ok);
  return sink.bytes;
}

/// `pattern` with `word` in place of each `@`.
std::string with(std::string pattern, const std::string& word) {
  for (std::size_t at = pattern.find('@'); at != std::string::npos;
       at = pattern.find('@', at + word.size())) {
    pattern.replace(at, 1, word);
  }
  return pattern;
}

std::string repeated(std::string_view text, int count) {
  std::string out;
  for (int i = 0; i < count; ++i) out += text;
  return out;
}

void expect_round_trip(const std::string& text) {
  SCOPED_TRACE(text);
  memory::Roll first;
  memory::Roll second;
  ASSERT_NO_FATAL_FAILURE(compile(text, first));
  const std::string again = decompiled(first);
  SCOPED_TRACE(again);
  ASSERT_NO_FATAL_FAILURE(compile(again, second));
  const Bytes image = stripped(first);
  EXPECT_EQ(image, stripped(second));
  EXPECT_EQ(decompiled(second), again);

  memory::Source source(again);
  memory::StringSink formatted;
  format(source, formatted);
  EXPECT_EQ(formatted.text(), again);

  RollImage read;
  ASSERT_EQ(RollImage::open(image, read), ImageError::none);
  EXPECT_EQ(decompiled(read), again);
  memory::StringSink listing;
  EXPECT_EQ(write_listing(first, listing), Status::ok);
}

TEST(RoundTrip, EveryBareTrigger) {
  for (char c = '!'; c <= '~'; ++c) {
    if (std::string_view{"\"#[]{}();,'"}.find(c) != std::string_view::npos) continue;
    // Each in a file of its own, since many characters share a key.
    expect_round_trip(with("@ { TAB }\nctrl+@ = shift+@\n", {c}));
  }
}

TEST(RoundTrip, EveryQuotedKey) {
  for (char c = ' '; c <= '~'; ++c) {
    expect_round_trip(with("'@' { tap '@' hold ctrl+'@' } alt+'@' = '@'", {c}));
  }
}

TEST(RoundTrip, EveryUsage) {
  memory::StringSink body;
  for (std::uint32_t usage = 0x04; usage <= 0x20B7; ++usage) {
    if (usage == 0xE8) usage = 0x1001;
    if (usage == 0x1400) usage = 0x2081;
    TextWriter{body} << " key 0x";
    TextWriter{body}.hex(usage, 2);
  }
  expect_round_trip(with("a { @ }", body.text()));
}

TEST(RoundTrip, TextsAroundTheLongestPiece) {
  for (int size = 120; size < 135; ++size) {
    expect_round_trip(with("macro f(t) {}\na { \"@é€\" call f(\"@é€@\") }", repeated("x", size)));
  }
}

TEST(RoundTrip, DollarAndBraceInTwoPieces) {
  expect_round_trip(with("macro f(t) {}\na { \"@\" call f(\"@\") }", repeated("x", 126) + "\\${"));
}

TEST(RoundTrip, ManyLoopsFillTheLabelTable) {
  expect_round_trip(with("a { @ }", repeated("repeat 2 { repeat 3 { ENTER } TAB }\n", 40)));
}

TEST(RoundTrip, DeepestNesting) {
  expect_round_trip(
      with("layer nav { a { @ } }", repeated("repeat 2 { ", 14) + repeated("ENTER } ", 14)));
}

TEST(RoundTrip, LongExpressions) {
  for (const std::string& expression : {
           repeated("-", 24) + "x",
           repeated("x+", 31) + "x",
           "min(" + repeated("x,", 31) + "x)",
           repeated("1-(", 11) + "x" + repeated(")", 11),
           repeated("min(x,", 15) + "x" + repeated(")", 15),
           repeated("(", 24) + "5" + repeated(")", 24),
           "-" + repeated("-(", 11) + "5" + repeated(")", 11),
       }) {
    expect_round_trip(with("var x\na { \"${@}\" }", expression));
  }
}

/// The statements of F1 that the code of `statements` decompiles to, in one line.
std::string again(const std::string& statements) {
  memory::Roll roll;
  compile("var n\nF1 { " + statements + " }", roll);
  std::string text = decompiled(roll);
  text.erase(0, text.find('{') + 1);
  text.resize(text.rfind('}'));
  std::string out;
  for (const char c : text) {
    const bool blank = c == ' ' || c == '\n';
    if (!blank || (!out.empty() && out.back() != ' ')) out += blank ? ' ' : c;
  }
  if (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

TEST(RoundTrip, ConditionsInTheBlockOfElse) {
  for (const std::string_view text : {
           "if 1 { } else { }",
           "if 1 { } else { } if 2 { }",
           "if 1 { } else if 2 { } else { }",
           "if 1 { } else { if 2 { } else { } }",
           "if 1 { } else { if 2 { } else if 3 { } }",
           "if 1 { } else { if 2 { } ENTER }",
           "if 1 { } else { ENTER if 2 { } }",
           "if 1 { } else if 2 { if 3 { } else { } } else { ENTER }",
           "if 1 { if 2 { } else { } } else if 3 { }",
           "if 1 { if 2 { } } else { while 3 { } }",
           "if 1 and 2 { } else if 3 or n { } else { let v0 = 1 }",
       }) {
    const std::string statements{text};
    EXPECT_EQ(again(statements), statements);
    expect_round_trip("var n\nF1 { " + statements + " }");
  }
  EXPECT_EQ(again("if 1 { } else { if 2 { } }"), "if 1 { } else if 2 { }");
  // Both are the same code, and this is what comes out.
  EXPECT_EQ(again("if 1 { } else if 2 { if 3 { } else { } }"),
            "if 1 { } else { if 2 { if 3 { } else { } } }");
}

TEST(RoundTrip, ManyBranchesFillTheLabelTable) {
  expect_round_trip("var n\na { if n { }" +
                    repeated(" else if n == 1 and n != 2 or not n < 3 { ENTER }", 60) + " }");
}

TEST(RoundTrip, ScopesInsideEachOther) {
  expect_round_trip("a { " + repeated("defer { match next { a { ", 4) + "ENTER" +
                    repeated(" } } }", 4) + " }");
}

class Generated : public ::testing::TestWithParam<std::uint32_t> {};

TEST_P(Generated, Programs) {
  test::ProgramGenerator generator{GetParam()};
  for (int i = 0; i < 20 && !HasFailure(); ++i) expect_round_trip(generator.program());
}

// Whatever happens to code, reading it ends and stays inside; the sanitizers watch the latter.
TEST_P(Generated, DamagedCodeIsHarmless) {
  test::ProgramGenerator generator{GetParam()};
  std::mt19937 random{GetParam()};
  for (int i = 0; i < 20; ++i) {
    memory::Roll good;
    ASSERT_NO_FATAL_FAILURE(compile(generator.program(), good));
    memory::Roll bad;
    for (const auto& definition : good.definitions()) {
      Bytes code = definition.code;
      for (int n = 0; n < 3 && !code.empty(); ++n) {
        code[random() % code.size()] = static_cast<std::uint8_t>(random());
      }
      bad.begin_definition();
      bad.append_code(code);
      bad.end_definition(0, 0);
    }
    for (const IndexEntry& entry : good.index()) bad.append_index(entry);
    bad.commit();
    memory::StringSink out;
    decompile(bad, out);
    write_listing(bad, out);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Generated, ::testing::Range(0U, 25U));

}  // namespace
}  // namespace pianola::lang
