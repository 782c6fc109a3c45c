#pragma once

#include <cstddef>
#include <string_view>

namespace pianola::hid {

/// Longest word that edit_distance() compares, in bytes.
inline constexpr unsigned kLongestWord = 31;
/// The distance of words that are longer than that, or that are found to be further apart than the
/// limit.
inline constexpr unsigned kFar = 99;

/// How many insertions, deletions, replacements and exchanges of neighbours make `a` of `b`. Each
/// place is changed once at most (optimal string alignment).
unsigned edit_distance(std::string_view a, std::string_view b, unsigned limit);

/// How many changes still count as a slip of the pen in a word of `size` characters.
constexpr unsigned likely_slips(std::size_t size) { return size < 3 ? 0 : size < 6 ? 1 : 2; }

}  // namespace pianola::hid
