#include "hid/edit_distance.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace pianola::hid {

unsigned edit_distance(std::string_view a, std::string_view b, unsigned limit) {
  if (a.size() > kLongestWord || b.size() > kLongestWord) return kFar;
  if (a.size() > b.size() + limit || b.size() > a.size() + limit) return kFar;

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
    if (least > limit) return kFar;
  }
  return row[b.size()];
}

}  // namespace pianola::hid
