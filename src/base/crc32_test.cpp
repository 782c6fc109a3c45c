#include "base/crc32.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

namespace pianola {
namespace {

std::uint32_t crc(const std::vector<std::uint8_t>& bytes) {
  Crc32 crc;
  crc.add(bytes);
  return crc.value();
}

TEST(Crc32, KnownValues) {
  EXPECT_EQ(crc({'1', '2', '3', '4', '5', '6', '7', '8', '9'}), 0xCBF43926U);
  EXPECT_EQ(crc({}), 0U);
  EXPECT_EQ(crc({0, 0, 0, 0}), 0x2144DF1CU);
}

TEST(Crc32, PiecesGiveTheSame) {
  Crc32 pieces;
  pieces.add(std::vector<std::uint8_t>{'1', '2', '3', '4'});
  pieces.add(std::uint8_t{'5'});
  pieces.add(std::vector<std::uint8_t>{'6', '7', '8', '9'});
  EXPECT_EQ(pieces.value(), 0xCBF43926U);
}

}  // namespace
}  // namespace pianola
