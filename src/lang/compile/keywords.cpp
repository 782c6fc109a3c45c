#include "lang/compile/keywords.hpp"

#include <cstddef>
#include <iterator>

#include "base/edit_distance.hpp"

namespace pianola::lang {
namespace {

/// The keywords in their order, then the words that start a statement and are not reserved.
constexpr std::string_view kWords[] = {
#define PIANOLA_X(word) std::string_view{#word},
    PIANOLA_KEYWORDS(PIANOLA_X)
#undef PIANOLA_X
        "capsword",
    "repeatkey",
};

}  // namespace

Keyword find_keyword(std::string_view word) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(Keyword::no_keyword); ++i) {
    if (kWords[i] == word) return static_cast<Keyword>(i);
  }
  return Keyword::no_keyword;
}

std::string_view keyword_name(Keyword keyword) {
  return keyword < Keyword::no_keyword ? kWords[static_cast<std::size_t>(keyword)]
                                       : std::string_view{};
}

std::string_view closest_keyword(std::string_view word) {
  std::string_view best;
  ClosestWord closest(word);
  for (const std::string_view candidate : kWords) {
    if (closest.offer(candidate)) best = candidate;
  }
  return best;
}

}  // namespace pianola::lang
