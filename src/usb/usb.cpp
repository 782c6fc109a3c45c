#include "usb/usb.hpp"

#include <tusb.h>

#include <algorithm>

namespace pianola::usb {
namespace {

constexpr std::uint8_t instance(Interface interface) {
  return static_cast<std::uint8_t>(interface);
}

/// The unit of SET_IDLE, in ms (HID 1.11, section 7.2.4).
constexpr Time kIdleUnit = 4;
/// The first byte of the answer to a raw message that nobody understands.
constexpr std::uint8_t kUnhandled = 0xFF;

/// What TinyUSB has to do; its class is told what waited for the drive, if it waits no more. Apart,
/// so that it takes no stack while the device makes a step.
[[gnu::noinline]] void serve_bus(MassStorage& storage) {
  tud_task();
  const std::uint32_t bytes = storage.release();
  if (bytes != 0) mscd_xfer_cb(0, kStorageOut, XFER_RESULT_SUCCESS, bytes);
}

}  // namespace

Usb::Usb() = default;

Usb::~Usb() {
  if (the_only != this) return;
  tud_deinit(0);
  the_only = nullptr;
}

[[gnu::noinline]] void Usb::start(device::Device& device, std::string_view unit) {
  device_ = &device;
  unit_size_ = static_cast<std::uint8_t>(std::min(unit.size(), unit_.size()));
  std::copy_n(unit.begin(), unit_size_, unit_.begin());
  with_drive_ = device.has_drive();
  mass_storage_.begin(&device.drive());
  the_only = this;
  const tusb_rhport_init_t init{.role = TUSB_ROLE_DEVICE, .speed = TUSB_SPEED_FULL};
  tusb_rhport_init(0, &init);
}

[[gnu::noinline]] Next Usb::step(Time now) {
  now_ = now;
  serve_bus(mass_storage_);
  look_at_bus();
  watch_extra();
  finish_report();
  const Next device = device_->step(now);
  // What the device sent may be nothing that the host need be told.
  const bool again = reporting_ && !in_flight_ && !send_part();
  go_away_and_back();
  repeat_idle();
  answer_raw();
  return again ? Next::time(now) : next(device);
}

Next Usb::next(Next device) const {
  // TinyUSB does not look at the rest of its events after one that it drops, as those of a bus that
  // was reset meanwhile.
  if (tud_task_event_ready()) return Next::time(now_);
  if (away_) device = sooner(device, Next::time(back_at_));
  if (!configured_ || suspended_) return device;
  if (idle_ != 0 && !in_flight_)
    device = sooner(device, Next::time(keyboard_at_ + idle_ * kIdleUnit));
  if (extra_listens_ && in_flight_ == Interface::extra && !probing_)
    device = sooner(device, Next::time(asked_since_ + kDeaf));
  if (!in_flight_ && read_at_ == now_ && splitter_.any())
    device = sooner(device, Next::time(now_ + 1));
  return device;
}

/// A reset of the bus is not told by TinyUSB.
void Usb::look_at_bus() {
  if (configured_ && !tud_mounted()) on_gone();
}

bool Usb::send(const hid::Report& report) {
  if (!configured_ || suspended_ || reporting_ || in_flight_ || splitter_.any()) return false;
  splitter_.set(report);
  reporting_ = true;
  send_part();
  return true;
}

/// Gives the host the next report that it must have. False if there is none.
bool Usb::send_part() {
  if (in_flight_ || !configured_ || suspended_) return in_flight_.has_value();
  const std::optional<Part> part = splitter_.next();
  if (!part) return false;
  if (part->interface != read_ && read_at_ == now_) return true;
  if (tud_hid_n_ready(instance(part->interface)) &&
      tud_hid_n_report(instance(part->interface), static_cast<std::uint8_t>(part->id),
                       part->bytes.data(), part->size)) {
    splitter_.sent(*part);
    in_flight_ = part->interface;
    asked_since_ = now_;
    probing_ = false;
    probes_ = 0;
  }
  return true;
}

/// Goes on with the reports; tells the device when the host took all.
void Usb::finish_report() {
  if (send_part() || !reporting_ || suspended_) return;
  reporting_ = false;
  device_->report_taken(now_);
}

/// Gives up Interface::extra if nobody reads it. A host that reads the keyboard no more either is
/// busy, or a virtual computer that is paused: it gets everything later.
void Usb::watch_extra() {
  if (!extra_listens_ || in_flight_ != Interface::extra || suspended_ || probing_) return;
  if (!reached(now_, asked_since_ + kDeaf)) return;
  if (probes_ < kProbes) {
    probing_ = true;
    return repeat_keyboard();
  }
  extra_listens_ = false;
  splitter_.set_extra(false);
  in_flight_.reset();
}

/// Repeats the keyboard's report as often as the host wants.
void Usb::repeat_idle() {
  if (idle_ == 0 || in_flight_ || !configured_ || suspended_) return;
  if (reached(now_, keyboard_at_ + idle_ * kIdleUnit)) repeat_keyboard();
}

/// Gives the host what the keyboard said last once more, unless it is still to read that.
void Usb::repeat_keyboard() {
  if (!tud_hid_n_ready(instance(Interface::keyboard))) return;
  const Part part = splitter_.state(Interface::keyboard, ReportId::none);
  tud_hid_n_report(instance(Interface::keyboard), 0, part.bytes.data(), part.size);
  keyboard_at_ = now_;
}

void Usb::answer_raw() {
  if (!answers_ || !tud_hid_n_ready(instance(Interface::raw))) return;
  answers_ = !tud_hid_n_report(instance(Interface::raw), 0, answer_.data(), kRawBytes);
}

void Usb::wake() { tud_remote_wakeup(); }

void Usb::reconnect() { leave_ = true; }

void Usb::go_away_and_back() {
  if (leave_) {
    leave_ = false;
    away_ = true;
    back_at_ = now_ + kAway;
    tud_disconnect();
    if (configured_) on_gone();
  } else if (away_ && reached(now_, back_at_)) {
    away_ = false;
    with_drive_ = device_->has_drive();
    tud_connect();
  }
}

const std::uint16_t* Usb::string(std::uint8_t index) {
  return string_descriptor(index, {unit_.data(), unit_size_}, string_) ? string_.data() : nullptr;
}

// ---- What the bus does --------------------------------------------------------------------------

void Usb::on_configured() {
  if (configured_) on_gone();
  configured_ = true;
  mass_storage_.begin(&device_->drive());
  device_->connected();
}

void Usb::on_gone() {
  splitter_.reset();
  in_flight_.reset();
  idle_ = 0;
  reporting_ = false;
  extra_listens_ = true;
  answers_ = false;
  if (suspended_) on_resumed();
  if (!configured_) return;
  configured_ = false;
  device_->disconnected();
}

void Usb::on_suspended() {
  if (suspended_ || !configured_) return;
  suspended_ = true;
  device_->suspended();
}

void Usb::on_resumed() {
  if (!suspended_) return;
  suspended_ = false;
  asked_since_ = now_;
  device_->resumed();
}

void Usb::on_sent(Interface interface) {
  if (interface == Interface::keyboard) {
    keyboard_at_ = now_;
    if (probing_) ++probes_;
    probing_ = false;
  }
  read_ = interface;
  read_at_ = now_;
  if (interface == Interface::extra && !extra_listens_) {
    extra_listens_ = true;
    splitter_.set_extra(true);
  }
  if (in_flight_ == interface) in_flight_.reset();
}

void Usb::on_protocol(Interface interface, bool boot) {
  if (interface == Interface::keyboard) splitter_.set_boot(boot);
}

bool Usb::on_idle(Interface interface, std::uint8_t rate) {
  if (interface != Interface::keyboard) return rate == 0;
  idle_ = rate;
  keyboard_at_ = now_;
  return true;
}

std::uint16_t Usb::on_get_report(Interface interface, std::uint8_t id, bool input,
                                 std::span<std::uint8_t> out) const {
  if (!input) {
    if (interface != Interface::keyboard || id != 0 || out.empty()) return 0;
    out[0] = leds_;
    return 1;
  }
  if (interface == Interface::raw) {
    const std::size_t size = id == 0 ? std::min(out.size(), answer_.size()) : 0;
    std::copy_n(answer_.begin(), size, out.begin());
    return static_cast<std::uint16_t>(size);
  }
  const Part part = splitter_.state(interface, static_cast<ReportId>(id));
  const std::size_t size = std::min<std::size_t>(out.size(), part.size);
  std::copy_n(part.bytes.begin(), size, out.begin());
  return static_cast<std::uint16_t>(size);
}

void Usb::on_output(Interface interface, std::uint8_t id, std::span<const std::uint8_t> data) {
  if (data.empty() || id != 0) return;
  if (interface == Interface::keyboard) {
    leds_ = data[0];
    device_->host_leds(leds_);
  } else if (interface == Interface::raw) {
    // Until something answers: the message itself, marked as not understood.
    answer_ = {};
    std::copy_n(data.begin(), std::min(data.size(), answer_.size()), answer_.begin());
    answer_[0] = kUnhandled;
    answers_ = true;
  }
}

}  // namespace pianola::usb
