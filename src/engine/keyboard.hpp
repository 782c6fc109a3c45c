#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/time.hpp"
#include "engine/bindings.hpp"
#include "engine/core.hpp"
#include "engine/key_filter.hpp"
#include "engine/key_options.hpp"
#include "engine/typed_text.hpp"
#include "lang/code/trigger.hpp"

namespace pianola::engine {

/// What the event at the front of the queue means.
struct Choice {
  enum class Kind : std::uint8_t {
    undecided,  ///< Until `at`, or until another event comes.
    release,
    used_up,   ///< The press of a key that something else took.
    pass,      ///< A key that nothing takes.
    shifted,   ///< A key that nothing takes, sent with Shift.
    found,     ///< The binding or remap `found`; of a remap with tap and hold the tap.
    held,      ///< The hold of the remap `found`.
    together,  ///< The binding or remap `found` of this key and those of the next `more` presses.
    begun,     ///< A key of a sequence or a dance that the next key goes on with.
    leader,    ///< A key after the leader that starts nothing.
    cancel,    ///< Escape with both Shifts.
  };
  Kind kind = Kind::undecided;
  bool doubled = false;  ///< The second press of a double tap.
  bool before = false;   ///< The abbreviation `found` is done first; the event is looked at again.
  Capitals capitals = Capitals::as_they_are;  ///< Of what the abbreviation `found` types.
  std::uint8_t more = 0;    ///< Presses after this one that belong to it; not of a dance.
  std::uint8_t taps = 0;    ///< Of a dance: how often its key was pressed.
  hid::Modifiers mods = 0;  ///< Of the layers that are on, but for the one that has it.
  Time at = 0;              ///< When it was decided what the event means, or will be.
  Found found;              ///< The binding or remap that `kind` speaks of.
};

/// What started a task.
struct Activation {
  std::uint32_t press = 0;  ///< Number of the press; 0: no key.
  Time time = 0;            ///< When it came.
  bool doubled = false;     ///< The press was the second of a double tap.
  bool keeps = false;       ///< Key events are kept back until the task waits.
  Capitals capitals = Capitals::as_they_are;
};

/// Finds out what the keys of the keyboard mean, and does it.
///
/// Events are handled in their order. The meaning of an event may depend on later events and on
/// time: is the key held, does another come with it? As long as that is open the event stays in the
/// queue, and so do all after it. Nothing else remembers it, so that nothing can be forgotten.
class Keyboard {
 public:
  explicit Keyboard(Core& core) : core_(core) {}

  /// The roll was read: notes what kinds of triggers there are.
  void load();

  /// What `event`, the one at the front of the queue, means now.
  Choice look(const KeyEvent& event);

  /// Takes `event`, the one at the front of the queue, and does `choice`, as look() gave it; not if
  /// it is undecided. Returns whether tasks woke.
  bool handle(const KeyEvent& event, const Choice& choice);

  /// Whether both Shifts are under the fingers after all events that wait, at the time `now`: the
  /// keys themselves, and keys that are Shifts or have been down for long enough to be.
  bool both_shifts(Time now);

  /// While the front of the queue is undecided or kept back: lets one key up whose release waits
  /// behind it, if nothing but the host goes by that key, so that the host does not repeat it. The
  /// release keeps its place. Returns whether there was one.
  bool let_up_early();

  /// What `on …` has for an event, and for the layer called `layer` (lang::name_hash).
  void start_event(lang::Event event, std::uint32_t layer = 0);

  /// All tasks were cancelled: nothing that was pressed before counts.
  void forget();

  /// `key` is down and means nothing.
  void suppress(hid::Usage key);

 private:
  /// Leader, as far as it was pressed.
  enum class Leader : std::uint8_t { none, both_down, armed };
  /// What a remap sends: one thing, or one when tapped and one when held, which may be a one-shot.
  enum class Jobs : std::uint8_t { none, one, two, two_held_once };
  /// What the key that is pressed has done so far.
  enum class Deed : std::uint8_t { sent, stuck, started, repeats };

  /// Where a key is looked up: a layer that is on, or outside of them.
  struct Lookup {
    std::size_t place = 0;    ///< Of the layer's hold + 1; 0: outside of them.
    std::uint32_t scope = 0;  ///< As lang::IndexKey::scope.
    hid::Modifiers mods = 0;  ///< Of the other layers that are on.
  };

  /// In place of a sequence: its keys come to nothing.
  static constexpr std::uint32_t kNoSequence = 0xFFFFFFFF;
  static constexpr unsigned kOpen = lang::kTriggerKinds;

  [[nodiscard]] bool has(lang::TriggerKind kind) const {
    return (kinds_ >> static_cast<unsigned>(kind) & 1U) != 0;
  }
  /// Whether the roll has triggers of `kind` that let other modifiers be held than they name.
  [[nodiscard]] bool has_open(lang::TriggerKind kind) const {
    return (kinds_ >> (kOpen + static_cast<unsigned>(kind)) & 1U) != 0;
  }
  /// Whether a trigger may have `key`: of most keys that people press none has.
  [[nodiscard]] bool may_be_bound(hid::Usage key) const {
    return page(key) == hid::Page::macro || bound_.may_have(static_cast<std::uint32_t>(key));
  }
  void note_triggers(std::uint32_t position, std::uint32_t end);
  KeyOptions options_of(const lang::IndexEntry& entry);
  void note_length(const lang::IndexEntry& entry);
  [[nodiscard]] Lookup before_scopes() const { return {core_.mixer.holds().all().size() + 1}; }
  /// Goes on to the next place. False if there is none.
  bool next_scope(Lookup& lookup) {
    if (lookup.place == 0) return false;
    go_on(lookup);
    return true;
  }
  void go_on(Lookup& lookup);
  [[nodiscard]] HeldModifiers held_modifiers(const Lookup& lookup) const;
  bool find(lang::TriggerKind kind, const Lookup& lookup, hid::Usage key, Found& out,
            std::uint16_t second = 0);

  void look_at_press(const KeyEvent& event, Choice& choice);
  [[nodiscard]] bool is_double(const KeyEvent& event, Time limit) const;
  bool look_for_leader(const KeyEvent& event, Choice& choice);
  /// How far the keys of a trigger that has several came.
  struct Progress {
    enum class State : std::uint8_t { failed, open, complete };
    State state = State::open;
    std::uint8_t keys = 1;  ///< How many of them came.
    Time at = 0;            ///< When it was decided, or will be.
  };
  /// The triggers of several keys of which one is the first: the best one that is complete.
  struct Several {
    Found best;
    std::size_t place = 0;   ///< Where the first key stands in the queue.
    std::uint8_t keys = 0;   ///< How many `best` has; 0: there is none.
    int fit = 0;             ///< How well its modifiers fit.
    std::uint8_t open = 0;   ///< The most keys of those that are not decided.
    std::uint8_t begun = 0;  ///< The most keys that came, of one that did not become complete.
    Time at = 0;             ///< When all that is known was decided, or the rest will be.
  };
  void look_at_several(const KeyEvent& event, lang::TriggerKind kind, const Lookup& lookup,
                       Several& several);
  Progress follow_together(const KeyEvent& event, const lang::IndexEntry& entry, std::size_t place);
  std::uint8_t keys_of(const lang::IndexEntry& entry, std::span<hid::Usage> keys);
  Progress follow_sequence(const KeyEvent& event, const lang::IndexEntry& entry);
  hid::Usage next_usage();
  bool look_for_together(const KeyEvent& event, const Lookup& lookup, Choice& choice,
                         std::size_t place = 0);
  bool look_for_sequence(Choice& choice);
  [[nodiscard]] bool needs(const Lookup& lookup, const Found& found, hid::Usage key) const;
  /// Of the next press of a key: it counts in a dance, keys together take it, or that is open.
  enum class NextTap : std::uint8_t { counts, taken, open };
  NextTap look_after_tap(const KeyEvent& event, const Lookup& lookup, Choice& choice);
  bool look_for_dance(const KeyEvent& event, const Lookup& lookup, NextTap next_tap,
                      Choice& choice);
  bool look_for_keys(const KeyEvent& event, const Lookup& lookup, Choice& choice);
  bool has_options(lang::TriggerKind kind, const Lookup& lookup, hid::Usage key,
                   KeyOptions& options);
  bool look_for_double(const KeyEvent& event, const Lookup& lookup, Choice& choice);
  Jobs jobs_of(const Found& found);
  bool find_press(hid::Usage key, Found& out);
  hid::Modifiers modifiers_of(hid::Usage key, bool held);
  // Never inlined: its caller's frame is below others' already.
  [[gnu::noinline]] hid::Modifiers modifiers_sent(const Found& found, bool dual, bool held);
  Choice::Kind held_or_tapped(const KeyEvent& event, const KeyOptions& options, bool once,
                              Time& at);
  Choice::Kind held_alone(const KeyEvent& event, Time& at) const;
  bool can_be_held_with(hid::Usage key, hid::Usage other, const KeyOptions& options);
  bool has_two_jobs(hid::Usage key);
  [[nodiscard]] bool taps_at_once(const KeyEvent& event, const KeyOptions& options) const;
  void note_typing(hid::Usage sent, hid::Modifiers mods);
  [[nodiscard]] bool pressed_before(std::size_t end, hid::Usage key) const;

  void look_at_free_key(const KeyEvent& event, Choice& choice);
  bool look_for_sent_text(Chord chord, Choice& choice);
  [[nodiscard]] bool has_autoshift(hid::Usage key, hid::Modifiers mods) const;
  void look_for_remapped_text(Choice& choice);
  std::optional<Chord> remapped(const lang::IndexEntry& entry);
  [[nodiscard]] std::optional<Chord> target(std::uint32_t mods, std::uint32_t key,
                                            std::uint8_t layout_number) const;
  [[nodiscard]] static hid::Modifiers layer_mods_with(const Chord& chord, const Choice& choice);
  [[nodiscard]] hid::Modifiers mods_with(const Chord& chord, const Choice& choice) const;
  bool note_key(TypedText& typed, hid::Usage key, hid::Modifiers mods) const;
  bool look_for_text(hid::Usage key, hid::Modifiers mods, Choice& choice);
  bool is_as_long(const lang::IndexEntry& entry, std::string_view text);
  bool find_text(std::uint32_t scope, std::string_view text, bool folded, Found& out);

  bool take(const KeyEvent& event);
  bool release(const KeyEvent& event);
  [[nodiscard]] bool all_releases_wait(Owner owner) const;
  void count_press();
  void press(const KeyEvent& event, const Choice& choice);
  void tell(const KeyEvent& event, const Choice& choice) const;
  void pass(hid::Usage key, hid::Modifiers mods);
  void make_way(hid::Usage key, hid::Usage sent);
  void end_chords(Owner owner);
  void follow_leader(const KeyEvent& event);
  [[nodiscard]] std::size_t next_press(unsigned count) const;
  void press_after_leader(const Choice& choice, hid::Usage key);
  void press_bound(const KeyEvent& event, const Choice& choice);
  std::optional<ErrorCode> trigger(const KeyEvent& event, const Choice& choice);
  std::optional<ErrorCode> remap_bound(const KeyEvent& event, const Choice& choice);
  std::optional<ErrorCode> remap(hid::Usage key, const Choice& choice, std::uint8_t layout,
                                 std::uint32_t mods, std::uint32_t to);
  std::optional<ErrorCode> do_by_itself(const KeyEvent& event, const Choice& choice,
                                        lang::Opcode opcode);
  std::optional<ErrorCode> send(hid::Usage key, const Choice& choice, Chord chord);
  std::optional<ErrorCode> remap_tapped(const KeyEvent& event, const Choice& choice,
                                        const KeyOptions& options,
                                        const lang::Instruction& instruction);
  std::optional<ErrorCode> remap_layer(hid::Usage key, const Found& found,
                                       const lang::Instruction& instruction);
  hid::Usage named_layer(const Found& found, const lang::Instruction& instruction);
  std::optional<ErrorCode> toggle_layer(const Found& found, const lang::Instruction& instruction);
  std::optional<ErrorCode> toggle(std::uint8_t layout, std::uint32_t mods, std::uint32_t to);
  std::optional<ErrorCode> remap_held(const KeyEvent& event, const Choice& choice,
                                      const KeyOptions& options);
  bool capitalize(Chord& chord, hid::Modifiers& seen) const;
  void send_in_caps_word(Chord& chord, hid::Modifiers& seen);
  void end_caps_word();
  void note_bound(const KeyEvent& event, std::uint32_t binding);
  std::optional<ErrorCode> repeat(const KeyEvent& event, const Choice& choice);
  std::optional<ErrorCode> repeat_binding(const KeyEvent& event);
  [[nodiscard]] bool modifier_held(hid::Usage key, Time at) const;
  void may_stick(hid::Usage key, const KeyOptions& options, Time at);
  void stick(Owner owner, Time at);
  void end_others(const Choice& choice, hid::Usage key);
  std::optional<ErrorCode> start_again(const Found& found, const Activation& activation);
  std::optional<ErrorCode> start(const Found& found, const KeyOptions& options,
                                 const Activation& activation);
  bool runs(const Found& found, bool stop);

  Core& core_;
  KeyFilter bound_;             ///< The keys that triggers name.
  bool folds_ = false;          ///< Some abbreviations may be typed in any case.
  std::uint32_t lengths_ = 0;   ///< One bit for each size in bytes of the abbreviations.
  Time last_at_ = 0;            ///< When `last_` was pressed.
  Time typed_at_ = 0;           ///< When the last key that typed something was, if `typed_once_`.
  std::uint32_t kinds_ = 0;     ///< For has() and, from bit kOpen on, has_open().
  std::uint32_t sequence_ = 0;  ///< Place in the index of the sequence whose keys come.
  hid::Usage last_ = hid::kNoKey;   ///< The key pressed last.
  std::uint8_t sequence_left_ = 0;  ///< How many keys of it, or of one that came to nothing.
  std::uint8_t dance_ = 0;          ///< How often `last_` was pressed in a dance that goes on.
  bool last_doubled_ = false;       ///< That was a double tap.
  bool last_held_ = false;          ///< It is what it is when held.
  bool typed_once_ = false;         ///< A key typed something.
  Leader leader_ = Leader::none;
  Deed deed_ = Deed::sent;
  bool sticky_ = false;  ///< A key that is down may become a one-shot.
  Time leader_at_ = 0;   ///< When it was armed.
  TypedText typed_;
};

}  // namespace pianola::engine
