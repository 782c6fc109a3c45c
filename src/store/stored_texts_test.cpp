// What the store takes for the texts that macros type: they stand in the source, and not in the
// code too.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include "base/status.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using memory::SimulatedFlash;
using test::StoreDevice;

constexpr flash::Geometry kRegion{4096, 256, 64};

/// A flash with a formatted store.
class StoredTextsTest : public ::testing::Test {
 protected:
  StoredTextsTest() { EXPECT_EQ(device.store.format(), Status::ok); }

  /// Bytes in force for a roll of `text` alone.
  std::uint32_t stored(const std::string& text) {
    EXPECT_EQ(device.save(text, {.backup = Backup::drop}), Status::ok);
    return device.store.space().live;
  }

  SimulatedFlash flash{kRegion};
  StoreDevice device{flash};
};

// Pages of 250 characters, and an operand of four bytes for each 127. In the source and in the code
// they took 2,000 bytes before.
TEST_F(StoredTextsTest, AThousandCharactersTakeLittleMoreThanAThousandBytes) {
  const std::uint32_t none = stored("F1 { }\n");
  const std::uint32_t all = stored("F1 { \"" + std::string(1000, 'x') + "\" }\n");
  EXPECT_GE(all - none, 1000U);
  EXPECT_LE(all - none, 5U * 256);
}

// The code of a definition has to do with its own slice alone: others may grow and move.
TEST_F(StoredTextsTest, OthersMayChangeAndMove) {
  const std::string one = "F1 { \"the text of the first one\" }\n";
  const std::string two = "# a note\nF2 { \"the text of the second one\\n\" \"and more of it\" }\n";
  ASSERT_EQ(device.save(one + two), Status::ok);
  ASSERT_EQ(device.save("F1 { \"another text that is longer than the first one\" }\n" + two),
            Status::ok);
  EXPECT_EQ(device.written, 1U);
  EXPECT_EQ(device.kept, 1U);
  ASSERT_EQ(device.save(two + one), Status::ok);
  EXPECT_EQ(device.written, 1U);
  EXPECT_EQ(device.kept, 1U);
  ASSERT_EQ(device.save("# another note\n" + two + one), Status::ok);
  EXPECT_EQ(device.written, 1U) << "its own slice is another now";
  EXPECT_EQ(device.kept, 1U);
}

// A note before the text moves it within the slice.
TEST_F(StoredTextsTest, ANoteChangesItsOwnDefinitionAlone) {
  ASSERT_EQ(device.save("F1 { \"a text to type\" }\nF2 { \"another to type\" }\n"), Status::ok);
  const auto before = device.state().definitions;
  ASSERT_EQ(device.save("F1 { \"a text to type\" }\n# note\nF2 { \"another to type\" }\n"),
            Status::ok);
  const auto after = device.state().definitions;
  ASSERT_EQ(after.size(), 2U);
  EXPECT_EQ(after[0], before[0]);
  EXPECT_NE(after[1].code, before[1].code);
  EXPECT_EQ(device.written, 1U);
}

// Code and source stand in the same chunks, of which this definition has many.
TEST_F(StoredTextsTest, SourceIsReadAtAnyPlace) {
  std::string text = "F1 { ";
  for (unsigned i = 0; i < 3000; ++i)
    text += "tap " + std::string(1, static_cast<char>('a' + i % 26)) + " ";
  text += "\"" + std::string(20'000, 'y') + "\" }\n";
  ASSERT_EQ(device.save(text), Status::ok);
  StoredRoll& roll = device.store.roll();
  const std::uint32_t record = roll.record_at(0);
  ASSERT_GT(roll.code_size(record), 2U * 4096);
  for (std::uint32_t at = 0; at <= text.size(); at += 61) {
    std::string read(100, ' ');
    read.resize(roll.read_source(record, at, read));
    ASSERT_EQ(read, text.substr(at, 100)) << at;
    std::array<std::uint8_t, 100> code{};
    const std::size_t rest = roll.code_size(record) - std::min(at, roll.code_size(record));
    ASSERT_EQ(roll.read_code(record, at, code), std::min<std::size_t>(rest, 100)) << at;
  }
  std::array<char, 10> none{};
  for (const std::uint32_t at :
       {std::uint32_t(text.size()), 0x0FFFFFFFU, 0xFFFFFFFFU, 0xFFFFFFF0U}) {
    EXPECT_EQ(roll.read_source(record, at, none), 0U) << at;
  }
  EXPECT_EQ(roll.read_source(record + 1, 0, none), 0U);
}

}  // namespace
}  // namespace pianola::store
