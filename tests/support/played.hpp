#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "hid/report.hpp"
#include "scenario/key_script.hpp"
#include "timeline/transcript.hpp"
#include "tryout/macros.hpp"
#include "tryout/play.hpp"
#include "tryout/roll_text.hpp"

namespace pianola::test {

/// What comes of keys on a keyboard with macros, which have no errors.
class Played {
 public:
  /// Both in ms: the host's `poll`, and the time at the most.
  Played(std::string_view macros, std::string_view keys, std::uint32_t poll = 1,
         Time limit = 600'000)
      : macros_(macros), play_(macros_.roll(), {.layout = nullptr, .poll = poll}) {
    EXPECT_TRUE(macros_.good()) << macros_.messages("macros.txt");
    const scenario::KeyScript script =
        scenario::parse_key_script(keys, tryout::layout_of(macros_.roll()));
    play_.run(script.events, limit);
    EXPECT_TRUE(play_.errors("macros.txt").empty());
  }

  [[nodiscard]] std::string text() { return play_.simulation().host().text(); }
  /// All reports, separated by blanks.
  [[nodiscard]] std::string reports() {
    std::string all;
    for (const sim::TraceEntry& entry : play_.simulation().host().trace()) {
      all += (all.empty() ? "" : " ") + sim::format_report(entry.report);
    }
    return all;
  }
  /// What `play` prints: the text, and what types none between brackets.
  [[nodiscard]] std::string transcript() {
    return timeline::format_transcript(
        timeline::transcript(play_.simulation().host(), play_.layout()));
  }
  [[nodiscard]] std::vector<hid::Report> sent() {
    std::vector<hid::Report> all;
    for (const sim::TraceEntry& entry : play_.simulation().host().trace()) {
      all.push_back(entry.report);
    }
    return all;
  }
  /// All reports with their times, a line each.
  [[nodiscard]] std::string trace() { return sim::format_trace(play_.simulation().host().trace()); }

 private:
  tryout::Macros macros_;
  tryout::Play play_;
};

/// The text that comes of `keys` with `macros`, and the reports.
inline std::string text_of(std::string_view macros, std::string_view keys) {
  return Played(macros, keys).text();
}
inline std::string reports_of(std::string_view macros, std::string_view keys) {
  return Played(macros, keys).reports();
}

/// Macros, keys and what must come of them on the US layout.
struct KeysCase {
  std::string_view macros;
  std::string_view keys;
  std::string_view expected;  ///< Reports or text.
};

inline void expect_reports(const std::vector<KeysCase>& cases, std::string_view settings = "") {
  for (const KeysCase& one : cases) {
    const std::string macros =
        "set layout = us\n" + std::string(settings) + std::string(one.macros);
    EXPECT_EQ(Played(macros, one.keys).reports(), one.expected) << one.macros << "  " << one.keys;
  }
}

inline void expect_texts(const std::vector<KeysCase>& cases) {
  for (const KeysCase& one : cases) {
    const std::string macros = "set layout = us\n" + std::string(one.macros);
    EXPECT_EQ(Played(macros, one.keys).text(), one.expected) << one.macros << "  " << one.keys;
  }
}

}  // namespace pianola::test
