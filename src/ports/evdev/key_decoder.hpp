#pragma once

#include <linux/input.h>

#include <array>
#include <bitset>
#include <functional>
#include <vector>

#include "hid/usage.hpp"

namespace pianola::evdev {

/// A key of the keyboard went down or up.
struct KeyChange {
  hid::Usage usage{};
  bool down = false;
  friend constexpr bool operator==(const KeyChange&, const KeyChange&) = default;
};

/// Makes key changes of the events that Linux gives.
class KeyDecoder {
 public:
  using State = std::bitset<KEY_CNT>;

  /// Appends to `out` what `event` says. Repeats count for nothing. When Linux had to drop events,
  /// `state` is asked which keys are down, and what has changed is appended, releases first.
  void take(const input_event& event, const std::function<State()>& state,
            std::vector<KeyChange>& out);

  /// All keys are up, whatever comes: appends their releases.
  void release_all(std::vector<KeyChange>& out);

 private:
  void change(std::size_t code, bool down, std::vector<KeyChange>& out);

  State down_;
  bool dropped_ = false;  ///< What comes until the next SYN_REPORT is not to be trusted.
};

}  // namespace pianola::evdev
