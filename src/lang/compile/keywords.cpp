#include "lang/compile/keywords.hpp"

#include <algorithm>
#include <cstddef>

#include "base/edit_distance.hpp"
#include "base/words.hpp"

namespace pianola::lang {
namespace {

/// The keywords in their order, then the words that start a statement and are not reserved.
constexpr auto kPacked = pack_words(
#define PIANOLA_X(word) #word " "
    PIANOLA_KEYWORDS(PIANOLA_X)
#undef PIANOLA_X
        "capsword repeatkey ");
constexpr Words kWords{kPacked};

}  // namespace

Keyword find_keyword(std::string_view word) {
  constexpr auto kNone = static_cast<std::size_t>(Keyword::no_keyword);
  return static_cast<Keyword>(std::min(kWords.find(word), kNone));
}

std::string_view keyword_name(Keyword keyword) {
  return keyword < Keyword::no_keyword ? kWords[static_cast<std::size_t>(keyword)]
                                       : std::string_view{};
}

std::string_view closest_keyword(std::string_view word) {
  std::string_view best;
  ClosestWord closest(word);
  for (Words rest = kWords; !rest.empty(); rest.pop_front()) {
    if (closest.offer(rest.front())) best = rest.front();
  }
  return best;
}

}  // namespace pianola::lang
