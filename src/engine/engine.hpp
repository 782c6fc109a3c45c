#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "base/time.hpp"
#include "engine/core.hpp"
#include "engine/errors.hpp"
#include "engine/host_state.hpp"
#include "engine/key_event.hpp"
#include "engine/key_taker.hpp"
#include "engine/keyboard.hpp"
#include "engine/report_sink.hpp"
#include "engine/request.hpp"
#include "engine/settings.hpp"
#include "engine/storage.hpp"
#include "lang/code/roll.hpp"

namespace pianola::test {
struct EngineProbe;
}

namespace pianola::engine {

/// Plays a roll: takes the keyboard's keys, runs the macros that they start, and makes the reports.
///
/// The order in which things happen is fixed, so that the same keys at the same times give the same
/// reports:
/// 1. The task that has the floor runs until it yields, and keeps the floor while it waits for the
///    host.
/// 2. The floor then goes to the next task of this round, in the order in which they joined.
/// 3. When the round is over and the host has taken the last report, the oldest key event that
///    waits is handled, if it is decided what it means, or the earliest deadline that has come
///    wakes its task, whichever was first (the key if both came at once). What a key starts joins
///    this round; what wakes joins the next. That is repeated until a task woke, or nothing more
///    has come.
/// 4. Then the next round begins.
/// A round to which macros are added without end is taken for over when the floor was given twice
/// as often as there can be tasks; what is left of it goes on before the next.
/// So the tasks that a key or a deadline concerns run before the next key is handled. Tasks that
/// wait for something that others change (a variable, a layer, the end of a macro) are told when
/// the floor is free, before 2. With `set busy = mix` keys are handled between a task's reports
/// too.
///
/// All functions are called from one context (no interrupt calls them while another runs).
class Engine {
 public:
  /// How long a report waits for a host that sleeps or is gone before all tasks end, in ms. For one
  /// that is awake it waits as long as it takes.
  static constexpr Time kHostTimeout = 2000;

  /// Most instructions, characters, key events and changes of the floor in one step.
  static constexpr unsigned kQuota = 256;

  /// The storage, the roll and the sinks are the caller's and must outlive the engine. The roll is
  /// read at the first step. `device`: who takes requests, see take_request(); null: nobody, and
  /// the leader means something only if a binding uses it.
  Engine(const StorageView& storage, lang::Roll& roll, ReportSink& reports, ErrorSink& errors,
         KeyTaker* device = nullptr)
      : core_(storage, roll, reports, errors, device) {}

  /// Does what can be done at `now`, a bounded part of it, and returns when it wants to go on. May
  /// send one report.
  Next step(Time now);

  /// Plays `roll` from now on, which may be the same as before with another content: cancels all,
  /// and reads its settings at once. Outlives the engine, or the next call.
  void play(lang::Roll& roll);

  /// What was asked of the device in the last step, at which that ended; the macro that asked has
  /// the floor still. Stands until it is taken; a later one takes its place.
  Request take_request() {
    const Request request = core_.request;
    core_.request = {};
    return request;
  }

  /// A key changed, at `event.time`: not before the last event, not after the next step. An event
  /// that changes nothing, or with a usage that reports cannot say, is ignored. Both Shift keys and
  /// Escape together cancel at once, whatever waits; so do keys that are Shifts while they are
  /// held.
  void key(const KeyEvent& event);

  /// Randomness for `random(n)`. The same seed gives the same numbers.
  void seed(std::uint32_t seed) { core_.random = seed != 0 ? seed : 1; }

  /// The host took the report in flight.
  void report_taken(Time now) { core_.mixer.taken(now); }

  /// The host's LEDs (HID 1.11, appendix B.1).
  void host_leds(std::uint8_t leds) { core_.leds = leds; }

  /// The device was locked (or unlocked): starts what `on lock` has at the next step at which no
  /// macro has the floor. Of both before that step, the lock counts as the first.
  void event(lang::Event event) {
    events_ = static_cast<std::uint8_t>(events_ | 1U << static_cast<unsigned>(event));
  }

  /// Who is told what tasks do and what keys mean; null: nobody.
  void observe(Observer* observer) { core_.tasks.observe(observer); }

  /// Stops all tasks and lets all keys up at the next step, toggled ones too. Keys that are
  /// physically down mean nothing until they are released.
  void cancel_all();

  /// Whether the host can take reports; awake at first. While it cannot, macros end that it keeps
  /// waiting for kHostTimeout, and that is an error of each.
  void host(HostState state) { core_.host = state; }

  /// As cancel_all(), when the host is gone or new, but an error of each macro: the report in
  /// flight, if any, is lost, and the host knows of no key.
  void disconnected();

  /// Whether nothing is left to do: no task, no event that waits, no one-shot that will end by
  /// itself, no report that the host did not take. Keys may be down all the same.
  [[nodiscard]] bool idle() const {
    return core_.tasks.count() == 0 && core_.input.empty() && core_.mixer.quiet() &&
           !core_.oneshots_end();
  }
  /// How many tasks there are.
  [[nodiscard]] std::size_t tasks() const { return core_.tasks.count(); }
  /// Taps lost because the queue of key events was full. Wraps.
  [[nodiscard]] std::uint32_t lost_taps() const { return core_.input.lost_taps(); }
  /// Whether the queue of key events has room.
  [[nodiscard]] bool keys_have_room() const { return !core_.input.full(); }
  /// Those of them that were lost while a report had waited for the host for kHostTimeout. Wraps.
  [[nodiscard]] std::uint32_t taps_lost_by_host() const { return lost_by_host_; }
  /// The settings of the roll, as it was read last.
  [[nodiscard]] const Settings& settings() const { return core_.settings; }
  /// The report that was sent last.
  [[nodiscard]] const hid::Report& shown() const { return core_.mixer.shown(); }

 private:
  friend struct test::EngineProbe;  // looks inside, for tests

  [[nodiscard]] bool host_is_late(Time now) const;
  void check_host();
  [[nodiscard]] bool keys_pass() const;
  [[nodiscard]] bool keys_wait() const;
  bool handle(const KeyEvent& event, const Choice& choice);
  bool end_oneshots();
  [[nodiscard]] bool wakes_first() const;
  bool handle_key(bool due);
  bool go_on();
  [[nodiscard]] bool only_sleepers() const;
  [[nodiscard]] bool layers_differ() const;
  [[nodiscard]] bool changed() const;
  bool tell_changes();
  void start_events();
  void layers_changed();
  void leds_changed();
  void mix_keys();
  [[nodiscard]] Next waiting_next() const;
  [[nodiscard]] Next sleeping_next();
  [[nodiscard]] Next next_decision() const;

  Core core_;
  Keyboard keyboard_{core_};
  std::uint32_t lost_by_host_ = 0;
  std::uint32_t layers_ = 0;  ///< The layers that were on when tasks were told last, one bit each.
  Time decided_at_ = 0;       ///< When the first key event is decided, if `undecided_`.
  std::uint16_t holds_changes_ = 0;  ///< Holds::changes() when tasks were told last.
  std::uint16_t floors_ = 0;         ///< How often the floor was given in this round.
  std::uint8_t leds_ = 0;            ///< The host's LEDs when tasks were told last.
  std::uint8_t events_ = 0;          ///< One bit for each lang::Event that is to be started.
  bool undecided_ = false;
  bool loaded_ = false;  ///< The roll was read.
};

}  // namespace pianola::engine
