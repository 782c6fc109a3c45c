#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hid/report.hpp"

namespace pianola::sim {

/// A report and when the host took it.
struct TraceEntry {
  std::uint32_t time = 0;  ///< ms
  hid::Report report;
  friend bool operator==(const TraceEntry&, const TraceEntry&) = default;
};

/// `report` as traces show it: `[mm:kk,kk]` in lower-case hex, keys ascending, `[00:]` when nothing
/// is down; ` consumer:00cd`, ` system:81` and ` buttons:01` follow if such a usage is down, and
/// ` move:10,-5` and ` scroll:3` if the pointer or the wheel moves.
std::string format_report(const hid::Report& report);

/// One line for each entry, `<ms> <report>`, each ended by a line feed.
std::string format_trace(const std::vector<TraceEntry>& trace);

}  // namespace pianola::sim
