// The slices of the source that belong to the definitions: one after the other they are the file.

#include <gtest/gtest.h>

#include <numeric>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "support/compilation.hpp"

namespace pianola::lang {
namespace {

using test::Compilation;
using Words = std::vector<std::string>;

/// The slices of a good file, which all pieces of it give alike.
Words slices(const std::string& text) {
  Compilation whole(text);
  EXPECT_EQ(whole.status(), Status::ok) << whole.text();
  const Words all = whole.slices();
  EXPECT_EQ(std::accumulate(all.begin(), all.end(), std::string()), text);
  for (const std::size_t piece : {1, 2, 3, 7, 64}) {
    Compilation other(text, piece);
    EXPECT_EQ(other.slices(), all) << "pieces of " << piece;
    EXPECT_EQ(other.roll().definitions(), whole.roll().definitions()) << "pieces of " << piece;
  }
  return all;
}

TEST(Slices, OfNothing) {
  EXPECT_EQ(slices(""), Words{});
  EXPECT_EQ(slices("\n"), Words{"\n"});
  EXPECT_EQ(slices("\xEF\xBB\xBF"), Words{"\xEF\xBB\xBF"});
  EXPECT_EQ(slices("# only\n# comments"), Words{"# only\n# comments"});
}

TEST(Slices, EndWithTheLineOfTheLastToken) {
  EXPECT_EQ(slices("F1 { }\nF2 { }\n"), (Words{"F1 { }\n", "F2 { }\n"}));
  EXPECT_EQ(slices("F1 { }"), (Words{"F1 { }"}));
  EXPECT_EQ(slices("F1 { }   # one\n\n# two\nF2 { }  \t\nset tap = 5ms"),
            (Words{"F1 { }   # one\n", "\n# two\nF2 { }  \t\n", "set tap = 5ms"}));
  EXPECT_EQ(slices("F1\n{\n}\n\nvar x\nvar y = 3 # z\n"),
            (Words{"F1\n{\n}\n", "\nvar x\n", "var y = 3 # z\n"}));
}

TEST(Slices, WhatStandsAfterTheLastHasNoCode) {
  Compilation compiled("F1 { }\n\n# the end\n");
  EXPECT_EQ(compiled.slices(), (Words{"F1 { }\n", "\n# the end\n"}));
  EXPECT_FALSE(compiled.roll().definitions()[0].code.empty());
  EXPECT_TRUE(compiled.roll().definitions()[1].code.empty());
  EXPECT_EQ(slices("F1 { }\n "), (Words{"F1 { }\n", " "}));
}

TEST(Slices, SeveralOnALine) {
  EXPECT_EQ(slices("a = b c = d\nF1 { } F2 { } # x\nvar y"),
            (Words{"a = b ", "c = d\n", "F1 { } ", "F2 { } # x\n", "var y"}));
  EXPECT_EQ(slices("F1{}F2{}"), (Words{"F1{}", "F2{}"}));
  EXPECT_EQ(slices("F1 {\n} F2 {\n} # x\n"), (Words{"F1 {\n} ", "F2 {\n} # x\n"}));
  EXPECT_EQ(slices("a = b; c = d;\nvar x; # y\nvar z"),
            (Words{"a = b; ", "c = d;\n", "var x; # y\n", "var z"}));
}

TEST(Slices, LineEndsOfEveryKind) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    EXPECT_EQ(slices("F1 { }" + end + "# x" + end + "F2 { }" + end + end),
              (Words{"F1 { }" + end, "# x" + end + "F2 { }" + end, end}));
  }
}

TEST(Slices, AByteOrderMarkBelongsToTheFirst) {
  EXPECT_EQ(slices("\xEF\xBB\xBF"
                   "F1 { }\r\nF2 { }"),
            (Words{"\xEF\xBB\xBF"
                   "F1 { }\r\n",
                   "F2 { }"}));
}

TEST(Slices, OfLayersMacrosAndOldForms) {
  EXPECT_EQ(slices("layer nav {\n  a = b\n  c { \"d\" }\n} # x\nmacro f(a) {\n}\n"
                   "private F1 { }\n[private] F2 { }\ndefine F3\ntype \"x\"\nend # y\nF4 { }"),
            (Words{"layer nav {\n  a = b\n  c { \"d\" }\n} # x\n", "macro f(a) {\n}\n",
                   "private F1 { }\n", "[private] F2 { }\n", "define F3\ntype \"x\"\nend # y\n",
                   "F4 { }"}));
}

TEST(Slices, ATextOfManyLinesIsPassedWhole) {
  EXPECT_EQ(slices("F1 { \"\"\"\n  }\n  # no comment\n\"\"\" }\nF2 { \"}#\" }\n"),
            (Words{"F1 { \"\"\"\n  }\n  # no comment\n\"\"\" }\n", "F2 { \"}#\" }\n"}));
}

TEST(Slices, LongOnes) {
  std::string comment;
  for (int i = 0; i < 300; ++i) comment += "# a comment line that is long\n";
  EXPECT_EQ(slices(comment + "F1 { } " + "#" + std::string(500, 'x') + "\n" + comment),
            (Words{comment + "F1 { } " + "#" + std::string(500, 'x') + "\n", comment}));
}

TEST(Slices, AFileWithErrorsGivesNone) {
  EXPECT_EQ(Compilation("F1 { }\nF2 { ENTR }\nF3 { }").slices(), Words{});
  EXPECT_EQ(Compilation("F1 { }\nF1 { }").slices(), Words{});
}

}  // namespace
}  // namespace pianola::lang
