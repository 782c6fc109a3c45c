#include "store/roll_builder.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/status.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using test::many_macros;
using test::StoreDevice;

class RollBuilderTest : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(device.store.format(), Status::ok); }

  /// Labels of all definitions, which rise and stay within their bounds.
  std::vector<std::uint32_t> labels() {
    StoredRoll& roll = device.store.roll();
    std::vector<std::uint32_t> labels;
    for (std::uint32_t i = 0; i < roll.size(); ++i) {
      labels.push_back(roll.record_at(i));
      EXPECT_LT(labels.back(), lang::kRecordNumbers);
      if (i > 0) {
        EXPECT_GT(labels[i], labels[i - 1]);
      }
    }
    return labels;
  }
  void expect_readable() {
    StoredRoll& roll = device.store.roll();
    std::array<std::uint8_t, 4> code;
    for (std::uint32_t i = 0; i < roll.index_size(); ++i) {
      lang::IndexEntry entry;
      ASSERT_TRUE(roll.index_entry(i, entry));
      EXPECT_GT(roll.read_code(entry.record, 0, code), 0U);
    }
  }

  memory::SimulatedFlash flash{{4096, 4, 128}};
  StoreDevice device{flash};
};

TEST_F(RollBuilderTest, ThousandsOfDefinitions) {
  std::string text;
  for (unsigned i = 0; i < 4200; ++i) text += "macro m" + std::to_string(i) + " { \"x\" }\n";
  ASSERT_EQ(device.save(text), Status::ok);
  EXPECT_EQ(labels().size(), 4200U);
  EXPECT_EQ(device.text(), text);
}

TEST_F(RollBuilderTest, InsertingInOnePlaceAgainAndAgain) {
  std::string text = many_macros(20, 30);
  ASSERT_EQ(device.save(text), Status::ok);
  for (unsigned i = 0; i < 80; ++i) {
    ASSERT_EQ(device.edit(10, 0, "macro n" + std::to_string(i) + " { \"new\" }\n"), Status::ok)
        << i;
    EXPECT_EQ(device.written, 1U);
    labels();
  }
  EXPECT_EQ(device.store.roll().size(), 100U);
  expect_readable();
}

TEST_F(RollBuilderTest, HighLabelsAreMadeLowAgain) {
  const std::string text = many_macros(30, 40);
  ASSERT_EQ(device.save(text), Status::ok);
  // As if definitions had been moved to the end many times.
  Log& log = device.store.log();
  Root root = log.root();
  LogNodes nodes{log};
  TreeBuilder builder{log.view(), nodes};
  const std::uint32_t up = lang::kRecordNumbers - 64 * 32;
  log.begin(0);
  for (const TreeRole role : {TreeRole::roll, TreeRole::index}) {
    TreeRef& tree = root[role];
    TreeReader reader{log.view(), kind_of(role), log.frame_buffer()};
    builder.begin(kind_of(role), {});
    Search found = reader.seek(tree, {});
    for (; found == Search::found; found = reader.next(tree)) {
      if (role == TreeRole::roll) {
        std::array<std::uint8_t, kPayload> moved{};
        const std::uint32_t object = reader.key().scope + up;
        ASSERT_EQ(builder.add(renumber(reader.item(), object, moved)), Status::ok);
      } else {
        lang::IndexEntry named;
        reader.get(named);
        named.record += up;
        ASSERT_EQ(builder.add(named), Status::ok);
      }
    }
    ASSERT_EQ(builder.finish(tree), Status::ok);
  }
  ++root.roll_version;
  ASSERT_EQ(log.commit(root), Status::ok);
  EXPECT_GT(labels().front(), up);
  expect_readable();
  ASSERT_EQ(device.edit(30, 0, "macro last { \"x\" }\n"), Status::ok);
  EXPECT_EQ(device.kept, 30U);
  EXPECT_EQ(device.written, 1U);
  EXPECT_LT(labels().back(), 64U * 40);
  expect_readable();
  EXPECT_EQ(device.text(), text + "macro last { \"x\" }\n");
}

}  // namespace
}  // namespace pianola::store
