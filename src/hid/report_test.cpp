#include "hid/report.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace pianola::hid {
namespace {

std::vector<int> members(const KeySet& keys) {
  std::vector<int> list;
  keys.for_each([&](std::uint8_t usage) { list.push_back(usage); });
  return list;
}

Report report_of(Modifiers mods, std::initializer_list<int> keys) {
  Report report;
  report.mods = mods;
  for (const int usage : keys) report.keys.add(static_cast<std::uint8_t>(usage));
  return report;
}

TEST(KeySetTest, AddsRemovesAndCounts) {
  KeySet keys;
  EXPECT_TRUE(keys.empty());
  for (const std::uint8_t usage : {0xFF, 0x04, 0x20, 0x1F, 0xE0}) keys.add(usage);
  keys.add(0x04);
  EXPECT_EQ(keys.count(), 5U);
  EXPECT_EQ(members(keys), (std::vector<int>{0x04, 0x1F, 0x20, 0xE0, 0xFF}));
  EXPECT_TRUE(keys.contains(0x20));
  keys.remove(0x20);
  keys.remove(0x21);
  EXPECT_FALSE(keys.contains(0x20));
  EXPECT_EQ(keys.count(), 4U);
  keys.clear();
  EXPECT_TRUE(keys.empty());
  EXPECT_EQ(keys, KeySet{});
}

TEST(KeySetTest, NeverHoldsTheUsageForNoKey) {
  KeySet keys;
  keys.add(0);
  EXPECT_TRUE(keys.empty());
  EXPECT_FALSE(keys.contains(0));
}

TEST(KeySetTest, SetOperations) {
  KeySet a = report_of(0, {1, 40, 200}).keys;
  const KeySet b = report_of(0, {40, 41}).keys;
  KeySet both = a;
  both |= b;
  EXPECT_EQ(members(both), (std::vector<int>{1, 40, 41, 200}));
  KeySet common = a;
  common &= b;
  EXPECT_EQ(members(common), (std::vector<int>{40}));
  a -= b;
  EXPECT_EQ(members(a), (std::vector<int>{1, 200}));
}

TEST(ReportTest, PressAndReleaseGoToTheFieldOfThePage) {
  Report report;
  for (const Usage usage :
       {keyboard_usage(0x04), kLeftShift, kRightGui, consumer_usage(0xE9), system_usage(0x82)}) {
    EXPECT_FALSE(report.contains(usage));
    report.press(usage);
    EXPECT_TRUE(report.contains(usage));
  }
  EXPECT_EQ(report.mods, kLShift | kRGui);
  EXPECT_EQ(members(report.keys), (std::vector<int>{0x04}));
  EXPECT_EQ(report.consumer, 0xE9);
  EXPECT_EQ(report.system, 0x82);

  report.release(consumer_usage(0xEA));  // not down
  EXPECT_EQ(report.consumer, 0xE9);
  for (const Usage usage :
       {keyboard_usage(0x04), kLeftShift, kRightGui, consumer_usage(0xE9), system_usage(0x82)}) {
    EXPECT_FALSE(report.empty());
    report.release(usage);
  }
  EXPECT_TRUE(report.empty());
  EXPECT_EQ(report, Report{});
}

TEST(BootReportTest, KeysAreAscending) {
  EXPECT_EQ(boot_report(Report{}), (BootReport{}));
  EXPECT_EQ(boot_report(report_of(0x42, {0x1D, 0x04, 0x64})),
            (BootReport{0x42, 0, 0x04, 0x1D, 0x64, 0, 0, 0}));
}

TEST(BootReportTest, SixKeysFit) {
  EXPECT_EQ(boot_report(report_of(0, {9, 8, 7, 6, 5, 4})), (BootReport{0, 0, 4, 5, 6, 7, 8, 9}));
}

TEST(BootReportTest, MoreThanSixKeysRollOverAndKeepModifiers) {
  const Report report = report_of(0x81, {4, 5, 6, 7, 8, 9, 10});
  EXPECT_EQ(boot_report(report), (BootReport{0x81, 0, 1, 1, 1, 1, 1, 1}));
  EXPECT_EQ(parse_boot_report(boot_report(report)), std::nullopt);
}

TEST(BootReportTest, ModifiersTakeNoPlace) {
  Report report = report_of(0, {4, 5, 6, 7, 8, 9});
  for (unsigned bit = 0; bit < 8; ++bit) report.press(modifier_usage(bit));
  EXPECT_EQ(boot_report(report), (BootReport{0xFF, 0, 4, 5, 6, 7, 8, 9}));
}

TEST(BootReportTest, ParsesBack) {
  const Report report = report_of(0x12, {0x04, 0x39, 0xDD});
  EXPECT_EQ(parse_boot_report(boot_report(report)), report);
  // Hosts take keys in any order and twice.
  EXPECT_EQ(parse_boot_report(BootReport{0x12, 7, 0xDD, 0, 0x39, 0x04, 0x04, 0}), report);
}

TEST(NkroReportTest, OneBitAKey) {
  NkroReport expected{};
  EXPECT_EQ(nkro_report(Report{}), expected);
  expected[0] = 0x20;
  expected[1] = 0x10;             // 04
  expected[1 + 0x27 / 8] = 0x80;  // 27
  expected[1 + 0x28 / 8] = 0x01;  // 28
  expected[1 + 0xDF / 8] = 0x80;  // DF
  EXPECT_EQ(nkro_report(report_of(0x20, {0x04, 0x27, 0x28, 0xDF})), expected);
}

TEST(NkroReportTest, HoldsEveryKeyAtOnce) {
  Report report;
  report.mods = 0xFF;
  for (int usage = 1; usage < 0xE0; ++usage) report.keys.add(static_cast<std::uint8_t>(usage));
  EXPECT_EQ(parse_nkro_report(nkro_report(report)), report);
}

TEST(NkroReportTest, ModifierUsagesAmongTheKeysAreModifiers) {
  EXPECT_EQ(nkro_report(report_of(0x01, {0xE1, 0xE7, 0xE8, 0xFF})),
            nkro_report(report_of(0x83, {})));
}

}  // namespace
}  // namespace pianola::hid
