#include "store/flash_scratch.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using test::many_macros;
using test::StoreDevice;

lang::ScratchRecord record(std::uint32_t i) {
  std::mt19937 random(i);
  const auto number = [&] { return static_cast<std::uint32_t>(random()); };
  lang::ScratchRecord record;
  record.role =
      i % 3 == 0 ? lang::ScratchRecord::Role::use : lang::ScratchRecord::Role::declaration;
  record.entry.key = {number(), number(), number()};
  record.entry.record = number();
  record.entry.code = number();
  record.entry.body = number();
  record.entry.labels = number();
  record.entry.frame = static_cast<std::uint8_t>(number());
  record.entry.params = static_cast<std::uint8_t>(number());
  record.at.offset = number();
  record.at.line = number();
  record.at.column = number();
  record.length = static_cast<std::uint8_t>(number());
  record.first_is_character = i % 2 == 0;
  record.second_is_character = i % 5 == 0;
  record.binding = i % 7 == 0;
  record.text = i % 4 == 0;
  record.decides = i % 6 == 0;
  record.options = number();
  return record;
}

lang::SortItem item(std::uint32_t i) { return {{i, i * 3, i * 7}, i * 11}; }

void expect_same(const lang::ScratchRecord& found, const lang::ScratchRecord& wanted) {
  EXPECT_EQ(found.role, wanted.role);
  EXPECT_EQ(found.entry.key, wanted.entry.key);
  EXPECT_EQ(found.entry.record, wanted.entry.record);
  EXPECT_EQ(found.entry.code, wanted.entry.code);
  EXPECT_EQ(found.entry.body, wanted.entry.body);
  EXPECT_EQ(found.entry.labels, wanted.entry.labels);
  EXPECT_EQ(found.entry.frame, wanted.entry.frame);
  EXPECT_EQ(found.entry.params, wanted.entry.params);
  EXPECT_EQ(found.at.offset, wanted.at.offset);
  EXPECT_EQ(found.at.line, wanted.at.line);
  EXPECT_EQ(found.at.column, wanted.at.column);
  EXPECT_EQ(found.length, wanted.length);
  EXPECT_EQ(found.first_is_character, wanted.first_is_character);
  EXPECT_EQ(found.second_is_character, wanted.second_is_character);
  EXPECT_EQ(found.binding, wanted.binding);
  EXPECT_EQ(found.text, wanted.text);
  EXPECT_EQ(found.decides, wanted.decides);
  EXPECT_EQ(found.options, wanted.options);
}

struct FlashScratchTest : testing::TestWithParam<flash::Geometry> {
  FlashScratchTest() {
    EXPECT_EQ(device.store.format(), Status::ok);
    EXPECT_EQ(device.save("F1 { tap a }\n"), Status::ok);
    device.store.log().mark();
    device.store.log().begin(device.store.log().reserve());
    flash.reset_counts();
  }
  [[nodiscard]] std::uint32_t free() { return device.store.log().free_pages(); }

  memory::SimulatedFlash flash{GetParam()};
  StoreDevice device{flash};
  std::array<std::uint8_t, 1024> memory{};
};

TEST_P(FlashScratchTest, WhatFitsInMemoryCostsNoFlash) {
  FlashScratch scratch{device.store.log(), memory};
  const std::uint32_t fits = (1024 - FlashScratch::kLeastMemory) / FlashScratch::kRecordSize;
  for (std::uint32_t i = 0; i < fits; ++i) ASSERT_EQ(scratch.append(record(i)), Status::ok);
  for (std::uint32_t i = 0; i < fits; ++i) {
    lang::ScratchRecord found;
    ASSERT_TRUE(scratch.read(i, found));
    expect_same(found, record(i));
  }
  EXPECT_EQ(flash.counts().programs, 0U);
  EXPECT_EQ(flash.counts().erases, 0U);
  lang::ScratchRecord none;
  EXPECT_FALSE(scratch.read(fits, none));
}

TEST_P(FlashScratchTest, RecordsAndItemsComeBackFromFlash) {
  const std::uint32_t before = free();
  FlashScratch scratch{device.store.log(), memory};
  const std::uint32_t records = 2 * GetParam().sector_size / FlashScratch::kRecordSize;
  const std::uint32_t items = 3 * GetParam().sector_size / FlashScratch::kItemSize;
  for (unsigned round = 0; round < 3; ++round) {
    for (std::uint32_t i = 0; i < records; ++i) {
      ASSERT_EQ(scratch.append(record(i + round)), Status::ok) << i;
      lang::ScratchRecord found;
      ASSERT_TRUE(scratch.read(i / 2, found));
      expect_same(found, record(i / 2 + round));
    }
    // Items are a queue: what was released is not read again.
    for (std::uint32_t i = 0; i < items; ++i) {
      ASSERT_EQ(scratch.append(item(i)), Status::ok) << i;
      lang::SortItem found;
      ASSERT_TRUE(scratch.read(i / 2, found));
      EXPECT_EQ(found.key, item(i / 2).key);
      EXPECT_EQ(found.record, item(i / 2).record);
      if (i % 100 == 0) scratch.release_items(i / 2);
    }
    for (std::uint32_t i = 0; i < records; ++i) {
      lang::ScratchRecord found;
      ASSERT_TRUE(scratch.read(i, found));
      expect_same(found, record(i + round));
    }
    EXPECT_LT(free(), before);
    scratch.clear();
    EXPECT_EQ(free(), before);
  }
  EXPECT_EQ(device.text(), "F1 { tap a }\n");
  EXPECT_EQ(device.check(), "");
}

TEST_P(FlashScratchTest, LeavesTheReserveAndSaysWhenItIsFull) {
  FlashScratch scratch{device.store.log(), memory};
  Status status = Status::ok;
  for (std::uint32_t i = 0; status == Status::ok; ++i) {
    ASSERT_LT(i, 100'000U);
    status = scratch.append(record(i));
  }
  EXPECT_EQ(status, Status::full);
  EXPECT_GE(free(), device.store.log().reserve());
  scratch.clear();
  ASSERT_EQ(device.save("F2 { tap b }\n"), Status::ok);
}

TEST_P(FlashScratchTest, ASectorThatFailsIsReported) {
  for (std::uint32_t sector = 0; sector < GetParam().sectors; ++sector) {
    if (!device.store.log().in_use(sector)) flash.set_bad(sector, memory::BadSector::program_fails);
  }
  FlashScratch scratch{device.store.log(), memory};
  Status status = Status::ok;
  for (std::uint32_t i = 0; status == Status::ok; ++i) status = scratch.append(record(i));
  EXPECT_EQ(status, Status::io_error);
  scratch.clear();
  EXPECT_EQ(device.text(), "F1 { tap a }\n");
}

TEST_P(FlashScratchTest, ASaveWithLittleMemoryGivesTheSameRoll) {
  std::string text;
  for (unsigned i = 0; i < 60; ++i) {
    const std::string number = std::to_string(i);
    text += "macro m" + number + " { \"text " + number + "\" }\n" + "leader " +
            static_cast<char>('a' + i % 26) + " { call m" + std::to_string((i + 1) % 60) + "() }\n";
    if (i >= 25) text.resize(text.rfind("leader"));
  }
  memory::SimulatedFlash other_flash{GetParam()};
  StoreDevice other{other_flash};
  ASSERT_EQ(other.store.format(), Status::ok);
  ASSERT_EQ(other.save(text), Status::ok) << other.findings.errors();
  FlashScratch scratch{device.store.log(),
                       std::span{memory}.first(FlashScratch::kLeastMemory + 48)};
  memory::Source source{text};
  ASSERT_EQ(device.save(source, scratch), Status::ok);
  EXPECT_GT(flash.counts().erases, 0U);
  test::StoreState wanted = other.state();
  wanted.backup = "F1 { tap a }\n";
  EXPECT_TRUE(device.state() == wanted);
  EXPECT_EQ(device.check(), "");
}

INSTANTIATE_TEST_SUITE_P(Geometries, FlashScratchTest,
                         testing::Values(flash::Geometry{4096, 256, 32},
                                         flash::Geometry{4096, 4, 32}, flash::Geometry{4096, 1, 32},
                                         flash::Geometry{1024, 8, 48}));

}  // namespace
}  // namespace pianola::store
