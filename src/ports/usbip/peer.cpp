#include "ports/usbip/peer.hpp"

#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <sstream>

namespace pianola::usbip {
namespace {

/// The index of the loopback interface, in every network namespace. Connections within a computer
/// are on it, whatever their addresses.
constexpr std::uint32_t kLoopback = 1;

/// One end of a connection.
struct End {
  int family = AF_UNSPEC;
  std::array<std::uint8_t, 16> address{};  ///< IPv4: the first four.
  in_port_t port = 0;                      ///< In the order of the network.

  [[nodiscard]] bool is_loopback() const {
    if (family == AF_INET) return address[0] == 127;
    return std::equal(address.begin(), address.end(), in6addr_loopback.s6_addr);
  }
  [[nodiscard]] bool is_at(const End& other) const {
    return family == other.family && address == other.address;
  }
};

/// An IPv4 address that is written as an IPv6 one is taken as the former.
End to_end(const sockaddr_storage& storage) {
  End end;
  end.family = storage.ss_family;
  if (end.family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(storage);
    end.port = in.sin_port;
    std::memcpy(end.address.data(), &in.sin_addr, sizeof in.sin_addr);
  } else if (end.family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(storage);
    end.port = in.sin6_port;
    const std::uint8_t* bytes = in.sin6_addr.s6_addr;
    if (IN6_IS_ADDR_V4MAPPED(&in.sin6_addr)) {
      end.family = AF_INET;
      std::copy_n(bytes + 12, 4, end.address.begin());
    } else {
      std::copy_n(bytes, 16, end.address.begin());
    }
  }
  return end;
}

struct Request {
  nlmsghdr header{};
  inet_diag_req_v2 body{};
};

/// Asks for the socket whose own end is `from` and whose other end is `to`.
Request request_for(const End& from, const End& to) {
  Request request;
  request.header.nlmsg_len = sizeof request;
  request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  request.header.nlmsg_flags = NLM_F_REQUEST;
  request.body.sdiag_family = static_cast<std::uint8_t>(from.family);
  request.body.sdiag_protocol = IPPROTO_TCP;
  request.body.idiag_states = 0xFFFFFFFF;
  inet_diag_sockid& id = request.body.id;
  id.idiag_sport = from.port;
  id.idiag_dport = to.port;
  std::memcpy(id.idiag_src, from.address.data(), sizeof id.idiag_src);
  std::memcpy(id.idiag_dst, to.address.data(), sizeof id.idiag_dst);
  id.idiag_if = kLoopback;
  std::fill_n(id.idiag_cookie, 2, INET_DIAG_NOCOOKIE);
  return request;
}

/// Who made the socket at `from`, by sock_diag(7), which a kernel may lack. A socket without an
/// inode is no process's any more: the kernel calls it root's.
std::optional<uid_t> user_by_netlink(const End& from, const End& to) {
  const int netlink = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (netlink < 0) return std::nullopt;
  const Request request = request_for(from, to);
  struct {
    nlmsghdr header;
    inet_diag_msg body;
    std::array<std::uint8_t, 1024> attributes;
  } reply{};
  // The answer is there when the request is sent.
  const bool answered = ::send(netlink, &request, sizeof request, 0) == sizeof request &&
                        ::recv(netlink, &reply, sizeof reply, MSG_DONTWAIT) >=
                            static_cast<ssize_t>(sizeof reply.header + sizeof reply.body);
  ::close(netlink);
  if (!answered || reply.header.nlmsg_type != SOCK_DIAG_BY_FAMILY || reply.body.idiag_inode == 0) {
    return std::nullopt;
  }
  return reply.body.idiag_uid;
}

/// An end as the tables have it: each four bytes of the address as one number, then the port. In
/// the one for IPv6 an IPv4 address has a prefix.
std::string table_entry(const End& end, bool six) {
  const std::size_t size = end.family == AF_INET ? 4 : 16;
  std::string text = six && size == 4 ? "0000000000000000FFFF0000" : "";
  std::array<char, 16> piece{};
  for (std::size_t at = 0; at < size; at += 4) {
    std::uint32_t number = 0;
    std::memcpy(&number, &end.address[at], sizeof number);
    std::snprintf(piece.data(), piece.size(), "%08X", number);
    text += piece.data();
  }
  std::snprintf(piece.data(), piece.size(), ":%04X", ntohs(end.port));
  return text + piece.data();
}

/// Who made the socket at `from`, by the tables of all sockets.
std::optional<uid_t> user_by_tables(const End& from, const End& to) {
  for (const bool six : {false, true}) {
    if (!six && from.family == AF_INET6) continue;
    const std::string own = table_entry(from, six);
    const std::string other = table_entry(to, six);
    std::ifstream table(six ? "/proc/net/tcp6" : "/proc/net/tcp");
    for (std::string line; std::getline(table, line);) {
      std::istringstream words(line);
      std::string number, local, remote, state, queues, timer, retries, timeout;
      uid_t user = 0;
      std::uint64_t inode = 0;
      words >> number >> local >> remote >> state >> queues >> timer >> retries >> user >>
          timeout >> inode;
      if (words && local == own && remote == other && inode != 0) return user;
    }
  }
  return std::nullopt;
}

}  // namespace

Peer look_up_peer(int socket, Ask ask) {
  sockaddr_storage there{};
  sockaddr_storage here{};
  socklen_t size = sizeof there;
  socklen_t own_size = sizeof here;
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> service{};
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&there), &size) != 0 ||
      getsockname(socket, reinterpret_cast<sockaddr*>(&here), &own_size) != 0 ||
      getnameinfo(reinterpret_cast<const sockaddr*>(&there), size, host.data(), host.size(),
                  service.data(), service.size(), NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    // Gone already. Nobody is let in by not being known.
    return {.name = "an unknown address", .address = "", .local = true, .user = std::nullopt};
  }
  Peer peer;
  peer.address = there.ss_family == AF_INET6 ? std::string("[") + host.data() + "]" : host.data();
  peer.name = peer.address + ":" + service.data();
  const End from = to_end(there);
  const End to = to_end(here);
  peer.local = from.is_loopback() || from.is_at(to);
  if (peer.local && ask == Ask::best) peer.user = user_by_netlink(from, to);
  if (peer.local && !peer.user) peer.user = user_by_tables(from, to);
  return peer;
}

Access Access::own() { return {.users = {0, ::geteuid()}, .anybody = false}; }

bool Access::admits(const Peer& peer) const {
  if (!peer.local || anybody) return true;
  return peer.user && std::find(users.begin(), users.end(), *peer.user) != users.end();
}

}  // namespace pianola::usbip
