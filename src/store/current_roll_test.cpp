#include "store/current_roll.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/status.hpp"
#include "store/default_roll.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using test::StoreDevice;

struct CurrentRollTest : testing::Test {
  CurrentRollTest() { EXPECT_EQ(device.store.format(), Status::ok); }

  /// The text in pieces of an odd size.
  std::string text() {
    std::string text;
    std::array<char, 37> piece{};
    while (const std::size_t count =
               current.read_text(static_cast<std::uint32_t>(text.size()), piece)) {
      text.append(piece.data(), count);
    }
    return text;
  }
  /// The text that the definitions' slices make up.
  std::string slices() {
    std::string text;
    std::array<char, 37> piece{};
    for (std::uint32_t i = 0; i < current.in_force().size(); ++i) {
      EXPECT_EQ(current.begin_of(i), text.size());
      const std::uint32_t record = current.in_force().record_at(i);
      std::uint32_t done = 0;
      while (const std::size_t count = current.in_force().read_source(record, done, piece)) {
        text.append(piece.data(), count);
        done += static_cast<std::uint32_t>(count);
      }
    }
    return text;
  }

  memory::SimulatedFlash flash{flash::Geometry{4096, 256, 64}};
  StoreDevice device{flash};
  CurrentRoll current{device.store};
};

TEST_F(CurrentRollTest, IsTheDefaultRollUntilOneIsSavedAndAfterAReset) {
  EXPECT_TRUE(current.is_default());
  const std::string defaults = text();
  EXPECT_FALSE(defaults.empty());
  EXPECT_EQ(slices(), defaults);
  EXPECT_EQ(current.text_size(), defaults.size());
  EXPECT_EQ(current.begin_of(current.in_force().size()), defaults.size());
  EXPECT_GT(current.in_force().index_size(), 3U);
  lang::IndexEntry entry;
  ASSERT_TRUE(current.in_force().index_entry(2, entry));
  EXPECT_EQ(current.in_force().lower_bound(entry.key), 2U);

  const std::uint32_t before = current.epoch();
  ASSERT_EQ(device.save("F1 { tap a }\nF2 { tap b }\n"), Status::ok);
  EXPECT_FALSE(current.is_default());
  EXPECT_NE(current.epoch(), before);
  EXPECT_EQ(text(), "F1 { tap a }\nF2 { tap b }\n");
  EXPECT_EQ(slices(), text());
  EXPECT_EQ(current.begin_of(1), 13U);
  EXPECT_EQ(current.in_force().size(), 2U);
  EXPECT_EQ(current.in_force().index_size(), 2U);

  const std::uint32_t saved = current.epoch();
  ASSERT_EQ(device.store.reset(), Status::ok);
  EXPECT_NE(current.epoch(), saved);
  EXPECT_NE(current.epoch(), before);
  EXPECT_EQ(text(), defaults);
}

TEST_F(CurrentRollTest, AnEmptyTextIsNoDefault) {
  ASSERT_EQ(device.save(""), Status::ok);
  EXPECT_FALSE(current.is_default());
  EXPECT_EQ(current.in_force().size(), 0U);
  EXPECT_EQ(current.text_size(), 0U);
  EXPECT_EQ(text(), "");
}

TEST_F(CurrentRollTest, TheDefaultsCanBeEdited) {
  const std::string defaults = text();
  const std::uint32_t end = current.begin_of(1);
  ASSERT_EQ(device.edit(1, 0, "# mine\nF1 { tap a }\n"), Status::ok);
  EXPECT_FALSE(current.is_default());
  EXPECT_EQ(text(), defaults.substr(0, end) + "# mine\nF1 { tap a }\n" + defaults.substr(end));
  const std::string edited = text();
  ASSERT_EQ(device.edit(current.in_force().size(), 0, "F2 { tap b }\n"), Status::ok);
  EXPECT_EQ(text(), edited + "F2 { tap b }\n");
}

}  // namespace
}  // namespace pianola::store
