// The command line of `pianola device`.

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <charconv>
#include <memory>
#include <string_view>

#include "cli/device_command.hpp"

namespace pianola::cli {
namespace {

[[noreturn]] void refuse(std::string_view what, std::string_view text) {
  throw CommandError(fmt::format("{}; not '{}'", what, text), wrong_usage);
}

/// Whether somebody means a number by `text`, and be it one that is no port.
bool is_number(std::string_view text) {
  if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The number that is all of `text`; refuses it with `what` if there is none, or a too large one.
template <typename Number>
Number number_in(std::string_view text, std::string_view what) {
  Number number = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || rest != end) refuse(what, text);
  return number;
}

std::uint16_t port_number(std::string_view text) {
  return number_in<std::uint16_t>(text,
                                  "a port is a number from 1 to 65535, or 0 for any that is free");
}

}  // namespace

bool Listen::is_local() const {
  return address.starts_with("127.") || address == "::1" || address == "localhost";
}

Listen parse_listen(const std::string& text) {
  Listen listen;
  if (is_number(text)) {
    listen.port = port_number(text);
    return listen;
  }
  const std::size_t colon = text.rfind(':');
  const bool bracket = text.starts_with('[');
  const bool bare = colon == std::string::npos || (!bracket && text.find(':') != colon) ||
                    (bracket && text.ends_with(']'));
  listen.address = bare ? text : text.substr(0, colon);
  if (bracket && listen.address.ends_with(']')) {
    listen.address = listen.address.substr(1, listen.address.size() - 2);
  }
  const std::string_view port =
      bare ? std::string_view{} : std::string_view(text).substr(colon + 1);
  if (listen.address.empty() || (!bare && !is_number(port))) {
    refuse("--listen is an address, a port or both, such as 127.0.0.1:3240 or [::1]:3240", text);
  }
  if (!bare) listen.port = port_number(port);
  return listen;
}

usbip::Access parse_users(const std::vector<std::string>& users) {
  usbip::Access access = usbip::Access::own();
  for (const std::string& user : users) {
    if (user == "any") {
      access.anybody = true;
    } else {
      access.users.push_back(number_in<uid_t>(
          user, "--allow-uid is the number of a user, as id -u prints it, or any"));
    }
  }
  return access;
}

void add_device(CLI::App& app, std::function<int(Console&)>& run) {
  CLI::App* const command =
      app.add_subcommand("device", "Be a keyboard and a drive that a computer can attach");
  const auto options = std::make_shared<DeviceOptions>();
  command->add_option("--flash", options->flash, "Its flash, in this file; made if there is none")
      ->type_name("FLASH");
  command->add_option("--listen", options->listen, "Where to wait (127.0.0.1:3240)")
      ->type_name("ADDRESS:PORT");
  command
      ->add_option("--allow-uid", options->allowed,
                   "A user of this computer who may attach it, or any")
      ->type_name("UID")
      ->allow_extra_args(false);
  CLI::Option* const keys =
      command->add_option("--keys", options->keys, "What is pressed")->type_name("KEYS");
  CLI::Option* const script =
      command->add_option("--script", options->script, "The same, from a file")
          ->type_name("FILE")
          ->excludes(keys);
  command->add_option("--evdev", options->evdev, "Use a keyboard of this computer")
      ->type_name("DEVICE")
      ->excludes(keys)
      ->excludes(script);
  command->add_flag("--rescue", options->rescue, "Run no macros, and put the drive in");
  command->footer(
      "Linux attaches it over the network, by USB/IP, as if it were plugged in:\n"
      "  modprobe vhci-hcd\n"
      "  usbip attach -r 127.0.0.1 -b 1-1\n"
      "Of this computer's users only root and you can do that, and those that\n"
      "--allow-uid names, which may come several times. From other computers everybody\n"
      "can who reaches ADDRESS: by default nobody.\n"
      "\n"
      "KEYS are those of pianola play --keys. They begin a second after a computer has\n"
      "attached the device. Without --keys, --script and --evdev each line of standard\n"
      "input is a list of KEYS. Both Shift keys and = put the drive in and take it out:\n"
      "  +LSHIFT +RSHIFT 0x2E -LSHIFT -RSHIFT\n"
      "\n"
      "With --evdev, DEVICE is /dev/input/event0 or another. Its keys go to the device\n"
      "alone while that is attached.\n"
      "\n"
      "Without --flash, all that is saved is forgotten at the end. Ctrl-C ends it.\n"
      "docs/device.md says more.\n"
      "\n"
      "Examples:\n"
      "  pianola device --flash pianola.flash\n"
      "  pianola device --flash pianola.flash --keys \"F1 500 m\"\n"
      "  pianola device --flash pianola.flash --evdev /dev/input/event3");
  command->callback(
      [options, &run] { run = [options](Console& console) { return device(*options, console); }; });
}

}  // namespace pianola::cli
