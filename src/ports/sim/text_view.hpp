#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "hid/layout.hpp"
#include "hid/report.hpp"
#include "ports/sim/unicode_input.hpp"

namespace pianola::sim {

/// What a text field of a host shows for the reports that the host takes, with its keyboard layout.
///
/// Of a report, the modifiers count first, then each new key in ascending order; keys do not repeat
/// by themselves. Dead keys compose; one that does not compose with the next key shows its own
/// character first. Backspace takes a character away, Enter and Tab add a line end and a tab, and
/// shortcuts and other keys show nothing. Caps Lock, Num Lock and Scroll Lock change the LEDs.
class TextView {
 public:
  /// With a `unicode` method, it also takes characters by their numbers.
  explicit TextView(const hid::Layout& layout,
                    engine::UnicodeMethod unicode = engine::UnicodeMethod::off)
      : layout_(layout), unicode_(unicode, layout) {}

  /// What a report did.
  struct Effect {
    std::size_t erased = 0;          ///< How many characters went.
    std::u32string typed;            ///< The characters that came after that.
    std::vector<hid::Usage> silent;  ///< Keys that went down and did nothing to the text.
  };
  Effect take(const hid::Report& report);

  /// Nothing is down any more.
  void let_go() { last_ = {}; }

  /// What it shows, in UTF-8.
  [[nodiscard]] std::string text() const;
  /// The LEDs (HID 1.11, appendix B.1).
  [[nodiscard]] std::uint8_t leds() const { return leds_; }
  /// Changes the LEDs, as another keyboard would.
  void set_leds(std::uint8_t leds) { leds_ = leds; }

 private:
  void key(hid::Stroke stroke, Effect& effect);
  void backspace(Effect& effect);
  bool character(hid::Stroke stroke, Effect& effect);
  void end_dead_key(Effect& effect);
  void type(char32_t character, Effect& effect);
  [[nodiscard]] bool caps_lock() const;

  hid::Layout layout_;
  UnicodeInput unicode_;
  hid::Report last_;
  std::u32string text_;
  std::vector<hid::Stroke> dead_;  ///< A dead key that waits for its letter: none or one.
  std::uint8_t leds_ = 0;
};

}  // namespace pianola::sim
