#include "ports/usbip/server.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <tuple>
#include <utility>

#include "ports/usbip/bus.hpp"

namespace pianola::usbip {
namespace {

/// What is read at once.
constexpr std::size_t kPiece = 64U << 10;
/// With more than so much to send, nothing is read.
constexpr std::size_t kBacklog = 4U << 20;
/// A client that says nothing for so long is asked whether it lives; in s.
constexpr int kSilence = 20;
/// How often it is asked, half as long apart, before it is given up.
constexpr int kQuestions = 4;

std::string error_text(int error) { return std::strerror(error); }

bool set_option(int socket, int level, int name, int value) {
  return setsockopt(socket, level, name, &value, sizeof value) == 0;
}

std::uint16_t port_of(int socket) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) return 0;
  if (address.ss_family == AF_INET6) {
    return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
  }
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
}

}  // namespace

struct Server::Client {
  Client(int number, Peer who, bool may_attach, Controller& controller)
      : socket(number),
        peer(std::move(who)),
        admitted(may_attach),
        connection(controller, may_attach) {}
  ~Client() { ::close(socket); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  int socket;
  Peer peer;
  bool admitted;
  Connection connection;
  Time heard_at = 0;  ///< When it last said something.
  bool told = false;  ///< The observer knows that it is attached.
  bool gone = false;
};

Server::Server(Controller& controller, usb::Usb& usb, ServerObserver& observer)
    : controller_(controller), usb_(usb), observer_(observer) {}

Server::~Server() {
  clients_.clear();
  if (listener_ >= 0) ::close(listener_);
}

std::optional<ListenProblem> Server::listen(const std::string& address, std::uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_NUMERICSERV | (address == "localhost" ? 0 : AI_NUMERICHOST);
  addrinfo* found = nullptr;
  const std::string number = std::to_string(port);
  if (getaddrinfo(address.c_str(), number.c_str(), &hints, &found) != 0) {
    return ListenProblem{.text = "'" + address + "' is not an IP address"};
  }
  int error = 0;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    const int listener =
        socket(info->ai_family, info->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (listener >= 0 && set_option(listener, SOL_SOCKET, SO_REUSEADDR, 1) &&
        bind(listener, info->ai_addr, info->ai_addrlen) == 0 &&
        ::listen(listener, static_cast<int>(kMaxClients)) == 0) {
      listener_ = listener;
      break;
    }
    error = errno;
    if (listener >= 0) ::close(listener);
  }
  freeaddrinfo(found);
  if (listener_ < 0) {
    return ListenProblem{
        .text = "cannot listen at " + address + ", port " + number + ": " + error_text(error),
        .in_use = error == EADDRINUSE};
  }
  port_ = port_of(listener_);
  return std::nullopt;
}

bool Server::attached() const { return controller_.attached(); }

void Server::watch(std::vector<pollfd>& fds) const {
  if (listener_ >= 0) fds.push_back({listener_, POLLIN, 0});
  for (const auto& client : clients_) {
    const std::size_t backlog = client->connection.output().size();
    const int events = (backlog < kBacklog ? POLLIN : 0) | (backlog > 0 ? POLLOUT : 0);
    fds.push_back({client->socket, static_cast<short>(events), 0});
  }
}

void Server::handle(const std::vector<pollfd>& fds, Time now) {
  const auto found = [&](int fd, int events) {
    return std::any_of(fds.begin(), fds.end(), [&](const pollfd& entry) {
      return entry.fd == fd && (entry.revents & events) != 0;
    });
  };
  for (const auto& client : clients_) {
    if (found(client->socket, POLLIN | POLLHUP | POLLERR)) read_from(*client, now);
  }
  if (listener_ < 0 || !found(listener_, POLLIN)) return;
  for (std::size_t i = 0; i < kMaxClients && accept_client(now); ++i) {
  }
}

/// Takes one connection that waits. False if there is none.
bool Server::accept_client(Time now) {
  const int socket = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (socket < 0) return false;
  // Replies are short and waited for; and a host whose cable was pulled must not keep the device.
  set_option(socket, IPPROTO_TCP, TCP_NODELAY, 1);
  set_option(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
  set_option(socket, IPPROTO_TCP, TCP_KEEPIDLE, kSilence);
  set_option(socket, IPPROTO_TCP, TCP_KEEPINTVL, kSilence / 2);
  set_option(socket, IPPROTO_TCP, TCP_KEEPCNT, kQuestions);
  set_option(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, (kSilence + kQuestions * kSilence / 2) * 1000);
  // At once: later the peer may have handed its end on, or closed it.
  Peer peer = look_up_peer(socket);
  const bool admitted = access_.admits(peer);
  auto client = std::make_unique<Client>(socket, std::move(peer), admitted, controller_);
  client->heard_at = now;
  if (clients_.size() < kMaxClients || make_room(now)) clients_.push_back(std::move(client));
  return true;
}

/// Drops a client for one that comes. False if all have the device, or have asked for it.
bool Server::make_room(Time now) {
  for (const auto& client : clients_) {
    if (!client->connection.attached()) read_from(*client, now);
  }
  const auto held = [&](const Peer& peer) {
    return std::ranges::count_if(clients_, [&](const auto& other) {
      return other->peer.address == peer.address && other->peer.user == peer.user;
    });
  };
  std::tuple<bool, bool, std::ptrdiff_t, Time> most{};
  auto least = clients_.end();
  for (auto place = clients_.begin(); place != clients_.end(); ++place) {
    const Client& client = **place;
    if (client.connection.attached() || client.told) continue;
    const auto rank =
        std::tuple(client.gone, !client.admitted, held(client.peer), now - client.heard_at);
    if (least != clients_.end() && rank <= most) continue;
    most = rank;
    least = place;
  }
  if (least == clients_.end()) return false;
  clients_.erase(least);
  return true;
}

void Server::read_from(Client& client, Time now) {
  std::vector<std::uint8_t> piece(kPiece);
  const ssize_t size = recv(client.socket, piece.data(), piece.size(), 0);
  if (size > 0) {
    client.heard_at = now;
    client.connection.receive({piece.data(), static_cast<std::size_t>(size)});
  } else if (size == 0) {
    drop(client, "the host closed the connection");
  } else if (errno != EAGAIN && errno != EINTR) {
    drop(client, error_text(errno));
  }
}

void Server::write_to(Client& client) {
  std::vector<std::uint8_t>& output = client.connection.output();
  std::size_t sent = 0;
  while (sent < output.size()) {
    const ssize_t size =
        send(client.socket, output.data() + sent, output.size() - sent, MSG_NOSIGNAL);
    if (size < 0 && errno == EINTR) continue;
    if (size < 0 && errno != EAGAIN) drop(client, error_text(errno));
    if (size <= 0) break;
    sent += static_cast<std::size_t>(size);
  }
  output.erase(output.begin(), output.begin() + static_cast<std::ptrdiff_t>(sent));
}

void Server::drop(Client& client, const std::string& reason) {
  if (client.gone) return;
  client.gone = true;
  if (client.told) observer_.detached(reason);
  client.told = false;
}

Next Server::step(Time now) {
  Next next = step_bus(controller_, usb_, now);
  for (const auto& client : clients_) {
    if (client->gone) continue;
    Connection& connection = client->connection;
    if (connection.attached() && !client->told) {
      client->told = true;
      observer_.attached(client->peer.name);
    }
    const Refusal refusal = connection.take_refusal();
    if (refusal != Refusal::none) observer_.refused(client->peer, refusal);
    write_to(*client);
    if (connection.closed()) drop(*client, std::string(connection.why_closed()));
    if (!connection.unconfigured()) continue;
    const Time removed_at = client->heard_at + kRemoved;
    if (reached(now, removed_at)) drop(*client, "the host removed the device");
    next = sooner(next, Next::time(removed_at));
  }
  if (std::erase_if(clients_, [](const auto& client) { return client->gone; }) > 0) {
    // The device is to know at once that the host is gone.
    next = sooner(next, step_bus(controller_, usb_, now));
  }
  return next;
}

void Server::close() {
  for (const auto& client : clients_) drop(*client, "the device was switched off");
  clients_.clear();
  if (listener_ >= 0) ::close(listener_);
  listener_ = -1;
  port_ = 0;
}

}  // namespace pianola::usbip
