#pragma once

#include "base/time.hpp"
#include "hid/usage.hpp"

namespace pianola::engine {

/// A key of the keyboard changed.
struct KeyEvent {
  hid::Usage usage{};
  bool down = false;
  Time time = 0;
};

}  // namespace pianola::engine
