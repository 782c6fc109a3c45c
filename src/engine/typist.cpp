#include "engine/typist.hpp"

#include <algorithm>

#include "engine/settings.hpp"

namespace pianola::engine {

using hid::Usage;

namespace {

bool is_lock_key(Usage key) {
  return key == hid::kCapsLock || key == hid::kNumLock || key == hid::kScrollLock;
}

}  // namespace

std::uint16_t Typist::report_time(std::uint16_t typing) {
  return static_cast<std::uint16_t>(typing < kTypingTimed ? 0 : typing - kTypingTimed);
}

bool Typist::stood(Time now) {
  if (now - mixer_.taken_at() < stand_) return false;
  stand_ = 0;
  return true;
}

bool Typist::strike(const Chord& chord, const Manner& manner) {
  Stroke stroke = mixer_.stroke();
  const bool safe = manner.typing == kTypingSafe;
  bool done = false;
  stand_ = report_time(manner.typing);
  if (safe && stroke.key != hid::kNoKey) {
    stroke.key = hid::kNoKey;
  } else if (mixer_.shown().contains(chord.key)) {
    stroke.key = hid::kNoKey;
    stroke.mods = static_cast<hid::Modifiers>(stroke.mods & chord.mods);
    stroke.lifted = chord.key;
  } else if (safe && stroke.mods != chord.mods && chord.key != hid::kNoKey) {
    stroke.mods = chord.mods;
  } else {
    stroke.key = chord.key;
    stroke.mods = chord.mods;
    stroke.lifted = hid::kNoKey;
    stand_ = std::max({stand_, manner.tap, is_lock_key(chord.key) ? kLockKeyTime : stand_});
    done = true;
  }
  stroke.mask = manner.mask;
  stroke.mask_mods = manner.mask_mods;
  mixer_.set_stroke(stroke);
  return done;
}

bool Typist::release_stroke(std::uint16_t typing) {
  Stroke stroke = mixer_.stroke();
  if (stroke.idle()) return true;
  stand_ = report_time(typing);
  if (typing == kTypingSafe && stroke.key != hid::kNoKey) {
    stroke.key = hid::kNoKey;
  } else {
    stroke = {};
  }
  mixer_.set_stroke(stroke);
  return false;
}

void Typist::begin(char32_t character, const hid::Layout& layout, bool caps_lock) {
  count_ = 0;
  next_ = 0;
  hid::Strokes strokes = layout.strokes(character, caps_lock);
  const bool without = caps_lock && strokes.count == 0;
  if (without) strokes = layout.strokes(character);
  if (strokes.count == 0) return;
  constexpr hid::Stroke kCaps{0, static_cast<std::uint8_t>(hid::kCapsLock)};
  if (without) add(kCaps);
  for (std::size_t i = 0; i < strokes.count; ++i) add(strokes.stroke[i]);
  if (without) add(kCaps);
}

void Typist::go_on(const Manner& manner) {
  const hid::Stroke stroke = strokes_[next_];
  const Chord chord{stroke.mods, hid::keyboard_usage(stroke.usage)};
  if (strike(chord, manner)) ++next_;
}

void Typist::reset() {
  drop_stroke();
  count_ = 0;
  next_ = 0;
  stand_ = 0;
}

}  // namespace pianola::engine
