#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <ctime>

#include "base/time.hpp"

namespace pianola::linux_port {

/// Time since this was made.
class Clock {
 public:
  /// In ms.
  [[nodiscard]] Time now() const { return static_cast<Time>(passed() / kMillisecond); }

  /// How long it is from now to the beginning of the millisecond `time`; 0 if that has come.
  [[nodiscard]] timespec until(Time time) const {
    const std::int64_t now = passed();
    const auto ahead = static_cast<std::int32_t>(time - static_cast<Time>(now / kMillisecond));
    const std::int64_t wait = std::max<std::int64_t>(ahead * kMillisecond - now % kMillisecond, 0);
    return {.tv_sec = static_cast<time_t>(wait / kSecond),
            .tv_nsec = static_cast<long>(wait % kSecond)};
  }

 private:
  static constexpr std::int64_t kMillisecond = 1'000'000;
  static constexpr std::int64_t kSecond = 1000 * kMillisecond;

  [[nodiscard]] std::int64_t passed() const {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now() - start_).count();
  }

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace pianola::linux_port
