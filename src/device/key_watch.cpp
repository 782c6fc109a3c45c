#include "device/key_watch.hpp"

namespace pianola::device {

KeyWatch::Sign KeyWatch::see(const engine::KeyEvent& event, hid::Usage leader) {
  const unsigned bit = hid::modifier_bit(event.usage);
  const bool was_down = (mods_ & bit) != 0;
  mods_ = static_cast<hid::Modifiers>(event.down ? mods_ | bit : mods_ & ~bit);
  const bool shift = (bit & kShifts) != 0;
  if (!event.down) {
    if (!shift || !leading_ || (mods_ & kShifts) != 0) return Sign::none;
    leading_ = false;
    return Sign::leader;
  }
  if (shift && was_down) return Sign::none;
  leading_ = shift && leader == hid::kNoKey && (mods_ & kShifts) == kShifts;
  if (event.usage == leader && leader != hid::kNoKey) return Sign::leader;
  if ((mods_ & kShifts) != kShifts) return Sign::none;
  if (event.usage == hid::kEscape) return Sign::cancel;
  return event.usage == hid::keyboard_usage(0x2E) ? Sign::edit : Sign::none;
}

}  // namespace pianola::device
