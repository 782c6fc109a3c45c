#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "engine/core.hpp"
#include "engine/errors.hpp"
#include "engine/key_event.hpp"
#include "engine/report_sink.hpp"
#include "engine/storage.hpp"
#include "engine/time.hpp"
#include "lang/roll.hpp"

namespace pianola::engine {

/// Plays a roll: takes the keyboard's keys, runs the macros that they start, and makes the reports.
///
/// The order in which things happen is fixed, so that the same keys at the same times give the same
/// reports:
/// 1. The task that has the floor runs until it yields, and keeps the floor while it waits for the
///    host.
/// 2. The floor then goes to the next task of this round, in the order in which they joined.
/// 3. When the round is over and the host has taken the last report, the oldest key event that
///    waits is handled, or the earliest deadline that has come wakes its task, whichever was first
///    (the key if both came at once). What a key starts joins this round; what wakes joins the
///    next. That is repeated until a task woke, or nothing more has come.
/// 4. Then the next round begins.
/// So the tasks that a key or a deadline concerns run before the next key is handled.
///
/// All functions are called from one context (no interrupt calls them while another runs).
class Engine {
 public:
  /// Most instructions, characters, key events and changes of the floor in one step.
  static constexpr unsigned kQuota = 256;

  /// The storage, the roll and the sinks are the caller's and must outlive the engine. The roll is
  /// read at the first step.
  Engine(const StorageView& storage, lang::Roll& roll, ReportSink& reports, ErrorSink& errors)
      : core_(storage, roll, reports, errors) {}

  /// Does what can be done at `now`, a bounded part of it, and returns when it wants to go on. May
  /// send one report.
  Next step(Time now);

  /// A key changed, at `event.time`: not before the last event, not after the next step. An event
  /// that changes nothing, or with a usage that reports cannot say, is ignored. Both Shift keys and
  /// Escape together cancel at once, whatever waits.
  void key(const KeyEvent& event);

  /// The host took the report in flight.
  void report_taken(Time now) { core_.mixer.taken(now); }

  /// The host's LEDs (HID 1.11, appendix B.1).
  void host_leds(std::uint8_t leds) { core_.leds = leds; }

  /// Stops all tasks and lets all keys up at the next step, toggled ones too. Keys that are
  /// physically down mean nothing until they are released.
  void cancel_all();

  /// As cancel_all(), when the host is gone or new: the report in flight, if any, is lost, and the
  /// host knows of no key.
  void disconnected();

  /// The roll changed in a way that its epoch does not tell, or is to be read again: cancels all;
  /// the next step reads the roll.
  void reload();

  /// Whether nothing is left to do: no task, no event that waits, no report that the host did not
  /// take. Keys may be down all the same.
  [[nodiscard]] bool idle() const {
    return core_.tasks.count() == 0 && core_.input.empty() && core_.mixer.quiet();
  }
  /// How many tasks there are.
  [[nodiscard]] std::size_t tasks() const { return core_.tasks.count(); }
  /// Taps lost because the queue of key events was full. Wraps.
  [[nodiscard]] std::uint32_t lost_taps() const { return core_.input.lost_taps(); }
  /// The report that was sent last.
  [[nodiscard]] const hid::Report& shown() const { return core_.mixer.shown(); }

 private:
  void check_roll();
  void check_host();
  bool go_on();
  bool handle(const KeyEvent& event);
  void press(hid::Usage key);
  void press_bound(hid::Usage key, const Found& found);
  std::optional<ErrorCode> remap(hid::Usage key, const lang::IndexEntry& entry,
                                 const lang::Instruction& instruction);
  std::optional<ErrorCode> start(const Found& found, std::uint32_t press);
  [[nodiscard]] bool runs(std::uint32_t position);
  void suppress(hid::Usage key);
  [[nodiscard]] Next waiting_next() const;
  [[nodiscard]] Next sleeping_next();

  Core core_;
  std::uint32_t epoch_ = 0;
  std::uint32_t presses_ = 0;  ///< Of bound keys; the number of the last.
  bool loaded_ = false;
};

}  // namespace pianola::engine
