#include "usb/descriptors.hpp"

#include <tusb.h>

#include <algorithm>

namespace pianola::usb {
namespace {

// The numbers of the string descriptors.
constexpr std::uint8_t kManufacturer = 1;
constexpr std::uint8_t kProduct = 2;
constexpr std::uint8_t kSerial = 3;

constexpr std::uint16_t kVersion = PIANOLA_USB_VERSION;
/// Added to the version of a device without a drive.
constexpr std::uint16_t kWithoutDrive = 0x5000;

constexpr std::uint8_t low(unsigned value) { return static_cast<std::uint8_t>(value & 0xFFU); }
constexpr std::uint8_t high(unsigned value) {
  return static_cast<std::uint8_t>(value >> 8 & 0xFFU);
}

using DeviceDescriptor = std::array<std::uint8_t, 18>;

/// USB 2.0, table 9-8.
constexpr DeviceDescriptor make_device(std::uint16_t version) {
  return {18,
          TUSB_DESC_DEVICE,
          0x00,
          0x02,  // USB 2.0
          0,
          0,
          0,  // The interfaces say their classes.
          CFG_TUD_ENDPOINT0_SIZE,
          low(PIANOLA_USB_VENDOR),
          high(PIANOLA_USB_VENDOR),
          low(PIANOLA_USB_PRODUCT),
          high(PIANOLA_USB_PRODUCT),
          low(version),
          high(version),
          kManufacturer,
          kProduct,
          kSerial,
          1};  // One configuration.
}

constexpr DeviceDescriptor kDevice = make_device(kVersion);
constexpr DeviceDescriptor kDeviceWithoutDrive = make_device(kVersion + kWithoutDrive);

// ---- Report descriptors (HID 1.11, section 6.2.2) -----------------------------------------------

/// As in HID 1.11, appendix B.1, but for usages up to FF.
constexpr std::array kKeyboardReport = std::to_array<std::uint8_t>({
    0x05, 0x01,        // Usage Page (Generic Desktop)
    0x09, 0x06,        // Usage (Keyboard)
    0xA1, 0x01,        // Collection (Application)
    0x05, 0x07,        //   Usage Page (Keyboard)
    0x19, 0xE0,        //   Usage Minimum (Left Control)
    0x29, 0xE7,        //   Usage Maximum (Right GUI)
    0x15, 0x00,        //   Logical Minimum (0)
    0x25, 0x01,        //   Logical Maximum (1)
    0x75, 0x01,        //   Report Size (1)
    0x95, 0x08,        //   Report Count (8)
    0x81, 0x02,        //   Input (Data, Variable, Absolute): modifiers
    0x75, 0x08,        //   Report Size (8)
    0x95, 0x01,        //   Report Count (1)
    0x81, 0x01,        //   Input (Constant)
    0x05, 0x08,        //   Usage Page (LEDs)
    0x19, 0x01,        //   Usage Minimum (Num Lock)
    0x29, 0x05,        //   Usage Maximum (Kana)
    0x75, 0x01,        //   Report Size (1)
    0x95, 0x05,        //   Report Count (5)
    0x91, 0x02,        //   Output (Data, Variable, Absolute): LEDs
    0x75, 0x03,        //   Report Size (3)
    0x95, 0x01,        //   Report Count (1)
    0x91, 0x01,        //   Output (Constant)
    0x05, 0x07,        //   Usage Page (Keyboard)
    0x19, 0x00,        //   Usage Minimum (0)
    0x29, 0xFF,        //   Usage Maximum (FF)
    0x26, 0xFF, 0x00,  //   Logical Maximum (255)
    0x75, 0x08,        //   Report Size (8)
    0x95, 0x06,        //   Report Count (6)
    0x81, 0x00,        //   Input (Data, Array): keys
    0xC0,              // End Collection
});

constexpr std::array kExtraReport = std::to_array<std::uint8_t>({
    0x05, 0x01,                                           // Usage Page (Generic Desktop)
    0x09, 0x06,                                           // Usage (Keyboard)
    0xA1, 0x01,                                           // Collection (Application)
    0x85, static_cast<std::uint8_t>(ReportId::keys),      //   Report ID
    0x05, 0x07,                                           //   Usage Page (Keyboard)
    0x19, kFirstExtraKey,                                 //   Usage Minimum
    0x29, kLastExtraKey,                                  //   Usage Maximum
    0x15, 0x00,                                           //   Logical Minimum (0)
    0x25, 0x01,                                           //   Logical Maximum (1)
    0x75, 0x01,                                           //   Report Size (1)
    0x95, kLastExtraKey - kFirstExtraKey + 1,             //   Report Count (220)
    0x81, 0x02,                                           //   Input (Data, Variable, Absolute)
    0x95, 0x04,                                           //   Report Count (4)
    0x81, 0x01,                                           //   Input (Constant)
    0xC0,                                                 // End Collection
    0x05, 0x0C,                                           // Usage Page (Consumer)
    0x09, 0x01,                                           // Usage (Consumer Control)
    0xA1, 0x01,                                           // Collection (Application)
    0x85, static_cast<std::uint8_t>(ReportId::consumer),  //   Report ID
    0x19, 0x00,                                           //   Usage Minimum (0)
    0x2A, 0xFF,
    0x03,        //   Usage Maximum (3FF)
    0x15, 0x00,  //   Logical Minimum (0)
    0x26, 0xFF,
    0x03,                                               //   Logical Maximum (3FF)
    0x75, 0x10,                                         //   Report Size (16)
    0x95, 0x01,                                         //   Report Count (1)
    0x81, 0x00,                                         //   Input (Data, Array)
    0xC0,                                               // End Collection
    0x05, 0x01,                                         // Usage Page (Generic Desktop)
    0x09, 0x80,                                         // Usage (System Control)
    0xA1, 0x01,                                         // Collection (Application)
    0x85, static_cast<std::uint8_t>(ReportId::system),  //   Report ID
    0x19, 0x81,                                         //   Usage Minimum (System Power Down)
    0x29, 0xB7,                                         //   Usage Maximum (the last system control)
    0x16, 0x81,
    0x00,  //   Logical Minimum (81)
    0x26, 0xB7,
    0x00,                                              //   Logical Maximum (B7)
    0x75, 0x08,                                        //   Report Size (8)
    0x95, 0x01,                                        //   Report Count (1)
    0x81, 0x40,                                        //   Input (Data, Array, Null State)
    0xC0,                                              // End Collection
    0x05, 0x01,                                        // Usage Page (Generic Desktop)
    0x09, 0x02,                                        // Usage (Mouse)
    0xA1, 0x01,                                        // Collection (Application)
    0x85, static_cast<std::uint8_t>(ReportId::mouse),  //   Report ID
    0x09, 0x01,                                        //   Usage (Pointer)
    0xA1, 0x00,                                        //   Collection (Physical)
    0x05, 0x09,                                        //     Usage Page (Button)
    0x19, 0x01,                                        //     Usage Minimum (1)
    0x29, 0x08,                                        //     Usage Maximum (8)
    0x15, 0x00,                                        //     Logical Minimum (0)
    0x25, 0x01,                                        //     Logical Maximum (1)
    0x75, 0x01,                                        //     Report Size (1)
    0x95, 0x08,                                        //     Report Count (8)
    0x81, 0x02,                                        //     Input (Data, Variable, Absolute)
    0x05, 0x01,                                        //     Usage Page (Generic Desktop)
    0x09, 0x30,                                        //     Usage (X)
    0x09, 0x31,                                        //     Usage (Y)
    0x16, 0x01,
    0x80,  //     Logical Minimum (-32767)
    0x26, 0xFF,
    0x7F,        //     Logical Maximum (32767)
    0x75, 0x10,  //     Report Size (16)
    0x95, 0x02,  //     Report Count (2)
    0x81, 0x06,  //     Input (Data, Variable, Relative)
    0x09, 0x38,  //     Usage (Wheel)
    0x15, 0x81,  //     Logical Minimum (-127)
    0x25, 0x7F,  //     Logical Maximum (127)
    0x75, 0x08,  //     Report Size (8)
    0x95, 0x01,  //     Report Count (1)
    0x81, 0x06,  //     Input (Data, Variable, Relative)
    0xC0,        //   End Collection
    0xC0,        // End Collection
});

constexpr std::array kRawReport = std::to_array<std::uint8_t>({
    0x06, 0x60,      0xFF,  // Usage Page (FF60)
    0x09, 0x61,             // Usage (61)
    0xA1, 0x01,             // Collection (Application)
    0x09, 0x62,             //   Usage (62)
    0x15, 0x00,             //   Logical Minimum (0)
    0x26, 0xFF,      0x00,  //   Logical Maximum (255)
    0x75, 0x08,             //   Report Size (8)
    0x95, kRawBytes,        //   Report Count (32)
    0x81, 0x02,             //   Input (Data, Variable, Absolute)
    0x09, 0x63,             //   Usage (63)
    0x91, 0x02,             //   Output (Data, Variable, Absolute)
    0xC0,                   // End Collection
});

// ---- Configuration (USB 2.0, tables 9-10, 9-12, 9-13; HID 1.11, section 6.2.1) ------------------

template <std::size_t... Sizes>
constexpr auto join(const std::array<std::uint8_t, Sizes>&... pieces) {
  std::array<std::uint8_t, (Sizes + ...)> all{};
  std::size_t at = 0;
  const auto add = [&](const auto& piece) {
    for (const std::uint8_t byte : piece) all[at++] = byte;
  };
  (add(pieces), ...);
  return all;
}

/// A name of its own, since GCC 12 warns of | with an enumeration of one byte (-fshort-enums).
constexpr unsigned kWakesHost = TUSB_DESC_CONFIG_ATT_REMOTE_WAKEUP;

/// Bus powered; wakes the host.
constexpr auto configuration(std::size_t total, std::uint8_t interfaces) {
  return std::array<std::uint8_t, 9>{9,
                                     TUSB_DESC_CONFIGURATION,
                                     low(static_cast<unsigned>(total)),
                                     high(static_cast<unsigned>(total)),
                                     interfaces,
                                     1,
                                     0,
                                     0x80U | kWakesHost,
                                     PIANOLA_USB_MILLIAMPERES / 2};
}

constexpr auto interface(Interface number, std::uint8_t endpoints, std::uint8_t cls,
                         std::uint8_t subclass, std::uint8_t protocol) {
  return std::array<std::uint8_t, 9>{9,
                                     TUSB_DESC_INTERFACE,
                                     static_cast<std::uint8_t>(number),
                                     0,
                                     endpoints,
                                     cls,
                                     subclass,
                                     protocol,
                                     0};
}

/// HID 1.11, for no country in particular.
constexpr auto hid(std::size_t report_size) {
  return std::array<std::uint8_t, 9>{9,
                                     HID_DESC_TYPE_HID,
                                     0x11,
                                     0x01,
                                     0,
                                     1,
                                     HID_DESC_TYPE_REPORT,
                                     low(static_cast<unsigned>(report_size)),
                                     high(static_cast<unsigned>(report_size))};
}

constexpr auto endpoint(std::uint8_t address, std::uint8_t type, std::uint8_t size,
                        std::uint8_t interval) {
  return std::array<std::uint8_t, 7>{7, TUSB_DESC_ENDPOINT, address, type, size, 0, interval};
}

constexpr auto kHidInterfaces = join(
    interface(Interface::keyboard, 1, TUSB_CLASS_HID, HID_SUBCLASS_BOOT, HID_ITF_PROTOCOL_KEYBOARD),
    hid(kKeyboardReport.size()), endpoint(kKeyboardIn, TUSB_XFER_INTERRUPT, 8, 1),
    interface(Interface::extra, 1, TUSB_CLASS_HID, 0, 0), hid(kExtraReport.size()),
    endpoint(kExtraIn, TUSB_XFER_INTERRUPT, 32, 1),
    interface(Interface::raw, 2, TUSB_CLASS_HID, 0, 0), hid(kRawReport.size()),
    endpoint(kRawIn, TUSB_XFER_INTERRUPT, kRawBytes, 1),
    endpoint(kRawOut, TUSB_XFER_INTERRUPT, kRawBytes, 1));

constexpr auto kStorageInterface =
    join(interface(Interface::storage, 2, TUSB_CLASS_MSC, MSC_SUBCLASS_SCSI, MSC_PROTOCOL_BOT),
         endpoint(kStorageIn, TUSB_XFER_BULK, 64, 0), endpoint(kStorageOut, TUSB_XFER_BULK, 64, 0));

constexpr std::size_t kHeader = 9;
constexpr auto kConfiguration =
    join(configuration(kHeader + kHidInterfaces.size() + kStorageInterface.size(), 4),
         kHidInterfaces, kStorageInterface);
constexpr auto kConfigurationWithoutDrive =
    join(configuration(kHeader + kHidInterfaces.size(), 3), kHidInterfaces);

}  // namespace

std::span<const std::uint8_t> device_descriptor(bool with_drive) {
  return with_drive ? kDevice : kDeviceWithoutDrive;
}

std::span<const std::uint8_t> configuration_descriptor(bool with_drive) {
  if (with_drive) return kConfiguration;
  return kConfigurationWithoutDrive;
}

std::span<const std::uint8_t> report_descriptor(Interface interface) {
  switch (interface) {
    case Interface::keyboard:
      return kKeyboardReport;
    case Interface::extra:
      return kExtraReport;
    case Interface::raw:
      return kRawReport;
    default:
      return {};
  }
}

bool string_descriptor(std::uint8_t index, std::string_view unit, StringDescriptor& out) {
  std::size_t length = 0;
  const auto add = [&](std::string_view text) {
    for (const char c : text) {
      if (1 + length == out.size()) return;
      ++length;
      out[length] = static_cast<unsigned char>(c);
    }
  };
  switch (index) {
    case 0:
      ++length;
      out[length] = 0x0409;  // English (United States)
      break;
    case kManufacturer:
    case kProduct:
      add("Pianola");
      break;
    case kSerial:
      add(kSerialPrefix);
      if (!unit.empty()) add("-");
      add(unit.substr(0, kMaxUnitId));
      break;
    default:
      return false;
  }
  out[0] = static_cast<std::uint16_t>(TUSB_DESC_STRING << 8 | (2 + 2 * length));
  return true;
}

}  // namespace pianola::usb
