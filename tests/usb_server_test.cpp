// The USB/IP server, over real sockets on this machine.

#include "ports/usbip/server.hpp"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/fsuid.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "ports/memory/simulated_flash.hpp"
#include "support/usb_host.hpp"

namespace pianola::usbip {
namespace {

using test::Bytes;
using test::UsbHost;
using test::UsbRig;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A client that waits for its answers while the server runs in the same thread.
class Client {
 public:
  /// Connects from `own`, an address of this computer.
  explicit Client(std::uint16_t port, const char* own = "127.0.0.1")
      : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    ::inet_pton(AF_INET, own, &address.sin_addr);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  /// Connects to an IPv6 address.
  Client(std::uint16_t port, const in6_addr& to)
      : socket_(::socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK, 0)) {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(port);
    address.sin6_addr = to;
    ::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  ~Client() { close(); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void close() {
    if (socket_ >= 0) ::close(socket_);
    socket_ = -1;
  }
  void send(const Bytes& bytes) {
    EXPECT_EQ(::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL),
              static_cast<ssize_t>(bytes.size()));
  }
  /// Takes what is there. False if the server closed the connection.
  bool receive(Bytes& out) {
    std::array<std::uint8_t, 65536> piece{};
    for (;;) {
      const ssize_t size = ::recv(socket_, piece.data(), piece.size(), 0);
      if (size <= 0) return size != 0;
      out.insert(out.end(), piece.begin(), piece.begin() + size);
    }
  }

 private:
  int socket_;
};

/// Sockets belong to this user as long as this is there. Only root can do that.
class AsUser {
 public:
  explicit AsUser(uid_t user) : before_(static_cast<uid_t>(::setfsuid(user))) {}
  ~AsUser() { ::setfsuid(before_); }
  AsUser(const AsUser&) = delete;
  AsUser& operator=(const AsUser&) = delete;

 private:
  uid_t before_;
};

class UsbServer : public ::testing::Test, public ServerObserver {
 protected:
  void SetUp() override { ASSERT_FALSE(server_.listen("127.0.0.1", 0)); }

  /// Lets the server do what there is to do.
  void run(int rounds = 4) { run(rounds, server_); }
  void run(int rounds, Server& server) {
    for (int i = 0; i < rounds; ++i) {
      std::vector<pollfd> fds;
      server.watch(fds);
      ::poll(fds.data(), fds.size(), 2);
      server.handle(fds, rig_.now);
      server.step(rig_.now);
      ++rig_.now;
    }
  }
  /// Waits for an answer of `size` bytes.
  Bytes answer(Client& client, std::size_t size) {
    Bytes bytes;
    for (int i = 0; i < 500 && bytes.size() < size; ++i) {
      run(1);
      client.receive(bytes);
    }
    return bytes;
  }
  /// A control transfer without data, as USB/IP sends it.
  static Bytes control(std::uint8_t request, std::uint8_t value) {
    Bytes bytes;
    Writer out(bytes);
    out.u32(kSubmit).u32(6).u32(0x10002).u32(0).u32(0);
    out.u32(0).u32(0).u32(0).u32(0).u32(0).bytes(UsbHost::setup(0x00, request, value, 0, 0));
    return bytes;
  }
  /// The host sets a configuration; 0 takes it away.
  void configure(Client& client, std::uint8_t value) {
    client.send(control(9, value));
    EXPECT_EQ(answer(client, 48).size(), 48U);
  }
  void pass(Time milliseconds) {
    rig_.now += milliseconds;
    run();
  }
  static Bytes import_request() {
    Bytes request;
    Writer(request).u16(kVersion).u16(kRequestImport).u32(0).text(kBusId, kBusIdBytes);
    return request;
  }
  Bytes import(Client& client, std::size_t size = 8 + kDeviceBytes) {
    client.send(import_request());
    return answer(client, size);
  }
  /// The whole answer to a client that is not admitted: a request that failed, and no description.
  static Bytes forbidden() {
    Bytes bytes;
    Writer(bytes).operation(kReplyImport, OperationStatus::failed);
    return bytes;
  }

  memory::SimulatedFlash flash_{UsbRig::kGeometry};
  UsbRig rig_{flash_};
  Server server_{rig_.controller, rig_.usb, *this};
  std::vector<std::string> notes_;

 private:
  void attached(const std::string& peer) override { notes_.push_back("attached " + peer); }
  void detached(const std::string& reason) override { notes_.push_back("detached: " + reason); }
  void refused(const Peer& peer, Refusal why) override {
    const std::string user = peer.user ? std::to_string(*peer.user) : "unknown";
    notes_.push_back(why == Refusal::busy ? "busy " + peer.name : "forbidden to user " + user);
  }
};

TEST_F(UsbServer, AttachAndDetach) {
  EXPECT_NE(server_.port(), 0);
  Client client(server_.port());
  EXPECT_EQ(import(client).size(), 8 + kDeviceBytes);
  EXPECT_TRUE(server_.attached());
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_THAT(notes_[0], StartsWith("attached 127.0.0.1:"));
  client.close();
  run();
  EXPECT_FALSE(server_.attached());
  ASSERT_EQ(notes_.size(), 2U);
  EXPECT_EQ(notes_[1], "detached: the host closed the connection");
  Client again(server_.port());
  EXPECT_EQ(import(again).size(), 8 + kDeviceBytes);
  EXPECT_EQ(notes_.size(), 3U);
}

TEST_F(UsbServer, ASecondClientIsTurnedAwayWhileTheFirstGoesOn) {
  Client first(server_.port());
  import(first);
  Client second(server_.port());
  EXPECT_EQ(import(second, 8).size(), 8U);
  Bytes request;
  Writer out(request);
  out.u32(kSubmit).u32(5).u32(0x10002).u32(1).u32(0);
  out.u32(0).u32(18).u32(0).u32(0).u32(0).bytes(UsbHost::setup(0x80, 6, 0x100, 0, 18));
  first.send(request);
  EXPECT_EQ(answer(first, 48 + 18).size(), 48U + 18);
  ASSERT_EQ(notes_.size(), 2U);
  EXPECT_THAT(notes_[1], StartsWith("busy 127.0.0.1:"));
}

TEST_F(UsbServer, ManyClientsThatWantNothingDoNotKeepOneThatDoesAway) {
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 50; ++i) {
    idle.push_back(std::make_unique<Client>(server_.port()));
    run(1);
  }
  Client client(server_.port());
  EXPECT_EQ(import(client).size(), 8 + kDeviceBytes);
  for (int i = 0; i < 50; ++i) {
    idle.push_back(std::make_unique<Client>(server_.port()));
    run(1);
  }
  EXPECT_TRUE(server_.attached());
}

TEST_F(UsbServer, IdleClientsDoNotEvictOneThatIsAboutToAsk) {
  Client client(server_.port());
  run(1);
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 8; ++i) {
    idle.push_back(std::make_unique<Client>(server_.port()));
    run(1);
  }
  EXPECT_EQ(import(client).size(), 8 + kDeviceBytes);
}

TEST_F(UsbServer, WhoHoldsMostConnectionsLosesThemFirst) {
  Client client(server_.port(), "127.0.0.2");
  std::vector<std::unique_ptr<Client>> idle;
  for (int i = 0; i < 100; ++i) {
    idle.push_back(std::make_unique<Client>(server_.port()));
    run(1);
  }
  EXPECT_EQ(import(client).size(), 8 + kDeviceBytes);
  Bytes none;
  EXPECT_FALSE(idle.front()->receive(none)) << "the longest silent one";
  EXPECT_TRUE(idle.back()->receive(none));
}

TEST_F(UsbServer, WhoMayNotHaveTheDeviceMakesRoomFirst) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  std::vector<std::unique_ptr<Client>> own;
  for (int i = 0; i < 20; ++i) own.push_back(std::make_unique<Client>(server_.port()));
  run();
  std::vector<std::unique_ptr<Client>> others;
  {
    const AsUser nobody(65534);
    for (int i = 0; i < 100; ++i) {
      others.push_back(std::make_unique<Client>(server_.port()));
      run(1);
    }
  }
  EXPECT_EQ(import(*own.front()).size(), 8 + kDeviceBytes);
}

TEST_F(UsbServer, NoiseIsHungUpOn) {
  Client client(server_.port());
  client.send(Bytes(100, 0x47));
  run();
  Bytes bytes;
  EXPECT_FALSE(client.receive(bytes));
  EXPECT_THAT(bytes, IsEmpty());
  EXPECT_THAT(notes_, IsEmpty()) << "it never had the device";
}

TEST_F(UsbServer, NoiseAfterAttachingDetaches) {
  Client client(server_.port());
  import(client);
  client.send(Bytes(100, 0x47));
  run();
  EXPECT_FALSE(server_.attached());
  ASSERT_EQ(notes_.size(), 2U);
  EXPECT_EQ(notes_[1], "detached: it sent what the device cannot do");
}

TEST_F(UsbServer, TheDeviceLeavesTheBus) {
  Client client(server_.port());
  import(client);
  rig_.usb.reconnect();
  run();
  EXPECT_EQ(notes_.back(), "detached: the device left the bus");
  rig_.now += usb::Usb::kAway;
  run();
  Client again(server_.port());
  EXPECT_EQ(import(again).size(), 8 + kDeviceBytes);
}

// ---- Who may attach it
// ----------------------------------------------------------------------------

TEST_F(UsbServer, AnotherUserOfThisComputerIsRefused) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can be another user";
  std::optional<Client> client;
  {
    const AsUser nobody(65534);
    client.emplace(server_.port());
  }
  EXPECT_EQ(import(*client, 8), forbidden());
  EXPECT_FALSE(server_.attached());
  EXPECT_THAT(notes_, ElementsAre("forbidden to user 65534"));
  Client own(server_.port());
  EXPECT_EQ(import(own).size(), 8 + kDeviceBytes);
  EXPECT_EQ(import(*client, 8), forbidden()) << "and is not told whether it is busy";
}

TEST_F(UsbServer, WhoIsNotAdmittedIsRefused) {
  const std::string own = std::to_string(::geteuid());
  server_.admit({.users = {::geteuid() + 1}, .anybody = false});
  Client refused(server_.port());
  EXPECT_EQ(import(refused, 8), forbidden());
  EXPECT_THAT(notes_, ElementsAre("forbidden to user " + own));
  server_.admit({.users = {::geteuid() + 1, ::geteuid()}, .anybody = false});
  Client client(server_.port());
  EXPECT_EQ(import(client).size(), 8 + kDeviceBytes);
}

// What the device is, lsusb tells every user, once it is attached.
TEST_F(UsbServer, WhoIsNotAdmittedMayLookWhatThereIs) {
  server_.admit({.users = {}, .anybody = false});
  Client client(server_.port());
  Bytes request;
  Writer(request).u16(kVersion).u16(kRequestList).u32(0);
  client.send(request);
  EXPECT_GT(answer(client, 12 + kDeviceBytes).size(), 12 + kDeviceBytes - 1);
  EXPECT_THAT(notes_, IsEmpty());
}

// A socket that was closed is nobody's: the kernel calls it root's, which must let nobody in.
TEST_F(UsbServer, APeerWhoseSocketIsGoneIsRefused) {
  {
    Client client(server_.port());
    client.send(import_request());
  }
  run();
  EXPECT_THAT(notes_, ElementsAre("forbidden to user unknown"));
  server_.admit({.users = {}, .anybody = true});
  {
    Client client(server_.port());
    client.send(import_request());
  }
  run();
  ASSERT_EQ(notes_.size(), 3U);
  EXPECT_THAT(notes_[1], StartsWith("attached "));
}

// A kernel may have no sock_diag(7): a module of Linux, which a small system may lack.
TEST(UsbPeer, IsFoundInTheTablesToo) {
  in6_addr mapped{};
  ::inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped);
  for (const bool six : {false, true}) {
    const int listener = ::socket(six ? AF_INET6 : AF_INET, SOCK_STREAM, 0);
    sockaddr_in6 any{};
    any.sin6_family = six ? AF_INET6 : AF_INET;
    socklen_t size = six ? sizeof any : sizeof(sockaddr_in);
    if (::bind(listener, reinterpret_cast<const sockaddr*>(&any), size) != 0) {
      ::close(listener);
      GTEST_SKIP() << "this computer has no IPv6";
    }
    ASSERT_EQ(::listen(listener, 8), 0);
    ::getsockname(listener, reinterpret_cast<sockaddr*>(&any), &size);
    const std::uint16_t port = ntohs(any.sin6_port);  // At the same place for IPv4.
    std::vector<std::unique_ptr<Client>> clients;
    clients.push_back(std::make_unique<Client>(port));
    clients.push_back(std::make_unique<Client>(port, mapped));
    if (six) clients.push_back(std::make_unique<Client>(port, in6addr_loopback));
    for (std::size_t i = 0; i < clients.size(); ++i) {
      const int socket = ::accept(listener, nullptr, nullptr);
      for (const Ask ask : {Ask::best, Ask::tables}) {
        const Peer peer = look_up_peer(socket, ask);
        EXPECT_TRUE(peer.local);
        EXPECT_EQ(peer.user, ::geteuid()) << peer.name;
      }
      ::close(socket);
    }
    ::close(listener);
  }
}

TEST_F(UsbServer, UsersAreKnownByIpv6Too) {
  Server six{rig_.controller, rig_.usb, *this};
  if (six.listen("::1", 0)) GTEST_SKIP() << "this computer has no IPv6";
  in6_addr mapped{};
  ::inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped);
  Server both{rig_.controller, rig_.usb, *this};
  ASSERT_FALSE(both.listen("::", 0));
  const auto refuses = [&](Server& server, auto... to) {
    server.admit({.users = {}, .anybody = false});
    notes_.clear();
    Client client(server.port(), to...);
    for (int i = 0; i < 500 && notes_.empty(); ++i) {
      client.send(import_request());
      run(1, server);
    }
    return notes_.empty() ? "" : notes_[0];
  };
  const std::string expected = "forbidden to user " + std::to_string(::geteuid());
  EXPECT_EQ(refuses(six, in6addr_loopback), expected);
  EXPECT_EQ(refuses(both, in6addr_loopback), expected);
  EXPECT_EQ(refuses(both, mapped), expected) << "an IPv4 address in an IPv6 socket, at both ends";
  EXPECT_EQ(refuses(both), expected) << "an IPv4 socket";
  EXPECT_EQ(refuses(server_, mapped), expected) << "to an IPv4 socket";
}

// ---- Letting go
// -----------------------------------------------------------------------------------

// Linux's "remove", by which desktops switch a device off, takes back what it had asked for and
// sets configuration 0; after that nothing comes, and the connection stays (remove_store() in the
// kernel's drivers/usb/core/sysfs.c, and measured with 6.1).
TEST_F(UsbServer, AHostThatRemovesTheDeviceLetsGo) {
  Client client(server_.port());
  import(client);
  configure(client, 1);
  configure(client, 0);
  pass(Server::kRemoved - 100);
  EXPECT_TRUE(server_.attached()) << "it may configure the device anew";
  pass(200);
  EXPECT_FALSE(server_.attached());
  EXPECT_EQ(notes_.back(), "detached: the host removed the device");
  Bytes bytes;
  EXPECT_FALSE(client.receive(bytes));
  Client again(server_.port());
  EXPECT_EQ(import(again).size(), 8 + kDeviceBytes);
}

TEST_F(UsbServer, TheServerAsksToBeWokenToLetGo) {
  Client client(server_.port());
  import(client);
  configure(client, 1);
  configure(client, 0);
  const Next next = server_.step(rig_.now);
  ASSERT_FALSE(next.never);
  EXPECT_TRUE(reached(rig_.now + Server::kRemoved, next.at));
}

// A host that is paused or asleep says nothing either, and so does one of whose programs none reads
// the keyboard.
TEST_F(UsbServer, AHostThatSaysNothingKeepsTheDevice) {
  Client client(server_.port());
  import(client);
  pass(3'600'000);
  EXPECT_TRUE(server_.attached()) << "paused before it configured the device";
  configure(client, 1);
  pass(3'600'000);
  EXPECT_TRUE(server_.attached());
  configure(client, 0);
  pass(Server::kRemoved - 100);
  configure(client, 1);
  pass(3'600'000);
  EXPECT_TRUE(server_.attached()) << "configured again";
  configure(client, 0);
  pass(Server::kRemoved - 100);
  client.send(control(0x05, 1));  // SET_ADDRESS
  pass(Server::kRemoved - 100);
  EXPECT_TRUE(server_.attached()) << "it still speaks";
}

TEST_F(UsbServer, Closing) {
  Client client(server_.port());
  import(client);
  server_.close();
  EXPECT_EQ(notes_.back(), "detached: the device was switched off");
  EXPECT_FALSE(server_.attached());
  Bytes bytes;
  EXPECT_FALSE(client.receive(bytes));
}

TEST_F(UsbServer, AddressesThatCannotBeListenedAt) {
  Server other{rig_.controller, rig_.usb, *this};
  EXPECT_THAT(other.listen("nowhere", 1)->text, HasSubstr("'nowhere' is not an IP address"));
  EXPECT_THAT(other.listen("127.0.0.1", server_.port())->text, HasSubstr("in use"));
  EXPECT_TRUE(other.listen("127.0.0.1", server_.port())->in_use);
  EXPECT_THAT(other.listen("192.0.2.1", 0)->text, HasSubstr("cannot listen at 192.0.2.1"));
  EXPECT_FALSE(other.listen("localhost", 0));
}

}  // namespace
}  // namespace pianola::usbip
