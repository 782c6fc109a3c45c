#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "hid/usage.hpp"
#include "ports/sim/trace.hpp"

namespace pianola::scenario {

/// What a scenario is played on: a device with a keyboard at one end and a host at the other. All
/// that a port must give so that every scenario runs on it. Its time may be virtual or real.
class Device {
 public:
  Device() = default;
  virtual ~Device() = default;
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  /// Gives it new macros, the text of a macros file that compiles without errors.
  virtual void load(std::string_view macros) = 0;

  /// A key of the keyboard goes down or up, now, after those before it.
  virtual void key(hid::Usage usage, bool down) = 0;

  /// Lets at least `milliseconds` pass.
  virtual void pass(std::uint32_t milliseconds) = 0;

  /// Whether a report is on its way to the host, or about to be.
  [[nodiscard]] virtual bool sending() = 0;

  /// Whether no macro runs or waits, no key event waits and no report is on its way.
  [[nodiscard]] virtual bool idle() = 0;

  /// What the host took since the start, oldest first. A report that says the same as the one
  /// before it and moves nothing does not count.
  [[nodiscard]] virtual const std::vector<sim::TraceEntry>& reports() = 0;

  /// What a text field of the host shows for all that it took since the start.
  [[nodiscard]] virtual std::string text() = 0;

  /// The messages of the macros that failed since the start.
  [[nodiscard]] virtual std::vector<std::string> errors() = 0;

  /// The host's LEDs (HID 1.11, appendix B.1).
  [[nodiscard]] virtual std::uint8_t leds() = 0;
  /// The host changes them by itself.
  virtual void set_leds(std::uint8_t leds) = 0;

  /// The host goes and comes back: it knows of no key that is down.
  virtual void reconnect() = 0;
};

}  // namespace pianola::scenario
