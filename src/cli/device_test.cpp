#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/file.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <vector>

#include "base/time.hpp"
#include "cli/app.hpp"
#include "cli/device_command.hpp"
#include "cli/device_keys.hpp"
#include "support/command_test.hpp"
#include "support/pending_signal.hpp"

namespace pianola::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::IsSupersetOf;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;

/// Runs `pianola device` in a folder of its own, with SIGTERM on its way: so it sets everything up,
/// and ends.
class DeviceCommand : public test::CommandTest {
 protected:
  /// `pianola device` at a port that is free.
  static Result device(std::vector<std::string> arguments, int signal = SIGTERM,
                       const std::string& input = "") {
    const test::PendingSignal pending(signal);
    if (std::find(arguments.begin(), arguments.end(), "--listen") == arguments.end()) {
      arguments.insert(arguments.end(), {"--listen", "0"});
    }
    arguments.insert(arguments.begin(), "device");
    return pianola(arguments, input);
  }
};

// ---- The command line -----------------------------------------------------------------------

TEST_F(DeviceCommand, HelpFitsATerminalAndSaysHowToAttachIt) {
  const Result result = pianola({"device", "--help"});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.out, HasSubstr("Usage: pianola device"));
  EXPECT_THAT(result.out, HasSubstr("\n  usbip attach -r 127.0.0.1 -b 1-1\n"));
  std::istringstream lines(result.out);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
}

TEST_F(DeviceCommand, WrongUsage) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> cases = {
      {{"device", "--flsh", "a"}, "unknown option '--flsh'; did you mean '--flash'?"},
      {{"device", "a"}, "'a' is one argument too many"},
      {{"device", "--keys", "a", "--script", "b"}, "excludes"},
      {{"device", "--keys", "a", "--evdev", "b"}, "excludes"},
      {{"device", "--listen", "99999"}, "a port is a number from 1 to 65535"},
      {{"device", "--listen", "-1"}, "from 1 to 65535, or 0 for any that is free; not '-1'"},
      {{"device", "--listen", "65536"}, "not '65536'"},
      {{"device", "--listen", "127.0.0.1:70000"}, "not '70000'"},
      {{"device", "--listen", "localhost:99999"}, "not '99999'"},
      {{"device", "--listen", "[::1]:-1"}, "not '-1'"},
      {{"device", "--listen", ""}, "--listen is an address, a port or both"},
      {{"device", "--listen", "[::1]:"}, "not '[::1]:'"},
      {{"device", "--allow-uid", "ann"}, "a user, as id -u prints it, or any; not 'ann'"},
      {{"device", "--allow-uid", "4294967296"}, "not '4294967296'"},
      {{"device", "--allow-uid", "-1"}, "not '-1'"},
  };
  for (const auto& [arguments, message] : cases) {
    const Result result = pianola(arguments);
    EXPECT_EQ(result.code, 2) << message;
    EXPECT_THAT(result.err, HasSubstr(message));
  }
}

TEST_F(DeviceCommand, AddressesToListenAt) {
  EXPECT_EQ(parse_listen("127.0.0.1:3240"), Listen{});
  EXPECT_EQ(parse_listen("3241"), (Listen{"127.0.0.1", 3241}));
  EXPECT_EQ(parse_listen("0.0.0.0"), (Listen{"0.0.0.0", 3240}));
  EXPECT_EQ(parse_listen("localhost:1"), (Listen{"localhost", 1}));
  EXPECT_EQ(parse_listen("::1"), (Listen{"::1", 3240}));
  EXPECT_EQ(parse_listen("[::1]"), (Listen{"::1", 3240}));
  EXPECT_EQ(parse_listen("[fe80::2]:99"), (Listen{"fe80::2", 99}));
  EXPECT_TRUE(parse_listen("127.9.9.9").is_local());
  EXPECT_TRUE(parse_listen("[::1]:5").is_local());
  EXPECT_FALSE(parse_listen("0.0.0.0").is_local());
  EXPECT_FALSE(parse_listen("10.0.0.1:5").is_local());
}

TEST(DeviceUsers, RootAndTheOwnOneAndWhoIsNamed) {
  EXPECT_THAT(parse_users({}).users, UnorderedElementsAre(0U, ::geteuid()));
  EXPECT_FALSE(parse_users({}).anybody);
  EXPECT_THAT(parse_users({"1001", "12"}).users, IsSupersetOf({1001U, 12U}));
  EXPECT_TRUE(parse_users({"1001", "any"}).anybody);
}

// ---- Starting and ending --------------------------------------------------------------------

TEST_F(DeviceCommand, SaysWhereItWaitsAndHowToAttachItAndEndsWhenAsked) {
  for (const int signal : {SIGTERM, SIGINT}) {
    const Result result = device({}, signal);
    EXPECT_EQ(result.code, 0);
    EXPECT_THAT(result.out, IsEmpty());
    EXPECT_THAT(result.err,
                MatchesRegex("pianola: without --flash, what is saved is forgotten at the end\n"
                             "pianola: memory: [0-9]+ definitions \\(the default macros\\), "
                             "layout uk, [0-9]+ bytes free\n"
                             "pianola: for your own, put the drive in: "
                             "\\+LSHIFT \\+RSHIFT 0x2E -LSHIFT -RSHIFT\n"
                             "pianola: waits at 127.0.0.1:[0-9]+, for root[^\n]*\n"
                             "To attach it to this computer, as root:\n"
                             "  modprobe vhci-hcd\n"
                             "  usbip --tcp-port [0-9]+ attach -r 127.0.0.1 -b 1-1\n"
                             "pianola: ends\n"));
  }
}

TEST_F(DeviceCommand, MakesAFileThatIsNotThere) {
  const Result result = device({"--flash", path("a.flash")});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err, StartsWith("pianola: made " + path("a.flash") + ", 4194304 bytes"));
  EXPECT_EQ(pianola({"flash", "check", "--flash", path("a.flash")}).code, 0);
  EXPECT_THAT(device({"--flash", path("a.flash")}).err, Not(HasSubstr("made")));
}

TEST_F(DeviceCommand, KeepsWhatIsInAFileThatIsThere) {
  ASSERT_EQ(pianola({"flash", "init", "--size", "64k", "--flash", path("a.flash")}).code, 0);
  ASSERT_EQ(pianola({"flash", "put", "-", "--flash", path("a.flash")}, "F1 { \"x\" }\n").code, 0);
  const Result result = device({"--flash", path("a.flash")});
  EXPECT_EQ(result.code, 0);
  EXPECT_THAT(result.err,
              StartsWith("pianola: " + path("a.flash") + ": 1 definition, layout uk, "));
  EXPECT_THAT(result.err, Not(HasSubstr("for your own")));
  EXPECT_EQ(pianola({"flash", "get", "--flash", path("a.flash")}).out, "F1 { \"x\" }\n");
}

TEST_F(DeviceCommand, RescuePutsTheDriveIn) {
  EXPECT_THAT(device({"--rescue"}).err, HasSubstr("pianola: the drive is in\n"));
}

TEST_F(DeviceCommand, WarnsWhenOthersCanReachIt) {
  EXPECT_THAT(
      device({"--listen", "0.0.0.0:0"}).err,
      HasSubstr("anybody who can reach that address from another computer can attach the device"));
}

// ---- What cannot be -------------------------------------------------------------------------

TEST_F(DeviceCommand, WhatIsNoFlashIsRefused) {
  const Result result = device({"--flash", write("a.flash", "text")});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr(path("a.flash")));
  EXPECT_THAT(device({"--flash", path("no/a.flash")}).err, HasSubstr("No such file or directory"));
}

TEST_F(DeviceCommand, APortThatIsTakenIsTold) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), size), 0);
  ASSERT_EQ(::listen(socket, 1), 0);
  ASSERT_EQ(::getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const std::string port = std::to_string(ntohs(address.sin_port));
  const Result result = device({"--listen", port});
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "pianola: port " + port +
                            " is in use; stop the other pianola device, or choose another with "
                            "--listen " +
                            std::to_string(ntohs(address.sin_port) + 1) + "\n");
  EXPECT_EQ(device({"--listen", "localhost:" + port, "--flash", path("new.flash")}).code, 1);
  EXPECT_FALSE(std::filesystem::exists(path("new.flash")));
  ::close(socket);
}

TEST_F(DeviceCommand, AStartThatFailsLeavesNoFile) {
  const std::vector<std::vector<std::string>> cases = {{"--keys", "F1 NOKEY"},
                                                       {"--script", path("none")},
                                                       {"--evdev", "/dev/null"},
                                                       {"--listen", "no.address"},
                                                       {"--listen", "99999"}};
  for (std::vector<std::string> arguments : cases) {
    arguments.insert(arguments.end(), {"--flash", path("new.flash")});
    EXPECT_NE(device(arguments).code, 0) << arguments[0];
    EXPECT_FALSE(std::filesystem::exists(path("new.flash"))) << arguments[0];
  }
  // One that was there stays.
  ASSERT_EQ(pianola({"flash", "init", "--size", "64k", "--flash", path("old.flash")}).code, 0);
  EXPECT_EQ(device({"--keys", "F1 NOKEY", "--flash", path("old.flash")}).code, 2);
  EXPECT_TRUE(std::filesystem::exists(path("old.flash")));
}

TEST_F(DeviceCommand, AFlashFileInUseIsTold) {
  ASSERT_EQ(pianola({"flash", "init", "--size", "64k", "--flash", path("a.flash")}).code, 0);
  const int other = ::open(path("a.flash").c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(::flock(other, LOCK_EX), 0);
  const Result result = device({"--flash", path("a.flash")});
  ::close(other);
  EXPECT_EQ(result.code, 1);
  EXPECT_EQ(result.err, "pianola: cannot open " + path("a.flash") +
                            ": another process uses it; is it a pianola device? stop that first\n");
}

TEST_F(DeviceCommand, AKeyboardThatMayNotBeReadSaysWhoMay) {
  write("event3", "");
  std::filesystem::permissions(path("event3"), std::filesystem::perms::none);
  // As another user than root, if it is root who runs this.
  const int before = ::setfsuid(65534);
  const Result result = device({"--evdev", path("event3")});
  ::setfsuid(static_cast<uid_t>(before));
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("Permission denied; use sudo, or join the group that may"));
}

TEST_F(DeviceCommand, LinesAreAnsweredBeforeAComputerIsThere) {
  const Result result = device({}, SIGTERM, "F1\n\nF1 NOKEY\nF2\n");
  EXPECT_THAT(result.err, HasSubstr("standard input:3:4: error: unknown key 'NOKEY'"));
  EXPECT_THAT(result.err, HasSubstr("no computer has attached the device: 2 lines wait for one\n"));
}

TEST_F(DeviceCommand, WrongKeysAreShown) {
  const Result keys = device({"--keys", "F1 NOKEY"});
  EXPECT_EQ(keys.code, 2);
  EXPECT_THAT(keys.err, HasSubstr("--keys:1:4: error: unknown key 'NOKEY'"));
  const Result script = device({"--script", write("keys", "# first\nF1 500\nF1 +\n+NOKEY\n")});
  EXPECT_EQ(script.code, 2);
  EXPECT_THAT(script.err, HasSubstr("keys:4:2: error: unknown key 'NOKEY'"));
  EXPECT_EQ(device({"--script", path("none")}).code, 1);
}

TEST_F(DeviceCommand, AKeyboardThatIsNoneIsTold) {
  const Result result = device({"--evdev", "/dev/null"});
  EXPECT_EQ(result.code, 1);
  EXPECT_THAT(result.err, HasSubstr("/dev/null is no input device"));
}

// ---- Keys at their times --------------------------------------------------------------------

constexpr hid::Usage kA = hid::kKeyA;

/// The script that `text` says.
scenario::KeyScript script(std::string_view text) {
  return scenario::parse_key_script(text, hid::default_layout());
}

/// What `feed` gives at `now`, as text.
std::string pressed(KeyFeed& feed, Time now) {
  std::string all;
  for (engine::KeyEvent event; feed.next(now, event);) {
    all += std::string(event.down ? "+" : "-") + (event.usage == kA ? "a" : "b") + "@" +
           std::to_string(event.time) + " ";
  }
  return all;
}

TEST(KeyFeed, KeysHaveTheTimesOfTheirScripts) {
  KeyFeed feed;
  feed.add(script("a 20 b"));
  EXPECT_EQ(pressed(feed, 100), "+a@100 ");
  EXPECT_EQ(feed.next_time(100).at, 110U);
  EXPECT_EQ(pressed(feed, 109), "");
  EXPECT_EQ(pressed(feed, 135), "-a@110 +b@130 ");
  EXPECT_EQ(pressed(feed, 200), "-b@140 ");
  EXPECT_EQ(feed.waiting(), 0U);
  EXPECT_TRUE(feed.next_time(200).never);
}

TEST(KeyFeed, ScriptsComeOneAfterTheOther) {
  KeyFeed feed;
  feed.add(script("a 20"));
  feed.add(script("b"));
  EXPECT_EQ(pressed(feed, 0), "+a@0 ");
  EXPECT_EQ(pressed(feed, 500), "-a@10 +b@30 -b@40 ");
  feed.add(script("a"));
  EXPECT_EQ(pressed(feed, 600), "+a@600 ");
}

TEST(KeyFeed, TimesMayWrap) {
  KeyFeed feed;
  feed.add(script("a"));
  EXPECT_EQ(pressed(feed, 0xFFFFFFFC), "+a@4294967292 ");
  EXPECT_EQ(pressed(feed, 5), "");
  EXPECT_EQ(pressed(feed, 6), "-a@6 ");
}

TEST(KeyFeed, StoppingLetsKeysUpAndForgetsTheScriptThatPlays) {
  KeyFeed feed;
  feed.add(script("+a 100 b"));
  feed.add(script("b"));
  EXPECT_EQ(pressed(feed, 0), "+a@0 ");
  std::vector<engine::KeyEvent> releases;
  feed.stop(50, releases);
  ASSERT_EQ(releases.size(), 1U);
  EXPECT_EQ(releases[0].usage, kA);
  EXPECT_FALSE(releases[0].down);
  EXPECT_EQ(pressed(feed, 1000), "+b@1000 ");
}

TEST(LineReader, LinesHoweverTheyArrive) {
  LineReader reader;
  std::string line;
  EXPECT_FALSE(reader.take(line));
  reader.add("on");
  EXPECT_FALSE(reader.take(line));
  reader.add("e\r\n\ntw");
  EXPECT_TRUE(reader.take(line));
  EXPECT_EQ(line, "one");
  EXPECT_TRUE(reader.take(line));
  EXPECT_EQ(line, "");
  EXPECT_FALSE(reader.take(line));
  EXPECT_TRUE(reader.take(line, true));
  EXPECT_EQ(line, "tw");
  EXPECT_EQ(reader.number(), 3U);
  EXPECT_FALSE(reader.take(line, true));
}

TEST(LineReader, WhatHasNoLinesHasAnEndToo) {
  LineReader reader;
  std::string line;
  reader.add(std::string(LineReader::kMostBytes, 'x'));
  EXPECT_TRUE(reader.take(line));
  EXPECT_EQ(line.size(), LineReader::kMostBytes);
}

}  // namespace
}  // namespace pianola::cli
