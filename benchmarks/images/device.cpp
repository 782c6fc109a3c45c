// The whole device, but for its bus.

#include <array>
#include <cstdint>

#include "board.hpp"
#include "device/device.hpp"
#include "store/flash_scratch.hpp"

namespace {

using namespace pianola;

/// As docs/porting.md has it: some 100 triggers and names cost no erase.
constexpr std::size_t kScratch = 8192;
/// Of 4 KB each: files with some ten thousand triggers and names.
constexpr std::size_t kScratchSectors = 256;
/// As docs/device.md has it for a small device.
constexpr std::size_t kRecording = 512;

class Host final : public device::Host {
 public:
  bool send(const hid::Report& report) override {
    return board::start_report(hid::boot_report(report));
  }
  void wake() override { board::sleep({}); }
  void reconnect() override { board::edit(); }
};

class Leds final : public device::KeyboardLeds {
 public:
  void show(std::uint8_t leds) override { board::show_leds(leds); }
};

board::Flash chip;
Host host;
Leds leds;
std::array<std::uint8_t, store::Log::memory_size(board::Flash::kGeometry)> store_memory;
std::array<std::uint8_t, store::FlashScratch::least_memory(board::Flash::kGeometry) + kScratch>
    scratch_memory;
std::array<std::uint16_t, kScratchSectors> scratch_sectors;
std::array<char, kRecording> recording;
board::Forever<engine::Storage<>> engine_storage;
board::Forever<device::Device> device_itself;

/// Does what the host asks of the drive.
void serve_drive(drive::Drive& drive) {
  static std::array<std::uint8_t, drive::Drive::kSector> sector;
  const std::uint32_t request = board::drive_request();
  const std::uint32_t first = request >> 2;
  drive::Sense sense = drive.test_ready();
  if ((request & 3U) == 1) sense = drive.read(first, sector);
  if ((request & 3U) == 2) sense = drive.write(first, sector);
  if ((request & 3U) == 3) sense = drive.start_stop(first == 0, true);
  board::answer(sense.code, drive.sectors(), sector);
}

}  // namespace

int main() {
  device::Device& device =
      device_itself.make(device::Parts{.flash = chip,
                                       .store_memory = store_memory,
                                       .engine = engine_storage.make().view(),
                                       .workspace = {scratch_memory, scratch_sectors},
                                       .host = host,
                                       .leds = leds,
                                       .recording = recording});
  device.start(board::now(), {.seed = board::noise()});
  for (;;) {
    device.host_leds(board::leds());
    while (const auto change = board::next_key()) device.key(*change);
    if (board::report_done()) device.report_taken(board::now());
    serve_drive(device.drive());
    board::sleep(device.step(board::now()));
  }
}
