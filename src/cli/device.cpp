// `pianola device`: the keyboard's side, the device and the computers that attach it, in one loop.

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <limits>
#include <memory>
#include <optional>
#include <random>
#include <vector>

#include "base/time.hpp"
#include "cli/device_answers.hpp"
#include "cli/device_command.hpp"
#include "cli/device_flash.hpp"
#include "cli/device_input.hpp"
#include "cli/device_keys.hpp"
#include "cli/device_news.hpp"
#include "cli/print.hpp"
#include "cli/region.hpp"
#include "device/device.hpp"
#include "ports/evdev/input_device.hpp"
#include "ports/linux/main_loop.hpp"
#include "ports/usbip/server.hpp"
#include "store/flash_scratch.hpp"

namespace pianola::cli {
namespace {

/// A desktop's memory is no limit worth meeting.
constexpr engine::Capacities kCapacities{.tasks = 64,
                                         .slots = 512,
                                         .holds = 64,
                                         .events = 64,
                                         .globals = lang::kMaxGlobals,
                                         .recordings = 4096,
                                         .window = 128};
constexpr std::size_t kScratch = 8192;
constexpr std::size_t kRecording = 65536;
/// Keys are pressed no sooner after a computer configured the device, in ms: its programs must find
/// the keyboard first.
constexpr Time kSettle = 1000;

/// The keyboard that the user named, if any. CommandError if it cannot be had.
std::unique_ptr<evdev::InputDevice> open_keyboard(const std::string& path) {
  if (path.empty()) return nullptr;
  std::string error;
  auto keyboard = evdev::InputDevice::open(path, error);
  if (!keyboard) throw CommandError(error);
  return keyboard;
}

/// The same as `listen`, but at the port beside.
std::string another_port(Listen listen) {
  listen.port = static_cast<std::uint16_t>(
      listen.port == std::numeric_limits<std::uint16_t>::max() ? listen.port - 1 : listen.port + 1);
  if (listen.address == Listen{}.address) return std::to_string(listen.port);
  const bool bracket = listen.address.find(':') != std::string::npos;
  return fmt::format("{}{}{}:{}", bracket ? "[" : "", listen.address, bracket ? "]" : "",
                     listen.port);
}

/// All of it.
class Running final : private device::Host,
                      private player::KeyboardLeds,
                      private linux_port::Client,
                      private usbip::ServerObserver {
 public:
  Running(const DeviceOptions& options, Console& console)
      : options_(options),
        console_(console),
        listen_(parse_listen(options.listen)),
        access_(parse_users(options.allowed)),
        input_(options, console),
        keyboard_(open_keyboard(options.evdev)),
        flash_(options.flash) {
    if (input_.by_lines()) answers_.emplace(device_, news_, console_);
  }
  ~Running() { server_.close(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// Goes on until somebody wants it to end.
  void run() {
    start();
    if (const std::string problem = loop_.run(*this); !problem.empty()) throw CommandError(problem);
    tell("ends");
    server_.close();
    flash_.sync();
  }

 private:
  void start() {
    const store::Mount mount = device_.start(
        loop_.clock().now(), {.rescue = options_.rescue, .seed = std::random_device{}()});
    if (mount != store::Mount::ok && mount != store::Mount::no_sector) {
      throw CommandError(
          fmt::format("cannot use {}: {}", options_.flash, mount_problem(options_.flash, mount)));
    }
    input_.begin(feed_, device_.layout());
    usb_.start(device_, flash_.unit());
    listen();
    flash_.keep(console_);
    if (mount == store::Mount::no_sector) {
      tell(fmt::format("nothing can be saved in {}: {}", options_.flash,
                       mount_problem(options_.flash, mount)));
    }
    news_.tell_contents(flash_.name(), mount == store::Mount::ok, input_.by_lines());
    tell_how_to_attach();
    if (keyboard_) {
      tell(fmt::format("takes the keys of {} while it is attached", keyboard_->name()));
    }
    if (input_.descriptor() >= 0 && isatty(input_.descriptor()) == 1) {
      tell("types what you write here, such as: F1 +LSHIFT a -LSHIFT 500 ctrl+c");
    }
    news_.tell();
    take_lines();
  }

  void listen() {
    server_.admit(access_);
    const auto problem = server_.listen(listen_.address, listen_.port);
    if (!problem) return;
    if (!problem->in_use) throw CommandError(problem->text);
    throw CommandError(
        fmt::format("port {} is in use; stop the other pianola device, or choose another with "
                    "--listen {}",
                    listen_.port, another_port(listen_)));
  }

  /// Where this computer reaches a server that listens at `address`.
  static std::string address_of_this_computer(const std::string& address) {
    if (address == "0.0.0.0") return "127.0.0.1";
    return address == "::" ? "::1" : address;
  }

  /// The users of this computer who may attach it.
  std::string admitted() const {
    if (access_.anybody) return "any user of this computer";
    std::vector<uid_t> users = access_.users;
    std::sort(users.begin(), users.end());
    users.erase(std::unique(users.begin(), users.end()), users.end());
    users.erase(users.begin());
    return users.empty() ? "root only" : fmt::format("root and uid {}", fmt::join(users, ", "));
  }

  void tell_how_to_attach() {
    const bool six = listen_.address.find(':') != std::string::npos;
    tell(fmt::format("waits at {}{}{}:{}{}", six ? "[" : "", listen_.address, six ? "]" : "",
                     server_.port(), listen_.is_local() ? ", for " + admitted() : ""));
    if (!listen_.is_local()) {
      tell(
          fmt::format("anybody who can reach that address from another computer can attach the "
                      "device and read what it types; from this one: {}",
                      admitted()));
    }
    const std::string port =
        server_.port() == usbip::kDefaultPort ? "" : fmt::format("--tcp-port {} ", server_.port());
    print(console_.err,
          "To attach it to this computer, as root:\n"
          "  modprobe vhci-hcd\n"
          "  usbip {}attach -r {} -b 1-1\n",
          port, address_of_this_computer(listen_.address));
  }

  void watch(std::vector<pollfd>& fds) override {
    if (keyboard_) fds.push_back({.fd = keyboard_->descriptor(), .events = POLLIN, .revents = 0});
    if (input_.descriptor() >= 0 && feed_.waiting() < KeyInput::kMostLines) {
      fds.push_back({.fd = input_.descriptor(), .events = POLLIN, .revents = 0});
    }
    server_.watch(fds);
  }

  /// One round.
  Next live(const std::vector<pollfd>& fds, Time now) override {
    for (const pollfd& entry : fds) {
      if (entry.revents == 0) continue;
      if (entry.fd == input_.descriptor()) input_.read();
      if (keyboard_ && entry.fd == keyboard_->descriptor()) read_keyboard(now);
    }
    server_.handle(fds, now);
    look_at_bus(now);
    take_lines();
    const Next keys = press(now);
    const Next next = sooner(server_.step(now), keys);
    flash_.tell_failure(console_);
    news_.tell();
    return answers_ ? sooner(next, answers_->step(now, feed_.waiting() > 0)) : next;
  }

  /// The device was configured, or is no longer.
  void look_at_bus(Time now) {
    const bool configured = usb_.configured();
    if (configured == configured_) return;
    configured_ = configured;
    ready_at_ = now + kSettle;
    if (configured) return;
    if (answers_) answers_->gone();
    std::vector<engine::KeyEvent> releases;
    feed_.stop(now, releases);
    if (keyboard_) {
      std::vector<evdev::KeyChange> changes;
      keyboard_->release_all(changes);
      for (const auto& change : changes) releases.push_back({change.usage, change.down, now});
      keyboard_->grab(false);
    }
    for (const engine::KeyEvent& event : releases) device_.key(event);
  }

  void take_lines() {
    if (input_.fill(feed_, device_.layout()) == 0 || server_.attached()) return;
    tell(fmt::format(
        "no computer has attached the device: {} for one",
        feed_.waiting() == 1 ? "the line waits" : fmt::format("{} lines wait", feed_.waiting())));
  }

  /// Presses the keys whose time has come. Returns when the next one is to be.
  Next press(Time now) {
    if (!configured_) return {};
    if (keyboard_ && !keyboard_->grab(true)) return Next::time(now + 10);
    if (!reached(now, ready_at_)) return Next::time(ready_at_);
    engine::KeyEvent event;
    while (feed_.next(now, event)) {
      if (answers_) answers_->key(event);
      device_.key(event);
    }
    return feed_.next_time(now);
  }

  void read_keyboard(Time now) {
    std::vector<evdev::KeyChange> changes;
    const bool there = keyboard_->read(changes);
    if (!there) keyboard_->release_all(changes);
    for (const auto& change : changes) device_.key({change.usage, change.down, now});
    if (there) return;
    keyboard_.reset();
    tell("the keyboard is gone");
  }

  // Host, for the device: what it sends passes by here.
  bool send(const hid::Report& report) override {
    if (!usb_.send(report)) return false;
    if (answers_) answers_->sent(report);
    return true;
  }
  void wake() override { usb_.wake(); }
  void reconnect() override { usb_.reconnect(); }

  void show(std::uint8_t leds) override {
    if (keyboard_) keyboard_->show(leds);
    if (answers_) answers_->leds(leds);
  }

  void attached(const std::string& peer) override { tell(fmt::format("attached by {}", peer)); }
  void detached(const std::string& reason) override { tell(fmt::format("detached: {}", reason)); }
  void refused(const usbip::Peer& peer, usbip::Refusal why) override {
    if (why == usbip::Refusal::busy) {
      tell(fmt::format("{} was refused: another computer has the device, and must detach it first",
                       peer.name));
    } else if (peer.user) {
      tell(
          fmt::format("{0} was refused: it is a connection of the user with uid {1}; to let that "
                      "user attach the device, start with --allow-uid {1}",
                      peer.name, *peer.user));
    } else {
      tell(
          fmt::format("{} was refused: the kernel does not say which user it is of, as when it "
                      "comes from another network namespace; to let all users of this computer "
                      "attach the device, start with --allow-uid any",
                      peer.name));
    }
  }
  void tell(std::string_view text) { say(console_, text); }

  const DeviceOptions& options_;
  Console& console_;
  linux_port::MainLoop loop_;
  Listen listen_;
  usbip::Access access_;
  KeyInput input_;
  std::unique_ptr<evdev::InputDevice> keyboard_;
  KeyFeed feed_;
  DeviceFlash flash_;  // After all that can be refused, since it may make a file.

  std::unique_ptr<engine::Storage<kCapacities>> storage_ =
      std::make_unique<engine::Storage<kCapacities>>();
  std::vector<std::uint8_t> store_memory_ =
      std::vector<std::uint8_t>(store::Log::memory_size(flash_.flash().geometry()));
  std::vector<std::uint8_t> scratch_ =
      std::vector<std::uint8_t>(store::FlashScratch::kLeastMemory + kScratch);
  std::vector<char> recording_ = std::vector<char>(kRecording);
  usbip::Controller controller_;
  usb::Usb usb_;
  usbip::Server server_{controller_, usb_, *this};
  device::Device device_{{.flash = flash_.flash(),
                          .store_memory = store_memory_,
                          .engine = storage_->view(),
                          .workspace = {scratch_},
                          .host = *this,
                          .leds = *this,
                          .recording = recording_}};

  DeviceNews news_{device_, console_};
  std::optional<DeviceAnswers> answers_;  ///< To lines of standard input.

  Time ready_at_ = 0;
  bool configured_ = false;
};

}  // namespace

int device(const DeviceOptions& options, Console& console) {
  Running{options, console}.run();
  return fine;
}

}  // namespace pianola::cli
