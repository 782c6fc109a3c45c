// Keys that are one-shots when they are tapped.

#include "engine/keyboard.hpp"

namespace pianola::engine {

using hid::Usage;

/// Whether a modifier that is no one-shot is held at the time `at`, by another key than `key` or by
/// a macro.
bool Keyboard::modifier_held(Usage key, Time at) const {
  const Holds& holds = core_.mixer.holds();
  for (const Hold& hold : holds.all()) {
    if (!hold.counts() || hold.owner == key_owner(key)) continue;
    if (is_task(hold.owner)) return true;
    if (!is_key(hold.owner)) continue;
    const std::optional<Time> since = holds.sticky_since(hold.owner);
    if (!since || at - *since >= core_.settings.hold) return true;
  }
  return false;
}

/// `key` is down since `at`, and what it does may become a one-shot: not if it ends one, or goes
/// with a modifier that is none.
void Keyboard::may_stick(Usage key, const KeyOptions& options, Time at) {
  deed_ = Deed::stuck;
  const Owner owner = key_owner(key);
  Holds& holds = core_.mixer.change();
  const bool locked = holds.has_all_of(owner, kLocked);
  const bool again = !core_.mixer.oneshots_used() && holds.has_all_of(owner, kOneshot);
  const bool alone = !modifier_held(key, at);
  if (locked) holds.remove_all_of(owner, kLocked);
  if (again && !(alone && core_.settings.oneshot_locks)) holds.remove_all_of(owner, kOneshot);
  if (locked || !alone || (again && !core_.settings.oneshot_locks)) return;
  // Its release goes by the setting: a time of its own moves the press.
  const Time since = at + options.hold - core_.settings.hold;
  sticky_ = holds.add(owner, kSticky, false, since) || sticky_;
}

/// The key `owner` is let go at the time `at`: what it does becomes a one-shot, if it may.
void Keyboard::stick(Owner owner, Time at) {
  const std::optional<Time> since = core_.mixer.holds().sticky_since(owner);
  if (!since) return;
  Holds& holds = core_.mixer.change();
  // Only where a second tap makes it stay, it is one still.
  const bool again = !core_.mixer.oneshots_used() && holds.has_all_of(owner, kOneshot);
  if (again) holds.remove_all_of(owner, kOneshot);
  if (at - *since >= core_.settings.hold) return;
  core_.begin_oneshot();
  const Time time = core_.settings.oneshot;
  holds.stick(owner, again ? kLocked : kOneshot, !again && time != 0);
  if (again || time == 0) return;
  core_.oneshot_timed = true;
  core_.oneshot_end = at + time;
}

/// `key` went down, as `choice` says: keys that are down become no one-shots, unless it may be one
/// itself, and one-shot layers end, unless it is a modifier or has become what it is when held.
void Keyboard::end_others(const Choice& choice, Usage key) {
  if (deed_ == Deed::stuck) return;
  const Owner owner = key_owner(key);
  if (sticky_) core_.mixer.change().unstick();
  sticky_ = false;
  if (deed_ == Deed::started) {
    core_.oneshots_spent = true;
    return;
  }
  const bool holds = choice.kind == Choice::Kind::held || core_.mixer.holds().holds_on(owner);
  if (!holds) core_.mixer.change().remove_oneshot_layers();
}

}  // namespace pianola::engine
