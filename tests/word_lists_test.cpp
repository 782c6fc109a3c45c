// Words of the language stand in one list each (src/lang/code): no second one may come up
// elsewhere.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lang/code/expression.hpp"
#include "lang/code/statement.hpp"
#include "lang/code/words.hpp"
#include "lang/compile/diagnostic.hpp"
#include "ports/memory/compile.hpp"
#include "support/markdown.hpp"
#include "support/source_dir.hpp"

namespace pianola {
namespace {

struct WordList {
  std::string name;
  std::string home;  ///< The one file that may hold it.
  std::set<std::string> words;
};

template <typename Rows>
WordList words_of(std::string name, std::string home, const Rows& rows) {
  WordList list{std::move(name), std::move(home), {}};
  for (const auto& row : rows) {
    if constexpr (requires { row.words(); }) {
      if (!row.words().empty()) list.words.emplace(row.words());
    } else if constexpr (requires { row.words; }) {
      if (!row.words.empty()) list.words.emplace(row.words);
    } else if constexpr (requires { row.word; }) {
      list.words.emplace(row.word);
    } else {
      list.words.emplace(row);
    }
  }
  return list;
}

std::vector<WordList> all_lists() {
  const std::string code = "src/lang/code/";
  return {words_of("statements", code + "statement.hpp", lang::kStatements),
          words_of("operators", code + "expression.hpp", lang::kOperators),
          words_of("queries", code + "expression.hpp", lang::kQueries),
          words_of("again", code + "words.hpp", lang::kAgainWords),
          words_of("LEDs", code + "words.hpp", lang::kLedWords),
          words_of("buttons", code + "words.hpp", lang::kButtonWords),
          words_of("events", code + "words.hpp", lang::kEventWords)};
}

/// How many of the words stand in the text as literals, with or without space around them, or in a
/// literal with a zero behind each word.
std::size_t literals(const std::string& text, const WordList& list) {
  return static_cast<std::size_t>(
      std::count_if(list.words.begin(), list.words.end(), [&](const std::string& word) {
        return text.find('"' + word + '"') != std::string::npos ||
               text.find('"' + word + " \"") != std::string::npos ||
               text.find("\" " + word + " \"") != std::string::npos ||
               text.find('"' + word + '(') != std::string::npos ||
               text.find('"' + word + "\\0") != std::string::npos ||
               text.find("\\0" + word + "\\0") != std::string::npos;
      }));
}

TEST(WordLists, EachStandsInOneFile) {
  const std::filesystem::path& root = test::source_dir();
  for (const auto& entry : std::filesystem::recursive_directory_iterator(root / "src")) {
    const std::string path = entry.path().lexically_relative(root).generic_string();
    const bool source = path.ends_with(".cpp") || path.ends_with(".hpp");
    if (!source || path.ends_with("_test.cpp")) continue;
    const std::string text = test::read_file(entry.path().string());
    for (const WordList& list : all_lists()) {
      const std::size_t found = literals(text, list);
      if (path == list.home) {
        EXPECT_EQ(found, list.words.size()) << list.name << " in " << path;
      } else {
        // A word alone may mean something else.
        EXPECT_LT(2 * found, list.words.size()) << list.name << " in " << path;
      }
    }
  }
}

/// The errors of a file.
std::string errors_of(std::string_view text) {
  memory::Roll roll;
  memory::Findings findings;
  memory::Source source(text);
  EXPECT_EQ(memory::compile(text, roll, findings), Status::errors);
  return findings.text("", source);
}

TEST(WordLists, MessagesNameAll) {
  const auto expect_named = [](const std::string& message, const auto& words) {
    for (const std::string_view word : words) {
      EXPECT_NE(message.find(word), std::string::npos) << word << " in " << message;
    }
  };
  expect_named(errors_of("F1 (x: y) { ENTER }\n"), lang::kOptionWords);
  expect_named(errors_of("F1 (again: y) { ENTER }\n"), lang::kAgainWords);
  expect_named(errors_of("F1 { if led(x) { ENTER } }\n"), lang::kLedWords);
  expect_named(errors_of("F1 { click x }\n"), lang::kButtonWords);
  expect_named(errors_of("on x { ENTER }\n"), lang::kEventWords);
}

}  // namespace
}  // namespace pianola
