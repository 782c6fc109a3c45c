// What tells of the last changes is gone: that is told, and not taken for a fresh device.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "store/format.hpp"
#include "store/store.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using flash::Geometry;
using memory::SimulatedFlash;
using test::StoreDevice;

class LostState : public ::testing::TestWithParam<Geometry> {
 protected:
  /// The header of a sector of the flash; of kind `free` if it has none.
  static SectorHeader header_of(SimulatedFlash& flash, std::uint32_t sector) {
    std::array<std::uint8_t, SectorHeader::kSize> bytes{};
    EXPECT_EQ(flash.read(sector * GetParam().sector_size, bytes), flash::FlashStatus::ok);
    SectorHeader header;
    return decode(bytes, header) ? header : SectorHeader{};
  }
  /// The sector that was opened last.
  static std::uint32_t newest(SimulatedFlash& flash) {
    std::uint32_t newest = 0;
    for (std::uint32_t sector = 1; sector < GetParam().sectors; ++sector) {
      if (header_of(flash, sector).sequence > header_of(flash, newest).sequence) newest = sector;
    }
    return newest;
  }
  static void erase(SimulatedFlash& flash, std::uint32_t sector) {
    EXPECT_EQ(flash.erase(sector * GetParam().sector_size), flash::FlashStatus::ok);
  }

  /// Changes the store until `sectors` more sectors were opened. What is in force in the end.
  static std::string change(StoreDevice& device, unsigned sectors) {
    const std::uint32_t until = device.store.log().opened() + sectors;
    std::string text;
    for (unsigned i = 0; device.store.log().opened() < until; ++i) {
      text = "F1 { \"" + std::string(400, 'a') + std::to_string(i) + "\" }\n";
      EXPECT_EQ(device.save(text), Status::ok);
    }
    return text;
  }

  SimulatedFlash flash_{GetParam()};
};

TEST_P(LostState, WithNoStateLeftTheDeviceSaysSo) {
  {
    StoreDevice device{flash_};
    ASSERT_EQ(device.store.format(), Status::ok);
    change(device, 3);
    EXPECT_FALSE(device.store.lost_state());
    for (std::uint32_t sector = 0; sector < GetParam().sectors; ++sector) {
      if (header_of(flash_, sector).kind == SectorHeader::Kind::states) erase(flash_, sector);
    }
  }
  // At each start, until something is saved.
  for (int start = 0; start < 3; ++start) {
    StoreDevice device{flash_};
    ASSERT_EQ(device.mount(), Mount::ok);
    EXPECT_FALSE(device.store.saved());
    EXPECT_TRUE(device.store.lost_state());
    ASSERT_EQ(device.draft(start, std::vector<std::uint8_t>(512)), Status::ok);
  }
  {
    StoreDevice device{flash_};
    ASSERT_EQ(device.mount(), Mount::ok);
    const std::string text = change(device, 4);
    EXPECT_FALSE(device.store.lost_state());
    StoreDevice next{flash_};
    ASSERT_EQ(next.mount(), Mount::ok);
    EXPECT_FALSE(next.store.lost_state());
    EXPECT_EQ(next.text(), text);
  }
}

TEST_P(LostState, AnOlderOneIsTold) {
  {
    StoreDevice device{flash_};
    ASSERT_EQ(device.store.format(), Status::ok);
    change(device, 1);
    // On into the next sector of states, and on to a sector of pages from there.
    while (device.store.log().is_head(0)) change(device, 1);
    while (device.store.log().is_head(newest(flash_))) change(device, 1);
    for (std::uint32_t sector = 0; sector < GetParam().sectors; ++sector) {
      if (device.store.log().is_head(sector)) erase(flash_, sector);
    }
  }
  for (int start = 0; start < 2; ++start) {
    StoreDevice device{flash_};
    ASSERT_EQ(device.mount(), Mount::ok);
    EXPECT_TRUE(device.store.lost_state());
  }
  StoreDevice device{flash_};
  ASSERT_EQ(device.mount(), Mount::ok);
  change(device, 2);
  StoreDevice next{flash_};
  ASSERT_EQ(next.mount(), Mount::ok);
  EXPECT_FALSE(next.store.lost_state());
}

// The first sector of a fresh device is cut off before it counts: nothing was lost.
TEST_P(LostState, AFirstStartThatWasCutOffIsNone) {
  for (std::uint64_t steps = 0;; ++steps) {
    SimulatedFlash flash{GetParam()};
    {
      StoreDevice device{flash};
      flash.cut_after(steps);
      if (device.store.format() == Status::ok) break;
    }
    flash.power_on();
    StoreDevice device{flash};
    const Mount mount = device.mount();
    if (mount == Mount::unformatted) continue;
    ASSERT_EQ(mount, Mount::ok) << steps;
    EXPECT_FALSE(device.store.lost_state()) << steps;
  }
}

INSTANTIATE_TEST_SUITE_P(Geometries, LostState,
                         ::testing::Values(Geometry{4096, 256, 16}, Geometry{1024, 1, 24}));

}  // namespace
}  // namespace pianola::store
