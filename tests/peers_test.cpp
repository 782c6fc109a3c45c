// What the tests of other programs expect of the same keys. The rows are in peers/; docs/peers.md
// says why some results differ, and what to write here for what their documents describe.

#include "peers/peer.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "hid/layout.hpp"
#include "lang/text/formatter.hpp"
#include "ports/memory/compile.hpp"
#include "support/compilation.hpp"
#include "support/markdown.hpp"
#include "support/played.hpp"
#include "support/source_dir.hpp"

namespace pianola::test {
namespace {

std::vector<Peer> peers() { return {keyd(), zmk(), kanata(), qmk(), rmk(), uhk()}; }

// ---- Comparison ---------------------------------------------------------------------------------

struct Report {
  unsigned modifiers = 0;
  std::set<unsigned> keys;
};

unsigned number(const std::string& hex) {
  return static_cast<unsigned>(std::stoul(hex, nullptr, 16));
}

/// Of `[02:04,05] [00:]`; what is not a keyboard's report is left out.
std::vector<Report> reports_of(const std::string& text) {
  static const std::regex form(R"(\[(\w\w):([\w,]*)\])");
  std::vector<Report> reports;
  for (std::sregex_iterator it(text.begin(), text.end(), form), end; it != end; ++it) {
    Report report{.modifiers = number((*it)[1]), .keys = {}};
    std::istringstream keys((*it)[2]);
    for (std::string key; std::getline(keys, key, ',');) {
      report.keys.insert(number(key));
    }
    reports.push_back(report);
  }
  return reports;
}

/// The reports that type it, each key up before the next.
std::vector<Report> reports_of_text(std::string_view text) {
  std::vector<Report> reports;
  for (const char c : text) {
    const auto strokes = hid::find_layout("uk")->strokes(static_cast<char32_t>(c));
    for (std::size_t i = 0; i < strokes.count; ++i) {
      reports.push_back({strokes.stroke[i].mods, {strokes.stroke[i].usage}});
      reports.push_back({});
    }
  }
  return reports;
}

/// What reports mean: each key that goes down, with the modifiers that are down then; before it in
/// braces those that went down and up without any key; at last what stays down. How changes
/// are split into reports, when a key goes up, and the times are left out.
std::string meaning_of(const std::vector<Report>& reports) {
  std::string meaning;
  Report last;
  unsigned idle = 0;  // modifiers that are down and had no key yet
  unsigned lone = 0;  // those that went up so
  const auto tell = [&meaning](const char* form, unsigned modifiers, unsigned key = 0) {
    char piece[16];
    std::snprintf(piece, sizeof piece, form, modifiers, key);
    meaning += piece;
  };
  for (const Report& report : reports) {
    lone |= idle & ~report.modifiers;
    idle = (idle | (report.modifiers & ~last.modifiers)) & report.modifiers;
    for (const unsigned key : report.keys) {
      if (last.keys.contains(key)) continue;
      if (lone != 0) tell("{%02x} ", lone);
      tell("[%02x:%02x] ", report.modifiers, key);
      lone = idle = 0;
    }
    last = report;
  }
  if (lone != 0) tell("{%02x} ", lone);
  tell("end %02x", last.modifiers);
  for (const unsigned key : last.keys) tell(",%02x", key);
  return meaning;
}

std::string meaning_of(std::string_view expected) {
  return meaning_of(expected.starts_with('[') ? reports_of(std::string(expected))
                                              : reports_of_text(expected));
}

std::string meaning_of_played(const std::string& macros, std::string_view keys) {
  return meaning_of(reports_of(Played(macros, keys).reports()));
}

TEST(Peers, AreComparedByKeysWithTheirModifiers) {
  EXPECT_EQ(meaning_of("A"), "[02:04] end 00");
  EXPECT_EQ(meaning_of("[02:] [02:04] [02:] [00:]"), "[02:04] end 00");
  EXPECT_EQ(meaning_of("[02:04] [00:04,05] [00:05] [00:]"), "[02:04] [00:05] end 00");
  EXPECT_EQ(meaning_of("[02:] [00:] [00:04] [00:]"), "{02} [00:04] end 00");
  EXPECT_EQ(meaning_of("[01:] [03:] [00:]"), "{03} end 00");
  EXPECT_EQ(meaning_of("[01:] [01:04] [00:04]"), "[01:04] end 00,04");
}

// ---- Results ------------------------------------------------------------------------------------

TEST(Peers, GiveTheSameResults) {
  for (const Peer& peer : peers()) {
    for (const PeerRow& row : peer.same) {
      EXPECT_EQ(meaning_of_played(row.macros, row.keys), meaning_of(row.expected))
          << peer.name << ": " << row.test << "\n"
          << row.macros << row.keys;
    }
  }
}

TEST(Peers, GiveOtherResultsWhereItIsMeant) {
  for (const Peer& peer : peers()) {
    for (const PeerDifference& row : peer.different) {
      EXPECT_EQ(meaning_of_played(row.macros, row.keys), meaning_of(row.ours))
          << peer.name << ": " << row.test << "\n"
          << row.macros << row.keys;
      EXPECT_NE(meaning_of(row.theirs), meaning_of(row.ours)) << peer.name << ": " << row.test;
    }
  }
}

// ---- The document -------------------------------------------------------------------------------

std::string document() {
  std::ifstream file(source_dir() / "docs" / "peers.md");
  return {std::istreambuf_iterator<char>(file), {}};
}

template <typename Row>
std::set<std::string_view> tests_of(const std::vector<Row>& rows) {
  std::set<std::string_view> tests;
  for (const Row& row : rows) tests.insert(row.test);
  return tests;
}

TEST(Peers, AreCountedInTheDocument) {
  const std::string text = document();
  for (const Peer& peer : peers()) {
    std::set<std::string_view> same = tests_of(peer.same);
    const std::set<std::string_view> different = tests_of(peer.different);
    for (const std::string_view test : different) same.erase(test);
    const std::string row = "\\| " + std::string(peer.name) + " \\| [^|]* \\| " +
                            std::to_string(same.size()) + " \\| " +
                            std::to_string(different.size()) + " \\|";
    EXPECT_TRUE(std::regex_search(text, std::regex(row))) << row;
  }
}

TEST(Peers, DifferForTheReasonsInTheDocument) {
  std::set<std::string> given;
  for (const Peer& peer : peers()) {
    for (const PeerDifference& row : peer.different) given.emplace(row.reason);
  }
  std::set<std::string> told;
  const std::string text = document();
  static const std::regex row(R"(\n- \*\*([^*]*)\.\*\*)");
  for (std::sregex_iterator it(text.begin(), text.end(), row), end; it != end; ++it) {
    told.insert((*it)[1]);
  }
  EXPECT_EQ(told, given);
}

// ---- Where is it? -------------------------------------------------------------------------------

/// One thing that another program has.
struct Counterpart {
  std::string there;
  std::string here;   ///< Macros, a line each.
  std::string keys;   ///< As for `play --keys`.
  std::string gives;  ///< What `play` prints.
};

/// The rows of the tables below the heading `program`. One whose first cell is empty goes on with
/// the row above it. Expectations are those of the program's own documents: QMK's and Vial's
/// manuals, ZMK's behaviors, kanata's docs/config.adoc, keyd(1), RMK's configuration, and UHK's
/// reference manual.
std::vector<Counterpart> counterparts(std::string_view program) {
  std::vector<Counterpart> all;
  for (const std::vector<std::string>& row : table_of(document(), program)) {
    if (row.size() != 4) throw std::runtime_error("not four cells: " + row[0]);
    if (!row[0].empty()) all.push_back({.there = row[0], .here = {}, .keys = {}, .gives = {}});
    Counterpart& last = all.at(all.size() - 1);
    for (const std::string& line : code_in(row[1])) last.here += line + '\n';
    for (const std::string& keys : code_in(row[2])) last.keys += keys;
    for (const std::string& gives : code_in(row[3])) last.gives += gives;
  }
  return all;
}

std::string formatted(std::string_view text) {
  memory::Source source(text);
  memory::StringSink out;
  lang::format(source, out);
  return out.text();
}

void check(const Counterpart& row) {
  SCOPED_TRACE(row.there + ": " + row.here + row.keys);
  EXPECT_EQ(Compilation(row.here).text(), "");
  EXPECT_EQ(formatted(row.here), row.here);
  Played played(row.here, row.keys);
  EXPECT_EQ(played.transcript(), row.gives + '\n');
}

class Counterparts : public ::testing::TestWithParam<std::string> {};

TEST_P(Counterparts, DoWhatIsSaid) {
  const std::vector<Counterpart> rows = counterparts(GetParam());
  EXPECT_GE(rows.size(), 10U);
  for (const Counterpart& row : rows) check(row);
}

INSTANTIATE_TEST_SUITE_P(Each, Counterparts,
                         ::testing::Values("QMK and Vial", "ZMK", "kanata", "keyd", "RMK", "UHK"),
                         [](const auto& info) {
                           return info.param.substr(0, info.param.find(' '));
                         });

}  // namespace
}  // namespace pianola::test
