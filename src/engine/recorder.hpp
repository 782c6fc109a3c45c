#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "base/time.hpp"
#include "engine/errors.hpp"
#include "engine/task.hpp"
#include "hid/report.hpp"

namespace pianola::engine {

/// One change of what the host sees: a usage goes down or up. Or a time until the next one.
struct UsageChange {
  hid::Usage usage{};
  bool down = false;
  std::uint16_t wait = 0;  ///< In ms; 0 if it is a change.
};

/// Recordings of what the host saw, each under the hash of its name. They share one memory; only
/// the one that was begun last can be made. Two things are not recorded: motion, and the release of
/// a key that was down before. The time before the first change and after the last is not, either.
class Recorder {
 public:
  /// Places that a recording takes besides one for each of its changes and, if it is timed, times.
  static constexpr std::size_t kHeader = 3;
  /// The longest time in one place, in ms.
  static constexpr Time kLongestWait = 0x7FFF;

  /// `places` is the caller's. That a recording has no room is told to `errors`, and that one
  /// begins or ends sets kWakeTask in `signals`.
  Recorder(std::span<std::uint16_t> places, ErrorSink& errors, Wakes& signals)
      : places_(places), errors_(errors), signals_(signals) {}

  /// Begins the recording `name`, in place of an older one of that name, at the instruction
  /// `where`; `timed`: with the times between its changes. Ends another one that is being made. If
  /// there is no room, nothing is being made.
  void begin(std::uint32_t name, const Error& where, bool timed = false);

  /// The recording that is being made is complete, if there is one. The modifiers that went down
  /// last, which are of the chord that ends it, do not belong to it.
  void end();

  /// Whether a recording is being made.
  [[nodiscard]] bool recording() const { return recording_; }

  /// Whether the recording `name` is being made.
  [[nodiscard]] bool recording(std::uint32_t name) const {
    return recording_ && find(name) == last_;
  }

  /// The host saw `before`, and at the time `now` sees `after`: notes the difference if a recording
  /// is being made. Keys go up first and down last. What has no room ends the recording.
  void note(const hid::Report& before, const hid::Report& after, Time now) {
    if (recording_) note_all(before, after, now);
  }

  /// How many changes and times the recording `name` has by now; nothing if there is none.
  [[nodiscard]] std::optional<std::uint16_t> size(std::uint32_t name) const;
  /// Change or time number `index` of the recording `name`; nothing if it has no such.
  [[nodiscard]] std::optional<UsageChange> change(std::uint32_t name, std::uint16_t index) const;

 private:
  // A place is a change: the usage, which has 14 bits, and kDown or not. Or a time: kWait, and 15
  // bits of it around that.
  static constexpr std::uint16_t kDown = 0x8000;
  static constexpr std::uint16_t kWait = 0x4000;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  static bool is_modifier_press(std::uint16_t change);
  [[nodiscard]] std::size_t find(std::uint32_t name) const;
  void remove(std::uint32_t name);
  void note_all(const hid::Report& before, const hid::Report& after, Time now);
  void note_one(hid::Usage usage, bool before, bool after, Time now);
  [[nodiscard]] bool is_down(hid::Usage usage) const;
  void append(std::uint16_t place);
  void append_wait(Time now);

  std::span<std::uint16_t> places_;
  ErrorSink& errors_;
  Wakes& signals_;
  Error where_;
  std::uint16_t used_ = 0;  ///< Places.
  std::uint16_t last_ = 0;  ///< Header of the recording that is being made.
  bool recording_ = false;
  bool timed_ = false;  ///< That is with times.
  Time noted_at_ = 0;   ///< When its last change was noted.
};

}  // namespace pianola::engine
