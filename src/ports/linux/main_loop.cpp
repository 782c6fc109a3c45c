#include "ports/linux/main_loop.hpp"

#include <sys/signalfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace pianola::linux_port {

MainLoop::MainLoop() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, &before_);
  signals_ = ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
}

MainLoop::~MainLoop() {
  if (signals_ >= 0) ::close(signals_);
  pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

bool MainLoop::is_to_stop() const {
  signalfd_siginfo info{};
  return ::read(signals_, &info, sizeof(info)) == sizeof(info);
}

std::string MainLoop::run(Client& client) {
  if (signals_ < 0) return "cannot watch for signals";
  Next next = Next::time(clock_.now());
  for (;;) {
    std::vector<pollfd> fds = {{.fd = signals_, .events = POLLIN, .revents = 0}};
    client.watch(fds);
    // To the microsecond: a computer asks for a report every millisecond.
    const timespec wait = next.never ? timespec{} : clock_.until(next.at);
    if (::ppoll(fds.data(), fds.size(), next.never ? nullptr : &wait, nullptr) < 0 &&
        errno != EINTR) {
      return std::string("cannot wait for anything: ") + std::strerror(errno);
    }
    if (is_to_stop()) return "";
    next = client.live(fds, clock_.now());
  }
}

}  // namespace pianola::linux_port
