#include "base/edit_distance.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "base/ascii.hpp"

namespace pianola {
namespace {

/// Characters of a word in which any change may be a slip.
constexpr std::size_t kLongEnough = 5;

bool has_digit(std::string_view word) {
  return std::ranges::any_of(word.begin(), word.end(), [](char c) { return is_digit(c); });
}

}  // namespace

unsigned edit_distance(std::string_view a, std::string_view b, unsigned limit) {
  if (a.size() > kLongestWord || b.size() > kLongestWord) return kFarApart;
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) return kFarApart;

  using Row = std::array<std::uint8_t, kLongestWord + 1>;
  Row two_above{};
  Row above{};
  Row row{};
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = static_cast<std::uint8_t>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    two_above = above;
    above = row;
    row[0] = static_cast<std::uint8_t>(i);
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const unsigned replaced = above[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U);
      unsigned best = std::min(replaced, std::min(above[j], row[j - 1]) + 1U);
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        best = std::min(best, two_above[j - 2] + 1U);
      }
      row[j] = static_cast<std::uint8_t>(best);
      least = std::min<std::size_t>(least, best);
    }
    // It never becomes less from row to row.
    if (least > limit) return kFarApart;
  }
  return row[b.size()];
}

bool same_word(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_lower(x) == to_lower(y); });
}

unsigned slips(std::string_view word, std::string_view meant) {
  if (same_word(word, meant)) return 0;
  const unsigned most = likely_slips(word.size());
  const unsigned distance = edit_distance(word, meant, most);
  if (distance > most) return kFarApart;
  if (word.size() >= kLongEnough) return distance;
  if (word.front() != meant.front()) return kFarApart;
  if (word.size() < meant.size() && has_digit(meant) && !has_digit(word)) return kFarApart;
  // One change in words of one length: two neighbours changed places, or a letter is another one.
  const auto differs = std::mismatch(word.begin(), word.end(), meant.begin(), meant.end());
  const bool swapped = differs.first + 1 < word.end() && differs.first[1] == differs.second[0];
  return word.size() != meant.size() || swapped ? distance : kFarApart;
}

bool ClosestWord::offer(std::string_view meant) {
  const unsigned distance = slips(word_, meant);
  if (distance >= least_) return false;
  least_ = distance;
  return true;
}

}  // namespace pianola
