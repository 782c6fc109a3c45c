#include "timeline/svg.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace pianola::timeline {

std::string svg_escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    }
  }
  return out;
}

namespace {

/// How wide a character is in letters of size 1 of DejaVu Sans, which is wide.
double character_width(char c) {
  constexpr std::pair<std::string_view, double> kWidths[] = {
      {"ijlI|.,:;'` !", 0.34}, {"frt()[]{}/\\\"-", 0.46}, {"mwMW@%", 0.99}, {"+=<>~#&", 0.84}};
  for (const auto& [some, width] : kWidths) {
    if (some.find(c) != std::string_view::npos) return width;
  }
  if (c >= 'A' && c <= 'Z') return 0.73;
  return static_cast<unsigned char>(c) >= 0x80 ? 0.9 : 0.63;
}

}  // namespace

double svg_text_width(std::string_view text, double size) {
  double width = 0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80) width += character_width(c);
  }
  return width * size;
}

std::string svg_fitting(std::string_view text, double size, double width) {
  constexpr std::size_t kLeast = 3;
  if (svg_text_width(text, size) <= width) return std::string(text);
  std::size_t fits = 0;
  for (std::size_t at = 1; at <= text.size(); ++at) {
    const bool whole = at == text.size() || (static_cast<unsigned char>(text[at]) & 0xC0U) != 0x80;
    if (!whole) continue;
    if (svg_text_width(text.substr(0, at), size) + svg_text_width("…", size) > width) break;
    fits = at;
  }
  return fits < kLeast ? std::string() : std::string(text.substr(0, fits)) + "…";
}

std::string svg_text(double x, double y, double size, std::string_view text,
                     std::string_view style) {
  return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" font-size=\"{:g}\"{}{}>{}</text>\n", x, y,
                     size, style.empty() ? "" : " ", style, svg_escaped(text));
}

std::string svg_box(double x, double y, double width, double height, std::string_view style,
                    std::string_view inside) {
  return fmt::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" {}{}{}{}\n", x, y, width,
      height, style, inside.empty() ? "/>" : ">", inside, inside.empty() ? "" : "</rect>");
}

std::string svg_tip(std::string_view text) {
  std::string out = "<title>";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    out += (at > 0 ? "&#10;" : "") + svg_escaped(text.substr(at, end - at));
    at = end + 1;
  }
  return out + "</title>";
}

}  // namespace pianola::timeline
