// A hostile client of the USB/IP server: bytes as they are, or well-formed messages with hostile
// contents, among them commands for the drive; keys, pulled cables and time in between. Afterwards
// a well-behaved host must be able to use the device.
//
// Each step is a byte that chooses what happens, and what that takes.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "ports/usbip/connection.hpp"
#include "support/fuzz_input.hpp"
#include "support/plain_flash.hpp"
#include "support/usb_host.hpp"

namespace {

using namespace pianola;
using test::FuzzInput;
using test::UsbHost;
using test::UsbRig;
using usbip::Connection;
using usbip::Writer;

constexpr flash::Geometry kGeometry{.sector_size = 1024, .program_unit = 4, .sectors = 32};

void require(bool condition) {
  if (!condition) std::abort();
}

std::vector<std::uint8_t> import_request() {
  std::vector<std::uint8_t> bytes;
  Writer(bytes)
      .u16(usbip::kVersion)
      .u16(usbip::kRequestImport)
      .u32(0)
      .text(usbip::kBusId, usbip::kBusIdBytes);
  return bytes;
}

class Client {
 public:
  Client(UsbRig& rig, FuzzInput& input) : rig_(rig), input_(input) { connect(); }

  void step() {
    const std::uint8_t what = input_.byte();
    switch (what % 12) {
      case 0:
        receive(input_.bytes(input_.byte()));
        break;
      case 1: {
        std::array<std::uint8_t, 8> setup{};
        input_.fill(setup);
        control(setup);
        break;
      }
      case 2:  // A standard request to the device that makes sense.
        control(UsbHost::setup((what & 0x80U) != 0 ? 0x80 : 0x00, input_.byte() % 16,
                               input_.word() & 0x0303U, 0, input_.byte()));
        break;
      case 3:
        control(UsbHost::setup(0x00, 9, 1, 0, 0));
        break;
      case 4:
        submit(input_.byte() % 16, (what & 0x80U) != 0, input_.word(), {}, {});
        break;
      case 5: {
        std::array<std::uint8_t, 10> command{};
        input_.fill(command);
        block(UsbHost::cbw(1, input_.number() & 0x1FFFFU, (what & 0x80U) != 0, input_.byte() & 1U,
                           command));
        break;
      }
      case 6: {  // A command that the drive knows.
        constexpr std::array<std::uint8_t, 8> kCodes{0x00, 0x12, 0x1B, 0x25,
                                                     0x28, 0x2A, 0x2F, 0x03};
        const std::uint8_t code = kCodes[input_.byte() % kCodes.size()];
        const std::uint16_t count = input_.byte() % 16;
        auto command = UsbHost::read_write(code, input_.byte() & 63U, count);
        if (code == 0x1B) command = {code, 0, 0, 0, static_cast<std::uint8_t>(count), 0};
        block(UsbHost::cbw(2, count * 512U + (what >> 6), code != 0x2A, 0, command));
        break;
      }
      case 7:
        submit(4, (what & 0x80U) != 0, input_.byte() * 64U, {}, {});
        break;
      case 8: {
        std::vector<std::uint8_t> message;
        Writer(message).u32(usbip::kUnlink).u32(++number_).u32(0x10002).zeros(8);
        Writer(message).u32(number_ - input_.byte() % 8).zeros(24);
        receive(message);
        break;
      }
      case 9:
        connect();
        break;
      case 10:
        rig_.key(hid::keyboard_usage(input_.byte()), (what & 0x80U) != 0);
        if (what == 0x7E) rig_.device->drive().insert();
        break;
      default:
        rig_.now += input_.byte() * (what >> 6);
        rig_.step();
    }
    if (connection_->output().size() > (1U << 20)) connection_->output().clear();
    if (connection_->closed()) connect();
  }

 private:
  void connect() {
    connection_.reset();
    connection_ = std::make_unique<Connection>(rig_.controller);
    receive(import_request());
    connection_->output().clear();
  }
  void receive(std::span<const std::uint8_t> bytes) {
    connection_->receive(bytes);
    rig_.step();
  }
  void submit(std::uint32_t endpoint, bool in, std::uint32_t length,
              std::span<const std::uint8_t> data, const std::array<std::uint8_t, 8>& setup) {
    std::vector<std::uint8_t> message;
    Writer out(message);
    out.u32(usbip::kSubmit).u32(++number_).u32(0x10002).u32(in ? 1 : 0).u32(endpoint);
    out.u32(0).u32(length).u32(0).u32(0).u32(0).bytes(setup).bytes(data);
    if (!in) out.zeros(length - std::min<std::size_t>(length, data.size()));
    receive(message);
  }
  void control(const std::array<std::uint8_t, 8>& setup) {
    const std::uint32_t length = setup[6] | setup[7] << 8U;
    submit(0, (setup[0] & 0x80U) != 0, length, {}, setup);
  }
  void block(const std::vector<std::uint8_t>& cbw) {
    submit(4, false, static_cast<std::uint32_t>(cbw.size()), cbw, {});
  }

  UsbRig& rig_;
  FuzzInput& input_;
  std::unique_ptr<Connection> connection_;
  std::uint32_t number_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzInput input(data, size);
  test::PlainFlash flash{kGeometry};
  UsbRig rig{flash};
  if ((input.byte() & 1U) != 0) rig.device->drive().insert();
  {
    Client client(rig, input);
    while (!input.empty()) client.step();
  }
  UsbHost host(rig);
  require(host.enumerate());
  require(host.test_ready().has_csw);
  return 0;
}
