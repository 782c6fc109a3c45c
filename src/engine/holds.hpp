#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.hpp"
#include "hid/usage.hpp"

namespace pianola::engine {

/// Who keeps a key down: a task (by its index), the device itself, or a key of the keyboard that is
/// physically down.
enum class Owner : std::uint16_t {};

/// The owner of what `toggle` put down: the device.
inline constexpr Owner kDevice{0x7FFF};
/// The owner of what one-shots put down, until the next key.
inline constexpr Owner kOneshot{0x7FFE};
/// The owner of one-shots that stay. The largest index of a task is one less.
inline constexpr Owner kLocked{0x7FFD};

/// No owner: the key that there is not.
inline constexpr Owner kNobody{0x8000};

/// The owner that stands for the task at place `index` of the pool.
constexpr Owner task_owner(std::uint16_t index) { return Owner{index}; }
/// The owner that stands for the physical key `key`.
constexpr Owner key_owner(hid::Usage key) {
  return static_cast<Owner>(0x8000U | static_cast<std::uint16_t>(key));
}
/// The key that `owner`, which is one, stands for.
constexpr hid::Usage usage_of_owner(Owner owner) {
  return static_cast<hid::Usage>(static_cast<std::uint16_t>(owner) & 0x7FFFU);
}
/// Whether `owner` stands for a physical key.
constexpr bool is_key(Owner owner) { return (static_cast<std::uint16_t>(owner) & 0x8000U) != 0; }
/// Whether `owner` stands for a task.
constexpr bool is_task(Owner owner) { return owner < kLocked; }

/// The usage by which an owner keeps the layer number `number` < lang::kMaxLayers on.
constexpr hid::Usage layer_usage_of(std::uint32_t number) {
  return static_cast<hid::Usage>(0x5000U | number);
}
/// Whether a held usage is a layer.
constexpr bool is_layer(hid::Usage usage) {
  return (static_cast<std::uint16_t>(usage) & 0x7000U) == 0x5000U;
}
/// The usage by which a task hides modifiers while its block number `depth` is open.
constexpr hid::Usage veil_usage(unsigned depth) { return static_cast<hid::Usage>(0x6000U | depth); }
/// Whether a held usage hides modifiers and does nothing else.
constexpr bool is_veil(hid::Usage usage) {
  return (static_cast<std::uint16_t>(usage) & 0x7000U) == 0x6000U;
}
/// The usage of a key of the keyboard that becomes a one-shot if it is let go in time; Hold::info
/// is the time of its press.
inline constexpr hid::Usage kSticky{0x7000};
/// Whether no report says anything of a held usage.
constexpr bool is_silent(hid::Usage usage) {
  return usage == hid::kNoKey || static_cast<std::uint16_t>(usage) >= 0x5000U;
}
/// The number of the layer that `usage`, which is_layer(), keeps on.
constexpr unsigned layer_number(hid::Usage usage) { return hid::id(usage); }

/// The modifiers that triggers and `mods()` go by.
struct HeldModifiers {
  hid::Modifiers fingers = 0;  ///< Those that the keyboard's keys are as keys of their own.
  hid::Modifiers all = 0;      ///< These, and those that `hold`, `toggle` and `oneshot` hold so.
};

/// One owner keeps one usage down.
struct Hold {
  Owner owner{};
  std::uint16_t what = 0;  ///< Usage, and kLoose or not.
  /// With a usage: the modifiers that it hides, and which of kChord, kOwn, kTimed it is. Without
  /// one: the number of the key's press, by which the tasks that it started know it, or 0 if it
  /// starts nothing.
  std::uint32_t info = 0;

  /// For a task: part of a raw report. For a key: a modifier that only accompanies what it sends;
  /// without a usage: keys together that are down until the last of them is let go.
  static constexpr std::uint16_t kLoose = 0x8000;
  /// For a task: `hold` put it down, with a key that is plain (hid::is_plain_key).
  static constexpr std::uint32_t kChord = 0x100;
  /// Not for a key: `hold`, `toggle` or `oneshot` put it down, as a modifier without another key.
  static constexpr std::uint32_t kOwn = 0x200;
  /// Of kOneshot: it ends after a time.
  static constexpr std::uint32_t kTimed = 0x400;

  /// What is kept down; kNoKey of a physical key that sends nothing.
  [[nodiscard]] constexpr hid::Usage usage() const {
    return static_cast<hid::Usage>(what & ~kLoose & 0xFFFFU);
  }
  /// Whether kLoose is set.
  [[nodiscard]] constexpr bool loose() const { return (what & kLoose) != 0; }
  /// The modifiers that it hides; only of one with a usage.
  [[nodiscard]] constexpr hid::Modifiers hides() const { return static_cast<hid::Modifiers>(info); }
  /// Whether it is the physical key with whose press number `press` tasks started.
  [[nodiscard]] constexpr bool started(std::uint32_t press) const {
    return press != 0 && info == press && is_key(owner) && usage() == hid::kNoKey;
  }
  /// Whether it is a modifier that belongs to the key of a chord, and to no other key.
  [[nodiscard]] constexpr bool accompanies() const {
    return hid::is_modifier(usage()) && (is_key(owner) ? loose() : (info & kChord) != 0);
  }
  /// Whether it is a modifier that triggers and `mods()` go by.
  [[nodiscard]] constexpr bool counts() const {
    return hid::is_modifier(usage()) && (is_key(owner) ? !loose() : (info & kOwn) != 0);
  }
};

/// The table of who keeps what down, oldest first. A usage is down while any owner holds it; an
/// owner holds a usage once.
class Holds {
 public:
  /// Of the table, this many places at most (half of it in small tables) are kept for the
  /// keyboard's own keys.
  static constexpr std::size_t kKeyboardShare = 8;

  /// `table` is the caller's.
  explicit Holds(std::span<Hold> table) : table_(table) {}

  /// All entries.
  [[nodiscard]] std::span<const Hold> all() const { return table_.first(count_); }
  [[nodiscard]] bool empty() const { return count_ == 0; }
  /// How often who holds what has changed, so that nobody looks at the table in vain. Wraps.
  [[nodiscard]] std::uint16_t changes() const { return changes_; }

  /// `owner` holds `usage`; an entry that is there already is overwritten. False if there is no
  /// room: nothing changed.
  bool add(Owner owner, hid::Usage usage, bool loose, std::uint32_t info);

  /// As add() for all of a chord: the modifiers, which are `loose` or not, and `key`, which is not
  /// (kNoKey: only the modifiers).
  bool add_chord(Owner owner, hid::Modifiers mods, hid::Usage key, bool loose, std::uint32_t info);

  void remove(Owner owner, hid::Usage usage);
  void remove_modifiers(Owner owner, hid::Modifiers mods);
  /// All but the modifiers that it hides in blocks.
  void remove_all(Owner owner);
  void remove_loose(Owner owner);

  /// What `from` holds is held by `to`, but for what it hides in blocks. Always has room.
  void give(Owner from, Owner to);

  [[nodiscard]] bool contains(Owner owner, hid::Usage usage) const;
  [[nodiscard]] bool contains(Owner owner) const;
  /// The modifiers that `owner` holds.
  [[nodiscard]] hid::Modifiers modifiers(Owner owner) const;

  /// The modifiers that `owner` holds for the key of a chord.
  [[nodiscard]] hid::Modifiers chord_modifiers(Owner owner) const;

  /// The number of the press in which the key `owner` is down; 0 if it is not or has none.
  [[nodiscard]] std::uint32_t press_of(Owner owner) const;

  /// Another one of the keys together with `owner` that is down too; `owner` if there is none.
  [[nodiscard]] Owner partner(Owner owner) const;
  /// The one of the keys together with the key `owner` that holds what they send: the first of
  /// them; `owner` if it is alone.
  [[nodiscard]] Owner sender(Owner owner) const;
  /// Whether keys together with `owner` are down until the last of them is let go.
  [[nodiscard]] bool ends_slowly(Owner owner) const;
  /// The keys that were pressed with the press number `press` stay known but send and mean nothing
  /// any more.
  void end_press(std::uint32_t press);

  /// The modifiers that the keyboard's keys send, but for those that only accompany a key.
  [[nodiscard]] hid::Modifiers keyboard_modifiers() const { return held_modifiers().fingers; }
  /// The modifiers that count, hidden or not; `oneshots`: also those of kOneshot.
  [[nodiscard]] HeldModifiers held_modifiers(bool oneshots = true) const;

  /// When the key `owner` was pressed that may become a one-shot; nothing if it may not.
  [[nodiscard]] std::optional<Time> sticky_since(Owner owner) const;
  /// No key may become a one-shot any more.
  void unstick();
  /// What the key `from` sends and keeps on is `to`'s, which is kOneshot or kLocked; with `timed`
  /// for a time. What `to` has already stays as it is.
  void stick(Owner from, Owner to, bool timed);
  /// Whether `to` has all that the key `from` sends and keeps on, which is something.
  [[nodiscard]] bool has_all_of(Owner from, Owner to) const;
  /// `owner` gives up what the key `from` sends and keeps on.
  void remove_all_of(Owner from, Owner owner);
  /// One-shots end: those with a time, the layers, or all but the layers.
  void remove_timed();
  void remove_oneshot_layers();
  void remove_oneshot_keys();

  /// The layers that anybody keeps on, one bit each.
  [[nodiscard]] std::uint32_t layers() const;

  /// No key hides modifiers any more.
  void stop_hiding();

  /// Whether there may be modifiers that belong to the key of a chord (Hold::accompanies()).
  [[nodiscard]] bool chords() const { return chords_; }
  /// Those of all others than `owner` are held no more. Returns whether there were any.
  bool drop_chords(Owner owner);
  /// Likewise the plain keys of those others; keys of the keyboard stay known.
  bool drop_chord_keys(Owner owner);
  /// Whether `owner` sends something to the host and holds neither a modifier as a key of its own
  /// nor a layer: nothing that others go by.
  [[nodiscard]] bool only_sends(Owner owner) const;
  /// Whether `owner` is known at most, and sends and keeps on nothing.
  [[nodiscard]] bool only_known(Owner owner) const;
  /// Whether `owner` holds a modifier as a key of its own, or a layer.
  [[nodiscard]] bool holds_on(Owner owner) const;
  /// The key `owner` stays known but sends nothing any more.
  void silence(Owner owner);
  /// `usage` is for `owner` alone from now on: other keys of the keyboard and `hold` give it up,
  /// and stay known. What `press`, `toggle` and `oneshot` hold stays.
  void take(Owner owner, hid::Usage usage);

  /// The keys that are physically down stay known but send and mean nothing; every other owner
  /// holds nothing.
  void suppress_all();

  /// How many keys are physically down.
  [[nodiscard]] std::size_t keys() const;

 private:
  [[nodiscard]] bool room(Owner owner, std::size_t count) const;
  [[nodiscard]] bool has_chord(Owner owner) const;
  void give_up(std::size_t at);
  [[nodiscard]] const Hold* find(Owner owner, hid::Usage usage) const;
  template <typename Predicate>
  void remove_if(Predicate predicate);

  std::span<Hold> table_;
  std::uint16_t count_ = 0;
  std::uint16_t changes_ = 0;
  bool chords_ = false;  ///< See chords().
};

}  // namespace pianola::engine
