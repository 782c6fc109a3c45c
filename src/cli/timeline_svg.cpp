#include <fmt/core.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "cli/console.hpp"
#include "cli/timeline.hpp"

namespace pianola::cli {
namespace {

using Kind = Timeline::Kind;
using Slice = Timeline::Slice;
using Track = Timeline::Track;

// Sizes in pixels.
constexpr double kTop = 64;
constexpr double kRow = 30;
constexpr double kBar = 20;
constexpr double kGap = 14;  ///< Between keys, macros and reports.
constexpr double kRight = 24;
constexpr double kCharacter = 6.3;  ///< The width of one, about.
constexpr double kTick = 46;        ///< Least distance of labels on the axis.
constexpr double kWidest = 6000;

/// How a kind of slice looks.
struct Look {
  std::string_view name;
  std::string_view fill;
  std::string_view line;
};
Look look(Kind kind) {
  switch (kind) {
    case Kind::key:
      return {"key", "#cfe2f7", "#4a7fb5"};
    case Kind::macro:
      return {"macro", "none", "#b8b8b8"};
    case Kind::running:
      return {"running", "#8fce9b", "#2e7d45"};
    case Kind::ready:
      return {"ready", "#f5dd8c", "#b58a14"};
    case Kind::sleeping:
      return {"sleeping", "#eceaf4", "#a9a3c6"};
    case Kind::report:
      return {"report", "#f6d5bf", "#b9662f"};
    case Kind::fault:
      return {"fault", "#c62828", "#c62828"};
  }
  return {};
}

std::string escaped(std::string_view text) {
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

std::string milliseconds(std::uint64_t time) {
  const std::uint64_t ms = time / 1000;
  if (ms < 10'000) return fmt::format("{}", ms);
  return fmt::format("{}.{:03}s", ms / 1000, ms % 1000);
}

/// From time to pixels. Where much happens a millisecond is wide; a gap in which nothing happens
/// grows with its logarithm only.
class Axis {
 public:
  Axis(const Timeline& timeline, double left) : left_(left) {
    std::set<std::uint64_t> times = {0, timeline.end / 1000};
    for (const Track& track : timeline.tracks) {
      for (const Slice& slice : track.slices) {
        times.insert(slice.begin / 1000);
        times.insert((slice.end + 999) / 1000);
      }
    }
    times_.assign(times.begin(), times.end());
    double total = 0;
    for (const std::uint64_t time : times_) {
      if (!units_.empty()) total += units_of(time - times_[units_.size() - 1]);
      units_.push_back(total);
    }
    scale_ = std::clamp(1100 / std::max(total, 1.0), 2.5, 16.0);
    scale_ = std::min(scale_, kWidest / std::max(total, 1.0));
  }

  [[nodiscard]] double x(std::uint64_t time) const {
    const double ms = static_cast<double>(time) / 1000;
    const auto after = std::upper_bound(times_.begin(), times_.end(), time / 1000);
    const auto i = static_cast<std::size_t>(after - times_.begin());
    if (i == times_.size()) return left_ + units_.back() * scale_;
    const double begin = static_cast<double>(times_[i - 1]);
    const double part = (ms - begin) / static_cast<double>(times_[i] - times_[i - 1]);
    return left_ + (units_[i - 1] + part * (units_[i] - units_[i - 1])) * scale_;
  }
  [[nodiscard]] double right() const { return left_ + units_.back() * scale_; }
  /// The times at which something happens, in ms.
  [[nodiscard]] const std::vector<std::uint64_t>& times() const { return times_; }
  /// Whether the gap after time number `i` is drawn shorter than it is.
  [[nodiscard]] bool squeezed(std::size_t i) const { return times_[i + 1] - times_[i] > kLinear; }

 private:
  static constexpr std::uint64_t kLinear = 12;
  static double units_of(std::uint64_t gap) {
    const auto linear = static_cast<double>(kLinear);
    const auto size = static_cast<double>(gap);
    return gap <= kLinear ? size : linear + 4 * std::log2(size / linear);
  }

  double left_;
  std::vector<std::uint64_t> times_;
  std::vector<double> units_;
  double scale_ = 1;
};

class Picture {
 public:
  Picture(const Timeline& timeline, const std::string& title)
      : timeline_(timeline), title_(title), left_(label_width()), axis_(timeline, left_) {}

  std::string run() {
    double y = kTop;
    Kind group = timeline_.tracks.empty() ? Kind::report : timeline_.tracks.front().kind;
    std::string rows;
    for (const Track& track : timeline_.tracks) {
      if (track.kind != group) y += kGap;
      group = track.kind;
      rows += row(track, y);
      y += kRow;
    }
    const std::string grid = ticks(y);
    const double height = y + 74;
    const double width = std::max(axis_.right() + kRight, 760.0);
    return fmt::format(
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0:.0f}\" height=\"{1:.0f}\" "
               "viewBox=\"0 0 {0:.0f} {1:.0f}\" font-family=\"Helvetica, Arial, sans-serif\" "
               "font-size=\"11\">\n<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
               width, height) +
           text(16, 28, title_, "font-size=\"16\" font-weight=\"bold\" fill=\"#222222\"") + grid +
           rows + legend(y + 50) + "</svg>\n";
  }

 private:
  [[nodiscard]] double label_width() const {
    std::size_t longest = 8;
    for (const Track& track : timeline_.tracks) {
      longest = std::max(longest, characters(track.name));
    }
    return 36 + 7 * static_cast<double>(std::min<std::size_t>(longest, 30));
  }

  static std::string text(double x, double y, std::string_view text, std::string_view style) {
    return fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" {}>{}</text>\n", x, y, style,
                       escaped(text));
  }

  /// As much of `name` as fits; empty if that is next to nothing.
  static std::string fitting(const std::string& name, double width) {
    const auto room = static_cast<std::size_t>(std::max(width - 4, 0.0) / kCharacter);
    const std::size_t size = characters(name);
    if (size <= room) return name;
    if (room < 5) return {};
    std::string cut;
    std::size_t count = 0;
    for (const char c : name) {
      if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80 && ++count == room) break;
      cut += c;
    }
    return cut + "…";
  }

  std::string row(const Track& track, double y) {
    std::string out = fmt::format(
        "<line x1=\"16\" y1=\"{0:.1f}\" x2=\"{1:.1f}\" y2=\"{0:.1f}\" "
        "stroke=\"#eeeeee\"/>\n",
        y + kRow - 3, axis_.right());
    out += text(
        16, y + 16, fitting(track.name, left_ - 20),
        track.kind == Kind::macro ? "font-weight=\"bold\" fill=\"#222222\"" : "fill=\"#555555\"");
    for (const Slice& slice : track.slices) out += draw(slice, y);
    return out;
  }

  std::string draw(const Slice& slice, double y) {
    const double begin = axis_.x(slice.begin);
    const Look style = look(slice.kind);
    std::string tip = fmt::format("{}: {} ms to {} ms", slice.name, milliseconds(slice.begin),
                                  milliseconds(slice.end));
    for (const auto& [name, value] : slice.details) tip += fmt::format("\n{}: {}", name, value);
    std::string title = "<title>";
    for (std::size_t at = 0; at < tip.size();) {
      const std::size_t end = std::min(tip.find('\n', at), tip.size());
      title += (at > 0 ? "&#10;" : "") + escaped(std::string_view(tip).substr(at, end - at));
      at = end + 1;
    }
    title += "</title>";
    if (slice.kind == Kind::fault) {
      return fmt::format(
                 "<g>{}<path d=\"M{:.1f} {:.1f}l8 8m0 -8l-8 8\" stroke=\"{}\" "
                 "stroke-width=\"2.5\"/>",
                 title, begin - 4, y + 6, style.line) +
             text(begin + 8, y + 15, slice.name, fmt::format("fill=\"{}\"", style.line)) + "</g>\n";
    }
    if (slice.empty) {
      return fmt::format(
          "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" "
          "stroke=\"{3}\">{4}</line>\n",
          begin, y + 6, y + kBar - 2, style.line, title);
    }
    const double least = slice.kind == Kind::ready ? 0.5 : 2;
    const double width = std::max(axis_.x(slice.end) - begin, least);
    std::string out = fmt::format(
        "<g><rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" rx=\"2\" "
        "fill=\"{}\" stroke=\"{}\" stroke-width=\"{}\">{}</rect>",
        begin, slice.kind == Kind::macro ? y - 1 : y + 1, width,
        slice.kind == Kind::macro ? kBar + 4 : kBar, style.fill, style.line,
        width < 4 ? "0.4" : "0.8", title);
    if (slice.kind != Kind::macro) {
      if (const std::string label = fitting(slice.name, width); !label.empty()) {
        out += text(begin + 3, y + 15, label, "fill=\"#333333\"");
      }
    }
    return out + "</g>\n";
  }

  /// The axis above the rows, and lines down to `bottom`.
  std::string ticks(double bottom) {
    std::string out;
    double last = -kTick;
    const auto& times = axis_.times();
    for (std::size_t i = 0; i < times.size(); ++i) {
      const double x = axis_.x(times[i] * 1000);
      if (i + 1 < times.size() && axis_.squeezed(i)) {
        const double end = axis_.x(times[i + 1] * 1000);
        out += fmt::format(
            "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"4\" "
            "fill=\"#dddddd\"><title>{} ms, drawn shorter</title></rect>\n",
            x, kTop - 10, end - x, times[i + 1] - times[i]);
      }
      if (x - last < kTick) continue;
      last = x;
      out += fmt::format(
          "<line x1=\"{0:.1f}\" y1=\"{1:.1f}\" x2=\"{0:.1f}\" y2=\"{2:.1f}\" "
          "stroke=\"#e6e6e6\"/>\n",
          x, kTop - 10, bottom);
      out += text(x, kTop - 14, milliseconds(times[i] * 1000),
                  "text-anchor=\"middle\" fill=\"#777777\"");
    }
    out += text(left_ - 14, kTop - 14, "ms", "text-anchor=\"end\" fill=\"#777777\"");
    return out;
  }

  std::string legend(double y) {
    constexpr std::pair<Kind, std::string_view> kItems[] = {
        {Kind::key, "key down"},
        {Kind::running, "macro runs"},
        {Kind::ready, "waits its turn"},
        {Kind::sleeping, "sleeps until …"},
        {Kind::report, "what the computer gets"}};
    std::string out;
    double x = 16;
    for (const auto& [kind, label] : kItems) {
      out += fmt::format(
          "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"14\" height=\"12\" rx=\"2\" "
          "fill=\"{}\" stroke=\"{}\"/>\n",
          x, y - 10, look(kind).fill, look(kind).line);
      out += text(x + 19, y, label, "fill=\"#555555\"");
      x += 36 + kCharacter * static_cast<double>(characters(label));
    }
    out += fmt::format(
        "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"14\" height=\"4\" "
        "fill=\"#dddddd\"/>\n",
        x, y - 6);
    return out + text(x + 19, y, "time drawn shorter", "fill=\"#555555\"");
  }

  const Timeline& timeline_;
  const std::string& title_;
  double left_;
  Axis axis_;
};

}  // namespace

std::string timeline_svg(const Timeline& timeline, const std::string& title) {
  return Picture(timeline, title).run();
}

}  // namespace pianola::cli
