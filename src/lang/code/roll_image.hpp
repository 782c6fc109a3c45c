#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "lang/code/roll.hpp"

namespace pianola::lang {

// A roll as one run of bytes, for a file or for constant data in flash. docs/roll-format.md
// describes the format.

/// The format's version; images of other versions are refused.
inline constexpr std::uint16_t kImageVersion = 3;

/// What is wrong with an image.
enum class ImageError : std::uint8_t {
  none,
  too_short,  ///< Not even a header.
  bad_magic,  ///< No roll image.
  version,    ///< A roll image of another version, or with flags that this version lacks.
  truncated,  ///< The end is missing.
  checksum,   ///< Some byte is not as written.
  content,    ///< The checksum is right, but what it covers contradicts itself.
};

/// `error` in words, without a full stop.
const char* image_error_text(ImageError error);

/// A roll read from an image. Holds no memory of its own: the bytes are the caller's and outlive
/// it. Without open(), an empty roll.
class RollImage final : public Roll {
 public:
  /// Checks `bytes` and makes `out` read from them. Whatever the bytes are, no later call reads
  /// outside them. More bytes after the image are left alone. On an error `out` is an empty roll.
  static ImageError open(std::span<const std::uint8_t> bytes, RollImage& out);

  /// Whether the image has the definitions' source.
  [[nodiscard]] bool has_source() const { return has_source_; }
  /// Bytes of the image itself.
  [[nodiscard]] std::uint32_t image_size() const { return image_size_; }
  /// Bytes of all source.
  [[nodiscard]] std::uint32_t text_size() const {
    return static_cast<std::uint32_t>(source_.size());
  }
  /// Reads the source of all definitions from `offset` on. Fewer bytes than asked for at its end.
  std::size_t read_text(std::uint32_t offset, std::span<char> out) const;
  /// Where the source of the definition at `position` begins; the whole size after the last one.
  [[nodiscard]] std::uint32_t begin_of(std::uint32_t position) const;

  // Roll. An image never changes.
  [[nodiscard]] std::uint32_t size() const override { return definitions_; }
  std::uint32_t record_at(std::uint32_t position) override { return position; }
  std::size_t read_code(std::uint32_t record, std::uint32_t offset,
                        std::span<std::uint8_t> out) override;
  std::size_t read_source(std::uint32_t record, std::uint32_t offset, std::span<char> out) override;
  [[nodiscard]] std::uint32_t index_size() const override { return entries_; }
  bool index_entry(std::uint32_t position, IndexEntry& out) override;
  std::uint32_t lower_bound(const IndexKey& key) override { return index_lower_bound(*this, key); }

 private:
  using Bytes = std::span<const std::uint8_t>;

  ImageError set(Bytes bytes);
  [[nodiscard]] bool consistent();
  [[nodiscard]] Bytes slice(std::uint32_t record, std::uint32_t offset, unsigned column) const;

  Bytes table_;   ///< Per definition the ends of its code and of its source.
  Bytes index_;   ///< The entries.
  Bytes code_;    ///< All code.
  Bytes source_;  ///< All source.
  std::uint32_t definitions_ = 0;
  std::uint32_t entries_ = 0;
  std::uint32_t image_size_ = 0;
  bool has_source_ = false;
};

}  // namespace pianola::lang
