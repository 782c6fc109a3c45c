#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "lang/roll_image.hpp"
#include "lang/source.hpp"

namespace pianola::testing {

/// Keeps what is written as a string.
class StringSink final : public lang::TextSink {
 public:
  void write(std::span<const char> piece) override { text.append(piece.data(), piece.size()); }
  std::string text;
};

/// Keeps an image that is written.
class BytesSink final : public lang::ImageSink {
 public:
  lang::Status write(std::span<const std::uint8_t> piece) override {
    bytes.insert(bytes.end(), piece.begin(), piece.end());
    return lang::Status::ok;
  }
  std::vector<std::uint8_t> bytes;
};

}  // namespace pianola::testing
