#include "timeline/timeline.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <map>
#include <string_view>
#include <utility>

#include "base/time.hpp"
#include "lang/code/words.hpp"
#include "scenario/report_text.hpp"
#include "timeline/transcript.hpp"

namespace pianola::timeline {
namespace {

using Kind = Timeline::Kind;
using Slice = Timeline::Slice;
using Track = Timeline::Track;
using engine::Choice;
using engine::TaskEvent;

constexpr std::uint64_t kMillisecond = 1000;

/// When the host took the report of this time.
constexpr std::uint64_t taken_at(std::uint32_t time) {
  return time * kMillisecond + kMillisecond / 2;
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

// ---- The keyboard ------------------------------------------------------------------------------

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

/// What the press was taken for, if that is anything but the key itself: "hold".
std::string_view verdict(const RunRecorder::Press& press) {
  const bool waited = press.choice.at != press.event.time;
  switch (press.choice.kind) {
    case Choice::Kind::together:
      return "together";
    case Choice::Kind::held:
      return "hold";
    case Choice::Kind::shifted:
      return "long: its capital";
    case Choice::Kind::leader:
      return "leader";
    case Choice::Kind::pass:
      return waited ? "by itself" : "";
    case Choice::Kind::found:
      break;
    default:
      return "";
  }
  switch (key_kind(press.choice.found.entry.key)) {
    case lang::TriggerKind::hold:
      return "hold";
    case lang::TriggerKind::tap:
      return "tap";
    case lang::TriggerKind::double_tap:
      return "double tap";
    case lang::TriggerKind::leader:
      return "after the leader";
    case lang::TriggerKind::text:
      return "abbreviation";
    case lang::TriggerKind::dance:
      return lang::kClauseWords[key_second(press.choice.found.entry.key) % lang::kClauses];
    default:
      return press.found.dual ? "tap" : waited ? "by itself" : "";
  }
}

/// What decided it: the key's own release, a time that was over, or another key.
std::string decided_by(const RunRecorder::Press& press, std::span<const engine::KeyEvent> keys,
                       const hid::Layout& layout) {
  const Time at = press.choice.at;
  if (press.partner != hid::kNoKey) {
    const auto last = std::ranges::find_if(keys, [&](const engine::KeyEvent& key) {
      return key.down && key.usage == press.partner && key.time >= press.event.time;
    });
    const Time then = last == keys.end() ? at : last->time;
    return fmt::format("{} came after {} ms", scenario::key_text(press.partner, layout),
                       then - press.event.time);
  }
  const bool by_hold =
      press.choice.kind == Choice::Kind::held || press.found.name.starts_with("hold ");
  for (const engine::KeyEvent& key : keys) {
    const bool own = key.usage == press.event.usage;
    const Time then = key.time + (by_hold && !own ? press.settings.rolls : 0U);
    if (then != at || key.time == press.event.time || (own && key.down)) continue;
    if (!own && !key.down && !by_hold) continue;
    const std::string name = scenario::key_text(key.usage, layout);
    return own ? fmt::format("let go after {} ms", at - press.event.time)
               : fmt::format("{} {}", name, key.down ? "went down" : "was tapped");
  }
  return fmt::format("{} ms over", at - press.event.time);
}

/// Why a press that could have been a hold was taken for a tap at once; `before`: the press before
/// it, if there is one.
std::string_view at_once(const RunRecorder::Press& press, const RunRecorder::Press* before) {
  const bool again = before != nullptr && before->event.usage == press.event.usage;
  return again ? "tapped again soon" : "soon after typing";
}

void add_decisions(const RunRecorder& run, std::span<const engine::KeyEvent> keys,
                   const hid::Layout& layout, Timeline& timeline) {
  const std::size_t first = timeline.tracks.size();
  const RunRecorder::Press* last = nullptr;
  for (const RunRecorder::Press& press : run.presses()) {
    const RunRecorder::Press* const before = std::exchange(last, &press);
    const std::string_view verdict_text = verdict(press);
    if (verdict_text.empty()) continue;
    Slice slice;
    slice.kind = Kind::decision;
    slice.begin = press.event.time * kMillisecond;
    slice.end = press.choice.at * kMillisecond;
    const std::string key = press.partner != hid::kNoKey
                                ? press.found.name
                                : scenario::key_text(press.event.usage, layout);
    slice.name = fmt::format("{} {}", key, verdict_text);
    slice.shorter = {slice.name, std::string(verdict_text)};
    const bool waited = press.choice.at != press.event.time;
    const bool dance = key_kind(press.choice.found.entry.key) == lang::TriggerKind::dance;
    if (waited || (verdict_text == "tap" && !dance)) {
      const std::string by =
          waited ? decided_by(press, keys, layout) : std::string(at_once(press, before));
      slice.details.emplace_back("decided by", by);
      slice.name += ": " + by;
      slice.shorter.insert(slice.shorter.begin(), fmt::format("{}: {}", verdict_text, by));
    }
    if (!press.found.name.empty()) slice.details.emplace_back("trigger", press.found.name);
    free_track(timeline.tracks, first, "decided", Kind::decision, slice.begin)
        .slices.push_back(std::move(slice));
  }
}

void add_layers(const RunRecorder& run, Timeline& timeline) {
  std::map<std::string, Track> tracks;
  std::map<std::string, std::uint64_t> since;
  const auto off = [&](const std::string& name, std::uint64_t end) {
    Track& track = tracks[name];
    track.name = "layer " + name;
    track.kind = Kind::layer;
    track.slices.push_back({Kind::layer, since[name], end, name + " is on", {name}, {}});
    since.erase(name);
  };
  for (const RunRecorder::Layers& layers : run.layers()) {
    for (const std::string& name : layers.on) since.try_emplace(name, layers.time);
    for (auto next = since.begin(); next != since.end();) {
      const std::string name = (next++)->first;
      if (std::ranges::count(layers.on, name) == 0) off(name, layers.time);
    }
  }
  while (!since.empty()) off(std::string(since.begin()->first), timeline.end);
  for (auto& [name, track] : tracks) timeline.tracks.push_back(std::move(track));
}

void add_caps_words(const RunRecorder& run, Timeline& timeline) {
  if (run.caps_words().empty()) return;
  Track track{"caps word", Kind::layer, {}};
  for (const RunRecorder::CapsWord& word : run.caps_words()) {
    const std::uint64_t end = std::min(word.end, timeline.end);
    track.slices.push_back({Kind::layer, word.begin, end, "caps word is on", {"caps word"}, {}});
  }
  timeline.tracks.push_back(std::move(track));
}

// ---- Macros ------------------------------------------------------------------------------------

Slice whole(const RunRecorder::Life& life, std::uint64_t end) {
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

/// "200 ms", "1.5 s".
std::string span_text(std::uint64_t milliseconds) {
  if (milliseconds < 1000) return fmt::format("{} ms", milliseconds);
  const std::uint64_t rest = milliseconds % 1000;
  std::string text = fmt::format("{}", milliseconds / 1000);
  if (rest != 0) text += fmt::format(".{:03}", rest);
  while (rest != 0 && text.back() == '0') text.pop_back();
  return text + " s";
}

/// What the sleep that begins at `moment` is.
Slice sleep(const RunRecorder::Moment& moment, const RunRecorder::Moment* next) {
  Slice slice;
  slice.kind = Kind::sleeping;
  const bool timed = (moment.why & engine::kWakeTime) != 0;
  const auto others = static_cast<engine::Wakes>(moment.why & ~engine::kWakeTime);
  const std::string time =
      timed ? span_text(moment.deadline - moment.time / kMillisecond) : std::string();
  slice.name = others == 0 ? "sleeps " + time
               : timed     ? fmt::format("waits for {}, at most {}", wakes_text(others), time)
                           : "waits for " + wakes_text(others);
  slice.shorter = {others == 0 ? time : "waits"};
  slice.details.emplace_back("waits for", wakes_text(moment.why));
  if (timed) slice.details.emplace_back("deadline", fmt::format("{} ms", moment.deadline));
  if (next != nullptr && next->event == TaskEvent::woke) {
    slice.details.emplace_back("woken by", wakes_text(next->why));
  }
  return slice;
}

void add_life(const RunRecorder::Life& life, std::uint64_t end, Track& track) {
  track.slices.push_back(whole(life, end));
  for (std::size_t i = 0; i < life.moments.size(); ++i) {
    const RunRecorder::Moment& moment = life.moments[i];
    const RunRecorder::Moment* const next = i + 1 < life.moments.size() ? &moment + 1 : nullptr;
    Slice slice;
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
        slice = sleep(moment, next);
        break;
      case TaskEvent::ended:
        continue;
      case TaskEvent::failed:
      case TaskEvent::stopped:
        slice.kind = Kind::fault;
        slice.name = moment.event == TaskEvent::failed ? "error" : "stopped";
        break;
    }
    slice.begin = moment.time;
    slice.end = slice.kind == Kind::fault ? moment.time : next != nullptr ? next->time : end;
    track.slices.push_back(std::move(slice));
  }
}

void add_macros(const RunRecorder& run, Timeline& timeline) {
  const std::size_t first = timeline.tracks.size();
  for (const RunRecorder::Life& life : run.lives()) {
    const std::uint64_t end = life.over() ? life.moments.back().time : timeline.end;
    const std::uint64_t begin = life.moments.front().time;
    add_life(life, end, free_track(timeline.tracks, first, life.name, Kind::macro, begin));
  }
}

// ---- The computer ------------------------------------------------------------------------------

std::string pointer_text(const hid::Report& report) {
  hid::Report moves;
  moves.x = report.x;
  moves.y = report.y;
  moves.wheel = report.wheel;
  return scenario::report_text(moves, hid::default_layout());
}

void add_reports(const std::vector<sim::TraceEntry>& trace, const hid::Layout& layout,
                 Timeline& timeline) {
  Track track{"reports", Kind::report, {}};
  Track pointer{"pointer", Kind::pointer, {}};
  for (std::size_t i = 0; i < trace.size(); ++i) {
    hid::Report down = trace[i].report;
    down.x = down.y = 0;
    down.wheel = 0;
    hid::Report keys = down;
    keys.mods = 0;
    Slice slice;
    slice.kind = Kind::report;
    slice.begin = taken_at(trace[i].time);
    slice.end = i + 1 < trace.size() ? taken_at(trace[i + 1].time) : slice.begin + kMillisecond / 2;
    slice.name = scenario::report_text(down, layout);
    if (keys != down && keys != hid::Report{}) {
      slice.shorter = {scenario::report_text(keys, layout)};
    }
    slice.details = {{"report", sim::format_report(trace[i].report)}};
    slice.empty = down == hid::Report{};
    if (trace[i].report.moves()) {
      pointer.slices.push_back({Kind::pointer,
                                slice.begin,
                                slice.begin,
                                pointer_text(trace[i].report),
                                {},
                                slice.details});
    }
    // A move between two reports of the same keys cuts nothing.
    if (!track.slices.empty() && track.slices.back().name == slice.name &&
        trace[i].report.moves()) {
      track.slices.back().end = slice.end;
      continue;
    }
    track.slices.push_back(std::move(slice));
  }
  timeline.tracks.push_back(std::move(track));
  if (!pointer.slices.empty()) timeline.tracks.push_back(std::move(pointer));
}

void add_typed(const std::vector<Heard>& heard, Timeline& timeline) {
  Track track{"typed", Kind::typed, {}};
  for (const Heard& piece : heard) {
    const Kind kind = piece.kind == Heard::Kind::text    ? Kind::typed
                      : piece.kind == Heard::Kind::erase ? Kind::erased
                                                         : Kind::other;
    const std::uint64_t begin = taken_at(piece.time);
    track.slices.push_back({kind,
                            begin,
                            begin + kMillisecond / 2,
                            kind == Kind::erased ? "erased" : piece.text,
                            {},
                            {}});
  }
  if (!track.slices.empty()) timeline.tracks.push_back(std::move(track));
}

}  // namespace

Timeline make_timeline(const RunRecorder& run, std::span<const engine::KeyEvent> keys,
                       const hid::Layout& layout) {
  const sim::Simulation& simulation = run.simulation();
  Timeline timeline;
  timeline.end = (simulation.now() + std::uint64_t{1}) * kMillisecond;
  if (!keys.empty()) {
    timeline.end = std::max(timeline.end, (keys.back().time + std::uint64_t{1}) * kMillisecond);
  }
  add_keys(keys, layout, timeline);
  add_decisions(run, keys, layout, timeline);
  add_layers(run, timeline);
  add_caps_words(run, timeline);
  add_macros(run, timeline);
  add_reports(simulation.host().trace(), layout, timeline);
  add_typed(transcript(simulation.host(), layout), timeline);
  return timeline;
}

}  // namespace pianola::timeline
