#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/key_event.hpp"
#include "hid/usage.hpp"

namespace pianola::test {

/// What happens to a device at a time, in ms.
struct Happening {
  enum class Kind : std::uint8_t { key, cancel, reload, disconnect, caps_lock };
  Kind kind = Kind::key;
  std::uint32_t time = 0;
  hid::Usage key{};
  bool down = false;
};

/// Writes random macros that run at the same time and get into each other's way, and random things
/// that happen to them; the same ones for the same seed.
///
/// F1 to F8 and `a` to `d` are bound or typed; w to z are only pressed by the user. Both Shift keys
/// are pressed only to cancel: as the leader they would take a key.
class ScenarioGenerator {
 public:
  explicit ScenarioGenerator(std::uint32_t seed) : random_(seed) {}

  /// A macros.txt without errors.
  std::string program() {
    out_.clear();
    lasting_ = replays_ = false;
    settings();
    out_ += "var g\nvar h = 2\n";
    for (unsigned i = 0; i < kMacros; ++i) {
      out_ += "macro m" + std::to_string(i) + " {";
      body(2, i + 1, true);
      out_ += " }\n";
    }
    for (unsigned i = 1; i <= 5; ++i) {
      out_ += "F" + std::to_string(i) +
              pick({"", "", " (again: stop)", " (again: restart)", " (again: parallel)",
                    " (typing: safe)", " (typing: 2ms)"}) +
              " {";
      body(3, 0, false);
      out_ += " }\n";
    }
    out_ += pick({"F6 = LSHIFT\n", "F6 = b / LCTRL\n", "F6 = b / layer nav\n", "F6 = ctrl+b\n",
                  "F6 = '!'\n", "F6 = ctrl+c / LSHIFT\n", "F6 = oneshot LSHIFT\n",
                  "F6 = b / oneshot layer nav\n", "F6 = layer nav\n", "F6 = b / layer nav\n"});
    out_ += "d" +
            pick({"", " (hold: 10ms)", " (dual: press)", " (idle: 20ms)", " (quick: 30ms)",
                  " (retro: on)", " (with: \"wx\")", " (typing: safe)", " (hands: off)"}) +
            pick({" = d / LALT\n", " = d / layer nav\n", " = ctrl+d\n", " = oneshot LCTRL\n"});
    toggling_remap();
    out_ += pick({"", "a & b { tap c }\n", "a & b & F8 = LSHIFT\na & b (slow: on) = c\n",
                  "ctrl+a & b (chord: 5ms) { hold c }\na & b & d { tap c }\n",
                  "dance a { tap { tap c } double { hold d } triple { \"x\" } }\n",
                  "dance b (double: 20ms) { hold { hold LCTRL } double { tap d } }\n",
                  "hold F7 { tap d }\n", "tap F7 { tap d }\n", "double a { tap d }\n",
                  "shift+any+a = b\n", "ctrl+any+b { tap c }\nctrl+alt+any+b = d\n"});
    out_ += pick({"", "leader a { tap d }\n", "leader a b { tap d }\nleader a { tap c }\n",
                  "\"ab\" { \"cd\" }\n", "on layer nav { tap d }\n"});
    out_ += "layer nav" + pick({"", "", " (ctrl)", " (shift+alt)"}) +
            " { c = d   F8 { wait 3ms tap a } }\n";
    return out_;
  }

  /// What happens with them: up to `most` key events and now and then something worse. All keys are
  /// up at the end.
  std::vector<Happening> happenings(unsigned most) {
    static constexpr std::uint8_t kKeys[] = {0x3A, 0x3B, 0x3C, 0x3D, 0x3E, 0x3F, 0x40, 0x41, 0x04,
                                             0x05, 0x1A, 0x1B, 0x1C, 0x1D, 0xE1, 0xE2, 0xE0, 0xE3};
    std::vector<Happening> all;
    std::vector<hid::Usage> down;
    std::uint32_t time = 0;
    for (unsigned i = 1 + below(most); i > 0; --i) {
      time += chance(4) ? below(60) : below(6);
      if (chance(40)) {
        all.push_back({static_cast<Happening::Kind>(1 + below(4)), time, {}, false});
        continue;
      }
      if (chance(60)) {
        for (const std::uint8_t key : {0xE1, 0xE5, 0x29}) {
          toggle(all, down, hid::keyboard_usage(key), time, true);
        }
        continue;
      }
      toggle(all, down, hid::keyboard_usage(kKeys[below(sizeof kKeys)]), time, false);
    }
    while (!down.empty()) {
      time += below(20);
      toggle(all, down, down[below(static_cast<unsigned>(down.size()))], time, false);
    }
    return all;
  }

  /// Whether the last program may leave something on when it is over (toggle, oneshot, a layer).
  [[nodiscard]] bool lasting() const { return lasting_; }
  /// Whether it may type what the user typed.
  [[nodiscard]] bool replays() const { return replays_; }

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }

 private:
  static constexpr unsigned kMacros = 3;

  bool chance(unsigned one_in) { return below(one_in) == 0; }
  std::string pick(std::initializer_list<std::string_view> choices) {
    return std::string{choices.begin()[below(static_cast<unsigned>(choices.size()))]};
  }
  std::string number(unsigned least, unsigned most) {
    return std::to_string(least + below(most - least + 1));
  }
  std::string ms() { return number(1, 25) + "ms"; }

  static void toggle(std::vector<Happening>& all, std::vector<hid::Usage>& down, hid::Usage key,
                     std::uint32_t time, bool only_down) {
    const auto found = std::find(down.begin(), down.end(), key);
    if (found == down.end()) {
      all.push_back({Happening::Kind::key, time, key, true});
      down.push_back(key);
    } else if (!only_down) {
      all.push_back({Happening::Kind::key, time, key, false});
      down.erase(found);
    }
  }

  void settings() {
    out_ += "set hold = 20ms\nset double = 30ms\nset chord = 4ms\n";
    out_ += pick({"", "", "set dual = press\n", "set dual = timeout\n", "set rolls = 5ms\n"});
    out_ += pick({"", "", "", "set typing = safe\n", "set tap = 3ms\n"});
    out_ += pick({"", "", "", "set busy = mix\n", "set autoshift = 12ms\n"});
  }

  /// Now and then a key that leaves something on.
  void toggling_remap() {
    if (!chance(4)) return;
    lasting_ = true;
    out_ += pick({"c = layer toggle nav\n", "c = toggle LSHIFT\n", "c = b / toggle ctrl+d\n",
                  "c = toggle d / layer nav\n", "c = layer toggle nav / layer toggle nav\n",
                  "c = capsword\n", "c = repeatkey / capsword\n", "c = b / repeatkey\n"});
    replays_ = replays_ || out_.find("repeatkey") != std::string::npos;
  }

  /// Statements; macros from number `callable` on may be called.
  void body(unsigned depth, unsigned callable, bool called) {
    for (unsigned i = 1 + below(depth + 1); i > 0; --i) {
      out_ += ' ';
      if (depth > 0 && chance(3)) {
        block(depth - 1, callable, called);
      } else {
        statement(callable, called);
      }
    }
  }

  std::string condition() {
    return pick({"held", "released", "interrupted", "held(a)", "mods(shift)", "layer(nav)",
                 "led(caps)", "g == h", "g > 1 and h > 1", "not held or g == 3", "running(m0) > 0",
                 "pending > 0", "double", "elapsed > 10", "recording", "random(2) == 0", "last(a)",
                 "last(letter)"});
  }
  /// One that `wait until` can wait for.
  std::string awaited() {
    return pick({"released", "held(a)", "not held(a)", "mods(shift)", "layer(nav)", "led(caps)",
                 "g == h", "g >= 2 and not held", "running(m0) == 0", "pending == 0", "interrupted",
                 "elapsed >= 30", "held(b) or elapsed >= 15", "not recording", "last(b)"});
  }

  void statement(unsigned callable, bool called) {
    switch (below(34)) {
      case 0:
      case 1:
        out_ += "\"" + pick({"ab", "aab", "Ab", "c", "${g}"}) + "\"";
        return;
      case 2:
      case 3:
        out_ += pick({"tap a", "tap b, c", "ctrl+c", "shift+d", "CAPSLOCK", "^A"});
        return;
      case 4:
        out_ += "press " + pick({"a", "LSHIFT", "b", "RALT", "c, LCTRL", "mouse left"});
        return;
      case 5:
        out_ += "release " + pick({"a", "LSHIFT", "all"});
        return;
      case 6:
        out_ += "hold " + pick({"c", "LGUI", "ctrl+d"});
        return;
      case 7:
        out_ += pick({"[02:04]", "[00:]", "[01:05,06]"});
        return;
      case 8:
      case 9:
      case 10:
        out_ += "wait " + ms();
        return;
      case 11:
        out_ += pick({"wait release", "wait release max 30ms", "wait key max 20ms"});
        return;
      case 12:
      case 13:
      case 14:
        out_ += "wait until " + awaited() + pick({"", " max 40ms", " max 15ms"});
        return;
      case 15:
        out_ += "yield";
        return;
      case 16:
      case 17:
        out_ += pick({"g = g + 1", "h = h - 1", "g = 0", "h = g * 2", "g = 10 / h", "h = g % 3"});
        return;
      case 18:
      case 19:
        if (callable < kMacros) {
          out_ += pick({"call m", "fork m"}) + number(callable, kMacros - 1);
        } else {
          out_ += "wait " + ms();
        }
        return;
      case 20:
        out_ += pick({"stop m0", "stop m1", "stop m2", "stop others", "stop all", "exit"});
        return;
      case 21:
        out_ += "layer hold nav";
        return;
      case 22:
        lasting_ = true;
        out_ += pick({"layer on nav", "layer off nav", "layer toggle nav", "toggle d",
                      "oneshot LCTRL", "toggle mouse right", "capsword"});
        return;
      case 23:
        out_ += pick({"click left", "move 3 -2", "scroll 1", "move (g) (h)", "move 40000 0"});
        return;
      case 24:
        replays_ = true;
        out_ += pick({"record r", "record r timed", "record stop", "play r", "record q", "play q",
                      "repeatkey"});
        return;
      case 25:
        // What a called macro leaves down is its caller's.
        out_ += called ? pick({"press b", "press LALT"}) : "wait (g)";
        return;
      default:
        out_ += "wait " + ms() + " tap d";
        return;
    }
  }

  void nested(unsigned depth, unsigned callable, bool called) {
    out_ += " {";
    body(depth, callable, called);
    out_ += " }";
  }

  void block(unsigned depth, unsigned callable, bool called) {
    switch (below(9)) {
      case 0:
      case 1:
        out_ += "if " + condition();
        nested(depth, callable, called);
        if (chance(2)) {
          out_ += " else";
          nested(depth, callable, called);
        }
        return;
      case 2:
        out_ += "repeat " + number(0, 3);
        nested(depth, callable, called);
        return;
      case 3:
        out_ += "while " + pick({"held", "g < 3", "held(a)"}) + " { g = g + 1 wait 3ms";
        if (chance(3)) out_ += pick({" break", " if h > 1 { continue }"});
        nested_rest(depth, callable, called);
        return;
      case 4:
        out_ += "loop { wait 2ms h = h + 1 if h > 4 { break }";
        nested_rest(depth, callable, called);
        return;
      case 5:
        out_ += "without mods";
        nested(depth, callable, called);
        return;
      case 6:
        out_ += "defer {" + pick({"", " wait 5ms", " send next"});
        nested_rest(depth, callable, called);
        return;
      case 7:
        out_ += "match next within " + ms() + pick({"", " any order", " keep"}) + " { a";
        nested(depth, callable, called);
        out_ += pick({" a b { tap c }", " b { exit }", " shift+a { tap d }"});
        if (chance(2)) {
          out_ += " else";
          nested(depth, callable, called);
        }
        out_ += " }";
        return;
      default: {
        const std::string label = "over" + std::to_string(++labels_);
        out_ += "if g > 100 { goto " + label + " }";
        body(depth, callable, called);
        out_ += " label " + label;
        return;
      }
    }
  }
  void nested_rest(unsigned depth, unsigned callable, bool called) {
    body(depth, callable, called);
    out_ += " }";
  }

  std::mt19937 random_;
  std::string out_;
  unsigned labels_ = 0;
  bool lasting_ = false;
  bool replays_ = false;
};

}  // namespace pianola::test
