#include "engine/slots.hpp"

#include <algorithm>

namespace pianola::engine {

std::optional<std::uint16_t> Slots::take(std::size_t count) {
  if (count == 0) return std::uint16_t{0};
  std::size_t run = 0;
  for (std::size_t i = 0; i < values_.size(); ++i) {
    run = values_[i].kind() == Value::Kind::free ? run + 1 : 0;
    if (run < count) continue;
    const std::size_t first = i + 1 - count;
    std::ranges::fill(values_.subspan(first, count), Value::unset());
    return static_cast<std::uint16_t>(first);
  }
  return std::nullopt;
}

void Slots::release(std::size_t first, std::size_t count) {
  std::ranges::fill(values_.subspan(first, count), Value{});
}

}  // namespace pianola::engine
