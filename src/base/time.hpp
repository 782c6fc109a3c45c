#pragma once

#include <cstdint>

namespace pianola {

/// Milliseconds since some start that the port chose. Wraps after 2^32 ms (49.7 days): times are
/// compared only with earlier() and reached(), which are right for times less than 2^31 ms apart.
using Time = std::uint32_t;

/// Whether `a` is before `b`.
constexpr bool earlier(Time a, Time b) { return static_cast<std::int32_t>(a - b) < 0; }

/// Whether the time `at` has come at `now`.
constexpr bool reached(Time now, Time at) { return !earlier(now, at); }

/// When something wants its step() to be called again. It may be called earlier at any time, and
/// must be after whatever happened to it meanwhile.
struct Next {
  bool never = true;  ///< Not until something happens.
  Time at = 0;        ///< If not `never`; the step's own time means at once.

  static constexpr Next time(Time at) { return {false, at}; }
};

/// The one that comes first.
constexpr Next sooner(Next a, Next b) {
  // Member by member: for the whole, small processors would be told to call memcpy().
  const bool other = a.never || (!b.never && earlier(b.at, a.at));
  return {other ? b.never : a.never, other ? b.at : a.at};
}

}  // namespace pianola
