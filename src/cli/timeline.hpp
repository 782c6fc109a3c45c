#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/key_event.hpp"
#include "engine/observer.hpp"
#include "hid/layout.hpp"
#include "lang/roll.hpp"
#include "ports/sim/simulation.hpp"

namespace pianola::cli {

/// What happened when: tracks of slices.
struct Timeline {
  enum class Kind : std::uint8_t {
    key,       ///< A key of the keyboard is down.
    macro,     ///< A macro, from its start to its end; the next three stand inside.
    running,   ///< It has the floor.
    ready,     ///< It waits for the floor.
    sleeping,  ///< It waits for something to happen.
    report,    ///< What the host last got.
    fault,     ///< A macro failed or was stopped, at `begin`.
  };
  struct Slice {
    Kind kind{};
    std::uint64_t begin = 0;  ///< In µs: the milliseconds, and the order in them.
    std::uint64_t end = 0;
    std::string name;
    std::vector<std::pair<std::string, std::string>> details;
    bool empty = false;  ///< A report that says that nothing is down.
  };
  struct Track {
    std::string name;
    Kind kind{};                ///< key, macro or report.
    std::vector<Slice> slices;  ///< In order; only those inside a macro overlap another.
  };
  std::vector<Track> tracks;
  std::uint64_t end = 0;  ///< When the last thing happened.
};

/// Looks on while a simulation runs, and notes what its tasks do. A task that gives the floor up
/// and gets it back at once runs on.
class TimelineRecorder final : public engine::Observer {
 public:
  /// Both live as long as the recorder; the simulation plays `roll`.
  TimelineRecorder(sim::Simulation& simulation, lang::Roll& roll);
  /// Most events that are noted; macros that run for ever without a pause make many.
  static constexpr std::size_t kMostEvents = 1'000'000;
  ~TimelineRecorder();
  TimelineRecorder(const TimelineRecorder&) = delete;
  TimelineRecorder& operator=(const TimelineRecorder&) = delete;

  void task_event(engine::TaskIndex index, const engine::Task& task, engine::TaskEvent event,
                  engine::Wakes why) override;

  /// All that was noted, with the keyboard's `keys`, which `layout` names.
  [[nodiscard]] Timeline timeline(std::span<const engine::KeyEvent> keys,
                                  const hid::Layout& layout) const;

  /// Whether there were more events than are noted.
  [[nodiscard]] bool cut() const { return events_ == kMostEvents; }

 private:
  struct Moment {
    std::uint64_t time = 0;
    engine::TaskEvent event{};
    engine::Wakes why = 0;
    std::uint32_t deadline = 0;
  };
  /// One task, from start to end.
  struct Life {
    std::string name;
    std::vector<Moment> moments;
  };

  std::uint64_t moment();
  std::string name_of(const engine::Task& task);
  static Timeline::Slice whole(const Life& life, std::uint64_t end);
  static void add_slices(const Life& life, std::uint64_t end, Timeline::Track& track);

  sim::Simulation& simulation_;
  lang::Roll& roll_;
  std::vector<Life> lives_;
  std::map<engine::TaskIndex, std::size_t> current_;  ///< The life in each place of the pool.
  std::uint64_t last_ = 0;
  std::size_t events_ = 0;
  std::size_t last_life_ = 0;  ///< That of the last event.
};

/// As a trace for Perfetto and Chrome's about:tracing (the Trace Event Format, JSON).
std::string timeline_json(const Timeline& timeline);

/// As a picture: a self-contained SVG.
std::string timeline_svg(const Timeline& timeline, const std::string& title);

}  // namespace pianola::cli
