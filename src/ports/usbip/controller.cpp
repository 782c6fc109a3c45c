#include "ports/usbip/controller.hpp"

#include <tusb.h>

#include <device/dcd.h>

#include <algorithm>
#include <utility>

namespace pianola::usbip {
namespace {

/// TinyUSB's functions have no context of their own.
Controller* current_controller = nullptr;

constexpr std::uint8_t kIn = 0x80;

constexpr std::uint8_t address_of(std::uint8_t number, bool in) {
  return static_cast<std::uint8_t>(number | (in ? kIn : 0U));
}

void tell_done(std::uint8_t address, std::uint32_t size) {
  dcd_event_xfer_complete(0, address, size, XFER_RESULT_SUCCESS, false);
}

/// The data stage goes to the host.
bool to_host(const Urb& urb) { return (urb.setup[0] & kIn) != 0; }
std::uint32_t data_size(const Urb& urb) { return urb.setup[6] | std::uint32_t{urb.setup[7]} << 8; }

bool sets_configuration(const Urb& urb) {
  return urb.setup[0] == 0 && urb.setup[1] == TUSB_REQ_SET_CONFIGURATION && data_size(urb) == 0;
}

}  // namespace

Controller* Controller::current() { return current_controller; }

Controller::Controller() { current_controller = this; }

Controller::~Controller() {
  if (current_controller == this) current_controller = nullptr;
}

// ---- For the host -------------------------------------------------------------------------------

void Controller::attach(BusHost& host) {
  host_ = &host;
  reset_bus();
}

void Controller::detach() {
  if (host_ == nullptr) return;
  host_ = nullptr;
  for (Endpoint& endpoint : endpoints_) endpoint.urbs.clear();
  drop_device_side();
  suspended_ = false;
  dcd_event_bus_signal(0, DCD_EVENT_UNPLUGGED, false);
}

void Controller::reset_bus() {
  drop_device_side();
  suspended_ = false;
  dcd_event_bus_reset(0, TUSB_SPEED_FULL, false);
}

/// As after a reset: no transfers, no endpoints but 0.
void Controller::drop_device_side() {
  for (Endpoint& endpoint : endpoints_) endpoint.reset();
  control_runs_ = false;
  configured_ = false;
  wake_asked_ = false;
}

void Controller::submit(Urb urb) {
  if (urb.endpoint == 0) urb.in = false;  // One queue for both directions.
  endpoint(urb.endpoint, urb.in).urbs.push_back(std::move(urb));
}

std::optional<Urb> Controller::unlink(std::uint32_t number) {
  for (Endpoint& endpoint : endpoints_) {
    const auto found = std::find_if(endpoint.urbs.begin(), endpoint.urbs.end(),
                                    [&](const Urb& urb) { return urb.number == number; });
    if (found == endpoint.urbs.end()) continue;
    if (found == endpoint.urbs.begin()) {
      endpoint.sent = 0;
      if (&endpoint == &endpoints_[0]) control_runs_ = false;
    }
    Urb urb = std::move(*found);
    endpoint.urbs.erase(found);
    return urb;
  }
  return std::nullopt;
}

void Controller::suspend() {
  suspended_ = true;
  wake_asked_ = false;
  dcd_event_bus_signal(0, DCD_EVENT_SUSPEND, false);
}

void Controller::resume() {
  suspended_ = false;
  wake_asked_ = false;
  dcd_event_bus_signal(0, DCD_EVENT_RESUME, false);
}

std::size_t Controller::waiting() const {
  std::size_t sum = 0;
  for (const Endpoint& endpoint : endpoints_) sum += endpoint.urbs.size();
  return sum;
}

// ---- What moves ---------------------------------------------------------------------------------

bool Controller::step(Time now) {
  now_ = now;
  // TinyUSB must have seen all that happened before more does.
  if (host_ == nullptr || suspended_ || tud_task_event_ready()) return false;
  bool moved = step_control();
  // What ends a control transfer may open endpoints or close them: they wait until it is settled.
  if (moved) return true;
  for (std::uint8_t number = 1; number < kEndpoints; ++number) {
    for (const bool in : {false, true}) moved = step_endpoint(number, in, now) || moved;
  }
  return moved;
}

Next Controller::next() const {
  Next next;
  if (host_ == nullptr || suspended_) return next;
  for (const Endpoint& endpoint : endpoints_) {
    if (!endpoint.interrupt || !endpoint.transfer || endpoint.urbs.empty()) continue;
    const Time at = endpoint.moved_at.value_or(now_) + endpoint.interval;
    if (next.never || earlier(at, next.at)) next = Next::time(at);
  }
  return next;
}

/// Ends the request that is being served.
void Controller::finish(Endpoint& endpoint, UrbStatus status) {
  const Urb urb = std::move(endpoint.urbs.front());
  const std::uint32_t sent = endpoint.sent;
  endpoint.urbs.pop_front();
  endpoint.sent = 0;
  if (host_ != nullptr) host_->completed(urb, status, sent);
}

bool Controller::step_control() {
  Endpoint& control = endpoints_[0];
  if (control.urbs.empty()) return false;
  if (!control_runs_) return begin_control(control.urbs.front());
  if (control_refused_) {
    end_control(UrbStatus::stall);
    return true;
  }
  return move_control_data(control.urbs.front());
}

bool Controller::begin_control(Urb& urb) {
  if (!to_host(urb) && data_size(urb) != urb.data.size()) {
    end_control(UrbStatus::invalid);
    return true;
  }
  // A host resets the bus before it configures the device again, but USB/IP does not tell.
  if (configured_ && sets_configuration(urb)) reset_bus();
  configured_ = configured_ || sets_configuration(urb);
  control_runs_ = true;
  control_refused_ = false;
  endpoint(0, false).transfer.reset();
  endpoint(0, true).transfer.reset();
  dcd_event_setup_received(0, urb.setup.data(), false);
  return true;
}

void Controller::end_control(UrbStatus status) {
  control_runs_ = false;
  finish(endpoints_[0], status);
}

/// Serves what TinyUSB wants of endpoint 0: a packet of the data stage, or the status stage, which
/// has the opposite direction.
bool Controller::move_control_data(Urb& urb) {
  Endpoint& control = endpoints_[0];
  const bool data_in = to_host(urb) && data_size(urb) != 0;
  for (const bool in : {false, true}) {
    std::optional<Transfer>& transfer = endpoint(0, in).transfer;
    if (!transfer) continue;
    const Transfer now = *transfer;
    transfer.reset();
    const bool data = to_host(urb) ? in : !in && !urb.data.empty();
    if (!data) {
      tell_done(address_of(0, in), 0);
      end_control(data_in && urb.data.size() > urb.length ? UrbStatus::overflow : UrbStatus::ok);
      return true;
    }
    std::uint32_t size = now.size;
    if (in) {
      urb.data.insert(urb.data.end(), now.buffer, now.buffer + size);
    } else {
      size =
          std::min<std::uint32_t>(size, static_cast<std::uint32_t>(urb.data.size()) - control.sent);
      std::copy_n(urb.data.data() + control.sent, size, now.buffer);
      control.sent += size;
    }
    tell_done(address_of(0, in), size);
    return true;
  }
  return false;
}

bool Controller::step_endpoint(std::uint8_t number, bool in, Time now) {
  Endpoint& endpoint = this->endpoint(number, in);
  if (endpoint.urbs.empty()) return false;
  if (!endpoint.open || endpoint.stalled) {
    finish(endpoint, endpoint.open ? UrbStatus::stall : UrbStatus::protocol);
    return true;
  }
  if (!endpoint.transfer) return false;
  if (!endpoint.interrupt) return in ? move_in(number, endpoint) : move_out(number, endpoint);
  if (endpoint.moved_at && earlier(now, *endpoint.moved_at + endpoint.interval)) {
    return false;
  }
  endpoint.moved_at = now;
  return in ? move_in(number, endpoint) : move_out(number, endpoint);
}

/// Moves packets to the host until its request or the device's transfer is over; one packet if it
/// is an interrupt endpoint.
bool Controller::move_in(std::uint8_t number, Endpoint& endpoint) {
  Transfer& transfer = *endpoint.transfer;
  Urb& urb = endpoint.urbs.front();
  for (;;) {
    const std::uint32_t packet = std::min(endpoint.packet, transfer.size - transfer.done);
    const std::uint8_t* const from = transfer.buffer + transfer.done;
    const std::size_t room = urb.length - urb.data.size();
    urb.data.insert(urb.data.end(), from, from + std::min<std::size_t>(packet, room));
    transfer.done += packet;
    const bool all = transfer.done == transfer.size;
    const bool over = packet < endpoint.packet || packet >= room;
    if (all) {
      const std::uint32_t size = transfer.size;
      endpoint.transfer.reset();
      tell_done(address_of(number, true), size);
    }
    if (over) finish(endpoint, packet > room ? UrbStatus::overflow : UrbStatus::ok);
    if (all || over || endpoint.interrupt) return true;
  }
}

/// Likewise from the host. A packet that is longer than the room that the device has ends its
/// transfer with the packet's whole length, though only what has room is there: as controllers do
/// that count what came.
bool Controller::move_out(std::uint8_t number, Endpoint& endpoint) {
  Transfer& transfer = *endpoint.transfer;
  const Urb& urb = endpoint.urbs.front();
  const auto size = static_cast<std::uint32_t>(urb.data.size());
  for (;;) {
    const std::uint32_t packet = std::min(endpoint.packet, size - endpoint.sent);
    std::copy_n(urb.data.data() + endpoint.sent, std::min(packet, transfer.size - transfer.done),
                transfer.buffer + transfer.done);
    transfer.done += packet;
    endpoint.sent += packet;
    const bool all = transfer.done >= transfer.size || packet < endpoint.packet;
    const bool over = endpoint.sent == size;
    if (all) {
      const std::uint32_t done = transfer.done;
      endpoint.transfer.reset();
      tell_done(address_of(number, false), done);
    }
    if (over) finish(endpoint, UrbStatus::ok);
    if (all || over || endpoint.interrupt) return true;
  }
}

// ---- For TinyUSB --------------------------------------------------------------------------------

void Controller::open(std::uint8_t address, std::uint8_t type, std::uint16_t packet,
                      std::uint8_t interval) {
  Endpoint& endpoint = this->endpoint(address & 0x0FU, (address & kIn) != 0);
  endpoint.reset();
  endpoint.open = true;
  endpoint.interrupt = type == TUSB_XFER_INTERRUPT;
  endpoint.packet = std::max<std::uint32_t>(packet, 1);
  endpoint.interval = std::max<Time>(interval, 1);
}

void Controller::close(std::uint8_t address) {
  Endpoint& endpoint = this->endpoint(address & 0x0FU, (address & kIn) != 0);
  endpoint.open = false;
  endpoint.stalled = false;
  endpoint.transfer.reset();
}

void Controller::close_all() {
  for (std::uint8_t number = 1; number < kEndpoints; ++number) {
    for (const bool in : {false, true}) close(address_of(number, in));
  }
}

bool Controller::transfer(std::uint8_t address, std::uint8_t* buffer, std::uint16_t size) {
  Endpoint& endpoint = this->endpoint(address & 0x0FU, (address & kIn) != 0);
  if ((address & 0x0FU) != 0 && !endpoint.open) return false;
  endpoint.transfer = Transfer{.buffer = buffer, .size = size};
  return true;
}

void Controller::stall(std::uint8_t address) {
  Endpoint& endpoint = this->endpoint(address & 0x0FU, (address & kIn) != 0);
  endpoint.transfer.reset();
  if ((address & 0x0FU) == 0) {
    control_refused_ = control_runs_;
  } else {
    endpoint.stalled = true;
  }
}

/// The transfer of a bulk endpoint is dropped: TinyUSB takes it for ended, and begins anew. An
/// input report waits on.
void Controller::clear_stall(std::uint8_t address) {
  Endpoint& endpoint = this->endpoint(address & 0x0FU, (address & kIn) != 0);
  endpoint.stalled = false;
  if (!endpoint.interrupt) endpoint.transfer.reset();
}

void Controller::set_present(bool present) {
  present_ = present;
  BusHost* const host = host_;
  if (present || host == nullptr) return;
  detach();
  host->device_left();
}

}  // namespace pianola::usbip

// ---- TinyUSB's functions, whose names are its own -----------------------------------------------

// NOLINTBEGIN(readability-identifier-naming)

using pianola::usbip::Controller;

extern "C" {

bool dcd_init(std::uint8_t /*port*/, const tusb_rhport_init_t* /*init*/) {
  if (Controller::current() == nullptr) return false;
  Controller::current()->set_present(true);
  return true;
}

bool dcd_deinit(std::uint8_t /*port*/) { return true; }

// All happens in one thread.
void dcd_int_enable(std::uint8_t /*port*/) {}
void dcd_int_disable(std::uint8_t /*port*/) {}
void dcd_int_handler(std::uint8_t /*port*/) {}
void dcd_sof_enable(std::uint8_t /*port*/, bool /*enable*/) {}

/// There are no addresses here; the status stage is this function's to begin.
void dcd_set_address(std::uint8_t /*port*/, std::uint8_t /*address*/) {
  if (Controller::current() != nullptr) Controller::current()->transfer(0x80, nullptr, 0);
}

void dcd_remote_wakeup(std::uint8_t /*port*/) {
  if (Controller::current() != nullptr) Controller::current()->ask_to_wake();
}

void dcd_connect(std::uint8_t /*port*/) {
  if (Controller::current() != nullptr) Controller::current()->set_present(true);
}

void dcd_disconnect(std::uint8_t /*port*/) {
  if (Controller::current() != nullptr) Controller::current()->set_present(false);
}

bool dcd_edpt_open(std::uint8_t /*port*/, const tusb_desc_endpoint_t* endpoint) {
  if (Controller::current() == nullptr) return false;
  Controller::current()->open(endpoint->bEndpointAddress, endpoint->bmAttributes.xfer,
                              tu_edpt_packet_size(endpoint), endpoint->bInterval);
  return true;
}

void dcd_edpt_close(std::uint8_t /*port*/, std::uint8_t address) {
  if (Controller::current() != nullptr) Controller::current()->close(address);
}

void dcd_edpt_close_all(std::uint8_t /*port*/) {
  if (Controller::current() != nullptr) Controller::current()->close_all();
}

bool dcd_edpt_xfer(std::uint8_t /*port*/, std::uint8_t address, std::uint8_t* buffer,
                   std::uint16_t size) {
  return Controller::current() != nullptr && Controller::current()->transfer(address, buffer, size);
}

void dcd_edpt_stall(std::uint8_t /*port*/, std::uint8_t address) {
  if (Controller::current() != nullptr) Controller::current()->stall(address);
}

void dcd_edpt_clear_stall(std::uint8_t /*port*/, std::uint8_t address) {
  if (Controller::current() != nullptr) Controller::current()->clear_stall(address);
}

}  // extern "C"

// NOLINTEND(readability-identifier-naming)
