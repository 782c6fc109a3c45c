#include "timeline/picture.hpp"

#include <fmt/core.h>

#include <algorithm>

#include "base/utf8.hpp"
#include "timeline/svg.hpp"

namespace pianola::timeline {
namespace {

constexpr double kTypedSize = 14;  ///< Letters of the text, in pixels.

/// How wide a piece of the row of typed text is, all of whose characters are as wide.
double typed_width(std::string_view text) {
  constexpr double kCharacter = 0.602;  // of DejaVu Sans Mono
  return kCharacter * kTypedSize * static_cast<double>(count_characters(text));
}

/// A piece of the row of typed text that stands without a gap.
struct Run {
  double x = 0;
  double end = -1;
  std::string text;
};

std::string key_box(const std::string& text, double x, double y, double width) {
  const Look style = look(Timeline::Kind::other);
  return svg_box(x, y + 5, width, kBar + 1,
                 fmt::format("rx=\"4\" fill=\"{}\" stroke=\"{}\"", style.fill, style.stroke)) +
         svg_text(x + 4, y + 18, kSmall, text, "fill=\"#111111\"");
}

/// What stands for text that cannot be seen.
std::string shown(const Timeline::Slice& slice) {
  if (slice.kind == Timeline::Kind::erased) return "⌫";
  std::string out;
  for (const char c : slice.name) {
    if (c == '\n') {
      out += "↵";
    } else if (c == '\t') {
      out += "⇥";
    } else if (c == ' ') {
      out += "␣";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

// The colours are of the palette of Okabe and Ito, which everybody can tell apart, and lighter
// ones.
Look look(Timeline::Kind kind) {
  switch (kind) {
    case Timeline::Kind::key:
      return {"#d3e8f6", "#0072b2", "key down"};
    case Timeline::Kind::decision:
      return {"#ffffff", "#0072b2", "not yet decided"};
    case Timeline::Kind::layer:
      return {"#f2dceb", "#a8487f", "layer or caps word on"};
    case Timeline::Kind::macro:
      return {"none", "#9a9a9a", ""};
    case Timeline::Kind::running:
      return {"#5cc2a0", "#00785a", "macro runs"};
    case Timeline::Kind::ready:
      return {"#f0e442", "#a39a10", "waits its turn"};
    case Timeline::Kind::sleeping:
      return {"#efefef", "#b5b5b5", "sleeps or waits"};
    case Timeline::Kind::report:
      return {"#fbe2b5", "#b87700", "report: what is down"};
    case Timeline::Kind::pointer:
      return {"#e69f00", "#8a5a00", "pointer or wheel moves"};
    case Timeline::Kind::other:
      return {"#ffffff", "#444444", "key that types nothing"};
    case Timeline::Kind::fault:
      return {"#d55e00", "#b34a00", "error, or stopped"};
    case Timeline::Kind::typed:
    case Timeline::Kind::erased:
      break;
  }
  return {"none", "#111111", ""};
}

bool is_visible(const Timeline::Slice& slice, const Axis::Line& line) {
  // What ends in the line's first millisecond was in the line before.
  const bool begins = slice.begin >= line.begin();
  return !slice.empty && slice.begin < line.end() && (begins || slice.end > line.begin() + 1000) &&
         !line.folds(slice.begin, slice.end);
}

std::string draw_typed(const Timeline::Track& track, const Axis::Line& line, double y) {
  std::string out;
  Run run;
  const auto finish = [&] {
    if (!run.text.empty()) {
      out += svg_text(run.x, y + 19, kTypedSize, run.text,
                      "font-family=\"DejaVu Sans Mono, monospace\" font-weight=\"bold\" "
                      "fill=\"#111111\"");
    }
    run = {run.end + 3, run.end, ""};
  };
  bool full = false;
  for (const Timeline::Slice& slice : track.slices) {
    if (full || !is_visible(slice, line)) continue;
    const double x = line.x(slice.begin);
    const bool other = slice.kind == Timeline::Kind::other;
    const std::string text = other ? slice.name : shown(slice);
    const double width = other ? svg_text_width(text, kSmall) + 8 : typed_width(text);
    if (other || x > run.end + 1) finish();
    if (run.text.empty()) run.x = std::max(x, run.end + (other ? 4 : 2));
    full = std::max(run.x, run.end) + width > kPictureWidth - typed_width("…") - 2;
    if (full) run.text += "…";
    if (full) continue;
    if (other) {
      out += key_box(text, run.x, y, width);
      run = {0, run.x + width, ""};
    } else {
      run.text += text;
      run.end = run.x + typed_width(run.text);
    }
  }
  finish();
  return out;
}

}  // namespace pianola::timeline
