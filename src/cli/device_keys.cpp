#include "cli/device_keys.hpp"

#include <algorithm>

namespace pianola::cli {

bool KeyFeed::next(Time now, engine::KeyEvent& out) {
  while (!scripts_.empty()) {
    if (!begun_) {
      begun_ = true;
      begin_ = now;
    }
    const scenario::KeyScript& script = scripts_.front();
    const bool over = position_ == script.events.size();
    const Time at = begin_ + (over ? script.end : script.events[position_].time);
    if (!reached(now, at)) return false;
    if (over) {
      end_script();
      // What comes next begins when this was over, not when that was noticed.
      begun_ = !scripts_.empty();
      begin_ = at;
      continue;
    }
    out = script.events[position_++];
    out.time = at;
    out.down ? (void)down_.insert(out.usage) : (void)down_.erase(out.usage);
    return true;
  }
  return false;
}

void KeyFeed::end_script() {
  scripts_.pop_front();
  position_ = 0;
  begun_ = false;
}

Next KeyFeed::next_time(Time now) const {
  if (scripts_.empty()) return {};
  if (!begun_) return Next::time(now);
  const scenario::KeyScript& script = scripts_.front();
  const bool over = position_ == script.events.size();
  return Next::time(begin_ + (over ? script.end : script.events[position_].time));
}

void KeyFeed::stop(Time now, std::vector<engine::KeyEvent>& out) {
  for (const hid::Usage usage : down_) out.push_back({usage, false, now});
  down_.clear();
  if (begun_) end_script();
}

bool LineReader::take(std::string& line, bool all) {
  std::size_t end = bytes_.find('\n');
  std::size_t size = end + 1;
  if (end == std::string::npos) {
    if (bytes_.empty() || (!all && bytes_.size() < kMostBytes)) return false;
    size = end = bytes_.size();
  }
  line = bytes_.substr(0, end);
  if (line.ends_with('\r')) line.pop_back();
  bytes_.erase(0, size);
  ++number_;
  return true;
}

}  // namespace pianola::cli
