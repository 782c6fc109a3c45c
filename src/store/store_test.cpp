#include "store/store.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/status.hpp"
#include "support/store_device.hpp"
#include "support/volume.hpp"

namespace pianola::store {
namespace {

using test::many_macros;
using test::StoreDevice;

constexpr flash::Geometry kRp2040{4096, 256, 64};

std::vector<std::uint8_t> code_of(lang::Roll& roll, std::uint32_t position) {
  const std::uint32_t record = roll.record_at(position);
  std::vector<std::uint8_t> code;
  std::array<std::uint8_t, 50> piece;
  while (const std::size_t count =
             roll.read_code(record, static_cast<std::uint32_t>(code.size()), piece)) {
    code.insert(code.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return code;
}

/// Compares the stored roll with what the compiler makes of the text in memory.
void expect_holds(StoreDevice& device, const std::string& text) {
  EXPECT_EQ(device.text(), text);
  memory::Source source{text};
  memory::Roll wanted{&source};
  memory::Findings findings;
  ASSERT_EQ(memory::compile(text, wanted, findings), Status::ok);
  StoredRoll& roll = device.store.roll();
  ASSERT_EQ(roll.size(), wanted.size());
  for (std::uint32_t i = 0; i < roll.size(); ++i) {
    EXPECT_EQ(code_of(roll, i), wanted.definitions()[i].code) << i;
  }
  ASSERT_EQ(roll.index_size(), wanted.index_size());
  for (std::uint32_t i = 0; i < roll.index_size(); ++i) {
    lang::IndexEntry entry;
    lang::IndexEntry expected;
    ASSERT_TRUE(roll.index_entry(i, entry));
    ASSERT_TRUE(wanted.index_entry(i, expected));
    EXPECT_EQ(entry.key, expected.key);
    EXPECT_EQ(entry.record, roll.record_at(expected.record));
    EXPECT_EQ(entry.body, expected.body);
    EXPECT_EQ(roll.lower_bound(entry.key), i);
  }
}

struct StoreTest : testing::TestWithParam<flash::Geometry> {
  memory::SimulatedFlash flash{GetParam()};
};

TEST_P(StoreTest, HoldsWhatWasSavedAfterARestart) {
  const std::string text =
      "# first\nF1 { \"hello\" }\n\nmacro twice(n) { repeat n { tap a } }\nF2 { call twice(3) }\n# "
      "end\n";
  {
    StoreDevice device{flash};
    EXPECT_EQ(device.store.mount(), Mount::unformatted);
    ASSERT_EQ(device.store.format(), Status::ok);
    EXPECT_FALSE(device.store.saved());
    ASSERT_EQ(device.save(text), Status::ok);
    EXPECT_TRUE(device.store.saved());
    expect_holds(device, text);
  }
  StoreDevice device{flash};
  ASSERT_EQ(device.store.mount(), Mount::ok);
  expect_holds(device, text);
}

TEST_P(StoreTest, AnEditWritesOnlyWhatChanged) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  std::string text = many_macros(60, 80);
  ASSERT_EQ(device.save(text), Status::ok);
  EXPECT_EQ(device.written, 60U);
  const std::size_t at = text.find("number 30");
  text[at] = 'N';
  ASSERT_EQ(device.save(text), Status::ok);
  EXPECT_EQ(device.kept, 59U);
  EXPECT_EQ(device.written, 1U);
  expect_holds(device, text);
  flash.reset_counts();
  ASSERT_EQ(device.save(text), Status::ok);
  EXPECT_EQ(flash.counts().programs, 0U);
}

TEST_P(StoreTest, SingleDefinitionsAreReplacedAppendedRemovedAndMoved) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  ASSERT_EQ(device.save("F1 { tap a }\nF2 { tap b }\nF3 { tap c }\n"), Status::ok);
  ASSERT_EQ(device.edit(1, 1, "F2 { tap x }\n"), Status::ok);
  EXPECT_EQ(device.written, 1U);
  expect_holds(device, "F1 { tap a }\nF2 { tap x }\nF3 { tap c }\n");
  ASSERT_EQ(device.edit(3, 0, "F4 { tap d }\n"), Status::ok);
  EXPECT_EQ(device.written, 1U);
  expect_holds(device, "F1 { tap a }\nF2 { tap x }\nF3 { tap c }\nF4 { tap d }\n");
  ASSERT_EQ(device.edit(0, 1, ""), Status::ok);
  EXPECT_EQ(device.written, 0U);
  expect_holds(device, "F2 { tap x }\nF3 { tap c }\nF4 { tap d }\n");
  ASSERT_EQ(device.save("F4 { tap d }\nF2 { tap x }\nF3 { tap c }\n"), Status::ok);
  EXPECT_EQ(device.written, 0U);
  expect_holds(device, "F4 { tap d }\nF2 { tap x }\nF3 { tap c }\n");
  ASSERT_EQ(device.edit(0, 0, "F9 { tap z }\n"), Status::ok);
  EXPECT_EQ(device.written, 1U);
  expect_holds(device, "F9 { tap z }\nF4 { tap d }\nF2 { tap x }\nF3 { tap c }\n");
}

TEST_P(StoreTest, AFileWithErrorsChangesNothing) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  ASSERT_EQ(device.save("F1 { tap a }\n"), Status::ok);
  EXPECT_EQ(device.save("F1 { tap b }\nF2 { call nobody() }\n"), Status::errors);
  expect_holds(device, "F1 { tap a }\n");
  EXPECT_EQ(device.findings.errors(), 1U);
  StoreDevice again{flash};
  ASSERT_EQ(again.store.mount(), Mount::ok);
  expect_holds(again, "F1 { tap a }\n");
}

TEST_P(StoreTest, ManyEditsGoRoundTheRegion) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  std::string text = many_macros(100, 60);
  ASSERT_EQ(device.save(text), Status::ok);
  const unsigned edits = test::rounds(400);
  for (unsigned i = 0; i < edits; ++i) {
    const std::size_t at = text.find("number " + std::to_string(i * 37 % 100) + " ");
    text[at + 12] = static_cast<char>('a' + i % 26);
    ASSERT_EQ(device.save(text), Status::ok) << i;
    ASSERT_EQ(device.text(), text) << i;
  }
  expect_holds(device, text);
}

TEST_P(StoreTest, AFullRegionKeepsTheOldRoll) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  const std::string text = many_macros(100, 60);
  ASSERT_EQ(device.save(text), Status::ok);
  const std::string huge = many_macros(4000, 200);
  EXPECT_EQ(device.save(huge), Status::full);
  expect_holds(device, text);
  ASSERT_EQ(device.edit(5, 1, "macro m5 { \"x\" }\n"), Status::ok);
}

TEST_P(StoreTest, ALongDefinitionSpansSectors) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  const std::string text = "F1 { tap b }\n" + many_macros(1, 30000) + "F2 { tap b }\n";
  ASSERT_EQ(device.save(text), Status::ok);
  expect_holds(device, text);
  ASSERT_EQ(device.edit(0, 1, "F1 { tap x }\n"), Status::ok);
  EXPECT_EQ(device.kept, 2U);
  expect_holds(device, "F1 { tap x }\n" + text.substr(13));
}

TEST_P(StoreTest, TheOverlayKeepsSectors) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  std::array<std::uint8_t, 1024> data;
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 7);
  ASSERT_EQ(device.store.write_draft(10, data), Status::ok);
  ASSERT_EQ(device.store.write_draft(3, std::span{data}.first(512)), Status::ok);
  std::array<std::uint8_t, 512> read;
  ASSERT_TRUE(device.store.read_draft(11, read));
  EXPECT_TRUE(std::equal(read.begin(), read.end(), data.begin() + 512));
  EXPECT_FALSE(device.store.read_draft(12, read));
  EXPECT_EQ(device.store.next_draft(0), 3U);
  EXPECT_EQ(device.store.next_draft(4), 10U);
  EXPECT_EQ(device.store.next_draft(12), std::nullopt);
  ASSERT_EQ(device.store.clear_draft(), Status::ok);
  EXPECT_EQ(device.store.next_draft(0), std::nullopt);
}

INSTANTIATE_TEST_SUITE_P(Geometries, StoreTest,
                         testing::Values(kRp2040, flash::Geometry{4096, 4, 64},
                                         flash::Geometry{4096, 1, 64},
                                         flash::Geometry{1024, 8, 256}));

}  // namespace
}  // namespace pianola::store
