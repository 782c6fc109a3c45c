#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "engine/errors.hpp"
#include "engine/task.hpp"
#include "hid/report.hpp"

namespace pianola::engine {

/// One change of what the host sees: a usage goes down or up.
struct UsageChange {
  hid::Usage usage{};
  bool down = false;
};

/// Recordings of what the host saw, each under the hash of its name. They share one memory; only
/// the one that was begun last can be made. Two things are not recorded: motion, and the release of
/// a key that was down before.
class Recorder {
 public:
  /// Places that a recording takes besides one for each of its changes.
  static constexpr std::size_t kHeader = 3;

  /// `places` is the caller's. That a recording has no room is told to `errors`, and that one
  /// begins or ends sets kWakeTask in `signals`.
  Recorder(std::span<std::uint16_t> places, ErrorSink& errors, Wakes& signals)
      : places_(places), errors_(errors), signals_(signals) {}

  /// Begins the recording `name`, in place of an older one of that name, at the instruction
  /// `where`. Ends another one that is being made. If there is no room, nothing is being made.
  void begin(std::uint32_t name, const Error& where);

  /// The recording that is being made is complete, if there is one. The modifiers that went down
  /// last, which are of the chord that ends it, do not belong to it.
  void end();

  /// Whether a recording is being made.
  [[nodiscard]] bool recording() const { return recording_; }

  /// The host saw `before`, and now sees `after`: notes the difference if a recording is being
  /// made. Keys go up first and down last. What has no room ends the recording.
  void note(const hid::Report& before, const hid::Report& after) {
    if (recording_) note_all(before, after);
  }

  /// How many changes the recording `name` has by now; nothing if there is none.
  [[nodiscard]] std::optional<std::uint16_t> size(std::uint32_t name) const;
  /// Change number `index` of the recording `name`; nothing if it has no such.
  [[nodiscard]] std::optional<UsageChange> change(std::uint32_t name, std::uint16_t index) const;

 private:
  static constexpr std::uint16_t kDown = 0x8000;
  static constexpr std::size_t kNowhere = static_cast<std::size_t>(-1);

  static bool is_modifier_press(std::uint16_t change);
  [[nodiscard]] std::size_t find(std::uint32_t name) const;
  void remove(std::uint32_t name);
  void note_all(const hid::Report& before, const hid::Report& after);
  void note_one(hid::Usage usage, bool before, bool after);
  [[nodiscard]] bool is_down(hid::Usage usage) const;
  void append(std::uint16_t change);

  std::span<std::uint16_t> places_;
  ErrorSink& errors_;
  Wakes& signals_;
  Error where_;
  std::uint16_t used_ = 0;  ///< Places.
  std::uint16_t last_ = 0;  ///< Header of the recording that is being made.
  bool recording_ = false;
};

}  // namespace pianola::engine
