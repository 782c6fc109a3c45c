#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "cli/commands.hpp"
#include "cli/print.hpp"
#include "hid/key_names.hpp"
#include "hid/layout.hpp"

namespace pianola::cli {
namespace {

/// All names of one key.
struct Row {
  std::string name;
  std::vector<std::string> aliases;
};
using Rows = std::map<hid::Usage, Row>;

Rows all_rows() {
  Rows rows;
  for (std::size_t index = 0; index < hid::name_count(); ++index) {
    const hid::NameEntry entry = hid::name_at(index);
    Row& row = rows[entry.usage];
    if (entry.canonical) {
      row.name = std::string_view(entry.name);
    } else {
      row.aliases.emplace_back(std::string_view(entry.name));
    }
  }
  return rows;
}

/// As names compare: upper case without `_`.
std::string folded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c != '_') out += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return out;
}

std::string usage_text(hid::Usage usage) {
  return fmt::format("0x{:02X}", static_cast<unsigned>(usage));
}

/// Whether `filter` is the usage's number or is in one of its names.
bool matches(hid::Usage usage, const Row& row, std::string_view filter) {
  const std::string wanted = folded(filter);
  const auto has = [&](std::string_view name) {
    return folded(name).find(wanted) != std::string::npos;
  };
  return folded(usage_text(usage)) == wanted || has(row.name) ||
         std::any_of(row.aliases.begin(), row.aliases.end(), has);
}

/// The character that `filter` is; 0 if it is none, or more than one.
char32_t single_character(const std::string& filter) {
  const Utf8Char character = decode_utf8(filter);
  return character.size != 0 && character.size == filter.size() ? character.code : 0;
}

/// Keeps what `filter` asks for: a part of a name, or a name with a prefix such as KC_.
void keep_matches(Rows& rows, const std::string& filter) {
  const auto exact = hid::usage_from_name(filter);
  std::erase_if(rows, [&](const auto& entry) {
    return entry.first != exact && !matches(entry.first, entry.second, filter);
  });
}

// ---- Characters ---------------------------------------------------------------------------------

std::string utf8(char32_t c) { return std::string(std::string_view(encode_utf8(c))); }

/// The accent of a dead key; 0 if `stroke` is none.
char32_t accent(hid::Stroke stroke, const hid::Layout& layout) {
  if (!layout.is_dead(stroke)) return 0;
  const char32_t twice = layout.compose(stroke, stroke);
  return twice != 0 ? twice : layout.compose(stroke, {0, static_cast<std::uint8_t>(hid::kSpace)});
}

/// What is printed on the key `usage`, as people call it.
std::string label(std::uint8_t usage, const hid::Layout& layout) {
  const hid::Stroke plain{0, usage};
  const char32_t dead = accent(plain, layout);
  const char32_t shown = dead != 0 ? dead : layout.decode(plain);
  if (shown > U' ') return utf8(shown);
  return std::string(std::string_view(hid::canonical_name(hid::keyboard_usage(usage))));
}

/// `AltGr+e`, `dead ^`, `dead ¨ (Shift+^)`.
std::string stroke_text(hid::Stroke stroke, const hid::Layout& layout) {
  std::string keys;
  if ((stroke.mods & hid::kRAlt) != 0) keys += "AltGr+";
  if ((stroke.mods & hid::kLShift) != 0) keys += "Shift+";
  keys += label(stroke.usage, layout);
  const char32_t dead = accent(stroke, layout);
  if (dead == 0) return keys;
  return fmt::format("dead {}{}", utf8(dead), utf8(dead) == keys ? "" : " (" + keys + ")");
}

/// Throws what is wrong: `layout` cannot type `c`.
[[noreturn]] void refuse_character(char32_t c, const hid::Layout& layout) {
  std::string others;
  for (const hid::Layout& other : hid::layouts()) {
    if (other.strokes(c).count == 0) continue;
    others += fmt::format("{}{}", others.empty() ? "" : ", ", other.name());
  }
  throw CommandError(others.empty() ? fmt::format("no layout has the character '{}'", utf8(c))
                                    : fmt::format("layout {} has no '{}'; these have it: {}",
                                                  layout.name(), utf8(c), others));
}

/// Says how `c` is typed, and keeps the keys that do it.
void show_character(char32_t c, const hid::Layout& layout, Rows& rows, Console& console) {
  const hid::Strokes strokes = layout.strokes(c);
  if (strokes.count == 0) refuse_character(c, layout);
  std::string text;
  std::vector<hid::Usage> usages;
  for (std::size_t i = 0; i < strokes.count; ++i) {
    text += (i == 0 ? "" : ", then ") + stroke_text(strokes.stroke[i], layout);
    usages.push_back(hid::keyboard_usage(strokes.stroke[i].usage));
  }
  print(console.out, "layout {}: {}\n", layout.name(),
        paint(console.colour_out, Style::bold, text));
  std::erase_if(rows, [&](const auto& entry) {
    return std::ranges::find(usages, entry.first) == usages.end();
  });
}

// ---- The list -----------------------------------------------------------------------------------

void print_row(hid::Usage usage, const Row& row, std::size_t name_width, Console& console) {
  // Padded before it is painted, since the terminal's codes count as characters.
  const std::string name = fmt::format("{:<{}}", row.name, name_width);
  std::string line =
      fmt::format("{}  {:<6}", paint(console.colour_out, Style::bold, name), usage_text(usage));
  const std::size_t indent = name_width + 2 + 6;
  std::size_t width = indent;
  for (const std::string& alias : row.aliases) {
    if (width + 2 + alias.size() > kColumns) {
      line += '\n' + std::string(indent, ' ');
      width = indent;
    }
    line += fmt::format("  {}", alias);
    width += 2 + alias.size();
  }
  line.erase(line.find_last_not_of(' ') + 1);
  print(console.out, "{}\n", line);
}

}  // namespace

const hid::Layout& layout_called(const std::string& name) {
  if (const hid::Layout* const layout = hid::find_layout(name)) return *layout;
  const std::string_view closest = hid::closest_layout_name(name);
  throw CommandError(fmt::format("unknown layout '{}'; {}", name,
                                 closest.empty() ? "pianola layouts lists them"
                                                 : fmt::format("did you mean '{}'?", closest)),
                     wrong_usage);
}

int keys(const std::string& filter, const std::string& layout, Console& console) {
  Rows rows = all_rows();
  const char32_t character = single_character(filter);
  if (!layout.empty() && character == 0) {
    throw CommandError("--layout says on which layout a single character is typed", wrong_usage);
  }
  if (character != 0) {
    show_character(character, layout.empty() ? hid::default_layout() : layout_called(layout), rows,
                   console);
  } else if (!filter.empty()) {
    keep_matches(rows, filter);
  }
  if (rows.empty()) {
    const hid::KeyName name = hid::closest_name(filter);
    const std::string_view closest = name;
    throw CommandError(closest.empty() ? fmt::format("no key is called '{}'", filter)
                                       : fmt::format("no key is called '{}'; did you mean '{}'?",
                                                     filter, closest));
  }
  std::size_t name_width = std::string_view("NAME").size();
  for (const auto& [usage, row] : rows) name_width = std::max(name_width, row.name.size());
  print(console.out, "{}\n",
        paint(console.colour_out, Style::dim,
              fmt::format("{:<{}}  {:<6}  {}", "NAME", name_width, "USAGE", "OTHER NAMES")));
  for (const auto& [usage, row] : rows) print_row(usage, row, name_width, console);
  return fine;
}

int layouts(Console& console) {
  std::size_t width = 0;
  for (const hid::Layout& layout : hid::layouts()) width = std::max(width, layout.name().size());
  for (const hid::Layout& layout : hid::layouts()) {
    const std::string name = fmt::format("{:<{}}", layout.name(), width);
    print(console.out, "{}  {}{}\n", paint(console.colour_out, Style::bold, name), layout.title(),
          layout == hid::default_layout() ? " (default)" : "");
  }
  return fine;
}

}  // namespace pianola::cli
