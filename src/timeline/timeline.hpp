#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/key_event.hpp"
#include "hid/layout.hpp"
#include "timeline/run_recorder.hpp"

namespace pianola::timeline {

/// What happened when: tracks of slices.
struct Timeline {
  enum class Kind : std::uint8_t {
    key,       ///< A key of the keyboard is down.
    decision,  ///< From a key's press until it was known what that means.
    layer,     ///< A layer is on.
    macro,     ///< A macro, from its start to its end; the next three stand inside.
    running,   ///< It has the floor.
    ready,     ///< It waits for the floor.
    sleeping,  ///< It waits for something to happen.
    fault,     ///< A macro failed or was stopped, at `begin`.
    report,    ///< What the host last got.
    pointer,   ///< The pointer or the wheel moves, at `begin`.
    typed,     ///< Characters that the host shows, from `begin` on.
    erased,    ///< A character that the host shows went.
    other,     ///< The host got a key that types nothing, or a button.
  };
  struct Slice {
    Kind kind{};
    std::uint64_t begin = 0;  ///< In µs: the milliseconds, and the order in them.
    std::uint64_t end = 0;
    std::string name;
    std::vector<std::string> shorter;  ///< Shorter names, the longest first.
    std::vector<std::pair<std::string, std::string>> details;
    bool empty = false;  ///< A report that says that nothing is down.
  };
  struct Track {
    std::string name;
    Kind kind{};                ///< key, decision, layer, macro, report, pointer or typed.
    std::vector<Slice> slices;  ///< In order; only those inside a macro overlap another.
  };
  std::vector<Track> tracks;
  std::uint64_t end = 0;  ///< When the last thing happened.
};

/// What `run` noted, with the keyboard's `keys`, which `layout` names.
Timeline make_timeline(const RunRecorder& run, std::span<const engine::KeyEvent> keys,
                       const hid::Layout& layout);

/// As a trace for Perfetto and Chrome's about:tracing (the Trace Event Format, JSON).
std::string timeline_json(const Timeline& timeline);

/// As a picture: a self-contained SVG.
std::string timeline_svg(const Timeline& timeline, const std::string& title);

}  // namespace pianola::timeline
