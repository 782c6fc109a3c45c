#pragma once

#include <cstdint>

#include "engine/key_event.hpp"
#include "hid/usage.hpp"

namespace pianola::device {

/// Sees what the keyboard's keys say to the device itself, as they come, whatever the engine is
/// busy with.
class KeyWatch {
 public:
  enum class Sign : std::uint8_t {
    none,
    cancel,  ///< Escape, while both Shift keys are down.
    edit,    ///< `=` (usage 2E), while both Shift keys are down.
    leader,  ///< Both Shift keys, and let go; or the key that is the leader.
  };

  /// A key changed. `leader` is the key that is the leader; hid::kNoKey: both Shift keys.
  Sign see(const engine::KeyEvent& event, hid::Usage leader);

  /// The modifiers that are down.
  [[nodiscard]] hid::Modifiers mods() const { return mods_; }

 private:
  static constexpr hid::Modifiers kShifts = hid::kLShift | hid::kRShift;

  hid::Modifiers mods_ = 0;
  bool leading_ = false;  ///< Both Shift keys went down, and nothing after them.
};

}  // namespace pianola::device
