#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pianola::lang {

/// Source text that can be read again at any place: a file, an overlay in flash, a buffer.
class Source {
 public:
  /// Reads bytes from `offset` on. Returns how many were read: any number from 1 to `out.size()`,
  /// or 0 when `offset` is at or after the end. Pieces may be of any size.
  virtual std::size_t read(std::uint32_t offset, std::span<char> out) = 0;

 protected:
  ~Source() = default;
};

}  // namespace pianola::lang
