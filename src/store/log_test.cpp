// What keeps two states apart while it is open which of them is in force. Regions here are so small
// and so full that every sector matters.

#include "store/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ports/sim/simulated_flash.hpp"
#include "store/store.hpp"

namespace pianola::store {
namespace {

using flash::Geometry;
using lang::Status;
using sim::SimulatedFlash;
using sim::Unstable;

using Sector = std::array<std::uint8_t, Store::kDraftSector>;

/// A store on somebody's flash.
struct Rig {
  explicit Rig(flash::NorFlash& flash)
      : memory(Log::memory_size(flash.geometry())), store(flash, memory) {}

  Status write(std::uint32_t number, std::uint8_t value) {
    Sector data;
    data.fill(value);
    return store.write_draft(number, data);
  }
  /// The value of each sector of the overlay in order; -1 for one that is damaged.
  std::vector<int> values() {
    std::vector<int> out;
    for (auto next = store.next_draft(0); next; next = store.next_draft(*next + 1)) {
      Sector data;
      const bool good = store.read_draft(*next, data);
      const bool whole = good && std::all_of(data.begin(), data.end(),
                                             [&](std::uint8_t byte) { return byte == data[0]; });
      out.push_back(whole ? data[0] : -1);
    }
    return out;
  }

  std::vector<std::uint8_t> memory;
  Store store;
};

/// The number of overlay sectors that fit.
std::uint32_t capacity(const Geometry& geometry) {
  SimulatedFlash flash(geometry);
  Rig rig(flash);
  EXPECT_EQ(rig.store.format(), Status::ok);
  std::uint32_t count = 0;
  while (rig.write(count, 1) == Status::ok) ++count;
  return count;
}

/// Flash with `count` overlay sectors, which were then written over as often as that goes, up to
/// `rounds` times, so that what is in force is scattered.
SimulatedFlash full_region(const Geometry& geometry, unsigned rounds, std::uint32_t count) {
  SimulatedFlash flash(geometry);
  Rig rig(flash);
  EXPECT_EQ(rig.store.format(), Status::ok);
  for (std::uint32_t i = 0; i < count; ++i) {
    EXPECT_EQ(rig.write(i, static_cast<std::uint8_t>(i + 1)), Status::ok);
  }
  for (unsigned i = 0; i < rounds * count; ++i) {
    if (rig.write(i * 7 % count, static_cast<std::uint8_t>(100 + i)) != Status::ok) break;
  }
  return flash;
}

class FullRegionTest : public ::testing::TestWithParam<Geometry> {};

/// Power is cut in a change, and again while the next mount settles it, and in between unstable
/// bits read as the new state once and as the old one then, or the other way round.
TEST_P(FullRegionTest, StatesThatTakeTurnsLoseNothing) {
  const std::uint32_t count = std::max(1U, capacity(GetParam()) * 7 / 8);
  const SimulatedFlash start = full_region(GetParam(), 3, count);
  unsigned changes = 0;
  for (const std::uint32_t number : {std::uint32_t{0}, count / 2}) {
    SimulatedFlash whole = start;
    std::uint64_t mounted = 0;
    std::vector<int> before;
    std::vector<int> after;
    {
      Rig rig(whole);
      ASSERT_EQ(rig.store.mount(), Mount::ok);
      mounted = whole.steps();
      before = rig.values();
      if (rig.write(number, 250) != Status::ok) continue;
      after = rig.values();
    }
    const std::uint64_t steps = whole.steps() - mounted;
    ++changes;
    for (std::uint64_t first = 0; first < steps; first += 1 + first % 31) {
      SimulatedFlash cut = start;
      {
        Rig rig(cut);
        ASSERT_EQ(rig.store.mount(), Mount::ok);
        cut.cut_after(first);
        rig.write(number, 250);
      }
      for (const auto& [one, other] : {std::pair{Unstable::new_content, Unstable::old_content},
                                       std::pair{Unstable::old_content, Unstable::new_content}}) {
        for (std::uint64_t second = 0;; second += 1 + (first + second) % 71) {
          SimulatedFlash again = cut;
          again.power_on();
          again.set_unstable(one);
          again.cut_after(second);
          {
            Rig rig(again);
            rig.store.mount();
          }
          const bool done = !again.is_off();
          again.power_on();
          again.set_unstable(other);
          Rig rig(again);
          const Mount mounted = rig.store.mount();
          // A region that is full to the last sector may have none left to settle in: it can be
          // read all the same.
          ASSERT_TRUE(mounted == Mount::ok || mounted == Mount::no_sector);
          const std::vector<int> values = rig.values();
          ASSERT_TRUE(values == before || values == after)
              << "sector " << number << ", cut at " << first << " and " << second;
          if (done) break;
        }
      }
    }
  }
  EXPECT_GT(changes, 0U);
}

INSTANTIATE_TEST_SUITE_P(Geometries, FullRegionTest,
                         ::testing::Values(Geometry{1024, 4, 6}, Geometry{1024, 4, 10},
                                           Geometry{4096, 256, 4}, Geometry{1024, 1, 5}),
                         [](const auto& info) {
                           return std::to_string(info.param.sector_size) + "_" +
                                  std::to_string(info.param.program_unit) + "_" +
                                  std::to_string(info.param.sectors);
                         });

/// Flash that says that all went well, when a program or an erase did not.
class LyingFlash final : public flash::NorFlash {
 public:
  explicit LyingFlash(const Geometry& geometry) : flash_(geometry) {}
  [[nodiscard]] Geometry geometry() const override { return flash_.geometry(); }
  flash::FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override {
    return flash_.read(address, out);
  }
  flash::FlashStatus program(std::uint32_t address, std::span<const std::uint8_t> data) override {
    if (programs_++ != lie_at_program) return flash_.program(address, data);
    ++lies;
    return flash::FlashStatus::ok;
  }
  flash::FlashStatus erase(std::uint32_t address) override {
    if (erases_++ != lie_at_erase) return flash_.erase(address);
    ++lies;
    return flash::FlashStatus::ok;
  }

  unsigned lie_at_program = ~0U;
  unsigned lie_at_erase = ~0U;
  unsigned lies = 0;

 private:
  SimulatedFlash flash_;
  unsigned programs_ = 0;
  unsigned erases_ = 0;
};

/// A program that did nothing is noticed when it is made: what was acknowledged is there.
TEST(LogTest, AProgramThatDidNothingIsNoticed) {
  for (unsigned at = 0;; ++at) {
    LyingFlash flash({4096, 256, 16});
    flash.lie_at_program = at;
    Rig rig(flash);
    ASSERT_EQ(rig.store.format(), Status::ok) << at;
    std::vector<int> written;
    for (unsigned i = 0; i < 12; ++i) {
      ASSERT_EQ(rig.write(i, static_cast<std::uint8_t>(i + 1)), Status::ok) << at;
      written.push_back(static_cast<int>(i) + 1);
      ASSERT_EQ(rig.values(), written) << at;
    }
    Rig next(flash);
    ASSERT_EQ(next.store.mount(), Mount::ok) << at;
    ASSERT_EQ(next.values(), written) << at;
    if (flash.lies == 0) break;
  }
}

/// Likewise an erase: the sector is left alone.
TEST(LogTest, AnEraseThatDidNothingIsNoticed) {
  for (unsigned at = 0;; ++at) {
    LyingFlash flash({1024, 4, 12});
    flash.lie_at_erase = at;
    Rig rig(flash);
    ASSERT_EQ(rig.store.format(), Status::ok) << at;
    for (unsigned i = 0; i < 60; ++i) {
      ASSERT_EQ(rig.write(i % 4, static_cast<std::uint8_t>(i + 1)), Status::ok) << at << ' ' << i;
    }
    Rig next(flash);
    ASSERT_EQ(next.store.mount(), Mount::ok) << at;
    ASSERT_EQ(next.values(), (std::vector<int>{57, 58, 59, 60})) << at;
    if (flash.lies == 0) break;
  }
}

}  // namespace
}  // namespace pianola::store
