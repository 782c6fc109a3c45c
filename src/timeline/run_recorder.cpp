#include "timeline/run_recorder.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "engine/task.hpp"
#include "lang/code/code_reader.hpp"

namespace pianola::timeline {

using engine::TaskEvent;

namespace {

/// What the wakes are called, in the order of their bits.
constexpr std::string_view kWakeNames[] = {
    "time",   "the key's release",     "the called macro's end", "a key", "a variable", "a layer",
    "an LED", "a macro's start or end"};

bool starts_something(engine::Choice::Kind kind) {
  return kind == engine::Choice::Kind::found || kind == engine::Choice::Kind::held ||
         kind == engine::Choice::Kind::together;
}

engine::Settings settings_of(lang::Roll& roll) {
  std::array<std::uint8_t, 64> window{};
  lang::CodeReader reader(roll, window);
  return engine::load_settings(roll, reader);
}

}  // namespace

std::string wakes_text(engine::Wakes wakes) {
  std::string text;
  for (unsigned bit = 0; bit < std::size(kWakeNames); ++bit) {
    if ((wakes >> bit & 1U) == 0) continue;
    if (!text.empty()) text += ", ";
    text += kWakeNames[bit];
  }
  return text;
}

bool RunRecorder::Life::over() const {
  const TaskEvent how = moments.back().event;
  return how == TaskEvent::ended || how == TaskEvent::failed || how == TaskEvent::stopped;
}

RunRecorder::RunRecorder(sim::Simulation& simulation, lang::Roll& roll)
    : simulation_(simulation), roll_(roll) {
  simulation_.engine().observe(this);
}

RunRecorder::~RunRecorder() { simulation_.engine().observe(nullptr); }

/// A time of its own for each thing that happens. What happens in a millisecond after the host took
/// its report is in the second half of it.
std::uint64_t RunRecorder::moment() {
  constexpr std::uint64_t kMillisecond = 1000;
  const auto& trace = simulation_.host().trace();
  const std::uint32_t now = simulation_.now();
  const bool polled = !trace.empty() && trace.back().time == now;
  const std::uint64_t begin = now * kMillisecond + (polled ? kMillisecond / 2 : 0);
  const std::uint64_t last = begin + kMillisecond / 2 - 1;
  last_ = std::clamp(last_ + 1, begin + 1, last);
  return last_;
}

void RunRecorder::task_event(engine::TaskIndex index, const engine::Task& task, TaskEvent event,
                             engine::Wakes why) {
  if (cut()) return;
  ++events_;
  if (event == TaskEvent::started) {
    current_[index] = lives_.size();
    lives_.push_back({macro_name(roll_, task), {}});
  }
  const auto life = current_.find(index);
  if (life == current_.end()) return;
  std::vector<Moment>& moments = lives_[life->second].moments;
  const bool again = last_life_ == life->second && event == TaskEvent::floor && !moments.empty() &&
                     moments.back().event == TaskEvent::yielded;
  last_life_ = life->second;
  if (again) {
    moments.pop_back();
    events_ -= 2;
    return;
  }
  moments.push_back({moment(), event, why, (why & engine::kWakeTime) != 0 ? task.deadline : 0});
}

void RunRecorder::key_pressed(const engine::KeyEvent& event, const engine::Choice& choice,
                              hid::Usage partner) {
  if (cut()) return;
  ++events_;
  presses_.push_back({moment(), event, choice, partner, {}, settings_of(roll_)});
  if (starts_something(choice.kind)) presses_.back().found = named(roll_, choice.found.entry);
}

void RunRecorder::layers_changed(std::uint32_t layers) {
  if (cut()) return;
  ++events_;
  layers_.push_back({moment(), {}});
  for (; layers != 0; layers &= layers - 1) {
    const auto number = static_cast<std::uint32_t>(std::countr_zero(layers));
    layers_.back().on.push_back(layer_name(roll_, number));
  }
}

void RunRecorder::caps_word_changed(bool on, Time at) {
  if (cut()) return;
  ++events_;
  const std::uint64_t now = moment();
  if (!in_caps_word_) caps_words_.push_back({now});
  in_caps_word_ = on;
  std::uint64_t& end = caps_words_.back().end;
  const Time limit = settings_of(roll_).caps_word;
  if (!on) {
    end = std::min(end, now);
  } else if (limit != 0) {
    end = (at + std::uint64_t{limit}) * 1000;
  }
}

}  // namespace pianola::timeline
