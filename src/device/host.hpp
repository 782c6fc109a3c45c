#pragma once

#include "player/host.hpp"

namespace pianola::device {

/// The computer that is typed into, as the device sees it: what a bus must do. Must not call the
/// device.
class Host : public player::Host {
 public:
  /// Leaves the bus and comes back: what the device consists of has changed.
  virtual void reconnect() = 0;

 protected:
  ~Host() = default;
};

}  // namespace pianola::device
