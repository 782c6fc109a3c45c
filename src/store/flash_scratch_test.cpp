#include "store/flash_scratch.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/status.hpp"
#include "lang/compile/compiler.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using test::many_macros;
using test::StoreDevice;

/// What the compiler remembers of something in a file, number `i` in its order: all kinds, usual
/// and unusual.
lang::ScratchRecord record(std::uint32_t i) {
  using lang::IndexSpace;
  using lang::TriggerKind;
  std::mt19937 random(i);
  const auto number = [&] { return static_cast<std::uint32_t>(random()); };
  const auto below = [&](std::uint32_t end) { return number() % end; };
  const auto seldom = [&](std::uint32_t value) { return below(8) == 0 ? value : 0; };
  lang::ScratchRecord record;
  record.entry.record = i / 2 + i / 500 * 1000;
  record.known = {i * 20 + i / 300 * 0x10000, i / 3 + 1, below(100) + 1};
  record.offset = record.known.offset + (below(50) == 0 ? below(0x100000) : below(20));
  switch (below(8)) {
    case 0:
    case 1:
    case 2: {
      using lang::kAnyParameters;
      constexpr std::array<std::pair<IndexSpace, std::uint8_t>, 8> kUses{{
          {IndexSpace::macro, 0},
          {IndexSpace::macro, 9},
          {IndexSpace::macro, kAnyParameters},
          {IndexSpace::variable, lang::kNumberUse},
          {IndexSpace::variable, lang::kTextUse},
          {IndexSpace::variable, lang::kAssignedUse},
          {IndexSpace::layer, 0},
          {IndexSpace::layer, kAnyParameters},
      }};
      const auto [space, params] = kUses[below(kUses.size())];
      record.role = lang::ScratchRecord::Role::use;
      record.entry.key = lang::name_key(space, number());
      record.entry.params = params;
      return record;
    }
    case 3:
    case 4:
    case 5:
      record.entry.key = lang::name_key(static_cast<IndexSpace>(below(5) + 1), number());
      if (lang::key_space(record.entry.key) == IndexSpace::setting) record.length = 5;
      record.text = below(4) == 0;
      break;
    default: {
      const std::uint32_t scope = below(2) * (0x01020304 + i / 10);
      const auto kind = static_cast<TriggerKind>(below(10));
      const auto exact = static_cast<std::uint8_t>(seldom(below(256)));
      const auto either = static_cast<std::uint8_t>(below(16));
      lang::TriggerMods mods{exact, either, (exact | either) != 0 && below(9) == 0};
      if (kind == TriggerKind::text || kind == TriggerKind::event) mods = {};
      const auto second = static_cast<std::uint16_t>(seldom(below(0x10000)));
      record.entry.key =
          lang::trigger_key(scope, kind, mods, below(2) == 0 ? below(200) : below(0x10000), second);
      record.entry.key.high |= seldom(lang::kManyInIndex);
      record.length = static_cast<std::uint8_t>(below(256));
      record.first_is_character = below(2) == 0;
      record.second_is_character = below(5) == 0;
      record.copy = below(9) == 0;
      record.binding = below(2) == 0;
    }
  }
  record.entry.code = seldom(number());
  record.entry.body = record.entry.code + std::array{2U, 3U, 6U, 700U}[below(4)];
  record.entry.labels = seldom(number());
  record.entry.frame = static_cast<std::uint8_t>(seldom(below(256)));
  record.entry.params = static_cast<std::uint8_t>(seldom(below(256)));
  record.decides = below(6) == 0;
  record.options = seldom(number());
  return record;
}

/// All but what the scratch adds and what it may tell less exactly.
void expect_same(lang::ScratchRecord found, const lang::ScratchRecord& wanted) {
  EXPECT_LE(found.known.offset, wanted.known.offset);
  EXPECT_LE(found.known.line, wanted.known.line);
  found.known = wanted.known;
  found.next = wanted.next;
  EXPECT_TRUE(found == wanted) << "record at " << wanted.offset;
}

/// Reads the first `count` of record(first) and those after it. Returns where they stand.
std::vector<std::uint32_t> expect_records(FlashScratch& scratch, std::uint32_t first,
                                          std::uint32_t count) {
  std::vector<std::uint32_t> places;
  lang::ScratchRecord found;
  for (std::uint32_t i = 0; i < count; ++i) {
    places.push_back(found.next);
    EXPECT_TRUE(scratch.read(found.next, found)) << i;
    expect_same(found, record(first + i));
  }
  return places;
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
  // Chunks of 256 bytes, each with its base and less than a record left over.
  const std::uint32_t fits =
      (1024 - FlashScratch::kLeastMemory) / 256 * (180 / FlashScratch::kRecordSize);
  for (std::uint32_t i = 0; i < fits; ++i) ASSERT_EQ(scratch.append(record(i)), Status::ok);
  expect_records(scratch, 0, fits);
  EXPECT_EQ(flash.counts().programs, 0U);
  EXPECT_EQ(flash.counts().erases, 0U);
  lang::ScratchRecord none;
  EXPECT_FALSE(scratch.read(1024, none));
}

TEST_P(FlashScratchTest, RecordsAndItemsComeBackFromFlash) {
  const std::uint32_t before = free();
  FlashScratch scratch{device.store.log(), memory};
  const std::uint32_t records = GetParam().sector_size / 6;
  const std::uint32_t items = 3 * GetParam().sector_size / FlashScratch::kItemSize;
  for (unsigned round = 0; round < 3; ++round) {
    for (std::uint32_t i = 0; i < records; ++i) {
      ASSERT_EQ(scratch.append(record(i + round)), Status::ok) << i;
      if (i % 50 == 0) expect_records(scratch, round, i + 1);
    }
    // Items are a queue: what was released is not read again.
    const std::vector<std::uint32_t> places = expect_records(scratch, round, records);
    for (std::uint32_t i = 0; i < items; ++i) {
      ASSERT_EQ(scratch.append_item(places[i % records]), Status::ok) << i;
      std::uint32_t found = 0;
      ASSERT_TRUE(scratch.read_item(i / 2, found));
      EXPECT_EQ(found, places[i / 2 % records]);
      if (i % 100 == 0) scratch.release_items(i / 2);
    }
    for (std::uint32_t i = records; i-- > 0;) {
      lang::ScratchRecord found;
      ASSERT_TRUE(scratch.read(places[i], found));
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

TEST_P(FlashScratchTest, MoreThan64KBOfRecords) {
  std::vector<std::uint8_t> much(200'000);
  FlashScratch scratch{device.store.log(), much};
  constexpr std::uint32_t kRecords = 6000;
  for (std::uint32_t i = 0; i < kRecords; ++i) ASSERT_EQ(scratch.append(record(i)), Status::ok);
  const std::vector<std::uint32_t> places = expect_records(scratch, 0, kRecords);
  ASSERT_GT(places.back(), 0x10000U);
  for (const std::uint32_t place : places) ASSERT_EQ(scratch.append_item(place), Status::ok);
  for (std::uint32_t i = 0; i < places.size(); ++i) {
    std::uint32_t place = 0;
    ASSERT_TRUE(scratch.read_item(i, place));
    EXPECT_EQ(place, places[i]);
  }
}

TEST_P(FlashScratchTest, LinesAndColumnsAreFoundAgain) {
  using Place = std::pair<std::uint32_t, std::uint32_t>;
  std::string text = "\xEF\xBB\xBF# \u00e9\r\n";
  std::vector<Place> wanted;
  std::uint32_t line = 2;
  for (unsigned i = 0; i < 300; ++i) {
    // Of ten macros one calls what is not there, and one has the name of another.
    const std::string number = std::to_string(i % 10 == 1 ? i - 1 : i);
    text += "macro m" + number + " {  # \U0001f600\r\n  \"\u20ac\" call ";
    text += (i % 10 == 0 ? "nope" : "m" + number) + "() ENTER\r\n}\r\n";
    if (i % 10 == 0) wanted.emplace_back(line + 1, 12);
    if (i % 10 == 1) wanted.emplace_back(line, 7);
    line += 3;
  }
  FlashScratch scratch{device.store.log(), memory};
  memory::Source source{text};
  memory::Roll roll{&source};
  memory::Findings findings;
  EXPECT_EQ(lang::Compiler(source, roll, scratch, findings).run(), Status::errors);
  findings.sort();
  std::vector<Place> found;
  for (const auto& finding : findings.all()) {
    const lang::Diagnostic& told = finding.diagnostic;
    if (told.warning) continue;
    found.emplace_back(told.at.line, told.at.column);
    const bool taken = told.message == lang::Message::name_taken;
    EXPECT_EQ(text.substr(told.at.offset, told.length), finding.a);
    EXPECT_EQ(taken ? told.other.line + 3 : 0, taken ? told.at.line : 0);
    EXPECT_EQ(told.other.column, taken ? 7 : 0);
  }
  EXPECT_EQ(found, wanted);
}

INSTANTIATE_TEST_SUITE_P(Geometries, FlashScratchTest,
                         testing::Values(flash::Geometry{4096, 256, 32},
                                         flash::Geometry{4096, 4, 32}, flash::Geometry{4096, 1, 32},
                                         flash::Geometry{1024, 8, 48}));

// ---- How much room it takes --------------------------------------------------------------------

/// Counts the records of a scratch, and the pages that it has at a time.
class MeasuredScratch final : public lang::Scratch {
 public:
  MeasuredScratch(lang::Scratch& scratch, const Log& log)
      : scratch_(scratch), log_(log), free_(log.free_pages()) {}

  Status append(const lang::ScratchRecord& record) override {
    ++records_;
    return look(scratch_.append(record));
  }
  bool read(std::uint32_t place, lang::ScratchRecord& out) override {
    return scratch_.read(place, out);
  }
  Status append_item(std::uint32_t place) override { return look(scratch_.append_item(place)); }
  bool read_item(std::uint32_t index, std::uint32_t& place) override {
    return scratch_.read_item(index, place);
  }
  void release_items(std::uint32_t count) override { scratch_.release_items(count); }
  void clear() override { scratch_.clear(); }

  [[nodiscard]] std::uint32_t records() const { return records_; }
  [[nodiscard]] std::uint32_t most_pages() const { return most_; }

 private:
  Status look(Status status) {
    most_ = std::max(most_, free_ - log_.free_pages());
    return status;
  }

  lang::Scratch& scratch_;
  const Log& log_;
  std::uint32_t free_;
  std::uint32_t records_ = 0;
  std::uint32_t most_ = 0;
};

/// Bytes of flash for each of the `wanted` declarations and uses that `text` has.
double bytes_for_each(const std::string& text, std::uint32_t wanted) {
  memory::SimulatedFlash flash{{4096, 1, 64}};
  StoreDevice device{flash};
  EXPECT_EQ(device.store.format(), Status::ok);
  Log& log = device.store.log();
  log.begin(log.reserve());
  std::array<std::uint8_t, FlashScratch::kLeastMemory> memory{};
  FlashScratch scratch{log, memory};
  MeasuredScratch measured{scratch, log};
  memory::Source source{text};
  memory::Roll roll{&source};
  memory::Findings findings;
  lang::Compiler compiler{source, roll, measured, findings};
  EXPECT_EQ(compiler.run(), Status::ok) << findings.text("macros.txt", source);
  EXPECT_EQ(measured.records(), wanted);
  // Half a page more is in RAM.
  return (measured.most_pages() + 0.5) * kPage / wanted;
}

/// `count` times `line`, in which `@` is a number and `~` some key with modifiers.
std::string lines(std::uint32_t count, std::string_view line) {
  std::string text;
  for (std::uint32_t i = 0; i < count; ++i) {
    for (const char c : line) {
      if (c == '@') {
        text += std::to_string(i);
      } else if (c == '~') {
        constexpr std::array<const char*, 4> kMods{"ctrl", "shift", "alt", "gui"};
        for (std::size_t bit = 0; bit < 4; ++bit) {
          if ((i / 26 + 1) >> bit & 1U) text += std::string(kMods[bit]) + '+';
        }
        text += static_cast<char>('a' + i % 26);
      } else {
        text += c;
      }
    }
  }
  return text;
}

TEST(FlashScratchBytes, OfAThousandDefinitions) {
  const std::string macros = lines(1000, "macro m@ { \"some text that is typed\" }\n");
  EXPECT_LE(bytes_for_each(macros, 1000), 13);
  EXPECT_LE(bytes_for_each(lines(60, "var v@ = 3\n"), 60), 12);
  EXPECT_LE(bytes_for_each(lines(300, "text t@ = \"some text\"\n"), 600), 12);
}

TEST(FlashScratchBytes, OfAThousandBindings) {
  EXPECT_LE(bytes_for_each(lines(390, "~ { \"some text\" }\n"), 390), 13.5);
  EXPECT_LE(bytes_for_each(lines(390, "~ = F1\n"), 390), 13.5);
  std::string layers;
  for (unsigned layer = 0; layer < 5; ++layer) {
    layers += "layer l" + std::to_string(layer) + " {\n" + lines(200, "  ~ { \"text\" }\n") + "}\n";
  }
  EXPECT_LE(bytes_for_each(layers, 1005), 16.5);
  EXPECT_LE(bytes_for_each(lines(1000, "\"word@\" { \"some text\" }\n"), 1000), 15);
}

TEST(FlashScratchBytes, OfAThousandUses) {
  std::string calls = "macro m { \"x\" }\n F1 {\n" + lines(1000, "  call m()\n") + "}\n";
  EXPECT_LE(bytes_for_each(calls, 1002), 12.5);
  calls = "macro m(a, b) { \"${a}${b}\" }\n F1 {\n" + lines(1000, "  call m(1, @)\n") + "}\n";
  EXPECT_LE(bytes_for_each(calls, 1002), 14);
  const std::string values = "var v = 1\n F1 {\n" + lines(1000, "  \"${v}\"\n") + "}\n";
  EXPECT_LE(bytes_for_each(values, 1002), 12.5);
}

}  // namespace
}  // namespace pianola::store
