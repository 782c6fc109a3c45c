#include "usb/setup.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>

namespace pianola::usb {
namespace {

using Packet = std::array<std::uint8_t, 8>;

TEST(UsbSetup, WithoutDataOrWithDataToTheHostAllPass) {
  for (unsigned request = 0; request < 256; ++request) {
    const auto byte = static_cast<std::uint8_t>(request);
    EXPECT_TRUE(is_safe_setup(Packet{0x00, byte, 0, 1, 0, 0, 0, 0}));
    EXPECT_TRUE(is_safe_setup(Packet{0x21, byte, 0, 1, 0, 0, 0, 0}));
    EXPECT_TRUE(is_safe_setup(Packet{0x80, byte, 0, 1, 0, 0, 0xFF, 0xFF}));
    EXPECT_TRUE(is_safe_setup(Packet{0xA1, byte, 0, 1, 0, 0, 1, 0}));
  }
}

TEST(UsbSetup, DataFromTheHostOnlyForAReport) {
  for (unsigned type = 0; type < 0x80; ++type) {
    for (unsigned request = 0; request < 256; ++request) {
      const Packet packet{
          static_cast<std::uint8_t>(type), static_cast<std::uint8_t>(request), 0, 1, 0, 0, 0, 1};
      EXPECT_EQ(is_safe_setup(packet), type == 0x21 && request == 0x09) << type << " " << request;
    }
  }
}

}  // namespace
}  // namespace pianola::usb
