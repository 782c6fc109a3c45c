#include "engine/input_queue.hpp"

#include <bit>

#include "base/time.hpp"

namespace pianola::engine {

using hid::Modifiers;
using hid::Usage;

namespace {
constexpr unsigned kDown = 0x8000;
}

KeyEvent InputQueue::at(std::size_t index) const {
  const QueuedKey& queued = places_[place(index)];
  return {static_cast<Usage>(queued.key & ~kDown), (queued.key & kDown) != 0,
          (Time{queued.time_high} << 16) | queued.time_low};
}

void InputQueue::append(Usage usage, bool down, Time time) {
  places_[place(count_)] = {
      static_cast<std::uint16_t>(time), static_cast<std::uint16_t>(time >> 16),
      static_cast<std::uint16_t>(static_cast<unsigned>(usage) | (down ? kDown : 0U))};
  ++count_;
  down_ = static_cast<std::uint16_t>(down ? down_ + 1 : down_ - 1);
}

void InputQueue::pop() {
  if (consumed_ != 0) consumed_ &= ~bit(0);
  first_ = static_cast<std::uint16_t>(first_ + 1U < places_.size() ? first_ + 1U : 0U);
  --count_;
}

bool InputQueue::has_release(Usage usage, std::size_t count) const {
  for (std::size_t i = 0; i < count; ++i) {
    const KeyEvent event = at(i);
    if (event.usage == usage && !event.down) return true;
  }
  return false;
}

Modifiers InputQueue::claim_lost() {
  const Modifiers claimed = lost_modifiers_;
  down_ = static_cast<std::uint16_t>(down_ + std::popcount(claimed));
  lost_modifiers_ = 0;
  return claimed;
}

bool InputQueue::down_after(Usage usage, std::size_t count) const {
  for (std::size_t i = count; i-- > 0;) {
    const KeyEvent event = at(i);
    if (event.usage == usage) return event.down;
  }
  return handled_.contains(key_owner(usage));
}

bool InputQueue::down(Usage usage) const {
  return (hid::modifier_bit(usage) & lost_modifiers_) != 0 || down_after(usage, count_);
}

/// Whether `presses` fit in, with their releases and those of all keys that are down.
bool InputQueue::room(std::size_t presses) const {
  return count_ + down_ + 2 * presses <= places_.size();
}

void InputQueue::push(const KeyEvent& event) {
  if (event.down == down(event.usage)) return;
  if (event.down) {
    press(event);
  } else if (const Modifiers bit = hid::modifier_bit(event.usage); (bit & lost_modifiers_) != 0) {
    lost_modifiers_ = static_cast<Modifiers>(lost_modifiers_ & ~bit);
    ++lost_taps_;
  } else {
    append(event.usage, false, event.time);
  }
}

void InputQueue::press(const KeyEvent& event) {
  if (lost_modifiers_ == 0 && room(1)) return append(event.usage, true, event.time);
  if (!room(1U + static_cast<unsigned>(std::popcount(lost_modifiers_)))) {
    const Modifiers bit = hid::modifier_bit(event.usage);
    lost_modifiers_ = static_cast<Modifiers>(lost_modifiers_ | bit);
    if (bit == 0) ++lost_taps_;
    return;
  }
  for (unsigned rest = lost_modifiers_; rest != 0; rest &= rest - 1) {
    const auto bit = static_cast<unsigned>(std::countr_zero(rest));
    append(hid::modifier_usage(bit), true, event.time);
  }
  lost_modifiers_ = 0;
  append(event.usage, true, event.time);
}

}  // namespace pianola::engine
