// Compares the tables of docs/language.md with the code that they describe.

#include <fmt/core.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/core.hpp"
#include "engine/errors.hpp"
#include "engine/storage.hpp"
#include "hid/key_names.hpp"
#include "hid/layout.hpp"
#include "lang/code/settings.hpp"
#include "lang/compile/compiler.hpp"
#include "lang/compile/keywords.hpp"
#include "ports/memory/compile.hpp"
#include "support/compilation.hpp"
#include "support/markdown.hpp"
#include "support/source_dir.hpp"

namespace pianola {
namespace {

using lang::Message;
using Rows = std::vector<std::vector<std::string>>;

std::string guide() { return test::read_file(test::source_dir() / "docs/language.md"); }

std::string joined(const std::vector<std::string>& lines) {
  std::string all;
  for (const std::string& line : lines) all += line + "\n";
  return all;
}

std::string message_of(const lang::Diagnostic& diagnostic) {
  memory::StringSink out;
  lang::write_message(diagnostic, out);
  return out.text();
}

std::string message_of(Message message, std::uint32_t n) {
  lang::Diagnostic diagnostic;
  diagnostic.message = message;
  diagnostic.n = n;
  return message_of(diagnostic);
}

/// The messages that compiling `text` gives, in order of place.
std::vector<std::string> messages_of(std::string_view text) {
  memory::Roll roll;
  memory::Findings findings;
  memory::compile(text, roll, findings, test::kFragment);
  std::vector<std::string> messages;
  for (const auto& finding : findings.all()) messages.push_back(message_of(finding.view()));
  return messages;
}

/// `number` with a comma before each three digits.
std::string grouped(std::size_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

/// `text` `count` times.
std::string times(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

/// `a0, a1, …`
std::string list(std::size_t count, std::string_view stem = "a") {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) {
    all += fmt::format("{}{}{}", i > 0 ? ", " : "", stem, i);
  }
  return all;
}

std::string body(const std::string& statements) { return fmt::format("F1 {{ {} }}\n", statements); }

// ---- Keywords and settings ----------------------------------------------------------------------

TEST(LanguageGuide, ListsEveryKeyword) {
  std::set<std::string> expected;
#define PIANOLA_X(word) expected.insert(#word);
  PIANOLA_KEYWORDS(PIANOLA_X)
#undef PIANOLA_X
  std::set<std::string> listed;
  for (const auto& row : test::table_of(guide(), "Keywords")) {
    for (const std::string& word : test::code_in(row[0])) {
      EXPECT_TRUE(listed.insert(word).second) << word << " is listed twice";
    }
  }
  EXPECT_EQ(listed, expected);
}

TEST(LanguageGuide, SaysWhichWordsAreNotReserved) {
  for (const std::string& line : test::section_of(guide(), "Keywords")) {
    if (line.starts_with('|')) continue;
    for (const std::string& word : test::code_in(line)) {
      const bool reserved = lang::find_keyword(word) != lang::Keyword::no_keyword;
      const bool shown_as_key = word == "STOP" || word == "END";
      EXPECT_TRUE(shown_as_key || !reserved) << word;
    }
  }
}

/// A duration as the guide writes a setting's default.
std::string duration_text(std::uint32_t ms) {
  if (ms == 0) return "0";
  return ms % 60'000 == 0 ? fmt::format("{}min", ms / 60'000) : fmt::format("{}ms", ms);
}

/// What the guide lists as values of a setting, the default first.
std::vector<std::string> values_of(const lang::SettingInfo& setting) {
  std::vector<std::string> values;
  for (const std::string_view choice : setting.choices) {
    if (!choice.empty()) values.emplace_back(choice);
  }
  const bool none = values.empty();
  switch (setting.type) {
    case lang::SettingType::layout:
      return {std::string(hid::default_layout().name())};
    case lang::SettingType::duration:
      if (none || setting.initial != 0)
        values.insert(values.begin(), duration_text(setting.initial));
      return values;
    case lang::SettingType::key:
      if (none) values.emplace_back(hid::canonical_name(static_cast<hid::Usage>(setting.initial)));
      return values;
    case lang::SettingType::lints:
      return {"\"\""};
    case lang::SettingType::choice:
    case lang::SettingType::typing:
    case lang::SettingType::keys:
      break;
  }
  return values;
}

TEST(LanguageGuide, ListsEverySetting) {
  const Rows rows = test::table_of(guide(), "Settings");
  ASSERT_EQ(rows.size(), lang::kSettings.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const lang::SettingInfo& setting = lang::kSettings[i];
    SCOPED_TRACE(setting.name);
    EXPECT_EQ(rows[i][0], fmt::format("`{}`", setting.name));
    EXPECT_EQ(test::code_in(rows[i][1]), values_of(setting));
    const bool timed =
        setting.type == lang::SettingType::duration || setting.type == lang::SettingType::typing;
    EXPECT_EQ(rows[i][1].ends_with("a duration"), timed);
  }
}

TEST(LanguageGuide, ListsEveryKindOfWarning) {
  std::vector<std::string> listed;
  for (const auto& row : test::table_of(guide(), "Warnings")) {
    listed.push_back(test::code_in(row[0]).at(0));
  }
  std::vector<std::string> words;
  for (const std::string_view word : lang::kLintWords) words.emplace_back(word);
  EXPECT_EQ(listed, words);
}

TEST(LanguageGuide, ListsEveryModifier) {
  for (const auto& row : test::table_of(guide(), "Keys")) {
    if (row.size() != 3) continue;  // of the table of forms
    for (const std::string& name : test::code_in(row[0])) {
      EXPECT_EQ(messages_of(body(name + "+c")), std::vector<std::string>{}) << name;
    }
  }
}

TEST(Readme, CountsTheLayouts) {
  const std::string readme = test::read_file(test::source_dir() / "README.md");
  const std::string count = fmt::format("any of {} keyboard layouts", hid::layouts().size());
  EXPECT_NE(readme.find(count), std::string::npos) << count;
}

// ---- Errors ----------------------------------------------------------------------------------

TEST(LanguageGuide, ListsEveryErrorOfRunningMacros) {
  std::set<std::string> expected;
  for (int code = 0; code <= static_cast<int>(engine::ErrorCode::gone); ++code) {
    expected.emplace(engine::error_text(static_cast<engine::ErrorCode>(code)));
  }
  ASSERT_FALSE(expected.contains("unknown error"));
  const std::string section = joined(test::section_of(guide(), "Errors while a macro runs"));
  for (const std::string& text : expected) {
    EXPECT_NE(section.find(fmt::format("`{}`", text)), std::string::npos) << text;
  }
}

// ---- Limits ----------------------------------------------------------------------------------

/// One limit of the compiler: the row that says it, and programs at the limit and beyond it.
struct Limit {
  std::string what;
  std::string most;
  Message message;
  std::uint32_t n;  ///< In the message.
  std::function<std::string(bool)>
      program;  ///< Beyond the limit, or at it; none if it is too long.
};

/// `form` with the numbers from 1 to `count`.
std::string numbered(std::size_t count, const char* form) {
  std::string out;
  for (std::size_t i = 1; i <= count; ++i) out += fmt::format(fmt::runtime(form), i);
  return out;
}

std::vector<Limit> limits() {
  using namespace lang;
  const auto in_parentheses = [](std::size_t depth) {
    return body(fmt::format("wait {}1{}", times(depth + 1, "("), times(depth + 1, ")")));
  };
  return {
      {"characters of a name", std::to_string(kMaxName), Message::name_too_long, kMaxName,
       [](bool over) { return fmt::format("var {}\n", times(kMaxName + over, "x")); }},
      {"variables of a file", std::to_string(kMaxGlobals), Message::too_many_variables, kMaxGlobals,
       [](bool over) { return numbered(kMaxGlobals + over, "var v{}\n"); }},
      {"texts with names in each other", std::to_string(kMaxTextDepth), Message::texts_too_deep,
       kMaxTextDepth,
       [](bool over) {
         std::string texts = "text t0 = \"\"\n";
         for (std::size_t i = 1; i <= kMaxTextDepth + over; ++i) {
           texts += fmt::format("text t{} = \"${{t{}}}\"\n", i, i - 1);
         }
         return texts;
       }},
      {"layers of a file", std::to_string(kMaxLayers), Message::too_many_layers, kMaxLayers,
       [](bool over) { return numbered(kMaxLayers + over, "layer l{} {{ }}\n"); }},
      {"parameters of a macro", std::to_string(kMaxParameters), Message::too_many_parameters,
       kMaxParameters,
       [](bool over) { return fmt::format("macro m({}) {{ }}\n", list(kMaxParameters + over)); }},
      {"values of a call", std::to_string(kMaxParameters), Message::too_many_arguments,
       kMaxParameters,
       [](bool over) {
         return fmt::format("macro m({}) {{ }}\nF1 {{ call m({}) }}\n", list(kMaxParameters),
                            list(kMaxParameters + over, ""));
       }},
      {"locals and loops of a body", std::to_string(kMaxSlots), Message::too_many_locals, kMaxSlots,
       [](bool over) { return body(numbered(kMaxSlots + over, "let v{} = 1 ")); }},
      {"blocks inside each other", std::to_string(kMaxBlocks), Message::too_many_blocks, kMaxBlocks,
       [](bool over) {
         const std::size_t count = kMaxBlocks - 1 + over;
         return body(times(count, "repeat 1 { ") + times(count, "} "));
       }},
      {"blocks in one body", grouped(kMaxLabels), Message::too_many_jumps, kMaxLabels,
       [](bool over) { return body(times(kMaxLabels + over, "repeat 1 { } ")); }},
      {"`without mods`, `defer`, `match` nested", std::to_string(kMaxScopes),
       Message::too_many_scopes, kMaxScopes,
       [](bool over) {
         const std::size_t count = kMaxScopes + over;
         return body(times(count, "defer { ") + times(count, "} "));
       }},
      {"labels of a body", std::to_string(kMaxNamedLabels), Message::too_many_labels,
       kMaxNamedLabels,
       [](bool over) { return body(numbered(kMaxNamedLabels + over, "label l{} ")); }},
      {"keys of a pattern", std::to_string(kMaxPattern), Message::pattern_too_long, kMaxPattern,
       [](bool over) {
         return body(fmt::format("match next {{ {} {{ }} }}", times(kMaxPattern + over, "a ")));
       }},
      {"keys together", std::to_string(kMaxTogether), Message::too_many_keys, kMaxTogether,
       [](bool over) { return over ? "a & b & c & d & e & f { }\n" : "a & b & c & d & e { }\n"; }},
      {"keys after the leader", std::to_string(kMaxSequence), Message::too_many_keys, kMaxSequence,
       [](bool over) {
         return fmt::format("leader {} {{ }}\n", times(kMaxSequence + over, "a "));
       }},
      {"bytes of an abbreviation", std::to_string(kMaxAbbreviation), Message::abbreviation_size,
       kMaxAbbreviation,
       [](bool over) {
         return fmt::format("\"{}\" {{ }}\n", times(kMaxAbbreviation + over, "x"));
       }},
      {"values and operators of an expression", std::to_string(kMaxExpression),
       Message::expression_too_long, kMaxExpression,
       [](bool over) {
         return fmt::format("var x\nF1 {{ wait ({}x{}) }}\n", over ? "--" : "-",
                            times((kMaxExpression - 2) / 2, " + x"));
       }},
      {"operators and parentheses open at a time", std::to_string(kMaxOperators),
       Message::expression_too_long, kMaxExpression,
       [=](bool over) { return in_parentheses(kMaxOperators - 1 + over); }},
      {"values waiting for their operator", std::to_string(kMaxStack), Message::expression_too_long,
       kMaxExpression,
       [](bool over) {
         constexpr std::size_t kPairs = kMaxStack / 2 - 1;
         return body(fmt::format("wait ({}{}{})", times(kPairs, "1 + 1 * ("),
                                 over ? "1 + 1 * 1" : "1 + 1", times(kPairs, ")")));
       }},
      {"keys of a raw report", std::to_string(kMaxRawKeys), Message::raw_report, 0,
       [](bool over) {
         return body(fmt::format("[00:04{}]", times(kMaxRawKeys - 1 + over, ",05")));
       }},
      {"a duration", fmt::format("{} days", kMaxDuration / 86'400'000), Message::duration_too_long,
       0, [](bool over) { return body(fmt::format("wait {}ms", kMaxDuration + over)); }},
      {"numbers", "32 bits", Message::number_too_large, 0,
       [](bool over) { return over ? "var x = 2147483648\n" : "var x = 2147483647\n"; }},
      {"bytes of one definition's code",
       grouped(kMaxCode),
       Message::definition_too_long,
       kMaxCode,
       {}},
      {"bytes of the file", grouped(kMaxSource), Message::too_long, kMaxSource, {}},
      {"errors shown", std::to_string(kMaxErrors), Message::too_many_errors, kMaxErrors,
       [](bool over) { return over ? body(times(kMaxErrors + 1, "a\n")) : body(""); }},
  };
}

/// Whether the table's cell is this message; it may end in `…`.
bool says(std::string_view cell, const std::string& message) {
  const std::size_t cut = cell.find("…");
  if (cut == std::string_view::npos) return cell == fmt::format("`{}`", message);
  return cell.ends_with("…`") && fmt::format("`{}", message).starts_with(cell.substr(0, cut));
}

/// The rows of the first table of limits (0) or of the second.
Rows limit_rows(std::size_t first_or_second) {
  Rows compile_time;
  Rows run_time;
  const Rows all = test::table_of(guide(), "Limits");
  const std::size_t count = limits().size();
  for (std::size_t i = 0; i < all.size(); ++i)
    (i < count ? compile_time : run_time).push_back(all[i]);
  return first_or_second == 0 ? compile_time : run_time;
}

TEST(LanguageGuide, ListsTheLimitsOfTheCompiler) {
  const std::vector<Limit> expected = limits();
  const Rows rows = limit_rows(0);
  ASSERT_EQ(rows.size(), expected.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i][0], expected[i].what);
    EXPECT_EQ(rows[i][1], expected[i].most) << expected[i].what;
    EXPECT_TRUE(says(rows[i][2], message_of(expected[i].message, expected[i].n))) << rows[i][2];
  }
}

TEST(LanguageGuide, LimitsAreWhereItSays) {
  for (const Limit& limit : limits()) {
    if (!limit.program) continue;
    SCOPED_TRACE(limit.what);
    EXPECT_EQ(messages_of(limit.program(false)), std::vector<std::string>{});
    const std::vector<std::string> messages = messages_of(limit.program(true));
    const std::string expected = message_of(limit.message, limit.n);
    EXPECT_NE(std::find(messages.begin(), messages.end(), expected), messages.end()) << expected;
  }
}

TEST(LanguageGuide, ListsTheLimitsOfTheEngine) {
  constexpr engine::Capacities kSizes;
  const auto text = [](engine::ErrorCode code) {
    return fmt::format("`{}`", engine::error_text(code));
  };
  const Rows expected = {
      {"calls inside each other, the binding included", std::to_string(engine::kMaxDepth),
       text(engine::ErrorCode::depth)},
      {"macros that run at once", std::to_string(kSizes.tasks), text(engine::ErrorCode::tasks)},
      {"locals and loops of all of them", std::to_string(kSizes.slots),
       text(engine::ErrorCode::slots)},
      {"keys held, the keyboard's included", std::to_string(kSizes.holds),
       text(engine::ErrorCode::keys)},
      {"variables", std::to_string(kSizes.globals), text(engine::ErrorCode::globals)},
      {"key changes that wait while text is typed", std::to_string(kSizes.events),
       "whole taps are lost, never a release"},
      {"key changes recorded, and 3 for each recording", std::to_string(kSizes.recordings),
       "the recording ends, with an error"},
  };
  EXPECT_EQ(limit_rows(1), expected);
}

}  // namespace
}  // namespace pianola
