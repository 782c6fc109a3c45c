// Keys that are one thing tapped and another held.

#include <algorithm>

#include "engine/keyboard.hpp"
#include "lang/code/settings.hpp"

namespace pianola::engine {

using hid::Usage;
using lang::TriggerKind;

namespace {

// Keys that people type with (HID Usage Tables, "Keyboard/Keypad Page"): letters and digits,
// Backspace, Space and signs, and the key that only some keyboards have beside the left Shift.
constexpr std::uint32_t kLastDigit = 0x27;
constexpr std::uint32_t kBackspace = 0x2A;
constexpr std::uint32_t kSpace = 0x2C;
constexpr std::uint32_t kLastSign = 0x38;
constexpr std::uint32_t kExtraSign = 0x64;

constexpr bool types(Usage key) {
  const auto number = static_cast<std::uint32_t>(key);
  return (number >= 0x04 && number <= kLastDigit) || number == kBackspace ||
         (number >= kSpace && number <= kLastSign) || number == kExtraSign;
}

/// With these a key is a command. Right Alt is AltGr where it types.
constexpr unsigned kCommands = hid::kLCtrl | hid::kRCtrl | hid::kLAlt | hid::kLGui | hid::kRGui;

}  // namespace

/// Whether the key that was pressed last comes again, within `limit` ms of its press, and was no
/// second press then.
bool Keyboard::is_double(const KeyEvent& event, Time limit) const {
  return event.usage == last_ && !last_doubled_ && event.time - last_at_ <= limit;
}

/// `sent` goes to the host for the key that is handled, with the modifiers `mods`.
void Keyboard::note_typing(Usage sent, hid::Modifiers mods) {
  if (last_held_ || !types(sent) || (mods & kCommands) != 0) return;
  typed_at_ = last_at_;
  typed_once_ = true;
}

/// Whether the key is its tap whatever comes: it was tapped just now, or people are typing.
bool Keyboard::taps_at_once(const KeyEvent& event, const KeyOptions& options) const {
  const bool again = event.usage == last_ && !last_held_ && options.quick != 0 &&
                     event.time - last_at_ <= options.quick;
  return again || (typed_once_ && event.time - typed_at_ < options.idle);
}

/// Whether the key is held, tapped (then `found`) or undecided, and since or until when; `once`: as
/// what it is when held may be a one-shot, it is held for any modifier that is none.
Choice::Kind Keyboard::held_or_tapped(const KeyEvent& event, const KeyOptions& options, bool once,
                                      Time& at) {
  const InputQueue& input = core_.input;
  if (taps_at_once(event, options)) return Choice::Kind::found;
  if (once && modifier_held(event.usage, event.time)) return Choice::Kind::held;
  at = event.time + options.hold;
  bool interrupted = false;  // by another key, so that it is held from `at` on
  for (std::size_t i = 1; i < input.size(); ++i) {
    const KeyEvent next = input.at(i);
    if (!earlier(next.time, at)) break;
    if (next.usage == event.usage) {
      at = next.time;
      return Choice::Kind::found;
    }
    if (interrupted) continue;
    const bool decides =
        next.down || (options.dual == Dual::release && pressed_before(i, next.usage));
    const bool holds = decides && can_be_held_with(event.usage, next.usage, options);
    if (next.down && !holds && !has_two_jobs(next.usage)) {
      at = next.time;
      return Choice::Kind::found;
    }
    const bool counts = next.down ? options.dual == Dual::press : true;
    interrupted = (counts && holds) || (once && next.down && modifiers_of(next.usage, false) != 0);
    const Time then = next.time + options.rolls;
    if (interrupted && earlier(then, at)) at = then;
  }
  if (!reached(core_.now, at)) return Choice::Kind::undecided;
  return options.retro && !interrupted ? held_alone(event, at) : Choice::Kind::held;
}

/// The key was held for its time, which ended at `at`. It is a tap if it is let go before another
/// key comes.
Choice::Kind Keyboard::held_alone(const KeyEvent& event, Time& at) const {
  for (std::size_t i = 1; i < core_.input.size(); ++i) {
    const KeyEvent next = core_.input.at(i);
    const bool own = next.usage == event.usage;
    if (!own && !next.down) continue;
    if (earlier(at, next.time)) at = next.time;
    return own ? Choice::Kind::found : Choice::Kind::held;
  }
  at = core_.now + lang::kMaxDuration;  // until another event comes
  return Choice::Kind::undecided;
}

/// Whether the press of `other` may make `key` held before its time: it is of another hand, or of
/// none, or listed. Else it makes it a tap, unless it is tapped or held itself.
bool Keyboard::can_be_held_with(Usage key, Usage other, const KeyOptions& options) {
  const Settings& settings = core_.settings;
  if (options.has_list()) {
    return options.lists(core_.reader, hid::layouts()[settings.layout], other);
  }
  if (!options.hands) return true;
  const bool left = settings.left.contains(key);
  const bool right = settings.right.contains(key);
  const bool same =
      settings.left.contains(other) == left && settings.right.contains(other) == right;
  return left == right || !same;
}

/// Whether `key` is tapped or held.
bool Keyboard::has_two_jobs(Usage key) {
  for (Lookup lookup = before_scopes(); next_scope(lookup);) {
    Found found;
    if (find(TriggerKind::tap, lookup, key, found) || find(TriggerKind::hold, lookup, key, found)) {
      return true;
    }
    if (!find(TriggerKind::press, lookup, key, found)) continue;
    const Jobs jobs = jobs_of(found);
    return jobs == Jobs::two || jobs == Jobs::two_held_once;
  }
  return false;
}

/// Whether the press of `key` waits in the queue between its front and event number `end`.
bool Keyboard::pressed_before(std::size_t end, Usage key) const {
  for (std::size_t i = 1; i < end; ++i) {
    const KeyEvent event = core_.input.at(i);
    if (event.down && event.usage == key) return true;
  }
  return false;
}

}  // namespace pianola::engine
