#include "ports/usbip/protocol.hpp"

#include <algorithm>

namespace pianola::usbip {
namespace {

/// Calls `visit` with each interface descriptor (USB 2.0, table 9-12).
template <typename Visit>
void for_each_interface(std::span<const std::uint8_t> configuration, Visit&& visit) {
  constexpr std::uint8_t kType = 4;
  constexpr std::size_t kSize = 9;
  while (configuration.size() >= 2) {
    const std::size_t size = configuration[0];
    if (size < 2 || size > configuration.size()) return;
    if (configuration[1] == kType && size >= kSize) visit(configuration.first(size));
    configuration = configuration.subspan(size);
  }
}

}  // namespace

std::uint16_t read_u16(std::span<const std::uint8_t> bytes, std::size_t at) {
  return static_cast<std::uint16_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint32_t read_u32(std::span<const std::uint8_t> bytes, std::size_t at) {
  return std::uint32_t{read_u16(bytes, at)} << 16 | read_u16(bytes, at + 2);
}

Command parse_command(std::span<const std::uint8_t, kCommandBytes> bytes) {
  Command command;
  command.code = read_u32(bytes, 0);
  command.number = read_u32(bytes, 4);
  command.in = read_u32(bytes, 12) != 0;
  command.endpoint = read_u32(bytes, 16);
  if (command.code == kUnlink) {
    command.unlinks = read_u32(bytes, 20);
    return command;
  }
  command.length = read_u32(bytes, 24);
  command.packets = read_u32(bytes, 32);
  std::copy_n(bytes.begin() + 40, command.setup.size(), command.setup.begin());
  return command;
}

Writer& Writer::u8(std::uint32_t value) {
  out_.push_back(static_cast<std::uint8_t>(value & 0xFFU));
  return *this;
}

Writer& Writer::u16(std::uint32_t value) { return u8(value >> 8).u8(value); }

Writer& Writer::u32(std::uint32_t value) { return u16(value >> 16).u16(value); }

Writer& Writer::zeros(std::size_t count) {
  out_.insert(out_.end(), count, 0);
  return *this;
}

Writer& Writer::text(std::string_view text, std::size_t size) {
  const std::string_view kept = text.substr(0, size - 1);
  out_.insert(out_.end(), kept.begin(), kept.end());
  return zeros(size - kept.size());
}

Writer& Writer::bytes(std::span<const std::uint8_t> bytes) {
  out_.insert(out_.end(), bytes.begin(), bytes.end());
  return *this;
}

Writer& Writer::operation(std::uint16_t code, OperationStatus status) {
  return u16(kVersion).u16(code).u32(static_cast<std::uint32_t>(status));
}

Writer& Writer::device(std::span<const std::uint8_t> device,
                       std::span<const std::uint8_t> configuration) {
  const auto little16 = [&](std::size_t at) {
    return device[at] | std::uint32_t{device[at + 1]} << 8;
  };
  text(kPath, kPathBytes).text(kBusId, kBusIdBytes);
  u32(kBusNumber).u32(kDeviceNumber).u32(kFullSpeed);
  u16(little16(8)).u16(little16(10)).u16(little16(12));
  u8(device[4]).u8(device[5]).u8(device[6]);
  u8(configuration[5]).u8(device[17]);
  return u8(configuration[4]);
}

Writer& Writer::interfaces(std::span<const std::uint8_t> configuration) {
  for_each_interface(configuration, [&](std::span<const std::uint8_t> interface) {
    u8(interface[5]).u8(interface[6]).u8(interface[7]).u8(0);
  });
  return *this;
}

Writer& Writer::submitted(std::uint32_t number, std::int32_t status, std::uint32_t length) {
  u32(kSubmitted).u32(number).zeros(12);
  return u32(static_cast<std::uint32_t>(status)).u32(length).zeros(20);
}

Writer& Writer::unlinked(std::uint32_t number, std::int32_t status) {
  u32(kUnlinked).u32(number).zeros(12);
  return u32(static_cast<std::uint32_t>(status)).zeros(24);
}

}  // namespace pianola::usbip
