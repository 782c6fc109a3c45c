#pragma once

#include <cstdint>
#include <deque>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.hpp"
#include "engine/key_event.hpp"
#include "hid/usage.hpp"
#include "scenario/key_script.hpp"

namespace pianola::cli {

/// Presses keys at their times, one script after the other.
class KeyFeed {
 public:
  /// Adds a script, which begins when the one before it is over.
  void add(scenario::KeyScript script) { scripts_.push_back(std::move(script)); }

  /// Scripts that are not over yet.
  [[nodiscard]] std::size_t waiting() const { return scripts_.size(); }

  /// The next event if its time has come at `now`; its time is when it was due.
  bool next(Time now, engine::KeyEvent& out);
  /// When to ask again, after `now`.
  [[nodiscard]] Next next_time(Time now) const;

  /// The script that plays is over: lets its keys up, and forgets the rest of it. Appends the
  /// releases to `out`.
  void stop(Time now, std::vector<engine::KeyEvent>& out);

 private:
  void end_script();

  std::deque<scenario::KeyScript> scripts_;
  std::set<hid::Usage> down_;
  std::size_t position_ = 0;  ///< How many events of the first script were given.
  Time begin_ = 0;            ///< When the first script began, if `begun_`.
  bool begun_ = false;        ///< Whether the first script has begun.
};

/// Cuts what is read into lines.
class LineReader {
 public:
  /// Bytes after which a line is cut, so that what has no lines has an end too.
  static constexpr std::size_t kMostBytes = 1 << 20;

  void add(std::string_view bytes) { bytes_ += bytes; }
  /// Takes a line, without its end. False if there is no whole one; with `all`, the rest is one.
  bool take(std::string& line, bool all = false);
  /// The number of the line that was taken last, from 1.
  [[nodiscard]] std::size_t number() const { return number_; }

 private:
  std::string bytes_;
  std::size_t number_ = 0;
};

}  // namespace pianola::cli
