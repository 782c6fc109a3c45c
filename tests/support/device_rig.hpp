#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "device/device.hpp"
#include "hid/layout.hpp"
#include "ports/memory/compile.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "ports/sim/simulated_host.hpp"
#include "scenario/key_script.hpp"
#include "store/flash_scratch.hpp"
#include "store/save.hpp"
#include "support/drive_write.hpp"

namespace pianola::test {

/// A whole device in virtual time, without a bus: its keyboard, and a host that takes a report each
/// millisecond.
class DeviceRig final : private device::Host, private player::KeyboardLeds {
 public:
  static constexpr flash::Geometry kGeometry{.sector_size = 4096, .program_unit = 4, .sectors = 64};

  /// `flash` is the caller's and outlives the rig.
  explicit DeviceRig(flash::NorFlash& flash, const device::StartOptions& options = {})
      : store_memory_(store::Log::memory_size(flash.geometry())),
        scratch_(store::FlashScratch::kLeastMemory + 1024),
        recording_(512) {
    device = std::make_unique<device::Device>(device::Parts{.flash = flash,
                                                            .store_memory = store_memory_,
                                                            .engine = storage_->view(),
                                                            .workspace = {scratch_},
                                                            .host = *this,
                                                            .leds = *this,
                                                            .recording = recording_});
    mount = device->start(now, options);
    device->connected();
  }

  /// A key changes now, after what was to happen at this time.
  void key(hid::Usage usage, bool down) {
    device->key({usage, down, now});
    live();
  }
  /// Plays `script`, written as for `pianola play --keys`, and lets 50 ms pass.
  void play(std::string_view script) {
    const scenario::KeyScript keys = scenario::parse_key_script(script, hid::default_layout());
    const std::uint32_t start = now;
    for (const engine::KeyEvent& event : keys.events) {
      pass(start + event.time - now);
      key(event.usage, event.down);
    }
    pass(start + keys.end - now + 50);
  }
  /// Both Shift keys together, then `key`.
  void leader(std::string_view key) {
    play("+LSHIFT +RSHIFT 10 -LSHIFT -RSHIFT 10 " + std::string(key));
  }
  /// Both Shift keys and `=`.
  void edit() { play("+LSHIFT +RSHIFT 10 0x2E -LSHIFT -RSHIFT"); }

  /// What happens at this time: to be called when something was done to the device itself.
  void live() {
    step();
    if (!polls || !host.poll(now)) return;
    device->report_taken(now);
    step();
  }
  /// A host writes whole sectors of the drive and waits for the answer.
  drive::Sense write(std::uint32_t first, std::span<const std::uint8_t> data) {
    return write_and_wait(device->drive(), first, data, [this] {
      live();
      if (!next.never && next.at != now) pass(1);
    });
  }
  /// Lets time pass.
  void pass(std::uint32_t milliseconds) {
    for (const std::uint32_t end = now + milliseconds; now != end;) {
      ++now;
      // Nobody steps a device that does not want it.
      const bool due = !next.never && reached(now, next.at);
      if (due || (polls && host.waits())) live();
    }
  }

  /// Saves macros as another than the device would, while no drive is in.
  Status save(std::string_view text) {
    memory::Source source{text};
    memory::Scratch scratch;
    memory::Findings findings;
    store::Save save{device->store(), source, scratch, findings};
    const Status status = save.run();
    live();
    return status;
  }
  /// macros.txt as it is in force.
  std::string text() {
    store::CurrentRoll& roll = device->roll();
    std::string text(roll.text_size(), '\0');
    text.resize(roll.read_text(0, text));
    return text;
  }
  /// What a text field of the host shows; with `clear`, from now on an empty one.
  std::string typed() { return host.text().substr(shown_); }
  void clear_typed() { shown_ = host.text().size(); }

  std::unique_ptr<device::Device> device;
  store::Mount mount{};
  sim::SimulatedHost host{hid::default_layout()};
  std::uint32_t now = 0;
  Next next = Next::time(0);
  bool polls = true;  ///< The host takes reports.
  unsigned wakes = 0;
  unsigned reconnects = 0;
  std::vector<std::uint8_t> leds;  ///< All that the keyboard was told.

 private:
  static constexpr engine::Capacities kCapacities{.slots = 64, .events = 32, .recordings = 64};

  bool send(const hid::Report& report) override { return polls && host.send(report); }
  void wake() override { ++wakes; }
  void reconnect() override { ++reconnects; }
  void show(std::uint8_t state) override { leds.push_back(state); }

  void step() {
    for (int i = 0; i < 64; ++i) {
      next = device->step(now);
      if (next.never || next.at != now) return;
    }
  }

  std::unique_ptr<engine::Storage<kCapacities>> storage_ =
      std::make_unique<engine::Storage<kCapacities>>();
  std::vector<std::uint8_t> store_memory_;
  std::vector<std::uint8_t> scratch_;
  std::vector<char> recording_;
  std::size_t shown_ = 0;
};

/// The same with flash of its own.
struct NewDevice {
  memory::SimulatedFlash flash{DeviceRig::kGeometry};
  DeviceRig rig{flash};
};

/// A notice as the user reads it.
inline std::string words_of(device::Notice notice) {
  memory::StringSink sink;
  TextWriter out(sink);
  device::write_notice(out, notice);
  return sink.text();
}

}  // namespace pianola::test
