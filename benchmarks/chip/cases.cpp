// Operations of the whole device, whose macros come from the store; counted on this machine and on
// the Cortex-M0+ (chip/). A key's change counts from the keyboard to the report that was read.

#include "cases.hpp"

#include <string>

namespace pianola::bench {
namespace {

constexpr hid::Usage kF1 = hid::keyboard_usage(0x3A);
constexpr hid::Usage kA = hid::keyboard_usage(0x04);

/// Macros that F1 starts to run beside it, in the case "sleepers".
constexpr std::uint32_t kBeside = 15;

/// As many definitions as there should be, three at least: F1 does `body`, and the last one is a
/// macro that does nothing. The others bind function keys, and are macros when there are none left.
/// Some macros all over the file wake each millisecond, if there is room for them.
std::string program(std::string_view body, std::uint32_t definitions) {
  constexpr std::string_view kMods[] = {"",     "ctrl+",  "alt+",      "shift+",
                                        "gui+", "rctrl+", "ctrl+alt+", "ctrl+shift+"};
  std::string out = "F1 { " + std::string(body) + " }\n";
  std::uint32_t ticks = 0;
  for (std::uint32_t n = 0; n + 2 < definitions; ++n) {
    const std::string number = std::to_string(n);
    if (definitions > 2 * kBeside && n % (definitions / kBeside) == 1 && ticks < kBeside) {
      out += "macro tick" + std::to_string(ticks++) + " { while 1 { wait 1ms } }\n";
      continue;
    }
    // F2 to F12 with eight sets of modifiers, then macros.
    if (n < 88) {
      out += std::string(kMods[n % 8]) + "F" + std::to_string(2 + n / 8);
    } else {
      out += "macro m" + number;
    }
    out += " { \"text number " + number + "\" ENTER }\n";
  }
  return out + "macro nothing { }\n";
}

/// What F1 does in the case `name`.
std::string body_of(std::string_view name) {
  if (name == "character") {
    return "while 1 { \"The quick brown fox jumps over the lazy dog, and then it does so again.\" "
           "}";
  }
  if (name == "tap") return "while 1 { UP DOWN LEFT RIGHT }";
  if (name == "sleeper") return "while 1 { wait 1ms }";
  if (name == "sleepers") {
    std::string forks;
    for (std::uint32_t i = 0; i < kBeside; ++i) forks += "fork tick" + std::to_string(i) + " ";
    return forks + "while 1 { wait 1ms }";
  }
  return "call nothing";
}

/// What counts: for callgrind whatever happens within it.
template <class Work>
[[gnu::noinline]] void measured(const Meter& meter, const Work& work) {
  meter.begin();
  work();
  meter.end();
}

/// Does the operation on `device`, which plays the case's macros. Returns how often.
std::uint32_t operate(std::string_view name, WholeDevice& device, std::uint32_t count,
                      const Meter& meter) {
  if (name == "unbound") {
    measured(meter, [&] {
      for (std::uint32_t i = 0; i < count; ++i) {
        device.key(kA, true);
        device.key(kA, false);
      }
    });
    return 2 * count;
  }
  if (name == "start") {
    measured(meter, [&] {
      for (std::uint32_t i = 0; i < count; ++i) {
        device.key(kF1, true);
        device.finish();
        device.key(kF1, false);
      }
    });
    return count;
  }
  device.key(kF1, true);
  device.key(kF1, false);
  const bool types = name == "character" || name == "tap";
  measured(meter, [&] { types ? device.read_reports(count) : device.wake(count); });
  return count;
}

}  // namespace

std::uint32_t run_case(std::string_view name, std::uint32_t definitions, std::uint32_t count,
                       std::span<std::uint8_t> flash, const Meter& meter) {
  const std::string text = program(body_of(name), definitions);
  const auto device = std::make_unique<WholeDevice>(flash);
  bool good = false;
  if (name == "save") {
    measured(meter, [&] { good = device->save(text); });
    count = static_cast<std::uint32_t>(text.size());
  } else {
    good = device->save(text);
    if (good) count = operate(name, *device, count, meter);
  }
  return good && device->device().errors().size() == 0 ? count : 0;
}

}  // namespace pianola::bench
