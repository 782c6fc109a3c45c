#include "engine/typist.hpp"

namespace pianola::engine {

bool Typist::stood(Time now) {
  if (now - mixer_.taken_at() < stand_) return false;
  stand_ = 0;
  return true;
}

bool Typist::release_stroke(const Pace& pace) {
  if (mixer_.typed_key().idle()) return true;
  TypedKey& stroke = mixer_.change_typed_key();
  stand_ = pace.time();
  if (pace.safe() && stroke.key != hid::kNoKey) {
    stroke.key = hid::kNoKey;
  } else {
    stroke = {};
  }
  return false;
}

/// begin() for a character that the layout lacks, or that needs Caps Lock off.
void Typist::begin_otherwise(char32_t character, const hid::Layout& layout, bool caps_lock,
                             UnicodeMethod method) {
  if (caps_lock) strokes_ = layout.strokes(character);
  if (strokes_.count != 0) {
    caps_ = Caps::put_off;
    return;
  }
  const UnicodeEntry entry{method, character};
  strokes_.count = entry.chords();
  if (strokes_.count == 0) return;
  entry_ = entry;
  layout_ = &layout;
  const bool put_off = caps_lock && method == UnicodeMethod::linux_hex;
  if (put_off) caps_ = Caps::put_off;
  caps_lock_ = caps_lock && !put_off;
}

void Typist::go_on_entering(const Manner& manner) {
  if (!strike(entry_.chord(next_, *layout_, caps_lock_), manner)) return;
  if (++next_ == strokes_.count) entry_ = {};
}

void Typist::reset() {
  drop_stroke();
  strokes_ = {};
  next_ = 0;
  caps_ = Caps::leave;
  entry_ = {};
  stand_ = 0;
}

}  // namespace pianola::engine
