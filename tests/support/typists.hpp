#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/key_event.hpp"
#include "hid/layout.hpp"
#include "hid/usage.hpp"

namespace pianola::test {

// Typists with modifiers in the home row: docs/home-row.md describes them and says where the
// figures come from. All arithmetic is in integers, so that the same seed gives the same keys
// everywhere.

/// Of 1,000 times that are drawn, these many are shorter than the time beside it; between, they are
/// spread evenly.
inline constexpr std::array<std::uint32_t, 10> kShares = {0,   10,  100, 250, 500,
                                                          750, 900, 990, 999, 1000};
/// In ms, one for each of kShares.
using Times = std::array<std::uint32_t, kShares.size()>;

/// How somebody types.
struct TypistModel {
  std::string_view name;
  Times interval;        ///< From one press to the next, keys of two hands.
  Times dwell;           ///< How long a key is down.
  Times pause;           ///< Before a word, when they think.
  Times before_shift;    ///< From the last press to that of a Shift.
  Times before_command;  ///< From the last press to that of another modifier.
  Times lead;            ///< From the press of a modifier to that of its key.
  Times lag;             ///< From the release of that key to that of the modifier.
  // In percent of `interval`: the other keys.
  std::uint32_t same_hand, same_finger, same_key;
  // Of 1,000 words: pauses, commands. Of 1,000 letters: wrong ones, two keys at once.
  std::uint32_t pauses, commands, mistakes, slips;
  std::uint32_t late;  ///< Of 1,000 keys that are down with the next: those that go up after it.
};

inline constexpr std::array<TypistModel, 3> kTypists = {
    TypistModel{.name = "fast",
                .interval = {25, 38, 60, 75, 95, 120, 150, 260, 420, 600},
                .dwell = {40, 55, 75, 88, 102, 120, 140, 185, 240, 320},
                .pause = {250, 300, 400, 550, 800, 1200, 1800, 3000, 4000, 5000},
                .before_shift = {50, 60, 80, 100, 130, 170, 220, 400, 600, 800},
                .before_command = {150, 180, 280, 400, 600, 850, 1200, 2000, 2500, 3000},
                .lead = {25, 40, 65, 85, 110, 140, 180, 280, 350, 400},
                .lag = {5, 10, 22, 35, 55, 80, 110, 170, 220, 250},
                .same_hand = 112,
                .same_finger = 165,
                .same_key = 150,
                .pauses = 30,
                .commands = 30,
                .mistakes = 8,
                .slips = 1,
                .late = 5},
    TypistModel{.name = "slow",
                .interval = {80, 120, 190, 240, 310, 410, 540, 1000, 1800, 3000},
                .dwell = {55, 80, 110, 130, 155, 185, 220, 310, 400, 550},
                .pause = {500, 600, 800, 1000, 1400, 2000, 3000, 5000, 7000, 8000},
                .before_shift = {120, 160, 240, 300, 400, 550, 750, 1400, 2000, 3000},
                .before_command = {300, 400, 600, 800, 1200, 1600, 2200, 4000, 5000, 6000},
                .lead = {60, 90, 140, 180, 240, 330, 450, 800, 1200, 1500},
                .lag = {10, 20, 45, 70, 110, 160, 220, 350, 450, 500},
                .same_hand = 105,
                .same_finger = 115,
                .same_key = 80,
                .pauses = 60,
                .commands = 30,
                .mistakes = 15,
                .slips = 2,
                .late = 5},
    TypistModel{.name = "sloppy",
                .interval = {15, 30, 70, 105, 155, 220, 320, 650, 1200, 2000},
                .dwell = {30, 45, 75, 95, 125, 160, 205, 340, 480, 700},
                .pause = {300, 350, 450, 650, 1000, 1500, 2200, 4000, 5000, 6000},
                .before_shift = {40, 60, 110, 160, 230, 320, 450, 900, 1400, 2000},
                .before_command = {150, 200, 350, 500, 800, 1100, 1600, 3000, 4000, 5000},
                .lead = {15, 30, 70, 100, 150, 220, 320, 600, 900, 1200},
                .lag = {2, 5, 18, 35, 70, 120, 180, 320, 450, 500},
                .same_hand = 108,
                .same_finger = 140,
                .same_key = 110,
                .pauses = 60,
                .commands = 30,
                .mistakes = 30,
                .slips = 6,
                .late = 10},
};

/// What a press is meant as.
enum class Meant : std::uint8_t {
  letter,    ///< Of the text.
  other,     ///< A digit, a sign, a blank, a correction.
  modifier,  ///< Of a chord.
  target,    ///< The key of a chord.
};

/// One press and the release that ends it.
struct Press {
  hid::Usage key{};
  Time down = 0;
  Time up = 0;
  Meant meant = Meant::other;
  std::uint32_t chord = 0;  ///< Of a modifier and a target: which chord, from 0.
};

/// What somebody types.
struct Typing {
  std::vector<Press> presses;  ///< In their order.
  std::uint32_t chords = 0;

  /// Both changes of each press, in their order.
  [[nodiscard]] std::vector<engine::KeyEvent> keys() const {
    std::vector<engine::KeyEvent> keys;
    for (const Press& press : presses) {
      keys.push_back({press.key, true, press.down});
      keys.push_back({press.key, false, press.up});
    }
    std::ranges::stable_sort(keys, {}, &engine::KeyEvent::time);
    return keys;
  }
};

/// The number of the thumbs for finger_of().
inline constexpr unsigned kThumb = 4;

/// The finger for a key, as touch typists are taught: 0 to 3 of the left hand, the little one
/// first, 4 a thumb, 5 to 8 of the right hand.
constexpr unsigned finger_of(hid::Usage key) {
  // HID Usage Tables, "Keyboard/Keypad Page", from 04 on: a to z, 1 to 0, Enter to Space, signs.
  constexpr std::string_view kFingers =
      "03222335656755780313531150"
      "0123355678"
      "80804"
      "888888880678";
  const std::size_t at = hid::id(key) - 4U;
  if (at < kFingers.size()) return static_cast<unsigned>(kFingers[at] - '0');
  return hid::id(key) == 0x64 ? 0 : 8;  // the sign beside the left Shift; arrows
}

/// Types a text as a model says, the same for the same seed. What is drawn is drawn in an order
/// that the language fixes.
class TypingHands {
 public:
  TypingHands(const TypistModel& model, const hid::Layout& layout, std::uint32_t seed)
      : model_(model), layout_(layout), random_(seed) {}

  /// The keys for `text`, of characters that the layout types with Shift or without, and commands
  /// between its words. Once.
  Typing type(std::u32string_view text) {
    for (std::size_t at = 0; at < text.size();) {
      Time pause = 0;
      if (at > 0 && is_blank(text[at - 1]) && !is_blank(text[at])) {
        if (chance(model_.commands)) command();
        if (chance(model_.pauses)) pause = draw(model_.pause);
      }
      at += is_shifted(text[at]) ? shifted(text.substr(at), pause) : plain(text[at], pause);
    }
    return std::move(typing_);
  }

 private:
  static constexpr Time kGap = 8;        ///< A finger is up for so long before it goes down again.
  static constexpr Time kShortest = 15;  ///< And down for so long.

  static constexpr std::uint8_t kRightArrow = 0x4F;  ///< The left one follows it.

  struct Command {
    hid::Modifiers mods;
    char32_t key;  ///< Or 0: one of these arrows.
  };
  static constexpr std::array<Command, 18> kCommands = {{
      {hid::kLCtrl, U'c'},
      {hid::kLCtrl, U'v'},
      {hid::kLCtrl, U'x'},
      {hid::kLCtrl, U's'},
      {hid::kLCtrl, U'z'},
      {hid::kLCtrl, U'a'},
      {hid::kLCtrl, U't'},
      {hid::kLCtrl, U'f'},
      {hid::kLCtrl, U'n'},
      {hid::kLCtrl, U'l'},
      {hid::kLCtrl, U'k'},
      {hid::kLGui, U'l'},
      {hid::kLAlt, U'd'},
      {hid::kLCtrl | hid::kLShift, U't'},
      {hid::kLCtrl | hid::kLShift, U'p'},
      {hid::kLCtrl | hid::kLShift, 0},
      {hid::kLCtrl, 0},
      {hid::kLShift, 0},
  }};

  static constexpr bool is_blank(char32_t c) { return c == U' ' || c == U'\n' || c == U'\t'; }
  /// Whether `c` is a letter of the texts, in which all that is not ASCII is one.
  static constexpr bool is_letter(char32_t c) {
    return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z') || c >= 0x80;
  }
  static constexpr bool is_left(hid::Usage key) { return finger_of(key) < kThumb; }

  std::uint32_t below(std::uint32_t limit) {
    return static_cast<std::uint32_t>(std::uint64_t{random_()} * limit >> 32U);
  }
  bool chance(std::uint32_t of_1000) { return below(1000) < of_1000; }
  Time draw(const Times& times) {
    const std::uint32_t share = below(1'000'000);
    std::size_t i = 1;
    while (share >= kShares[i] * 1000) ++i;
    const std::uint64_t width = (kShares[i] - kShares[i - 1]) * 1000;
    const std::uint64_t into = share - kShares[i - 1] * 1000;
    return times[i - 1] + static_cast<Time>((times[i] - times[i - 1]) * into / width);
  }

  [[nodiscard]] hid::Stroke stroke_of(char32_t c) const { return layout_.strokes(c).stroke[0]; }
  [[nodiscard]] hid::Usage key_of(char32_t c) const {
    return hid::keyboard_usage(stroke_of(c).usage);
  }
  [[nodiscard]] bool is_shifted(char32_t c) const { return stroke_of(c).mods != 0; }

  /// From the last press to that of `key`.
  Time interval_to(hid::Usage key) {
    const unsigned finger = finger_of(key);
    const unsigned before = finger_of(last_);
    std::uint32_t percent = 100;
    if (key == last_) {
      percent = model_.same_key;
    } else if (finger == before) {
      percent = model_.same_finger;
    } else if (finger != kThumb && before != kThumb && is_left(key) == is_left(last_)) {
      percent = model_.same_hand;
    }
    return draw(model_.interval) * percent / 100;
  }

  /// `key` goes down at `time`, or as soon as its finger and the modifiers of the last chord are
  /// up. Returns which press it is.
  std::size_t press(hid::Usage key, Time time, Meant meant) {
    if (meant == Meant::letter || meant == Meant::other) time = std::max(time, free_);
    for (std::size_t i = first_near(); i < typing_.presses.size(); ++i) {
      const Press& other = typing_.presses[i];
      if (finger_of(other.key) != finger_of(key) || other.up + kGap <= time) continue;
      lift(i, std::max(other.down + kShortest, time - kGap));
      time = std::max(time, other.up + kGap);
    }
    const Time up = time + draw(model_.dwell);
    roll(time, up);
    typing_.presses.push_back({key, time, up, meant, typing_.chords});
    now_ = time;
    last_ = key;
    return typing_.presses.size() - 1;
  }

  /// The first press that may not be up yet.
  [[nodiscard]] std::size_t first_near() const {
    return typing_.presses.size() - std::min<std::size_t>(typing_.presses.size(), 8);
  }

  /// Press number `which` ends at `time` already, and so do those before it that would end first.
  void lift(std::size_t which, Time time) {
    std::vector<Press>& all = typing_.presses;
    for (std::size_t i = first_near(); i < which; ++i) {
      if (all[i].meant != Meant::modifier && all[i].up <= all[which].up) {
        all[i].up = std::min(all[i].up, time);
      }
    }
    all[which].up = time;
  }

  /// The next key goes down at `down` and up at `up`. Keys that are still down then go up in their
  /// order, but for a few.
  void roll(Time down, Time up) {
    std::vector<Press>& all = typing_.presses;
    Time from = down;
    for (std::size_t i = first_near(); i < all.size(); ++i) {
      if (all[i].meant == Meant::modifier || all[i].up <= down) continue;
      const bool last = i + 1 == all.size();
      if (last && chance(model_.late)) {
        all[i].up = up + 1 + below(up - down);
      } else if (last || all[i].up <= all[i + 1].up) {
        if (all[i].up >= up) all[i].up = from + below(up - from);
        from = all[i].up = std::max(all[i].up, from);
      }
    }
  }

  /// Types `c`, which takes no Shift, perhaps not at the first attempt. Returns 1 character.
  std::size_t plain(char32_t c, Time pause) {
    const hid::Usage key = key_of(c);
    const Meant meant = is_letter(c) ? Meant::letter : Meant::other;
    if (meant == Meant::letter && chance(model_.mistakes)) {
      const Time time = now_ + interval_to(key) + pause;
      press(neighbour_of(key), time, meant);
      take_back();
      pause = 0;
    }
    press(key, now_ + interval_to(key) + pause, meant);
    if (meant == Meant::letter && chance(model_.slips)) {
      const Time time = now_ + 1 + below(20);
      press(neighbour_of(key), time, meant);
      take_back();
    }
    return 1;
  }

  /// The last character was wrong.
  void take_back() { press(hid::kBackspace, now_ + 2 * draw(model_.interval), Meant::other); }

  /// Another letter of the same hand, and of another finger.
  hid::Usage neighbour_of(hid::Usage key) {
    for (;;) {
      const auto other = hid::keyboard_usage(static_cast<std::uint8_t>(4 + below(26)));
      if (is_left(other) == is_left(key) && finger_of(other) != finger_of(key)) return other;
    }
  }

  /// The key of the home row that is `modifier` when it is held.
  static hid::Usage home_key(hid::Modifiers modifier, bool left) {
    // Ctrl, Shift, Alt, GUI: f, d, s, a; j, k, l and the key beside it.
    constexpr std::array<std::uint8_t, 4> kLeft = {0x09, 0x07, 0x16, 0x04};
    constexpr std::array<std::uint8_t, 4> kRight = {0x0D, 0x0E, 0x0F, 0x33};
    std::size_t bit = 0;
    while ((modifier >> bit & 1U) == 0) ++bit;
    return hid::keyboard_usage((left ? kLeft : kRight)[bit]);
  }

  /// The characters at the beginning of `text` that one hand types with Shift: the other one holds
  /// it meanwhile. Returns how many.
  std::size_t shifted(std::u32string_view text, Time pause) {
    const bool left = is_left(key_of(text[0]));
    const std::size_t shift =
        press(home_key(hid::kLShift, !left),
              std::max(free_, now_ + draw(model_.before_shift) + pause), Meant::modifier);
    std::size_t count = 0;
    std::size_t key = 0;
    while (count < text.size() && is_shifted(text[count]) && is_left(key_of(text[count])) == left) {
      const hid::Usage next = key_of(text[count]);
      key = press(next, now_ + (count == 0 ? draw(model_.lead) : interval_to(next)), Meant::target);
      ++count;
    }
    let_go(shift, key);
    ++typing_.chords;
    return count;
  }

  /// A modifier or two and a key, which types nothing.
  void command() {
    const Command& what = kCommands[below(kCommands.size())];
    const auto arrow = static_cast<std::uint8_t>(kRightArrow + below(2));
    const hid::Usage key = what.key == 0 ? hid::keyboard_usage(arrow) : key_of(what.key);
    Time time = std::max(free_, now_ + draw(model_.before_command));
    const std::size_t first = typing_.presses.size();
    for (unsigned bit = 0; bit < 4; ++bit) {
      const auto mod = static_cast<hid::Modifiers>(what.mods & (1U << bit));
      if (mod == 0) continue;
      press(home_key(mod, !is_left(key)), time, Meant::modifier);
      time = now_ + draw(model_.lead) / 4;
    }
    const std::size_t target = press(key, now_ + draw(model_.lead), Meant::target);
    for (std::size_t i = first; i < target; ++i) let_go(i, target);
    ++typing_.chords;
  }

  /// The modifier goes up after the key.
  void let_go(std::size_t modifier, std::size_t key) {
    typing_.presses[modifier].up = typing_.presses[key].up + draw(model_.lag);
    free_ = std::max(free_, typing_.presses[modifier].up + kGap);
  }

  const TypistModel& model_;
  const hid::Layout& layout_;
  std::mt19937 random_;
  Typing typing_;
  Time now_ = 1000;                ///< When the last key went down.
  Time free_ = 0;                  ///< From when on no modifier is held.
  hid::Usage last_ = hid::kSpace;  ///< The key that went down last.
};

}  // namespace pianola::test
