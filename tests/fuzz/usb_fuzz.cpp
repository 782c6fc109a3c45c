// TinyUSB with our descriptors, callbacks and device on a bus controller that a fuzzer plays:
// resets, setup packets and ends of transfers as a controller could tell them, with any contents.
// Afterwards the device must let itself be configured.
//
// Each step is a byte that chooses what happens, and what that takes.

#include <device/dcd.h>
#include <tusb.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "device/device.hpp"
#include "store/flash_scratch.hpp"
#include "support/fuzz_input.hpp"
#include "support/plain_flash.hpp"
#include "usb/usb.hpp"

namespace {

using namespace pianola;
using test::FuzzInput;

constexpr flash::Geometry kGeometry{.sector_size = 1024, .program_unit = 4, .sectors = 32};
constexpr std::uint8_t kIn = 0x80;

void require(bool condition) {
  if (!condition) std::abort();
}

/// What TinyUSB wants of an endpoint.
struct Endpoint {
  bool open = false;
  bool waits = false;
  std::uint8_t* buffer = nullptr;
  std::uint32_t size = 0;
  std::uint32_t packet = 64;
};

/// By number and direction, IN second.
std::array<std::array<Endpoint, 2>, 16> endpoints;

Endpoint& endpoint(std::uint8_t address) {
  return endpoints[address & 0x0FU][(address & kIn) != 0 ? 1 : 0];
}

void reset_endpoints() {
  endpoints = {};
  for (Endpoint& control : endpoints[0]) control.open = true;
}

/// Ends the transfer of an endpoint with the next bytes of the input.
void complete(FuzzInput& input, std::uint8_t address, std::uint32_t length, bool success) {
  Endpoint& end = endpoint(address);
  if (!end.open || !end.waits) return;
  end.waits = false;
  // A last packet that is too long is counted, but not kept; never on endpoint 0.
  const std::uint32_t all =
      (address & 0x0FU) == 0 ? end.size : (end.size + end.packet - 1) / end.packet * end.packet;
  length = std::min(length, (address & kIn) != 0 ? end.size : all);
  if ((address & kIn) == 0) {
    for (std::uint32_t i = 0; i < std::min(length, end.size); ++i) end.buffer[i] = input.byte();
  }
  dcd_event_xfer_complete(0, address, length, success ? XFER_RESULT_SUCCESS : XFER_RESULT_FAILED,
                          false);
}

class Rig final : private player::KeyboardLeds {
 public:
  Rig()
      : flash(kGeometry),
        store_memory_(store::Log::memory_size(kGeometry)),
        scratch_(store::FlashScratch::kLeastMemory + 512) {
    reset_endpoints();
    device = std::make_unique<device::Device>(device::Parts{.flash = flash,
                                                            .store_memory = store_memory_,
                                                            .engine = storage_.view(),
                                                            .workspace = {scratch_},
                                                            .host = usb,
                                                            .leds = *this});
    device->start(0, {});
    usb.start(*device, "fuzz");
    reset();
  }

  void reset() {
    reset_endpoints();
    dcd_event_bus_reset(0, TUSB_SPEED_FULL, false);
    usb.step(now);
  }
  void setup(const std::array<std::uint8_t, 8>& packet) {
    for (Endpoint& control : endpoints[0]) control.waits = false;
    dcd_event_setup_received(0, packet.data(), false);
  }

  test::PlainFlash flash;
  usb::Usb usb;
  std::unique_ptr<device::Device> device;
  Time now = 0;

 private:
  void show(std::uint8_t /*leds*/) override {}

  std::vector<std::uint8_t> store_memory_;
  std::vector<std::uint8_t> scratch_;
  engine::Storage<> storage_;
};

void step(Rig& rig, FuzzInput& input) {
  const std::uint8_t what = input.byte();
  switch (what % 10) {
    case 0: {
      std::array<std::uint8_t, 8> packet{};
      input.fill(packet);
      rig.setup(packet);
      break;
    }
    case 1:
      rig.setup({0, TUSB_REQ_SET_CONFIGURATION, input.byte(), 0, 0, 0, 0, 0});
      break;
    case 2: {
      // Class requests to the interfaces.
      const std::uint8_t type = (what & 0x80U) != 0 ? 0xA1 : 0x21;
      rig.setup({type, input.byte(), input.byte(), input.byte(),
                 static_cast<std::uint8_t>(what >> 5 & 3U), 0, input.byte(), 0});
      break;
    }
    case 3:
    case 4:
      complete(input, static_cast<std::uint8_t>((input.byte() & 7U) | (what & kIn)), input.word(),
               true);
      break;
    case 5: {  // A command block, and all of what follows.
      Endpoint& out = endpoint(usb::kStorageOut);
      if (!out.open || !out.waits || out.size < 31) break;
      std::array<std::uint8_t, 31> block{'U', 'S', 'B', 'C'};
      input.fill(std::span(block).subspan(8));
      block[10] &= 0x01;
      block[11] = 0;
      block[13] &= 1;
      std::copy(block.begin(), block.end(), out.buffer);
      out.waits = false;
      dcd_event_xfer_complete(0, usb::kStorageOut, 31, XFER_RESULT_SUCCESS, false);
      break;
    }
    case 6:
      complete(input, static_cast<std::uint8_t>((input.byte() & 7U) | (what & kIn)), input.word(),
               false);
      break;
    case 7:
      if (what < 64) {
        rig.reset();
      } else if (what < 128) {
        dcd_event_bus_signal(0, DCD_EVENT_SUSPEND, false);
      } else if (what < 192) {
        dcd_event_bus_signal(0, DCD_EVENT_RESUME, false);
      } else {
        dcd_event_bus_signal(0, DCD_EVENT_UNPLUGGED, false);
      }
      break;
    case 8:
      rig.device->key({hid::keyboard_usage(input.byte()), (what & 0x80U) != 0, rig.now});
      if (what == 0x12) rig.device->drive().insert();
      break;
    default:
      // What waits for the drive waits as long as this is so.
      rig.flash.is_busy = (what & 0x20U) != 0;
      rig.now += input.byte() * (what >> 6);
  }
  rig.usb.step(rig.now);
}

/// The device is configured by a host that does all as it should.
void configure(Rig& rig) {
  FuzzInput nothing(nullptr, 0);
  rig.reset();
  rig.setup({0, TUSB_REQ_SET_CONFIGURATION, 1, 0, 0, 0, 0, 0});
  rig.usb.step(rig.now);
  require(endpoint(kIn).waits && endpoint(kIn).size == 0);
  complete(nothing, kIn, 0, true);
  rig.usb.step(rig.now);
  require(rig.usb.configured());
  require(endpoint(usb::kRawOut).waits);
}

}  // namespace

// NOLINTBEGIN(readability-identifier-naming)
extern "C" {

bool dcd_init(std::uint8_t /*port*/, const tusb_rhport_init_t* /*init*/) { return true; }
bool dcd_deinit(std::uint8_t /*port*/) { return true; }
void dcd_int_enable(std::uint8_t /*port*/) {}
void dcd_int_disable(std::uint8_t /*port*/) {}
void dcd_int_handler(std::uint8_t /*port*/) {}
void dcd_sof_enable(std::uint8_t /*port*/, bool /*enable*/) {}
void dcd_remote_wakeup(std::uint8_t /*port*/) {}
void dcd_connect(std::uint8_t /*port*/) {}
void dcd_disconnect(std::uint8_t /*port*/) {}

bool dcd_edpt_xfer(std::uint8_t /*port*/, std::uint8_t address, std::uint8_t* buffer,
                   std::uint16_t size) {
  Endpoint& end = endpoint(address);
  if (!end.open) return false;
  end.waits = true;
  end.buffer = buffer;
  end.size = size;
  return true;
}

void dcd_set_address(std::uint8_t port, std::uint8_t /*address*/) {
  dcd_edpt_xfer(port, kIn, nullptr, 0);
}

bool dcd_edpt_open(std::uint8_t /*port*/, const tusb_desc_endpoint_t* descriptor) {
  endpoint(descriptor->bEndpointAddress) = {.open = true,
                                            .waits = false,
                                            .buffer = nullptr,
                                            .size = 0,
                                            .packet = tu_edpt_packet_size(descriptor)};
  return true;
}

void dcd_edpt_close(std::uint8_t /*port*/, std::uint8_t address) { endpoint(address) = {}; }

void dcd_edpt_close_all(std::uint8_t /*port*/) {
  for (std::size_t number = 1; number < endpoints.size(); ++number) endpoints[number] = {};
}

void dcd_edpt_stall(std::uint8_t /*port*/, std::uint8_t address) {
  endpoint(address).waits = false;
}
void dcd_edpt_clear_stall(std::uint8_t /*port*/, std::uint8_t /*address*/) {}

}  // extern "C"
// NOLINTEND(readability-identifier-naming)

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  Rig rig;
  configure(rig);
  while (!input.empty()) step(rig, input);
  configure(rig);
  return 0;
}
