#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "engine/keyboard.hpp"
#include "engine/observer.hpp"
#include "hid/layout.hpp"
#include "ports/memory/compile.hpp"
#include "ports/sim/simulation.hpp"
#include "support/markdown.hpp"
#include "support/source_dir.hpp"
#include "support/typists.hpp"

namespace pianola::test {

// Modifiers in the home row under the hands of typists. The rules are those of docs/home-row.md.

/// A text that is typed, and the layout for it.
struct HomeRowText {
  std::string_view file;  ///< In benchmarks/texts.
  std::string_view layout;
};
inline constexpr std::array<HomeRowText, 3> kHomeRowTexts = {
    HomeRowText{"english.txt", "us"}, {"german.txt", "de"}, {"source_code.txt", "us"}};

/// Rules by which keys of the home row are tapped or held.
struct HomeRowRules {
  std::string name;
  std::string macros;  ///< For the layout us.
};

/// The rules of docs/home-row.md, in its order: its blocks with rules="NAME". One with like="NAME"
/// goes on where the other ends; one without remaps has those of the block with `remaps`.
inline std::vector<HomeRowRules> home_row_rules() {
  std::vector<HomeRowRules> rules;
  std::string remaps;
  const std::string document = read_file((source_dir() / "docs" / "home-row.md").string());
  for (const Block& block : blocks_of(document)) {
    if (block.has("remaps")) remaps = block.text;
    if (!block.has("rules")) continue;
    std::string before;
    for (const HomeRowRules& other : rules) {
      if (block.value("like") == other.name) before = other.macros;
    }
    rules.push_back({block.value("rules"), before + block.text});
  }
  for (HomeRowRules& each : rules) {
    if (each.macros.find(" / ") == std::string::npos) each.macros += remaps;
  }
  return rules;
}

/// `macros` for a keyboard with the layout `layout`, us or de, on which other characters are in the
/// same places.
inline std::string home_row_macros(std::string macros, std::string_view layout) {
  const auto replace = [&macros](std::string_view what, std::string_view with) {
    const std::size_t at = macros.find(what);
    if (at != std::string::npos) macros.replace(at, what.size(), with);
  };
  if (layout == "de") {
    replace("asdfgzxcvb", "asdfgyxcvb");
    replace("yuiophjkl;nm,./", "zuiopühjklöänm,.-");
    replace("';' (", "ö (");
    replace("';' =", "ö =");
    replace("= ';'", "= ö");
  }
  return "set layout = " + std::string(layout) + "\n" + macros;
}

/// What became of keys.
struct HomeRowCount {
  std::uint64_t letters = 0;
  std::uint64_t misfires = 0;  ///< Letters that became modifiers.
  std::uint64_t chords = 0;
  std::uint64_t right = 0;  ///< Chords of which all keys became what they were meant to be.

  HomeRowCount& operator+=(const HomeRowCount& other) {
    letters += other.letters;
    misfires += other.misfires;
    chords += other.chords;
    right += other.right;
    return *this;
  }
};

/// Plays what somebody types, and counts.
class HomeRowRun final : private engine::Observer {
 public:
  /// `macros`: as home_row_macros() gives them.
  HomeRowRun(const std::string& macros, const hid::Layout& layout, const Typing& typing)
      : typing_(typing), wrong_(typing.chords) {
    memory::Roll roll;
    memory::Findings findings;
    if (memory::compile(macros, roll, findings) != Status::ok) {
      throw std::runtime_error("these do not compile:\n" + macros);
    }
    sim::Simulation simulation(roll, {.layout = layout});
    simulation.engine().observe(this);
    const std::vector<engine::KeyEvent> keys = typing.keys();
    simulation.run(keys, keys.back().time + 60'000);
    if (next_ != typing.presses.size()) throw std::runtime_error("keys were lost");
    text_ = simulation.host().text();
    count_.chords = typing.chords;
    count_.right = static_cast<std::uint64_t>(std::ranges::count(wrong_, false));
  }

  [[nodiscard]] const HomeRowCount& count() const { return count_; }
  /// What the host shows.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void task_event(engine::TaskIndex, const engine::Task&, engine::TaskEvent,
                  engine::Wakes) override {}
  void key_pressed(const engine::KeyEvent& event, const engine::Choice& choice,
                   hid::Usage) override {
    const Press& press = typing_.presses.at(next_++);
    if (press.key != event.usage || press.down != event.time) {
      throw std::runtime_error("a key was lost");
    }
    const bool held = choice.kind == engine::Choice::Kind::held;
    if (press.meant == Meant::letter) {
      ++count_.letters;
      if (held) ++count_.misfires;
    } else if (press.meant != Meant::other && held != (press.meant == Meant::modifier)) {
      wrong_[press.chord] = true;
    }
  }

  const Typing& typing_;
  std::vector<bool> wrong_;  ///< One for each chord.
  std::size_t next_ = 0;
  HomeRowCount count_;
  std::string text_;
};

/// The seed with which text number `text` is typed for the time number `time`, both from 0.
constexpr std::uint32_t home_row_seed(std::size_t text, std::size_t time) {
  return static_cast<std::uint32_t>(1000 * text + time + 1);
}

/// The characters of a text of benchmarks/texts.
inline std::u32string home_row_text(const HomeRowText& text) {
  const std::string bytes =
      read_file((source_dir() / "benchmarks" / "texts" / std::string(text.file)).string());
  std::u32string characters;
  for (std::string_view rest = bytes; !rest.empty();) {
    const Utf8Char c = decode_utf8(rest);
    if (c.size == 0) throw std::runtime_error("no UTF-8");
    characters += c.code;
    rest.remove_prefix(c.size);
  }
  return characters;
}

/// What comes of typing each text `times` times.
inline HomeRowCount count_home_row(const TypistModel& typist, const HomeRowRules& rules,
                                   std::size_t times) {
  HomeRowCount count;
  for (std::size_t i = 0; i < kHomeRowTexts.size(); ++i) {
    const HomeRowText& text = kHomeRowTexts[i];
    const hid::Layout layout = *hid::find_layout(text.layout);
    const std::u32string characters = home_row_text(text);
    const std::string macros = home_row_macros(rules.macros, text.layout);
    for (std::size_t time = 0; time < times; ++time) {
      TypingHands hands(typist, layout, home_row_seed(i, time));
      count += HomeRowRun(macros, layout, hands.type(characters)).count();
    }
  }
  return count;
}

}  // namespace pianola::test
