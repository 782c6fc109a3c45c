#include "base/packed_text.hpp"

namespace pianola {
namespace {

struct Pair {
  std::uint8_t first;
  std::uint8_t second;
};

/// What bytes stand for, from 0x80 on and then those below ' '; no pair, and all others:
/// themselves.
constexpr std::array<Pair, 0x80 + ' '> kPairs = {{
#include "base/text_pairs.inc"
}};

}  // namespace

char PackedText::next() {
  std::uint8_t byte = waiting_ > 0 ? later_[--waiting_] : *at_++;
  while (true) {
    const unsigned place = byte ^ 0x80U;
    if (place >= kPairs.size() || kPairs[place].first == 0) return static_cast<char>(byte);
    later_[waiting_++] = kPairs[place].second;
    byte = kPairs[place].first;
  }
}

const std::uint8_t* find_packed(const std::uint8_t* packed, std::size_t number) {
  for (; number > 0; ++packed) {
    if (*packed == 0) --number;
  }
  return packed;
}

}  // namespace pianola
