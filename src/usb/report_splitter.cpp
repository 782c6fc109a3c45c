#include "usb/report_splitter.hpp"

#include <algorithm>

namespace pianola::usb {
namespace {

/// Where the keys of a boot report begin.
constexpr std::size_t kKeys = 2;
constexpr std::uint8_t kRollOver = 0x01;

std::span<std::uint8_t> keys_of(hid::BootReport& boot) { return std::span(boot).subspan(kKeys); }
std::span<const std::uint8_t> keys_of(const hid::BootReport& boot) {
  return std::span(boot).subspan(kKeys);
}

bool has_key(const hid::BootReport& boot, std::uint8_t usage) {
  const auto keys = keys_of(boot);
  return std::ranges::find(keys.begin(), keys.end(), usage) != keys.end();
}

/// Whether something that is down in `from` is not in `to`.
bool lets_go(const hid::BootReport& from, const hid::BootReport& to) {
  const auto keys = keys_of(from);
  return (from[0] & ~to[0]) != 0 ||
         std::ranges::any_of(keys.begin(), keys.end(),
                             [&](std::uint8_t usage) { return usage != 0 && !has_key(to, usage); });
}

template <std::size_t Size>
bool lets_go(const std::array<std::uint8_t, Size>& from, const std::array<std::uint8_t, Size>& to) {
  for (std::size_t i = 0; i < Size; ++i) {
    if ((from[i] & ~to[i]) != 0) return true;
  }
  return false;
}

bool bit(std::span<const std::uint8_t> bits, std::uint8_t usage) {
  const unsigned index = usage - kFirstExtraKey;
  return (bits[index / 8] >> (index % 8) & 1U) != 0;
}

void set_bit(std::span<std::uint8_t> bits, std::uint8_t usage) {
  const unsigned index = usage - kFirstExtraKey;
  bits[index / 8] = static_cast<std::uint8_t>(bits[index / 8] | 1U << (index % 8));
}

constexpr bool has_bit(std::uint8_t usage) {
  return usage >= kFirstExtraKey && usage <= kLastExtraKey;
}

constexpr std::uint8_t low(int value) { return static_cast<std::uint8_t>(value & 0xFF); }
constexpr std::uint8_t high(int value) { return static_cast<std::uint8_t>(value >> 8 & 0xFF); }

}  // namespace

void ReportSplitter::set_boot(bool boot) {
  if (boot == boot_) return;
  boot_ = boot;
  place_keys();
}

void ReportSplitter::set(const hid::Report& report) {
  report_ = report;
  x_ = report.x;
  y_ = report.y;
  wheel_ = report.wheel;
  if (!has(Kind::mouse)) stop();
  report_.x = 0;
  report_.y = 0;
  report_.wheel = 0;
  wanted_.consumer = report.consumer;
  wanted_.system = report.system;
  wanted_.buttons = report.buttons;
  place_keys();
}

/// The pointer moves no more.
void ReportSplitter::stop() {
  x_ = 0;
  y_ = 0;
  wheel_ = 0;
}

void ReportSplitter::place_keys() {
  if (boot_) {
    wanted_.boot = hid::boot_report(report_);
    wanted_.keys = {};
    return;
  }
  wanted_.boot[0] = report_.mods;
  const auto keys = keys_of(wanted_.boot);
  for (std::uint8_t& usage : keys) {
    if (usage == kRollOver || !report_.keys.contains(usage)) usage = 0;
  }
  const auto before = wanted_.keys;
  wanted_.keys = {};
  report_.keys.for_each([&](std::uint8_t usage) {
    if (has_key(wanted_.boot, usage)) return;
    const auto place = std::ranges::find(keys.begin(), keys.end(), 0);
    if (has_bit(usage) && (bit(before, usage) || place == keys.end())) {
      set_bit(wanted_.keys, usage);
    } else if (place != keys.end()) {
      *place = usage;
    }
  });
}

bool ReportSplitter::releases(Kind kind) const {
  switch (kind) {
    case Kind::boot:
      return lets_go(sent_.boot, wanted_.boot);
    case Kind::keys:
      return lets_go(sent_.keys, wanted_.keys);
    case Kind::consumer:
      return sent_.consumer != 0 && sent_.consumer != wanted_.consumer;
    case Kind::system:
      return sent_.system != 0 && sent_.system != wanted_.system;
    case Kind::mouse:
      return (sent_.buttons & ~wanted_.buttons) != 0;
  }
  return false;
}

bool ReportSplitter::presses(Kind kind) const {
  switch (kind) {
    case Kind::boot:
      return lets_go(wanted_.boot, sent_.boot);
    case Kind::keys:
      return lets_go(wanted_.keys, sent_.keys);
    case Kind::consumer:
      return wanted_.consumer != 0 && sent_.consumer != wanted_.consumer;
    case Kind::system:
      return wanted_.system != 0 && sent_.system != wanted_.system;
    case Kind::mouse:
      return (wanted_.buttons & ~sent_.buttons) != 0 || x_ != 0 || y_ != 0 || wheel_ != 0;
  }
  return false;
}

/// The state that was sent last, without the keys of `kind` that are to go up.
ReportSplitter::State ReportSplitter::released(Kind kind) const {
  State state = sent_;
  switch (kind) {
    case Kind::boot:
      state.boot[0] = static_cast<std::uint8_t>(sent_.boot[0] & wanted_.boot[0]);
      for (std::uint8_t& usage : keys_of(state.boot)) {
        if (!has_key(wanted_.boot, usage)) usage = 0;
      }
      break;
    case Kind::keys:
      for (std::size_t i = 0; i < state.keys.size(); ++i) {
        state.keys[i] = static_cast<std::uint8_t>(state.keys[i] & wanted_.keys[i]);
      }
      break;
    case Kind::consumer:
      state.consumer = 0;
      break;
    case Kind::system:
      state.system = 0;
      break;
    case Kind::mouse:
      state.buttons = static_cast<std::uint8_t>(sent_.buttons & wanted_.buttons);
      break;
  }
  return state;
}

std::optional<Part> ReportSplitter::next() const {
  std::optional<Kind> first_press;
  std::optional<Kind> release;
  bool more_releases = false;
  for (const Kind kind : kKinds) {
    if (!has(kind)) continue;
    if (!first_press && presses(kind)) first_press = kind;
    if (!releases(kind)) continue;
    more_releases = release.has_value();
    release = kind;  // The last of the kinds: modifiers go up after all else.
  }
  if (!release) {
    if (!first_press) return std::nullopt;
    return part(*first_press, wanted_);
  }
  // The last release and the first press may be one report.
  const bool whole = !presses(*release) || (!more_releases && release == first_press);
  return part(*release, whole ? wanted_ : released(*release));
}

void ReportSplitter::sent(const Part& part) {
  switch (part.id) {
    case ReportId::none:
      std::copy_n(part.bytes.begin(), sent_.boot.size(), sent_.boot.begin());
      break;
    case ReportId::keys:
      std::copy_n(part.bytes.begin(), sent_.keys.size(), sent_.keys.begin());
      break;
    case ReportId::consumer:
      sent_.consumer = static_cast<std::uint16_t>(part.bytes[0] | part.bytes[1] << 8);
      break;
    case ReportId::system:
      sent_.system = part.bytes[0];
      break;
    case ReportId::mouse:
      sent_.buttons = part.bytes[0];
      if (std::ranges::any_of(part.bytes.begin() + 1, part.bytes.end(),
                              [](auto b) { return b != 0; })) {
        stop();
      }
      break;
  }
}

Part ReportSplitter::part(Kind kind, const State& state) const {
  Part out;
  if (kind == Kind::boot) {
    out.size = static_cast<std::uint8_t>(state.boot.size());
    std::copy(state.boot.begin(), state.boot.end(), out.bytes.begin());
    return out;
  }
  out.interface = Interface::extra;
  out.id = static_cast<ReportId>(kind);
  switch (kind) {
    case Kind::keys:
      out.size = static_cast<std::uint8_t>(state.keys.size());
      out.bytes = state.keys;
      break;
    case Kind::consumer:
      out.size = 2;
      out.bytes[0] = low(state.consumer);
      out.bytes[1] = high(state.consumer);
      break;
    case Kind::system:
      out.size = 1;
      out.bytes[0] = state.system;
      break;
    default: {
      out.size = 6;
      out.bytes[0] = state.buttons;
      // Motion goes with what presses, never with a mere release.
      const bool moves = &state == &wanted_;
      if (!moves) break;
      out.bytes[1] = low(x_);
      out.bytes[2] = high(x_);
      out.bytes[3] = low(y_);
      out.bytes[4] = high(y_);
      out.bytes[5] = low(wheel_);
    }
  }
  return out;
}

Part ReportSplitter::state(Interface interface, ReportId id) const {
  const bool known =
      interface == Interface::keyboard
          ? id == ReportId::none
          : interface == Interface::extra && id >= ReportId::keys && id <= ReportId::mouse;
  if (!known) return Part{.interface = interface, .id = id};
  return part(static_cast<Kind>(id), sent_);
}

}  // namespace pianola::usb
