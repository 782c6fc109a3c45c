#pragma once

namespace pianola {

/// The capital of a small letter of the Latin, Greek or Cyrillic alphabet that is one letter too;
/// any other character as it is (Unicode 15, up to U+045F).
constexpr char32_t to_capital(char32_t c) {
  if (c >= 'a' && c <= 'z') return c - 0x20;
  if (c < 0xE0) return c;
  if (c <= 0xFE) return c == 0xF7 ? c : c - 0x20;
  if (c == 0xFF) return 0x178;
  if (c < 0x180) {
    const bool odd_capitals = (c >= 0x139 && c <= 0x148) || c >= 0x179;
    const bool alone = c == 0x131 || c == 0x138 || c == 0x149 || c == 0x178 || c == 0x17F;
    return alone || (c % 2 != 0) == odd_capitals ? c : c - 1;
  }
  if (c >= 0x3B1 && c <= 0x3CB && c != 0x3C2) return c - 0x20;
  if (c >= 0x430 && c <= 0x44F) return c - 0x20;
  if (c >= 0x450 && c <= 0x45F) return c - 0x50;
  return c;
}

/// Whether `c` is a letter of the Latin alphabet, of ASCII or beyond (Unicode 15, up to U+024F).
constexpr bool is_latin_letter(char32_t c) {
  if (c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  return c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7;
}

}  // namespace pianola
