/// What the tests need inside the guest and no package has as small as this.
///
///     guest_tool keys FILE NODE…   takes the input devices NODE… for itself and writes what they
///                                  say to FILE until it is ended by SIGTERM
///     guest_tool led NODE N VALUE  switches the LED number N of a keyboard (1 is Caps Lock)
///     guest_tool eject NODE        ejects a medium, as eject(1) does
///
/// FILE gets one line an event: `NODE TYPE CODE VALUE MICROSECONDS`, NODE counted from 0. Types: 1
/// keys, 2 relative axes, and 0 the end of what one report said (EV_SYN; code 3 says that the
/// kernel's buffer overflowed, so that events are missing).

#include <fcntl.h>
#include <linux/cdrom.h>
#include <linux/input.h>
#include <poll.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

volatile std::sig_atomic_t ended = 0;

int fail(const char* what) {
  std::fprintf(stderr, "guest_tool: %s: %s\n", what, std::strerror(errno));
  return 1;
}

struct Event {
  std::size_t node;
  input_event event;
};

/// Reads all that waits on `file`.
bool drain(int file, std::size_t node, std::vector<Event>& events) {
  input_event batch[64];
  for (;;) {
    const ssize_t size = read(file, batch, sizeof batch);
    if (size < 0) return errno == EAGAIN;
    if (size == 0) return false;
    for (std::size_t i = 0; i < static_cast<std::size_t>(size) / sizeof *batch; ++i) {
      events.push_back({node, batch[i]});
    }
  }
}

int keys(const char* path, int count, char** names) {
  // The kernel keeps only a few dozen events: nobody else may get in the way of reading them.
  const sched_param priority{.sched_priority = 50};
  if (sched_setscheduler(0, SCHED_FIFO, &priority) != 0 || mlockall(MCL_CURRENT) != 0) {
    return fail("real-time priority");
  }
  std::vector<pollfd> files;
  for (int i = 0; i < count; ++i) {
    const int file = open(names[i], O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0 || ioctl(file, EVIOCGRAB, 1) != 0) return fail(names[i]);
    files.push_back({file, POLLIN, 0});
  }
  FILE* out = std::fopen(path, "w");
  if (out == nullptr) return fail(path);
  std::fputs("ready\n", out);
  std::fflush(out);

  struct sigaction end {};
  end.sa_handler = [](int) { ended = 1; };
  sigaction(SIGTERM, &end, nullptr);
  std::vector<Event> events;
  events.reserve(1 << 18);
  while (ended == 0) {
    const int ready = poll(files.data(), files.size(), -1);
    if (ready < 0 && errno != EINTR) return fail("poll");
    if (ready <= 0) continue;
    for (std::size_t i = 0; i < files.size(); ++i) {
      if (files[i].revents != 0 && !drain(files[i].fd, i, events)) files[i].fd = -1;
    }
  }
  for (const auto& [node, event] : events) {
    if (event.type == EV_MSC) continue;
    std::fprintf(out, "%zu %u %u %d %lld\n", node, event.type, event.code, event.value,
                 static_cast<long long>(event.input_event_sec) * 1000000 + event.input_event_usec);
  }
  return std::fclose(out) == 0 ? 0 : fail(path);
}

/// By the input device itself: while keys() has it, the kernel's own LED files do nothing.
int led(const char* name, const char* number, const char* value) {
  const int file = open(name, O_WRONLY | O_CLOEXEC);
  if (file < 0) return fail(name);
  input_event events[2] = {};
  events[0].type = EV_LED;
  events[0].code = static_cast<std::uint16_t>(std::atoi(number));
  events[0].value = std::atoi(value);
  events[1].type = EV_SYN;
  return write(file, events, sizeof events) == sizeof events ? 0 : fail("led");
}

int eject(const char* name) {
  const int file = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return fail(name);
  return ioctl(file, CDROMEJECT) == 0 ? 0 : fail("eject");
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view command = argc > 1 ? argv[1] : "";
  if (command == "keys" && argc > 3) return keys(argv[2], argc - 3, argv + 3);
  if (command == "led" && argc == 5) return led(argv[2], argv[3], argv[4]);
  if (command == "eject" && argc == 3) return eject(argv[2]);
  std::fputs("usage: guest_tool keys FILE NODE… | led NODE N VALUE | eject NODE\n", stderr);
  return 2;
}
