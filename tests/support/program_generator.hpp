#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace pianola::testing {

/// Writes random but right programs in the language of macros.txt, the same ones for the same seed.
class ProgramGenerator {
 public:
  explicit ProgramGenerator(std::uint32_t seed) : random_(seed) {}

  std::string program() {
    text_.clear();
    choose_names();
    settings();
    for (const std::string& name : globals_) {
      line(maybe("private ") + "var " + name + pick({"", " = 0", " = 7", " = -2147483648"}));
    }
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
    std::vector<std::string> names = {"p0",    "p1",    "pp0",   "pp1",
                                      "x",     "count", "F1",    "sign",
                                      "_a_b9", "nav",   "ENTER", "abcdefghijklmnopqrstuvwxyz12345"};
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
  }

  std::string visibility() { return pick({"", "", "", "public ", "private ", "[private] "}); }

  void definition() {
    locals_.clear();
    switch (below(6)) {
      case 0:
        line(visibility() + trigger() + " = " + pick({"none", operand(), operand()}));
        break;
      case 1:
        line("define " + trigger() + "\n  type " + text() +
             "\n  report mod=0x01 keys=0x06,25\nend");
        break;
      default:
        binding();
    }
  }

  void binding() {
    locals_.clear();
    std::string options;
    if (chance(4)) {
      options = " (" +
                pick({"again: ignore", "typing: 20ms", "typing: safe, layout: de",
                      "layout: dvorak, again: ignore"}) +
                ")";
    }
    line(visibility() + trigger() + options + space() + body(0));
  }

  void macro(std::size_t index) {
    const Macro& macro = macros_[index];
    locals_.clear();
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
    line(visibility() + "layer " + name + " {");
    used_.clear();
    for (unsigned i = below(6); i > 0; --i) {
      text_ += "  ";
      if (chance(2)) {
        line(visibility() + trigger() + " = " + pick({"none", operand()}));
      } else {
        binding();
      }
    }
    line("}");
  }

  /// A trigger that differs from all before it in this layer. Each key is named in one way only, so
  /// that no two of them can be the same key.
  std::string trigger() {
    for (;;) {
      std::string mods = pick({"", "", "", "ctrl+", "shift+", "ctrl+shift+", "lctrl+", "ralt+",
                               "alt+lgui+", "rshift+gui+"});
      const unsigned kind = below(4);
      std::string key =
          kind == 0   ? std::string(1, static_cast<char>('a' + below(26)))
          : kind == 1 ? "F" + std::to_string(1 + below(24))
          : kind == 2 ? std::to_string(below(10))
                      : pick({"-", "'='", "';'", "'''", "','", ".", "'/'", "ENTER", "pgdn",
                              "KC_TAB", "0xDE", "Insert", "VOLUME_UP", "' '", "kp_1", "0x1234"});
      if (std::ranges::find(used_, mods + key) != used_.end()) continue;
      used_.push_back(mods + key);
      return mods + key;
    }
  }

  // ---- Statements ----

  std::string body(unsigned depth) {
    std::string out = "{";
    for (unsigned i = below(depth == 0 ? 9 : 4); i > 0; --i) out += space() + statement(depth);
    return out + space() + "}";
  }

  std::string operand() {
    const std::string mods = pick({"", "", "ctrl+", "shift+alt+", "rgui+", "lshift+ralt+"});
    return mods + pick({"a", "Z", "5", "'#'", "'é'", "ENTER", "pageup", "0x04", "0xDE", "F24",
                        "PLAY", "'+'", "'''", "'\"'", "LCTRL", "0x1234", "SLEEP", "'\\'"});
  }

  std::string list() {
    std::string out = operand();
    while (chance(3)) out += ", " + operand();
    return out;
  }

  std::string statement(unsigned depth) {
    switch (below(14)) {
      case 0:
        return "tap " + list();
      case 1:
        return pick({"press ", "release "}) + list();
      case 2:
        return pick({"hold ", "toggle "}) + operand();
      case 3:
        return pick({"release all", "[01:06,19]", "[00:]", "[ff:04,05,06,07,08,09]", "; ;"});
      case 4:
        return pick({"^C", "^zENTER", "ctrl+c", "ctrl++", "shift+F1", "alt+TAB", "key 0x04",
                     "gui+key 0x1D", "'#'", "0x05", "LSHIFT", "ralt+'€'"});
      case 5:
        return pick({"wait 50ms", "wait 1.5s", "wait 0ms", "wait 2min", "wait release",
                     "wait release max 1s", "wait release max 0ms"});
      case 6:
        return "wait (" + expression(0) + ")";
      case 7:
      case 8:
        if (depth == 6) return "ENTER";
        return "repeat " + expression(0) + space() + body(depth + 1);
      case 9:
        if (!macros_.empty()) return call();
        return "TAB";
      default:
        return text();
    }
  }

  std::string call() {
    const Macro& macro = macros_[below(static_cast<unsigned>(macros_.size()))];
    std::string out = "call " + macro.name;
    if (macro.parameters == 0) return out + pick({"", "()"});
    for (unsigned i = 0; i < macro.parameters; ++i) {
      out += (i == 0 ? "(" : ",") + space();
      out += chance(3) ? plain_text() : expression(0);
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
    while (chance(3)) out += "${" + expression(0) + "}" + characters();
    return out + "\"";
  }

  // ---- Expressions ----

  std::string expression(unsigned depth) {
    if (depth > 2) return atom();  // so that no expression gets longer than the language allows
    const std::string gap = pick({"", " "});
    switch (below(8)) {
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
  std::vector<Macro> macros_;
  std::vector<std::string> layers_;
  std::vector<std::string> locals_;  ///< Parameters of the macro being written.
  std::vector<std::string> used_;    ///< Triggers of the layer being written.
};

}  // namespace pianola::testing
