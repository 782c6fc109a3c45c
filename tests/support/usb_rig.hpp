#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "device/device.hpp"
#include "hid/layout.hpp"
#include "ports/memory/compile.hpp"
#include "ports/usbip/bus.hpp"
#include "ports/usbip/controller.hpp"
#include "store/flash_scratch.hpp"
#include "store/save.hpp"
#include "usb/usb.hpp"

namespace pianola::test {

/// A whole device on a USB bus, in virtual time. There can be one at a time.
class UsbRig final : private player::KeyboardLeds {
 public:
  static constexpr flash::Geometry kGeometry{.sector_size = 4096, .program_unit = 4, .sectors = 64};
  static constexpr std::string_view kUnit = "0123456789AB";

  /// `flash` is the caller's and outlives the rig.
  explicit UsbRig(flash::NorFlash& flash, const device::StartOptions& options = {},
                  std::uint32_t start = 0)
      : now(start),
        store_memory_(store::Log::memory_size(flash.geometry())),
        scratch_(store::FlashScratch::kLeastMemory + 1024),
        recording_(512) {
    device = std::make_unique<device::Device>(device::Parts{.flash = flash,
                                                            .store_memory = store_memory_,
                                                            .engine = storage_->view(),
                                                            .workspace = {scratch_},
                                                            .host = usb,
                                                            .leds = *this,
                                                            .recording = recording_});
    mount = device->start(now, options);
    usb.start(*device, kUnit);
    step();
  }

  /// What happens at this time.
  void step() {
    for (int i = 0; i < 64; ++i) {
      next = usbip::step_bus(controller, usb, now);
      if (next.never || next.at != now) return;
    }
  }

  /// A key changes now, after what was to happen at this time.
  void key(hid::Usage usage, bool down) {
    device->key({usage, down, now});
    step();
  }

  /// Saves macros as another than the device would, while no drive is in.
  Status save(std::string_view text) {
    memory::Source source{text};
    memory::Scratch scratch;
    memory::Findings findings;
    store::Save save{device->store(), source, scratch, findings};
    const Status status = save.run();
    step();
    return status;
  }
  /// macros.txt as it is in force.
  std::string text() {
    store::CurrentRoll& roll = device->roll();
    std::string text(roll.text_size(), '\0');
    text.resize(roll.read_text(0, text));
    return text;
  }

  std::uint32_t now;
  usbip::Controller controller;
  usb::Usb usb;
  std::unique_ptr<device::Device> device;
  store::Mount mount{};
  Next next;
  std::vector<std::uint8_t> leds;  ///< All that the keyboard was told.

 private:
  /// As for simulations: a desktop's memory.
  static constexpr engine::Capacities kCapacities{.tasks = 64,
                                                  .slots = 512,
                                                  .holds = 64,
                                                  .events = 64,
                                                  .globals = lang::kMaxGlobals,
                                                  .recordings = 4096,
                                                  .window = 128};

  void show(std::uint8_t state) override { leds.push_back(state); }

  std::unique_ptr<engine::Storage<kCapacities>> storage_ =
      std::make_unique<engine::Storage<kCapacities>>();
  std::vector<std::uint8_t> store_memory_;
  std::vector<std::uint8_t> scratch_;
  std::vector<char> recording_;
};

}  // namespace pianola::test
