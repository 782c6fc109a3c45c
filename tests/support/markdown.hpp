#pragma once

#include <algorithm>
#include <cstddef>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace pianola::test {

/// A fenced block of a Markdown document. What stands after its kind in the opening line are
/// attributes: words, or NAME="VALUE" with the escapes \n, \t, \" and \\ in the value. Readers of
/// the rendered page do not see them.
struct Block {
  std::size_t line = 0;  ///< Of its first line of text, from 1.
  std::string kind;      ///< `macros`, `console`, …
  std::map<std::string, std::string, std::less<>> attributes;
  std::string text;  ///< Lines, each with its end.

  [[nodiscard]] bool has(std::string_view name) const { return attributes.contains(name); }
  /// The attribute's value; empty if it is not there.
  [[nodiscard]] std::string value(std::string_view name) const {
    const auto found = attributes.find(name);
    return found == attributes.end() ? std::string{} : found->second;
  }
};

/// The whole text of a file. Throws if it cannot be read.
inline std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The lines of `text`, without their ends.
inline std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

/// The attributes of a block's opening line.
inline std::map<std::string, std::string, std::less<>> parse_attributes(std::string_view text) {
  std::map<std::string, std::string, std::less<>> attributes;
  std::size_t at = 0;
  const auto more = [&] { return at < text.size(); };
  while (more()) {
    std::string name;
    std::string value;
    while (more() && text[at] != ' ' && text[at] != '=') name += text[at++];
    if (more() && text[at] == '=') {
      at += 2;  // and the opening quotation mark
      for (; more() && text[at] != '"'; ++at) {
        const bool escaped = text[at] == '\\' && at + 1 < text.size();
        if (escaped) ++at;
        value += escaped && text[at] == 'n' ? '\n' : escaped && text[at] == 't' ? '\t' : text[at];
      }
      ++at;
    }
    if (!name.empty()) attributes[name] = value;
    while (more() && text[at] == ' ') ++at;
  }
  return attributes;
}

/// The fenced blocks of a document, in its order.
inline std::vector<Block> blocks_of(std::string_view document) {
  std::vector<Block> blocks;
  bool inside = false;
  std::size_t number = 0;
  for (const std::string& line : lines_of(document)) {
    ++number;
    if (line.starts_with("```")) {
      inside = !inside;
      if (!inside) continue;
      const std::size_t kind_end = std::min(line.find(' '), line.size());
      Block block;
      block.line = number + 1;
      block.kind = line.substr(3, kind_end - 3);
      block.attributes = parse_attributes(std::string_view(line).substr(kind_end));
      blocks.push_back(std::move(block));
    } else if (inside) {
      blocks.back().text += line + '\n';
    }
  }
  return blocks;
}

/// The document's lines outside fenced blocks.
inline std::vector<std::string> prose_of(std::string_view document) {
  std::vector<std::string> prose;
  bool inside = false;
  for (const std::string& line : lines_of(document)) {
    if (line.starts_with("```")) {
      inside = !inside;
    } else if (!inside) {
      prose.push_back(line);
    }
  }
  return prose;
}

/// The prose below the heading `title`, up to the next heading. Throws if there is no such heading.
inline std::vector<std::string> section_of(std::string_view document, std::string_view title) {
  std::vector<std::string> section;
  bool inside = false;
  bool found = false;
  for (const std::string& line : prose_of(document)) {
    if (line.starts_with('#')) {
      inside = line.substr(line.find_first_not_of("# ")) == title;
      found = found || inside;
    } else if (inside) {
      section.push_back(line);
    }
  }
  if (!found) throw std::runtime_error("no heading " + std::string(title));
  return section;
}

/// The cells of all table rows below the heading `title`, without blanks around them and without
/// the rows that head the tables.
inline std::vector<std::vector<std::string>> table_of(std::string_view document,
                                                      std::string_view title) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& line : section_of(document, title)) {
    if (!line.starts_with('|')) continue;
    if (line.starts_with("|-")) {
      rows.pop_back();
      continue;
    }
    std::vector<std::string> cells;
    for (std::size_t at = 1; at < line.size();) {
      const std::size_t end = std::min(line.find('|', at), line.size());
      std::string cell = line.substr(at, end - at);
      cell.erase(0, std::min(cell.find_first_not_of(' '), cell.size()));
      cell.erase(cell.find_last_not_of(' ') + 1);
      cells.push_back(cell);
      at = end + 1;
    }
    rows.push_back(cells);
  }
  return rows;
}

/// What stands between backticks in `text`.
inline std::vector<std::string> code_in(std::string_view text) {
  std::vector<std::string> found;
  for (;;) {
    const std::size_t begin = text.find('`');
    if (begin == std::string_view::npos) return found;
    const std::size_t end = text.find('`', begin + 1);
    if (end == std::string_view::npos) return found;
    found.emplace_back(text.substr(begin + 1, end - begin - 1));
    text.remove_prefix(end + 1);
  }
}

}  // namespace pianola::test
