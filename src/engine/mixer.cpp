#include "engine/mixer.hpp"

namespace pianola::engine {

using hid::Modifiers;
using hid::Report;
using hid::Usage;

namespace {

/// Pressed and released alone, these open a menu on some hosts.
constexpr Modifiers kMenuMods = hid::kLAlt | hid::kLGui | hid::kRAlt | hid::kRGui;

/// Whether it lifts nothing and its key, if it has one, is of the keyboard page and no
/// modifier.
constexpr bool is_plain(const TypedKey& typed) {
  return typed.lifted == hid::kNoKey && typed.key < hid::kLeftCtrl;
}

}  // namespace

bool Mixer::end_chords(Owner owner, bool safe) {
  if (!holds_.chords()) return true;
  Holds& holds = change();
  if (safe && holds.drop_chord_keys(owner)) return false;
  return !holds.drop_chords(owner) || !safe;
}

void Mixer::press_anew(Owner owner, Usage key) {
  if (!shown_.contains(key)) return;
  change().take(owner, key);
  anew_ = key;
}

/// Notes the modifiers that are held and hidden; `report` gets the keys.
void Mixer::note_holds(Report& report) {
  unsigned counting = 0;
  unsigned others = 0;
  unsigned hides = 0;
  for (const Hold& hold : holds_.all()) {
    const Usage usage = hold.usage();
    if (is_silent(usage)) {
      if (is_veil(usage)) hides |= hold.hides();
      continue;
    }
    hides |= hold.hides();
    if (const Modifiers bit = hid::modifier_bit(usage); bit != 0) {
      // What hides a modifier and holds it itself wants it seen.
      (hold.counts() && (hold.hides() & bit) == 0 ? counting : others) |= bit;
    } else if (usage != typed_.lifted) {
      report.press(usage);
    }
  }
  counting_ = static_cast<Modifiers>(counting);
  others_ = static_cast<Modifiers>(others);
  hides_ = static_cast<Modifiers>(hides);
}

/// The modifiers that triggers and blocks hide.
inline Modifiers Mixer::hidden() const {
  return static_cast<Modifiers>(hides_ | (typed_.mask == Mask::keys ? typed_.mask_mods : 0U));
}

/// The modifiers to show, but for the typed key's key.
inline Modifiers Mixer::modifiers() const {
  unsigned shown = typed_.mask_mods;
  if (typed_.mask != Mask::text) {
    shown = (counting_ & ~static_cast<unsigned>(hidden())) | others_;
  }
  return static_cast<Modifiers>((shown | typed_.mods) & ~hid::modifier_bit(typed_.lifted));
}

/// Makes the report of what is held and the typed key, whose key is the typed key's `own` if nobody
/// else holds it down.
inline void Mixer::compose(Report& next, bool& own) {
  note_holds(next);
  next.mods = modifiers();
  own = typed_.key != hid::kNoKey && !next.contains(typed_.key);
  if (own) next.press(typed_.key);
  if (anew_ != hid::kNoKey) next.keys.remove(static_cast<std::uint8_t>(hid::id(anew_)));
}

/// Whether the host would take the change to `next` for a tap of a lone Alt or GUI that the user
/// did not mean: because we hide it, or because we hid and restored it before.
inline bool Mixer::would_open_menu(const Report& next, Modifiers held) const {
  const unsigned dropped = shown_.mods & ~next.mods & fresh_;
  return (dropped & (held | veiled_)) != 0 && neutral_ != hid::kNoKey && !shown_.contains(neutral_);
}

/// Keeps account of what a host that opens menus saw, before it sees `next` with Alt or GUI down.
inline void Mixer::note_menu(const Report& next) {
  const unsigned news = next.mods & ~shown_.mods;
  hid::KeySet keys = next.keys;
  keys -= shown_.keys;
  constexpr unsigned kOtherMods = 0xFFU ^ kMenuMods;
  const bool other_key = !keys.empty() || (news & kOtherMods) != 0 ||
                         (next.consumer != 0 && next.consumer != shown_.consumer) ||
                         (next.system != 0 && next.system != shown_.system);
  if (other_key) {
    fresh_ = 0;
  } else if ((next.mods & kOtherMods) == 0) {
    fresh_ = static_cast<Modifiers>(fresh_ | news);
  }
  fresh_ = static_cast<Modifiers>(fresh_ & next.mods);
}

/// Gives the host a report. False if it is busy.
inline bool Mixer::give(const Report& next, Time now) {
  if (!waiting()) waiting_since_ = now;
  refused_ = !sink_.send(next);
  if (refused_) return false;
  in_flight_ = true;
  if ((next.mods & kMenuMods) != 0) {
    note_menu(next);
  } else {
    fresh_ = 0;
  }
  if (oneshot_ == Oneshot::waits) note_oneshot(next);
  recorder_.note(shown_, next, now);
  shown_ = next;
  return true;
}

/// Looks whether `next` uses up what kOneshot holds: shows all of it, or a trigger hides it, and a
/// new key besides.
void Mixer::note_oneshot(const Report& next) {
  Report own;
  bool held = false;
  for (const Hold& hold : holds_.all()) {
    if (hold.owner != kOneshot || is_silent(hold.usage())) continue;
    const bool veiled =
        typed_.mask != Mask::text && (hid::modifier_bit(hold.usage()) & hidden()) != 0;
    if (!veiled && !next.contains(hold.usage())) return;
    own.press(hold.usage());
    held = true;
  }
  hid::KeySet keys = next.keys;
  keys -= shown_.keys;
  keys -= own.keys;
  const auto other = [](unsigned now, unsigned before, unsigned mine) {
    return now != 0 && now != before && now != mine;
  };
  const unsigned buttons = next.buttons & ~shown_.buttons & ~own.buttons & 0xFFU;
  const bool used = !keys.empty() || buttons != 0 ||
                    other(next.consumer, shown_.consumer, own.consumer) ||
                    other(next.system, shown_.system, own.system) || next.wheel != 0;
  if (!held) {
    oneshot_ = Oneshot::none;
  } else if (used) {
    oneshot_ = Oneshot::used;
  }
}

/// Sends the motion that waits. False if the host is busy.
bool Mixer::send_motion(Time now) {
  Report next = shown_;
  next.x = motion_.x;
  next.y = motion_.y;
  next.wheel = motion_.wheel;
  if (!give(next, now)) return false;
  moves_ = false;
  shown_.x = 0;
  shown_.y = 0;
  shown_.wheel = 0;
  return true;
}

/// Sends that the typed key's key and the modifiers `mods` are down in place of those before them,
/// which are others. `own`: nobody else holds the key down. Returns whether the host has it.
bool Mixer::give_typed(Time now, Modifiers mods, bool own) {
  const Modifiers mods_before = shown_.mods;
  if (struck_own_) shown_.keys.remove(static_cast<std::uint8_t>(struck_));
  if (own) shown_.keys.add(static_cast<std::uint8_t>(typed_.key));
  shown_.mods = mods;
  if (!refused_) waiting_since_ = now;
  refused_ = !sink_.send(shown_);
  in_flight_ = !refused_;
  dirty_ = refused_;
  refused_ ? take_back(own, mods_before) : note_typed(own);
  return false;
}

/// The host refused it: all is as it was, and the long way tries again.
[[gnu::noinline]] void Mixer::take_back(bool own, Modifiers mods_before) {
  if (own) shown_.keys.remove(static_cast<std::uint8_t>(typed_.key));
  if (struck_own_) shown_.keys.add(static_cast<std::uint8_t>(struck_));
  shown_.mods = mods_before;
  steady_ = false;
}

/// The host knows of the typed key as it is, and of none of kMenuMods.
inline void Mixer::note_typed(bool own) {
  struck_ = typed_.key;
  struck_own_ = own;
  veiled_ = static_cast<Modifiers>((counting_ | others_) & kMenuMods);
}

bool Mixer::send_struck(Time now) {
  if (!steady_ || recorder_.recording()) return false;
  const Modifiers mods = modifiers();
  if (((mods | shown_.mods) & kMenuMods) != 0) return false;
  give_typed(now, mods, true);
  return true;
}

/// Sends what changed when all but the typed key is steady.
bool Mixer::send_steady(Time now) {
  const Modifiers mods = modifiers();
  const bool menu = ((mods | shown_.mods) & kMenuMods) != 0;
  if (!is_plain(typed_) || recorder_.recording() || menu) return send_all(now);
  const auto key = static_cast<std::uint8_t>(typed_.key);
  const bool same_key = typed_.key == struck_;
  const bool own = key != 0 && ((same_key && struck_own_) || !shown_.keys.contains(key));
  const bool same = mods == shown_.mods && (same_key || (!own && !struck_own_));
  if (!same) return give_typed(now, mods, own);
  dirty_ = false;
  refused_ = false;
  note_typed(own);
  return true;
}

/// Makes `next` the first part of what is left to send. Returns whether more will be left after it.
bool Mixer::begin_part(Report& next) const {
  Report part = shown_;
  part.keys &= next.keys;
  part.buttons = static_cast<std::uint8_t>(part.buttons & next.buttons);
  if (part.consumer != next.consumer) part.consumer = 0;
  if (part.system != next.system) part.system = 0;
  if (part == shown_) part.mods = next.mods;
  if (part == shown_ || part == next) return false;
  next = part;
  return true;
}

bool Mixer::send_all(Time now) {
  if (parted_ && !reached(now, next_part_at())) return false;
  if (oneshot_ == Oneshot::used) {
    holds_.remove_oneshot_keys();
    oneshot_ = Oneshot::none;
    steady_ = false;
  }
  if (anew_ != hid::kNoKey && !shown_.contains(anew_)) anew_ = hid::kNoKey;
  Report next;
  bool own = false;
  compose(next, own);
  const bool more = apart_ && begin_part(next);
  const bool same = next == shown_;
  const auto held = static_cast<Modifiers>(counting_ | others_);
  if (fresh_ != 0 && would_open_menu(next, held)) {
    next = shown_;
    next.press(neutral_);
    if (give(next, now)) steady_ = false;
    return false;
  }
  const bool moves = moves_;
  if (!same) {
    if (!give(next, now)) return false;
  } else if (!moves) {
    refused_ = false;
  } else if (!send_motion(now)) {
    return false;
  }
  parted_ = more;
  if (more) return false;
  apart_ = false;
  const bool lifted = anew_ != hid::kNoKey;
  anew_ = hid::kNoKey;
  steady_ = is_plain(typed_) && !moves && !lifted && oneshot_ == Oneshot::none;
  struck_ = typed_.key;
  struck_own_ = own;
  // The motion's turn is after that of the keys.
  dirty_ = lifted || (moves && (!same || oneshot_ == Oneshot::used));
  veiled_ = static_cast<Modifiers>((veiled_ | ~next.mods) & held & kMenuMods);
  return !in_flight_;
}

void Mixer::taken(Time now) {
  if (!in_flight_) return;
  in_flight_ = false;
  taken_at_ = now;
}

void Mixer::forget_host() {
  in_flight_ = false;
  refused_ = false;
  moves_ = false;
  steady_ = false;
  anew_ = hid::kNoKey;
  apart_ = false;
  parted_ = false;
  shown_ = {};
  fresh_ = 0;
  veiled_ = 0;
  dirty_ = true;
}

}  // namespace pianola::engine
