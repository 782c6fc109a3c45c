#include "engine/mixer.hpp"

namespace pianola::engine {

using hid::Modifiers;
using hid::Report;
using hid::Usage;

namespace {

/// Pressed and released alone, these open a menu on some hosts.
constexpr Modifiers kMenuMods = hid::kLAlt | hid::kLGui | hid::kRAlt | hid::kRGui;

}  // namespace

/// Returns the modifiers that anybody holds, shown or not.
inline Modifiers Mixer::compose(Report& report) const {
  unsigned keyboard = 0;
  unsigned others = 0;
  unsigned hidden = stroke_.mask == Mask::keys ? stroke_.mask_mods : 0U;
  for (const Hold& hold : holds_.all()) {
    const Usage usage = hold.usage();
    if (usage == hid::kNoKey) continue;
    hidden |= hold.hides();
    if (const Modifiers bit = hid::modifier_bit(usage); bit != 0) {
      // What accompanies a remapped key belongs to the remap, not to the fingers.
      (is_key(hold.owner) && !hold.loose() ? keyboard : others) |= bit;
    } else if (usage != stroke_.lifted) {
      report.press(usage);
    }
  }
  unsigned shown = (keyboard & ~hidden) | others;
  if (stroke_.mask == Mask::text) shown = stroke_.mask_mods;
  shown |= stroke_.mods;
  shown &= ~static_cast<unsigned>(hid::modifier_bit(stroke_.lifted));
  report.mods = static_cast<Modifiers>(shown);
  if (stroke_.key != hid::kNoKey) report.press(stroke_.key);
  return static_cast<Modifiers>(keyboard | others);
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
  shown_ = next;
  return true;
}

bool Mixer::send(Time now) {
  Report next;
  const Modifiers held = compose(next);
  if (fresh_ != 0 && would_open_menu(next, held)) {
    next = shown_;
    next.press(neutral_);
    give(next, now);
    return false;
  }
  if (next == shown_) {
    refused_ = false;
  } else if (!give(next, now)) {
    return false;
  }
  dirty_ = false;
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
  shown_ = {};
  fresh_ = 0;
  veiled_ = 0;
  dirty_ = true;
}

}  // namespace pianola::engine
