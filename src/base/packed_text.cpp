#include "base/packed_text.hpp"

namespace pianola {
namespace {

struct Pair {
  std::uint8_t first;
  std::uint8_t second;
};

/// What the bytes from kFirstPair on stand for; no pair: for themselves.
constexpr std::array<Pair, 128> kPairs = {{
#include "base/text_pairs.inc"
}};
constexpr std::uint8_t kFirstPair = 0x80;

}  // namespace

char PackedText::next() {
  std::uint8_t byte = waiting_ > 0 ? later_[--waiting_] : *at_++;
  while (byte >= kFirstPair && kPairs[byte - kFirstPair].first != 0) {
    const Pair& pair = kPairs[byte - kFirstPair];
    later_[waiting_++] = pair.second;
    byte = pair.first;
  }
  return static_cast<char>(byte);
}

const std::uint8_t* find_packed(const std::uint8_t* packed, std::size_t number) {
  for (; number > 0; ++packed) {
    if (*packed == 0) --number;
  }
  return packed;
}

}  // namespace pianola
