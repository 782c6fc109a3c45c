// The overlay: objects of any size up to a sector, how many there is room for, and edits of it.

#include "store/draft_edit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "store/flash_scratch.hpp"
#include "support/store_device.hpp"
#include "support/volume.hpp"

namespace pianola::store {
namespace {

using test::many_macros;
using test::StoreDevice;
using DraftBytes = std::vector<std::uint8_t>;
constexpr std::uint32_t kDraftSector = Store::kDraftSector;

/// Data that differ from sector to sector.
DraftBytes data(std::size_t size, unsigned seed) {
  DraftBytes bytes(size);
  std::mt19937 random(seed);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

struct DraftTest : testing::TestWithParam<flash::Geometry> {
  DraftTest() { EXPECT_EQ(device.store.format(), Status::ok); }

  DraftBytes read(std::uint32_t number) {
    DraftBytes bytes(device.store.draft_size(number));
    EXPECT_EQ(device.store.read_draft(number, 0, bytes), bytes.size());
    return bytes;
  }
  std::vector<std::uint32_t> numbers() {
    std::vector<std::uint32_t> all;
    for (auto next = device.store.next_draft(0); next; next = device.store.next_draft(*next + 1)) {
      all.push_back(*next);
    }
    return all;
  }

  memory::SimulatedFlash flash{GetParam()};
  StoreDevice device{flash};
};

TEST_P(DraftTest, ObjectsMayBeShorterThanASector) {
  const DraftBytes all = data(3 * kDraftSector + 77, 1);
  ASSERT_EQ(device.draft(kDraftText, all), Status::ok);
  ASSERT_EQ(device.draft(kDriveState, data(9, 2)), Status::ok);
  ASSERT_EQ(device.draft(3, data(kDraftSector, 3)), Status::ok);
  EXPECT_EQ(numbers(), (std::vector<std::uint32_t>{3, kDraftText, kDraftText + 1, kDraftText + 2,
                                                   kDraftText + 3, kDriveState}));
  EXPECT_EQ(device.store.draft_size(kDraftText + 2), kDraftSector);
  EXPECT_EQ(device.store.draft_size(kDraftText + 3), 77U);
  EXPECT_EQ(device.store.draft_size(kDriveState), 9U);
  EXPECT_EQ(device.store.draft_size(4), 0U);
  EXPECT_EQ(read(kDriveState), data(9, 2));
  EXPECT_EQ(read(3), data(kDraftSector, 3));
  EXPECT_EQ(device.store.log().root()[TreeRole::draft].bytes, all.size() + 9 + kDraftSector);
  // Piece by piece, across blocks, up to the end.
  std::array<std::uint8_t, 100> piece{};
  for (const std::uint32_t offset : {0U, 1U, 63U, 64U, 200U, 412U, 413U, 511U, 512U, 600U}) {
    const std::size_t count = device.store.read_draft(kDraftText + 1, offset, piece);
    ASSERT_EQ(count, std::min<std::size_t>(100, kDraftSector - std::min(offset, kDraftSector)));
    EXPECT_TRUE(
        std::equal(piece.begin(), piece.begin() + count, all.begin() + kDraftSector + offset));
  }
  std::array<std::uint8_t, kDraftSector> sector{};
  EXPECT_TRUE(device.store.read_draft(kDraftText, sector));
  EXPECT_FALSE(device.store.read_draft(kDraftText + 3, sector)) << "it is shorter";
  // Writing over changes the size.
  ASSERT_EQ(device.draft(kDriveState, data(20, 4)), Status::ok);
  EXPECT_EQ(read(kDriveState), data(20, 4));
  EXPECT_EQ(device.check(), "");
}

TEST_P(DraftTest, AnEditRenumbersWritesAndDrops) {
  const DraftBytes all = data(8 * kDraftSector, 1);
  ASSERT_EQ(device.save("F1 { tap a }\n"), Status::ok);
  ASSERT_EQ(device.draft(10, all), Status::ok);
  DraftEdit edit{device.store};
  ASSERT_EQ(edit.begin(), Status::ok);
  flash.reset_counts();
  ASSERT_EQ(edit.keep(15, kDraftText), Status::ok);
  ASSERT_EQ(edit.keep(11, kDraftText + 1), Status::ok);
  ASSERT_EQ(edit.put(kDraftText + 2, data(30, 5)), Status::ok);
  ASSERT_EQ(edit.put(kErrorText, data(kDraftSector, 6)), Status::ok);
  EXPECT_EQ(numbers().size(), 8U) << "the old one is in force";
  EXPECT_EQ(read(12), DraftBytes(all.begin() + 2 * kDraftSector, all.begin() + 3 * kDraftSector));
  ASSERT_EQ(edit.commit(), Status::ok);
  // Data are not copied.
  EXPECT_LT(flash.counts().bytes_programmed, 2 * kDraftSector + 1024 + 4 * GetParam().program_unit);
  EXPECT_EQ(numbers(),
            (std::vector<std::uint32_t>{kDraftText, kDraftText + 1, kDraftText + 2, kErrorText}));
  EXPECT_EQ(read(kDraftText),
            DraftBytes(all.begin() + 5 * kDraftSector, all.begin() + 6 * kDraftSector));
  EXPECT_EQ(read(kDraftText + 1),
            DraftBytes(all.begin() + kDraftSector, all.begin() + 2 * kDraftSector));
  EXPECT_EQ(read(kDraftText + 2), data(30, 5));
  EXPECT_EQ(read(kErrorText), data(kDraftSector, 6));
  EXPECT_EQ(device.text(), "F1 { tap a }\n");
  EXPECT_EQ(device.check(), "");
  // Nothing kept: nothing is left.
  DraftEdit none{device.store};
  ASSERT_EQ(none.begin(), Status::ok);
  ASSERT_EQ(none.commit(), Status::ok);
  EXPECT_TRUE(numbers().empty());
}

TEST_P(DraftTest, AnEditThatIsDroppedOrFailsChangesNothing) {
  ASSERT_EQ(device.draft(0, data(4 * kDraftSector, 1)), Status::ok);
  {
    DraftEdit edit{device.store};
    ASSERT_EQ(edit.begin(), Status::ok);
    ASSERT_EQ(edit.put(0, data(kDraftSector, 2)), Status::ok);
    edit.abandon();
  }
  EXPECT_EQ(numbers().size(), 4U);
  {
    DraftEdit edit{device.store};
    ASSERT_EQ(edit.begin(), Status::ok);
    ASSERT_EQ(edit.put(0, data(kDraftSector, 2)), Status::ok);
    EXPECT_EQ(edit.keep(9, 10), Status::io_error) << "there is none";
    EXPECT_EQ(edit.keep(3, 11), Status::io_error);
    EXPECT_EQ(edit.commit(), Status::io_error);
    // Once more, from the start.
    ASSERT_EQ(edit.begin(), Status::ok);
    ASSERT_EQ(edit.keep(3, 0), Status::ok);
    ASSERT_EQ(edit.commit(), Status::ok);
  }
  EXPECT_EQ(numbers(), std::vector<std::uint32_t>{0});
  EXPECT_EQ(device.check(), "");
}

TEST_P(DraftTest, AnEditThatDoesNotFitChangesNothing) {
  ASSERT_EQ(device.draft(0, data(4 * kDraftSector, 1)), Status::ok);
  DraftEdit edit{device.store};
  for (unsigned attempt = 0; attempt < 3; ++attempt) {
    ASSERT_EQ(edit.begin(), Status::ok);
    Status status = Status::ok;
    for (std::uint32_t i = 0; status == Status::ok; ++i)
      status = edit.put(i, data(kDraftSector, i));
    EXPECT_EQ(status, Status::full);
    EXPECT_EQ(edit.commit(), Status::full);
    EXPECT_EQ(numbers().size(), 4U);
  }
  EXPECT_EQ(device.check(), "");
  ASSERT_EQ(edit.begin(), Status::ok);
  ASSERT_EQ(edit.put(1, data(5, 1)), Status::ok);
  ASSERT_EQ(edit.commit(), Status::ok);
  EXPECT_EQ(device.check(), "");
}

// What is in the region beside the overlay: nothing, a roll, a roll and a backup.
TEST_P(DraftTest, AsMuchAsThereIsRoomForCanBeWrittenAndEdited) {
  for (const unsigned macros : {0U, 20U, 40U}) {
    for (const bool with_backup : {false, true}) {
      ASSERT_EQ(device.store.format(), Status::ok);
      if (macros > 0) {
        ASSERT_EQ(device.save(many_macros(macros, 100)), Status::ok);
      }
      if (with_backup) {
        ASSERT_EQ(device.save(many_macros(10, 77)), Status::ok);
      }
      const std::uint32_t room = device.store.draft_room();
      ASSERT_GT(room, 4 * kDraftSector);
      // In any order, by pieces of 4 KB and less, some of it twice.
      std::vector<std::uint32_t> order(room / kDraftSector / 8);
      std::iota(order.begin(), order.end(), 0U);
      std::shuffle(order.begin(), order.end(), std::mt19937(macros));
      for (const std::uint32_t i : order) {
        ASSERT_EQ(device.draft(i * 8, data(8 * kDraftSector, i)), Status::ok) << i;
        if (i % 5 == 0) {
          ASSERT_EQ(device.draft(i * 8 + 3, data(kDraftSector, i)), Status::ok);
        }
      }
      const auto count = static_cast<std::uint32_t>(order.size() * 8);
      EXPECT_LT(device.store.draft_room(), room / 5 + 8 * kDraftSector);
      DraftEdit edit{device.store};
      Status status = Status::full;
      for (unsigned attempt = 0; attempt < 2 && status == Status::full; ++attempt) {
        status = edit.begin();
        for (std::uint32_t i = 0; i < count && status == Status::ok; ++i) {
          status = edit.keep(count - 1 - i, kDraftText + i);
        }
        status = edit.commit();
      }
      EXPECT_EQ(status, Status::ok);
      EXPECT_EQ(device.store.has_backup(), with_backup && macros > 0);
      EXPECT_EQ(device.check(), "");
      ASSERT_EQ(device.store.clear_draft(), Status::ok);
      // It is no needlessly low estimate either.
      const std::uint32_t again = device.store.draft_room();
      EXPECT_GE(again, room - room / 10);
      const store::Space space = device.store.space();
      EXPECT_GT(room, (space.usable - space.live) / 2);
    }
  }
}

// A tree of several levels, of which a write touches one place.
TEST(Draft, WritingAnywhereLeavesTheRestAsItIs) {
  memory::SimulatedFlash flash{{4096, 4, 200}};
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  std::map<std::uint32_t, DraftBytes> wanted;
  std::mt19937 random(5);
  unsigned levels = 0;
  for (unsigned i = 0; i < 900; ++i) {
    // At first gaps are left; then they are filled, and all is written over.
    const auto first = static_cast<std::uint32_t>(random() % 90 * (i < 200 ? 10 : 9));
    const auto count = static_cast<std::uint32_t>(1 + random() % 9);
    const DraftBytes bytes = data(std::size_t{count} * kDraftSector - random() % 100, i);
    ASSERT_EQ(device.draft(first, bytes), Status::ok) << i;
    for (std::uint32_t n = 0; n < count; ++n) {
      const auto begin = bytes.begin() + n * kDraftSector;
      wanted[first + n] = DraftBytes(begin, n + 1 == count ? bytes.end() : begin + kDraftSector);
    }
    levels = std::max<unsigned>(levels, device.store.log().root()[TreeRole::draft].levels);
    if (i % (test::kSanitized ? 90 : 20) != 0) continue;
    ASSERT_EQ(device.check(), "") << i;
    ASSERT_TRUE(device.state().draft == wanted) << i;
  }
  EXPECT_GE(levels, 4U);
  EXPECT_GT(wanted.size(), 700U);
  // Nothing was read but a way down and a little around it.
  flash.reset_counts();
  ASSERT_EQ(device.draft(400, data(8 * kDraftSector, 1)), Status::ok);
  EXPECT_LT(flash.counts().bytes_read, 60'000U);
  // A sector of flash may have to be written anew for it.
  EXPECT_LT(flash.counts().bytes_programmed, 8 * kDraftSector + 4096 + 1000);
}

// Objects are moved by collecting again and again.
TEST_P(DraftTest, ClearingADraftWhenSectorsAreShortLosesNothing) {
  const std::string text = many_macros(30, 100);
  ASSERT_EQ(device.save(text), Status::ok);
  for (unsigned round = 0; round < 300; ++round) {
    ASSERT_EQ(device.draft(round % 3, data(1 + round * 37 % 2000, round)), Status::ok);
    if (round % 2 == 0) {
      ASSERT_EQ(device.store.clear_draft(), Status::ok);
    }
    ASSERT_EQ(device.check(), "") << round;
  }
  EXPECT_TRUE(device.text() == text);
}

INSTANTIATE_TEST_SUITE_P(Geometries, DraftTest,
                         testing::Values(flash::Geometry{4096, 256, 32},
                                         flash::Geometry{4096, 4, 64}, flash::Geometry{4096, 1, 24},
                                         flash::Geometry{1024, 8, 96}));

}  // namespace
}  // namespace pianola::store
