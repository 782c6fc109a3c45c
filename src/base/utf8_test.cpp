#include "base/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pianola {
namespace {

TEST(Utf8Test, EveryScalarValueSurvives) {
  for (char32_t code = 0; code <= 0x10FFFF; ++code) {
    const Utf8Bytes bytes = encode_utf8(code);
    if (code >= 0xD800 && code < 0xE000) {
      ASSERT_EQ(bytes.size, 0);
      continue;
    }
    const Utf8Char decoded = decode_utf8(std::string_view(bytes));
    ASSERT_EQ(decoded.code, code);
    ASSERT_EQ(decoded.size, bytes.size);
    ASSERT_FALSE(decoded.incomplete);
    for (std::size_t size = 0; size < bytes.size; ++size) {
      const Utf8Char part = decode_utf8(std::string_view(bytes.bytes.data(), size));
      ASSERT_EQ(part.size, 0);
      ASSERT_TRUE(part.incomplete);
    }
  }
  EXPECT_EQ(encode_utf8(0x110000).size, 0);
  EXPECT_EQ(encode_utf8(0xFFFFFFFF).size, 0);
}

TEST(Utf8Test, KnownEncodings) {
  EXPECT_EQ(std::string_view(encode_utf8(U'A')), "A");
  EXPECT_EQ(std::string_view(encode_utf8(U'£')), "\xC2\xA3");
  EXPECT_EQ(std::string_view(encode_utf8(U'€')), "\xE2\x82\xAC");
  EXPECT_EQ(std::string_view(encode_utf8(0x1F600)), "\xF0\x9F\x98\x80");
}

TEST(Utf8Test, OnlyTheFirstCharacterCounts) {
  const Utf8Char decoded = decode_utf8("\xC2\xA3\xFF");
  EXPECT_EQ(decoded.code, U'£');
  EXPECT_EQ(decoded.size, 2);
}

TEST(Utf8Test, RefusesMalformedBytes) {
  for (const std::string bytes : {
           "\x80",
           "\xBF",  // continuation bytes alone
           "\xC0\x80",
           "\xC1\xBF",  // overlong in two bytes
           "\xE0\x80\x80",
           "\xE0\x9F\xBF",  // overlong in three
           "\xF0\x80\x80\x80",
           "\xF0\x8F\xBF\xBF",  // overlong in four
           "\xED\xA0\x80",
           "\xED\xBF\xBF",  // surrogates
           "\xF4\x90\x80\x80",
           "\xF5\x80\x80\x80",  // above 10FFFF
           "\xF8\x88\x80\x80\x80",
           "\xFE",
           "\xFF",  // never in UTF-8
           "\xC2\x41",
           "\xE2\x82\x41",
           "\xF0\x9F\x98\x41",
           "\xE2\x41",
           "\xC2\xC2",
       }) {
    const Utf8Char decoded = decode_utf8(bytes);
    EXPECT_EQ(decoded.size, 0) << ::testing::PrintToString(bytes);
    EXPECT_FALSE(decoded.incomplete) << ::testing::PrintToString(bytes);
  }
}

TEST(Utf8Test, AWrongSecondByteIsNotMerelyIncomplete) {
  EXPECT_FALSE(decode_utf8("\xE0\x80").incomplete);
  EXPECT_FALSE(decode_utf8("\xED\xA0").incomplete);
  EXPECT_FALSE(decode_utf8("\xF4\x90").incomplete);
  EXPECT_TRUE(decode_utf8("\xE0\xA0").incomplete);
  EXPECT_TRUE(decode_utf8("\xF4\x8F").incomplete);
}

TEST(Utf8Test, BytesAndTextDecodeAlike) {
  const std::uint8_t bytes[] = {0xE2, 0x82, 0xAC};
  EXPECT_EQ(decode_utf8(bytes).code, U'€');
  EXPECT_TRUE(decode_utf8(std::span<const std::uint8_t>{}).incomplete);
}

TEST(Utf8Test, CountsCharacters) {
  EXPECT_EQ(count_characters(""), 0U);
  EXPECT_EQ(count_characters("aé€😀"), 4U);
}

}  // namespace
}  // namespace pianola
