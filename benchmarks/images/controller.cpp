// The bus controller of the board, as a port with one that TinyUSB does not know has it. TinyUSB's
// names.

#include <device/dcd.h>
#include <tusb.h>

#include <array>
#include <cstdint>

namespace {

/// What a controller of eight endpoints takes: state, and addresses that it copies from and to.
struct Registers {
  volatile std::uint32_t state;
  volatile std::uint32_t enabled;
  volatile std::uint32_t address;
  volatile std::uint32_t stalled;
  volatile std::uint8_t setup[8];
  volatile std::uint32_t done;
  volatile std::uint32_t done_size;
  struct {
    volatile std::uint32_t control;
    const std::uint8_t* volatile buffer;
    volatile std::uint32_t size;
  } endpoints[8][2];
};

enum State : std::uint32_t { reset = 1, suspended = 2, resumed = 4, has_setup = 8, is_done = 16 };

}  // namespace

extern "C" {

// The linker gives it an address.
extern Registers board_controller;

bool dcd_init(std::uint8_t /*port*/, const tusb_rhport_init_t* /*init*/) {
  board_controller.state = reset;
  return true;
}
bool dcd_deinit(std::uint8_t /*port*/) {
  board_controller.state = 0;
  return true;
}

void dcd_int_enable(std::uint8_t /*port*/) { board_controller.enabled = 1; }
void dcd_int_disable(std::uint8_t /*port*/) { board_controller.enabled = 0; }
void dcd_sof_enable(std::uint8_t /*port*/, bool enable) { board_controller.enabled = enable; }
void dcd_remote_wakeup(std::uint8_t /*port*/) { board_controller.state = resumed; }
void dcd_connect(std::uint8_t /*port*/) { board_controller.enabled = 3; }
void dcd_disconnect(std::uint8_t /*port*/) { board_controller.enabled = 0; }

void dcd_int_handler(std::uint8_t port) {
  const std::uint32_t state = board_controller.state;
  if ((state & reset) != 0) dcd_event_bus_reset(port, TUSB_SPEED_FULL, true);
  if ((state & suspended) != 0) dcd_event_bus_signal(port, DCD_EVENT_SUSPEND, true);
  if ((state & resumed) != 0) dcd_event_bus_signal(port, DCD_EVENT_RESUME, true);
  if ((state & has_setup) != 0) {
    std::array<std::uint8_t, 8> packet;
    for (std::size_t i = 0; i < packet.size(); ++i) packet[i] = board_controller.setup[i];
    dcd_event_setup_received(port, packet.data(), true);
  }
  if ((state & is_done) != 0) {
    dcd_event_xfer_complete(port, static_cast<std::uint8_t>(board_controller.done),
                            board_controller.done_size, XFER_RESULT_SUCCESS, true);
  }
}

bool dcd_edpt_xfer(std::uint8_t /*port*/, std::uint8_t address, std::uint8_t* buffer,
                   std::uint16_t size) {
  auto& endpoint = board_controller.endpoints[address & 7U][address >> 7];
  endpoint.buffer = buffer;
  endpoint.size = size;
  return true;
}

void dcd_set_address(std::uint8_t port, std::uint8_t address) {
  board_controller.address = address;
  dcd_edpt_xfer(port, 0x80, nullptr, 0);
}

bool dcd_edpt_open(std::uint8_t /*port*/, const tusb_desc_endpoint_t* descriptor) {
  const std::uint8_t address = descriptor->bEndpointAddress;
  board_controller.endpoints[address & 7U][address >> 7].control = tu_edpt_packet_size(descriptor);
  return true;
}

void dcd_edpt_close(std::uint8_t /*port*/, std::uint8_t address) {
  board_controller.endpoints[address & 7U][address >> 7].control = 0;
}

void dcd_edpt_close_all(std::uint8_t /*port*/) {
  for (auto& number : board_controller.endpoints) {
    for (auto& endpoint : number) endpoint.control = 0;
  }
}

void dcd_edpt_stall(std::uint8_t /*port*/, std::uint8_t address) {
  board_controller.stalled = address;
}
void dcd_edpt_clear_stall(std::uint8_t /*port*/, std::uint8_t address) {
  board_controller.stalled = address | 0x100U;
}

}  // extern "C"
