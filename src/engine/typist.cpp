#include "engine/typist.hpp"

#include <algorithm>

namespace pianola::engine {

using hid::Usage;

namespace {

bool is_lock_key(Usage key) {
  return key == hid::kCapsLock || key == hid::kNumLock || key == hid::kScrollLock;
}

}  // namespace

bool Typist::stood(Time now) {
  if (now - mixer_.taken_at() < stand_) return false;
  stand_ = 0;
  return true;
}

bool Typist::strike(const Chord& chord, const Manner& manner) {
  Stroke& stroke = mixer_.change_stroke();
  const bool safe = manner.typing == kTypingSafe;
  stroke.mask = manner.mask;
  stroke.mask_mods = manner.mask_mods;
  stand_ = report_time(manner.typing);
  if (safe && stroke.key != hid::kNoKey) {
    stroke.key = hid::kNoKey;
    return false;
  }
  if (mixer_.shown().contains(chord.key)) {
    stroke.key = hid::kNoKey;
    stroke.mods = static_cast<hid::Modifiers>(stroke.mods & chord.mods);
    stroke.lifted = chord.key;
    return false;
  }
  if (safe && stroke.mods != chord.mods && chord.key != hid::kNoKey) {
    stroke.mods = chord.mods;
    return false;
  }
  stroke.key = chord.key;
  stroke.mods = chord.mods;
  stroke.lifted = hid::kNoKey;
  stand_ =
      std::max(stand_, is_lock_key(chord.key) ? std::max(manner.tap, kLockKeyTime) : manner.tap);
  return true;
}

bool Typist::release_stroke(std::uint16_t typing) {
  if (mixer_.stroke().idle()) return true;
  Stroke& stroke = mixer_.change_stroke();
  stand_ = report_time(typing);
  if (typing == kTypingSafe && stroke.key != hid::kNoKey) {
    stroke.key = hid::kNoKey;
  } else {
    stroke = {};
  }
  return false;
}

void Typist::begin(char32_t character, const hid::Layout& layout, bool caps_lock) {
  next_ = 0;
  strokes_ = layout.strokes(character, caps_lock);
  if (strokes_.count != 0 || !caps_lock) return;
  strokes_ = layout.strokes(character);
  if (strokes_.count != 0) caps_ = Caps::put_off;
}

void Typist::go_on(const Manner& manner) {
  const bool caps = caps_ == Caps::put_off || next_ == strokes_.count;
  if (!caps) {
    const hid::Stroke stroke = strokes_.stroke[next_];
    if (strike({stroke.mods, hid::keyboard_usage(stroke.usage)}, manner)) ++next_;
  } else if (strike({0, hid::kCapsLock}, manner)) {
    caps_ = caps_ == Caps::put_off ? Caps::put_on : Caps::leave;
  }
}

void Typist::reset() {
  drop_stroke();
  strokes_ = {};
  next_ = 0;
  caps_ = Caps::leave;
  stand_ = 0;
}

}  // namespace pianola::engine
