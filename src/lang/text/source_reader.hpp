#pragma once

#include <array>
#include <cstdint>

#include "lang/compile/source.hpp"

namespace pianola::lang {

/// Single bytes of a source through a small window.
class SourceReader {
 public:
  /// `source` is the caller's and outlives the reader.
  explicit SourceReader(Source& source) : source_(&source) {}

  /// The byte at `offset`, 0 to 255, or -1 at the end.
  int byte(std::uint32_t offset) {
    if (offset - start_ >= size_) {
      start_ = offset;
      size_ = static_cast<std::uint8_t>(source_->read(offset, window_));
      if (size_ == 0) return -1;
    }
    return static_cast<unsigned char>(window_[offset - start_]);
  }

 private:
  Source* source_;
  std::uint32_t start_ = 0;
  std::uint8_t size_ = 0;
  std::array<char, 64> window_{};
};

}  // namespace pianola::lang
