#include "cli/console.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/utf8.hpp"

namespace pianola::cli {
namespace {

/// The parameters of SGR, "select graphic rendition" (ECMA-48, 8.3.117).
std::string_view parameters(Style style) {
  switch (style) {
    case Style::plain:
      return "0";
    case Style::bold:
      return "1";
    case Style::dim:
      return "2";
    case Style::error:
      return "1;31";
    case Style::warning:
      return "1;35";
    case Style::good:
      return "32";
    case Style::key:
      return "1;36";
  }
  return "0";
}

}  // namespace

std::string paint(bool colour, Style style, std::string_view text) {
  if (!colour || style == Style::plain) return std::string(text);
  return fmt::format("\x1B[{}m{}\x1B[0m", parameters(style), text);
}

std::string wrapped(std::string_view text, std::size_t column, std::size_t indent) {
  std::string out;
  while (!text.empty()) {
    const std::size_t mark = text.find_first_of(",;");
    const std::string_view part = text.substr(0, mark == std::string_view::npos ? mark : mark + 1);
    text.remove_prefix(part.size());
    const std::size_t size = count_characters(part);
    // Parts after the first begin with a blank, which the line end replaces.
    if (!out.empty() && column + size > kColumns) {
      out += '\n' + std::string(indent, ' ');
      out += part.substr(1);
      column = indent + size - 1;
    } else {
      out += part;
      column += size;
    }
  }
  return out;
}

std::string counted(std::size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

}  // namespace pianola::cli
