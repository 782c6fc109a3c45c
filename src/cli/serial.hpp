#pragma once

#include <string>
#include <string_view>

namespace pianola::cli {

/// What tells this computer from all others: its machine-id(5), else its name. Not to be shown.
std::string machine_id(const std::string& file = "/etc/machine-id");

/// The part of a serial number that is a device's own: 16 hexadecimal digits that depend on the
/// computer and on what tells the device from others on it. They do not give the former away: half
/// as many bits cannot.
std::string serial_of(std::string_view machine, std::string_view device);

}  // namespace pianola::cli
