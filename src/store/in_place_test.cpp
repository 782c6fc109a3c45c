#include "store/in_place.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <string>

#include "ports/memory/simulated_flash.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using memory::SimulatedFlash;
using test::many_macros;
using test::StoreDevice;

constexpr flash::Geometry kMapped{4096, 256, 32};

/// Whether the roll's text is used where it stands, and how often the flash was read for it.
struct Use {
  std::string text;
  std::uint64_t reads = 0;
};

Use use(StoreDevice& device, SimulatedFlash& flash) {
  const std::uint64_t before = flash.counts().reads;
  std::string text = device.text();
  return {std::move(text), flash.counts().reads - before};
}

TEST(InPlace, MappedFlashIsReadWithoutACopy) {
  const std::string text = many_macros(50, 100);
  SimulatedFlash flash{kMapped, 1, true};
  {
    StoreDevice device{flash};
    ASSERT_EQ(device.store.format(), Status::ok);
    ASSERT_EQ(device.save(text), Status::ok);
    const Use used = use(device, flash);
    EXPECT_EQ(used.text, text);
    EXPECT_EQ(used.reads, 0U) << "it was read back when it was written";
  }
  StoreDevice device{flash};
  ASSERT_EQ(device.mount(), Mount::ok);
  const Use used = use(device, flash);
  EXPECT_EQ(used.text, text);
  EXPECT_EQ(used.reads, 0U);
}

// Each bit of a sector is inverted in turn: what is read is right, for wrong bits in nodes are put
// right, or ends where a block is damaged.
TEST(InPlace, NothingOfASectorWithAWrongBitIsUsedUnchecked) {
  const std::string text = many_macros(12, 60);
  SimulatedFlash good{kMapped, 1, true};
  std::uint32_t sector = 0;
  {
    StoreDevice device{good};
    ASSERT_EQ(device.store.format(), Status::ok);
    ASSERT_EQ(device.save(text), Status::ok);
    const Log& log = device.store.log();
    sector = log.place_of(log.root()[TreeRole::roll].address) / kMapped.sector_size;
  }
  unsigned checked = 0;
  for (std::uint32_t at = kPage; at < 4096; ++at) {
    const std::uint32_t address = sector * 4096 + at;
    if (flash::is_blank(good.bytes().subspan(address, 4096 - at))) break;
    SimulatedFlash flash = good;
    flash.flip(address, at % 8);
    StoreDevice device{flash};
    ASSERT_EQ(device.mount(), Mount::ok);
    const Use used = use(device, flash);
    ASSERT_GT(used.reads, 0U) << at;
    ASSERT_EQ(used.text, text.substr(0, used.text.size())) << at;
    ++checked;
  }
  EXPECT_GT(checked, 1000U);
}

// A sector is erased and holds something else: what is remembered of it is forgotten.
TEST(InPlace, PlacesAreForgottenBeforeTheirSectorsAreErased) {
  SimulatedFlash flash{{4096, 256, 16}, 1, true};
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  const std::string text = many_macros(12, 300);
  ASSERT_EQ(device.save(text), Status::ok);
  const test::StoreState before = device.state();
  StoredRoll& roll = device.store.roll();
  std::array<std::uint8_t, Store::kDraftSector> data{};
  for (unsigned i = 0; i < 800; ++i) {
    // A piece of one definition's source, as a task that goes on reads a text.
    const std::uint32_t position = i % 10;
    const std::uint32_t record = roll.record_at(position);
    std::array<char, 32> text_now{};
    ASSERT_EQ(roll.read_source(record, 64 + i % 100, text_now), text_now.size());
    ASSERT_EQ(std::memcmp(text_now.data(), &before.definitions[position].source[64 + i % 100], 32),
              0);
    data.fill(static_cast<std::uint8_t>(i));
    ASSERT_EQ(device.draft(i % 10, data), Status::ok);
  }
  EXPECT_GT(device.store.log().opened(), 200U);
}

// A bit of the index flips while its sector is known to be good, then a definition is saved whose
// entries stand beside: what is kept gets no good checksum over a wrong bit.
TEST(InPlace, ASaveChecksTheEntriesThatItKeeps) {
  const std::string text = many_macros(40, 30);
  SimulatedFlash good{kMapped, 1, true};
  {
    StoreDevice device{good};
    ASSERT_EQ(device.store.format(), Status::ok);
    ASSERT_EQ(device.save(text), Status::ok);
  }
  test::StoreState should;
  should.set_text(text + "F1 { call m1 }\n");
  for (std::uint32_t bit = 0; bit < 400; ++bit) {
    SimulatedFlash flash = good;
    StoreDevice device{flash};
    ASSERT_EQ(device.mount(), Mount::ok);
    ASSERT_EQ(device.text(), text);
    (void)device.state();
    const Log& log = device.store.log();
    flash.flip(log.place_of(log.root()[TreeRole::index].address) - 1 - bit, bit % 8);
    ASSERT_EQ(device.save(text + "F1 { call m1 }\n"), Status::ok) << bit;
    StoreDevice again{flash};
    ASSERT_EQ(again.mount(), Mount::ok);
    ASSERT_EQ(again.state().index, should.index) << bit;
  }
}

// One task after another goes on in code and in a text of its own: no search, no flash read.
TEST(InPlace, SixteenTasksGoOnWithoutASearch) {
  SimulatedFlash flash{kMapped};
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  ASSERT_EQ(device.save(many_macros(40, 600)), Status::ok);
  StoredRoll& roll = device.store.roll();
  std::array<std::uint32_t, 16> records{};
  for (unsigned i = 0; i < 16; ++i) records[i] = roll.record_at(2 * i);
  std::array<std::uint8_t, 8> code{};
  std::array<char, 1> text{};
  for (const std::uint32_t record : records) roll.read_code(record, 0, code);
  const std::uint64_t before = flash.counts().reads;
  for (unsigned round = 0; round < 5; ++round) {
    for (const std::uint32_t record : records) {
      roll.read_code(record, round, code);
      roll.read_source(record, 64 * round, text);
    }
  }
  // A frame each; and where a sector ended in one of them, a search.
  EXPECT_LT(flash.counts().reads - before, 5U * 16 * 2 + 16);
}

}  // namespace
}  // namespace pianola::store
