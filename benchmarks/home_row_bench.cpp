// How often a letter of the home row becomes a modifier that was not meant, and a chord letters, by
// the rules of docs/home-row.md: three typists, three texts.

#include <benchmark/benchmark.h>

#include <cstdint>
#include <string>

#include "support/home_row.hpp"

namespace {

using namespace pianola;

constexpr std::size_t kTimes = 19;  ///< Each text: more than 100,000 letters in all.

/// What these rules have to reach: at most one misfire in so many letters, and so many chords of
/// 1,000 right.
constexpr std::string_view kGoalRules = "Pianola";
constexpr std::uint64_t kLettersForOne = 5000;
constexpr std::uint64_t kRightOf1000 = 995;

void home_row(benchmark::State& state, const test::TypistModel& typist,
              const test::HomeRowRules& rules) {
  test::HomeRowCount count;
  for (auto _ : state) count = test::count_home_row(typist, rules, kTimes);
  if (rules.name == kGoalRules && (count.misfires * kLettersForOne > count.letters ||
                                   count.right * 1000 < count.chords * kRightOf1000)) {
    state.SkipWithError("misses the goal");
  }
  const auto of = [](std::uint64_t part, std::uint64_t whole) {
    return static_cast<double>(part) / static_cast<double>(whole);
  };
  state.counters["letters"] = static_cast<double>(count.letters);
  state.counters["misfires"] = static_cast<double>(count.misfires);
  state.counters["misfires_per_5000"] = 5000 * of(count.misfires, count.letters);
  state.counters["chords"] = static_cast<double>(count.chords);
  state.counters["chords_right_%"] = 100 * of(count.right, count.chords);
}

[[maybe_unused]] const bool kRegistered = [] {
  for (const test::TypistModel& typist : test::kTypists) {
    for (const test::HomeRowRules& rules : test::home_row_rules()) {
      std::string name = "home_row/" + std::string(typist.name) + "/" + rules.name;
      std::ranges::replace(name, ' ', '_');
      benchmark::RegisterBenchmark(
          name.c_str(),
          [&typist, rules](benchmark::State& state) { home_row(state, typist, rules); })
          ->Iterations(1)
          ->Unit(benchmark::kMillisecond);
    }
  }
  return true;
}();

}  // namespace
