#pragma once

#include "engine/time.hpp"
#include "ports/usbip/controller.hpp"
#include "usb/usb.hpp"

namespace pianola::usbip {

/// Lets the bus, the USB stack and the device go on by turns, as long as something moves on the bus
/// or within reason. Returns when they want to go on; at `now` means at once.
engine::Next step_bus(Controller& controller, usb::Usb& usb, engine::Time now);

/// The earlier of two.
constexpr engine::Next earlier_of(const engine::Next& a, const engine::Next& b) {
  if (a.never) return b;
  return !b.never && engine::earlier(b.at, a.at) ? b : a;
}

}  // namespace pianola::usbip
