#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace pianola::test {

/// True for one in `of` inputs, always for the same ones: for checks that cost much.
inline bool share_of(const std::uint8_t* data, std::size_t size, std::size_t of) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  return std::hash<std::string_view>{}(bytes) % of == 0;
}

/// Takes numbers and bytes from what a fuzzer gives; zeros when there is nothing left.
class FuzzInput {
 public:
  FuzzInput(const std::uint8_t* data, std::size_t size) : rest_(data, size) {}

  [[nodiscard]] bool empty() const { return rest_.empty(); }
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }
  std::uint16_t word() { return static_cast<std::uint16_t>(byte() | byte() << 8U); }
  std::uint32_t number() { return word() | std::uint32_t{word()} << 16; }
  /// At most `size` bytes.
  std::span<const std::uint8_t> bytes(std::size_t size) {
    const auto piece = rest_.first(std::min(size, rest_.size()));
    rest_ = rest_.subspan(piece.size());
    return piece;
  }
  void fill(std::span<std::uint8_t> out) {
    for (std::uint8_t& value : out) value = byte();
  }

 private:
  std::span<const std::uint8_t> rest_;
};

}  // namespace pianola::test
