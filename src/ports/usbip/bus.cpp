#include "ports/usbip/bus.hpp"

#include <tusb.h>

namespace pianola::usbip {
namespace {

/// Rounds in one step, so that the caller can do other things too.
constexpr unsigned kRounds = 4096;

}  // namespace

Next step_bus(Controller& controller, usb::Usb& usb, Time now) {
  for (unsigned round = 0; round < kRounds; ++round) {
    const Next next = usb.step(now);
    if (!controller.step(now) && !tud_task_event_ready()) {
      return sooner(next, controller.next());
    }
  }
  return Next::time(now);
}

}  // namespace pianola::usbip
