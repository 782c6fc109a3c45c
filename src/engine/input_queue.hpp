#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.hpp"
#include "engine/holds.hpp"
#include "engine/key_event.hpp"

namespace pianola::engine {

/// One place of the queue.
struct QueuedKey {
  std::uint16_t time_low = 0;
  std::uint16_t time_high = 0;
  std::uint16_t key = 0;  ///< Usage, and 0x8000 if it went down.
};

/// Key events that wait to be handled, in order, with their times.
///
/// The queue carries state, not only events: a press is taken only if the releases of all keys that
/// are then down have room too. So a release is never lost; when the queue is full, whole taps are,
/// and lost_taps() counts them. The press of a modifier that had no room is made up for by the next
/// press that is taken while it is still down, so that no key is taken with too few modifiers.
class InputQueue {
 public:
  /// `places` is the caller's, at most 64 of them. `handled` says which keys were down after the
  /// last event popped.
  InputQueue(std::span<QueuedKey> places, const Holds& handled)
      : places_(places), handled_(handled) {}

  /// A key changed. An event that changes nothing (down already, or up already) is ignored.
  void push(const KeyEvent& event);

  [[nodiscard]] bool empty() const { return count_ == 0; }
  [[nodiscard]] std::size_t size() const { return count_; }

  /// The event that waits longest. Only if not empty().
  [[nodiscard]] KeyEvent front() const { return at(0); }
  /// The event number `index` < size(), from the front on.
  [[nodiscard]] KeyEvent at(std::size_t index) const;
  void pop();

  /// The press number `index` is used up: it will mean nothing when its turn comes.
  void consume(std::size_t index) { consumed_ |= bit(index); }
  [[nodiscard]] bool consumed(std::size_t index) const { return (consumed_ & bit(index)) != 0; }

  /// Whether no further press has room.
  [[nodiscard]] bool full() const { return !room(1); }

  /// Whether a release of `usage` is among the first `count` events.
  [[nodiscard]] bool has_release(hid::Usage usage, std::size_t count) const;

  /// The press popped last was not recorded among the handled keys: its release will be ignored.
  void forget_press() { --down_; }

  /// The modifiers that are down and whose presses had no room: they count as handled now.
  hid::Modifiers claim_lost();

  /// Whether `usage` is down, after all events that wait.
  [[nodiscard]] bool down(hid::Usage usage) const;
  /// The same after the first `count` events.
  [[nodiscard]] bool down_after(hid::Usage usage, std::size_t count) const;

  /// Taps that had no room. Wraps.
  [[nodiscard]] std::uint32_t lost_taps() const { return lost_taps_; }

 private:
  [[nodiscard]] std::size_t place(std::size_t index) const {
    const std::size_t place = first_ + index;
    return place < places_.size() ? place : place - places_.size();
  }
  [[nodiscard]] std::uint64_t bit(std::size_t index) const {
    return std::uint64_t{1} << place(index);
  }
  [[nodiscard]] bool room(std::size_t presses) const;
  void press(const KeyEvent& event);
  void append(hid::Usage usage, bool down, Time time);

  std::span<QueuedKey> places_;
  const Holds& handled_;
  std::uint16_t first_ = 0;
  std::uint16_t count_ = 0;
  std::uint16_t down_ = 0;             ///< Keys down after all events that wait.
  std::uint64_t consumed_ = 0;         ///< One bit a place.
  hid::Modifiers lost_modifiers_ = 0;  ///< Down, but their presses had no room.
  std::uint32_t lost_taps_ = 0;
};

}  // namespace pianola::engine
