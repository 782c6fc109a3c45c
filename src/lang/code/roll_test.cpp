#include "lang/code/roll.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pianola::lang {
namespace {

/// Definitions with gaps between their record numbers, and entries that all differ.
class NumberedRoll final : public Roll {
 public:
  NumberedRoll(std::vector<std::uint32_t> records, std::vector<IndexKey> keys)
      : records_(std::move(records)), keys_(std::move(keys)) {}
  [[nodiscard]] std::uint32_t size() const override {
    return static_cast<std::uint32_t>(records_.size());
  }
  std::uint32_t record_at(std::uint32_t position) override { return records_.at(position); }
  std::size_t read_code(std::uint32_t, std::uint32_t, std::span<std::uint8_t>) override {
    return 0;
  }
  std::size_t read_source(std::uint32_t, std::uint32_t, std::span<char>) override { return 0; }
  [[nodiscard]] std::uint32_t index_size() const override {
    return static_cast<std::uint32_t>(keys_.size());
  }
  bool index_entry(std::uint32_t position, IndexEntry& out) override {
    if (position >= keys_.size()) return false;
    out = {};
    out.key = keys_[position];
    return true;
  }
  std::uint32_t lower_bound(const IndexKey& key) override { return index_lower_bound(*this, key); }

 private:
  std::vector<std::uint32_t> records_;
  std::vector<IndexKey> keys_;
};

TEST(Roll, PositionsOfRecords) {
  for (unsigned count = 0; count < 20; ++count) {
    std::vector<std::uint32_t> records;
    for (unsigned i = 0; i < count; ++i) records.push_back(100 + i * i * 16);
    NumberedRoll roll(records, {});
    for (unsigned i = 0; i < count; ++i) {
      EXPECT_EQ(position_of(roll, records[i]), i);
      EXPECT_EQ(position_of(roll, records[i] + 1), count);
      EXPECT_EQ(position_of(roll, records[i] - 1), count);
    }
    EXPECT_EQ(position_of(roll, 0), count);
    EXPECT_EQ(position_of(roll, kRecordNumbers), count);
  }
}

TEST(Roll, LowerBoundAndFind) {
  for (std::uint32_t count = 0; count < 20; ++count) {
    std::vector<IndexKey> keys;
    for (std::uint32_t i = 0; i < count; ++i) keys.push_back({0, 7, 10 + 2 * i});
    NumberedRoll roll({}, keys);
    IndexEntry entry;
    for (std::uint32_t i = 0; i < count; ++i) {
      EXPECT_EQ(roll.lower_bound({0, 7, 10 + 2 * i}), i);
      EXPECT_EQ(roll.lower_bound({0, 7, 9 + 2 * i}), i);
      EXPECT_TRUE(index_find(roll, {0, 7, 10 + 2 * i}, entry));
      EXPECT_FALSE(index_find(roll, {0, 7, 9 + 2 * i}, entry));
    }
    EXPECT_EQ(roll.lower_bound({}), 0U);
    EXPECT_EQ(roll.lower_bound({1, 0, 0}), count);
    EXPECT_FALSE(index_find(roll, {1, 0, 0}, entry));
  }
}

TEST(IndexKey, HoldsTheModifiersOfATrigger) {
  for (unsigned exact = 0; exact < 256; ++exact) {
    for (unsigned either = 0; either < 16; ++either) {
      const TriggerMods mods{static_cast<std::uint8_t>(exact), static_cast<std::uint8_t>(either)};
      const IndexKey key = trigger_key(5, TriggerKind::press, mods, 0x3A);
      EXPECT_EQ(key_mods(key), mods);
      EXPECT_EQ(key.low >> 16, 0x3AU);
      const TriggerMods open{mods.exact, mods.either, true};
      const IndexKey other = trigger_key(5, TriggerKind::press, open, 0x3A);
      EXPECT_EQ(key_mods(other), open);
      EXPECT_GT(other, trigger_key(5, TriggerKind::press, {0xFF, 0xF}, 0xFFFF));
      EXPECT_LT(other, trigger_key(5, TriggerKind::leader, {}, 0));
    }
  }
}

TEST(IndexKey, TriggersThatNameTheSameModifiersStandTogether) {
  const auto key = [](std::uint8_t exact, std::uint8_t either) {
    return trigger_key(0, TriggerKind::press, {exact, either}, 4);
  };
  // ctrl, shift, LCTRL, and both of each: what names ctrl comes before what names shift or both.
  EXPECT_LT(key(0, 0), key(0, 1));
  EXPECT_LT(key(0, 1), key(0x01, 0));
  EXPECT_LT(key(0x01, 0), key(0x10, 0));
  EXPECT_LT(key(0x11, 0), key(0, 2));
  EXPECT_LT(key(0x20, 0), key(0, 3));
  EXPECT_LT(key(0, 3), key(0x01, 2));
  EXPECT_LT(key(0x21, 0), trigger_key(0, TriggerKind::press, {}, 5));
}

}  // namespace
}  // namespace pianola::lang
