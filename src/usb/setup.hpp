#pragma once

#include <cstdint>
#include <span>

namespace pianola::usb {

/// Whether TinyUSB can be given a setup packet (USB 2.0, section 9.3). TinyUSB takes a request's
/// direction from the packet without a look at the request. Asked to *receive* something that it
/// can only send (a descriptor, the number of units), it writes the host's data to the place of the
/// answer, which may be constant or long gone. Only one request makes sense with data to this
/// device: SET_REPORT to an interface. A line that cmake/TinyUsb.cmake puts into TinyUSB refuses
/// all others before TinyUSB looks at them, so that it is the same for every controller.
constexpr bool is_safe_setup(std::span<const std::uint8_t, 8> packet) {
  constexpr std::uint8_t kToHost = 0x80;
  constexpr std::uint8_t kClassToInterface = 0x21;
  constexpr std::uint8_t kSetReport = 0x09;
  const bool has_data = packet[6] != 0 || packet[7] != 0;
  return !has_data || (packet[0] & kToHost) != 0 ||
         (packet[0] == kClassToInterface && packet[1] == kSetReport);
}

}  // namespace pianola::usb
