#pragma once

#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <ctime>

#include "base/time.hpp"
#include "cli/console.hpp"

namespace pianola::cli {

/// SIGINT and SIGTERM as something to read, instead of the end of the program.
class StopSignals {
 public:
  StopSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
    descriptor_ = ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (descriptor_ < 0) throw CommandError("cannot watch for signals");
  }
  ~StopSignals() {
    ::close(descriptor_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Whether one came.
  [[nodiscard]] bool take() const {
    signalfd_siginfo info{};
    return ::read(descriptor_, &info, sizeof(info)) == sizeof(info);
  }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

/// Time since this was made.
class Clock {
 public:
  /// In ms.
  [[nodiscard]] Time now() const { return static_cast<Time>(passed() / kMillisecond); }

  /// How long it is from now to the beginning of the millisecond `time`, but not less than nothing.
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

}  // namespace pianola::cli
