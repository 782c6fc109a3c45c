// What keeps two states apart while it is open which of them is in force. Regions here are so small
// and so full that every sector matters.

#include "store/log.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "base/status.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "store/store.hpp"
#include "support/store_device.hpp"
#include "support/volume.hpp"

namespace pianola::store {
namespace {

using flash::Geometry;
using memory::SimulatedFlash;
using memory::Unstable;

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

/// What a change does: writes a sector of the overlay (0 to `count` - 1), or forgets all, so that
/// nearly all flash is free then: at once (`count`), or behind a write of the same session.
Status change(Rig& rig, std::uint32_t number, std::uint32_t count) {
  return number < count ? rig.write(number, 250) : rig.store.reset();
}
bool prepare(Rig& rig, std::uint32_t number, std::uint32_t count) {
  return rig.store.mount() == Mount::ok && (number <= count || rig.write(0, 249) == Status::ok);
}

/// What is read after a mount in which unstable bits read so. A region that is full to the last
/// sector may have none left to settle in: it can be read all the same.
std::vector<int> values_at_mount(SimulatedFlash& flash, Unstable mode) {
  flash.power_on();
  flash.set_unstable(mode);
  Rig rig(flash);
  const Mount mounted = rig.store.mount();
  EXPECT_TRUE(mounted == Mount::ok || mounted == Mount::no_sector);
  return rig.values();
}

/// The mounts after a cut: how unstable bits read at each of them. The power is cut in the first.
constexpr std::array<std::array<Unstable, 3>, 4> kMounts = {{
    {Unstable::new_content, Unstable::old_content, Unstable::new_content},
    {Unstable::new_content, Unstable::new_content, Unstable::old_content},
    {Unstable::old_content, Unstable::new_content, Unstable::old_content},
    {Unstable::old_content, Unstable::old_content, Unstable::new_content},
}};

/// Power is cut in a change, and again while the next mount settles it; in between unstable bits
/// read as the new state once and as the old one then. The first mount that is not cut decides.
void take_turns(const Geometry& geometry, std::uint32_t count) {
  const SimulatedFlash start = full_region(geometry, 3, count);
  for (const std::uint32_t number : {count / 2, count, count + 1}) {
    SimulatedFlash whole = start;
    Rig played(whole);
    if (!prepare(played, number, count)) continue;
    const std::uint64_t prepared = whole.steps();
    const std::vector<int> before = played.values();
    if (change(played, number, count) != Status::ok) continue;
    const std::vector<int> after = played.values();
    const std::uint64_t steps = whole.steps() - prepared;
    // Every eleventh step hits each frame, and all parts of a unit.
    constexpr std::uint64_t kEvery = test::kSanitized ? 77 : 11;
    for (std::uint64_t first = steps > 1000 ? steps - 1000 : 0; first < steps; first += kEvery) {
      SimulatedFlash cut = start;
      Rig rig(cut);
      ASSERT_TRUE(prepare(rig, number, count));
      cut.cut_after(first);
      change(rig, number, count);
      for (const auto& modes : kMounts) {
        bool done = false;
        // Now and then at short distances, because some faults show in few places only.
        const std::uint64_t stride = first % 400 < 5 ? 3 : 149;
        for (std::uint64_t second = 0; !done; second += 1 + (first + second) % stride) {
          SimulatedFlash again = cut;
          again.power_on();
          again.set_unstable(modes[0]);
          again.cut_after(second);
          Rig settling(again);
          settling.store.mount();
          done = !again.is_off();
          const std::vector<int> decided = done ? settling.values() : std::vector<int>{};
          const std::vector<int> values = values_at_mount(again, modes[1]);
          ASSERT_TRUE(values == before || values == after)
              << "change " << number << ", cut at " << first << " and " << second;
          if (done) {
            ASSERT_EQ(values, decided) << "change " << number << ", cut at " << first;
          }
          ASSERT_EQ(values_at_mount(again, modes[2]), values)
              << "change " << number << ", cut at " << first << " and " << second;
        }
      }
    }
  }
}

TEST_P(FullRegionTest, StatesThatTakeTurnsLoseNothing) {
  take_turns(GetParam(), std::max(1U, capacity(GetParam()) * 7 / 8));
}

/// Where there is room, a mount that finds nothing wrong writes nothing.
TEST_P(FullRegionTest, StatesThatTakeTurnsLoseNothingWhereThereIsRoom) {
  take_turns(GetParam(), std::max(1U, capacity(GetParam()) / 4));
}

INSTANTIATE_TEST_SUITE_P(Geometries, FullRegionTest,
                         ::testing::Values(Geometry{1024, 4, 6}, Geometry{1024, 4, 10},
                                           Geometry{1024, 256, 12}),
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

// Regions that are nearly full, with starts between a few changes each. A start may have to settle
// the state in the last free sector; a change that was then written there without freeing another
// one left none for the start after it, and the macros could not be reached any more.
TEST(LogMount, AFullRegionStartsAgainAndAgain) {
  for (const unsigned seed : {187U, 206U, 218U, 230U, 335U, 344U, 352U, 368U}) {
    std::mt19937 random{seed};
    const std::uint32_t sectors = 4 + random() % 12;
    const std::uint32_t unit = 1U << random() % 9;
    const std::uint32_t size = unit * 4 > 1024 ? 4096 : 1024U << random() % 3;
    memory::SimulatedFlash flash{{size, unit, sectors}, seed};
    ASSERT_EQ(test::StoreDevice{flash}.store.format(), Status::ok);
    for (unsigned round = 0; round < 60; ++round) {
      test::StoreDevice device{flash};
      ASSERT_EQ(device.mount(), Mount::ok) << "seed " << seed << ", round " << round;
      const unsigned changes = random() % 4;
      if (changes == 0) continue;
      const std::string text =
          test::many_macros(1 + random() % (sectors * size / 150), 20 + random() % 60);
      for (unsigned change = 0; change < changes; ++change) {
        if (random() % 2 != 0) {
          device.save(text);
          continue;
        }
        const std::vector<std::uint8_t> data(512 * (1 + random() % 8),
                                             static_cast<std::uint8_t>(random()));
        device.draft(random() % 20, data);
      }
    }
  }
}

}  // namespace
}  // namespace pianola::store
