#include "ports/usbip/bus.hpp"

#include <tusb.h>

namespace pianola::usbip {
namespace {

/// Rounds in one step, so that the caller can do other things too.
constexpr unsigned kRounds = 4096;

}  // namespace

engine::Next step_bus(Controller& controller, usb::Usb& usb, engine::Time now) {
  for (unsigned round = 0; round < kRounds; ++round) {
    const engine::Next next = usb.step(now);
    if (!controller.step(now) && !tud_task_event_ready()) {
      return earlier_of(next, controller.next());
    }
  }
  return engine::Next::time(now);
}

}  // namespace pianola::usbip
