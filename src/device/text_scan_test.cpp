#include "device/text_scan.hpp"

#include <gtest/gtest.h>

#include "base/status.hpp"
#include "support/store_device.hpp"

namespace pianola::device {
namespace {

/// A text that is saved, and tokens in it.
class TextScan : public ::testing::Test {
 protected:
  /// Line and offset of the first token after each definition's begin.
  std::vector<std::pair<std::uint32_t, std::uint32_t>> tokens(std::string_view text) {
    EXPECT_EQ(device.save(text), Status::ok);
    store::CurrentRoll roll{device.store};
    std::vector<FirstToken> tokens;
    for (std::uint32_t i = 0; i < roll.in_force().size(); ++i)
      tokens.emplace_back(roll.begin_of(i));
    store::CurrentText current{roll};
    find_tokens(current, 0, tokens);
    std::vector<std::pair<std::uint32_t, std::uint32_t>> found;
    for (const FirstToken& token : tokens) found.emplace_back(token.line, token.offset);
    return found;
  }

  void SetUp() override { ASSERT_EQ(device.store.format(), Status::ok); }

  memory::SimulatedFlash flash{{.sector_size = 4096, .program_unit = 4, .sectors = 64}};
  test::StoreDevice device{flash};
};

using Tokens = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

TEST_F(TextScan, WhiteSpaceAndCommentsAreNoTokens) {
  EXPECT_EQ(tokens("F1 { \"a\" }\n"), (Tokens{{1, 0}}));
  EXPECT_EQ(tokens("# F2 {\n  \t# x\n F1 { \"a\" }\n"), (Tokens{{3, 15}}));
  EXPECT_EQ(tokens("\xEF\xBB\xBF\nF1 { \"a\" }\n"), (Tokens{{2, 4}}));
}

TEST_F(TextScan, LinesEndAsInTheCompiler) {
  EXPECT_EQ(tokens("F1 { \"a\" }\r\nF2 { \"a\" }\r\n"), (Tokens{{1, 0}, {2, 12}}));
  EXPECT_EQ(tokens("F1 { \"a\" }\r\rF2 { \"a\" }"), (Tokens{{1, 0}, {3, 12}}));
}

TEST_F(TextScan, SeveralOnALineAndNoneAtTheEnd) {
  EXPECT_EQ(tokens("F1 { \"#\" } F2 { \"a\" }\n# end\n"), (Tokens{{1, 0}, {1, 11}, {0, 22}}));
}

TEST_F(TextScan, LongTexts) {
  std::string text;
  for (int i = 1; i <= 20; ++i) text += "# " + std::string(100, 'x') + "\n";
  EXPECT_EQ(tokens(text + "F1 { \"a\" }\n"), (Tokens{{21, 20 * 103}}));
}

}  // namespace
}  // namespace pianola::device
