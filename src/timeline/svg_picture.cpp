#include <fmt/core.h>

#include <algorithm>
#include <set>

#include "timeline/axis.hpp"
#include "timeline/picture.hpp"
#include "timeline/svg.hpp"
#include "timeline/timeline.hpp"

namespace pianola::timeline {
namespace {

using Kind = Timeline::Kind;
using Slice = Timeline::Slice;
using Track = Timeline::Track;
using Line = Axis::Line;

// Sizes in pixels.
constexpr double kAxis = 30;      ///< Above the rows of a line.
constexpr double kFoldText = 14;  ///< More of it where something is folded.
constexpr double kRow = 24;
constexpr double kBetween = 7;   ///< Between groups of rows,
constexpr double kLineGap = 20;  ///< and between lines.
constexpr double kTitleSize = 15;
constexpr double kAfterLast = 72;  ///< Room behind a line for what is said of its last times.

/// The rows of a group stand together.
int group(Kind kind) {
  switch (kind) {
    case Kind::key:
    case Kind::decision:
      return 0;
    case Kind::layer:
      return 1;
    case Kind::macro:
      return 2;
    default:
      return 3;
  }
}

/// From here on, in ms, times are in seconds.
constexpr std::uint64_t kSeconds = 10'000;

std::string time_text(std::uint64_t ms, bool seconds) {
  return seconds ? fmt::format("{}.{:03}", ms / 1000, ms % 1000) : fmt::format("{}", ms);
}

/// How long a stretch is, rounded.
std::string about_text(std::uint64_t ms) {
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (ms < 60'000) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
  return fmt::format("{:.1f} min", static_cast<double>(ms) / 60'000);
}

std::string tip(const Slice& slice) {
  std::string text =
      fmt::format("{}: {} to {} ms", slice.name, slice.begin / 1000, (slice.end + 999) / 1000);
  for (const auto& [name, value] : slice.details) text += fmt::format("\n{}: {}", name, value);
  return svg_tip(text);
}

bool is_folded(const Axis::Stretch& stretch) { return stretch.look == Axis::Look::folded; }

class Picture {
 public:
  Picture(const Timeline& timeline, const std::string& title)
      : timeline_(timeline),
        title_(title),
        left_(label_width()),
        axis_(timeline, left_, kPictureWidth - kPictureMargin - kAfterLast) {}

  std::string run() {
    double y = 8;
    std::string body = heading(y);
    for (const Line& line : axis_.lines()) body += draw(line, y);
    if (kinds_.empty()) body += note("Nothing happened.", y);
    if (axis_.cut() != 0) {
      body += note(fmt::format("The rest, {}, is not drawn.",
                               about_text(timeline_.end / 1000 - axis_.cut())),
                   y);
    }
    body += legend(y);
    return fmt::format(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
               "viewBox=\"0 0 {0:.0f} {1:.0f}\" "
               "font-family=\"DejaVu Sans, Verdana, sans-serif\">\n"
               "<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
               kPictureWidth, y) +
           body + "</svg>\n";
  }

 private:
  [[nodiscard]] double label_width() const {
    constexpr double kMost = 160;
    double width = svg_text_width("reports", kSmall);
    for (const Track& track : timeline_.tracks) {
      width = std::max(width, svg_text_width(track.name, kSmall));
    }
    return kPictureMargin + std::min(width, kMost) + 12;
  }

  /// The title, in as many lines as it takes, up to three.
  [[nodiscard]] std::string heading(double& y) const {
    constexpr double kRoom = (kPictureWidth - 2 * kPictureMargin) / 1.12;  // bold letters are wider
    std::string out;
    std::string_view rest = title_;
    for (int line = 1; !rest.empty() && line <= 3; ++line) {
      std::size_t end = rest.size();
      while (line < 3 && svg_text_width(rest.substr(0, end), kTitleSize) > kRoom) {
        const std::size_t space = rest.rfind(' ', end - 1);
        if (space == std::string_view::npos || space == 0) break;
        end = space;
      }
      y += 20;
      out += svg_text(kPictureMargin, y, kTitleSize,
                      svg_fitting(rest.substr(0, end), kTitleSize, kRoom),
                      "font-weight=\"bold\" fill=\"#111111\"");
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
    y += 16;
    return out;
  }

  static std::string note(const std::string& text, double& y) {
    y += kRow;
    return svg_text(kPictureMargin, y - 16, kSmall, text, "fill=\"#555555\"");
  }

  // ---- A line ----------------------------------------------------------------------------------

  std::string draw(const Line& line, double& y) {
    const double top = y;
    std::string rows;
    int last = -1;
    const bool folds = std::ranges::any_of(line.stretches, is_folded);
    y += folds ? kAxis + kFoldText : kAxis;
    const double base = y - 6;
    for (const Track& track : timeline_.tracks) {
      if (std::ranges::none_of(track.slices,
                               [&](const Slice& slice) { return is_visible(slice, line); })) {
        continue;
      }
      if (last >= 0 && group(track.kind) != last) y += kBetween;
      last = group(track.kind);
      rows += row(track, line, y);
      y += track.kind == Kind::typed ? kTypedRow : kRow;
    }
    if (rows.empty()) {
      y = top;
      return {};
    }
    const std::string behind = axis(line, base, y);
    y += kLineGap;
    return behind + rows;
  }

  std::string row(const Track& track, const Line& line, double y) {
    const double height = track.kind == Kind::typed ? kTypedRow : kRow;
    std::string out = fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\" stroke=\"#e2e2e2\"/>\n", left_,
                                  y + height - 2.5, line.right());
    const bool more_of_it = track.name.starts_with("keys (") || track.name.starts_with("decided (");
    if (!more_of_it) {
      out += svg_text(
          kPictureMargin, y + 14, kSmall,
          svg_fitting(track.name, kSmall, left_ - kPictureMargin - 8),
          track.kind == Kind::macro ? "font-weight=\"bold\" fill=\"#111111\"" : "fill=\"#444444\"");
    }
    if (track.kind == Kind::typed) {
      note_kinds(track, line);
      return out + draw_typed(track, line, y);
    }
    for (std::size_t i = 0; i < track.slices.size(); ++i) {
      if (!is_visible(track.slices[i], line)) continue;
      note_kind(track.slices[i], line);
      out += draw(track.slices[i], line, y, room_after(track, i, line));
    }
    return out;
  }

  void note_kinds(const Track& track, const Line& line) {
    for (const Slice& slice : track.slices) {
      if (is_visible(slice, line)) kinds_.insert(slice.kind);
    }
  }

  /// The legend tells of what can be seen.
  void note_kind(const Slice& slice, const Line& line) {
    const double width = line.x(slice.end) - line.x(slice.begin);
    if (slice.kind != Kind::ready || width > 2) kinds_.insert(slice.kind);
  }

  /// Up to where a label may stand behind slice number `i`.
  static double room_after(const Track& track, std::size_t i, const Line& line) {
    for (std::size_t next = i + 1; next < track.slices.size(); ++next) {
      if (is_visible(track.slices[next], line)) return line.x(track.slices[next].begin);
    }
    return kPictureWidth - kPictureMargin;
  }

  std::string draw(const Slice& slice, const Line& line, double y, double room) {
    const double begin = line.x(slice.begin);
    const double width = line.x(slice.end) - begin;
    if (slice.kind == Kind::fault || slice.kind == Kind::pointer ||
        (slice.kind == Kind::decision && slice.begin == slice.end)) {
      return mark(slice, begin, y) + label(slice, begin + 7, begin, y, room);
    }
    constexpr double kThinnest = 1.5;
    const Look style = look(slice.kind);
    const bool frame = slice.kind == Kind::macro;
    const std::string_view dashes = slice.kind == Kind::decision ? " stroke-dasharray=\"3 2\"" : "";
    return svg_box(begin, frame ? y + 1 : y + 2.5, std::max(width, kThinnest),
                   frame ? kBar + 3 : kBar,
                   fmt::format("rx=\"2\" fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\"{}",
                               style.fill, style.stroke, width < 4 ? "0.4" : "0.8", dashes),
                   tip(slice)) +
           label(slice, begin, begin + width, y, room);
  }

  /// What takes no time.
  static std::string mark(const Slice& slice, double x, double y) {
    const Look style = look(slice.kind);
    const std::string_view shape =
        slice.kind == Kind::fault ? "m-4 -4l8 8m0 -8l-8 8" : "m0 -5l5 5l-5 5l-5 -5z";
    return fmt::format(
        "<path d=\"M{:.1f} {:.1f}{}\" fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\">{}</path>\n", x,
        y + 11, shape, slice.kind == Kind::fault ? "none" : style.fill, style.stroke,
        slice.kind == Kind::fault ? "2.5" : "1", tip(slice));
  }

  /// The longest of the slice's names that has room: in its bar, from `begin` to `end`, or behind.
  static std::string label(const Slice& slice, double begin, double end, double y, double room) {
    constexpr double kMargins = 6;
    const bool beside = slice.kind == Kind::key || slice.kind == Kind::decision ||
                        slice.kind == Kind::layer || slice.kind == Kind::fault ||
                        slice.kind == Kind::pointer;
    if (slice.kind == Kind::macro || slice.kind == Kind::running || slice.kind == Kind::ready) {
      return {};
    }
    const double inside = end - begin - (slice.kind == Kind::report ? 1 : kMargins);
    const double behind = beside ? room - std::max(begin, end) - kMargins : 0;
    std::vector<std::string> names = {slice.name};
    names.insert(names.end(), slice.shorter.begin(), slice.shorter.end());
    for (const std::string& name : names) {
      const double width = svg_text_width(name, kSmall);
      if (width <= inside) {
        return svg_text((begin + end) / 2, y + 15, kSmall, name,
                        "text-anchor=\"middle\" fill=\"#111111\"");
      }
      if (width <= behind) {
        return svg_text(std::max(begin, end) + 3, y + 15, kSmall, name, "fill=\"#111111\"");
      }
    }
    return {};
  }

  // ---- The axis --------------------------------------------------------------------------------

  /// The axis above the rows, and lines down to `bottom`.
  [[nodiscard]] std::string axis(const Line& line, double base, double bottom) const {
    std::string out;
    const bool seconds = line.end() >= kSeconds * 1000;
    double last = left_ - 60;
    for (const Axis::Stretch& stretch : line.stretches) {
      if (stretch.look != Axis::Look::plain) out += gap(stretch, base, bottom);
      const double half = svg_text_width(time_text(stretch.begin, seconds), kSmall) / 2;
      if (stretch.x - half < last + 8) continue;
      last = stretch.x + half;
      out += tick(time_text(stretch.begin, seconds), stretch.x, base, bottom);
    }
    out += fmt::format("<path d=\"M{:.1f} {:.1f}H{:.1f}\" stroke=\"#888888\"/>\n", left_, base,
                       line.right());
    return out +
           svg_text(kPictureMargin, base - 5, kSmall, seconds ? "s" : "ms", "fill=\"#666666\"");
  }

  static std::string tick(const std::string& time, double x, double base, double bottom) {
    return fmt::format("<path d=\"M{:.1f} {:.1f}V{:.1f}\" stroke=\"#dedede\"/>\n", x, base - 3,
                       bottom - 2) +
           svg_text(x, base - 5, kSmall, time, "text-anchor=\"middle\" fill=\"#555555\"");
  }

  /// A time that is drawn shorter than it is: a band, and how long it is.
  static std::string gap(const Axis::Stretch& stretch, double base, double bottom) {
    const bool folded = is_folded(stretch);
    const double middle = stretch.x + stretch.width / 2;
    std::string out =
        svg_box(stretch.x, base, stretch.width, bottom - base - 2,
                folded ? "fill=\"#ececec\"" : "fill=\"#f7f7f7\"",
                svg_tip(fmt::format("{} ms, drawn shorter", stretch.end - stretch.begin))) +
        fmt::format("<path d=\"M{:.1f} {:.1f}l3 -8m2 8l3 -8\" stroke=\"#666666\" fill=\"none\"/>\n",
                    middle - 4, base + 4);
    if (!folded) return out;
    return out + svg_text(middle, base - 19, kSmall, fmt::format("{} times more", stretch.times),
                          "text-anchor=\"middle\" fill=\"#333333\"");
  }

  std::string legend(double& y) const {
    std::string out;
    double x = kPictureMargin;
    y += 4;
    for (const Kind kind : kinds_) {
      const Look style = look(kind);
      if (style.legend.empty()) continue;
      const double width = 20 + svg_text_width(style.legend, kSmall);
      if (x + width > kPictureWidth - kPictureMargin) {
        x = kPictureMargin;
        y += 18;
      }
      const std::string_view dashes = kind == Kind::decision ? " stroke-dasharray=\"3 2\"" : "";
      out += svg_box(
          x, y - 9, 13, 11,
          fmt::format("rx=\"2\" fill=\"{}\" stroke=\"{}\"{}", style.fill, style.stroke, dashes));
      out += svg_text(x + 18, y, kSmall, style.legend, "fill=\"#444444\"");
      x += width + 14;
    }
    y += 14;
    return out;
  }

  const Timeline& timeline_;
  const std::string& title_;
  double left_;
  Axis axis_;
  std::set<Kind> kinds_;  ///< Those that were drawn.
};

}  // namespace

std::string timeline_svg(const Timeline& timeline, const std::string& title) {
  return Picture(timeline, title).run();
}

}  // namespace pianola::timeline
