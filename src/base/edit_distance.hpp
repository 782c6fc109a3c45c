#pragma once

#include <cstddef>
#include <string_view>

namespace pianola {

/// Longest word that edit_distance() compares, in bytes.
inline constexpr unsigned kLongestWord = 31;
/// The distance of words that are longer than kLongestWord, or further apart than the limit.
inline constexpr unsigned kFarApart = 99;

/// How many insertions, deletions, replacements and exchanges of neighbours make `a` of `b`. Each
/// place is changed once at most (optimal string alignment).
unsigned edit_distance(std::string_view a, std::string_view b, unsigned limit);

/// How many changes still count as a slip of the pen in a word of `size` characters.
constexpr unsigned likely_slips(std::size_t size) { return size < 3 ? 0 : size < 6 ? 1 : 2; }

/// Whether the words differ in the case of ASCII letters at most.
bool same_word(std::string_view a, std::string_view b);

/// How many slips make `word` of `meant`; kFarApart if those are more than is likely. Nearly every
/// pair of short words is near, so more is asked of them: no letter may be another one, the first
/// must be the same, and no digit may be missing. The other case alone is no slip.
unsigned slips(std::string_view word, std::string_view meant);

/// Finds what was most likely meant by a word that nobody knows.
class ClosestWord {
 public:
  explicit ClosestWord(std::string_view word) : word_(word) {}
  /// Whether `meant` is near, and nearer than all that were offered before.
  bool offer(std::string_view meant);

 private:
  std::string_view word_;
  unsigned least_ = kFarApart;
};

}  // namespace pianola
