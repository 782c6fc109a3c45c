#include "usb/report_splitter.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace pianola::usb {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

hid::Report keys(std::initializer_list<int> usages, hid::Modifiers mods = 0) {
  hid::Report report;
  report.mods = mods;
  for (const int usage : usages) report.keys.add(static_cast<std::uint8_t>(usage));
  return report;
}

/// A report in words: `mm:k1 k2 k3 k4 k5 k6`, `keys:…`, `consumer:…`, `system:…`, `mouse:…`.
std::string text_of(const Part& part) {
  const auto hex = [](unsigned value) {
    char text[8];
    std::snprintf(text, sizeof text, "%02x", value);
    return std::string(text);
  };
  std::string text;
  switch (part.id) {
    case ReportId::none:
      text = hex(part.bytes[0]) + ":";
      for (std::size_t i = 2; i < part.size; ++i) text += (i > 2 ? " " : "") + hex(part.bytes[i]);
      return text;
    case ReportId::keys:
      text = "keys:";
      for (unsigned usage = kFirstExtraKey; usage <= kLastExtraKey; ++usage) {
        const unsigned bit = usage - kFirstExtraKey;
        if ((part.bytes[bit / 8] >> (bit % 8) & 1) != 0) text += hex(usage);
      }
      return text;
    case ReportId::consumer:
      return "consumer:" + hex(part.bytes[0] | part.bytes[1] << 8U);
    case ReportId::system:
      return "system:" + hex(part.bytes[0]);
    case ReportId::mouse:
      text = "mouse:";
      for (std::size_t i = 0; i < part.size; ++i) text += hex(part.bytes[i]);
      return text;
  }
  return text;
}

/// All that is to be sent for what was set.
std::vector<std::string> parts(ReportSplitter& splitter) {
  std::vector<std::string> all;
  for (std::optional<Part> part = splitter.next(); part; part = splitter.next()) {
    all.push_back(text_of(*part));
    splitter.sent(*part);
    if (all.size() > 20) break;
  }
  return all;
}
std::vector<std::string> parts(ReportSplitter& splitter, const hid::Report& report) {
  splitter.set(report);
  return parts(splitter);
}

TEST(ReportSplitter, SaysNothingAtFirst) {
  ReportSplitter splitter;
  EXPECT_THAT(parts(splitter), IsEmpty());
  EXPECT_THAT(parts(splitter, {}), IsEmpty());
}

TEST(ReportSplitter, AKeyAndAModifier) {
  ReportSplitter splitter;
  EXPECT_THAT(parts(splitter, keys({0x04}, 0x02)), ElementsAre("02:04 00 00 00 00 00"));
  EXPECT_THAT(parts(splitter, keys({0x04}, 0x02)), IsEmpty());
  EXPECT_THAT(parts(splitter, keys({0x05})), ElementsAre("00:05 00 00 00 00 00"));
  EXPECT_THAT(parts(splitter, {}), ElementsAre("00:00 00 00 00 00 00"));
}

TEST(ReportSplitter, KeysKeepTheirPlaces) {
  ReportSplitter splitter;
  parts(splitter, keys({0x04, 0x05, 0x06}));
  EXPECT_THAT(parts(splitter, keys({0x04, 0x06})), ElementsAre("00:04 00 06 00 00 00"));
  EXPECT_THAT(parts(splitter, keys({0x04, 0x06, 0x07})), ElementsAre("00:04 07 06 00 00 00"));
}

TEST(ReportSplitter, TheSeventhKeyIsInTheOtherReport) {
  ReportSplitter splitter;
  parts(splitter, keys({4, 5, 6, 7, 8, 9}));
  EXPECT_THAT(parts(splitter, keys({4, 5, 6, 7, 8, 9, 0x0A})), ElementsAre("keys:0a"));
  // It stays there when a place is free.
  EXPECT_THAT(parts(splitter, keys({5, 6, 7, 8, 9, 0x0A})), ElementsAre("00:00 05 06 07 08 09"));
  EXPECT_THAT(parts(splitter, keys({5, 6, 7, 8, 9, 0x0A, 0x0B})),
              ElementsAre("00:0b 05 06 07 08 09"));
  EXPECT_THAT(parts(splitter, {}), ElementsAre("keys:", "00:00 00 00 00 00 00"));
  EXPECT_THAT(parts(splitter, keys({0x0A})), ElementsAre("00:0a 00 00 00 00 00"));
}

TEST(ReportSplitter, KeysBeyondSixThatHaveNoBitWaitForAPlace) {
  ReportSplitter splitter;
  parts(splitter, keys({4, 5, 6, 7, 8, 9}));
  EXPECT_THAT(parts(splitter, keys({4, 5, 6, 7, 8, 9, 0xE8})), IsEmpty());
  EXPECT_THAT(parts(splitter, keys({4, 5, 6, 7, 8, 0xE8})), ElementsAre("00:04 05 06 07 08 e8"));
}

TEST(ReportSplitter, EachPageHasItsReport) {
  ReportSplitter splitter;
  hid::Report report = keys({0x04});
  report.consumer = 0x00CD;
  report.system = 0x82;
  report.buttons = 0x05;
  EXPECT_THAT(parts(splitter, report), ElementsAre("00:04 00 00 00 00 00", "consumer:cd",
                                                   "system:82", "mouse:050000000000"));
  EXPECT_THAT(parts(splitter, {}), ElementsAre("mouse:000000000000", "system:00", "consumer:00",
                                               "00:00 00 00 00 00 00"));
}

TEST(ReportSplitter, MotionIsSentOnce) {
  ReportSplitter splitter;
  hid::Report report;
  report.x = 10;
  report.y = -2;
  report.wheel = -1;
  EXPECT_THAT(parts(splitter, report), ElementsAre("mouse:000a00feffff"));
  EXPECT_THAT(parts(splitter), IsEmpty());
  EXPECT_THAT(parts(splitter, report), ElementsAre("mouse:000a00feffff"));
  report.buttons = 1;
  EXPECT_THAT(parts(splitter, report), ElementsAre("mouse:010a00feffff"));
  // With keys: when all that goes up is up.
  hid::Report other = keys({0x04});
  other.x = 1;
  EXPECT_THAT(parts(splitter, other),
              ElementsAre("mouse:000000000000", "00:04 00 00 00 00 00", "mouse:000100000000"));
}

TEST(ReportSplitter, WhatGoesUpComesFirst) {
  ReportSplitter splitter;
  parts(splitter, keys({4, 5, 6, 7, 8, 9}));
  parts(splitter, keys({4, 5, 6, 7, 8, 9, 0x0A}));
  // One key goes up on each interface, one down on each.
  EXPECT_THAT(parts(splitter, keys({5, 6, 7, 8, 9, 0x0B, 0x0C})),
              ElementsAre("keys:", "00:0b 05 06 07 08 09", "keys:0c"));
  // A modifier goes down before the key that goes with it.
  EXPECT_THAT(parts(splitter, keys({5, 6, 7, 8, 9, 0x0B, 0x0D}, 0x02)),
              ElementsAre("keys:", "02:0b 05 06 07 08 09", "keys:0d"));
  // And up after it.
  EXPECT_THAT(parts(splitter, keys({5, 6, 7, 8, 9, 0x0B})),
              ElementsAre("keys:", "00:0b 05 06 07 08 09"));
}

TEST(ReportSplitter, BootProtocolHasAllInOneReport) {
  ReportSplitter splitter;
  splitter.set_boot(true);
  EXPECT_THAT(parts(splitter, keys({9, 8, 7, 6, 5, 4})), ElementsAre("00:04 05 06 07 08 09"));
  hid::Report report = keys({9, 8, 7, 6, 5, 4, 0x0A}, 0x01);
  report.consumer = 0xCD;
  report.x = 4;
  EXPECT_THAT(parts(splitter, report), ElementsAre("01:01 01 01 01 01 01"));
  EXPECT_THAT(parts(splitter, keys({8, 7, 6, 5, 4, 0x0A})), ElementsAre("00:04 05 06 07 08 0a"));
}

TEST(ReportSplitter, AChangeOfProtocolSaysWhatIsDown) {
  ReportSplitter splitter;
  const hid::Report seven = keys({4, 5, 6, 7, 8, 9, 0x0A});
  EXPECT_THAT(parts(splitter, seven), ElementsAre("00:04 05 06 07 08 09", "keys:0a"));
  splitter.set_boot(true);
  EXPECT_THAT(parts(splitter), ElementsAre("00:01 01 01 01 01 01"));
  splitter.set_boot(false);
  EXPECT_THAT(parts(splitter), ElementsAre("00:04 05 06 07 08 09"));
  splitter.set_boot(true);
  EXPECT_THAT(parts(splitter, {}), ElementsAre("00:00 00 00 00 00 00"));
  splitter.set_boot(false);
  EXPECT_THAT(parts(splitter), ElementsAre("keys:"));
}

TEST(ReportSplitter, NothingForAnInterfaceThatNobodyReads) {
  ReportSplitter splitter;
  splitter.set_extra(false);
  hid::Report report = keys({4, 5, 6, 7, 8, 9, 0x0A});
  report.x = 4;
  EXPECT_THAT(parts(splitter, report), ElementsAre("00:04 05 06 07 08 09"));
  splitter.set_extra(true);
  EXPECT_THAT(parts(splitter), ElementsAre("keys:0a"));
}

TEST(ReportSplitter, TellsWhatItSaidLast) {
  ReportSplitter splitter;
  hid::Report report = keys({0x04}, 0x02);
  report.consumer = 0x1CD;
  parts(splitter, report);
  EXPECT_EQ(text_of(splitter.state(Interface::keyboard, ReportId::none)), "02:04 00 00 00 00 00");
  EXPECT_EQ(text_of(splitter.state(Interface::extra, ReportId::consumer)), "consumer:1cd");
  EXPECT_EQ(splitter.state(Interface::extra, ReportId::mouse).size, 6);
  EXPECT_EQ(splitter.state(Interface::keyboard, ReportId::keys).size, 0);
  EXPECT_EQ(splitter.state(Interface::extra, ReportId::none).size, 0);
  EXPECT_EQ(splitter.state(Interface::extra, static_cast<ReportId>(5)).size, 0);
}

/// What a host has of the reports.
struct HostView {
  std::multiset<int> boot;
  std::set<int> extra;
  unsigned mods = 0;
  unsigned consumer = 0;
  unsigned system = 0;
  unsigned buttons = 0;

  void take(const Part& part) {
    switch (part.id) {
      case ReportId::none:
        mods = part.bytes[0];
        boot.clear();
        for (std::size_t i = 2; i < 8; ++i) {
          if (part.bytes[i] != 0) boot.insert(part.bytes[i]);
        }
        break;
      case ReportId::keys:
        extra.clear();
        for (int usage = kFirstExtraKey; usage <= kLastExtraKey; ++usage) {
          const int bit = usage - kFirstExtraKey;
          if ((part.bytes[static_cast<std::size_t>(bit / 8)] >> (bit % 8) & 1) != 0) {
            extra.insert(usage);
          }
        }
        break;
      case ReportId::consumer:
        consumer = part.bytes[0] | part.bytes[1] << 8U;
        break;
      case ReportId::system:
        system = part.bytes[0];
        break;
      case ReportId::mouse:
        buttons = part.bytes[0];
        break;
    }
  }
  [[nodiscard]] std::multiset<int> down() const {
    std::multiset<int> all = boot;
    all.insert(extra.begin(), extra.end());
    return all;
  }
};

/// Whatever is pressed: the host ends with just that, no key is down twice or moves, and no key
/// goes down while one that is to go up is down.
TEST(ReportSplitter, AnySequenceOfReports) {
  std::mt19937 random(7);
  const auto pick = [&](unsigned n) { return static_cast<int>(random() % n); };
  ReportSplitter splitter;
  HostView host;
  for (int round = 0; round < 20000; ++round) {
    hid::Report report;
    const int count = pick(10);
    for (int i = 0; i < count; ++i) report.keys.add(static_cast<std::uint8_t>(4 + pick(12)));
    report.mods = static_cast<hid::Modifiers>(pick(4));
    report.consumer = static_cast<std::uint16_t>(pick(2) * 0xCD);
    report.system = static_cast<std::uint8_t>(pick(2) * 0x82);
    report.buttons = static_cast<std::uint8_t>(pick(2));
    std::multiset<int> wanted;
    report.keys.for_each([&](std::uint8_t usage) { wanted.insert(usage); });
    splitter.set(report);
    const HostView before = host;
    unsigned sent = 0;
    while (const std::optional<Part> part = splitter.next()) {
      ASSERT_LT(++sent, 12U);
      const std::multiset<int> had = host.down();
      host.take(*part);
      splitter.sent(*part);
      const std::multiset<int> has = host.down();
      ASSERT_EQ(std::set<int>(has.begin(), has.end()).size(), has.size()) << "a key is down twice";
      const bool pressed = !std::includes(had.begin(), had.end(), has.begin(), has.end());
      const bool stale = !std::includes(wanted.begin(), wanted.end(), has.begin(), has.end());
      ASSERT_FALSE(pressed && stale) << "a key goes down before another is up";
      for (const int usage : host.boot)
        ASSERT_FALSE(before.extra.count(usage) != 0 && wanted.count(usage) != 0);
      for (const int usage : host.extra) ASSERT_EQ(before.boot.count(usage), 0U);
    }
    ASSERT_EQ(host.down(), wanted);
    ASSERT_EQ(host.mods, report.mods);
    ASSERT_EQ(host.consumer, report.consumer);
    ASSERT_EQ(host.system, report.system);
    ASSERT_EQ(host.buttons, report.buttons);
  }
}

}  // namespace
}  // namespace pianola::usb
