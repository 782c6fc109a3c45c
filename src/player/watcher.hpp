#pragma once

#include "engine/key_event.hpp"
#include "hid/report.hpp"

namespace pianola::player {

/// Looks on at what goes through a player: keys on the one side, reports on the other. May ask the
/// player how things stand, but must not change anything of it.
class Watcher {
 public:
  /// As engine::KeyTaker::take_key(): a key's turn has come. Whether it is kept from the macros and
  /// the host.
  virtual bool take_key(const engine::KeyEvent& event) = 0;
  /// The host takes `report`.
  virtual void sent(const hid::Report& report) = 0;

 protected:
  ~Watcher() = default;
};

}  // namespace pianola::player
