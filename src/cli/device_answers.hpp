#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "cli/console.hpp"
#include "cli/device_news.hpp"
#include "device/device.hpp"
#include "device/stroke_writer.hpp"
#include "engine/key_event.hpp"
#include "engine/observer.hpp"

namespace pianola::cli {

/// Answers whoever writes keys line by line: which macros ran, what the computer got, what failed.
/// Lines that come before the answer to the one before share it.
class DeviceAnswers final : private engine::Observer {
 public:
  /// How long after the last key the answer waits for macros to end, in ms.
  static constexpr Time kPatience = 1000;
  /// How long it waits if only macros of former lines run, in ms.
  static constexpr Time kPatienceBesides = 100;

  /// All are the caller's and outlive this.
  DeviceAnswers(device::Device& device, DeviceNews& news, Console& console);
  ~DeviceAnswers() { device_.engine().observe(nullptr); }
  DeviceAnswers(const DeviceAnswers&) = delete;
  DeviceAnswers& operator=(const DeviceAnswers&) = delete;

  /// A key of a line changes.
  void key(const engine::KeyEvent& event);
  /// The computer gets a report.
  void sent(const hid::Report& report);
  /// The computer set its LEDs.
  void leds(std::uint8_t leds) { leds_ = leds; }
  /// The computer is gone, and with it what was being typed.
  void gone();

  /// Answers if it is time to; `playing`: a line's keys are not over. Returns when to ask again.
  Next step(Time now, bool playing);

 private:
  /// How a macro ended.
  struct Ending {
    std::string name;
    std::string_view how;
    friend bool operator==(const Ending&, const Ending&) = default;
  };

  void task_event(engine::TaskIndex index, const engine::Task& task, engine::TaskEvent event,
                  engine::Wakes why) override;
  void open();
  void ended(const std::string& name, engine::TaskEvent event);
  void note_failure();
  void answer();
  [[nodiscard]] std::string macros_text() const;
  [[nodiscard]] std::string done_text(bool no_macro);

  device::Device& device_;
  DeviceNews& news_;
  Console& console_;

  std::vector<char> buffer_;
  device::StrokeWriter writer_;
  hid::Report last_;     ///< What was sent last.
  hid::Report pressed_;  ///< All that went down on the keyboard.
  hid::Report seen_;     ///< All that the computer saw go down.
  bool moved_ = false;

  std::map<engine::TaskIndex, std::string> running_;  ///< Macros that the answer is to name.
  std::map<engine::TaskIndex, std::string> late_;     ///< Those of former answers that run on.
  std::vector<Ending> endings_;
  std::vector<std::string> late_endings_;  ///< To be told without a line.
  std::vector<engine::Error> failures_;    ///< Errors since the line began.
  std::vector<engine::Error> repeated_;    ///< Those of failures_ that the news do not tell again.
  std::uint32_t known_errors_ = 0;

  std::uint32_t told_ = 0;  ///< News before the line.
  Time over_at_ = 0;        ///< Since when the line's keys are over, if `over_`.
  std::uint8_t leds_ = 0;
  bool open_ = false;  ///< A line is to be answered.
  bool over_ = false;  ///< The line's keys are over.
};

/// What a definition of device::StrokeWriter does: its texts and taps on one line, in which
/// Backspace has taken characters away, without taps of the modifiers `held`.
std::string strokes_text(std::string_view definition, hid::Modifiers held = 0);

}  // namespace pianola::cli
