#include "base/bytes.hpp"

#include <gtest/gtest.h>

#include <array>

namespace pianola {
namespace {

TEST(BytesTest, TheLeastSignificantComesFirst) {
  std::array<std::uint8_t, 8> bytes{};
  put32(&bytes[1], 0x12345678);
  put16(&bytes[6], 0xFFABCD);  // the lower half of it
  EXPECT_EQ(bytes, (std::array<std::uint8_t, 8>{0, 0x78, 0x56, 0x34, 0x12, 0, 0xCD, 0xAB}));
  EXPECT_EQ(get32(&bytes[1]), 0x12345678U);
  EXPECT_EQ(get16(&bytes[6]), 0xABCDU);
}

}  // namespace
}  // namespace pianola
