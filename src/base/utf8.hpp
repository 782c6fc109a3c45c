#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pianola {

/// What decode_utf8() found at the start of some bytes.
struct Utf8Char {
  char32_t code = 0;
  std::uint8_t size = 0;    ///< bytes of the character; 0 if there is none to be had
  bool incomplete = false;  ///< with size 0: right so far, but the bytes end inside the character
};

/// Decodes the first character of `bytes`. Strict (Unicode 15, table 3-7): overlong forms,
/// surrogates and numbers above 10FFFF are invalid. No bytes at all are incomplete.
Utf8Char decode_utf8(std::span<const std::uint8_t> bytes);
/// As decode_utf8() of bytes, for those of a string.
Utf8Char decode_utf8(std::string_view bytes);

/// How many characters `text`, which is UTF-8, has.
std::size_t count_characters(std::string_view text);

/// A character encoded in UTF-8.
struct Utf8Bytes {
  std::array<char, 4> bytes{};
  std::uint8_t size = 0;  ///< 0 if the number is no Unicode scalar value
  constexpr operator std::string_view() const { return {bytes.data(), size}; }
};

/// Encodes `code`; size 0 for surrogates and numbers above 10FFFF.
Utf8Bytes encode_utf8(char32_t code);

}  // namespace pianola
