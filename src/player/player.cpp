#include "player/player.hpp"

namespace pianola::player {

Player::Player(const Parts& parts, lang::Roll& roll)
    : host_(parts.host),
      keyboard_leds_(parts.leds),
      engine_(parts.engine, roll, *this, parts.errors, this) {
  engine_.host(engine::HostState::gone);
}

Next Player::step(Time now) {
  now_ = now;
  return engine_.step(now);
}

void Player::lock() {
  engine_.cancel_all();
  engine_.event(lang::Event::lock);
}

bool Player::take_key(const engine::KeyEvent& event) {
  return watcher_ != nullptr && watcher_->take_key(event);
}

// ---- The host -----------------------------------------------------------------------------------

void Player::host_leds(std::uint8_t leds) {
  engine_.host_leds(leds);
  if (leds_known_ && leds == leds_) return;
  leds_ = leds;
  leds_known_ = true;
  keyboard_leds_.show(leds);
}

void Player::connected() {
  suspended_ = false;
  engine_.host(engine::HostState::awake);
}

void Player::disconnected() {
  suspended_ = false;
  engine_.disconnected();
}

void Player::suspended() {
  suspended_ = true;
  woken_ = false;
  engine_.host(engine::HostState::asleep);
}

void Player::resumed() {
  suspended_ = false;
  engine_.host(engine::HostState::awake);
}

void Player::key(const engine::KeyEvent& event) {
  engine_.key(event);
  // Its turn may never come: what went up before it waits for the host too.
  if (suspended_ && event.down) wake(event.time);
}

/// Wakes the host, if that was not tried just now.
void Player::wake(Time now) {
  if (woken_ && !reached(now, wake_at_)) return;
  woken_ = true;
  wake_at_ = now + kWakeInterval;
  host_.wake();
}

/// A host that sleeps takes nothing, and is woken by what goes down; not by what goes up, such as
/// the key that put it to sleep.
bool Player::send(const hid::Report& report) {
  if (suspended_) {
    if (woken_ || !report.empty() || report.moves()) wake(now_);
    return false;
  }
  if (!host_.send(report)) return false;
  if (watcher_ != nullptr) watcher_->sent(report);
  return true;
}

}  // namespace pianola::player
