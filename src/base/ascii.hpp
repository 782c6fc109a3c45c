#pragma once

namespace pianola {

// Classes of ASCII characters.

/// Whether `c` is one of 0 to 9.
constexpr bool is_digit(char32_t c) { return c >= '0' && c <= '9'; }
/// Whether the byte `c` is one of 0 to 9.
constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
/// Whether `c` is one of a to z or A to Z.
constexpr bool is_letter(char32_t c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
/// Whether the byte `c` is one of a to z or A to Z.
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
/// The capital of `c` if it is one of a to z, else `c`.
constexpr char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}
/// The small letter of `c` if it is one of A to Z, else `c`.
constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace pianola
