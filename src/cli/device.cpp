// `pianola device`: the keyboard's side, the device and the computers that attach it, in one loop.

#include <fmt/core.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <ctime>
#include <filesystem>
#include <iostream>
#include <optional>
#include <random>
#include <sstream>
#include <vector>

#include "cli/device_command.hpp"
#include "cli/device_keys.hpp"
#include "cli/files.hpp"
#include "cli/findings_printer.hpp"
#include "cli/print.hpp"
#include "cli/program.hpp"
#include "cli/region.hpp"
#include "device/device.hpp"
#include "lang/trigger.hpp"
#include "ports/evdev/keyboard.hpp"
#include "ports/usbip/server.hpp"
#include "store/flash_scratch.hpp"

namespace pianola::cli {
namespace {

using engine::Next;
using engine::Time;

/// What `pianola flash init` makes without options.
constexpr flash::Geometry kGeometry{.sector_size = 4096, .program_unit = 256, .sectors = 1024};
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
/// Lines of standard input that may wait.
constexpr std::size_t kMostLines = 16;

// ---- The system ---------------------------------------------------------------------------------

/// SIGINT and SIGTERM as something to read, instead of the end of the program.
class StopSignals {
 public:
  StopSignals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, &before_);
    descriptor_ = ::signalfd(-1, &signals, SFD_NONBLOCK | SFD_CLOEXEC);
    if (descriptor_ < 0) throw CommandError("cannot watch for signals");
  }
  ~StopSignals() {
    ::close(descriptor_);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Whether one came.
  [[nodiscard]] bool take() const {
    signalfd_siginfo info{};
    return ::read(descriptor_, &info, sizeof(info)) == sizeof(info);
  }

 private:
  sigset_t before_{};
  int descriptor_ = -1;
};

/// Time since this was made.
class Clock {
 public:
  /// In ms.
  [[nodiscard]] Time now() const { return static_cast<Time>(passed() / kMillisecond); }

  /// How long it is from now to the beginning of the millisecond `time`, but not less than nothing.
  [[nodiscard]] timespec until(Time time) const {
    const std::int64_t now = passed();
    const auto ahead = static_cast<std::int32_t>(time - static_cast<Time>(now / kMillisecond));
    const std::int64_t wait = std::max<std::int64_t>(ahead * kMillisecond - now % kMillisecond, 0);
    return {.tv_sec = static_cast<time_t>(wait / kSecond),
            .tv_nsec = static_cast<long>(wait % kSecond)};
  }

 private:
  static constexpr std::int64_t kMillisecond = 1'000'000;
  static constexpr std::int64_t kSecond = 1000 * kMillisecond;

  [[nodiscard]] std::int64_t passed() const {
    return std::chrono::nanoseconds(std::chrono::steady_clock::now() - start_).count();
  }

  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// The device's flash: a file, or memory.
class DeviceFlash {
 public:
  DeviceFlash(const std::string& path, Console& console) : path_(path) {
    if (path.empty()) {
      print(console.err, "pianola: without --flash, what is saved is forgotten at the end\n");
      return;
    }
    std::error_code ignored;
    const bool there = std::filesystem::exists(std::filesystem::symlink_status(path, ignored));
    std::string error;
    file_ = there ? file::FileFlash::open(path, file::FileFlash::Access::read_write, error)
                  : file::FileFlash::create(path, kGeometry, error);
    if (!file_) throw CommandError(error);
    if (!there) {
      print(console.err, "pianola: made {}, {} bytes with the default macros\n", path,
            kGeometry.size());
    }
  }

  flash::NorFlash& flash() {
    if (file_) return *file_;
    return memory_;
  }
  /// All that was written is on the disk. CommandError if not.
  void sync() {
    if (file_ && !file_->sync()) {
      throw CommandError(fmt::format("cannot write {}: {}", path_, file_->failure()));
    }
  }
  /// Tells it from other devices, in their serial numbers.
  [[nodiscard]] std::string unit() const {
    if (path_.empty()) return "memory";
    std::error_code ignored;
    const std::string name = std::filesystem::weakly_canonical(path_, ignored).string();
    return fmt::format("{:08x}", lang::name_hash(name.data(), name.size()));
  }

 private:
  std::string path_;
  std::optional<file::FileFlash> file_;
  BlankFlash blank_{kGeometry};
  ShadowFlash memory_{blank_};
};

// ---- What is pressed ----------------------------------------------------------------------------

/// Reads keys from one place, or from standard input line by line.
class KeyInput {
 public:
  KeyInput(const DeviceOptions& options, Console& console) : console_(console) {
    if (!options.keys.empty()) {
      once_ = InputFile{.path = "--keys", .name = "--keys", .bytes = options.keys};
    } else if (!options.script.empty()) {
      once_ = read_input(options.script, console);
    } else if (options.evdev.empty()) {
      descriptor_ = &console.in == &std::cin ? STDIN_FILENO : -1;
      if (descriptor_ < 0) read_stream();
    }
  }

  /// For poll(); negative if there is nothing to be read.
  [[nodiscard]] int descriptor() const { return descriptor_; }

  /// Reads what standard input has. Returns whether it goes on.
  void read() {
    std::array<char, 4096> bytes{};
    const ssize_t size = ::read(descriptor_, bytes.data(), bytes.size());
    if (size < 0 && (errno == EINTR || errno == EAGAIN)) return;
    if (size > 0) {
      lines_.add({bytes.data(), static_cast<std::size_t>(size)});
    } else {
      ended_ = true;
      descriptor_ = -1;
    }
  }

  /// Adds to `feed` what does not come from standard input. CommandError if that has errors.
  void begin(KeyFeed& feed, const hid::Layout& layout) {
    if (!once_) return;
    LineReader lines;
    lines.add(once_->bytes);
    bool good = true;
    for (std::string line; lines.take(line, true);) {
      if (line.starts_with('#')) continue;
      good = add(line, once_->name, lines.number(), feed, layout) && good;
    }
    if (!good) throw CommandError(fmt::format("{} has errors", once_->name), wrong_usage);
  }

  /// Adds to `feed` the lines that were read, as many as may wait.
  void fill(KeyFeed& feed, const hid::Layout& layout) {
    std::string line;
    while (feed.waiting() < kMostLines && lines_.take(line, ended_)) {
      add(line, "standard input", lines_.number(), feed, layout);
    }
  }

 private:
  /// Not a file descriptor: all that there is.
  void read_stream() {
    std::ostringstream all;
    all << console_.in.rdbuf();
    lines_.add(all.str());
    ended_ = true;
  }

  /// Returns whether the line has no errors.
  bool add(const std::string& line, const std::string& name, std::size_t number, KeyFeed& feed,
           const hid::Layout& layout) {
    try {
      scenario::KeyScript script = scenario::parse_key_script(line, layout);
      if (script.end != 0 || !script.events.empty()) feed.add(std::move(script));
      return true;
    } catch (const scenario::TextError& error) {
      console_.err << paint_diagnostic(console_.colour_err,
                                       scenario::format_error(name, number, line, error));
      return false;
    }
  }

  Console& console_;
  std::optional<InputFile> once_;
  LineReader lines_;
  int descriptor_ = -1;
  bool ended_ = false;
};

// ---- The device ---------------------------------------------------------------------------------

/// All of it.
class Running final : private device::KeyboardLeds, private usbip::ServerObserver {
 public:
  Running(const DeviceOptions& options, Console& console)
      : options_(options),
        console_(console),
        flash_(options.flash, console),
        input_(options, console),
        listen_(parse_listen(options.listen)) {
    if (!options.evdev.empty()) {
      std::string error;
      keyboard_ = evdev::Keyboard::open(options.evdev, error);
      if (!keyboard_) throw CommandError(error);
    }
  }
  ~Running() { server_.close(); }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;

  /// Goes on until somebody wants it to end.
  void run() {
    start();
    Next next = Next::time(clock_.now());
    for (;;) {
      std::vector<pollfd> fds;
      watch(fds);
      // To the microsecond: a computer asks for a report every millisecond.
      const timespec wait = next.never ? timespec{} : clock_.until(next.at);
      if (::ppoll(fds.data(), fds.size(), next.never ? nullptr : &wait, nullptr) < 0 &&
          errno != EINTR) {
        throw CommandError("poll() failed");
      }
      if (signals_.take()) break;
      next = live(fds, clock_.now());
    }
    say("ends");
    server_.close();
    flash_.sync();
  }

 private:
  void start() {
    const store::Mount mount =
        device_.start(clock_.now(), {.rescue = options_.rescue, .seed = std::random_device{}()});
    if (mount == store::Mount::no_sector) {
      say(fmt::format("nothing can be saved in {}: {}", options_.flash,
                      mount_problem(options_.flash, mount)));
    } else if (mount != store::Mount::ok) {
      throw CommandError(
          fmt::format("cannot use {}: {}", options_.flash, mount_problem(options_.flash, mount)));
    }
    input_.begin(feed_, device_.layout());
    usb_.start(device_, flash_.unit());
    if (const auto problem = server_.listen(listen_.address, listen_.port)) {
      throw CommandError(*problem);
    }
    say(fmt::format("waits at {}:{}{}", listen_.address, server_.port(),
                    listen_.is_local() ? ", for this computer only" : ""));
    if (!listen_.is_local()) {
      say("anybody who can reach that address can attach the device and read what it types");
    }
    const std::string port =
        server_.port() == usbip::kDefaultPort ? "" : fmt::format("--tcp-port {} ", server_.port());
    print(console_.err,
          "To attach it to this computer, as root:\n"
          "  modprobe vhci-hcd\n"
          "  usbip {}attach -r 127.0.0.1 -b 1-1\n",
          port);
    if (keyboard_) say(fmt::format("takes the keys of {} while it is attached", keyboard_->name()));
    if (input_.descriptor() >= 0 && isatty(input_.descriptor()) == 1) {
      say("types what you write here, such as: F1 +LSHIFT a -LSHIFT 500 ctrl+c");
    }
    was_inserted_ = device_.drive().inserted();
    if (was_inserted_) say("the drive is in");
  }

  void watch(std::vector<pollfd>& fds) {
    fds.push_back({.fd = signals_.descriptor(), .events = POLLIN, .revents = 0});
    if (keyboard_) fds.push_back({.fd = keyboard_->descriptor(), .events = POLLIN, .revents = 0});
    if (input_.descriptor() >= 0 && feed_.waiting() < kMostLines) {
      fds.push_back({.fd = input_.descriptor(), .events = POLLIN, .revents = 0});
    }
    server_.watch(fds);
  }

  /// One round.
  Next live(const std::vector<pollfd>& fds, Time now) {
    for (const pollfd& entry : fds) {
      if (entry.revents == 0) continue;
      if (entry.fd == input_.descriptor()) input_.read();
      if (keyboard_ && entry.fd == keyboard_->descriptor()) read_keyboard(now);
    }
    server_.handle(fds, now);
    look_at_bus(now);
    const Next keys = press(now);
    Next next = server_.step(now);
    tell();
    if (!keys.never && (next.never || engine::earlier(keys.at, next.at))) next = keys;
    return next;
  }

  /// The device was configured, or is no longer.
  void look_at_bus(Time now) {
    const bool configured = usb_.configured();
    if (configured == configured_) return;
    configured_ = configured;
    ready_at_ = now + kSettle;
    if (configured) return;
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

  /// Presses the keys whose time has come. Returns when the next one is to be.
  Next press(Time now) {
    if (!configured_) return {};
    if (keyboard_ && !keyboard_->grab(true)) return Next::time(now + 10);
    if (!engine::reached(now, ready_at_)) return Next::time(ready_at_);
    input_.fill(feed_, device_.layout());
    engine::KeyEvent event;
    while (feed_.next(now, event)) device_.key(event);
    return feed_.next_time(now);
  }

  void read_keyboard(Time now) {
    std::vector<evdev::KeyChange> changes;
    const bool there = keyboard_->read(changes);
    if (!there) keyboard_->release_all(changes);
    for (const auto& change : changes) device_.key({change.usage, change.down, now});
    if (there) return;
    keyboard_.reset();
    say("the keyboard is gone");
  }

  // ---- What the user is told --------------------------------------------------------------------

  void say(std::string_view text) {
    print(console_.err, "pianola: {}\n", text);
    console_.err.flush();
  }

  void tell() {
    const bool inserted = device_.drive().inserted();
    if (inserted != was_inserted_) say(inserted ? "the drive is in" : "the drive is out");
    was_inserted_ = inserted;
    if (device_.drive().outcomes() != outcomes_) tell_outcome();
    outcomes_ = device_.drive().outcomes();
    if (device_.notices() != notices_) say(device::notice_text(device_.notice()));
    notices_ = device_.notices();
    tell_errors();
  }

  void tell_outcome() {
    using Outcome = drive::Drive::Outcome;
    switch (device_.drive().outcome()) {
      case Outcome::none:
        break;
      case Outcome::taken:
        say(fmt::format("macros.txt is in force: {}",
                        counted(definition_count(device_.roll()), "definition")));
        break;
      case Outcome::unchanged:
        say("macros.txt says what is in force already");
        break;
      case Outcome::errors:
        say("macros.txt has errors, as ERRORS.TXT on the drive says; the macros stay as they were");
        console_.err << errors_file();
        console_.err.flush();
        break;
      case Outcome::no_room:
        say("macros.txt does not fit into the flash; the macros stay as they were");
        break;
      case Outcome::damaged:
        say("the drive's file system makes no sense; the macros stay as they were");
        break;
      case Outcome::failed:
        say("the flash failed; the macros stay as they were");
        break;
    }
  }

  /// What stands in ERRORS.TXT.
  std::string errors_file() {
    std::string text;
    store::Store& store = device_.store();
    for (std::uint32_t i = store::kErrorText; store.draft_size(i) != 0; ++i) {
      std::vector<std::uint8_t> piece(store.draft_size(i));
      text.append(piece.begin(),
                  piece.begin() + static_cast<std::ptrdiff_t>(store.read_draft(i, 0, piece)));
    }
    return text;
  }

  /// The errors of macros that are new.
  void tell_errors() {
    const device::ErrorLog& log = device_.errors();
    const std::uint32_t news = log.added() - errors_;
    errors_ = log.added();
    for (std::size_t i = log.size() - std::min<std::size_t>(news, log.size()); i < log.size();
         ++i) {
      const engine::Error& error = log.at(i);
      console_.err << paint_diagnostic(
          console_.colour_err, located(device_.roll(), "macros.txt", error.record, error.offset,
                                       engine::error_text(error.code)));
      console_.err.flush();
    }
  }

  void show(std::uint8_t leds) override {
    if (keyboard_) keyboard_->show(leds);
  }
  void attached(const std::string& peer) override { say(fmt::format("attached by {}", peer)); }
  void detached(const std::string& reason) override { say(fmt::format("detached: {}", reason)); }

  const DeviceOptions& options_;
  Console& console_;
  StopSignals signals_;
  Clock clock_;
  DeviceFlash flash_;
  KeyInput input_;
  Listen listen_;
  std::unique_ptr<evdev::Keyboard> keyboard_;
  KeyFeed feed_;

  std::unique_ptr<engine::Storage<kCapacities>> storage_ =
      std::make_unique<engine::Storage<kCapacities>>();
  std::vector<std::uint8_t> store_memory_ =
      std::vector<std::uint8_t>(store::Log::memory_size(flash_.flash().geometry()));
  std::vector<std::uint8_t> scratch_ = std::vector<std::uint8_t>(
      store::FlashScratch::least_memory(flash_.flash().geometry()) + kScratch);
  std::vector<std::uint16_t> sectors_ =
      std::vector<std::uint16_t>(flash_.flash().geometry().sectors);
  std::vector<char> recording_ = std::vector<char>(kRecording);
  usbip::Controller controller_;
  usb::Usb usb_;
  usbip::Server server_{controller_, usb_, *this};
  device::Device device_{{.flash = flash_.flash(),
                          .store_memory = store_memory_,
                          .engine = storage_->view(),
                          .workspace = {scratch_, sectors_},
                          .host = usb_,
                          .leds = *this,
                          .recording = recording_}};

  Time ready_at_ = 0;
  std::uint32_t outcomes_ = 0;
  std::uint32_t notices_ = 0;
  std::uint32_t errors_ = 0;
  bool configured_ = false;
  bool was_inserted_ = false;
};

}  // namespace

int device(const DeviceOptions& options, Console& console) {
  Running{options, console}.run();
  return fine;
}

}  // namespace pianola::cli
