#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hid/layout.hpp"
#include "hid/report.hpp"
#include "hid/usage.hpp"

namespace pianola::scenario {

/// A place in a scenario's text.
struct Place {
  std::size_t line = 0;    ///< From 1.
  std::size_t offset = 0;  ///< Bytes from the line's start.
  std::size_t size = 1;    ///< Bytes.
};

/// Something that happens on the keyboard: a key changes, or time passes.
struct Action {
  hid::Usage usage = hid::kNoKey;  ///< kNoKey: time passes.
  bool down = false;
  std::uint32_t milliseconds = 0;
};

/// A report that must come.
struct ExpectedReport {
  hid::Report report;
  Place at;
};

/// One line.
struct Step {
  enum class Kind : std::uint8_t {
    act,             ///< `actions` happen.
    macros,          ///< The device gets the macros `text`.
    expect_reports,  ///< The next reports are `reports`.
    expect_text,     ///< The host shows `text`.
    expect_error,    ///< A macro fails with a message that contains `text`.
    expect_nothing,
    expect_idle,
    expect_led,  ///< The LED `led` is `on`.
    led,         ///< The host switches it.
    reconnect,
  };
  Kind kind{};
  Place at;
  std::vector<Action> actions;
  std::vector<ExpectedReport> reports;
  std::string text;
  std::uint8_t led = 0;  ///< As in Device::leds().
  bool on = false;
};

/// A scenario that was read: what is done to a device, and what must come of it.
struct Scenario {
  std::string file;                              ///< What messages call it.
  std::vector<std::string> lines;                ///< Its text, without line ends.
  std::optional<hid::Layout> layout;             ///< The host's, if the scenario names it.
  hid::Layout keyboard = hid::default_layout();  ///< That of the last macros.
  std::vector<Step> steps;
};

/// Finds a file that a scenario names: its text, or nothing if it cannot be read.
using FileReader = std::function<std::optional<std::string>(const std::string& name)>;

/// Reads the scenario language; docs/scenarios.md is its manual. `keyboard` is the layout of the
/// macros that the device has at the start. Gives what is wrong, in GCC's form and in the order of
/// the lines; empty if nothing is.
std::string parse_scenario(std::string_view text, const std::string& file,
                           const hid::Layout& keyboard, const FileReader& read_file,
                           Scenario& scenario);

}  // namespace pianola::scenario
