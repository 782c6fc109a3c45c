#pragma once

#include <poll.h>

#include <csignal>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "ports/linux/clock.hpp"

namespace pianola::linux_port {

/// What the main loop serves: something that waits for descriptors and for times.
class Client {
 public:
  /// Appends what it waits for.
  virtual void watch(std::vector<pollfd>& fds) = 0;
  /// Does what can be done at `now`; `fds` says what happened. Returns when it wants to go on.
  virtual Next live(const std::vector<pollfd>& fds, Time now) = 0;

 protected:
  ~Client() = default;
};

/// The main loop of a program on Linux: sleeps until something happens or a time has come. SIGINT
/// and SIGTERM end it, instead of the program, as long as it is there.
class MainLoop {
 public:
  MainLoop();
  ~MainLoop();
  MainLoop(const MainLoop&) = delete;
  MainLoop& operator=(const MainLoop&) = delete;

  [[nodiscard]] const Clock& clock() const { return clock_; }
  /// Serves `client`, which is the caller's, until a signal ends it. What went wrong, for people;
  /// nothing if it was a signal.
  std::string run(Client& client);

 private:
  [[nodiscard]] bool is_to_stop() const;

  Clock clock_;
  sigset_t before_{};  ///< The signals that were blocked.
  int signals_ = -1;
};

}  // namespace pianola::linux_port
