#include <gtest/gtest.h>

#include <string>

#include "hid/layout.hpp"
#include "lang/compile/compiler.hpp"
#include "ports/memory/compile.hpp"
#include "support/compilation.hpp"

// What a compilation costs beside its result.

namespace pianola::lang {
namespace {

/// Source text that counts the bytes that it gives.
class CountingSource final : public Source {
 public:
  explicit CountingSource(std::string_view text) : source_(text) {}
  std::size_t read(std::uint32_t offset, std::span<char> out) override {
    const std::size_t count = source_.read(offset, out);
    given_ += count;
    return count;
  }
  [[nodiscard]] std::size_t given() const { return given_; }

 private:
  memory::Source source_;
  std::size_t given_ = 0;
};

/// How often each byte of `text` is read, on average.
double reads(const std::string& text) {
  CountingSource source(text);
  memory::Scratch scratch;
  memory::Findings findings;
  memory::Roll roll;
  Compiler compiler(source, roll, scratch, findings);
  EXPECT_EQ(compiler.run(), Status::ok);
  return static_cast<double>(source.given()) / static_cast<double>(text.size());
}

/// `line` two hundred times.
std::string lines(const std::string& line) { return test::repeated(line + '\n', 200); }

// On a device each read goes through a file system. What looks ahead reads through the window that
// is there. (A window of its own made it four times in lines of keys.)
TEST(CompilerCost, TheSourceIsReadHardlyMoreThanOnce) {
  EXPECT_LT(reads("F1 {\n" + lines("  TAB ctrl+LEFT UP DOWN ENTER") + "}\n"), 2.5);
  EXPECT_LT(reads("F1 {\n" + lines("  \"The quick brown fox.\" ENTER wait 50ms") + "}\n"), 2.5);
  EXPECT_LT(reads(lines("# A comment, and nothing else.")), 1.5);
}

// Characters of texts are taken many at a time, but not those that a warning may be about: what
// British and US layouts have on other keys is told as it is alone.
TEST(CompilerCost, NoCharacterIsOverlookedInARun) {
  constexpr std::uint32_t kButLayout = test::lints({"bare-letter", "unused", "backslash"});
  const hid::Layout& us = *hid::find_layout("us");
  for (char c = ' '; c < 0x7F; ++c) {
    const char32_t character = static_cast<unsigned char>(c);
    const hid::Strokes here = hid::default_layout().strokes(character);
    const bool differs = here.stroke != us.strokes(character).stroke;
    const std::string escape = c == '"' || c == '\\' ? "\\" : "";
    const std::string text = "F1 { \"in a run" + escape + c + " of others\" }";
    test::Compilation compiled(text, SIZE_MAX, kButLayout);
    EXPECT_EQ(compiled.status(), Status::ok) << text;
    EXPECT_EQ(compiled.messages().size(), differs ? 1U : 0U) << text << compiled.text();
  }
}

}  // namespace
}  // namespace pianola::lang
