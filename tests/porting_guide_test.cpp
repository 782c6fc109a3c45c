// The code of docs/porting.md, compiled and run. The parts between the marks are in the document
// word for word.

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/device.hpp"
#include "engine/storage.hpp"
#include "hid/report.hpp"
#include "lang/code/roll_image.hpp"
#include "lang/compile/compiler.hpp"
#include "player/player.hpp"
#include "ports/memory/compile.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "ports/usbip/bus.hpp"
#include "ports/usbip/connection.hpp"
#include "ports/usbip/protocol.hpp"
#include "store/flash_scratch.hpp"
#include "support/markdown.hpp"
#include "support/source_dir.hpp"
#include "usb/usb.hpp"

namespace pianola {
namespace {

// clang-format off
// [document]
/// What the platform can do.
class Board {
 public:
  struct KeyChange {
    hid::Usage key;
    bool down;
    Time time;
  };

  virtual ~Board() = default;
  virtual Time now() = 0;                                // milliseconds; may wrap
  virtual std::optional<KeyChange> next_key() = 0;       // changes since the last call, in order
  virtual void show_leds(std::uint8_t leds) = 0;         // on the keyboard
  virtual bool start_report(const hid::BootReport&) = 0; // false: the endpoint is busy
  virtual bool report_done() = 0;                        // once after each report the host took
  virtual std::uint8_t leds() = 0;                       // as the host has set them
  virtual bool suspended() = 0;                          // the host sleeps
  virtual void wake_host() = 0;
  virtual std::uint32_t noise() = 0;                     // different at each start
  virtual bool sleep(Next next) = 0;             // until then or an interrupt; false: off
};

/// What a player asks of the platform.
class Adapter final : public player::Host,
                      public player::KeyboardLeds,
                      public engine::ErrorSink {
 public:
  explicit Adapter(Board& board) : board_(board) {}
  bool send(const hid::Report& report) override {
    return board_.start_report(hid::boot_report(report));
  }
  void wake() override { board_.wake_host(); }
  void show(std::uint8_t leds) override { board_.show_leds(leds); }
  void error(const engine::Error& error) override { last_ = engine::error_text(error.code); }

 private:
  Board& board_;
  std::string_view last_;  // for a display
};

void play(Board& board, lang::Roll& roll) {
  Adapter adapter(board);
  engine::Storage<> storage;  // static on a device
  player::Player player({storage.view(), adapter, adapter, adapter}, roll);
  player.engine().seed(board.noise());
  Next next;
  do {
    player.host_leds(board.leds());
    board.suspended() ? player.suspended() : player.resumed();
    while (const auto change = board.next_key()) {
      player.key({.usage = change->key, .down = change->down, .time = change->time});
    }
    if (board.report_done()) player.report_taken(board.now());
    next = player.step(board.now());
    const engine::Request request = player.take_request();
    const bool end = request.key == hid::keyboard_usage(0x4D);  // after the leader
    if (request.kind == engine::Request::Kind::lock || end) player.lock();
  } while (board.sleep(next));
}
// [end]

// [document]
Status compile(lang::Source& source, lang::RollWriter& writer, lang::Scratch& scratch,
                     lang::DiagnosticSink& errors, const std::function<void()>& serve) {
  lang::Compiler compiler(source, writer, scratch, errors);
  for (;;) {
    const Status status = compiler.step();
    if (status != Status::more) return status;
    serve();  // whatever else the device has to do
  }
}
// [end]

// [document]
/// The memory of a device whose flash is `kFlash`; static, or made once.
template <flash::Geometry kFlash>
struct DeviceMemory {
  engine::Storage<> engine;
  std::array<std::uint8_t, store::Log::memory_size(kFlash)> store;
  std::array<std::uint8_t, store::FlashScratch::kLeastMemory + 8192> scratch;
  std::array<char, 512> recording;
  usb::Usb usb;
};

/// The keyboard's LEDs, all that a whole device on USB asks for.
class Leds final : public player::KeyboardLeds {
 public:
  explicit Leds(Board& board) : board_(board) {}
  void show(std::uint8_t leds) override { board_.show_leds(leds); }

 private:
  Board& board_;
};

template <flash::Geometry kFlash>
void run(Board& board, flash::NorFlash& flash, DeviceMemory<kFlash>& memory) {
  Leds leds(board);
  device::Device device({.flash = flash,
                         .store_memory = memory.store,
                         .engine = memory.engine.view(),
                         .workspace = {memory.scratch},
                         .host = memory.usb,
                         .leds = leds,
                         .recording = memory.recording});
  const bool rescue = false;  // whether a key of the board is down while it starts
  device.start(board.now(), {.rescue = rescue, .seed = board.noise()});
  memory.usb.start(device, "0123456789AB");  // the chip's own number
  Next next;
  do {
    while (const auto change = board.next_key()) {
      device.key({.usage = change->key, .down = change->down, .time = change->time});
    }
    next = memory.usb.step(board.now());
  } while (board.sleep(next));
}
// [end]
// clang-format on

/// A board whose user presses and releases keys, and whose host takes each report after a
/// millisecond.
class TestBoard : public Board {
 public:
  struct Change {
    hid::Usage key;
    bool down;
  };

  explicit TestBoard(std::vector<Change> changes) : changes_(std::move(changes)) {}

  Time now() override { return now_; }
  std::optional<KeyChange> next_key() override {
    if (next_ == changes_.size()) return std::nullopt;
    const Change change = changes_[next_++];
    return KeyChange{change.key, change.down, now_};
  }
  void show_leds(std::uint8_t leds) override { shown_leds = leds; }
  bool start_report(const hid::BootReport& report) override {
    reports.push_back(report);
    in_flight_ = true;
    return true;
  }
  bool report_done() override {
    const bool done = in_flight_;
    in_flight_ = false;
    return done;
  }
  std::uint8_t leds() override { return 1; }
  bool suspended() override { return sleeps; }
  void wake_host() override { sleeps = false; }
  std::uint32_t noise() override { return 1; }
  bool sleep(Next next) override {
    if (next.never && !in_flight_) return false;
    ++now_;
    return earlier(now_, 1000);
  }

  std::vector<hid::BootReport> reports;
  std::uint8_t shown_leds = 0;
  bool sleeps = false;  ///< The host does.

 private:
  std::vector<Change> changes_;
  std::size_t next_ = 0;
  Time now_ = 0xFFFFFFFE;  // wraps on the way
  bool in_flight_ = false;
};

/// The same on a bus, to which a computer is attached after 10 ms.
class BusBoard final : public TestBoard {
 public:
  explicit BusBoard(usb::Usb& usb) : TestBoard({}), usb_(usb) {}

  bool sleep(Next) override {
    usbip::step_bus(controller_, usb_, now());
    if (++slept_ == 10) attach();
    TestBoard::sleep({});
    answer.insert(answer.end(), connection_.output().begin(), connection_.output().end());
    connection_.output().clear();
    return slept_ < 50;
  }

  std::vector<std::uint8_t> answer;  ///< To the request to import the device.

 private:
  void attach() {
    std::vector<std::uint8_t> request;
    usbip::Writer(request)
        .u16(usbip::kVersion)
        .u16(usbip::kRequestImport)
        .u32(0)
        .text(usbip::kBusId, usbip::kBusIdBytes);
    connection_.receive(request);
  }

  usb::Usb& usb_;
  usbip::Controller controller_;
  usbip::Connection connection_{controller_};
  unsigned slept_ = 0;
};

constexpr hid::Usage kF1 = hid::keyboard_usage(0x3A);
constexpr hid::Usage kEnd = hid::keyboard_usage(0x4D);

/// Compiles `text` and plays it on `board` as the guide does.
void compile_and_play(std::string_view text, TestBoard& board) {
  memory::Source source(text);
  memory::Scratch scratch;
  memory::Roll roll;
  memory::Findings findings;
  unsigned served = 0;
  ASSERT_EQ(compile(source, roll, scratch, findings, [&] { ++served; }), Status::ok);
  EXPECT_GT(served, 2U);
  play(board, roll);
}

TEST(PortingGuide, ItsPortPlays) {
  TestBoard board({{kF1, true}, {kF1, false}});
  compile_and_play("F1 { \"Hi\" }\n", board);
  const std::vector<hid::BootReport> expected = {{2, 0, 0x0B}, {0, 0, 0x0C}, {0, 0, 0}};
  EXPECT_EQ(board.reports, expected);
  EXPECT_EQ(board.shown_leds, 1) << "as the host has them";
}

TEST(PortingGuide, ItsPortWakesAHostThatSleeps) {
  TestBoard board({{kF1, true}, {kF1, false}});
  board.sleeps = true;
  compile_and_play("F1 { \"i\" }\n", board);
  EXPECT_FALSE(board.sleeps);
  EXPECT_EQ(board.reports, (std::vector<hid::BootReport>{{0, 0, 0x0C}, {0, 0, 0}}));
}

TEST(PortingGuide, ItsPortLocks) {
  const std::string_view macros = "on lock { \"i\" }\nF1 { lock \"never\" }\n";
  const std::vector<hid::BootReport> expected = {{0, 0, 0x0C}, {0, 0, 0}};
  TestBoard board({{kF1, true}, {kF1, false}});
  compile_and_play(macros, board);
  EXPECT_EQ(board.reports, expected);
  TestBoard other({{hid::kLeftShift, true},
                   {hid::kRightShift, true},
                   {hid::kLeftShift, false},
                   {hid::kRightShift, false},
                   {kEnd, true},
                   {kEnd, false}});
  compile_and_play(macros, other);
  ASSERT_GE(other.reports.size(), 2U);
  other.reports.erase(other.reports.begin(), other.reports.end() - 2);
  EXPECT_EQ(other.reports, expected);
}

TEST(PortingGuide, ItsWholeDeviceIsOnTheBus) {
  constexpr flash::Geometry kFlash{.sector_size = 4096, .program_unit = 256, .sectors = 64};
  memory::SimulatedFlash flash{kFlash};
  const auto memory = std::make_unique<DeviceMemory<kFlash>>();
  BusBoard board(memory->usb);
  run(board, flash, *memory);
  ASSERT_GE(board.answer.size(), 8U);
  EXPECT_EQ(usbip::read_u32(board.answer, 4), 0U) << "a computer could attach it";
}

TEST(PortingGuide, ShowsTheCodeOfThisTest) {
  std::vector<std::string> parts;
  bool inside = false;
  for (const std::string& line :
       test::lines_of(test::read_file(test::source_dir() / "tests/porting_guide_test.cpp"))) {
    if (line == "// [document]") parts.emplace_back();
    if (line == "// [end]") inside = false;
    if (inside) parts.back() += line + "\n";
    inside = inside || line == "// [document]";
  }
  std::vector<std::string> shown;
  for (const test::Block& block :
       test::blocks_of(test::read_file(test::source_dir() / "docs/porting.md"))) {
    if (block.kind == "cpp") shown.push_back(block.text);
  }
  EXPECT_EQ(shown, parts);
}

}  // namespace
}  // namespace pianola
