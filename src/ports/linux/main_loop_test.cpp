#include "ports/linux/main_loop.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <array>

namespace pianola::linux_port {
namespace {

/// Notes its rounds; ends the loop by a signal in the last one.
class Rounds : public Client {
 public:
  explicit Rounds(int last) : last_(last) {}
  void watch(std::vector<pollfd>& fds) override {
    if (pipe >= 0) fds.push_back({.fd = pipe, .events = POLLIN, .revents = 0});
  }
  Next live(const std::vector<pollfd>& fds, Time now) override {
    for (const pollfd& entry : fds) readable |= entry.fd == pipe && entry.revents != 0;
    time = now;
    if (++rounds == last_) ::kill(::getpid(), SIGTERM);
    return next;
  }

  int pipe = -1;
  int rounds = 0;
  bool readable = false;
  Time time = 0;
  Next next = Next::time(0);  ///< At once.

 private:
  int last_;
};

TEST(MainLoop, LivesAtOnceAndUntilASignal) {
  MainLoop loop;
  Rounds rounds{3};
  EXPECT_EQ(loop.run(rounds), "");
  EXPECT_EQ(rounds.rounds, 3);
}

TEST(MainLoop, SleepsUntilADescriptorIsReady) {
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe(ends.data()), 0);
  ASSERT_EQ(::write(ends[1], "x", 1), 1);
  MainLoop loop;
  Rounds rounds{2};
  rounds.pipe = ends[0];
  rounds.next = {};  // never, so it would sleep for ever
  EXPECT_EQ(loop.run(rounds), "");
  EXPECT_TRUE(rounds.readable);
  ::close(ends[0]);
  ::close(ends[1]);
}

TEST(MainLoop, ATimeIsTheBeginningOfItsMillisecond) {
  const Clock clock;
  const Time now = clock.now();
  const timespec wait = clock.until(now + 1000);
  EXPECT_EQ(wait.tv_sec, 0) << "somewhat less than a second";
  EXPECT_EQ(clock.until(now - 5).tv_sec, 0);
  EXPECT_EQ(clock.until(now - 5).tv_nsec, 0);
}

}  // namespace
}  // namespace pianola::linux_port
