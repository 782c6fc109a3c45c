#include "lang/code/expression.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/status.hpp"
#include "lang/compile/keywords.hpp"
#include "lang/text/decompiler.hpp"
#include "lang/text/listing.hpp"
#include "ports/memory/compile.hpp"

// Each row of the tables of operators and queries, through all that go by them.

namespace pianola::lang {
namespace {

/// That `value` is compiled to code with `opcode`, and that code is written the same.
void expect_spelled(const std::string& value, Opcode opcode, bool until) {
  const std::string statement = until ? "wait until " + value : "while " + value + " {\n  }";
  const std::string text =
      "var g\nvar h\nmacro name { tap a }\nlayer name {\n  x = y\n}\nF1 {\n  " + statement +
      "\n}\n";
  SCOPED_TRACE(text);
  memory::Findings findings;
  memory::Source source(text);
  memory::Roll roll;
  ASSERT_EQ(memory::compile(text, roll, findings), Status::ok) << findings.text("m.txt", source);
  memory::StringSink listing;
  EXPECT_EQ(write_listing(roll, listing), Status::ok);
  const std::string mnemonic(mnemonic_of(opcode));
  EXPECT_NE(listing.text().find("  " + mnemonic), std::string::npos) << listing.text();
  memory::StringSink again;
  EXPECT_EQ(decompile(roll, again), Status::ok);
  EXPECT_NE(again.text().find(statement.substr(0, statement.find('\n'))), std::string::npos)
      << again.text();
}

TEST(Expressions, EachOperatorIsCompiledAndWrittenByItsWord) {
  for (const Operator& row : kOperators) {
    const std::string word(row.word);
    const bool until = row.opcode == Opcode::elapsed_reached || row.opcode == Opcode::time_reached;
    switch (row.form) {
      case OperatorForm::infix:
        expect_spelled("g " + word + " h", row.opcode, false);
        break;
      case OperatorForm::prefix:
        expect_spelled(word + (word == "-" ? "g" : " g"), row.opcode, until);
        break;
      case OperatorForm::call:
        expect_spelled(word + (row.opcode == Opcode::random ? "(g)" : "(g, h)"), row.opcode, false);
        break;
    }
    EXPECT_EQ(find_operator(row.opcode), &row) << word;
    EXPECT_EQ(find_operator(row.word, row.form), &row) << word;
  }
}

TEST(Expressions, EachQueryIsCompiledAndWrittenByItsWord) {
  for (const QueryInfo& row : kQueries) {
    const std::string word(row.word);
    const bool reserved = find_keyword(word) != Keyword::no_keyword;
    EXPECT_NE(reserved, word.starts_with("last")) << word << ", which is known by its place";
    const bool key = row.opcode == Opcode::held_key || row.opcode == Opcode::last_key;
    const std::string operand = key                               ? "(a)"
                                : row.opcode == Opcode::mods_held ? "(ctrl+lshift)"
                                : row.opcode == Opcode::led       ? "(caps)"
                                : row.opcode == Opcode::query     ? ""
                                                                  : "(name)";
    expect_spelled(word + operand, row.opcode, false);
    EXPECT_EQ(find_query(word, row.opcode != Opcode::query), &row) << word;
  }
}

TEST(Expressions, SignsTellHowTightlyTheyBind) {
  for (const Operator& row : kOperators) {
    if (row.form != OperatorForm::infix) continue;
    EXPECT_EQ(infix_precedence(static_cast<char32_t>(row.word[0])), row.precedence) << row.word;
  }
  for (const char32_t sign : {U'&', U'|', U'(', U'^', U'\0', char32_t{0x12B}}) {
    EXPECT_EQ(infix_precedence(sign), Precedence::none);
  }
}

TEST(Expressions, TightOperatorsNeedNoParentheses) {
  // Each operator of the left list binds less than each of the right one.
  for (const Operator& loose : kOperators) {
    for (const Operator& tight : kOperators) {
      if (loose.form != OperatorForm::infix || tight.form != OperatorForm::infix) continue;
      const std::string inner = "h " + std::string(tight.word) + " 2";
      const bool binds = loose.precedence < tight.precedence;
      expect_spelled("g " + std::string(loose.word) + (binds ? " " + inner : " (" + inner + ")"),
                     tight.opcode, false);
    }
  }
}

}  // namespace
}  // namespace pianola::lang
