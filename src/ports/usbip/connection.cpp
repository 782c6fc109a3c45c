#include "ports/usbip/connection.hpp"

#include <tusb.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace pianola::usbip {
namespace {

constexpr std::uint32_t kNotIsochronous = 0xFFFFFFFF;
/// A request that was taken back (ECONNRESET).
constexpr std::int32_t kTakenBack = -104;

std::span<const std::uint8_t> device_descriptor() {
  const std::uint8_t* const bytes = tud_descriptor_device_cb();
  return {bytes, bytes[0]};
}

std::span<const std::uint8_t> configuration_descriptor() {
  const std::uint8_t* const bytes = tud_descriptor_configuration_cb(0);
  return {bytes, static_cast<std::size_t>(bytes[2] | bytes[3] << 8U)};
}

/// SET_CONFIGURATION (USB 2.0, 9.4.7).
bool sets_configuration(const Command& command) {
  return command.endpoint == 0 && command.setup[0] == 0 &&
         command.setup[1] == TUSB_REQ_SET_CONFIGURATION;
}

/// The bytes that a request asked for.
std::size_t requested_by(const Urb& urb) { return urb.length != 0 ? urb.length : urb.data.size(); }

}  // namespace

Connection::~Connection() {
  if (attached_) controller_.detach();
}

void Connection::close(std::string_view why) {
  if (closed()) return;
  why_closed_ = why;
  input_.clear();
  if (attached_) controller_.detach();
  attached_ = false;
}

void Connection::device_left() {
  attached_ = false;
  close("the device left the bus");
}

void Connection::receive(std::span<const std::uint8_t> bytes) {
  if (closed()) return;
  // The usual case is a whole message; what is left over of one waits.
  if (!input_.empty()) {
    input_.insert(input_.end(), bytes.begin(), bytes.end());
    const std::vector<std::uint8_t> all = std::move(input_);
    input_.clear();
    receive(all);
    return;
  }
  while (!closed()) {
    const std::size_t taken = take(bytes);
    bytes = bytes.subspan(taken);
    if (taken == 0) break;
  }
  if (!closed()) input_.assign(bytes.begin(), bytes.end());
}

/// Takes one message. How many bytes it had; 0 if it is not complete.
std::size_t Connection::take(std::span<const std::uint8_t> bytes) {
  return attached_ ? take_command(bytes) : take_operation(bytes);
}

std::size_t Connection::take_operation(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kOperationBytes) return 0;
  if (read_u16(bytes, 0) != kVersion) {
    close("it speaks another version of USB/IP");
    return 0;
  }
  switch (read_u16(bytes, 2)) {
    case kRequestList:
      list();
      return kOperationBytes;
    case kRequestImport: {
      if (bytes.size() < kOperationBytes + kBusIdBytes) return 0;
      const auto name = bytes.subspan(kOperationBytes, kBusIdBytes);
      const auto end = std::find(name.begin(), name.end(), 0);
      import({reinterpret_cast<const char*>(name.data()),
              static_cast<std::size_t>(end - name.begin())});
      return kOperationBytes + kBusIdBytes;
    }
    default:
      close("it sent what USB/IP does not know");
      return 0;
  }
}

void Connection::list() {
  const bool present = controller_.device_present();
  Writer out(output_);
  out.operation(kReplyList, OperationStatus::ok).u32(present ? 1 : 0);
  if (!present) return;
  out.device(device_descriptor(), configuration_descriptor());
  out.interfaces(configuration_descriptor());
}

void Connection::import(std::string_view bus_id) {
  Writer out(output_);
  OperationStatus status = OperationStatus::ok;
  if (!admitted_) {
    status = OperationStatus::failed;
    refusal_ = Refusal::forbidden;
  } else if (bus_id != kBusId || !controller_.device_present()) {
    status = OperationStatus::no_device;
  } else if (controller_.attached()) {
    status = OperationStatus::busy;
    refusal_ = Refusal::busy;
  }
  out.operation(kReplyImport, status);
  if (status != OperationStatus::ok) return;
  out.device(device_descriptor(), configuration_descriptor());
  attached_ = true;
  controller_.attach(*this);
}

std::size_t Connection::take_command(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kCommandBytes) return 0;
  const Command command = parse_command(bytes.first<kCommandBytes>());
  if (command.code == kUnlink) {
    unlink(command);
    return kCommandBytes;
  }
  const bool isochronous = command.packets != 0 && command.packets != kNotIsochronous;
  if (command.code != kSubmit || command.endpoint > 15 || isochronous) {
    close("it sent what the device cannot do");
    return 0;
  }
  if (command.length > kMaxTransfer) {
    close("it asked for too long a transfer");
    return 0;
  }
  const std::size_t data = command.in ? 0 : command.length;
  if (bytes.size() < kCommandBytes + data) return 0;
  if (requests_ >= kMaxRequests || requested_ >= kMaxRequested) {
    close("it asked for too much at a time");
    return 0;
  }
  submit(command, bytes.subspan(kCommandBytes, data));
  return kCommandBytes + data;
}

void Connection::submit(const Command& command, std::span<const std::uint8_t> data) {
  if (sets_configuration(command)) unconfigured_ = command.setup[2] == 0;
  Urb urb;
  urb.number = command.number;
  urb.endpoint = static_cast<std::uint8_t>(command.endpoint);
  urb.in = command.in;
  urb.setup = command.setup;
  urb.length = command.in ? command.length : 0;
  urb.data.assign(data.begin(), data.end());
  ++requests_;
  requested_ += command.length;
  controller_.submit(std::move(urb));
}

void Connection::unlink(const Command& command) {
  const std::optional<Urb> urb = controller_.unlink(command.unlinks);
  if (urb) {
    --requests_;
    requested_ -= requested_by(*urb);
  }
  Writer(output_).unlinked(command.number, urb ? kTakenBack : 0);
}

void Connection::completed(const Urb& urb, UrbStatus status, std::uint32_t sent) {
  --requests_;
  requested_ -= requested_by(urb);
  const bool in = urb.length != 0;
  const std::size_t came = std::min<std::size_t>(urb.data.size(), urb.length);
  Writer out(output_);
  out.submitted(urb.number, static_cast<std::int32_t>(status),
                static_cast<std::uint32_t>(in ? came : sent));
  if (in) out.bytes(std::span(urb.data).first(came));
}

}  // namespace pianola::usbip
