// The whole device on a USB bus.

#include <device/dcd.h>

#include <array>
#include <cstdint>

#include "board.hpp"
#include "device/device.hpp"
#include "store/flash_scratch.hpp"
#include "usb/usb.hpp"

namespace {

using namespace pianola;

/// As docs/porting.md has it: some 100 triggers and names cost no erase.
constexpr std::size_t kScratch = 8192;
/// As docs/device.md has it for a small device.
constexpr std::size_t kRecording = 512;

board::Flash chip;
board::Leds leds;
std::array<std::uint8_t, store::Log::memory_size(board::Flash::kGeometry)> store_memory;
std::array<std::uint8_t, store::FlashScratch::kLeastMemory + kScratch> scratch_memory;
std::array<char, kRecording> recording;
board::Forever<engine::Storage<>> engine_storage;
board::Forever<usb::Usb> usb_itself;
board::Forever<device::Device> device_itself;

}  // namespace

int main() {
  usb::Usb& usb = usb_itself.make();
  device::Device& device = device_itself.make(device::Parts{.flash = chip,
                                                            .store_memory = store_memory,
                                                            .engine = engine_storage.make().view(),
                                                            .workspace = {scratch_memory},
                                                            .host = usb,
                                                            .leds = leds,
                                                            .recording = recording});
  device.start(board::now(), {.seed = board::noise()});
  usb.start(device, "board");
  for (;;) {
    dcd_int_handler(0);  // The interrupt of a real board.
    while (const auto change = board::next_key()) device.key(*change);
    board::sleep(usb.step(board::now()));
  }
}
