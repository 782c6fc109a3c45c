#include "hid/report.hpp"

namespace pianola::hid {
namespace {

constexpr unsigned kFirstModifier = 0xE0;

/// The usages E0–E7 of `keys` as modifier bits.
Modifiers modifiers_among(const KeySet& keys) {
  unsigned mods = 0;
  for (unsigned bit = 0; bit < 8; ++bit) {
    if (keys.contains(static_cast<std::uint8_t>(kFirstModifier + bit))) mods |= 1U << bit;
  }
  return static_cast<Modifiers>(mods);
}

}  // namespace

BootReport boot_report(const Report& report) {
  BootReport bytes{};
  bytes[0] = report.mods;
  if (report.keys.count() > kBootKeys) {
    for (std::size_t i = 2; i < bytes.size(); ++i) {
      bytes[i] = static_cast<std::uint8_t>(id(kErrorRollOver));
    }
    return bytes;
  }
  std::size_t next = 2;
  report.keys.for_each([&](std::uint8_t usage) { bytes[next++] = usage; });
  return bytes;
}

NkroReport nkro_report(const Report& report) {
  NkroReport bytes{};
  bytes[0] = static_cast<std::uint8_t>(report.mods | modifiers_among(report.keys));
  report.keys.for_each([&](std::uint8_t usage) {
    if (usage >= kFirstModifier) return;
    std::uint8_t& byte = bytes[1U + usage / 8U];
    byte = static_cast<std::uint8_t>(byte | 1U << (usage % 8U));
  });
  return bytes;
}

std::optional<Report> parse_boot_report(std::span<const std::uint8_t, 8> bytes) {
  Report report;
  report.mods = bytes[0];
  for (const std::uint8_t usage : bytes.subspan<2>()) {
    if (keyboard_usage(usage) == kErrorRollOver) return std::nullopt;
    report.keys.add(usage);
  }
  return report;
}

Report parse_nkro_report(std::span<const std::uint8_t, 29> bytes) {
  Report report;
  report.mods = bytes[0];
  for (unsigned usage = 0; usage < kFirstModifier; ++usage) {
    if ((bytes[1U + usage / 8U] >> (usage % 8U) & 1U) != 0) {
      report.keys.add(static_cast<std::uint8_t>(usage));
    }
  }
  return report;
}

}  // namespace pianola::hid
