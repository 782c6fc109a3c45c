#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.hpp"
#include "device/device.hpp"
#include "usb/descriptors.hpp"
#include "usb/mass_storage.hpp"
#include "usb/report_splitter.hpp"

namespace pianola::usb {

/// The device on a USB bus, by TinyUSB: descriptors, HID and mass storage. TinyUSB is one stack for
/// a whole program, so there is one of these at a time. A port has a bus controller that TinyUSB
/// knows, or implements TinyUSB's dcd_* functions.
///
/// The host reads one report at a time, and reports of two interfaces at least a millisecond apart:
/// the drivers of different interfaces could see them in another order.
class Usb final : public device::Host {
 public:
  /// If the host does not ask for a report of Interface::extra for so long, though it reads
  /// Interface::keyboard, nobody there reads it, and it gets no reports until one was read. In ms.
  static constexpr Time kDeaf = 500;
  /// How many further reports of Interface::keyboard it must read for that: a host that was paused
  /// had asked for some before.
  static constexpr unsigned kProbes = 8;
  /// How long the device is off the bus to come back as another, in ms.
  static constexpr Time kAway = 1000;

  Usb();
  ~Usb();
  Usb(const Usb&) = delete;
  Usb& operator=(const Usb&) = delete;

  /// Joins the bus. `device` is the caller's and outlives this; `unit` (ASCII, at most kMaxUnitId
  /// characters, may be empty) is the unit's own id, which the serial number contains.
  void start(device::Device& device, std::string_view unit);

  /// Does what the bus and the device ask for; after each bus event, and when it said so. Steps the
  /// device. Returns when it wants to go on.
  Next step(Time now);

  /// Whether the host configured the device.
  [[nodiscard]] bool configured() const { return configured_; }
  /// Whether the host is still to read a report.
  [[nodiscard]] bool reporting() const { return reporting_ || in_flight_ || splitter_.any(); }
  /// Whether the device that the host sees has a drive.
  [[nodiscard]] bool with_drive() const { return with_drive_; }

  // Host, for the device.
  bool send(const hid::Report& report) override;
  void wake() override;
  void reconnect() override;

  // ---- For TinyUSB's callbacks ------------------------------------------------------------------

  /// The one that TinyUSB works for; null: none.
  static Usb* current() { return the_only; }

  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] MassStorage& mass_storage() { return mass_storage_; }
  /// The string descriptor `index`; null if there is none.
  const std::uint16_t* string(std::uint8_t index);
  void on_configured();
  void on_gone();
  void on_suspended();
  void on_resumed();
  /// An input report was read.
  void on_sent(Interface interface);
  void on_protocol(Interface interface, bool boot);
  /// SET_IDLE; `rate` in units of 4 ms, 0: never. False if the interface has none.
  bool on_idle(Interface interface, std::uint8_t rate);
  /// GET_REPORT: how many bytes it has; 0: there is no such report.
  std::uint16_t on_get_report(Interface interface, std::uint8_t id, bool input,
                              std::span<std::uint8_t> out) const;
  /// SET_REPORT, or an output report.
  void on_output(Interface interface, std::uint8_t id, std::span<const std::uint8_t> data);

 private:
  /// TinyUSB's callbacks have no context of their own. Stands where they do, so that whoever links
  /// this links them.
  static Usb* the_only;

  void look_at_bus();
  bool send_part();
  void finish_report();
  void watch_extra();
  void repeat_keyboard();
  void repeat_idle();
  void answer_raw();
  void go_away_and_back();
  [[nodiscard]] Next next(Next device) const;

  device::Device* device_ = nullptr;
  MassStorage mass_storage_;
  ReportSplitter splitter_;
  std::array<char, kMaxUnitId> unit_{};
  std::uint8_t unit_size_ = 0;
  StringDescriptor string_{};
  std::array<std::uint8_t, kRawBytes> answer_{};
  Time now_ = 0;
  Time asked_since_ = 0;                  ///< Since when a report waits for Interface::extra.
  Time keyboard_at_ = 0;                  ///< When the keyboard's last report was read.
  Time back_at_ = 0;                      ///< When the device comes back to the bus.
  Time read_at_ = 0;                      ///< When a report was read last.
  Interface read_ = Interface::keyboard;  ///< The interface whose report was read last.
  std::optional<Interface> in_flight_;    ///< Whose report the host has not read yet.
  std::uint8_t idle_ = 0;
  std::uint8_t leds_ = 0;
  bool reporting_ = false;  ///< The device's report is not taken yet.
  bool configured_ = false;
  bool suspended_ = false;
  bool with_drive_ = true;
  bool extra_listens_ = true;
  bool probing_ = false;     ///< The keyboard's report is repeated, to see whether it is read.
  std::uint8_t probes_ = 0;  ///< How often it was read while a report waits for the other.
  bool answers_ = false;     ///< answer_ is to be sent.
  bool leave_ = false;       ///< The device asked to leave the bus.
  bool away_ = false;        ///< The device has left the bus.
};

}  // namespace pianola::usb
