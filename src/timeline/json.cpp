#include <fmt/core.h>

#include "timeline/timeline.hpp"

namespace pianola::timeline {
namespace {

std::string json_string(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (static_cast<unsigned char>(c) < ' ') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string_view category(Timeline::Kind kind) {
  constexpr std::string_view kNames[] = {"key",   "decision", "layer", "macro",  "running",
                                         "ready", "sleeping", "fault", "report", "pointer",
                                         "typed", "erased",   "other"};
  return kNames[static_cast<std::size_t>(kind)];
}

/// Whether it is shown as a mark, since it takes no time.
bool is_instant(Timeline::Kind kind) {
  return kind == Timeline::Kind::fault || kind == Timeline::Kind::pointer;
}

std::string event(const Timeline::Slice& slice, std::size_t track) {
  std::string args;
  for (const auto& [name, value] : slice.details) {
    args += fmt::format("{}{}:{}", args.empty() ? "" : ",", json_string(name), json_string(value));
  }
  const std::string kind = is_instant(slice.kind)
                               ? std::string(R"("ph":"i","s":"t")")
                               : fmt::format(R"("ph":"X","dur":{})", slice.end - slice.begin);
  return fmt::format(R"({{"name":{},"cat":"{}",{},"ts":{},"pid":1,"tid":{},"args":{{{}}}}})",
                     json_string(slice.name), category(slice.kind), kind, slice.begin, track, args);
}

/// An event that says something about a track, or with track 0 about all.
std::string about(std::string_view what, std::size_t track, const std::string& arguments) {
  return fmt::format(R"({{"name":"{}","ph":"M","pid":1,"tid":{},"args":{{{}}}}})", what, track,
                     arguments);
}

}  // namespace

std::string timeline_json(const Timeline& timeline) {
  std::vector<std::string> events = {about("process_name", 0, R"("name":"Pianola")")};
  for (std::size_t i = 0; i < timeline.tracks.size(); ++i) {
    const Timeline::Track& track = timeline.tracks[i];
    events.push_back(about("thread_name", i + 1, R"("name":)" + json_string(track.name)));
    events.push_back(about("thread_sort_index", i + 1, fmt::format(R"("sort_index":{})", i + 1)));
    for (const Timeline::Slice& slice : track.slices) {
      if (!slice.empty) events.push_back(event(slice, i + 1));
    }
  }
  std::string out = "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n";
  for (std::size_t i = 0; i < events.size(); ++i) {
    out += events[i];
    out += i + 1 < events.size() ? ",\n" : "\n";
  }
  return out + "]}\n";
}

}  // namespace pianola::timeline
