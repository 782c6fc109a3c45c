// What TinyUSB calls: its callbacks and the clock. The names are TinyUSB's.

#include <tusb.h>

#include <device/usbd_pvt.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

#include "usb/setup.hpp"
#include "usb/usb.hpp"

// NOLINTBEGIN(readability-identifier-naming)

using pianola::usb::Interface;
using pianola::usb::MassStorage;
using pianola::usb::Usb;

Usb* Usb::the_only = nullptr;

namespace {

Usb& usb() { return *Usb::current(); }

constexpr Interface interface_of(std::uint8_t instance) { return static_cast<Interface>(instance); }

/// The number of a report type, which may be none of the enumeration's: it is the host's.
unsigned number_of(const hid_report_type_t& type) {
  std::underlying_type_t<hid_report_type_t> number = 0;
  static_assert(sizeof number == sizeof type);
  std::memcpy(&number, &type, sizeof number);
  return static_cast<unsigned>(number);
}

/// Puts `text` into a field that is padded with blanks.
template <std::size_t Size>
void put(std::string_view text, std::uint8_t* field) {
  std::copy_n(text.begin(), std::min(text.size(), Size), field);
}

// ---- TinyUSB's class for mass storage, which here can wait for the drive ------------------------

void reset_storage(std::uint8_t port) {
  if (Usb::current() != nullptr) usb().mass_storage().reset();
  mscd_reset(port);
}

/// A Bulk-Only Mass Storage Reset (BOT 1.0, 3.1) ends the command that waits, before TinyUSB takes
/// its buffer for the next one.
bool control_storage(std::uint8_t port, std::uint8_t stage, const tusb_control_request_t* request) {
  if (stage == CONTROL_STAGE_SETUP && request->bmRequestType_bit.type == TUSB_REQ_TYPE_CLASS &&
      request->bRequest == MSC_REQ_RESET && request->wValue == 0 && request->wLength == 0) {
    usb().mass_storage().abort();
  }
  return mscd_control_xfer_cb(port, stage, request);
}

bool transfer_storage(std::uint8_t port, std::uint8_t endpoint, xfer_result_t result,
                      std::uint32_t bytes) {
  return usb().mass_storage().holds(endpoint, bytes) || mscd_xfer_cb(port, endpoint, result, bytes);
}

constexpr usbd_class_driver_t kStorage{.name = nullptr,
                                       .init = mscd_init,
                                       .deinit = mscd_deinit,
                                       .reset = reset_storage,
                                       .open = mscd_open,
                                       .control_xfer_cb = control_storage,
                                       .xfer_cb = transfer_storage,
                                       .sof = nullptr};

}  // namespace

extern "C" {

std::uint32_t tusb_time_millis_api() { return Usb::current() != nullptr ? usb().now() : 0; }

/// Asked by TinyUSB, as it is built here, before it looks at a setup packet of eight bytes.
bool pianola_usb_takes_setup(const void* packet) {
  return pianola::usb::is_safe_setup(
      std::span<const std::uint8_t, 8>(static_cast<const std::uint8_t*>(packet), 8));
}

// ---- Descriptors --------------------------------------------------------------------------------

const std::uint8_t* tud_descriptor_device_cb() {
  return pianola::usb::device_descriptor(usb().with_drive()).data();
}

const std::uint8_t* tud_descriptor_configuration_cb(std::uint8_t index) {
  if (index != 0) return nullptr;
  return pianola::usb::configuration_descriptor(usb().with_drive()).data();
}

const std::uint16_t* tud_descriptor_string_cb(std::uint8_t index, std::uint16_t /*language*/) {
  return usb().string(index);
}

const std::uint8_t* tud_hid_descriptor_report_cb(std::uint8_t instance) {
  return pianola::usb::report_descriptor(interface_of(instance)).data();
}

// ---- The bus ------------------------------------------------------------------------------------

void tud_mount_cb() { usb().on_configured(); }
void tud_umount_cb() { usb().on_gone(); }
void tud_suspend_cb(bool /*may_wake*/) { usb().on_suspended(); }
void tud_resume_cb() { usb().on_resumed(); }

// ---- HID ----------------------------------------------------------------------------------------

std::uint16_t tud_hid_get_report_cb(std::uint8_t instance, std::uint8_t id, hid_report_type_t type,
                                    std::uint8_t* buffer, std::uint16_t size) {
  const unsigned number = number_of(type);
  if (number != HID_REPORT_TYPE_INPUT && number != HID_REPORT_TYPE_OUTPUT) return 0;
  return usb().on_get_report(interface_of(instance), id, number == HID_REPORT_TYPE_INPUT,
                             {buffer, size});
}

void tud_hid_set_report_cb(std::uint8_t instance, std::uint8_t id, hid_report_type_t type,
                           const std::uint8_t* buffer, std::uint16_t size) {
  if (number_of(type) != HID_REPORT_TYPE_OUTPUT) return;
  usb().on_output(interface_of(instance), id, {buffer, size});
}

void tud_hid_set_protocol_cb(std::uint8_t instance, std::uint8_t protocol) {
  usb().on_protocol(interface_of(instance), protocol == HID_PROTOCOL_BOOT);
}

bool tud_hid_set_idle_cb(std::uint8_t instance, std::uint8_t rate) {
  return usb().on_idle(interface_of(instance), rate);
}

void tud_hid_report_complete_cb(std::uint8_t instance, const std::uint8_t* /*report*/,
                                std::uint16_t /*size*/) {
  usb().on_sent(interface_of(instance));
}

// ---- Mass storage -------------------------------------------------------------------------------

/// Comes before TinyUSB's own classes, so that the mass storage is not its own.
const usbd_class_driver_t* usbd_app_driver_get_cb(std::uint8_t* count) {
  *count = 1;
  return &kStorage;
}

void tud_msc_inquiry_cb(std::uint8_t /*unit*/, std::uint8_t vendor[8], std::uint8_t product[16],
                        std::uint8_t revision[4]) {
  put<8>("Pianola", vendor);
  put<16>("Macros", product);
  put<4>("1.0", revision);
}

/// Asked by TinyUSB, as it is built here, before it answers a command itself.
bool pianola_usb_takes_command(std::uint8_t unit, const std::uint8_t* command) {
  return usb().mass_storage().takes(unit, std::span<const std::uint8_t, 16>(command, 16));
}

bool tud_msc_test_unit_ready_cb(std::uint8_t /*unit*/) { return usb().mass_storage().test_ready(); }

void tud_msc_capacity_cb(std::uint8_t /*unit*/, std::uint32_t* count, std::uint16_t* size) {
  *count = usb().mass_storage().capacity();
  *size = pianola::drive::Drive::kSector;
}

std::int32_t tud_msc_read10_cb(std::uint8_t unit, std::uint32_t first, std::uint32_t offset,
                               void* buffer, std::uint32_t size) {
  const bool good =
      usb().mass_storage().read(unit, first, offset, {static_cast<std::uint8_t*>(buffer), size});
  return good ? static_cast<std::int32_t>(size) : -1;
}

std::int32_t tud_msc_write10_cb(std::uint8_t unit, std::uint32_t first, std::uint32_t offset,
                                std::uint8_t* buffer, std::uint32_t size) {
  switch (usb().mass_storage().write(unit, first, offset, {buffer, size})) {
    case MassStorage::Answer::passed:
      return static_cast<std::int32_t>(size);
    case MassStorage::Answer::later:
      return 0;
    case MassStorage::Answer::failed:
      break;
  }
  return -1;
}

bool tud_msc_start_stop_cb(std::uint8_t /*unit*/, std::uint8_t power_condition, bool start,
                           bool load_eject) {
  // A power condition makes the other two mean nothing (SBC-3, 5.25).
  return power_condition != 0 || usb().mass_storage().start_stop(start, load_eject);
}

bool tud_msc_prevent_allow_medium_removal_cb(std::uint8_t /*unit*/, std::uint8_t /*prevent*/,
                                             std::uint8_t /*control*/) {
  return true;
}

std::int32_t tud_msc_scsi_cb(std::uint8_t /*unit*/, const std::uint8_t command[16],
                             void* /*buffer*/, std::uint16_t /*size*/) {
  return usb().mass_storage().other(std::span<const std::uint8_t, 16>(command, 16)) ? 0 : -1;
}

std::int32_t tud_msc_request_sense_cb(std::uint8_t unit, void* buffer, std::uint16_t /*size*/) {
  constexpr std::size_t kSize = 18;
  usb().mass_storage().request_sense(
      unit, std::span<std::uint8_t, kSize>(static_cast<std::uint8_t*>(buffer), kSize));
  return kSize;
}

void tud_msc_read10_complete_cb(std::uint8_t /*unit*/) { usb().mass_storage().command_over(); }
void tud_msc_write10_complete_cb(std::uint8_t /*unit*/) { usb().mass_storage().command_over(); }
void tud_msc_scsi_complete_cb(std::uint8_t /*unit*/, const std::uint8_t /*command*/[16]) {
  usb().mass_storage().command_over();
}

}  // extern "C"

// NOLINTEND(readability-identifier-naming)
