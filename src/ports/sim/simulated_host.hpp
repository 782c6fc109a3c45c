#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/report_sink.hpp"
#include "hid/layout.hpp"
#include "hid/report.hpp"
#include "ports/sim/text_view.hpp"
#include "ports/sim/trace.hpp"

namespace pianola::sim {

/// A host in virtual time. It holds at most one report until it polls, notes all reports that it
/// took, and shows the text that they type.
class SimulatedHost final : public engine::ReportSink {
 public:
  explicit SimulatedHost(const hid::Layout& layout,
                         engine::UnicodeMethod unicode = engine::UnicodeMethod::off)
      : view_(layout, unicode) {}

  /// Accepts a report unless one waits.
  bool send(const hid::Report& report) override;

  /// Whether a report waits for the next poll.
  [[nodiscard]] bool waits() const { return waiting_.has_value(); }

  /// Takes the report that waits, if there is one; then true.
  bool poll(std::uint32_t now);

  /// Changes the LEDs, as another keyboard would.
  void set_leds(std::uint8_t leds) { view_.set_leds(leds); }
  /// Goes and comes back: the report that waits is lost, and it knows of no key.
  void reconnect();

  /// The reports that it took, oldest first.
  [[nodiscard]] const std::vector<TraceEntry>& trace() const { return trace_; }
  /// What each report of trace() did to the text.
  [[nodiscard]] const std::vector<TextView::Effect>& effects() const { return effects_; }
  [[nodiscard]] std::string text() const { return view_.text(); }
  [[nodiscard]] std::uint8_t leds() const { return view_.leds(); }

 private:
  TextView view_;
  std::optional<hid::Report> waiting_;
  std::vector<TraceEntry> trace_;
  std::vector<TextView::Effect> effects_;
};

}  // namespace pianola::sim
