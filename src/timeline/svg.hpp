#pragma once

#include <string>
#include <string_view>

namespace pianola::timeline {

// Pieces of an SVG picture.

/// `text` for the inside of an element; control characters are blanks.
std::string svg_escaped(std::string_view text);

/// How wide `text` is at most, about, in letters of `size` pixels.
double svg_text_width(std::string_view text, double size);

/// As much of `text` as has room in `width`, with a mark if some is missing; empty if hardly any
/// has room.
std::string svg_fitting(std::string_view text, double size, double width);

/// Text whose base line begins at (x, y). `style` are attributes.
std::string svg_text(double x, double y, double size, std::string_view text,
                     std::string_view style = "");

/// A rectangle; `inside` are elements in it, such as a title.
std::string svg_box(double x, double y, double width, double height, std::string_view style,
                    std::string_view inside = "");

/// What shows when the mouse rests on the element around it: lines.
std::string svg_tip(std::string_view text);

}  // namespace pianola::timeline
