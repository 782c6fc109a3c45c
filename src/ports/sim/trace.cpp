#include "ports/sim/trace.hpp"

#include <string_view>

namespace pianola::sim {
namespace {

std::string hex(unsigned value, unsigned digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(digits, '0');
  for (unsigned i = digits; i-- > 0; value >>= 4) text[i] = kDigits[value & 0xFU];
  return text;
}

}  // namespace

std::string format_report(const hid::Report& report) {
  std::string text = "[" + hex(report.mods, 2) + ":";
  report.keys.for_each([&](std::uint8_t key) {
    if (text.back() != ':') text += ',';
    text += hex(key, 2);
  });
  text += ']';
  if (report.consumer != 0) text += " consumer:" + hex(report.consumer, 4);
  if (report.system != 0) text += " system:" + hex(report.system, 2);
  if (report.buttons != 0) text += " buttons:" + hex(report.buttons, 2);
  if (report.x != 0 || report.y != 0) {
    text += " move:" + std::to_string(report.x) + ',' + std::to_string(report.y);
  }
  if (report.wheel != 0) text += " scroll:" + std::to_string(report.wheel);
  return text;
}

std::string format_trace(const std::vector<TraceEntry>& trace) {
  std::string text;
  for (const TraceEntry& entry : trace) {
    text += std::to_string(entry.time) + ' ' + format_report(entry.report) + '\n';
  }
  return text;
}

}  // namespace pianola::sim
