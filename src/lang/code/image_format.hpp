#pragma once

#include <cstdint>

namespace pianola::lang {

// What the reader and the writer of a roll image agree on; docs/roll-format.md shows the fields.

/// "PNLA", read as a little-endian number.
inline constexpr std::uint32_t kImageMagic = 0x414C4E50U;
/// The flag for source.
inline constexpr std::uint16_t kImageHasSource = 1;

/// Bytes of the header.
inline constexpr std::uint32_t kImageHeader = 28;
/// Bytes of a definition's row in the table: the ends of its code and of its source.
inline constexpr std::uint32_t kImageRow = 8;
/// Bytes of an index entry.
inline constexpr std::uint32_t kImageEntry = 32;
/// Bytes of the checksum.
inline constexpr std::uint32_t kImageChecksum = 4;

/// What the header says.
struct ImageHeader {
  bool has_source = false;
  std::uint32_t size = 0;         ///< Bytes of the whole image.
  std::uint32_t definitions = 0;  ///< How many definitions there are.
  std::uint32_t entries = 0;      ///< How many entries the index has.
  std::uint32_t code = 0;         ///< Bytes of all code.
  std::uint32_t source = 0;       ///< Bytes of all source.

  /// The size that the counts make up; 64 bits, since a hostile header may claim anything.
  [[nodiscard]] std::uint64_t expected_size() const {
    return std::uint64_t{kImageHeader} + std::uint64_t{definitions} * kImageRow +
           std::uint64_t{entries} * kImageEntry + code + source + kImageChecksum;
  }
};

}  // namespace pianola::lang
