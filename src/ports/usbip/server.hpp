#pragma once

#include <poll.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/time.hpp"
#include "ports/usbip/connection.hpp"
#include "ports/usbip/controller.hpp"
#include "ports/usbip/peer.hpp"
#include "usb/usb.hpp"

namespace pianola::usbip {

/// The port number that IANA gave to USB/IP.
inline constexpr std::uint16_t kDefaultPort = 3240;

/// Why a server cannot listen.
struct ListenProblem {
  std::string text;     ///< For people.
  bool in_use = false;  ///< Another program listens there.
};

/// Who wants to know of a server's clients. Must not call the server.
class ServerObserver {
 public:
  /// A host at `peer` ("address:port") attached the device.
  virtual void attached(const std::string& peer) = 0;
  /// The host that had the device is gone; `reason` says why, for people.
  virtual void detached(const std::string& reason) = 0;
  /// A host at `peer` wanted the device and did not get it; `why` is not Refusal::none.
  virtual void refused(const Peer& peer, Refusal why) = 0;

 protected:
  ~ServerObserver() = default;
};

/// Offers the device to other computers over TCP by the USB/IP protocol. Any number of clients may
/// look what there is; one at a time can attach it, and of this computer's users only those who are
/// admitted. Never waits: for one poll() loop.
class Server {
 public:
  /// If a host takes the configuration away and then says nothing for so long, it has removed the
  /// device. In ms.
  static constexpr Time kRemoved = 4000;
  /// Clients at a time. One that comes then takes the place of one that has not asked for the
  /// device: of those who may not have it first, then of the user or computer with most
  /// connections, and there of the one that has been silent for longest.
  static constexpr std::size_t kMaxClients = 32;

  /// All are the caller's and outlive the server. `controller` is the one that `usb` is on.
  Server(Controller& controller, usb::Usb& usb, ServerObserver& observer);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// Who may attach the device, of those who connect from now on; at first Access::own().
  void admit(Access access) { access_ = std::move(access); }
  /// Listens at a numeric IPv4 or IPv6 address, or at `localhost`; port 0 is any that is free.
  /// Gives nothing if it does, else what is wrong.
  std::optional<ListenProblem> listen(const std::string& address, std::uint16_t port);
  /// Where it listens; 0 if it does not.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] bool attached() const;

  /// Appends what poll() is to watch.
  void watch(std::vector<pollfd>& fds) const;
  /// Does what poll() found. `fds` may hold others' entries too.
  void handle(const std::vector<pollfd>& fds, Time now);

  /// Lets the bus, the USB stack and the device go on, and writes what has room. After handle(),
  /// after each key, and when it said so. Returns when it wants to go on; at `now` means at once.
  Next step(Time now);

  /// Says goodbye to all; the device is off the bus.
  void close();

 private:
  struct Client;

  bool accept_client(Time now);
  bool make_room(Time now);
  void read_from(Client& client, Time now);
  void write_to(Client& client);
  void drop(Client& client, const std::string& reason);

  Controller& controller_;
  usb::Usb& usb_;
  ServerObserver& observer_;
  Access access_ = Access::own();
  std::vector<std::unique_ptr<Client>> clients_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
};

}  // namespace pianola::usbip
