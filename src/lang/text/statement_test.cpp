#include "lang/code/statement.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "lang/code/roll_image.hpp"
#include "lang/compile/keywords.hpp"
#include "lang/text/decompiler.hpp"
#include "lang/text/formatter.hpp"
#include "lang/text/image_writer.hpp"
#include "lang/text/listing.hpp"
#include "ports/memory/compile.hpp"
#include "support/bytes_sink.hpp"

// Each row of the table of statements, through all that go by it.

namespace pianola::lang {
namespace {

/// Around the statements that need something around them: what stands before and after.
struct Frame {
  std::string before;
  std::string after;
};

Frame frame_of(StatementForm form) {
  switch (form) {
    case StatementForm::leave_loop:
    case StatementForm::next_round:
      return {"  loop {\n    ", "\n  }\n"};
    case StatementForm::send:
      return {"  defer {\n    ", "\n  }\n"};
    case StatementForm::pattern:
      return {"  match next {\n    ", "\n  }\n"};
    case StatementForm::match_else:
      return {"  match next {\n    x {\n    }\n    ", "\n  }\n"};
    case StatementForm::jump:
      return {"  label l0\n  ", "\n"};
    default:
      return {"  ", "\n"};
  }
}

/// What may stand behind the words of a statement of this form.
std::string example(const Statement& statement) {
  switch (statement.form) {
    case StatementForm::nothing:
    case StatementForm::leave_loop:
    case StatementForm::next_round:
    case StatementForm::send:
      return "";
    case StatementForm::taps:
      return " a";
    case StatementForm::chords:
    case StatementForm::chord:
      return " ctrl+c";
    case StatementForm::key:
      return " 0x04";
    case StatementForm::buttons:
      return " left";
    case StatementForm::report:
      return "[01:06,19]";
    case StatementForm::text:
      return "\"text\"";
    case StatementForm::text_value:
      return "\"${g + 1}\"";
    case StatementForm::pointer:
      return statement.opcode == Opcode::move ? " 1 (g + 1)" : " -1";
    case StatementForm::macro:
    case StatementForm::layer:
    case StatementForm::recording:
      return " name";
    case StatementForm::timed_recording:
      return " name timed";
    case StatementForm::call:
      return " with(1, \"text\")";
    case StatementForm::let:
      return " v0 = 1";
    case StatementForm::assignment:
      return "g = 1";
    case StatementForm::duration:
      return " 5ms";
    case StatementForm::duration_value:
      return " (g)";
    case StatementForm::until_release:
    case StatementForm::until_key:
      return " max 5s";
    case StatementForm::until_condition:
      return " g == 1 max 5s";
    case StatementForm::condition:
    case StatementForm::while_loop:
    case StatementForm::counted_loop:
      return " g {\n  }";
    case StatementForm::scope:
      return statement.opcode == Opcode::without_some ? " ctrl+lshift {\n  }" : " {\n  }";
    case StatementForm::endless_loop:
      return " {\n  }";
    case StatementForm::label:
    case StatementForm::jump:
      return " l0";
    case StatementForm::match:
      return " within 1s any order keep {\n    x {\n    }\n  }";
    case StatementForm::pattern:
      return "a shift+b {\n    }";
    case StatementForm::match_else:
      return " {\n    }";
  }
  return "?";
}

const std::string kAround =
    "var g\n"
    "macro name { tap a }\n"
    "macro with(p0, p1) { tap a }\n"
    "layer name {\n"
    "  x = y\n"
    "}\n";

/// A file with this body.
std::string file_with(const std::string& body) { return kAround + "F1 {\n" + body + "}\n"; }

std::string findings_of(const std::string& text, memory::Roll& roll) {
  memory::Findings findings;
  memory::Source source(text);
  return memory::compile(text, roll, findings) == Status::ok
             ? ""
             : findings.text("m.txt", source) + text;
}

std::string listing_of(Roll& roll) {
  memory::StringSink out;
  EXPECT_EQ(write_listing(roll, out), Status::ok);
  return out.text();
}

std::string source_of(Roll& roll) {
  memory::StringSink out;
  EXPECT_EQ(decompile(roll, out), Status::ok);
  return out.text();
}

std::string formatted(const std::string& text) {
  memory::Source source(text);
  memory::StringSink out;
  format(source, out);
  return out.text();
}

std::vector<std::uint8_t> code_of(Roll& roll) {
  test::BytesSink sink;
  EXPECT_EQ(write_image(roll, ImageContent::stripped, sink), Status::ok);
  return sink.bytes;
}

TEST(Statements, EachRowIsCompiledAndWrittenByItsWords) {
  for (const Statement& statement : kStatements) {
    if (statement.opcode == Opcode::store) continue;  // Needs a `let`: the next test.
    const Frame frame = frame_of(statement.form);
    const std::string spelled = std::string(statement.words()) + example(statement);
    const std::string text = file_with(frame.before + spelled + frame.after);
    SCOPED_TRACE(text);
    memory::Roll roll;
    ASSERT_EQ(findings_of(text, roll), "");
    const std::string mnemonic(mnemonic_of(statement.opcode));
    EXPECT_NE(listing_of(roll).find("  " + mnemonic), std::string::npos) << mnemonic;

    // What is written for an opcode starts with the words of its first row.
    const std::string again = source_of(roll);
    if (find_statement(statement.opcode) == &statement) {
      EXPECT_NE(again.find(spelled.substr(0, spelled.find('\n'))), std::string::npos) << again;
    }
    memory::Roll second;
    ASSERT_EQ(findings_of(again, second), "");
    EXPECT_EQ(code_of(roll), code_of(second));
    // The formatter has nothing to add to that, nor to what was compiled.
    EXPECT_EQ(formatted(again), again);
    EXPECT_EQ(formatted(text), text);
  }
}

TEST(Statements, ALocalIsSetAsAGlobalIs) {
  memory::Roll roll;
  ASSERT_EQ(findings_of(file_with("  let v0 = 1\n  v0 = 2\n"), roll), "");
  EXPECT_NE(listing_of(roll).find("  STORE "), std::string::npos);
  EXPECT_NE(source_of(roll).find("v0 = 2"), std::string::npos);
}

/// Words that are known by their place, and may be names.
const std::set<std::string_view> kNotReserved = {"capsword", "repeatkey"};

TEST(Statements, EveryKeywordThatStartsOneHasARow) {
  std::set<std::string_view> first;
  for (const Statement& statement : kStatements) {
    if (statement.words().empty()) continue;
    EXPECT_EQ(statement.words().starts_with(statement.keyword()), true);
    EXPECT_TRUE(statement.words().ends_with(statement.last_word())) << statement.words();
    const bool reserved = find_keyword(statement.keyword()) != Keyword::no_keyword;
    EXPECT_NE(reserved, kNotReserved.contains(statement.words())) << statement.words();
    if (reserved) first.insert(statement.keyword());
  }
  for (unsigned i = 0; i < static_cast<unsigned>(Keyword::no_keyword); ++i) {
    const std::string_view word = keyword_name(static_cast<Keyword>(i));
    memory::Roll roll;
    const std::string found = findings_of(file_with("  " + std::string(word) + "\n"), roll);
    const std::string quoted = ":8:3: error: '" + std::string(word) + "' ";
    const bool misplaced = found.find(quoted + "is a keyword") != std::string::npos ||
                           found.find(quoted + "cannot stand here") != std::string::npos;
    EXPECT_EQ(misplaced, !first.contains(word)) << found;
    EXPECT_EQ(begins_statement(word), first.contains(word)) << word;
  }
}

TEST(Statements, LongerOnesStandFirst) {
  // The compiler takes the first row whose words are there.
  for (std::size_t i = 0; i < std::size(kStatements); ++i) {
    for (std::size_t j = i + 1; j < std::size(kStatements); ++j) {
      if (kStatements[i].words().empty() || kStatements[i].words() == kStatements[j].words())
        continue;
      EXPECT_FALSE(kStatements[j].keyword() == kStatements[i].words()) << kStatements[j].words();
    }
  }
}

TEST(Statements, TheSecondWordOfMostMustStandInTheSameLine) {
  const auto spoilt = [](std::string_view words) {
    memory::Roll roll;
    std::string broken(words);
    broken.replace(broken.find(' '), 1, "\n    ");
    return !findings_of(file_with("  " + broken + "\n"), roll).empty();
  };
  EXPECT_TRUE(spoilt("stop all"));
  EXPECT_TRUE(spoilt("stop others"));
  EXPECT_TRUE(spoilt("record stop"));
  EXPECT_TRUE(spoilt("layer on name"));
  EXPECT_TRUE(spoilt("match next { x { a } }"));
  EXPECT_FALSE(spoilt("release all"));
  EXPECT_FALSE(spoilt("wait release"));
  EXPECT_FALSE(spoilt("wait key"));
  EXPECT_FALSE(spoilt("without mods { ENTER }"));
}

TEST(Statements, WhatTakesKeysAndWhatWantsAValue) {
  for (const std::string_view word : {"tap", "press", "release", "hold", "toggle", "oneshot"}) {
    EXPECT_TRUE(takes_keys(word)) << word;
    EXPECT_FALSE(wants_value(word)) << word;
  }
  for (const std::string_view word : {"call", "fork", "if", "while", "repeat", "until"}) {
    EXPECT_TRUE(wants_value(word)) << word;
    EXPECT_FALSE(takes_keys(word)) << word;
  }
  for (const std::string_view word : {"", "all", "wait", "key", "click", "mods", "layer", "let"}) {
    EXPECT_FALSE(takes_keys(word)) << word;
    EXPECT_FALSE(wants_value(word)) << word;
  }
}

}  // namespace
}  // namespace pianola::lang
