#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hid/layout.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "ports/sim/text_view.hpp"
#include "ports/sim/trace.hpp"
#include "scenario/device.hpp"
#include "support/usb_host.hpp"

namespace pianola::test {

/// Makes what is down out of the input reports of a keyboard's interfaces, as a host does.
class ReportReader {
 public:
  /// What is down after `input`; nothing if that is no report of a keyboard's.
  std::optional<hid::Report> read(const InputReport& input) {
    const Bytes& bytes = input.bytes;
    report_.x = report_.y = report_.wheel = 0;
    if (input.endpoint == usb::kKeyboardIn && bytes.size() == 8) {
      std::array<std::uint8_t, 8> boot{};
      std::copy(bytes.begin(), bytes.end(), boot.begin());
      if (const auto parsed = hid::parse_boot_report(boot)) {
        report_.mods = parsed->mods;
        boot_keys_ = parsed->keys;
      }
    } else if (input.endpoint == usb::kExtraIn && bytes.size() > 1) {
      read_extra(bytes);
    } else {
      return std::nullopt;
    }
    report_.keys = boot_keys_;
    report_.keys |= extra_keys_;
    return report_;
  }

 private:
  void read_extra(const Bytes& bytes) {
    const auto word = [&](std::size_t at) {
      return static_cast<std::uint16_t>(bytes.at(at) | bytes.at(at + 1) << 8U);
    };
    switch (static_cast<usb::ReportId>(bytes[0])) {
      case usb::ReportId::keys:
        extra_keys_.clear();
        for (unsigned usage = usb::kFirstExtraKey; usage <= usb::kLastExtraKey; ++usage) {
          const unsigned bit = usage - usb::kFirstExtraKey;
          if ((bytes.at(1 + bit / 8) >> (bit % 8) & 1U) != 0) {
            extra_keys_.add(static_cast<std::uint8_t>(usage));
          }
        }
        break;
      case usb::ReportId::consumer:
        report_.consumer = word(1);
        break;
      case usb::ReportId::system:
        report_.system = bytes[1];
        break;
      case usb::ReportId::mouse:
        report_.buttons = bytes[1];
        report_.x = static_cast<std::int16_t>(word(2));
        report_.y = static_cast<std::int16_t>(word(4));
        report_.wheel = static_cast<std::int8_t>(bytes.at(6));
        break;
      default:
        break;
    }
  }

  hid::Report report_;
  hid::KeySet boot_keys_;
  hid::KeySet extra_keys_;
};

/// A device in virtual time for scenarios, whose reports are read from the USB side.
class UsbScenarioDevice final : public scenario::Device {
 public:
  /// `layout` is the host's, which polls every `poll` ms.
  UsbScenarioDevice(const hid::Layout& layout, std::uint32_t poll, std::uint32_t start)
      : rig_(flash_, {}, start), host_(rig_), view_(layout) {
    rig_.save("");
    host_.poll_every = poll;
    host_.on_input = [this](const InputReport& input) { take(input); };
    host_.enumerate();
  }

  void load(std::string_view macros) override { rig_.save(macros); }
  void key(hid::Usage usage, bool down) override {
    rig_.key(usage, down);
    live();
  }
  void pass(std::uint32_t milliseconds) override {
    live();
    for (std::uint32_t i = 0; i < milliseconds; ++i) {
      host_.pass(1);
      live();
    }
  }
  [[nodiscard]] bool sending() override { return rig_.usb.reporting(); }
  [[nodiscard]] bool idle() override { return rig_.device->engine().idle() && !sending(); }
  [[nodiscard]] const std::vector<sim::TraceEntry>& reports() override { return trace_; }
  [[nodiscard]] std::string text() override { return view_.text(); }
  [[nodiscard]] std::vector<std::string> errors() override { return errors_; }
  [[nodiscard]] std::uint8_t leds() override { return view_.leds(); }
  void set_leds(std::uint8_t leds) override {
    view_.set_leds(leds);
    live();
  }
  void reconnect() override {
    host_.detach();
    reader_ = {};
    last_ = {};
    view_.let_go();
    host_.enumerate();
    told_leds_ = 0;
    live();
  }

 private:
  void take(const InputReport& input) {
    const std::optional<hid::Report> report = reader_.read(input);
    if (!report) return;
    if (report->moves() || *report != last_) trace_.push_back({rig_.now, *report});
    view_.take(*report);
    last_ = *report;
    last_.x = last_.y = last_.wheel = 0;
  }

  /// Lets the host do what it does by itself.
  void live() {
    host_.pass(0);
    if (view_.leds() != told_leds_) {
      told_leds_ = view_.leds();
      host_.set_leds(told_leds_);
    }
    const device::ErrorLog& log = rig_.device->errors();
    for (std::uint32_t news = log.added() - known_errors_; news > 0; --news) {
      errors_.emplace_back(engine::error_text(log.at(log.size() - news).code));
    }
    known_errors_ = log.added();
  }

  memory::SimulatedFlash flash_{UsbRig::kGeometry};
  UsbRig rig_;
  UsbHost host_;
  ReportReader reader_;
  hid::Report last_;  ///< What is down.
  sim::TextView view_;
  std::vector<sim::TraceEntry> trace_;
  std::vector<std::string> errors_;
  std::uint32_t known_errors_ = 0;
  std::uint8_t told_leds_ = 0;
};

}  // namespace pianola::test
