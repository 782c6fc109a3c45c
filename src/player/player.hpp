#pragma once

#include <cstddef>
#include <cstdint>

#include "base/time.hpp"
#include "engine/engine.hpp"
#include "engine/errors.hpp"
#include "engine/key_event.hpp"
#include "engine/key_taker.hpp"
#include "engine/report_sink.hpp"
#include "engine/request.hpp"
#include "engine/storage.hpp"
#include "hid/layout.hpp"
#include "hid/report.hpp"
#include "lang/code/roll.hpp"
#include "player/host.hpp"
#include "player/watcher.hpp"

namespace pianola::player {

/// What a player is made of; all the caller's, all outlives the player.
struct Parts {
  engine::StorageView engine;
  Host& host;
  KeyboardLeds& leds;
  engine::ErrorSink& errors;  ///< Told of errors in macros; must not call the player.
};

/// Keys in, macros, reports out: an engine, the roll that it plays, and a host that comes, goes and
/// sleeps. All that a board needs whose macros never change; the whole device is built on it.
///
/// All functions are called from one context.
class Player final : private engine::KeyTaker, private engine::ReportSink {
 public:
  /// How often a host that sleeps is woken while a key or a report waits for it, in ms.
  static constexpr Time kWakeInterval = 500;

  /// `roll` is played from the first step on, or from play() on; it outlives the player, or the
  /// next play().
  Player(const Parts& parts, lang::Roll& roll);
  Player(const Player&) = delete;
  Player& operator=(const Player&) = delete;

  /// Plays `roll` from now on; see Engine::play().
  void play(lang::Roll& roll) { engine_.play(roll); }

  /// Who looks on; null: nobody. Outlives the player, or the next call.
  void watch(Watcher* watcher) { watcher_ = watcher; }

  /// Does what can be done at `now`, a bounded part of it, and returns when it wants to go on. May
  /// send one report.
  Next step(Time now);

  /// What macros or keys asked for in the last step; see Engine::take_request().
  engine::Request take_request() { return engine_.take_request(); }

  /// A key of the keyboard changed; see Engine::key(). One that goes down wakes a host that sleeps.
  void key(const engine::KeyEvent& event);

  /// Stops all macros and starts what `on lock` has.
  void lock();

  // ---- What the host does -----------------------------------------------------------------------

  /// The host took the report in flight.
  void report_taken(Time now) { engine_.report_taken(now); }
  /// The host set its LEDs (HID 1.11, appendix B.1).
  void host_leds(std::uint8_t leds);
  /// The host configured the device. Until then, and after disconnected(), there is none: macros
  /// that type end after Engine::kHostTimeout.
  void connected();
  /// The host is gone, or begins anew.
  void disconnected();
  void suspended();
  void resumed();

  // ---- How things stand -------------------------------------------------------------------------

  /// The layout that the macros are for.
  [[nodiscard]] const hid::Layout& layout() const {
    return hid::layouts()[engine_.settings().layout];
  }
  /// The key that is the leader; hid::kNoKey: both Shift keys.
  [[nodiscard]] hid::Usage leader() const { return engine_.settings().leader; }
  /// The host's Caps Lock is on.
  [[nodiscard]] bool caps_lock() const { return (leds_ & engine::kCapsLockLed) != 0; }
  /// Time of the last step.
  [[nodiscard]] Time now() const { return now_; }
  [[nodiscard]] engine::Engine& engine() { return engine_; }
  [[nodiscard]] const engine::Engine& engine() const { return engine_; }

 private:
  bool take_key(const engine::KeyEvent& event) override;
  bool send(const hid::Report& report) override;
  void wake(Time now);

  Host& host_;
  KeyboardLeds& keyboard_leds_;
  Watcher* watcher_ = nullptr;
  engine::Engine engine_;
  Time now_ = 0;
  Time wake_at_ = 0;       ///< When the host is woken again, if `woken_`.
  std::uint8_t leds_ = 0;  ///< The host's, if `leds_known_`.
  bool leds_known_ = false;
  bool suspended_ = false;
  bool woken_ = false;  ///< Something went down since the host sleeps.
};

}  // namespace pianola::player
