#include "lang/compile/keywords.hpp"

#include <array>
#include <cstddef>

#include "base/edit_distance.hpp"

namespace pianola::lang {
namespace {

/// The keywords in their order, then the words that start a statement and are not reserved. (Others
/// have most of them too, and so no text of their own here.)
constexpr const char* kWords[] = {
#define PIANOLA_X(word) #word,
    PIANOLA_KEYWORDS(PIANOLA_X)
#undef PIANOLA_X
        "capsword",
    "repeatkey",
};

/// How many of them are keywords.
constexpr std::size_t kKeywords = static_cast<std::size_t>(Keyword::no_keyword);

/// Keywords that cannot be told apart by what this makes of them are looked at one after another.
constexpr std::size_t kLists = 32;
constexpr std::size_t list_of(std::string_view word) {
  return (static_cast<unsigned char>(word.front()) + static_cast<unsigned char>(word.back()) * 9U +
          word.size()) %
         kLists;
}

/// The first keyword of each list and the next one after each; no_keyword ends a list.
struct Lists {
  std::array<Keyword, kLists> first;
  std::array<Keyword, kKeywords> next;
};
constexpr Lists kByHash = [] {
  Lists lists{};
  lists.first.fill(Keyword::no_keyword);
  for (std::size_t i = 0; i < kKeywords; ++i) {
    Keyword& first = lists.first[list_of(kWords[i])];
    lists.next[i] = first;
    first = static_cast<Keyword>(i);
  }
  return lists;
}();

}  // namespace

Keyword find_keyword(std::string_view word) {
  if (word.empty()) return Keyword::no_keyword;
  Keyword found = kByHash.first[list_of(word)];
  while (found != Keyword::no_keyword && word != kWords[static_cast<std::size_t>(found)]) {
    found = kByHash.next[static_cast<std::size_t>(found)];
  }
  return found;
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
