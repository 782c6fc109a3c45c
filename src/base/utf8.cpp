#include "base/utf8.hpp"

#include <algorithm>

namespace pianola {
namespace {

constexpr Utf8Char kInvalid{};
constexpr Utf8Char kIncomplete{.code = 0, .size = 0, .incomplete = true};

/// What the first byte of a character says of the rest.
struct Lead {
  std::uint8_t size;  ///< bytes of the character; 0 if no character begins with this byte
  std::uint8_t low;   ///< the smallest second byte that is allowed
  std::uint8_t high;  ///< the largest second byte that is allowed
};

// The limits on the second byte keep out overlong forms (E0, F0), surrogates (ED) and numbers above
// 10FFFF (F4).
constexpr Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {1, 0, 0};
  if (byte < 0xC2) return {0, 0, 0};
  if (byte < 0xE0) return {2, 0x80, 0xBF};
  if (byte == 0xE0) return {3, 0xA0, 0xBF};
  if (byte == 0xED) return {3, 0x80, 0x9F};
  if (byte < 0xF0) return {3, 0x80, 0xBF};
  if (byte == 0xF0) return {4, 0x90, 0xBF};
  if (byte < 0xF4) return {4, 0x80, 0xBF};
  if (byte == 0xF4) return {4, 0x80, 0x8F};
  return {0, 0, 0};
}

template <typename Byte>
Utf8Char decode(const Byte* bytes, std::size_t count) {
  if (count == 0) return kIncomplete;
  const auto first = static_cast<std::uint8_t>(bytes[0]);
  const Lead lead = lead_of(first);
  if (lead.size == 0) return kInvalid;
  if (lead.size == 1) return {.code = first, .size = 1};

  char32_t code = first & (0x7FU >> lead.size);
  for (std::size_t i = 1; i < lead.size; ++i) {
    if (i == count) return kIncomplete;
    const auto byte = static_cast<std::uint8_t>(bytes[i]);
    const std::uint8_t low = i == 1 ? lead.low : 0x80;
    const std::uint8_t high = i == 1 ? lead.high : 0xBF;
    if (byte < low || byte > high) return kInvalid;
    code = code << 6 | (byte & 0x3FU);
  }
  return {.code = code, .size = lead.size};
}

constexpr char tail(char32_t code, unsigned shift) {
  return static_cast<char>(0x80U | (code >> shift & 0x3FU));
}

}  // namespace

Utf8Char decode_utf8(std::span<const std::uint8_t> bytes) {
  return decode(bytes.data(), bytes.size());
}

Utf8Char decode_utf8(std::string_view bytes) { return decode(bytes.data(), bytes.size()); }

std::size_t count_characters(std::string_view text) {
  // All bytes but those that go on with a character.
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

Utf8Bytes encode_utf8(char32_t code) {
  if (code < 0x80) return {{static_cast<char>(code)}, 1};
  if (code < 0x800) return {{static_cast<char>(0xC0U | code >> 6), tail(code, 0)}, 2};
  if (code >= 0xD800 && code < 0xE000) return {};
  if (code < 0x10000) {
    return {{static_cast<char>(0xE0U | code >> 12), tail(code, 6), tail(code, 0)}, 3};
  }
  if (code > 0x10FFFF) return {};
  return {{static_cast<char>(0xF0U | code >> 18), tail(code, 12), tail(code, 6), tail(code, 0)}, 4};
}

}  // namespace pianola
