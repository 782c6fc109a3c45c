#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "engine/errors.hpp"
#include "hid/key_names.hpp"
#include "ports/sim/simulation.hpp"
#include "support/compilation.hpp"

namespace pianola::test {

/// Macros written as users write them, and a simulation that plays them.
class Player {
 public:
  explicit Player(std::string macros)
      : compiled_(std::move(macros)), simulation_(compiled_.roll(), {}) {
    EXPECT_EQ(compiled_.status(), Status::ok) << compiled_.text();
  }

  // Keys by their names, or letters, at `time` ms.
  Player& press(std::string_view name, std::uint32_t time) { return key(name, true, time); }
  Player& release(std::string_view name, std::uint32_t time) { return key(name, false, time); }
  Player& tap(std::string_view name, std::uint32_t time) {
    return press(name, time).release(name, time + 5);
  }

  /// Plays the keys told since the last time, and goes on up to `limit` ms after the start.
  Player& run(std::uint32_t limit = 600'000) {
    std::vector<engine::KeyEvent> played = std::exchange(keys_, {});
    std::ranges::stable_sort(played, {}, &engine::KeyEvent::time);
    simulation_.run(played, limit);
    return *this;
  }

  [[nodiscard]] std::string text() const { return simulation_.host().text(); }
  /// All reports, separated by blanks.
  [[nodiscard]] std::string reports() const {
    std::string text;
    for (const sim::TraceEntry& entry : simulation_.host().trace()) {
      text += (text.empty() ? "" : " ") + sim::format_report(entry.report);
    }
    return text;
  }
  [[nodiscard]] std::string trace() const { return sim::format_trace(simulation_.host().trace()); }
  /// The errors of macros, in words.
  [[nodiscard]] std::vector<std::string> errors() const {
    std::vector<std::string> all;
    for (const engine::Error& error : simulation_.errors()) {
      all.emplace_back(engine::error_text(error.code));
    }
    return all;
  }
  [[nodiscard]] engine::Engine& engine() { return simulation_.engine(); }
  [[nodiscard]] sim::Simulation& simulation() { return simulation_; }

 private:
  Player& key(std::string_view name, bool down, std::uint32_t time) {
    const auto named = hid::usage_from_name(name);
    const hid::Usage usage = name.size() == 1
                                 ? hid::keyboard_usage(static_cast<std::uint8_t>(name[0] - 'a' + 4))
                                 : named.value_or(hid::kNoKey);
    EXPECT_NE(usage, hid::kNoKey) << name;
    keys_.push_back({usage, down, time});
    return *this;
  }

  Compilation compiled_;
  sim::Simulation simulation_;
  std::vector<engine::KeyEvent> keys_;
};

}  // namespace pianola::test
