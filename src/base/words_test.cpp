#include "base/words.hpp"

#include <gtest/gtest.h>

namespace pianola {
namespace {

constexpr auto kPacked = pack_words("set a settle ");
constexpr Words kWords{kPacked};

TEST(Words, PacksEachAfterItsSize) {
  // 3 + 1 + 6 letters, three sizes and the 0 at the end.
  EXPECT_EQ(std::string_view(kPacked.data(), kPacked.size()),
            std::string_view("\3set\1a\6settle\0", 14));
}

TEST(Words, FindsWholeWordsOnly) {
  EXPECT_EQ(kWords.find("set"), 0U);
  EXPECT_EQ(kWords.find("a"), 1U);
  EXPECT_EQ(kWords.find("settle"), 2U);
  for (const std::string_view other : {"", "se", "sets", "b", "seTtle", "\3set"}) {
    EXPECT_EQ(kWords.find(other), 3U) << other;
  }
}

TEST(Words, AreNumbered) {
  EXPECT_EQ(kWords[0], "set");
  EXPECT_EQ(kWords[2], "settle");
}

TEST(Words, ComeOneAfterAnother) {
  std::string all;
  for (Words rest = kWords; !rest.empty(); rest.pop_front()) all += "<" + std::string(rest.front());
  EXPECT_EQ(all, "<set<a<settle");
  constexpr auto kNone = pack_words("");
  EXPECT_TRUE(Words(kNone).empty());
  EXPECT_EQ(Words(kNone).find("a"), 0U);
}

}  // namespace
}  // namespace pianola
