#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "usb/report_splitter.hpp"

namespace pianola::usb {

/// What every Vial client looks for in the serial number.
inline constexpr std::string_view kSerialPrefix = "vial:f64c2b3c";
/// The longest id of a unit that the serial number has room for.
inline constexpr std::size_t kMaxUnitId = 32;

// Endpoint addresses; bit 7: IN (USB 2.0, section 9.6.6).

/// Interrupt IN of Interface::keyboard.
inline constexpr std::uint8_t kKeyboardIn = 0x81;
/// Interrupt IN of Interface::extra.
inline constexpr std::uint8_t kExtraIn = 0x82;
/// Interrupt IN of Interface::raw.
inline constexpr std::uint8_t kRawIn = 0x83;
/// Interrupt OUT of Interface::raw.
inline constexpr std::uint8_t kRawOut = 0x03;
/// Bulk IN of Interface::storage.
inline constexpr std::uint8_t kStorageIn = 0x84;
/// Bulk OUT of Interface::storage.
inline constexpr std::uint8_t kStorageOut = 0x04;

/// The size of a message of Interface::raw.
inline constexpr std::size_t kRawBytes = 32;

/// The device descriptor. Without the drive it is another version of the device (bcdDevice), since
/// some hosts remember what a version consists of.
std::span<const std::uint8_t> device_descriptor(bool with_drive);

/// The configuration descriptor with all that belongs to it.
std::span<const std::uint8_t> configuration_descriptor(bool with_drive);

/// The report descriptor of one of the first three interfaces.
std::span<const std::uint8_t> report_descriptor(Interface interface);

/// A string descriptor: its length in bytes and its type, then UTF-16.
using StringDescriptor = std::array<std::uint16_t, 1 + 64>;

/// Makes the string descriptor `index`; `unit` is the unit's own id. False if there is none.
bool string_descriptor(std::uint8_t index, std::string_view unit, StringDescriptor& out);

}  // namespace pianola::usb
