#include "base/crc32.hpp"

#include <cstddef>

namespace pianola {

constexpr std::array<std::uint32_t, 256> Crc32::kTable = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t value = i;
    for (unsigned bit = 0; bit < 8; ++bit) {
      value = (value >> 1) ^ ((value & 1U) != 0 ? 0xEDB88320U : 0U);
    }
    table[i] = value;
  }
  return table;
}();

void Crc32::add(std::span<const std::uint8_t> bytes) {
  // Written out, for the sake of builds that do not optimise well.
  const std::uint32_t* const table = kTable.data();
  const std::uint8_t* byte = bytes.data();
  std::uint32_t state = state_;
  for (std::size_t left = bytes.size(); left != 0; --left) {
    state = (state >> 8) ^ table[(state ^ *byte++) & 0xFFU];
  }
  state_ = state;
}

}  // namespace pianola
