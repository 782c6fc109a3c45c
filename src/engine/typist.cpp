#include "engine/typist.hpp"

namespace pianola::engine {

bool Typist::stood(Time now) {
  if (now - mixer_.taken_at() < stand_) return false;
  stand_ = 0;
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

void Typist::reset() {
  drop_stroke();
  strokes_ = {};
  next_ = 0;
  caps_ = Caps::leave;
  stand_ = 0;
}

}  // namespace pianola::engine
