// Every limit has its error, and what is just inside is accepted.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/status.hpp"
#include "support/compilation.hpp"

namespace pianola::lang {
namespace {

using test::Compilation;
using test::messages_of;
using test::repeated;
using Words = std::vector<std::string>;

std::string with_body(const std::string& statements) { return "F1 { " + statements + " }"; }

/// `a0, a1, …`
std::string list(std::size_t count) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += (i > 0 ? ", a" : "a") + std::to_string(i);
  return all;
}

TEST(Limits, NestedBlocks) {
  const auto nested = [](std::size_t depth) {
    return with_body(repeated("repeat 2 { ", depth - 1) + "ENTER" + repeated(" }", depth - 1));
  };
  EXPECT_EQ(messages_of(nested(kMaxBlocks)), Words{});
  EXPECT_EQ(messages_of(nested(kMaxBlocks + 1)), (Words{"1:" + std::to_string(6 + 11 * 15 + 9) +
                                                        " blocks are nested more than 16 deep"}));
  EXPECT_EQ(messages_of(nested(kMaxBlocks + 200)).size(), 1U);
}

TEST(Limits, Locals) {
  const auto loops = [](std::size_t params, std::size_t depth) {
    return "macro f(" + list(params) + ") { " + repeated("repeat 1 { ", depth) +
           repeated("} ", depth) + "}";
  };
  EXPECT_EQ(messages_of(loops(kMaxParameters, kMaxBlocks - 1)), Words{});
  // Blocks run out first, so that the slots never can.
  static_assert(kMaxParameters + kMaxBlocks <= kMaxSlots);
}

TEST(Limits, Parameters) {
  EXPECT_EQ(messages_of("macro f(" + list(kMaxParameters) + ") { }"), Words{});
  EXPECT_EQ(messages_of("macro f(" + list(kMaxParameters + 1) + ") { \"x\" }\nF1 { call f }"),
            (Words{"1:41 a macro has at most 8 parameters"}));
  EXPECT_EQ(messages_of("macro f(" + list(8) + ") { }\nF1 { call f(1,2,3,4,5,6,7,8) }"), Words{});
  EXPECT_EQ(messages_of("macro f(" + list(8) + ") { }\nF1 { call f(1,2,3,4,5,6,7,8,9) }"),
            (Words{"2:29 a call has at most 8 values"}));
}

TEST(Limits, Names) {
  const std::string most(kMaxName, 'n');
  const std::string over(kMaxName + 1, 'n');
  const auto uses = [](const std::string& name) {
    return "var " + name + "\nmacro " + name + "(" + name + "1) { }\nlayer " + name +
           " { }\nF1 { \"${" + name + "}\" call " + name + "(2) }";
  };
  EXPECT_EQ(messages_of("var " + most + "\nmacro " + most + " { }\nlayer " + most +
                        " { }\nF1 { \"${" + most + "}\" call " + most + " }"),
            Words{});
  const std::string message = " a name has at most 31 characters";
  EXPECT_EQ(messages_of(uses(over)), (Words{"1:5" + message, "2:7" + message, "2:40" + message,
                                            "3:7" + message, "4:9" + message, "4:49" + message}));
  EXPECT_EQ(messages_of("var " + std::string(500, 'n')), (Words{"1:5" + message}));
}

TEST(Limits, KeysOfARawReport) {
  EXPECT_EQ(messages_of(with_body("[00:04,05,06,07,08,09]")), Words{});
  EXPECT_EQ(messages_of(with_body("[00:04,05,06,07,08,09,0A]")),
            (Words{"1:6 a raw report is [mm:kk,kk] in hex digits, with at most six keys"}));
}

TEST(Limits, PartsOfAnExpression) {
  const std::string message =
      "1:8 this expression is too long or nested too deep; at most 64 parts";
  const auto text = [](const std::string& expression) {
    return with_body("\"${" + expression + "}\"");
  };
  // 32 values and 31 operators are 63 instructions.
  EXPECT_EQ(messages_of(text("1" + repeated("+1", 31))), Words{});
  EXPECT_EQ(messages_of(text("1" + repeated("+1", 32))), (Words{"1:9" + message.substr(3)}));
  // Parentheses and operators that wait.
  EXPECT_EQ(messages_of(text(repeated("(", kMaxOperators) + "1" + repeated(")", kMaxOperators))),
            Words{});
  EXPECT_EQ(
      messages_of(text(repeated("(", kMaxOperators + 1) + "1" + repeated(")", kMaxOperators + 1)))
          .size(),
      1U);
  EXPECT_EQ(messages_of(text(repeated("-", kMaxOperators) + "(1)")).size(), 1U);
  // Values on the stack.
  EXPECT_EQ(messages_of(text(repeated("min(1,", 15) + "1" + repeated(")", 15))), Words{});
  EXPECT_EQ(messages_of(text(repeated("min(1,", 16) + "1" + repeated(")", 16))).size(), 1U);
  // Each argument of a call is an expression of its own.
  const std::string argument = "1" + repeated("+1", 31);
  EXPECT_EQ(messages_of("macro f(a, b) { }\nF1 { call f(" + argument + ", " + argument + ") }"),
            Words{});
}

TEST(Limits, Numbers) {
  const std::string message = " number out of range (-2147483648 to 2147483647)";
  EXPECT_EQ(messages_of(with_body("\"${2147483647}${-2147483648}\"")), Words{});
  EXPECT_EQ(messages_of(with_body("\"${2147483648}\"")), (Words{"1:9" + message}));
  EXPECT_EQ(messages_of(with_body("\"${-2147483649}\"")), (Words{"1:10" + message}));
  EXPECT_EQ(messages_of("var x = 2147483648"), (Words{"1:9" + message}));
  EXPECT_EQ(messages_of("var x = -2147483649"), (Words{"1:10" + message}));
}

TEST(Limits, Durations) {
  EXPECT_EQ(messages_of(with_body("wait 34560min wait release max 34560min")), Words{});
  EXPECT_EQ(messages_of(with_body("wait 34561min")), (Words{"1:11 a duration is at most 24 days"}));
  EXPECT_EQ(messages_of("set tap = 2073600001ms"), (Words{"1:11 a duration is at most 24 days"}));
}

TEST(Limits, Usages) {
  EXPECT_EQ(messages_of(with_body("0x04 0xE7 0x1001 0x13FF 0x2081 0x20B7")), Words{});
  for (const char* usage :
       {"0x00", "0x03", "0xE8", "0x1000", "0x1400", "0x2080", "0x20B8", "0x7FFFFFFF"}) {
    EXPECT_EQ(messages_of(with_body(usage)).size(), 1U) << usage;
    EXPECT_EQ(messages_of(with_body(std::string("key ") + usage)).size(), 1U) << usage;
    EXPECT_EQ(messages_of(std::string(usage) + " { }").size(), 1U) << usage;
  }
}

TEST(Limits, LoopsOfABody) {
  const std::string loops = repeated("repeat 1{}", kMaxLabels);
  EXPECT_EQ(messages_of(with_body(loops)), Words{});
  EXPECT_EQ(messages_of(with_body(loops + "repeat 1{ENTER}")),
            (Words{"1:" + std::to_string(6 + loops.size()) +
                   " more than 65535 blocks, labels, 'and' and 'or' in one body; split "
                   "it into macros"}));
}

TEST(Limits, CodeOfADefinition) {
  // A text's code is a little longer than the text. All pieces but the last fit, each in its line.
  const std::string piece = '"' + std::string(kMaxText, 'x') + "\"\n";
  const std::size_t pieces = kMaxCode / (kMaxText + 2);
  const Words all =
      Compilation::in_code(with_body('\n' + repeated(piece, pieces + 1) + "ENTR")).messages();
  ASSERT_EQ(all.size(), 2U);
  const std::string line = std::to_string(pieces + 2);
  EXPECT_TRUE(all[0].starts_with(line + ":")) << all[0];
  EXPECT_NE(all[0].find("a definition's code is at most 16777215 bytes"), std::string::npos);
  EXPECT_NE(all[1].find("unknown key 'ENTR'"), std::string::npos);
}

TEST(Limits, Errors) {
  // 100 of them are shown, and then that there are more.
  for (const std::size_t count : {99U, 100U, 101U, 150U, 5000U}) {
    std::string text = "F1 {\n" + repeated("ENTR\n", count) + "}";
    Compilation compiled(text);
    EXPECT_EQ(compiled.status(), Status::errors);
    const Words all = compiled.messages();
    ASSERT_EQ(all.size(), std::min<std::size_t>(count, 101));
    EXPECT_EQ(all[98], "100:1 unknown key 'ENTR'; did you mean 'ENTER'?");
    if (count <= 100) continue;
    EXPECT_EQ(all[100], "102:1 more than 100 errors; the rest is not shown");
  }
}

TEST(Limits, ErrorsAtTheEndOfTheFile) {
  std::string text = "F1 {\n" + repeated("call f\n", 300) + "}";
  const Words all = messages_of(text);
  EXPECT_EQ(all.size(), 101U);
}

}  // namespace
}  // namespace pianola::lang
