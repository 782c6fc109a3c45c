#pragma once

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

 protected:
  ~DeviceCommands() = default;
};

}  // namespace pianola::engine
