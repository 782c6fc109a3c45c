#include "drive/help.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "drive/volume.hpp"
#include "lang/code/words.hpp"
#include "ports/memory/compile.hpp"
#include "support/source_dir.hpp"

namespace pianola::drive {
namespace {

const std::string& text() {
  static const std::string all = [] {
    std::string read(help_size() + 1, '\0');
    read.resize(read_help(0, read));
    return read;
  }();
  return all;
}

/// The part between two headlines.
std::string part(std::string_view from, std::string_view to) {
  const std::size_t begin = text().find('\n', text().find(from)) + 1;
  return text().substr(begin, text().find(to) - begin);
}

std::string errors_in(const std::string& macros) {
  memory::Roll roll;
  memory::Findings findings;
  std::uint32_t allowed = 0;  // what only makes sense in a whole file
  for (const std::string_view lint : {"bare-letter", "unused", "layout"}) {
    allowed |= 1U << lang::kLintWords.find(lint);
  }
  memory::compile(macros, roll, findings, allowed);
  memory::Source source(macros);
  return findings.text("HELP.TXT", source);
}

TEST(Help, IsThatOfTheFile) {
  std::ifstream file(test::source_dir() / "src/drive/help.txt", std::ios::binary);
  const std::string expected{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text(), expected) << "run tools/pack_texts";
  EXPECT_EQ(help_size(), expected.size());
}

TEST(Help, IsReadFromAnyPlace) {
  for (const std::size_t offset :
       {std::size_t{0}, std::size_t{1}, std::size_t{511}, std::size_t{512}, text().size() - 1,
        text().size(), text().size() + 1}) {
    std::string read(512, '\0');
    read.resize(read_help(static_cast<std::uint32_t>(offset), read));
    EXPECT_EQ(read, offset < text().size() ? text().substr(offset, 512) : "");
  }
}

TEST(Help, FitsIntoItsPlace) {
  EXPECT_LE(text().size(), Volume::kHelpRoom);
  EXPECT_EQ(text().back(), '\n');
}

TEST(Help, IsPlainTextOfAPagesWidth) {
  std::size_t width = 0;
  for (const char c : text()) {
    EXPECT_TRUE(c == '\n' || (c >= ' ' && c < 0x7F));
    width = c == '\n' ? 0 : width + 1;
    EXPECT_LE(width, 80U);
  }
}

TEST(Help, ItsMacrosCompile) {
  EXPECT_EQ(errors_in(part("A MACRO:", "In text:")), "");
  EXPECT_EQ(errors_in(part("ONE KEY FOR ANOTHER", "MORE STATEMENTS")), "");
  EXPECT_EQ(errors_in(part("NAMED MACROS", "OPTIONS AND")), "");
  EXPECT_EQ(errors_in(part("OPTIONS AND SETTINGS", "KEYS  ")), "");
  EXPECT_EQ(errors_in("var n\nF1 {\n" + part("MORE STATEMENTS", "NAMED MACROS") + "}\n"), "");
}

}  // namespace
}  // namespace pianola::drive
