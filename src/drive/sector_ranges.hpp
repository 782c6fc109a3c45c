#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace pianola::drive {

/// Some ranges of sectors. If they become too many, what is between two of them counts too.
class SectorRanges {
 public:
  static constexpr std::uint32_t kSize = 32;  ///< Bytes when encoded.

  /// Adds [begin, end). False if it was there already.
  bool add(std::uint32_t begin, std::uint32_t end);
  /// Takes [begin, end) away. False if nothing of it was there.
  bool remove(std::uint32_t begin, std::uint32_t end);
  [[nodiscard]] bool has(std::uint32_t sector) const;
  [[nodiscard]] bool empty() const;
  /// The first sector; 0xFFFFFFFF if there is none.
  [[nodiscard]] std::uint32_t first() const;

  void encode(std::span<std::uint8_t, kSize> out) const;
  void decode(std::span<const std::uint8_t, kSize> bytes);

 private:
  struct Range {
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
  };
  std::array<Range, 4> ranges_{};
};

}  // namespace pianola::drive
