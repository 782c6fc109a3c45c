#pragma once

#include <algorithm>
#include <cstdint>

#include "base/time.hpp"
#include "engine/chord.hpp"
#include "engine/mixer.hpp"
#include "engine/settings.hpp"
#include "engine/unicode.hpp"
#include "hid/layout.hpp"

namespace pianola::engine {

/// How a task types.
struct Manner {
  Mask mask = Mask::none;
  hid::Modifiers mask_mods = 0;
  Pace pace;
  std::uint16_t tap = 0;  ///< As Settings::tap.
};

/// Types for the task that has the floor: turns keys and characters into strokes of the mixer, one
/// report each where that can be.
///
/// A typed key stays down until the next one goes down in the same report, or until the task lets
/// the stroke go because it does something else. Only a key that is down already costs one more
/// report, in which it is up. `safe` typing puts modifiers into reports of their own and lets each
/// key up first. What has to be seen for some time (`tap`, `typing: 20ms`, `pause`, lock keys)
/// holds back the next change of the typist, not others'.
class Typist {
 public:
  /// How long lock keys stay down at least: macOS takes shorter ones for slips.
  static constexpr std::uint16_t kLockKeyTime = 100;

  explicit Typist(Mixer& mixer) : mixer_(mixer) {}

  /// Whether the typist may change what is down: the host took the last report, and it stood for
  /// as long as it must. Sends what is not sent yet.
  bool ready(Time now) {
    if (!mixer_.settle(now)) return false;
    return stand_ == 0 || stood(now);
  }
  /// When the last report will have stood long enough, if the mixer is settled.
  [[nodiscard]] Time ready_at() const { return mixer_.taken_at() + stand_; }

  /// Taps `chord`: one step of it, which is a report. True if that was the last: the key is down.
  /// Only if ready().
  bool strike(const Chord& chord, const Manner& manner);

  /// Lets the last stroke go: one step of it. True if there is none. Only if ready().
  bool release_stroke(const Pace& pace);

  /// The stroke is gone with the next report, whatever it is.
  void drop_stroke() {
    if (!mixer_.typed_key().idle()) mixer_.change_typed_key() = {};
  }

  /// The next report stands for as long as `pace` asks.
  void stand(const Pace& pace) { stand_ = pace.time(); }

  /// As strike() if that takes but one report, which need not stand: a key that is not down, in
  /// fast typing. `stroke` is of no modifier and no lock key. Only if ready().
  bool strike_at_once(const hid::Stroke& stroke, const Manner& manner);

  /// Begins to type `character` with the keys of `layout`, which lives as long as the typist, while
  /// the host's Caps Lock is `caps_lock`. A character that the layout lacks is entered as `method`
  /// says.
  void begin(char32_t character, const hid::Layout& layout, bool caps_lock, UnicodeMethod method);
  /// Whether something is left of the character.
  [[nodiscard]] bool busy() const { return next_ < strokes_.count || caps_ != Caps::leave; }
  /// Goes on with the character, by a report. Only if busy() and ready().
  void go_on(const Manner& manner);

  /// Everything is let go and forgotten.
  void reset();

 private:
  /// What happens to Caps Lock because of a character.
  enum class Caps : std::uint8_t {
    leave,
    put_off,  ///< First.
    put_on,   ///< At last.
  };

  bool stood(Time now);
  void begin_otherwise(char32_t character, const hid::Layout& layout, bool caps_lock,
                       UnicodeMethod method);
  void go_on_entering(const Manner& manner);
  static constexpr bool is_lock_key(hid::Usage key) {
    return key == hid::kCapsLock || key == hid::kNumLock || key == hid::kScrollLock;
  }

  Mixer& mixer_;
  hid::Strokes strokes_;   ///< Of the character, or how many chords it takes to enter it.
  std::uint8_t next_ = 0;  ///< How many of the strokes or chords are typed.
  Caps caps_ = Caps::leave;
  bool caps_lock_ = false;  ///< While it is entered.
  UnicodeEntry entry_;      ///< `off` for a character that the layout has.
  const hid::Layout* layout_ = nullptr;
  std::uint16_t stand_ = 0;  ///< How long the last report must stand, in ms.
};

// Every character and tap goes through these functions, so they stand here to be inlined.

inline bool Typist::strike(const Chord& chord, const Manner& manner) {
  TypedKey& stroke = mixer_.change_typed_key();
  const bool safe = manner.pace.safe();
  stroke.mask = manner.mask;
  stroke.mask_mods = manner.mask_mods;
  stand_ = manner.pace.time();
  if (safe && stroke.key != hid::kNoKey) {
    stroke.key = hid::kNoKey;
    return false;
  }
  if (hid::is_plain_key(chord.key) && !mixer_.end_chords(kNobody, safe)) return false;
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

inline bool Typist::strike_at_once(const hid::Stroke& stroke, const Manner& manner) {
  if (manner.pace != Pace{} || manner.tap != 0) return false;
  if (mixer_.shown().keys.contains(stroke.usage) || mixer_.holds().chords()) return false;
  mixer_.change_typed_key() = {hid::keyboard_usage(stroke.usage), hid::kNoKey, stroke.mods,
                               manner.mask, manner.mask_mods};
  stand_ = 0;
  return true;
}

inline void Typist::begin(char32_t character, const hid::Layout& layout, bool caps_lock,
                          UnicodeMethod method) {
  next_ = 0;
  strokes_ = layout.strokes(character, caps_lock);
  if (strokes_.count == 0) begin_otherwise(character, layout, caps_lock, method);
}

inline void Typist::go_on(const Manner& manner) {
  const bool caps = caps_ == Caps::put_off || next_ == strokes_.count;
  if (!caps && entry_.method != UnicodeMethod::off) return go_on_entering(manner);
  if (!caps) {
    const hid::Stroke stroke = strokes_.stroke[next_];
    if (strike({stroke.mods, hid::keyboard_usage(stroke.usage)}, manner)) ++next_;
  } else if (strike({0, hid::kCapsLock}, manner)) {
    caps_ = caps_ == Caps::put_off ? Caps::put_on : Caps::leave;
  }
}

}  // namespace pianola::engine
