#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "timeline/timeline.hpp"

namespace pianola::timeline {

/// Where the times of a timeline stand in its picture. Where something happens in each millisecond,
/// a millisecond is as wide as a character. A time in which nothing happens grows with its
/// logarithm only, and repetitions are folded. A line that is full goes on in the next.
class Axis {
 public:
  /// Lines from `left` to `right`, in pixels.
  Axis(const Timeline& timeline, double left, double right);

  enum class Look : std::uint8_t {
    plain,      ///< A few milliseconds.
    shortened,  ///< Much longer than it looks.
    folded,     ///< The same as before and after, `times` more.
  };
  struct Stretch {
    std::uint64_t begin = 0;  ///< In ms.
    std::uint64_t end = 0;
    Look look{};
    std::size_t times = 0;
    double x = 0;      ///< Where it begins, in pixels.
    double width = 0;  ///< In pixels.
  };
  struct Line {
    std::vector<Stretch> stretches;
    [[nodiscard]] std::uint64_t begin() const { return stretches.front().begin * 1000; }
    [[nodiscard]] std::uint64_t end() const { return stretches.back().end * 1000; }
    [[nodiscard]] double right() const { return stretches.back().x + stretches.back().width; }
    /// Where `time`, in µs, stands; one outside the line at its begin or end.
    [[nodiscard]] double x(std::uint64_t time) const;
    /// Whether what lasts from `begin` to `end` is inside a fold.
    [[nodiscard]] bool folds(std::uint64_t begin, std::uint64_t end) const;
  };
  [[nodiscard]] const std::vector<Line>& lines() const { return lines_; }
  /// Where the picture ends although the run goes on, in ms; 0 if all is in it.
  [[nodiscard]] std::uint64_t cut() const { return cut_; }

 private:
  void measure(double width);
  void break_lines(double left, double width);

  std::vector<Stretch> stretches_;
  std::vector<Line> lines_;
  std::uint64_t cut_ = 0;
};

}  // namespace pianola::timeline
