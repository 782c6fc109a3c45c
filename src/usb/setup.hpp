#pragma once

#include <cstdint>
#include <span>

namespace pianola::usb {

/// Whether TinyUSB can be given a setup packet (USB 2.0, section 9.3). TinyUSB takes a request's
/// direction from the packet without a look at the request: asked to *receive* what it has only to
/// send (a descriptor, the number of units), it writes the host's data to where the answer stands,
/// be that constant or long gone. The only data stage to this device that makes sense is that of
/// SET_REPORT to an interface; any other is refused, before TinyUSB looks at it, by a line that
/// cmake/TinyUsb.cmake puts in there. So it is the same for every controller.
constexpr bool is_safe_setup(std::span<const std::uint8_t, 8> packet) {
  constexpr std::uint8_t kToHost = 0x80;
  constexpr std::uint8_t kClassToInterface = 0x21;
  constexpr std::uint8_t kSetReport = 0x09;
  const bool has_data = packet[6] != 0 || packet[7] != 0;
  return !has_data || (packet[0] & kToHost) != 0 ||
         (packet[0] == kClassToInterface && packet[1] == kSetReport);
}

}  // namespace pianola::usb
