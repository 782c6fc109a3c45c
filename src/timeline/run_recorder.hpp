#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "engine/key_event.hpp"
#include "engine/keyboard.hpp"
#include "engine/observer.hpp"
#include "engine/settings.hpp"
#include "lang/code/roll.hpp"
#include "ports/sim/simulation.hpp"
#include "timeline/roll_names.hpp"

namespace pianola::timeline {

/// What wakes a task, in words: "time, a key".
std::string wakes_text(engine::Wakes wakes);

/// Looks on while a simulation runs, and notes what its keys mean, its tasks do and its layers are.
/// Times are in µs: the milliseconds, and the order in them. A task that gives the floor up and
/// gets it back at once runs on.
class RunRecorder final : public engine::Observer {
 public:
  /// Both live as long as the recorder; the simulation plays `roll`.
  RunRecorder(sim::Simulation& simulation, lang::Roll& roll);
  ~RunRecorder();
  RunRecorder(const RunRecorder&) = delete;
  RunRecorder& operator=(const RunRecorder&) = delete;

  /// Most events that are noted; macros that run for ever without a pause make many.
  static constexpr std::size_t kMostEvents = 1'000'000;
  /// Whether there were more events than are noted.
  [[nodiscard]] bool cut() const { return events_ == kMostEvents; }

  struct Moment {
    std::uint64_t time = 0;
    engine::TaskEvent event{};
    engine::Wakes why = 0;
    std::uint32_t deadline = 0;
  };
  /// One task, from start to end.
  struct Life {
    std::string name;
    std::vector<Moment> moments;  ///< One at least.
    [[nodiscard]] bool over() const;
  };
  /// A key that went down, and what that meant.
  struct Press {
    std::uint64_t time = 0;  ///< When it was handled.
    engine::KeyEvent event;
    engine::Choice choice;
    hid::Usage partner = hid::kNoKey;  ///< The other key of two that were pressed together.
    Named found;                       ///< What it started, if anything.
    engine::Settings settings;         ///< Of that time.
  };
  /// The layers that are on from a time on.
  struct Layers {
    std::uint64_t time = 0;
    std::vector<std::string> on;
  };

  /// From when to when caps word is on, in µs.
  struct CapsWord {
    std::uint64_t begin = 0;
    std::uint64_t end = kNever;  ///< kNever: unless something else ends it.
    static constexpr std::uint64_t kNever = ~std::uint64_t{0};
  };

  [[nodiscard]] const std::vector<Life>& lives() const { return lives_; }
  [[nodiscard]] const std::vector<Press>& presses() const { return presses_; }
  [[nodiscard]] const std::vector<Layers>& layers() const { return layers_; }
  [[nodiscard]] const std::vector<CapsWord>& caps_words() const { return caps_words_; }
  [[nodiscard]] const sim::Simulation& simulation() const { return simulation_; }

  void task_event(engine::TaskIndex index, const engine::Task& task, engine::TaskEvent event,
                  engine::Wakes why) override;
  void key_pressed(const engine::KeyEvent& event, const engine::Choice& choice,
                   hid::Usage partner) override;
  void layers_changed(std::uint32_t layers) override;
  void caps_word_changed(bool on, Time at) override;

 private:
  std::uint64_t moment();

  sim::Simulation& simulation_;
  lang::Roll& roll_;
  std::vector<Life> lives_;
  std::vector<Press> presses_;
  std::vector<Layers> layers_;
  std::vector<CapsWord> caps_words_;
  bool in_caps_word_ = false;
  std::map<engine::TaskIndex, std::size_t> current_;  ///< The life in each place of the pool.
  std::uint64_t last_ = 0;
  std::size_t events_ = 0;
  std::size_t last_life_ = 0;  ///< That of the last event.
};

}  // namespace pianola::timeline
