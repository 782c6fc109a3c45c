// Operations of the engine for instructions.py: `engine_cases CASE N` does one N times. The engine
// is driven without a host that does anything, so that only the engine's instructions count.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>

#include "engine/engine.hpp"
#include "ports/sim/memory_compiler.hpp"
#include "ports/sim/simulation.hpp"

namespace {

using namespace pianola;

class TakesAll final : public engine::ReportSink {
 public:
  bool send(const hid::Report&) override { return true; }
};

constexpr hid::Usage kF1 = hid::keyboard_usage(0x3A);

/// A hundred macros, of which F1 starts the case's.
std::string program(std::string_view body) {
  std::string out = "F1 { " + std::string(body) + " }\n";
  for (int n = 1; n < 100; ++n) out += "macro m" + std::to_string(n) + " { \"text\" }\n";
  return out;
}

/// Presses and releases F1 `presses` times and runs until nothing is left to do.
void play(const std::string& text, unsigned presses) {
  sim::MemoryRoll roll;
  sim::Findings findings;
  if (sim::compile(text, roll, findings) != lang::Status::ok) {
    std::fprintf(stderr, "the case does not compile\n");
    std::exit(1);
  }
  engine::Storage<> storage;
  TakesAll reports;
  sim::ErrorList errors;
  engine::Engine engine(storage.view(), roll, reports, errors);
  engine::Time now = 0;
  for (unsigned i = 0; i < presses; ++i) {
    for (const bool down : {true, false}) {
      engine.key({kF1, down, now});
      for (;;) {
        const engine::Next next = engine.step(now);
        if (engine.idle()) break;
        engine.report_taken(++now);
        if (!next.never && static_cast<std::int32_t>(next.at - now) > 0) now = next.at;
      }
    }
  }
  if (!errors.errors().empty()) {
    std::fprintf(stderr, "the macro failed\n");
    std::exit(1);
  }
}

std::string repeated(std::string_view statement, unsigned count) {
  std::string out;
  for (unsigned i = 0; i < count; ++i) out += std::string(statement) + ' ';
  return out;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string name = argv[1];
  const auto count = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
  std::string text = "\"";
  for (unsigned i = 0; i < count; ++i) text += static_cast<char>('a' + i % 26);
  const std::map<std::string, std::pair<std::string, unsigned>> cases = {
      {"loop", {"repeat " + std::to_string(count) + " { }", 1}},
      {"tap", {repeated("TAB ENTER", count / 2), 1}},
      {"character", {text + "\"", 1}},
      {"start", {"", count}},
      {"sleep", {"repeat " + std::to_string(count) + " { wait 5ms }", 1}},
      {"call", {"repeat " + std::to_string(count) + " { call nothing }", 1}},
  };
  const auto found = cases.find(name);
  if (found == cases.end()) return 2;
  play(program(found->second.first) + "macro nothing { }\n", found->second.second);
}
