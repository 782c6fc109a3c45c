#include "store/default_roll.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "lang/code/roll_image.hpp"
#include "lang/text/image_writer.hpp"
#include "ports/memory/compile.hpp"
#include "support/source_dir.hpp"

namespace pianola::store {
namespace {

class Bytes final : public lang::ImageSink {
 public:
  Status write(std::span<const std::uint8_t> bytes) override {
    all.insert(all.end(), bytes.begin(), bytes.end());
    return Status::ok;
  }
  std::vector<std::uint8_t> all;
};

std::string default_macros() {
  std::ifstream file(test::source_dir() / "src/store/default_macros.txt", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

TEST(DefaultRoll, IsWhatItsSourceCompilesTo) {
  const std::string text = default_macros();
  ASSERT_FALSE(text.empty());
  memory::Source source(text);
  memory::Roll roll(&source);
  memory::Findings findings;
  ASSERT_EQ(memory::compile(text, roll, findings), Status::ok) << findings.text("", source);
  EXPECT_TRUE(findings.all().empty()) << findings.text("default_macros.txt", source);
  Bytes image;
  ASSERT_EQ(lang::write_image(roll, lang::ImageContent::with_source, image), Status::ok);
  EXPECT_TRUE(std::ranges::equal(default_roll(), image.all))
      << "src/store/default_roll.inc is out of date: run tools/make_default_roll";
}

TEST(DefaultRoll, TakesNoOrdinaryKeyAway) {
  lang::RollImage roll;
  ASSERT_EQ(lang::RollImage::open(default_roll(), roll), lang::ImageError::none);
  EXPECT_TRUE(roll.has_source());
  EXPECT_EQ(roll.image_size(), default_roll().size());
  constexpr std::uint32_t kTriggers = static_cast<std::uint32_t>(lang::IndexSpace::trigger);
  constexpr std::uint32_t kLeader = static_cast<std::uint32_t>(lang::TriggerKind::leader);
  unsigned triggers = 0;
  for (std::uint32_t position = 0; position < roll.index_size(); ++position) {
    lang::IndexEntry entry;
    ASSERT_TRUE(roll.index_entry(position, entry));
    if (entry.key.high >> 28 != kTriggers) continue;
    ++triggers;
    EXPECT_EQ(entry.key.high >> 24 & 0xFU, kLeader);
  }
  EXPECT_GT(triggers, 3U);
}

}  // namespace
}  // namespace pianola::store
