// Which texts stand in the source alone, and what the code has for them.

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "support/assembler.hpp"
#include "support/compilation.hpp"
#include "support/texts.hpp"

namespace pianola::lang {
namespace {

using test::Assembler;
using test::Code;
using test::Compilation;
using test::repeated;

/// The code of definition `number` from 0, which binds F1.
Code code_of_body(const std::string& text, std::size_t number = 0) {
  Compilation compiled(text);
  EXPECT_EQ(compiled.findings().errors(), 0U) << compiled.text();
  const Code& code = compiled.roll().definitions().at(number).code;
  // BIND F1, and END with its two numbers.
  return {code.begin() + 3, code.end() - 3};
}

/// What the texts of the definitions say, in which all else is `<NN>`.
std::vector<std::string> said(const std::string& text) {
  Compilation compiled(text);
  EXPECT_EQ(compiled.findings().errors(), 0U) << compiled.text();
  return test::said_by(compiled.roll());
}

/// Bytes of code of all definitions.
std::size_t code_size(const std::string& text) {
  Compilation compiled(text);
  EXPECT_EQ(compiled.findings().errors(), 0U) << compiled.text();
  std::size_t size = 0;
  for (const auto& definition : compiled.roll().definitions()) size += definition.code.size();
  return size;
}

TEST(CompilerTexts, FromEightBytesOnTheyStandInTheSourceAlone) {
  EXPECT_EQ(code_of_body(R"(F1 { "1234567" })"), test::text("1234567").code);
  EXPECT_EQ(code_of_body(R"(F1 { "12345678" })"),
            Assembler{}.op(Opcode::text).in_source(6, 8).code);
  EXPECT_EQ(code_of_body("F1 { \"Übergröße\" }"),
            Assembler{}.op(Opcode::text).in_source(6, 12).code);
}

TEST(CompilerTexts, AWriterWithoutSourceGetsThemInTheCode) {
  EXPECT_EQ(test::code_of(R"(F1 { "12345678" })"),
            (Assembler{}.op(Opcode::bind).trigger(0x3A).op(Opcode::text).counted("12345678"))
                .op(Opcode::end)
                .number(0)
                .number(0)
                .code);
}

TEST(CompilerTexts, AreCutAfter127BytesAndAtWholeCharacters) {
  EXPECT_EQ(code_of_body("F1 { \"" + std::string(300, 'x') + "\" }"), Assembler{}
                                                                          .op(Opcode::text)
                                                                          .in_source(6, 127)
                                                                          .op(Opcode::text)
                                                                          .in_source(133, 127)
                                                                          .op(Opcode::text)
                                                                          .in_source(260, 46)
                                                                          .code);
  EXPECT_EQ(
      code_of_body("F1 { \"" + std::string(126, 'x') + "é and more\" }"),
      Assembler{}.op(Opcode::text).in_source(6, 126).op(Opcode::text).in_source(132, 11).code);
}

// What stands otherwise in the source is in the code, and what is around it in the source.
TEST(CompilerTexts, EscapesAreInTheCode) {
  EXPECT_EQ(code_of_body(R"(F1 { "before it\tand after it" })"), Assembler{}
                                                                     .op(Opcode::text)
                                                                     .in_source(6, 9)
                                                                     .op(Opcode::text)
                                                                     .counted("\t")
                                                                     .op(Opcode::text)
                                                                     .in_source(17, 12)
                                                                     .code);
  EXPECT_EQ(code_of_body(R"(F1 { "one\ttwo\nthree\\four" })"),
            test::text("one\ttwo\nthree\\four").code);
}

TEST(CompilerTexts, SayTheSameHoweverTheyAreWritten) {
  const auto is = [](const std::string& body, std::string_view typed) {
    std::string all = said("F1 { " + body + " }").at(0);
    const std::size_t first = all.find('>', all.find('>') + 1) + 1;
    EXPECT_EQ(all.substr(first, all.rfind('<') - first), typed) << body;
  };
  is(R"("a \"quoted\" word, $5, \\ and \u{BD}")", "a \"quoted\" word, $5, \\ and ½");
  is(R"("100 % of a long text with [brackets]")", "100 % of a long text with [brackets]");
  is(R"("\u{65}\u{65}\u{65}\u{65}\u{65}\u{65}\u{65}\u{65}")", "eeeeeeee");
  is("\"naïve\tcafé – 日本語 𝄞 fine\"", "naïve\tcafé – 日本語 𝄞 fine");
  is(R"("""one "quoted" line""")", "one \"quoted\" line");
  is(R"("before the \${brace}")", "before the ${brace}");
  is("\"\"\"\n    if (ready) {\n      say(\"go\");\n    }\n    \"\"\"",
     "if (ready) {\n  say(\"go\");\n}\n");
  is("\"\"\"\nnothing is taken off\nhere and there\n\"\"\"",
     "nothing is taken off\nhere and there\n");
  for (const char* end : {"\r\n", "\r"}) {
    is(std::string("\"\"\"") + end + "  the first line" + end + "  the second line" + end +
           "  \"\"\"",
       "the first line\nthe second line\n");
    is(std::string("\"\"\"") + end + "no blanks at all" + end + "here either" + end + "\"\"\"",
       "no blanks at all\nhere either\n");
  }
}

TEST(CompilerTexts, LinesOfATextStandInTheSourceWithTheirEnd) {
  const std::string lines = "F1 { \"\"\"\n  the first line\n  the second line\n  \"\"\" }";
  EXPECT_EQ(code_of_body(lines),
            Assembler{}.op(Opcode::text).in_source(11, 15).op(Opcode::text).in_source(28, 16).code);
}

TEST(CompilerTexts, AreArgumentsAndHaveNames) {
  Compilation compiled(
      "text sign = \"Yours faithfully, ${x}\"\nvar x\n"
      "macro f(t) { \"${t}\" }\nF1 { call f(\"a long argument\\n\") }\n");
  const Code& sign = compiled.roll().definitions().at(0).code;
  EXPECT_EQ(sign, Assembler{}
                      .op(Opcode::named_text)
                      .counted("sign")
                      .op(Opcode::more_text)
                      .in_source(13, 18)
                      .op(Opcode::text_of)
                      .counted("x")
                      .code);
  const Code& call = compiled.roll().definitions().at(3).code;
  const Code expected = Assembler{}
                            .op(Opcode::push_text)
                            .in_source(13, 15)
                            .op(Opcode::more_text)
                            .counted("\n")
                            .op(Opcode::call)
                            .counted("f")
                            .number(1)
                            .code;
  EXPECT_EQ(Code(call.begin() + 3, call.end() - 3), expected);
}

// ---- Where they stand ---------------------------------------------------------------------------

// From the slice on that begins where the definition before ended.
TEST(CompilerTexts, StandWhereTheirOwnSliceHasThem) {
  const std::string own = "F1 { \"the same text\" }\n";
  const Code code = code_of_body(own);
  EXPECT_EQ(code_of_body("macro m {}\n" + own, 1), code);
  EXPECT_EQ(code_of_body("macro m { \"another long text\" }\n" + own + "macro n {}\n", 1), code);
  EXPECT_EQ(code_of_body("# a note\n" + own), Assembler{}.op(Opcode::text).in_source(15, 13).code);
}

TEST(CompilerTexts, AreFarFromTheSlicesStart) {
  const std::string note = '#' + std::string(20'000, ' ') + '\n';
  EXPECT_EQ(code_of_body(note + "F1 { \"far away\" }"),
            Assembler{}.op(Opcode::text).in_source(20'008, 8).code);
}

// Of a byte order mark, too, the slice has the bytes.
TEST(CompilerTexts, StandBehindAByteOrderMark) {
  EXPECT_EQ(code_of_body("\xEF\xBB\xBF"
                         "F1 { \"12345678\" }"),
            Assembler{}.op(Opcode::text).in_source(9, 8).code);
}

// 1,000 characters are eight operands of four bytes at most.
TEST(CompilerTexts, TakeFourBytesForEach127) {
  EXPECT_LE(code_size("F1 { \"" + std::string(1000, 'x') + "\" }") - code_size("F1 { }"), 8U * 4);
}

TEST(CompilerTexts, AreReadInPiecesOfAnySize) {
  const std::string text =
      "macro m { \"some text with \\t a tab, é and \\u{e9}, and so on\" }\n"
      "F1 { \"\"\"\n  " +
      repeated("the lines of it \xE2\x80\x93 \n  ", 30) + "\"\"\" }\n";
  Compilation whole(text);
  for (const std::size_t piece : {1U, 2U, 3U, 7U, 63U, 64U, 65U}) {
    Compilation pieces(text, piece);
    ASSERT_EQ(pieces.roll().definitions(), whole.roll().definitions()) << piece;
  }
}

}  // namespace
}  // namespace pianola::lang
