#include "engine/recorder.hpp"

#include <algorithm>

namespace pianola::engine {

using hid::Report;
using hid::Usage;

namespace {

/// Of a recording's header: the name's low and high half, and how many changes follow.
constexpr std::size_t kCount = 2;

/// Calls `visit(usage, was, is)` for each key but modifiers that is down in either report.
template <typename Visit>
void for_each_key(const Report& before, const Report& after, Visit visit) {
  hid::KeySet any = before.keys;
  any |= after.keys;
  any.for_each([&](std::uint8_t key) {
    visit(hid::keyboard_usage(key), before.keys.contains(key), after.keys.contains(key));
  });
  for (const Report* report : {&before, &after}) {
    for (const Usage usage :
         {hid::consumer_usage(report->consumer), hid::system_usage(report->system)}) {
      if (hid::id(usage) != 0) visit(usage, before.contains(usage), after.contains(usage));
    }
  }
  for (std::uint8_t button = 1; button <= hid::kMouseButtons; ++button) {
    const Usage usage = hid::button_usage(button);
    visit(usage, before.contains(usage), after.contains(usage));
  }
}

}  // namespace

bool Recorder::is_modifier_press(std::uint16_t change) {
  return (change & kDown) != 0 && hid::is_modifier(static_cast<Usage>(change & ~kDown));
}

std::size_t Recorder::find(std::uint32_t name) const {
  for (std::size_t at = 0; at < used_; at += kHeader + places_[at + kCount]) {
    if ((places_[at] | (std::uint32_t{places_[at + 1]} << 16)) == name) return at;
  }
  return kNowhere;
}

void Recorder::remove(std::uint32_t name) {
  const std::size_t at = find(name);
  if (at == kNowhere) return;
  const std::size_t size = kHeader + places_[at + kCount];
  const auto rest = places_.subspan(at + size, used_ - at - size);
  std::copy(rest.begin(), rest.end(), places_.begin() + static_cast<std::ptrdiff_t>(at));
  used_ = static_cast<std::uint16_t>(used_ - size);
}

void Recorder::begin(std::uint32_t name, const Error& where, bool timed) {
  end();
  remove(name);
  where_ = where;
  timed_ = timed;
  if (used_ + kHeader > std::min<std::size_t>(places_.size(), 0xFFFF)) {
    errors_.error({ErrorCode::full, where.record, where.offset});
    return;
  }
  last_ = used_;
  places_[last_] = static_cast<std::uint16_t>(name);
  places_[last_ + 1U] = static_cast<std::uint16_t>(name >> 16);
  places_[last_ + kCount] = 0;
  used_ = static_cast<std::uint16_t>(used_ + kHeader);
  recording_ = true;
  signals_ = static_cast<Wakes>(signals_ | kWakeTask);
}

void Recorder::end() {
  if (!recording_) return;
  recording_ = false;
  while (used_ > last_ + kHeader &&
         (is_modifier_press(places_[used_ - 1U]) || (places_[used_ - 1U] & kWait) != 0)) {
    --used_;
    --places_[last_ + kCount];
  }
  signals_ = static_cast<Wakes>(signals_ | kWakeTask);
}

bool Recorder::is_down(Usage usage) const {
  for (std::size_t i = used_; i-- > last_ + kHeader;) {
    if ((places_[i] & ~kDown) == static_cast<unsigned>(usage)) return (places_[i] & kDown) != 0;
  }
  return false;
}

void Recorder::append(std::uint16_t place) {
  if (!recording_) return;
  if (used_ == std::min<std::size_t>(places_.size(), 0xFFFF)) {
    errors_.error({ErrorCode::full, where_.record, where_.offset});
    end();
    return;
  }
  places_[used_++] = place;
  ++places_[last_ + kCount];
}

/// Notes the time from the last change to `now`.
void Recorder::append_wait(Time now) {
  const bool first = used_ == last_ + kHeader;
  for (Time rest = first ? 0 : now - noted_at_; rest > 0 && recording_;) {
    const Time part = std::min(rest, kLongestWait);
    append(static_cast<std::uint16_t>(kWait | (part & 0x3FFFU) | (part & 0x4000U) << 1));
    rest -= part;
  }
  noted_at_ = now;
}

void Recorder::note_one(Usage usage, bool before, bool after, Time now) {
  if (before == after || (!after && !is_down(usage))) return;
  if (timed_) append_wait(now);
  const unsigned flag = after ? kDown : 0U;
  append(static_cast<std::uint16_t>(static_cast<unsigned>(usage) | flag));
}

void Recorder::note_all(const Report& before, const Report& after, Time now) {
  const auto keys = [&](bool down) {
    for_each_key(before, after, [&](Usage usage, bool was, bool is) {
      if (is == down) note_one(usage, was, is, now);
    });
  };
  const auto modifiers = [&](bool down) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      const Usage usage = hid::modifier_usage(bit);
      if (after.contains(usage) == down) note_one(usage, before.contains(usage), down, now);
    }
  };
  keys(false);
  modifiers(false);
  modifiers(true);
  keys(true);
}

std::optional<std::uint16_t> Recorder::size(std::uint32_t name) const {
  const std::size_t at = find(name);
  if (at == kNowhere) return std::nullopt;
  return places_[at + kCount];
}

std::optional<UsageChange> Recorder::change(std::uint32_t name, std::uint16_t index) const {
  const std::size_t at = find(name);
  if (at == kNowhere || index >= places_[at + kCount]) return std::nullopt;
  const std::uint16_t place = places_[at + kHeader + index];
  if ((place & kWait) != 0) {
    const unsigned wait = (place & 0x3FFFU) | (place & kDown) >> 1;
    return UsageChange{.wait = static_cast<std::uint16_t>(wait)};
  }
  return UsageChange{static_cast<Usage>(place & ~kDown & 0xFFFFU), (place & kDown) != 0};
}

}  // namespace pianola::engine
