#pragma once

#include "engine/key_event.hpp"
#include "hid/usage.hpp"

namespace pianola::engine {

/// What macros and the leader ask of the device around the engine. Must not call the engine.
class DeviceCommands {
 public:
  /// `lock`: forget what only the passphrase gives.
  virtual void lock() = 0;
  /// `edit`: enter edit mode, or leave it.
  virtual void edit() = 0;
  /// The key after the leader, which starts no macro. The device may have a command on it.
  virtual void leader_key(hid::Usage key) = 0;
  /// A key's turn has come: all keys before it were handled, and what they typed was taken. Returns
  /// whether the device takes it: then a press means nothing, and no press or release is the
  /// leader's last.
  virtual bool take_key(const KeyEvent& /*event*/) { return false; }

 protected:
  ~DeviceCommands() = default;
};

}  // namespace pianola::engine
