#include "timeline/axis.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>

namespace pianola::timeline {
namespace {

using Stretch = Axis::Stretch;

constexpr std::uint64_t kShort = 14;     ///< Longest time, in ms, that is no gap.
constexpr double kFoldWidth = 104;       ///< In pixels.
constexpr double kNarrowestScale = 8.7;  ///< Pixels for a millisecond: a character has room.
constexpr double kWidestScale = 12;
constexpr std::size_t kMostLines = 12;

/// A millisecond in which something begins or ends.
struct Moment {
  std::uint64_t time = 0;
  std::size_t what = 0;   ///< A hash of it.
  std::uint64_t gap = 0;  ///< Since the moment before.
  /// Whether the same happens after the same time.
  [[nodiscard]] bool same(const Moment& other) const {
    return what == other.what && gap == other.gap;
  }
};

std::vector<Moment> moments_of(const Timeline& timeline) {
  std::map<std::uint64_t, std::size_t> all = {{0, 0}, {timeline.end / 1000, 0}};
  for (std::size_t i = 0; i < timeline.tracks.size(); ++i) {
    for (const Timeline::Slice& slice : timeline.tracks[i].slices) {
      const std::size_t kind = i * 32 + static_cast<std::size_t>(slice.kind);
      const std::size_t hash = std::hash<std::string>{}(slice.name) * 31 + kind;
      std::size_t& begin = all[slice.begin / 1000];
      begin = begin * 1'000'003 + hash;
      std::size_t& end = all[(slice.end + 999) / 1000];
      end = end * 1'000'003 + hash + 1;
    }
  }
  std::vector<Moment> moments;
  moments.reserve(all.size());
  for (const auto& [time, what] : all) {
    moments.push_back({time, what, moments.empty() ? 0 : time - moments.back().time});
  }
  return moments;
}

/// What is repeated from a moment on: `period` moments, `times` times.
struct Repeat {
  std::size_t period = 0;
  std::size_t times = 0;
};

/// What is repeated from moment number `at` on so often that it is worth a fold.
Repeat repeat_at(const std::vector<Moment>& moments, std::size_t at) {
  constexpr std::size_t kLongest = 64;
  constexpr std::size_t kFewest = 5;        // times
  constexpr std::size_t kLeast = 10;        // moments
  constexpr std::uint64_t kShortest = 300;  // ms
  for (std::size_t period = 1; period <= kLongest; ++period) {
    std::size_t end = at;
    while (end + period < moments.size() && moments[end].same(moments[end + period])) ++end;
    const std::size_t times = (end - at) / period + 1;
    if (times < kFewest || (times - 3) * period < kLeast) continue;
    const std::uint64_t time = moments[at + (times - 1) * period].time - moments[at].time;
    if (time >= kShortest) return {period, times};
  }
  return {};
}

/// How wide a time in which nothing begins or ends is, in milliseconds of the scale.
double units(const Stretch& stretch) {
  constexpr double kEven = 3;
  const auto time = static_cast<double>(stretch.end - stretch.begin);
  return time <= kEven ? time : kEven + 1.35 * std::log2(time / kEven);
}

std::vector<Stretch> stretches_of(const std::vector<Moment>& moments) {
  std::vector<Stretch> stretches;
  for (std::size_t i = 0; i + 1 < moments.size();) {
    const Repeat repeat = repeat_at(moments, i);
    const auto go_on = [&](std::size_t end) {
      for (; i < end && i + 1 < moments.size(); ++i) {
        const std::uint64_t time = moments[i + 1].time - moments[i].time;
        stretches.push_back({moments[i].time, moments[i + 1].time,
                             time > kShort ? Axis::Look::shortened : Axis::Look::plain});
      }
    };
    if (repeat.times == 0) {
      go_on(i + 1);
      continue;
    }
    // The first two are drawn, and the last.
    const std::size_t last = i + (repeat.times - 1) * repeat.period;
    go_on(i + 2 * repeat.period);
    stretches.push_back(
        {moments[i].time, moments[last].time, Axis::Look::folded, repeat.times - 3});
    i = last;
    go_on(last + repeat.period);
  }
  return stretches;
}

}  // namespace

double Axis::Line::x(std::uint64_t time) const {
  const double ms = static_cast<double>(time) / 1000;
  if (time <= begin()) return stretches.front().x;
  for (const Stretch& stretch : stretches) {
    if (time >= stretch.end * 1000) continue;
    const auto from = static_cast<double>(stretch.begin);
    return stretch.x +
           stretch.width * (ms - from) / static_cast<double>(stretch.end - stretch.begin);
  }
  return right();
}

bool Axis::Line::folds(std::uint64_t begin, std::uint64_t end) const {
  return std::ranges::any_of(stretches, [&](const Stretch& stretch) {
    return stretch.look == Axis::Look::folded && begin >= stretch.begin * 1000 &&
           end <= stretch.end * 1000 + 1;
  });
}

Axis::Axis(const Timeline& timeline, double left, double right)
    : stretches_(stretches_of(moments_of(timeline))) {
  measure(right - left);
  break_lines(left, right - left);
}

/// Finds the scale: all in one line, if characters have room then.
void Axis::measure(double width) {
  double total = 0;
  double folds = 0;
  for (const Stretch& stretch : stretches_) {
    if (stretch.look == Axis::Look::folded) {
      folds += kFoldWidth;
    } else {
      total += units(stretch);
    }
  }
  const double scale =
      std::clamp((width - folds) / std::max(total, 1.0), kNarrowestScale, kWidestScale);
  for (Stretch& stretch : stretches_) {
    stretch.width = stretch.look == Axis::Look::folded ? kFoldWidth : units(stretch) * scale;
  }
}

void Axis::break_lines(double left, double width) {
  std::size_t first = 0;
  while (first < stretches_.size()) {
    if (lines_.size() == kMostLines) {
      cut_ = stretches_[first].begin;
      return;
    }
    std::size_t end = first;
    std::size_t quiet = first;  // after the last time in which nothing happens
    double x = 0;
    for (; end < stretches_.size() && (end == first || x + stretches_[end].width <= width + 0.01);
         ++end) {
      x += stretches_[end].width;
      if (stretches_[end].look == Axis::Look::shortened && x > width * 0.6) quiet = end + 1;
    }
    if (end < stretches_.size() && quiet > first) end = quiet;
    Line line;
    x = left;
    for (; first < end; ++first) {
      line.stretches.push_back(stretches_[first]);
      line.stretches.back().x = x;
      x += stretches_[first].width;
    }
    lines_.push_back(std::move(line));
  }
}

}  // namespace pianola::timeline
