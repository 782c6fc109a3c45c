#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pianola::usbip {

/// Who is at the other end of a TCP connection.
struct Peer {
  std::string name;           ///< For people: "address:port", or "[address]:port".
  std::string address;        ///< The part before the port.
  bool local = false;         ///< It is on this computer.
  std::optional<uid_t> user;  ///< Of a local one: who made its socket, if the kernel says so.
};

/// How the kernel is asked for the user of a socket.
enum class Ask : std::uint8_t {
  best,    ///< As `tables` if it knows no other way.
  tables,  ///< By /proc/net/tcp (proc(5)), which may be long.
};

/// Looks up the other end of `socket`, which is connected and the caller's. Of a local peer it asks
/// the kernel (sock_diag(7)): whoever hands a socket on, as usbip(8) does to the kernel, stays its
/// user. A peer that has closed its end has none any more.
Peer look_up_peer(int socket, Ask ask = Ask::best);

/// Which users of this computer may attach the device. Who comes from elsewhere may, since the
/// server listens there.
struct Access {
  std::vector<uid_t> users;
  bool anybody = false;  ///< Whoever it is, also if the kernel does not say who.

  /// Root, and the user of this process.
  static Access own();
  [[nodiscard]] bool admits(const Peer& peer) const;
};

}  // namespace pianola::usbip
