#pragma once

#include "engine/key_event.hpp"

namespace pianola::engine {

/// A device around the engine, which may keep keys from it. Must not call the engine.
class KeyTaker {
 public:
  /// A key's turn has come: all keys before it were handled, and what they typed was taken. Returns
  /// whether the device takes it: then a press means nothing, and no press or release is the
  /// leader's last.
  virtual bool take_key(const KeyEvent& event) = 0;

 protected:
  ~KeyTaker() = default;
};

}  // namespace pianola::engine
