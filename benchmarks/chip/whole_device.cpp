#include "whole_device.hpp"

#include <device/dcd.h>
#include <tusb.h>

#include <algorithm>

#include "store/save.hpp"

namespace {

/// A transfer that TinyUSB waits for, one for each direction of each endpoint.
struct Waiting {
  bool waits;
  std::uint16_t size;
};
Waiting waiting[TUP_DCD_ENDPOINT_MAX][2];

Waiting& at(std::uint8_t address) { return waiting[address & 0x0FU][address >> 7]; }

/// The host asks for what waits on an endpoint. False if nothing does.
bool read(std::uint8_t address) {
  Waiting& transfer = at(address);
  if (!transfer.waits) return false;
  transfer.waits = false;
  dcd_event_xfer_complete(0, address, transfer.size, XFER_RESULT_SUCCESS, true);
  return true;
}

}  // namespace

// ---- The bus controller: a host that does as it should ------------------------------------------

extern "C" {

bool dcd_init(std::uint8_t, const tusb_rhport_init_t*) { return true; }
bool dcd_deinit(std::uint8_t) { return true; }
void dcd_int_handler(std::uint8_t) {}
void dcd_int_enable(std::uint8_t) {}
void dcd_int_disable(std::uint8_t) {}
void dcd_sof_enable(std::uint8_t, bool) {}
void dcd_remote_wakeup(std::uint8_t) {}
void dcd_connect(std::uint8_t) {}
void dcd_disconnect(std::uint8_t) {}
void dcd_set_address(std::uint8_t, std::uint8_t) {}
bool dcd_edpt_open(std::uint8_t, const tusb_desc_endpoint_t*) { return true; }
void dcd_edpt_close(std::uint8_t, std::uint8_t) {}
void dcd_edpt_close_all(std::uint8_t) {}
void dcd_edpt_stall(std::uint8_t, std::uint8_t) {}
void dcd_edpt_clear_stall(std::uint8_t, std::uint8_t) {}
bool dcd_edpt_xfer(std::uint8_t, std::uint8_t address, std::uint8_t*, std::uint16_t size) {
  at(address) = {true, size};
  return true;
}

}  // extern "C"

// ---- The device ---------------------------------------------------------------------------------

namespace pianola::bench {
namespace {

class Text final : public lang::Source {
 public:
  explicit Text(std::string_view text) : text_(text) {}
  std::size_t read(std::uint32_t offset, std::span<char> out) override {
    if (offset >= text_.size()) return 0;
    const std::size_t size = std::min<std::size_t>(out.size(), text_.size() - offset);
    std::memcpy(out.data(), text_.data() + offset, size);
    return size;
  }

 private:
  std::string_view text_;
};

class Silence final : public lang::DiagnosticSink {
 public:
  void report(const lang::Diagnostic&) override {}
};

}  // namespace

WholeDevice::WholeDevice(std::span<std::uint8_t> flash) : chip_(flash) {
  device_ = std::make_unique<device::Device>(device::Parts{.flash = chip_,
                                                           .store_memory = store_memory_,
                                                           .engine = engine_.view(),
                                                           .workspace = {scratch_},
                                                           .host = usb_,
                                                           .leds = *this,
                                                           .recording = recording_});
  device_->start(now_, {});
  usb_.start(*device_, "bench");
  attach();
}

WholeDevice::~WholeDevice() = default;

/// The host configures the device.
void WholeDevice::attach() {
  dcd_event_bus_reset(0, TUSB_SPEED_FULL, true);
  run();
  constexpr std::array<std::uint8_t, 8> kSetConfiguration{0, 9, 1, 0, 0, 0, 0, 0};
  dcd_event_setup_received(0, kSetConfiguration.data(), true);
  run();
  pass();
}

bool WholeDevice::save(std::string_view text) {
  Text source{text};
  Silence findings;
  store::FlashScratch scratch{device_->store().log(), scratch_};
  store::Save save{device_->store(), source, scratch, findings};
  const bool good = save.run() == Status::ok;
  run();
  return good;
}

/// What happens at this time.
void WholeDevice::run() {
  do {
    next_ = usb_.step(now_);
  } while (!next_.never && next_.at == now_);
}

/// A millisecond, at the end of which the host asks for what there is.
void WholeDevice::pass() {
  ++now_;
  bool any = read(0x80);
  for (const std::uint8_t address : {usb::kKeyboardIn, usb::kExtraIn}) {
    if (!read(address)) continue;
    ++reports_;
    any = true;
  }
  if (any || (!next_.never && reached(now_, next_.at))) run();
}

void WholeDevice::key(hid::Usage usage, bool down) {
  device_->key({usage, down, now_});
  run();
  pass();
}

void WholeDevice::finish() {
  while (at(usb::kKeyboardIn).waits || at(usb::kExtraIn).waits || !next_.never) pass();
}

void WholeDevice::read_reports(std::uint32_t count) {
  for (const std::uint32_t end = reports_ + count; reports_ != end;) pass();
}

void WholeDevice::wake(std::uint32_t count) {
  for (; count > 0; --count) {
    now_ = next_.at;
    run();
  }
}

}  // namespace pianola::bench
