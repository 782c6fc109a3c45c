// What typing costs: reports, the figure by which typing speed is measured, since a host takes one
// report a polling interval; and the time that the engine itself takes.

#include <benchmark/benchmark.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "hid/usage.hpp"
#include "ports/memory/compile.hpp"
#include "ports/sim/simulation.hpp"

namespace {

using namespace pianola;

constexpr std::string_view kSentence =
    "The quick brown fox jumps over the lazy dog. Hello, Bookkeeper!";

/// The fewest reports that can type `text` on the UK layout with one new key a report: one a
/// character, one more where a character needs the key that is down, one at the end.
std::size_t least_reports(std::string_view text) {
  const hid::Layout layout = hid::default_layout();
  std::size_t reports = 1;
  std::uint8_t down = 0;
  for (const char c : text) {
    const hid::Strokes strokes = layout.strokes(static_cast<char32_t>(c));
    for (std::size_t i = 0; i < strokes.count; ++i) {
      reports += strokes.stroke[i].usage == down ? 2 : 1;
      down = strokes.stroke[i].usage;
    }
  }
  return reports;
}

/// How much more than the fewest reports typing may take.
constexpr double kMostOver = 0.02;

/// `text` as it stands between the quotation marks of a macro.
std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else {
      if (c == '"' || c == '\\' || c == '$') out += '\\';
      out += c;
    }
  }
  return out;
}

std::string file(const std::string& name) {
  std::ifstream in(std::string(PIANOLA_SOURCE_DIR) + "/benchmarks/texts/" + name, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void type(benchmark::State& state, std::string_view text) {
  memory::Roll roll;
  memory::Findings findings;
  if (text.empty() ||
      memory::compile("F1 { \"" + escaped(text) + "\" }", roll, findings) != Status::ok) {
    state.SkipWithError("the macro does not compile");
    return;
  }
  const hid::Usage f1 = hid::keyboard_usage(0x3A);
  const std::vector<engine::KeyEvent> keys = {{f1, true, 0}, {f1, false, 10}};
  std::size_t reports = 0;
  std::uint32_t time = 0;
  for (auto _ : state) {
    sim::Simulation simulation(roll, {});
    simulation.run(keys, 60'000);
    reports = simulation.host().trace().size();
    time = simulation.host().trace().back().time;
    if (simulation.host().text() != text) state.SkipWithError("typed wrongly");
  }
  const auto characters = static_cast<double>(text.size());
  const auto least = static_cast<double>(least_reports(text));
  const auto taken = static_cast<double>(reports);
  if (taken > least * (1 + kMostOver)) state.SkipWithError("more than 2 % over the least");
  state.counters["characters"] = characters;
  state.counters["reports"] = taken;
  state.counters["least"] = least;
  state.counters["reports_per_character"] = taken / characters;
  state.counters["over_least_%"] = 100 * (taken - least) / least;
  state.counters["ms_at_1kHz"] = static_cast<double>(time + 1);
}

void sentence(benchmark::State& state) { type(state, kSentence); }
BENCHMARK(sentence)->Unit(benchmark::kMicrosecond);

void hello(benchmark::State& state) { type(state, "Hello"); }
BENCHMARK(hello)->Unit(benchmark::kMicrosecond);

void english(benchmark::State& state) { type(state, file("english.txt")); }
BENCHMARK(english)->Unit(benchmark::kMicrosecond);

void source_code(benchmark::State& state) { type(state, file("source_code.txt")); }
BENCHMARK(source_code)->Unit(benchmark::kMicrosecond);

}  // namespace
