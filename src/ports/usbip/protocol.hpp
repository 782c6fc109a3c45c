#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

/// The messages of USB/IP, version 1.1.1 (Documentation/usb/usbip_protocol.rst in Linux). All
/// numbers are big-endian.
namespace pianola::usbip {

inline constexpr std::uint16_t kVersion = 0x0111;

// Before a device is attached: each message begins with version, code and status.
inline constexpr std::uint16_t kRequestList = 0x8005;
inline constexpr std::uint16_t kReplyList = 0x0005;
inline constexpr std::uint16_t kRequestImport = 0x8003;
inline constexpr std::uint16_t kReplyImport = 0x0003;
inline constexpr std::size_t kOperationBytes = 8;
/// What follows the header of an import: the device's name.
inline constexpr std::size_t kBusIdBytes = 32;
inline constexpr std::size_t kPathBytes = 256;
/// The description of a device.
inline constexpr std::size_t kDeviceBytes = 312;

/// What a reply's status says.
enum class OperationStatus : std::uint32_t {
  ok = 0,
  failed = 1,
  busy = 2,       ///< Somebody else has it.
  no_device = 4,  ///< There is no such device.
};

// After it: the messages are of one size; data follow.
inline constexpr std::uint32_t kSubmit = 1;
inline constexpr std::uint32_t kUnlink = 2;
inline constexpr std::uint32_t kSubmitted = 3;
inline constexpr std::uint32_t kUnlinked = 4;
inline constexpr std::size_t kCommandBytes = 48;

/// The name of the only device.
inline constexpr std::string_view kBusId = "1-1";
/// Where the only device would stand in a Linux system.
inline constexpr std::string_view kPath = "/pianola/1-1";
/// The number of the only device's bus.
inline constexpr std::uint32_t kBusNumber = 1;
/// The number of the only device on its bus.
inline constexpr std::uint32_t kDeviceNumber = 2;
/// Linux's name for full speed.
inline constexpr std::uint32_t kFullSpeed = 2;

/// A request on an attached device: kSubmit or kUnlink.
struct Command {
  std::uint32_t code = 0;
  std::uint32_t number = 0;
  bool in = false;
  std::uint32_t endpoint = 0;
  std::uint32_t length = 0;   ///< kSubmit: of the transfer; above 2^31: negative.
  std::uint32_t packets = 0;  ///< kSubmit: isochronous packets; 0 or FFFFFFFF: it is none.
  std::array<std::uint8_t, 8> setup{};
  std::uint32_t unlinks = 0;  ///< kUnlink: the number of the request to take back.
};

Command parse_command(std::span<const std::uint8_t, kCommandBytes> bytes);

/// Writes messages into a buffer.
class Writer {
 public:
  explicit Writer(std::vector<std::uint8_t>& out) : out_(out) {}
  Writer& u8(std::uint32_t value);
  Writer& u16(std::uint32_t value);
  Writer& u32(std::uint32_t value);
  Writer& zeros(std::size_t count);
  /// `text`, cut off or filled up with zeros.
  Writer& text(std::string_view text, std::size_t size);
  Writer& bytes(std::span<const std::uint8_t> bytes);
  /// The header of a reply before a device is attached.
  Writer& operation(std::uint16_t code, OperationStatus status);
  /// The description of the device, of `device` and `configuration`, its descriptors.
  Writer& device(std::span<const std::uint8_t> device, std::span<const std::uint8_t> configuration);
  /// The classes of its interfaces, as a list of devices tells them.
  Writer& interfaces(std::span<const std::uint8_t> configuration);
  /// The answer to kSubmit; the data of an IN transfer follow.
  Writer& submitted(std::uint32_t number, std::int32_t status, std::uint32_t length);
  Writer& unlinked(std::uint32_t number, std::int32_t status);

 private:
  std::vector<std::uint8_t>& out_;
};

std::uint16_t read_u16(std::span<const std::uint8_t> bytes, std::size_t at);
std::uint32_t read_u32(std::span<const std::uint8_t> bytes, std::size_t at);

}  // namespace pianola::usbip
