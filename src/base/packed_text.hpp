#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace pianola {

/// Reads a text that tools/pack_texts made: constant data of about half the bytes.
class PackedText {
 public:
  /// Begins at `packed`, where a text begins. It is the caller's and stays.
  explicit PackedText(const std::uint8_t* packed) : at_(packed) {}

  /// The next byte of the text; 0 after the last. What is read after it is the text that stands
  /// behind it, which there must be.
  char next();

 private:
  /// Most pairs inside each other; tools/pack_texts makes sure of it.
  static constexpr std::size_t kDeepest = 12;

  const std::uint8_t* at_;
  std::array<std::uint8_t, kDeepest> later_{};  ///< Second halves, the next one last.
  std::uint8_t waiting_ = 0;                    ///< How many they are.
};

/// Where the text number `number` begins, of several that stand one after another.
const std::uint8_t* find_packed(const std::uint8_t* packed, std::size_t number);

}  // namespace pianola
