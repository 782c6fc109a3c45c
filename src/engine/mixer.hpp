#pragma once

#include <cstdint>
#include <span>

#include "base/time.hpp"
#include "engine/holds.hpp"
#include "engine/recorder.hpp"
#include "engine/report_sink.hpp"
#include "engine/settings.hpp"
#include "hid/report.hpp"

namespace pianola::engine {

/// Which modifiers, other than its own, a typed key lets the host see.
enum class Mask : std::uint8_t {
  none,  ///< All.
  keys,  ///< All but those that count and TypedKey::mask_mods names (those of the task's trigger).
  text,  ///< Only those that TypedKey::mask_mods names (held by the task or its callers).
};

/// What the task that has the floor adds to the report while it types: a key that is down until
/// the next one goes down, or until the task stops typing.
struct TypedKey {
  hid::Usage key = hid::kNoKey;
  hid::Usage lifted = hid::kNoKey;  ///< Shown as up whoever holds it, so that it can go down.
  hid::Modifiers mods = 0;
  Mask mask = Mask::none;
  hid::Modifiers mask_mods = 0;

  /// Whether it changes nothing.
  [[nodiscard]] constexpr bool idle() const {
    return key == hid::kNoKey && lifted == hid::kNoKey && mods == 0 && mask == Mask::none;
  }
  friend constexpr bool operator==(const TypedKey&, const TypedKey&) = default;
};

/// A movement of the pointer and the wheel, as much as one report can say.
struct Motion {
  std::int16_t x = 0;
  std::int16_t y = 0;
  std::int8_t wheel = 0;
};

/// Makes the report out of what everyone holds and the floor's typed key, and sends it when it
/// changed. One report is in flight at a time and none is queued: whoever wants to change what is
/// down waits until settle() says that the host took the last change. So each change is one report,
/// and a change with one new key never meets another.
class Mixer {
 public:
  Mixer(std::span<Hold> holds, ReportSink& sink, Recorder& recorder)
      : sink_(sink), recorder_(recorder), holds_(holds) {}

  [[nodiscard]] const Holds& holds() const { return holds_; }
  [[nodiscard]] const TypedKey& typed_key() const { return typed_; }

  /// The holds, to be changed after settle() was true; keys may be let up at any time.
  Holds& change() {
    dirty_ = true;
    steady_ = false;
    return holds_;
  }
  /// The holds, to be changed by what no report shows: keys that send nothing.
  Holds& change_unseen() { return holds_; }
  /// What the keyboard changes now goes in parts, if it is safe typing: keys up, then modifiers,
  /// then keys down.
  void separate() {
    apart_ = pace_.safe();
    if (!apart_) return;
    dirty_ = true;
    steady_ = false;
  }
  /// A plain key is about to go down, for `owner`: the modifiers of others' chords go up in the
  /// same report. `safe`: before it, in reports of their own, and their keys before them. Returns
  /// whether the key's turn has come: after settle() was true again if not.
  bool end_chords(Owner owner, bool safe);
  /// The plain key `key` is down for `owner` with the next report; if it is down already, for a key
  /// of the keyboard, a `hold` or the typed key, it is up in a report before. To be added after
  /// this.
  void press_anew(Owner owner, hid::Usage key);
  /// The typed key, to be changed after settle() was true; it may be let up at any time.
  TypedKey& change_typed_key() {
    dirty_ = true;
    return typed_;
  }

  /// The pointer moves, in a report of its own. Only after settle() was true.
  void move(const Motion& motion) {
    motion_ = motion;
    steady_ = false;
    moves_ = motion.x != 0 || motion.y != 0 || motion.wheel != 0;
    dirty_ = true;
  }

  /// What kOneshot holds, more of it from now on, goes up with the change after the one that shows
  /// it together with a new key that is no modifier and not its own. What is used up already goes.
  void begin_oneshot() {
    if (oneshot_ == Oneshot::used) change().remove_oneshot_keys();
    oneshot_ = Oneshot::waits;
    steady_ = false;
  }
  /// Whether what kOneshot holds is used up, and goes with the next change.
  [[nodiscard]] bool oneshots_used() const { return oneshot_ == Oneshot::used; }

  /// The modifiers that count. What a key has used up does not, though it is up with the next
  /// change only.
  [[nodiscard]] HeldModifiers held_modifiers() const {
    return holds_.held_modifiers(oneshot_ != Oneshot::used);
  }

  /// The report that was sent last, without its motion.
  [[nodiscard]] const hid::Report& shown() const { return shown_; }

  /// Whether the host took a report that shows all changes. Sends one if none is on its way.
  bool settle(Time now) {
    if (in_flight_) return false;
    if (!dirty_) return true;
    return steady_ ? send_steady(now) : send_all(now);
  }

  /// Sends at once that the typed key's key, a plain one, has just gone down that was up before,
  /// and nothing else changed but modifiers. Returns whether it was given to the host or refused by
  /// it: settle() will be false. Only after settle() was true; if this is false, it is for
  /// settle().
  bool send_struck(Time now);

  /// The host took the report in flight.
  void taken(Time now);

  /// When the host last took a report.
  [[nodiscard]] Time taken_at() const { return taken_at_; }

  /// Whether one part of a change was sent, and the next waits.
  [[nodiscard]] bool parted() const { return parted_; }
  /// When the next part goes, if parted() and not waiting().
  [[nodiscard]] Time next_part_at() const { return taken_at_ + pace_.time(); }

  /// Whether nothing is in flight and nothing changed since.
  [[nodiscard]] bool quiet() const { return !in_flight_ && !dirty_; }

  /// Whether a report was given to the host or refused by it, and not taken yet.
  [[nodiscard]] bool waiting() const { return in_flight_ || refused_; }
  /// Whether the host refused a report, so that it must be tried again.
  [[nodiscard]] bool refused() const { return refused_; }
  /// Since when, if waiting().
  [[nodiscard]] Time waiting_since() const { return waiting_since_; }

  /// The host knows of no key any more (bus reset, another host): all that is down is new to it.
  void forget_host();

  /// The key that is tapped before a lone Alt or GUI is hidden, or kNoKey.
  void set_neutral(hid::Usage key) { neutral_ = key; }
  /// How the parts of what the keyboard changes follow each other.
  void set_pace(const Pace& pace) { pace_ = pace; }
  [[nodiscard]] const Pace& pace() const { return pace_; }

 private:
  /// What becomes of what kOneshot holds.
  enum class Oneshot : std::uint8_t { none, waits, used };

  bool send_steady(Time now);
  bool send_motion(Time now);
  void note_oneshot(const hid::Report& next);
  void note_holds(hid::Report& report);
  [[nodiscard]] hid::Modifiers hidden() const;
  [[nodiscard]] hid::Modifiers modifiers() const;
  void compose(hid::Report& next, bool& own);
  bool give_typed(Time now, hid::Modifiers mods, bool own);
  void take_back(bool own, hid::Modifiers mods_before);
  void note_typed(bool own);
  bool send_all(Time now);
  bool begin_part(hid::Report& next) const;
  [[nodiscard]] bool would_open_menu(const hid::Report& next, hid::Modifiers held) const;
  bool give(const hid::Report& next, Time now);
  void note_menu(const hid::Report& next);

  ReportSink& sink_;
  Recorder& recorder_;
  Holds holds_;
  TypedKey typed_;
  hid::Report shown_;
  hid::Usage neutral_ = hid::kNoKey;
  hid::Usage struck_ = hid::kNoKey;  ///< The typed key in the report sent last.
  bool struck_own_ = false;          ///< Nobody else held `struck_` down then.
  hid::Usage anew_ = hid::kNoKey;    ///< Up in the next report, so that it can go down.
  bool steady_ = false;              ///< All but the typed key is as it was sent, and stays so.
  hid::Modifiers counting_ = 0;      ///< Modifiers that can be hidden, when holds were noted.
  hid::Modifiers others_ = 0;        ///< Modifiers that cannot, when holds were noted.
  hid::Modifiers hides_ = 0;         ///< Modifiers that somebody hid when holds were noted.
  hid::Modifiers fresh_ = 0;         ///< Alt and GUI that went down with nothing pressed since.
  hid::Modifiers veiled_ = 0;        ///< Alt and GUI that were hidden at some time while held.
  Motion motion_;
  Oneshot oneshot_ = Oneshot::none;
  Pace pace_;
  bool moves_ = false;   ///< motion_ is still to be sent.
  bool apart_ = false;   ///< What changed goes in parts.
  bool parted_ = false;  ///< See parted().
  bool in_flight_ = false;
  bool refused_ = false;
  bool dirty_ = false;
  Time waiting_since_ = 0;
  Time taken_at_ = 0;
};

}  // namespace pianola::engine
