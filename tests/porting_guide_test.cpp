// The code of docs/porting.md, compiled and run. The parts between the marks are in the document
// word for word.

#include <gtest/gtest.h>

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/device_commands.hpp"
#include "engine/engine.hpp"
#include "engine/storage.hpp"
#include "hid/report.hpp"
#include "lang/code/roll_image.hpp"
#include "lang/compile/compiler.hpp"
#include "ports/sim/memory_compiler.hpp"
#include "support/markdown.hpp"
#include "support/source_dir.hpp"

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
  virtual bool start_report(const hid::BootReport&) = 0; // false: the endpoint is busy
  virtual bool report_done() = 0;                        // once after each report the host took
  virtual std::uint8_t leds() = 0;                       // as the host has set them
  virtual std::uint32_t noise() = 0;                     // different at each start
  virtual void lock() = 0;
  virtual void edit() = 0;
  virtual bool sleep(Next next) = 0;             // until then or an interrupt; false: off
};

class Reports final : public engine::ReportSink {
 public:
  explicit Reports(Board& board) : board_(board) {}
  bool send(const hid::Report& report) override {
    return board_.start_report(hid::boot_report(report));
  }

 private:
  Board& board_;
};

class Errors final : public engine::ErrorSink {
 public:
  void error(const engine::Error& error) override { last_ = engine::error_text(error.code); }

 private:
  std::string_view last_;
};

class Commands final : public engine::DeviceCommands {
 public:
  explicit Commands(Board& board) : board_(board) {}
  void lock() override { board_.lock(); }
  void edit() override { board_.edit(); }
  void leader_key(hid::Usage key) override {
    if (key == hid::keyboard_usage(0x4D)) board_.lock();  // End
  }

 private:
  Board& board_;
};

void play(Board& board, lang::Roll& roll) {
  Reports reports(board);
  Errors errors;
  Commands commands(board);
  engine::Storage<> storage;  // static on a device
  engine::Engine engine(storage.view(), roll, reports, errors, &commands);
  engine.seed(board.noise());
  Next next;
  do {
    engine.host_leds(board.leds());
    while (const auto change = board.next_key()) {
      engine.key({.usage = change->key, .down = change->down, .time = change->time});
    }
    if (board.report_done()) engine.report_taken(board.now());
    next = engine.step(board.now());
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
// clang-format on

/// A board whose user presses and releases keys, and whose host takes each report after a
/// millisecond.
class TestBoard final : public Board {
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
  std::uint8_t leds() override { return 0; }
  std::uint32_t noise() override { return 1; }
  void lock() override { ++locks; }
  void edit() override { ++edits; }
  bool sleep(Next next) override {
    if (next.never && !in_flight_) return false;
    ++now_;
    return earlier(now_, 1000);
  }

  std::vector<hid::BootReport> reports;
  int locks = 0;
  int edits = 0;

 private:
  std::vector<Change> changes_;
  std::size_t next_ = 0;
  Time now_ = 0xFFFFFFFE;  // wraps on the way
  bool in_flight_ = false;
};

constexpr hid::Usage kF1 = hid::keyboard_usage(0x3A);
constexpr hid::Usage kEnd = hid::keyboard_usage(0x4D);

/// Compiles `text` and plays it on `board` as the guide does.
void compile_and_play(std::string_view text, TestBoard& board) {
  sim::MemorySource source(text);
  sim::MemoryScratch scratch;
  sim::MemoryRoll roll;
  sim::Findings findings;
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
}

TEST(PortingGuide, ItsDeviceHearsCommands) {
  TestBoard board({{kF1, true}, {kF1, false}});
  compile_and_play("F1 { lock edit }\n", board);
  EXPECT_EQ(board.locks, 1);
  EXPECT_EQ(board.edits, 1);
  TestBoard other({{hid::kLeftShift, true},
                   {hid::kRightShift, true},
                   {hid::kLeftShift, false},
                   {hid::kRightShift, false},
                   {kEnd, true},
                   {kEnd, false}});
  compile_and_play("F1 { lock }\n", other);
  EXPECT_EQ(other.locks, 1);
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
