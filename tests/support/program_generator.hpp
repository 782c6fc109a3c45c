#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace pianola::test {

/// Writes random but right programs in the language of macros.txt, the same ones for the same seed.
class ProgramGenerator {
 public:
  explicit ProgramGenerator(std::uint32_t seed) : random_(seed) {}

  std::string program() {
    text_.clear();
    block_locals_.clear();
    loops_ = defers_ = labels_ = 0;
    choose_names();
    settings();
    for (const std::string& name : globals_) {
      line(maybe("private ") + "var " + name + pick({"", " = 0", " = 7", " = -2147483648"}));
    }
    named_texts();
    used_.clear();
    for (unsigned i = below(12); i > 0; --i) definition();
    for (std::size_t i = 0; i < macros_.size(); ++i) macro(i);
    for (const std::string& name : layers_) layer(name);
    if (chance(3)) text_ += pick({"# the end", "   ", "\n\n# the end\n"});
    return text_;
  }

 private:
  struct Macro {
    std::string name;
    unsigned parameters;
  };

  // ---- Choosing ----

  unsigned below(unsigned limit) { return static_cast<unsigned>(random_() % limit); }
  bool chance(unsigned one_in) { return below(one_in) == 0; }
  std::string pick(std::initializer_list<std::string_view> choices) {
    return std::string{choices.begin()[below(static_cast<unsigned>(choices.size()))]};
  }
  std::string maybe(std::string_view text) { return chance(4) ? std::string{text} : ""; }
  std::string space() {
    return pick({" ", " ", "  ", "\n      ", "\r\n     ", "\t", " # why not\n\t"});
  }

  void line(const std::string& text) {
    text_ += text + pick({"\n", "\n", "\r\n", "   # a comment\n", "\n\n# above\n"});
  }

  void choose_names() {
    // Some look like the decompiler's own names for parameters, or like keys.
    std::vector<std::string> names = {
        "p0",   "p1",       "pp0",       "pp1",   "x",     "count",
        "F1",   "sign",     "_a_b9",     "nav",   "ENTER", "abcdefghijklmnopqrstuvwxyz12345",
        "last", "capsword", "repeatkey", "letter"};
    std::shuffle(names.begin(), names.end(), random_);
    globals_.assign(names.begin(), names.begin() + below(6));
    std::shuffle(names.begin(), names.end(), random_);
    macros_.clear();
    for (unsigned i = below(5); i > 0; --i) {
      macros_.push_back({names[i], chance(3) ? 0 : below(9)});
    }
    std::shuffle(names.begin(), names.end(), random_);
    layers_.assign(names.begin(), names.begin() + below(3));
  }

  // ---- Declarations ----

  void settings() {
    if (chance(2)) line("set layout = " + pick({"uk", "us", "UK", "gb"}));
    if (chance(3)) line("set typing = " + pick({"fast", "safe", "0", "20ms", "1.5s"}));
    if (chance(3)) line("set tap = " + pick({"0", "20ms", "1min"}));
    if (chance(3)) line("set neutral = " + pick({"LCTRL", "F13", "KC_A", "RShift"}));
    if (chance(4)) line("set hold = " + pick({"150ms", "1s"}));
    if (chance(4)) line("set dual = " + pick({"release", "press", "timeout"}));
    if (chance(4)) line("set pause = " + pick({"0", "3ms"}));
    if (chance(4)) line("set rolls = " + pick({"0", "30ms"}));
    if (chance(4)) line("set double = 300ms");
    if (chance(4)) line("set chord = 50ms");
    if (chance(4)) line("set autoshift = " + pick({"off", "180ms"}));
    if (chance(4)) line("set leader = " + pick({"shifts", "F24", "CAPSLOCK"}));
    if (chance(4)) line("set trigger = " + pick({"direct", "leader"}));
    if (chance(4)) {
      line("set unicode = " + pick({"off", "linux", "windows", "macos", "wincompose"}));
    }
    if (chance(4)) line("set drive = " + pick({"ejected", "hidden"}));
    if (chance(4)) line("set autolock = " + pick({"off", "10min"}));
    if (chance(4)) line("set busy = " + pick({"queue", "mix"}));
    if (chance(4)) line("set capsword_time = " + pick({"off", "3s"}));
    if (chance(4)) line("set idle = " + pick({"off", "150ms"}));
    if (chance(4)) line("set quick = " + pick({"off", "150ms"}));
    if (chance(4)) line("set retro = " + pick({"off", "on"}));
    if (chance(4)) line("set slow = " + pick({"off", "on"}));
    if (chance(4)) line("set hands = " + pick({"off", "on"}));
    if (chance(4)) line("set left_hand = " + pick({"\"qwert\"", "\"a\\\"$\""}));
    if (chance(4)) line("set right_hand = " + pick({"\"poiuy\"", "\"\\\\;'\""}));
  }

  /// Texts with names, each of which may stand in those after it.
  void named_texts() {
    texts_.clear();
    for (unsigned i = below(4); i > 0; --i) {
      std::string out = maybe("private ") + "text t" + std::to_string(i) + pick({" = ", "="});
      std::string part = "\"" + characters();
      while ((!texts_.empty() || !globals_.empty()) && chance(2)) {
        part += "${" + text_or_variable() + "}" + characters();
      }
      line(out + (chance(6) ? "\"\"\"\n  a\n    b\n  \"\"\"" : part + "\""));
      texts_.push_back("t" + std::to_string(i));
    }
  }

  std::string text_or_variable() {
    const auto pick_of = [this](const std::vector<std::string>& names) {
      return names[below(static_cast<unsigned>(names.size()))];
    };
    if (!texts_.empty() && (globals_.empty() || chance(2))) return pick_of(texts_);
    return pick_of(globals_);
  }

  std::string visibility() { return pick({"", "", "", "public ", "private ", "[private] "}); }

  void definition() {
    locals_.clear();
    labels_ = 0;
    switch (below(8)) {
      case 0:
      case 1:
        remap();
        break;
      case 3:
        dance();
        break;
      case 2:
        line("define " + trigger() + "\n  type " + text() +
             "\n  report mod=0x01 keys=0x06,25\nend");
        break;
      default:
        binding();
    }
  }

  /// A key's, perhaps with tap and hold.
  void remap() {
    if (chance(3)) {
      return line(visibility() + key_trigger("") + key_options() + " = " + target() +
                  pick({" / ", "/"}) + target());
    }
    if (chance(5)) {
      return line(visibility() + unused([&] { return keys_together(); }) +
                  pick({"", " (chord: 9ms)", " (slow: on, idle: off)"}) + " = " + target());
    }
    line(visibility() + key_trigger(pick({"", "", "double ", "hold ", "tap ", "leader "})) + " = " +
         pick({"none", target(), target()}));
  }

  /// What a remap does.
  std::string target() {
    if (chance(8)) return pick({"capsword", "repeatkey"});
    if (layers_.empty() || chance(2)) return pick({"", "", "oneshot ", "toggle "}) + operand();
    return pick({"layer ", "oneshot layer ", "layer toggle "}) +
           layers_[below(static_cast<unsigned>(layers_.size()))];
  }

  /// Options of a key that is tapped or held, perhaps.
  std::string key_options() {
    if (!chance(3)) return "";
    return " (" +
           pick({"hold: 300ms", "dual: press, rolls: 30ms", "idle: off, quick: 90ms",
                 "retro: on, hands: off", "with: \"hjkl\"", "typing: safe, hold: 1s",
                 "hands: on, retro: off, dual: timeout", "pause: 3ms, layout: us"}) +
           ")";
  }

  void binding() {
    locals_.clear();
    labels_ = 0;
    std::string options;
    if (chance(4)) {
      options = " (" +
                pick({"again: ignore", "typing: 20ms", "typing: safe, layout: de",
                      "layout: dvorak, again: ignore", "again: stop", "again: restart",
                      "again: parallel, typing: safe", "typing: safe, pause: 5ms", "pause: 0"}) +
                ")";
    }
    const std::string what = trigger();
    if (what.find(" & ") != std::string::npos && chance(2)) {
      options = pick({" (chord: 90ms)", " (slow: on)", " (slow: off, chord: 9ms, idle: 1s)"});
    }
    line(visibility() + what + options + space() + body(0));
  }

  void macro(std::size_t index) {
    const Macro& macro = macros_[index];
    locals_.clear();
    labels_ = 0;
    for (unsigned i = 0; i < macro.parameters; ++i) {
      locals_.push_back(pick({"p", "a", "who", "q"}) + std::to_string(i));
    }
    std::string head = visibility() + "macro " + macro.name;
    if (macro.parameters > 0 || chance(2)) {
      head += "(";
      for (const std::string& name : locals_) head += (&name == locals_.data() ? "" : ", ") + name;
      head += ")";
    }
    line(head + space() + body(0));
  }

  void layer(const std::string& name) {
    const std::string mods = pick({"", "", "", " (ctrl)", " (lalt+rshift)", " (gui+rctrl+shift)"});
    line(visibility() + "layer " + name + mods + " {");
    used_.clear();
    for (unsigned i = below(6); i > 0; --i) {
      text_ += "  ";
      switch (below(5)) {
        case 0:
          dance();
          break;
        case 1:
        case 2:
          remap();
          break;
        default:
          binding();
          break;
      }
    }
    line("}");
  }

  /// Any trigger that differs from all before it in this layer.
  std::string trigger() {
    switch (below(12)) {
      case 0:
        return "\"" + pick({"brb ", "é", "x\\\"", "->", "a"}) + std::to_string(serial_++) + "\"";
      case 1:
        return unused([&] { return "M" + std::to_string(below(128)); });
      case 2: {
        std::vector<std::string> events = {"on start", "on lock", "on unlock", "on capslock"};
        for (const std::string& name : layers_) events.push_back("on layer " + name);
        const std::string event = events[below(static_cast<unsigned>(events.size()))];
        if (std::ranges::find(used_, event) != used_.end()) break;
        used_.push_back(event);
        return event;
      }
      case 3: {
        const std::string keys = keys_together();
        if (std::ranges::find(used_, keys) != used_.end()) break;
        used_.push_back(keys);
        return keys;
      }
      case 4: {
        std::string keys = "leader " + pick({"", "", "ctrl+", "rshift+any+"});
        keys += static_cast<char>('a' + below(26));
        for (unsigned i = 1 + below(7); i > 0; --i) {
          keys += " " + pick({"a", "x", "7", "F3", "'='", "'&'", "SPACE", "0x05", "c"});
        }
        if (std::ranges::find(used_, keys) != used_.end()) break;
        used_.push_back(keys);
        return keys;
      }
      default:
        break;
    }
    return key_trigger(pick({"", "", "", "double ", "hold ", "tap ", "leader "}));
  }

  /// Two to five keys, the least first.
  std::string keys_together() {
    unsigned number = 1 + below(12);
    std::string keys = pick({"", "", "", "ctrl+", "lshift+any+", "alt+rctrl+"});
    keys += "F" + std::to_string(number);
    for (unsigned i = 1 + below(4); i > 0; --i) {
      number += 1 + below(3);
      keys += " & F" + std::to_string(number);
    }
    return keys;
  }

  /// A dance of a key that has no other trigger.
  void dance() {
    std::string out = visibility() + "dance " + pick({"", "", "ctrl+", "ralt+any+"});
    out += unused([&] { return "kp_" + std::to_string(2 + below(8)); });
    out += pick({"", "", " (double: 90ms)", " (typing: safe, again: stop)"}) + " {";
    std::vector<std::string> clauses = {"tap", "hold", "double", "double hold", "triple"};
    for (unsigned i = 1 + below(4); i > 0; --i) {
      locals_.clear();
      labels_ = 0;
      const auto which = clauses.begin() + below(static_cast<unsigned>(clauses.size()));
      out += pick({" ", "\n  "}) + *which + space() + body(0);
      clauses.erase(which);
    }
    line(out + pick({" }", "\n}"}));
  }

  template <typename Make>
  std::string unused(Make make) {
    for (;;) {
      const std::string text = make();
      if (std::ranges::find(used_, text) != used_.end()) continue;
      used_.push_back(text);
      return text;
    }
  }

  /// A trigger of one key. Each key is named in one way only, so that no two of them can be the
  /// same key; bare keys and leader keys may be the same by a setting, so they are kept apart.
  std::string key_trigger(const std::string& prefix) {
    for (;;) {
      std::string mods =
          prefix.empty() || chance(4)
              ? pick({"", "", "", "ctrl+", "shift+", "ctrl+shift+", "lctrl+", "ralt+", "alt+lgui+",
                      "rshift+gui+", "shift+any+", "ralt+ctrl+any+"})
              : "";
      const unsigned kind = below(4);
      std::string key = kind == 0   ? std::string(1, static_cast<char>('a' + below(26)))
                        : kind == 1 ? "F" + std::to_string(1 + below(24))
                        : kind == 2 ? std::to_string(below(10))
                                    : pick({"-", "'='", "';'", "'''", "','", ".", "'/'", "ENTER",
                                            "pgdn", "KC_TAB", "0xDE", "Insert", "VOLUME_UP", "' '",
                                            "kp_1", "0x1234", "mouse back", "mouse 8"});
      const std::string apart = (prefix == "leader " ? "" : prefix) + mods + key;
      if (std::ranges::find(used_, apart) != used_.end()) continue;
      used_.push_back(apart);
      return prefix + mods + key;
    }
  }

  // ---- Statements ----

  /// Statements between braces; the locals in them end with them.
  std::string body(unsigned depth) {
    const std::size_t locals = locals_.size();
    block_locals_.push_back(locals);
    std::string out = "{";
    for (unsigned i = below(depth == 0 ? 9 : 4); i > 0; --i) out += space() + statement(depth);
    if (depth == 0 && chance(6)) out += space() + "label top" + space() + "goto top";
    locals_.resize(locals);
    block_locals_.pop_back();
    return out + space() + "}";
  }

  std::string operand() {
    const std::string mods = pick({"", "", "ctrl+", "shift+alt+", "rgui+", "lshift+ralt+"});
    return mods + pick({"a",     "Z",      "5",     "'#'",        "'é'",     "ENTER", "pageup",
                        "0x04",  "0xDE",   "F24",   "PLAY",       "'+'",     "'''",   "'\"'",
                        "LCTRL", "0x1234", "SLEEP", "mouse left", "mouse 6", "'\\'"});
  }

  std::string list() {
    std::string out = operand();
    while (chance(3)) out += ", " + operand();
    return out;
  }

  std::string statement(unsigned depth) {
    switch (below(24)) {
      case 0:
        return "tap " + list();
      case 1:
        return pick({"press ", "release "}) + list();
      case 2:
        return pick({"hold ", "toggle ", "oneshot "}) + operand();
      case 3:
        return pick({"release all", "[01:06,19]", "[00:]", "[ff:04,05,06,07,08,09]", "; ;"});
      case 4:
        return pick({"^C", "^zENTER", "ctrl+c", "ctrl++", "shift+F1", "alt+TAB", "key 0x04",
                     "gui+key 0x1D", "'#'", "0x05", "LSHIFT", "ralt+'€'", "ctrl+="});
      case 5:
        return pick({"wait 50ms", "wait 1.5s", "wait 0ms", "wait 2min", "wait release",
                     "wait release max 1s", "wait release max 0ms", "wait key", "wait key max 1s",
                     "wait key max 0ms"});
      case 6:
        return "wait (" + expression(0) + ")";
      case 7:
      case 8:
      case 9:
      case 10:
      case 11:
        if (depth >= 6) return "ENTER";
        return block(depth + 1);
      case 12:
        if (!macros_.empty()) return call();
        return "TAB";
      case 13:
        return pick({"click left", "click right, 7", "yield", "exit", "stop all", "stop others",
                     "record it", "record it timed", "record stop", "play it", "lock", "edit",
                     "mouse middle", "capsword", "repeatkey"});
      case 14:
        return chance(2) ? "move " + pointer() + " " + pointer() : "scroll " + pointer();
      case 15:
        return wait_until();
      case 16:
      case 17:
        return let();
      case 18:
        return assignment();
      case 19:
        if (layers_.empty()) return "LEFT";
        return "layer " + pick({"hold ", "on ", "off ", "toggle "}) +
               layers_[below(static_cast<unsigned>(layers_.size()))];
      case 20:
        return jump();
      default:
        return text();
    }
  }

  /// A statement with a block of its own.
  std::string block(unsigned depth) {
    switch (below(9)) {
      case 0:
        return "repeat " + expression(0) + space() + loop_body(depth);
      case 1:
        return "while " + expression(0) + space() + loop_body(depth);
      case 2:
        return "loop" + space() + loop_body(depth);
      case 3:
        return "without mods" + space() + body(depth);
      case 4: {
        ++defers_;
        const std::string inside = body(depth);
        --defers_;
        return "defer" + space() + inside;
      }
      case 5:
        return match(depth);
      default: {
        std::string out = "if " + expression(0) + space() + body(depth);
        while (chance(3)) out += space() + "else if " + expression(0) + space() + body(depth);
        if (chance(2)) out += space() + "else " + body(depth);
        return out;
      }
    }
  }

  std::string loop_body(unsigned depth) {
    ++loops_;
    const std::string out = body(depth);
    --loops_;
    return out;
  }

  std::string match(unsigned depth) {
    std::string out = "match next";
    if (chance(2)) out += " within " + pick({"0ms", "400ms", "1s"});
    if (chance(3)) out += " any order";
    if (chance(3)) out += " keep";
    out += space() + "{";
    for (unsigned i = 1 + below(3); i > 0; --i) {
      out += space();
      for (unsigned keys = 1 + below(3); keys > 0; --keys) {
        out += pick({"", "", "shift+", "lctrl+alt+"}) +
               pick({"a", "t", "5", "'#'", "ENTER", "pgup", "0x04", "'='", "mouse left", "."}) +
               " ";
      }
      out += body(depth + 1);
    }
    if (chance(2)) out += space() + "else " + body(depth + 1);
    return out + space() + "}";
  }

  std::string pointer() { return chance(2) ? pick({"10", "-5", "0"}) : "(" + expression(1) + ")"; }

  /// Only what a sleeping task can be woken by.
  std::string wait_until() {
    const std::string wake =
        pick({"held", "released", "held(a)", "not interrupted", "pending > 2",
              "elapsed >= " + atom(), "time >= 1 + 2", "led(caps) and held", "mods(ctrl+lalt)",
              "recording == 0 or not released", "last(letter)", "last(b) or last(digit)",
              "(elapsed >= 5) == 1", "min(held, 3) < max(pending, 1)"});
    return "wait until " + wake + maybe(" max 2s");
  }

  std::string let() {
    const std::string name =
        pick({"n", "m", "v0", "v1", "vv1", "F2", "total"}) + std::to_string(serial_++ % 7);
    const auto begin = locals_.begin() + static_cast<std::ptrdiff_t>(block_locals_.back());
    const auto first = block_locals_.size() == 1 ? locals_.begin() : begin;
    const bool twice = std::find(first, locals_.end(), name) != locals_.end();
    if (twice || locals_.size() > 14) return "DOWN";
    std::string out = "let " + name + pick({" = ", "="}) + expression(0);
    locals_.push_back(name);
    return out;
  }

  std::string assignment() {
    if (!locals_.empty() && chance(2)) {
      return locals_[below(static_cast<unsigned>(locals_.size()))] + " = " + expression(0);
    }
    if (globals_.empty()) return "UP";
    return globals_[below(static_cast<unsigned>(globals_.size()))] + pick({" = ", "="}) +
           expression(0);
  }

  std::string jump() {
    if (loops_ > 0 && chance(2)) return pick({"break", "continue"});
    if (defers_ > 0) return "send next";
    if (labels_ == 10) return "RIGHT";
    const std::string name = "here" + std::to_string(labels_++);
    return chance(2) ? "label " + name + " ENTER goto " + name
                     : "goto " + name + space() + "label " + name;
  }

  std::string call() {
    const Macro& macro = macros_[below(static_cast<unsigned>(macros_.size()))];
    if (chance(8)) return "stop " + macro.name;
    std::string out = pick({"call ", "fork "}) + macro.name;
    if (macro.parameters == 0) return out + pick({"", "()"});
    for (unsigned i = 0; i < macro.parameters; ++i) {
      out += (i == 0 ? "(" : ",") + space();
      const bool named = !texts_.empty() && chance(6);
      out += named ? texts_.front() : chance(3) ? plain_text() : expression(0);
    }
    return out + ")";
  }

  std::string characters() {
    std::string out;
    bool dollar = false;  // a bare one: no brace may follow
    for (unsigned i = below(chance(6) ? 300 : 12); i > 0; --i) {
      const std::string next =
          pick({"a",    "B",         "7",   " ",   "#",          "{",       "}",      "'",
                "é",    "ß",         "$",   "\\$", "\\n",        "\\t",     "\\e",    "\\\\",
                "\\\"", "\\u{20ac}", "\\{", "€",   "\\u{1F600}", "\\u{7f}", "\\u{d}", "\\u{200b}"});
      out += dollar && next == "{" ? "\\{" : next;
      dollar = next == "$";
    }
    return out;
  }

  std::string plain_text() { return "\"" + characters() + "\""; }

  std::string text() {
    if (chance(8)) return "\"\"\"\n    one\n      two \\n\n\n    three\"\"\"";
    std::string out = "\"" + characters();
    while (chance(3)) {
      const bool named = !texts_.empty() && chance(3);
      out += "${" + (named ? texts_.back() : expression(0)) + "}" + characters();
    }
    return out + "\"";
  }

  // ---- Expressions ----

  std::string expression(unsigned depth) {
    if (depth > 2) return atom();  // so that no expression gets longer than the language allows
    const std::string gap = pick({"", " "});
    switch (below(12)) {
      case 8:
        return "(" + expression(depth + 1) + gap + pick({"==", "!=", "<", "<=", ">", ">="}) + gap +
               expression(depth + 1) + ")";
      case 9:
        return "(" + expression(depth + 1) + " " + pick({"and", "or"}) + " " +
               expression(depth + 1) + ")";
      case 10:
        return "(not " + expression(depth + 1) + ")";
      case 11:
        return query();
      case 0:
      case 1:
        return expression(depth + 1) + gap + pick({"+", "-", "*", "/", "%"}) + gap +
               expression(depth + 1);
      case 2:
        return "(" + expression(depth + 1) + ")";
      case 3:
        return "-" + gap + expression(depth + 1);
      case 4: {
        std::string out = pick({"min(", "max("}) + expression(depth + 1);
        for (unsigned i = 1 + below(2); i > 0; --i) out += "," + gap + expression(depth + 1);
        return out + ")";
      }
      default:
        return atom();
    }
  }

  std::string query() {
    if (!macros_.empty() && chance(6)) {
      return "running(" + macros_[below(static_cast<unsigned>(macros_.size()))].name + ")";
    }
    if (!layers_.empty() && chance(6)) {
      return "layer(" + layers_[below(static_cast<unsigned>(layers_.size()))] + ")";
    }
    return pick({"held",
                 "released",
                 "interrupted",
                 "elapsed",
                 "double",
                 "pending",
                 "recording",
                 "time",
                 "held(a)",
                 "held(LCTRL)",
                 "held(mouse left)",
                 "held('#')",
                 "mods(shift)",
                 "mods(rctrl+lalt+gui)",
                 "led(num)",
                 "led(caps)",
                 "led(scroll)",
                 "led(compose)",
                 "led(kana)",
                 "last(a)",
                 "last('#')",
                 "last(letter)",
                 "last(digit)",
                 "random(6)",
                 "random(max(1,2))"});
  }

  std::string atom() {
    if (!locals_.empty() && chance(2)) {
      return locals_[below(static_cast<unsigned>(locals_.size()))];
    }
    if (!globals_.empty() && chance(2)) {
      return globals_[below(static_cast<unsigned>(globals_.size()))];
    }
    return pick({"0", "1", "-1", "42", "0x1F", "2147483647", "-2147483648", "(5)"});
  }

  std::mt19937 random_;
  std::string text_;
  std::vector<std::string> globals_;
  std::vector<std::string> texts_;
  std::vector<Macro> macros_;
  std::vector<std::string> layers_;
  std::vector<std::string> locals_;        ///< Parameters and locals that are known here.
  std::vector<std::size_t> block_locals_;  ///< How many there were before each open block.
  unsigned loops_ = 0;                     ///< That are open.
  unsigned defers_ = 0;
  unsigned labels_ = 0;  ///< With names in this body.
  unsigned serial_ = 0;
  std::vector<std::string> used_;  ///< Triggers of the layer being written.
};

}  // namespace pianola::test
