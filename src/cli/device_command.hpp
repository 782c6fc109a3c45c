#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "ports/usbip/peer.hpp"

namespace CLI {
class App;
}

namespace pianola::cli {

// `pianola device`: the whole device on this computer's network, by the USB/IP protocol.

struct DeviceOptions {
  std::string flash;                      ///< A region of flash, made if there is none; empty: RAM.
  std::string listen = "127.0.0.1:3240";  ///< Address, port or both.
  std::string keys;                       ///< As scenario::read_key_script() reads them.
  std::string script;                     ///< A file of such keys.
  std::string evdev;                      ///< A keyboard of this computer.
  std::vector<std::string> allowed;       ///< Users who may attach it: as parse_users() reads them.
  bool rescue = false;
};
/// Runs until SIGINT or SIGTERM.
int device(const DeviceOptions& options, Console& console);

/// An address to listen at.
struct Listen {
  std::string address = "127.0.0.1";
  std::uint16_t port = 3240;
  friend bool operator==(const Listen&, const Listen&) = default;

  /// Only this computer can reach it.
  [[nodiscard]] bool is_local() const;
};
/// Reads `ADDRESS:PORT`, `ADDRESS` or `PORT`; an IPv6 address with a port stands in brackets.
/// CommandError if it is none.
Listen parse_listen(const std::string& text);

/// Reads user ids, or `any`: who of this computer may attach the device, besides root and the user
/// of this process. CommandError if one is neither.
usbip::Access parse_users(const std::vector<std::string>& users);

/// Adds the command to `app`. If it is named it sets `command`, which outlives the parsing.
void add_device(CLI::App& app, std::function<int(Console&)>& command);

}  // namespace pianola::cli
