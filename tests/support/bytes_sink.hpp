#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "lang/code/roll_image.hpp"
#include "lang/text/image_writer.hpp"

namespace pianola::test {

/// Keeps an image that is written.
class BytesSink final : public lang::ImageSink {
 public:
  Status write(std::span<const std::uint8_t> piece) override {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    return Status::ok;
  }
  std::vector<std::uint8_t> bytes;
};

}  // namespace pianola::test
