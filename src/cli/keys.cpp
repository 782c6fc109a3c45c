#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string_view>

#include "cli/commands.hpp"
#include "cli/print.hpp"
#include "cli/program.hpp"
#include "hid/key_names.hpp"
#include "hid/layout.hpp"
#include "hid/utf8.hpp"

namespace pianola::cli {
namespace {

/// Where lines of the list end.
/// All names of one key.
struct Row {
  std::string_view name;
  std::vector<std::string_view> aliases;
};
using Rows = std::map<hid::Usage, Row>;

Rows all_rows() {
  Rows rows;
  for (std::size_t index = 0; index < hid::name_count(); ++index) {
    const hid::NameEntry entry = hid::name_at(index);
    Row& row = rows[entry.usage];
    if (entry.canonical) {
      row.name = entry.name;
    } else {
      row.aliases.push_back(entry.name);
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

/// Keeps what `filter` asks for: a single character asks for the key that types it, anything else
/// for a part of a name, or for a name with a prefix such as KC_.
void keep_matches(Rows& rows, const std::string& filter) {
  const hid::Utf8Char character = hid::decode_utf8(filter);
  if (character.size != 0 && character.size == filter.size()) {
    const auto key = hid::default_layout().key_of(character.code);
    std::erase_if(
        rows, [&](const auto& entry) { return !key || entry.first != hid::keyboard_usage(*key); });
    return;
  }
  const auto exact = hid::usage_from_name(filter);
  std::erase_if(rows, [&](const auto& entry) {
    return entry.first != exact && !matches(entry.first, entry.second, filter);
  });
}

void print_row(hid::Usage usage, const Row& row, std::size_t name_width, Console& console) {
  // Padded before it is painted, since the terminal's codes count as characters.
  const std::string name = fmt::format("{:<{}}", row.name, name_width);
  std::string line =
      fmt::format("{}  {:<6}", paint(console.colour_out, Style::bold, name), usage_text(usage));
  const std::size_t indent = name_width + 2 + 6;
  std::size_t width = indent;
  for (const std::string_view alias : row.aliases) {
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

int keys(const std::string& filter, Console& console) {
  Rows rows = all_rows();
  if (!filter.empty()) keep_matches(rows, filter);
  if (rows.empty()) {
    const std::string_view closest = hid::closest_name(filter);
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
