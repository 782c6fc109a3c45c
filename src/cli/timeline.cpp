#include "cli/timeline.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/task.hpp"
#include "lang/code_reader.hpp"
#include "lang/notation.hpp"
#include "ports/sim/memory_compiler.hpp"
#include "scenario/report_text.hpp"

namespace pianola::cli {
namespace {

using Kind = Timeline::Kind;
using Slice = Timeline::Slice;
using Track = Timeline::Track;
using engine::TaskEvent;

constexpr std::uint64_t kMillisecond = 1000;

/// What the wakes are called, in the order of their bits.
constexpr std::string_view kWakeNames[] = {
    "time",   "the key's release",     "the called macro's end", "a key", "a variable", "a layer",
    "an LED", "a macro's start or end"};

std::string wakes_text(engine::Wakes wakes) {
  std::string text;
  for (unsigned bit = 0; bit < std::size(kWakeNames); ++bit) {
    if ((wakes >> bit & 1U) == 0) continue;
    if (!text.empty()) text += ", ";
    text += kWakeNames[bit];
  }
  return text;
}

/// The first track of `tracks` from `from` on, called `name`, whose last slice ends before `begin`;
/// a new one if there is none.
Track& free_track(std::vector<Track>& tracks, std::size_t from, const std::string& name, Kind kind,
                  std::uint64_t begin) {
  unsigned same = 0;
  for (std::size_t i = from; i < tracks.size(); ++i) {
    if (!tracks[i].name.starts_with(name)) continue;
    const std::string numbered = same == 0 ? name : fmt::format("{} ({})", name, same + 1);
    if (tracks[i].name != numbered) continue;
    ++same;
    std::uint64_t end = 0;
    for (const Slice& slice : tracks[i].slices) end = std::max(end, slice.end);
    if (end <= begin) return tracks[i];
  }
  tracks.push_back(
      {same == 0 ? name : fmt::format("{} ({})", name, same + 1), kind, std::vector<Slice>{}});
  return tracks.back();
}

void add_keys(std::span<const engine::KeyEvent> keys, const hid::Layout& layout,
              Timeline& timeline) {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (!keys[i].down) continue;
    const auto up = std::find_if(keys.begin() + static_cast<std::ptrdiff_t>(i) + 1, keys.end(),
                                 [&](const auto& event) { return event.usage == keys[i].usage; });
    Slice slice;
    slice.kind = Kind::key;
    slice.begin = keys[i].time * kMillisecond;
    slice.end = up == keys.end() ? std::max(timeline.end, slice.begin) : up->time * kMillisecond;
    slice.name = scenario::key_text(keys[i].usage, layout);
    slice.details = {{"usage", fmt::format("{:#04x}", static_cast<unsigned>(keys[i].usage))}};
    free_track(timeline.tracks, 0, "keys", Kind::key, slice.begin)
        .slices.push_back(std::move(slice));
  }
}

void add_reports(const std::vector<sim::TraceEntry>& trace, const hid::Layout& layout,
                 Timeline& timeline) {
  Track track{"reports", Kind::report, {}};
  for (std::size_t i = 0; i < trace.size(); ++i) {
    Slice slice;
    slice.kind = Kind::report;
    slice.begin = trace[i].time * kMillisecond + kMillisecond / 2;
    slice.end = i + 1 < trace.size() ? trace[i + 1].time * kMillisecond + kMillisecond / 2
                                     : slice.begin + kMillisecond / 2;
    slice.name = scenario::report_text(trace[i].report, layout);
    slice.details = {{"report", sim::format_report(trace[i].report)}};
    slice.empty = trace[i].report == hid::Report{};
    track.slices.push_back(std::move(slice));
  }
  timeline.tracks.push_back(std::move(track));
}

}  // namespace

TimelineRecorder::TimelineRecorder(sim::Simulation& simulation, lang::Roll& roll)
    : simulation_(simulation), roll_(roll) {
  simulation_.engine().observe(this);
}

TimelineRecorder::~TimelineRecorder() { simulation_.engine().observe(nullptr); }

/// A time of its own for each thing that happens. What happens in a millisecond after the host took
/// its report is in the second half of it.
std::uint64_t TimelineRecorder::moment() {
  const auto& trace = simulation_.host().trace();
  const std::uint32_t now = simulation_.now();
  const bool polled = !trace.empty() && trace.back().time == now;
  const std::uint64_t begin = now * kMillisecond + (polled ? kMillisecond / 2 : 0);
  const std::uint64_t last = begin + kMillisecond / 2 - 1;
  last_ = std::clamp(last_ + 1, begin + 1, last);
  return last_;
}

std::string TimelineRecorder::name_of(const engine::Task& task) {
  lang::IndexEntry entry;
  if (!roll_.index_entry(task.entry, entry)) return "?";
  std::array<std::uint8_t, 64> window{};
  lang::CodeReader reader(roll_, window);
  reader.seek(entry.record, entry.code);
  lang::Instruction instruction;
  if (!lang::read_instruction(reader, instruction)) return "?";
  sim::StringSink name;
  lang::TextWriter out(name);
  if (instruction.opcode == lang::Opcode::macro) {
    lang::write_name(out, reader, instruction.payload, instruction.payload_size);
  } else {
    lang::write_trigger(out, reader, instruction);
  }
  return name.text();
}

void TimelineRecorder::task_event(engine::TaskIndex index, const engine::Task& task,
                                  TaskEvent event, engine::Wakes why) {
  if (events_ == kMostEvents) return;
  ++events_;
  if (event == TaskEvent::started) {
    current_[index] = lives_.size();
    lives_.push_back({name_of(task), {}});
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

Slice TimelineRecorder::whole(const Life& life, std::uint64_t end) {
  Slice slice;
  slice.kind = Kind::macro;
  slice.begin = life.moments.front().time;
  slice.end = end;
  slice.name = life.name;
  switch (life.moments.back().event) {
    case TaskEvent::ended:
      slice.details = {{"end", "by itself"}};
      break;
    case TaskEvent::failed:
      slice.details = {{"end", "by an error"}};
      break;
    case TaskEvent::stopped:
      slice.details = {{"end", "stopped"}};
      break;
    default:
      slice.details = {{"end", "none yet"}};
  }
  return slice;
}

void TimelineRecorder::add_slices(const Life& life, std::uint64_t end, Track& track) {
  track.slices.push_back(whole(life, end));
  for (std::size_t i = 0; i < life.moments.size(); ++i) {
    const Moment& moment = life.moments[i];
    const bool last = i + 1 == life.moments.size();
    Slice slice;
    slice.begin = moment.time;
    slice.end = last ? end : life.moments[i + 1].time;
    switch (moment.event) {
      case TaskEvent::started:
      case TaskEvent::yielded:
      case TaskEvent::woke:
        slice.kind = Kind::ready;
        slice.name = "ready";
        break;
      case TaskEvent::floor:
        slice.kind = Kind::running;
        slice.name = "running";
        break;
      case TaskEvent::slept:
        slice.kind = Kind::sleeping;
        slice.name =
            "until " + (moment.why == engine::kWakeTime ? fmt::format("{} ms", moment.deadline)
                                                        : wakes_text(moment.why));
        slice.details.emplace_back("waits for", wakes_text(moment.why));
        if ((moment.why & engine::kWakeTime) != 0) {
          slice.details.emplace_back("deadline", fmt::format("{} ms", moment.deadline));
        }
        if (!last && life.moments[i + 1].event == TaskEvent::woke) {
          slice.details.emplace_back("woken by", wakes_text(life.moments[i + 1].why));
        }
        break;
      case TaskEvent::ended:
        continue;
      case TaskEvent::failed:
      case TaskEvent::stopped:
        slice.kind = Kind::fault;
        slice.name = moment.event == TaskEvent::failed ? "error" : "stopped";
        slice.end = slice.begin;
        break;
    }
    track.slices.push_back(std::move(slice));
  }
}

Timeline TimelineRecorder::timeline(std::span<const engine::KeyEvent> keys,
                                    const hid::Layout& layout) const {
  const auto& trace = simulation_.host().trace();
  Timeline timeline;
  timeline.end = (simulation_.now() + std::uint64_t{1}) * kMillisecond;
  if (!keys.empty()) {
    timeline.end = std::max(timeline.end, (keys.back().time + std::uint64_t{1}) * kMillisecond);
  }
  add_keys(keys, layout, timeline);
  const std::size_t first = timeline.tracks.size();
  for (const Life& life : lives_) {
    const TaskEvent how = life.moments.back().event;
    const bool over =
        how == TaskEvent::ended || how == TaskEvent::failed || how == TaskEvent::stopped;
    const std::uint64_t end = over ? life.moments.back().time : timeline.end;
    add_slices(
        life, end,
        free_track(timeline.tracks, first, life.name, Kind::macro, life.moments.front().time));
  }
  add_reports(trace, layout, timeline);
  return timeline;
}

}  // namespace pianola::cli
