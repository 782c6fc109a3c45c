#include "ports/evdev/key_decoder.hpp"

#include "ports/evdev/key_codes.hpp"

namespace pianola::evdev {

void KeyDecoder::change(std::size_t code, bool down, std::vector<KeyChange>& out) {
  if (code >= down_.size() || down_[code] == down) return;
  down_[code] = down;
  if (const auto usage = usage_of(static_cast<std::uint16_t>(code))) out.push_back({*usage, down});
}

void KeyDecoder::take(const input_event& event, const std::function<State()>& state,
                      std::vector<KeyChange>& out) {
  if (event.type == EV_SYN && event.code == SYN_DROPPED) dropped_ = true;
  if (dropped_) {
    if (event.type != EV_SYN || event.code != SYN_REPORT) return;
    dropped_ = false;
    const State now = state();
    for (const bool down : {false, true}) {
      for (std::size_t code = 0; code < now.size(); ++code) {
        if (now[code] == down) change(code, down, out);
      }
    }
    return;
  }
  constexpr int kRepeat = 2;
  if (event.type == EV_KEY && event.value != kRepeat) change(event.code, event.value != 0, out);
}

void KeyDecoder::release_all(std::vector<KeyChange>& out) {
  for (std::size_t code = 0; code < down_.size(); ++code) change(code, false, out);
}

}  // namespace pianola::evdev
