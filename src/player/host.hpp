#pragma once

#include <cstdint>

#include "engine/report_sink.hpp"

namespace pianola::player {

/// The computer that is typed into, as a player sees it. Must not call the player.
class Host : public engine::ReportSink {
 public:
  /// Wakes the host, if it sleeps and allows that; else nothing.
  virtual void wake() = 0;

 protected:
  ~Host() = default;
};

/// The LEDs of the attached keyboard.
class KeyboardLeds {
 public:
  /// Shows `leds` (HID 1.11, appendix B.1). Called only when they change.
  virtual void show(std::uint8_t leds) = 0;

 protected:
  ~KeyboardLeds() = default;
};

}  // namespace pianola::player
