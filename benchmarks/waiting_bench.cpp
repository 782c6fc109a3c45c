// How long keys wait while a drive is written and its macros are saved, on a chip that can run
// nothing while its flash erases or programs: the whole device on a bus, in virtual time. Keys
// change every 30 ms, a macro types all the while, and the host asks for reports each millisecond.
// The processor itself takes no time here; instructions are counted elsewhere.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdint>
#include <deque>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "support/fat_tools.hpp"
#include "support/slow_flash.hpp"
#include "support/usb_host.hpp"

namespace pianola {
namespace {

/// Flash that the processor runs from, as an RP2040 without suspend has it: while it works, nothing
/// else does, so nobody ever finds it busy.
class BlockingFlash final : public test::SlowFlash {
 public:
  using SlowFlash::SlowFlash;

  [[nodiscard]] const std::uint8_t* mapped() const override { return chip.bytes().data(); }
  [[nodiscard]] bool busy() const override { return false; }

  /// Whether it works all through the millisecond `now`.
  [[nodiscard]] bool blocks(Time now) const { return over_at() >= (std::uint64_t{now} + 1) * 1000; }
};

/// The device, its host, and somebody who types.
class Desk {
 public:
  explicit Desk(std::uint32_t kilobytes)
      : flash_({4096, 256, kilobytes / 4}), rig_(flash_), host_(rig_) {}

  /// Saves `text`, starts F1, and puts the drive in. False if something is wrong.
  bool start(const std::string& text) {
    if (rig_.save(text) != Status::ok || !host_.enumerate()) return false;
    flash_.clock = &rig_.now;
    worked_ = flash_.worked();
    rig_.stands_still = [this] { return waits_or_listens(); };
    host_.on_input = [this](const test::InputReport& input) { see(input); };
    rig_.key(hid::keyboard_usage(0x3A), true);
    rig_.key(hid::keyboard_usage(0x3A), false);
    rig_.device->drive().insert();
    return host_.wait_for_medium();
  }

  /// Copies macros.txt to the drive as mtools would, in pieces of 64 KB; keys change meanwhile.
  bool write(const std::string& text) {
    std::vector<std::uint8_t> before(std::size_t{rig_.device->drive().sectors()} * kSector);
    if (!rig_.device->drive().read(0, before).ok()) return false;
    test::FatImage image(before);
    if (!image.copy_in("macros.txt", text).empty()) return false;
    const std::vector<std::uint8_t> after = image.bytes();
    constexpr std::size_t kPiece = std::size_t{64} * 1024;
    for (std::size_t at = 0; at < after.size();) {
      if (std::equal(&before[at], &before[at] + kSector, &after[at])) {
        at += kSector;
        continue;
      }
      std::size_t end = at;
      while (end < after.size() && end - at < kPiece &&
             !std::equal(&before[end], &before[end] + kSector, &after[end])) {
        end += kSector;
      }
      if (!send(static_cast<std::uint32_t>(at / kSector), std::span{after}.subspan(at, end - at))) {
        return false;
      }
      at = end;
    }
    return true;
  }

  /// Ejects, and waits until it is in force. False if it is not taken.
  bool eject(const std::string& text) {
    const std::uint32_t before = rig_.device->drive().outcomes();
    const std::uint32_t eject = host_.submit(
        usb::kStorageOut, false, 31,
        test::UsbHost::cbw(1, 0, false, 0, std::array<std::uint8_t, 6>{0x1B, 0, 0, 0, 2, 0}));
    for (unsigned ms = 0; rig_.device->drive().outcomes() == before; ++ms) {
      if (ms == 600'000) return false;
      pass();
    }
    static_cast<void>(eject);
    for (int i = 0; i < 100; ++i) pass();
    return rig_.text() == text;
  }

  [[nodiscard]] Time now() const { return rig_.now; }
  [[nodiscard]] std::uint64_t flash_worked() const { return flash_.worked(); }
  /// The most that the flash worked in one step of the device, in us.
  [[nodiscard]] std::uint64_t longest_step() const { return longest_; }
  [[nodiscard]] const std::vector<Time>& waits() const { return waits_; }

 private:
  static constexpr std::size_t kSector = 512;
  static constexpr std::uint8_t kKey = 0x05;  // b, which the macro does not type

  bool send(std::uint32_t first, std::span<const std::uint8_t> data) {
    const auto count = static_cast<std::uint16_t>(data.size() / kSector);
    const auto size = static_cast<std::uint32_t>(data.size());
    const std::uint32_t command = host_.submit(
        usb::kStorageOut, false, 31,
        test::UsbHost::cbw(9, size, false, 0, test::UsbHost::read_write(0x2A, first, count)));
    const std::uint32_t sent = host_.submit(usb::kStorageOut, false, size, data);
    const std::uint32_t status = host_.submit(usb::kStorageIn & 0x0FU, true, 13);
    for (unsigned ms = 0; !host_.over(status); ++ms) {
      if (ms == 30'000) return false;  // as long as Linux waits for a command
      pass();
    }
    host_.take(command);
    host_.take(sent);
    const test::Transfer answer = host_.take(status);
    return answer.data.size() == 13 && answer.data[12] == 0;
  }

  /// A millisecond, in which a key may change.
  void pass() {
    if (rig_.now % 30 == 0) changes_.push_back(rig_.now);
    host_.pass(1);
  }

  /// Before each step of the device: whether the processor waits. If not, it takes the keys first.
  bool waits_or_listens() {
    longest_ = std::max(longest_, flash_.worked() - worked_);
    worked_ = flash_.worked();
    if (flash_.blocks(rig_.now)) return true;
    for (; pressed_ < changes_.size(); ++pressed_) {
      down_ = !down_;
      rig_.device->key({hid::keyboard_usage(kKey), down_, rig_.now});
    }
    return false;
  }

  /// A report: the oldest change that was not seen yet may be in it.
  void see(const test::InputReport& input) {
    if (input.endpoint != usb::kKeyboardIn || changes_.empty() || pressed_ == 0) return;
    const bool down =
        std::find(input.bytes.begin() + 2, input.bytes.end(), kKey) != input.bytes.end();
    if (down == seen_) return;
    seen_ = down;
    waits_.push_back(rig_.now - changes_.front());
    changes_.pop_front();
    --pressed_;
  }

  BlockingFlash flash_;
  test::UsbRig rig_;
  test::UsbHost host_;
  std::deque<Time> changes_;  ///< Of the key, when they happened; those that no report had yet.
  std::size_t pressed_ = 0;   ///< Of these, so many came to the device.
  std::uint64_t worked_ = 0;  ///< By the flash, up to the step before.
  std::uint64_t longest_ = 0;
  std::vector<Time> waits_;  ///< From each change to its report, in ms.
  bool down_ = false;
  bool seen_ = false;
};

/// Text of about `kilobytes`, whose F1 types without an end.
std::string macros(unsigned kilobytes, unsigned typed) {
  std::string text = "F1 { while 1 { \"xyz \" } }\n";
  for (unsigned i = 0; text.size() < std::size_t{kilobytes} * 1024; ++i) {
    std::string typed_text = "number " + std::to_string(i) + ": ";
    while (typed_text.size() < typed)
      typed_text += static_cast<char>('a' + (typed_text.size() * 7 + i) % 26);
    text += "macro m" + std::to_string(i) + " { \"" + typed_text + "\" }\n";
  }
  return text;
}

void report(benchmark::State& state, const Desk& desk) {
  std::vector<Time> waits = desk.waits();
  std::ranges::sort(waits);
  const auto share = [&](Time most) {
    const auto end = std::upper_bound(waits.begin(), waits.end(), most);
    return 100.0 * static_cast<double>(end - waits.begin()) / static_cast<double>(waits.size());
  };
  state.counters["keys"] = static_cast<double>(waits.size());
  for (const Time most : {1U, 2U, 5U, 10U, 50U}) {
    state.counters["to_" + std::to_string(most) + "_ms_%"] = share(most);
  }
  state.counters["step_ms"] = static_cast<double>(desk.longest_step()) / 1000.0;
  state.counters["worst_ms"] = waits.empty() ? 0 : waits.back();
}

/// A file of so many KB, with definitions of so many typed characters, over the drive of a region
/// of so many KB that holds macros of a tenth of that.
void FileOverTheDrive(benchmark::State& state) {
  const auto file = static_cast<unsigned>(state.range(0));
  const auto typed = static_cast<unsigned>(state.range(1));
  for (auto _ : state) {
    Desk desk(static_cast<std::uint32_t>(state.range(2)));
    const std::string text = macros(file, typed);
    if (!desk.start(macros(file / 10, typed))) return state.SkipWithError("no drive");
    const Time begin = desk.now();
    if (!desk.write(text)) return state.SkipWithError("not written");
    const Time written = desk.now();
    const std::uint64_t worked = desk.flash_worked();
    if (!desk.eject(text)) return state.SkipWithError("not taken");
    report(state, desk);
    state.counters["write_s"] = (written - begin) / 1000.0;
    state.counters["take_s"] = (desk.now() - written) / 1000.0;
    state.counters["take_flash_s"] = static_cast<double>(desk.flash_worked() - worked) / 1e6;
  }
}

BENCHMARK(FileOverTheDrive)
    ->Args({64, 20, 4096})
    ->Args({1024, 200, 4096})
    ->Iterations(1)
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pianola
