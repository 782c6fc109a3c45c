#include "lang/compile/keywords.hpp"

#include <gtest/gtest.h>

#include <cctype>
#include <set>
#include <string>

namespace pianola::lang {
namespace {

TEST(Keywords, EachIsFoundByItsExactSpelling) {
  std::set<std::string_view> names;
  for (unsigned i = 0; i < static_cast<unsigned>(Keyword::no_keyword); ++i) {
    const auto keyword = static_cast<Keyword>(i);
    const std::string_view name = keyword_name(keyword);
    EXPECT_TRUE(names.insert(name).second) << name;
    EXPECT_EQ(find_keyword(name), keyword) << name;
    EXPECT_EQ(closest_keyword(name), name);
    std::string upper(name);
    for (char& c : upper) c = static_cast<char>(std::toupper(c));
    EXPECT_EQ(find_keyword(upper), Keyword::no_keyword) << upper;
    for (const char c : name) EXPECT_TRUE(c >= 'a' && c <= 'z') << name;
  }
}

TEST(Keywords, NothingElseIsOne) {
  for (const std::string_view word : {"", "Tap", "taps", "ta", "again", "typing", "left", "within",
                                      "locked", "layout", "off", "a_very_long_word_indeed",
                                      // As long as one, with its first and its last letter.
                                      "lost", "moth", "mover", "steak", "what", "lawn"}) {
    EXPECT_EQ(find_keyword(word), Keyword::no_keyword) << word;
  }
  EXPECT_EQ(keyword_name(Keyword::no_keyword), "");
}

TEST(Keywords, ClosestIsWhatWasMeant) {
  EXPECT_EQ(closest_keyword("reapet"), "repeat");
  EXPECT_EQ(closest_keyword("wiat"), "wait");
  EXPECT_EQ(closest_keyword("pres"), "press");
  EXPECT_EQ(closest_keyword("togle"), "toggle");
  EXPECT_EQ(closest_keyword("privat"), "private");
  EXPECT_EQ(closest_keyword("marco"), "macro");
  EXPECT_EQ(closest_keyword("xyzzy"), "");
  EXPECT_EQ(closest_keyword(""), "");
  EXPECT_EQ(closest_keyword("x"), "");
}

}  // namespace
}  // namespace pianola::lang
