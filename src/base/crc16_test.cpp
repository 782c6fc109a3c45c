#include "base/crc16.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace pianola {
namespace {

// The check value of CRC-16/IBM-SDLC in the catalogue of parametrised CRC algorithms.
TEST(Crc16Test, KnownValue) {
  constexpr std::string_view kDigits = "123456789";
  const std::vector<std::uint8_t> bytes(kDigits.begin(), kDigits.end());
  EXPECT_EQ(crc16(bytes), 0x906E);
  EXPECT_EQ(crc16({}), 0x0000);
}

}  // namespace
}  // namespace pianola
