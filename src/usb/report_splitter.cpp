#include "usb/report_splitter.hpp"

#include <algorithm>
#include <bit>

namespace pianola::usb {
namespace {

/// Where the keys of a boot report begin.
constexpr std::size_t kKeys = 2;
constexpr std::uint8_t kRollOver = 0x01;
/// No key in the report of further keys.
constexpr std::array<std::uint8_t, kExtraKeyBytes> kNoKeys{};

std::span<std::uint8_t> keys_of(hid::BootReport& boot) { return std::span(boot).subspan(kKeys); }
std::span<const std::uint8_t> keys_of(const hid::BootReport& boot) {
  return std::span(boot).subspan(kKeys);
}

bool has_key(const hid::BootReport& boot, std::uint8_t usage) {
  const auto keys = keys_of(boot);
  return std::ranges::find(keys.begin(), keys.end(), usage) != keys.end();
}

/// Whether a bit that is set in `from` is not in `to`.
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
  compare();
}

void ReportSplitter::set_extra(bool listens) {
  extra_ = listens;
  compare();
}

void ReportSplitter::set(const hid::Report& report) {
  mods_ = report.mods;
  keys_ = report.keys;
  wanted_.consumer = report.consumer;
  wanted_.system = report.system;
  wanted_.buttons = report.buttons;
  const bool moves = has(Kind::mouse);
  x_ = moves ? report.x : std::int16_t{0};
  y_ = moves ? report.y : std::int16_t{0};
  wheel_ = moves ? report.wheel : std::int8_t{0};
  place_keys();
  compare();
}

/// The pointer moves no more.
void ReportSplitter::stop() {
  x_ = 0;
  y_ = 0;
  wheel_ = 0;
}

void ReportSplitter::place_keys() {
  if (boot_) {
    hid::Report report;
    report.mods = mods_;
    report.keys = keys_;
    wanted_.boot = hid::boot_report(report);
    wanted_.keys = {};
    return;
  }
  wanted_.boot[0] = mods_;
  hid::KeySet others = keys_;
  const auto keys = keys_of(wanted_.boot);
  for (std::uint8_t& usage : keys) {
    if (usage == 0) continue;
    if (usage == kRollOver || !others.contains(usage)) usage = 0;
    others.remove(usage);
  }
  if (extra_used_) keep_extra(others);
  others.for_each([&](std::uint8_t usage) {
    const auto place = std::ranges::find(keys.begin(), keys.end(), 0);
    if (place != keys.end()) {
      *place = usage;
    } else if (has_bit(usage)) {
      set_bit(wanted_.keys, usage);
      extra_used_ = true;
    }
  });
}

/// Keys of the report of further keys stay there as long as they are among `keys`, from which they
/// are taken.
void ReportSplitter::keep_extra(hid::KeySet& keys) {
  const auto before = wanted_.keys;
  wanted_.keys = {};
  for (unsigned usage = kFirstExtraKey; usage <= kLastExtraKey; ++usage) {
    const auto key = static_cast<std::uint8_t>(usage);
    if (!bit(before, key) || !keys.contains(key)) continue;
    set_bit(wanted_.keys, key);
    keys.remove(key);
  }
}

/// Notes what the host is still to be told.
void ReportSplitter::compare() {
  releases_ = 0;
  presses_ = 0;
  const unsigned mods = sent_.boot[0] ^ wanted_.boot[0];
  bool up = (mods & sent_.boot[0]) != 0;
  bool down = (mods & wanted_.boot[0]) != 0;
  for (std::size_t i = kKeys; i < sent_.boot.size(); ++i) {
    const std::uint8_t before = sent_.boot[i];
    const std::uint8_t after = wanted_.boot[i];
    if (before == after) continue;
    up = up || (before != 0 && !has_key(wanted_.boot, before));
    down = down || (after != 0 && !has_key(sent_.boot, after));
  }
  note(Kind::boot, up, down);
  extra_used_ = extra_used_ || wanted_.consumer != 0 || wanted_.system != 0 ||
                wanted_.buttons != 0 || x_ != 0 || y_ != 0 || wheel_ != 0;
  if (extra_used_ && has(Kind::keys)) compare_extra();
}

/// The same of all but the boot report.
void ReportSplitter::compare_extra() {
  note(Kind::keys, lets_go(sent_.keys, wanted_.keys), lets_go(wanted_.keys, sent_.keys));
  const auto note_one = [&](Kind kind, unsigned before, unsigned after) {
    note(kind, before != 0 && before != after, after != 0 && before != after);
  };
  note_one(Kind::consumer, sent_.consumer, wanted_.consumer);
  note_one(Kind::system, sent_.system, wanted_.system);
  const bool moves = x_ != 0 || y_ != 0 || wheel_ != 0;
  note(Kind::mouse, (sent_.buttons & ~wanted_.buttons) != 0,
       (wanted_.buttons & ~sent_.buttons) != 0 || moves);
  extra_used_ = any() || wanted_.keys != kNoKeys || wanted_.consumer != 0 || wanted_.system != 0 ||
                wanted_.buttons != 0;
}

void ReportSplitter::note(Kind kind, bool releases, bool presses) {
  const auto number = static_cast<unsigned>(kind);
  releases_ = static_cast<std::uint8_t>(releases_ | unsigned{releases} << number);
  presses_ = static_cast<std::uint8_t>(presses_ | unsigned{presses} << number);
}

/// The state that was sent last, without what is to go up, and without motion: that goes with what
/// presses.
ReportSplitter::State ReportSplitter::released() const {
  State state;
  state.boot[0] = static_cast<std::uint8_t>(sent_.boot[0] & wanted_.boot[0]);
  for (std::size_t i = kKeys; i < state.boot.size(); ++i) {
    if (has_key(wanted_.boot, sent_.boot[i])) state.boot[i] = sent_.boot[i];
  }
  for (std::size_t i = 0; i < state.keys.size(); ++i) {
    state.keys[i] = static_cast<std::uint8_t>(sent_.keys[i] & wanted_.keys[i]);
  }
  state.buttons = static_cast<std::uint8_t>(sent_.buttons & wanted_.buttons);
  return state;
}

std::optional<Part> ReportSplitter::next() const {
  if (!any()) return std::nullopt;
  const auto first_press = static_cast<unsigned>(std::countr_zero(presses_));
  if (releases_ == 0) return whole(static_cast<Kind>(first_press));
  // The last of the kinds: modifiers go up after all else.
  const auto release = static_cast<unsigned>(std::bit_width(releases_)) - 1;
  const bool more = std::popcount(releases_) > 1;
  // The last release and the first press may be one report.
  const bool presses_too = (presses_ >> release & 1U) != 0;
  const auto kind = static_cast<Kind>(release);
  if (!presses_too || (!more && release == first_press)) return whole(kind);
  return part(kind, released());
}

/// The report that says all that is wanted.
Part ReportSplitter::whole(Kind kind) const {
  Part out = part(kind, wanted_);
  if (kind != Kind::mouse) return out;
  out.bytes[1] = low(x_);
  out.bytes[2] = high(x_);
  out.bytes[3] = low(y_);
  out.bytes[4] = high(y_);
  out.bytes[5] = low(wheel_);
  return out;
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
  compare();
}

Part ReportSplitter::part(Kind kind, const State& state) {
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
    default:
      out.size = 6;
      out.bytes[0] = state.buttons;
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
