// What a start reads before keys can be pressed: headers, and a few pages more.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>

#include "base/status.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "store/store.hpp"
#include "support/store_device.hpp"
#include "support/volume.hpp"

namespace pianola::store {
namespace {

using flash::Geometry;
using memory::SimulatedFlash;

/// Counts reads, and notes the longest.
class CountedReads final : public flash::NorFlash {
 public:
  explicit CountedReads(SimulatedFlash& flash) : flash_(flash) {}
  [[nodiscard]] Geometry geometry() const override { return flash_.geometry(); }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override {
    ++reads;
    longest = std::max(longest, out.size());
    return flash_.read(address, out);
  }
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override {
    return flash_.program(address, data);
  }
  flash::FlashStatus erase(std::uint32_t address) override { return flash_.erase(address); }

  std::uint32_t reads = 0;
  std::size_t longest = 0;

 private:
  SimulatedFlash& flash_;
};

class MountReads : public ::testing::TestWithParam<Geometry> {
 protected:
  void expect_few(SimulatedFlash& flash, const char* when) {
    CountedReads counted{flash};
    test::StoreDevice device{counted};
    ASSERT_EQ(device.mount(), Mount::ok);
    EXPECT_LE(counted.reads, 3 * GetParam().sectors + 40) << when;
    EXPECT_LE(counted.longest, 256U) << when;
  }
};

TEST_P(MountReads, AreThreeASectorAndAFewMore) {
  const Geometry geometry = GetParam();
  SimulatedFlash flash{geometry};
  ASSERT_EQ(test::StoreDevice{flash}.store.format(), Status::ok);
  expect_few(flash, "empty");
  // A few characters of text for each byte of flash fill about half.
  std::string text = test::many_macros(geometry.size() / 400, 60);
  {
    test::StoreDevice device{flash};
    ASSERT_EQ(device.mount(), Mount::ok);
    ASSERT_EQ(device.save(text), Status::ok);
  }
  expect_few(flash, "half full");
  std::mt19937 random{7};
  for (unsigned i = 0; i < test::rounds(24); ++i) {
    test::StoreDevice device{flash};
    ASSERT_EQ(device.mount(), Mount::ok);
    if (i % 2 == 1) flash.cut_after(random() % 3000);
    for (unsigned edit = 0; edit < 4; ++edit) {
      device.edit(random() % (geometry.size() / 400), 1,
                  "macro x" + std::to_string(i * 4 + edit) + " { \"some text\" }\n");
    }
    flash.power_on();
    SimulatedFlash now = flash;
    expect_few(now, i % 2 == 1 ? "after a cut" : "edited");
    if (HasFailure()) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Geometries, MountReads,
                         ::testing::Values(Geometry{4096, 256, 64}, Geometry{4096, 4, 64},
                                           Geometry{4096, 1, 128}));

}  // namespace
}  // namespace pianola::store
