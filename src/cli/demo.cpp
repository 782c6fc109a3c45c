#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <ostream>
#include <span>
#include <thread>
#include <utility>

#include "base/utf8.hpp"
#include "cli/commands.hpp"
#include "cli/example_macros.hpp"
#include "cli/print.hpp"
#include "cli/program.hpp"
#include "engine/bindings.hpp"
#include "scenario/key_script.hpp"
#include "tryout/play.hpp"
#include "tryout/roll_text.hpp"

namespace pianola::cli {
namespace {

/// What the demonstration shows.
struct Scene {
  std::string_view title;
  std::string_view keys;
  std::string_view also;  ///< A macro or layer that belongs to it, to be shown too; or nothing.
};

constexpr Scene kScenes[] = {
    {"A key types a text", "F1", ""},
    {"A macro with a parameter", "shift+F3", "sign"},
    {"A loop, and half a second later a text with values in it", "F4 500 ctrl+alt+y", ""},
    {"Many lines at once", "ctrl+alt+t", ""},
    {"Shortcuts: select the line and copy it", "F7", ""},
    {"A key that is held: Alt+Tab, and Alt stays down for as long", "+F9 1500 -F9", ""},
    {"A key that should be another one", "+CAPSLOCK c -CAPSLOCK", ""},
    {"Two macros at once: one goes on until it is stopped", "F16 500 F1 500 F16", ""},
    {"Tapped it is Space; held, it turns on a layer", "SPACE 500 +SPACE 300 h l -SPACE h",
     "arrows"},
};

constexpr std::size_t kIndent = 10;  ///< Where what the labels stand for begins.
constexpr std::string_view kName = "examples/macros.txt";

/// How long the demonstration waits on a terminal.
constexpr std::chrono::milliseconds kLook{1500};
constexpr std::chrono::milliseconds kPace{25};

void pause(const Console& console, std::chrono::milliseconds time) {
  if (!console.paced) return;
  console.out.flush();
  std::this_thread::sleep_for(time);
}

/// Begins a line that says something about a scene.
void label(std::string_view text, Console& console) {
  const std::string padded = fmt::format("  {:<{}}", text, kIndent - 2);
  console.out << paint(console.colour_out, Style::dim, padded);
}

/// Ends a line and indents the next, if there is text in it.
void next_line(bool blank, Console& console) {
  console.out << '\n';
  if (!blank) console.out << std::string(kIndent, ' ');
}

/// The definitions that `scene` plays, in that order.
std::vector<std::uint32_t> definitions_of(const Scene& scene, const scenario::KeyScript& script,
                                          Program& program) {
  std::vector<std::uint32_t> records;
  const auto add = [&](const lang::IndexEntry& entry) {
    if (std::ranges::find(records, entry.record) == records.end()) records.push_back(entry.record);
  };
  hid::Modifiers mods = 0;
  for (const engine::KeyEvent& event : script.events) {
    engine::Found found;
    const lang::IndexKey key =
        lang::trigger_key(0, lang::TriggerKind::press, {}, static_cast<std::uint32_t>(event.usage));
    if (event.down && engine::find_open_binding(program.roll(), key, {mods, mods}, found)) {
      add(found.entry);
    }
    mods = static_cast<hid::Modifiers>(event.down ? mods | hid::modifier_bit(event.usage)
                                                  : mods & ~hid::modifier_bit(event.usage));
  }
  const std::uint32_t name = lang::name_hash(scene.also.data(), scene.also.size());
  for (const lang::IndexSpace space : {lang::IndexSpace::macro, lang::IndexSpace::layer}) {
    lang::IndexEntry entry;
    if (lang::index_find(program.roll(), lang::name_key(space, name), entry)) add(entry);
  }
  return records;
}

/// The source of the definitions, as the file has it but for the comments before them.
void print_source(std::span<const std::uint32_t> records, Program& program, Console& console) {
  std::string all;
  for (const std::uint32_t record : records) {
    all += tryout::without_leading_blank(tryout::definition_source(program.roll(), record));
    if (!all.ends_with('\n')) all += '\n';
  }
  label("source", console);
  for (std::string_view rest = all; !rest.empty();) {
    const std::size_t size = rest.find('\n');
    console.out << rest.substr(0, size);
    rest.remove_prefix(size + 1);
    next_line(rest.empty() || rest.front() == '\n', console);
  }
}

/// Fills up to two lines with reports; if there are more, says how many and shows the last.
void print_reports(const std::vector<sim::TraceEntry>& trace, Console& console) {
  std::vector<std::string> items;
  items.reserve(trace.size());
  for (const sim::TraceEntry& entry : trace) {
    items.push_back(fmt::format("{} {}", entry.time, sim::format_report(entry.report)));
  }
  // The end of the second line is kept for "… 100 more …  1000 [00:]".
  constexpr std::size_t kRoom = 2 * (kColumns - kIndent) - 26;
  std::size_t shown = 0;
  for (std::size_t width = 0; shown < items.size(); ++shown) {
    width += items[shown].size() + 2;
    if (width > kRoom) break;
  }
  if (shown + 2 < items.size()) {
    const std::string more = fmt::format("… {} more …", items.size() - shown - 1);
    items.erase(items.begin() + static_cast<std::ptrdiff_t>(shown), items.end() - 1);
    items.insert(items.end() - 1, more);
  }

  label("reports", console);
  std::size_t column = kIndent;
  for (const std::string& item : items) {
    const std::size_t width = count_characters(item);
    if (column > kIndent && column + 2 + width > kColumns) {
      next_line(false, console);
      column = kIndent;
    }
    if (column > kIndent) column += 2;
    print(console.out, "{}{}", column > kIndent ? "  " : "", item);
    column += width;
  }
  console.out << '\n';
}

/// The text, on a terminal as fast as a brisk typist.
void print_text(const std::string& text, Console& console) {
  label("typed", console);
  if (text.empty()) {
    print(console.out, "{}\n", paint(console.colour_out, Style::dim, "(no text)"));
    return;
  }
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t size = decode_utf8(rest).size;
    const std::string_view character = rest.substr(0, size);
    rest.remove_prefix(size);
    if (character == "\n") {
      if (!rest.empty()) next_line(rest.front() == '\n', console);
    } else {
      console.out << paint(console.colour_out, Style::good, character);
    }
    pause(console, kPace);
  }
  console.out << '\n';
}

void play_scene(const Scene& scene, std::size_t number, Program& program, Console& console) {
  tryout::Play play(program.roll(), {.layout = nullptr, .poll = 1});
  const scenario::KeyScript script = scenario::parse_key_script(scene.keys, play.layout());
  print(console.out, "\n{}\n",
        paint(console.colour_out, Style::bold, fmt::format("{}. {}", number, scene.title)));
  print_source(definitions_of(scene, script, program), program, console);
  pause(console, kLook);

  label("pressed", console);
  print(console.out, "{}\n", paint(console.colour_out, Style::key, scene.keys));
  pause(console, kLook / 2);

  play.run(script.events, 60'000);
  print_reports(play.simulation().host().trace(), console);
  print_text(play.simulation().host().text(), console);
  pause(console, kLook);
}

void print_introduction(Console& console) {
  print(console.out,
        "{} plays macros. Here some keys of examples/macros.txt are pressed, and\n"
        "this is what the computer gets. Its reports are what any keyboard sends: here\n"
        "with their time in ms, then [modifiers:keys] that are down, in hex.\n",
        paint(console.colour_out, Style::bold, "Pianola"));
}

void print_farewell(Console& console) {
  constexpr std::pair<std::string_view, std::string_view> kNext[] = {
      {"cp examples/macros.txt macros.txt", "take the examples, and edit them"},
      {"./run check macros.txt", "is it right?"},
      {"./run play macros.txt --keys F1", "what does F1 type?"},
      {"./run play macros.txt --keys F1 --trace", "in which reports?"},
      {"./run flash --help", "save macros as a device does"},
      {"./run device --flash pianola.flash", "be a keyboard with a drive"},
      {"./run --help", "all commands"},
  };
  print(console.out, "\n{}\n", paint(console.colour_out, Style::bold, "Your turn"));
  for (const auto& [command, use] : kNext) {
    const std::string padded = fmt::format("{:<40}", command);
    print(console.out, "  {} {}\n", paint(console.colour_out, Style::key, padded), use);
  }
  print(console.out,
        "\nWhile ./run device runs, attach it to this computer, as root (package usbip):\n"
        "  {}\n",
        paint(console.colour_out, Style::key,
              "modprobe vhci-hcd && usbip attach -r 127.0.0.1 -b 1-1"));
}

}  // namespace

int demo(Console& console) {
  const auto program = Program::compile(
      {std::string(kName), std::string(kName), std::string(example_macros())}, console);
  print_introduction(console);
  pause(console, kLook);
  std::size_t number = 0;
  for (const Scene& scene : kScenes) play_scene(scene, ++number, *program, console);
  print_farewell(console);
  return fine;
}

}  // namespace pianola::cli
