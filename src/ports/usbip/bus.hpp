#pragma once

#include "base/time.hpp"
#include "ports/usbip/controller.hpp"
#include "usb/usb.hpp"

namespace pianola::usbip {

/// Lets the bus, the USB stack and the device go on by turns as long as something moves on the bus,
/// at most some thousand times. Returns when they want to go on; at `now` means at once.
Next step_bus(Controller& controller, usb::Usb& usb, Time now);

}  // namespace pianola::usbip
