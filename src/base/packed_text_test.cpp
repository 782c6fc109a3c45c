#include "base/packed_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pianola {
namespace {

std::string read(PackedText text) {
  std::string all;
  for (char c = text.next(); c != 0; c = text.next()) all += c;
  return all;
}

TEST(PackedText, BytesWithoutAPairStandForThemselves) {
  // The bytes of an ellipsis, which are none of the pairs.
  constexpr std::uint8_t kTexts[] = {'a', 0xE2, 0x80, 0xA6, 1, 0, 0, 'b', 0};
  EXPECT_EQ(read(PackedText(kTexts)), "a\u2026\x01");
  EXPECT_EQ(read(PackedText(find_packed(kTexts, 1))), "");
  EXPECT_EQ(read(PackedText(find_packed(kTexts, 2))), "b");
}

TEST(PackedText, EveryPairEnds) {
  for (unsigned byte = 1; byte < 0x100; ++byte) {
    const std::uint8_t text[] = {static_cast<std::uint8_t>(byte), static_cast<std::uint8_t>(byte),
                                 0};
    const std::string twice = read(PackedText(text));
    ASSERT_GE(twice.size(), 2U);
    EXPECT_EQ(twice.substr(0, twice.size() / 2), twice.substr(twice.size() / 2));
    if (byte >= ' ' && byte < 0x80) {
      EXPECT_EQ(twice, std::string(2, static_cast<char>(byte)));
    }
  }
}

}  // namespace
}  // namespace pianola
