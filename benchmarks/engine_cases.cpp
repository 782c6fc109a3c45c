// Operations of the engine for instructions.py: `engine_cases CASE N` does one N times. The engine
// is driven without a host that does anything, so that only the engine's instructions count.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "engine/engine.hpp"
#include "ports/memory/compile.hpp"
#include "ports/sim/simulation.hpp"

namespace {

using namespace pianola;

class TakesAll final : public engine::ReportSink {
 public:
  bool send(const hid::Report&) override { return true; }
};

constexpr hid::Usage kF1 = hid::keyboard_usage(0x3A);

[[noreturn]] void fail(const char* message) {
  std::fprintf(stderr, "%s\n", message);
  std::exit(1);
}

/// A hundred macros, of which F1 starts the case's.
std::string program(std::string_view body) {
  std::string out = "F1 { " + std::string(body) + " }\n";
  for (int n = 1; n < 100; ++n) out += "macro m" + std::to_string(n) + " { \"text\" }\n";
  return out + "macro nothing { }\n";
}

/// An engine that plays `text`.
template <engine::Capacities Sizes = engine::Capacities{}>
class Machine {
 public:
  explicit Machine(const std::string& text) {
    memory::Findings findings;
    if (memory::compile(text, roll_, findings) != Status::ok) fail("the case does not compile");
  }

  engine::Engine& engine() { return engine_; }
  Time now() const { return now_; }

  void key(hid::Usage usage, bool down) { engine_.key({usage, down, now_}); }

  /// The host takes what there is, a millisecond later.
  Next step() {
    engine_.report_taken(++now_);
    return engine_.step(now_);
  }

  /// Goes on until nothing is left to do.
  void finish() {
    for (;;) {
      const Next next = engine_.step(now_);
      if (engine_.idle()) break;
      engine_.report_taken(++now_);
      if (!next.never && static_cast<std::int32_t>(next.at - now_) > 0) now_ = next.at;
    }
  }

  /// Ends the program if a macro failed, or if there are not this many.
  void check(std::size_t tasks) {
    if (!errors_.errors().empty()) fail("the macro failed");
    if (engine_.tasks() != tasks) fail("not as many tasks as there should be");
  }

 private:
  memory::Roll roll_;
  engine::Storage<Sizes> storage_;
  TakesAll reports_;
  sim::ErrorList errors_;
  engine::Engine engine_{storage_.view(), roll_, reports_, errors_};
  Time now_ = 0;
};

/// Presses and releases F1 `presses` times and runs until nothing is left to do.
void play(const std::string& body, unsigned presses) {
  Machine<> machine(program(body));
  for (unsigned i = 0; i < presses; ++i) {
    for (const bool down : {true, false}) {
      machine.key(kF1, down);
      machine.finish();
    }
  }
  machine.check(0);
}

/// Presses F1 `tasks` times, which starts as many that sleep, and then makes `count` steps.
constexpr engine::Capacities kManyTasks{.tasks = 10'000};
void sleepers(unsigned tasks, unsigned count) {
  static Machine<kManyTasks> machine(program("") + "F2 (again: parallel) { wait 20000min }\n");
  constexpr hid::Usage kF2 = hid::keyboard_usage(0x3B);
  for (unsigned i = 0; i < tasks; ++i) {
    for (const bool down : {true, false}) {
      machine.key(kF2, down);
      machine.step();
    }
  }
  machine.check(tasks);
  for (unsigned i = 0; i < count; ++i) machine.step();
  machine.check(tasks);
}

/// What counts in the cases of passing a key through.
[[gnu::noinline]] void measured_change(Machine<>& machine, bool down) {
  machine.key(hid::kKeyA, down);
  machine.step();
}

/// Passes `count` changes of a key through while `tasks` macros wake and sleep every millisecond.
void pass(unsigned tasks, unsigned count) {
  Machine<> machine(program("") + "F2 (again: parallel) { loop { wait 1ms } }\n");
  constexpr hid::Usage kF2 = hid::keyboard_usage(0x3B);
  for (unsigned i = 0; i < tasks; ++i) {
    for (const bool down : {true, false}) {
      machine.key(kF2, down);
      machine.step();
    }
  }
  for (unsigned i = 0; i < count; ++i) {
    measured_change(machine, i % 2 == 0);
    if (machine.engine().shown().keys.empty() != (i % 2 != 0)) fail("the key was not sent");
  }
  machine.check(tasks);
}

std::string repeated(std::string_view statement, unsigned count) {
  std::string out;
  for (unsigned i = 0; i < count; ++i) out += std::string(statement) + ' ';
  return out;
}

std::string letters(unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i) text += static_cast<char>('a' + i % 26);
  return '"' + text + '"';
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const auto count = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
  const std::string n = std::to_string(count);
  const std::map<std::string_view, std::function<void()>> cases = {
      {"step0", [&] { sleepers(0, count); }},
      {"step100", [&] { sleepers(100, count); }},
      {"step10000", [&] { sleepers(10'000, count); }},
      // Each `x = x + 1` is four operations.
      {"operation", [&] { play("let x = 0 " + repeated("x = x + 1", count / 4), 1); }},
      {"loop", [&] { play("repeat " + n + " { }", 1); }},
      {"count", [&] { play("let n = 0 while n < " + n + " { n = n + 1 }", 1); }},
      {"tap", [&] { play(repeated("TAB ENTER", count / 2), 1); }},
      {"character", [&] { play(letters(count), 1); }},
      {"sleep", [&] { play(repeated("wait 5ms", count), 1); }},
      {"tick", [&] { play("repeat " + n + " { wait 5ms }", 1); }},
      {"call", [&] { play("repeat " + n + " { call nothing }", 1); }},
      {"start", [&] { play("", count); }},
      {"pass0", [&] { pass(0, count); }},
      {"pass16", [&] { pass(16, count); }},
  };
  const auto found = cases.find(argv[1]);
  if (found == cases.end()) return 2;
  found->second();
}
