#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "ports/usbip/connection.hpp"
#include "ports/usbip/protocol.hpp"
#include "support/usb_rig.hpp"

namespace pianola::test {

using Bytes = std::vector<std::uint8_t>;

/// How a transfer ended.
struct Transfer {
  std::int32_t status = 0;  ///< 0, or an error of Linux's, negative.
  std::uint32_t length = 0;
  Bytes data;  ///< IN.

  [[nodiscard]] bool ok() const { return status == 0; }
};

/// An input report that the host read.
struct InputReport {
  std::uint32_t time = 0;
  std::uint8_t endpoint = 0;
  Bytes bytes;
};

/// What came of a SCSI command by the Bulk-Only Transport.
struct ScsiResult {
  std::int32_t data_status = 0;    ///< Of the data stage.
  std::int32_t status_status = 0;  ///< Of the status stage, when it was read at last.
  bool has_csw = false;
  std::uint8_t status = 0xFF;  ///< 0 passed, 1 failed, 2 phase error.
  std::uint32_t residue = 0;
  bool tag_right = false;
  Bytes data;
  std::uint32_t sent = 0;

  [[nodiscard]] bool passed() const { return has_csw && status == 0 && tag_right; }
};

/// A USB host in virtual time that speaks USB/IP to the device as Linux does, and has drivers for
/// HID and mass storage.
class UsbHost {
 public:
  static constexpr std::int32_t kStall = -32;
  static constexpr std::int32_t kTimeOut = -110;

  explicit UsbHost(UsbRig& rig) : rig_(rig) {}

  // ---- The connection ---------------------------------------------------------------------------

  /// Attaches the device. False if it is refused.
  bool attach() {
    connection_ = std::make_unique<usbip::Connection>(rig_.controller);
    Bytes request;
    usbip::Writer(request)
        .u16(usbip::kVersion)
        .u16(usbip::kRequestImport)
        .u32(0)
        .text(usbip::kBusId, usbip::kBusIdBytes);
    connection_->receive(request);
    rig_.step();
    Bytes& output = connection_->output();
    const bool good = output.size() >= 8 && usbip::read_u32(output, 4) == 0;
    output.erase(output.begin(),
                 output.begin() +
                     static_cast<std::ptrdiff_t>(good ? 8 + usbip::kDeviceBytes : output.size()));
    if (!good) connection_.reset();
    return good;
  }
  /// Pulls the cable.
  void detach() {
    connection_.reset();
    done_.clear();
    in_.clear();
    polled_.clear();
    listening_.clear();
    rig_.step();
  }
  [[nodiscard]] usbip::Connection* connection() { return connection_.get(); }
  /// Whether the device is still there.
  [[nodiscard]] bool attached() const { return connection_ && connection_->attached(); }

  // ---- Transfers --------------------------------------------------------------------------------

  /// Begins one; gives its number. `setup` is for endpoint 0.
  std::uint32_t submit(std::uint8_t endpoint, bool in, std::uint32_t length,
                       std::span<const std::uint8_t> data = {},
                       const std::array<std::uint8_t, 8>& setup = {}) {
    const std::uint32_t number = ++number_;
    if (in) in_.insert(number);
    Bytes message;
    usbip::Writer out(message);
    out.u32(usbip::kSubmit).u32(number).u32(0x10002).u32(in ? 1 : 0).u32(endpoint);
    out.u32(0).u32(length).u32(0).u32(0).u32(0).bytes(setup).bytes(data);
    connection_->receive(message);
    rig_.step();
    take_replies();
    return number;
  }
  /// Whether it is over.
  [[nodiscard]] bool over(std::uint32_t number) const { return done_.count(number) != 0; }
  /// What came of it, once.
  Transfer take(std::uint32_t number) {
    Transfer result = std::move(done_.at(number));
    done_.erase(number);
    return result;
  }
  /// Takes it back; the status that the device answers.
  std::int32_t unlink(std::uint32_t number) {
    const std::uint32_t own = ++number_;
    Bytes message;
    usbip::Writer(message).u32(usbip::kUnlink).u32(own).u32(0x10002).zeros(8).u32(number).zeros(24);
    connection_->receive(message);
    rig_.step();
    take_replies();
    if (unlinked_.count(own) == 0) throw std::runtime_error("no answer to an unlink");
    return unlinked_[own];
  }
  /// Waits until it is over; takes it back after `patience` ms.
  Transfer wait(std::uint32_t number, std::uint32_t patience = 5000) {
    for (std::uint32_t waited = 0; !over(number) && attached(); ++waited) {
      if (waited == patience) {
        unlink(number);
        if (!over(number)) return {.status = kTimeOut, .length = 0, .data = {}};
        break;
      }
      pass(1);
    }
    if (!over(number)) return {.status = -108, .length = 0, .data = {}};
    return take(number);
  }

  Transfer control_in(std::uint8_t type, std::uint8_t request, std::uint16_t value,
                      std::uint16_t index, std::uint16_t length) {
    return wait(submit(0, true, length, {}, setup(type, request, value, index, length)));
  }
  Transfer control_out(std::uint8_t type, std::uint8_t request, std::uint16_t value,
                       std::uint16_t index, std::span<const std::uint8_t> data = {}) {
    const auto length = static_cast<std::uint16_t>(data.size());
    return wait(submit(0, false, length, data, setup(type, request, value, index, length)));
  }
  Transfer bulk_in(std::uint8_t address, std::uint32_t length, std::uint32_t patience = 5000) {
    return wait(submit(address & 0x0FU, true, length), patience);
  }
  Transfer bulk_out(std::uint8_t address, std::span<const std::uint8_t> data,
                    std::uint32_t patience = 5000) {
    return wait(submit(address, false, static_cast<std::uint32_t>(data.size()), data), patience);
  }

  static std::array<std::uint8_t, 8> setup(std::uint8_t type, std::uint8_t request,
                                           std::uint16_t value, std::uint16_t index,
                                           std::uint16_t length) {
    const auto low = [](std::uint16_t v) { return static_cast<std::uint8_t>(v & 0xFFU); };
    const auto high = [](std::uint16_t v) { return static_cast<std::uint8_t>(v >> 8); };
    return {type,       request,     low(value),  high(value),
            low(index), high(index), low(length), high(length)};
  }

  // ---- Time -------------------------------------------------------------------------------------

  /// Lets time pass, reading input reports of endpoints that are polled.
  void pass(std::uint32_t milliseconds) {
    take_replies();
    poll();
    for (const std::uint32_t end = rig_.now + milliseconds; rig_.now != end;) {
      ++rig_.now;
      rig_.step();
      take_replies();
      poll();
    }
  }

  /// Time passes for the device alone: the host is a virtual computer that stands still. Transfers
  /// that it has asked for end, and it asks for nothing. The device goes on every `interval` ms.
  void stand_still(std::uint32_t milliseconds, std::uint32_t interval = 1) {
    for (std::uint32_t passed = 0; passed < milliseconds; passed += interval) {
      rig_.now += interval;
      rig_.step();
    }
  }

  // ---- Enumeration ------------------------------------------------------------------------------

  Bytes descriptor(std::uint8_t type, std::uint8_t index, std::uint16_t language,
                   std::uint16_t length) {
    return control_in(0x80, 6, static_cast<std::uint16_t>(type << 8 | index), language, length)
        .data;
  }
  /// A string of the device's, as far as it is ASCII.
  std::string string(std::uint8_t index) {
    const Bytes bytes = descriptor(3, index, 0x0409, 255);
    std::string text;
    for (std::size_t i = 2; i + 1 < bytes.size(); i += 2) {
      text += static_cast<char>(bytes[i + 1] == 0 ? bytes[i] : '?');
    }
    return text;
  }
  /// As Linux does: looks at the descriptors, configures the device, and starts the drivers.
  bool enumerate() {
    if (!attached() && !attach()) return false;
    descriptor(1, 0, 0, 64);
    device = descriptor(1, 0, 0, 18);
    configuration = descriptor(2, 0, 0, 9);
    if (device.size() != 18 || configuration.size() != 9) return false;
    configuration =
        descriptor(2, 0, 0, static_cast<std::uint16_t>(configuration[2] | configuration[3] << 8));
    if (!control_out(0x00, 9, 1, 0).ok()) return false;
    for (std::uint16_t interface = 0; interface < 3; ++interface) {
      control_out(0x21, 0x0A, 0, interface);  // SET_IDLE
    }
    listen(usb::kKeyboardIn, 8);
    listen(usb::kExtraIn, 32);
    return true;
  }

  Bytes device;
  Bytes configuration;

  // ---- HID --------------------------------------------------------------------------------------

  /// Polls an interrupt endpoint from now on, or no more.
  void listen(std::uint8_t address, std::uint32_t size) {
    listening_[address] = size;
    poll();
  }
  void ignore(std::uint8_t address) {
    listening_.erase(address);
    const auto polled = polled_.find(address);
    if (polled == polled_.end()) return;
    unlink(polled->second);
    polled_.erase(polled);
  }
  /// Asks for the next report only at multiples of so many ms.
  std::uint32_t poll_every = 1;
  /// What was read, in order.
  std::vector<InputReport> inputs;
  /// Called with each of them.
  std::function<void(const InputReport&)> on_input;

  void set_leds(std::uint8_t leds) { control_out(0x21, 0x09, 0x0200, 0, std::array{leds}); }

  // ---- Mass storage (Bulk-Only Transport 1.0)
  // -----------------------------------------------------

  static Bytes cbw(std::uint32_t tag, std::uint32_t length, bool in, std::uint8_t unit,
                   std::span<const std::uint8_t> command) {
    Bytes bytes{'U', 'S', 'B', 'C'};
    for (const std::uint32_t value : {tag, length}) {
      for (unsigned shift = 0; shift < 32; shift += 8) {
        bytes.push_back(static_cast<std::uint8_t>(value >> shift));
      }
    }
    bytes.push_back(in ? 0x80 : 0);
    bytes.push_back(unit);
    bytes.push_back(static_cast<std::uint8_t>(command.size()));
    bytes.insert(bytes.end(), command.begin(), command.end());
    bytes.resize(31);
    return bytes;
  }

  /// Runs a command whose data stage the CBW gives `length` bytes; for OUT, `data` goes, which has
  /// that many.
  ScsiResult scsi(std::span<const std::uint8_t> command, std::uint32_t length, bool in,
                  std::span<const std::uint8_t> data = {}, std::uint8_t unit = 0) {
    ScsiResult result;
    const std::uint32_t tag = ++tag_;
    if (!bulk_out(usb::kStorageOut, cbw(tag, length, in, unit, command)).ok()) {
      result.data_status = kTimeOut;
      return result;
    }
    if (length > 0) {
      const Transfer stage = in ? bulk_in(usb::kStorageIn, length, kPatience)
                                : bulk_out(usb::kStorageOut, data, kPatience);
      result.data_status = stage.status;
      result.data = stage.data;
      result.sent = stage.length;
      if (stage.status == kStall) clear_halt(in ? usb::kStorageIn : usb::kStorageOut);
    }
    read_csw(tag, result);
    return result;
  }
  void clear_halt(std::uint8_t address) { control_out(0x02, 1, 0, address); }
  /// Reset recovery (5.3.4).
  void recover() {
    control_out(0x21, 0xFF, 0, 3);
    clear_halt(usb::kStorageIn);
    clear_halt(usb::kStorageOut);
  }

  ScsiResult test_ready() { return scsi(std::array<std::uint8_t, 6>{}, 0, false); }
  /// REQUEST SENSE: key, code and qualifier.
  drive::Sense sense() {
    const ScsiResult result = scsi(std::array<std::uint8_t, 6>{0x03, 0, 0, 0, 18, 0}, 18, true);
    if (result.data.size() < 14) return {0xFF, 0xFF, 0xFF};
    return {static_cast<std::uint8_t>(result.data[2] & 0x0FU), result.data[12], result.data[13]};
  }
  static std::array<std::uint8_t, 10> read_write(std::uint8_t code, std::uint32_t first,
                                                 std::uint16_t count) {
    const auto byte = [](std::uint32_t v, unsigned shift) {
      return static_cast<std::uint8_t>(v >> shift);
    };
    return {code,           0, byte(first, 24), byte(first, 16), byte(first, 8),
            byte(first, 0), 0, byte(count, 8),  byte(count, 0),  0};
  }
  ScsiResult read(std::uint32_t first, std::uint16_t count) {
    return scsi(read_write(0x28, first, count), count * 512U, true);
  }
  ScsiResult write(std::uint32_t first, std::span<const std::uint8_t> data) {
    const auto count = static_cast<std::uint16_t>(data.size() / 512);
    return scsi(read_write(0x2A, first, count), static_cast<std::uint32_t>(data.size()), false,
                data);
  }
  ScsiResult eject() { return scsi(std::array<std::uint8_t, 6>{0x1B, 0, 0, 0, 0x02, 0}, 0, false); }
  /// Sectors, by READ CAPACITY (10); 0 if it fails.
  std::uint32_t capacity() {
    const ScsiResult result = scsi(std::array<std::uint8_t, 10>{0x25}, 8, true);
    return result.passed() && result.data.size() == 8 ? usbip::read_u32(result.data, 0) + 1 : 0;
  }
  /// Waits as hosts do until a medium is in: asks every second. False if none comes.
  bool wait_for_medium(unsigned seconds = 10) {
    for (unsigned i = 0; i <= seconds; ++i) {
      if (test_ready().passed()) return true;
      sense();
      pass(i == 0 ? 1 : 1000);
    }
    return false;
  }

 private:
  static constexpr std::uint32_t kPatience = 1000;

  void read_csw(std::uint32_t tag, ScsiResult& result) {
    Transfer csw = bulk_in(usb::kStorageIn, 13, kPatience);
    if (csw.status == kStall) {
      clear_halt(usb::kStorageIn);
      csw = bulk_in(usb::kStorageIn, 13, kPatience);
    }
    result.status_status = csw.status;
    if (!csw.ok() || csw.data.size() != 13 || csw.data[0] != 'U' || csw.data[3] != 'S') return;
    result.has_csw = true;
    const auto little = [&](std::size_t at) {
      return csw.data[at] | csw.data[at + 1] << 8U | csw.data[at + 2] << 16U |
             static_cast<std::uint32_t>(csw.data[at + 3]) << 24U;
    };
    result.tag_right = little(4) == tag;
    result.residue = little(8);
    result.status = csw.data[12];
  }

  /// Asks for a report on each endpoint that is listened to and not asked yet.
  void poll() {
    if (!attached()) return;
    if (rig_.now % poll_every != 0) return;
    const auto listening = listening_;
    for (const auto& [address, size] : listening) {
      if (polled_.count(address) != 0 || listening_.count(address) == 0) continue;
      polled_[address] = number_ + 1;  // It may be over at once.
      submit(address & 0x0FU, true, size);
    }
  }

  void take_replies() {
    if (!connection_) return;
    Bytes& output = connection_->output();
    std::size_t at = 0;
    while (output.size() - at >= usbip::kCommandBytes) {
      const std::span<const std::uint8_t> head = std::span(output).subspan(at);
      const std::uint32_t code = usbip::read_u32(head, 0);
      const std::uint32_t number = usbip::read_u32(head, 4);
      const auto status = static_cast<std::int32_t>(usbip::read_u32(head, 20));
      at += usbip::kCommandBytes;
      if (code == usbip::kUnlinked) {
        unlinked_[number] = status;
        continue;
      }
      if (code != usbip::kSubmitted) throw std::runtime_error("an unknown reply");
      Transfer result{.status = status, .length = usbip::read_u32(head, 24), .data = {}};
      if (in_.erase(number) != 0) {
        const auto data = std::span(output).subspan(at, result.length);
        result.data.assign(data.begin(), data.end());
        at += result.length;
      }
      settle(number, std::move(result));
    }
    output.erase(output.begin(), output.begin() + static_cast<std::ptrdiff_t>(at));
  }

  /// An input report goes to its list, any other transfer to whoever waits for it.
  void settle(std::uint32_t number, Transfer result) {
    const auto polled = std::find_if(polled_.begin(), polled_.end(),
                                     [&](const auto& entry) { return entry.second == number; });
    if (polled == polled_.end()) {
      done_[number] = std::move(result);
      return;
    }
    const std::uint8_t address = polled->first;
    polled_.erase(polled);
    if (!result.ok()) {
      listening_.erase(address);
      return;
    }
    inputs.push_back({rig_.now, address, std::move(result.data)});
    if (on_input) on_input(inputs.back());
  }

  UsbRig& rig_;
  std::unique_ptr<usbip::Connection> connection_;
  std::uint32_t number_ = 0;
  std::uint32_t tag_ = 0x1000;
  std::set<std::uint32_t> in_;  ///< Transfers whose answer has data.
  std::map<std::uint32_t, Transfer> done_;
  std::map<std::uint32_t, std::int32_t> unlinked_;
  std::map<std::uint8_t, std::uint32_t> listening_;  ///< Endpoint address to size.
  std::map<std::uint8_t, std::uint32_t> polled_;     ///< Endpoint address to request.
};

}  // namespace pianola::test
