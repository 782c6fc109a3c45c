#pragma once

#include <string>
#include <string_view>

#include "timeline/axis.hpp"
#include "timeline/timeline.hpp"

namespace pianola::timeline {

// What the parts of a timeline's picture share. Sizes are in pixels.

inline constexpr double kPictureWidth = 1000;
inline constexpr double kPictureMargin = 16;
inline constexpr double kBar = 17;       ///< How high a slice is.
inline constexpr double kTypedRow = 32;  ///< How high the row of typed text is.
inline constexpr double kSmall = 11;     ///< Letters of most texts.

/// How a kind of slice looks.
struct Look {
  std::string_view fill;    ///< An SVG colour.
  std::string_view stroke;  ///< An SVG colour.
  std::string_view legend;  ///< What the legend says of it; empty: it is not in the legend.
};
/// How slices of `kind` look.
Look look(Timeline::Kind kind);

/// Whether there is something of `slice` to be seen in `line`.
bool is_visible(const Timeline::Slice& slice, const Axis::Line& line);

/// The row of typed text in `line`, from `y` on: characters that follow each other closely in one
/// piece, keys that type nothing in boxes.
std::string draw_typed(const Timeline::Track& track, const Axis::Line& line, double y);

}  // namespace pianola::timeline
