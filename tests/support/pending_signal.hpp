#pragma once

#include <csignal>
#include <ctime>

namespace pianola::test {

/// A signal on its way to this thread while this lives: what waits for it gets it at once, so
/// `pianola device` sets everything up, and ends.
class PendingSignal {
 public:
  explicit PendingSignal(int signal = SIGTERM) {
    sigemptyset(&signals_);
    sigaddset(&signals_, signal);
    pthread_sigmask(SIG_BLOCK, &signals_, &before_);
    raise(signal);
  }
  ~PendingSignal() {
    // If nobody got that far, the signal is still on its way.
    const timespec at_once{};
    sigtimedwait(&signals_, nullptr, &at_once);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  PendingSignal(const PendingSignal&) = delete;
  PendingSignal& operator=(const PendingSignal&) = delete;

 private:
  sigset_t signals_{};
  sigset_t before_{};
};

}  // namespace pianola::test
