#include "store/shown_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/status.hpp"
#include "ports/memory/compile.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "support/damage.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using memory::SimulatedFlash;
using test::StoreDevice;

/// A store in which texts are damaged.
class ShownTextTest : public ::testing::Test {
 protected:
  ShownTextTest() { EXPECT_EQ(device.store.format(), Status::ok); }

  /// The text as it is shown, read in pieces of `size` bytes.
  std::string shown(std::size_t size = 61) {
    std::string text;
    std::string piece(size, '\0');
    while (const std::size_t count =
               device.current.read_text(static_cast<std::uint32_t>(text.size()), piece)) {
      text.append(piece, 0, count);
    }
    return text;
  }

  /// Makes what stands where `text` does unreadable, as the device finds it when it is started.
  bool damage(std::string_view text) {
    return test::damage_text(flash, text) && device.mount() == Mount::ok;
  }

  SimulatedFlash flash{flash::Geometry{4096, 256, 32}};
  StoreDevice device{flash};
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines(1);
  for (const char c : text) {
    if (c != '\n' && c != '\r') lines.back() += c;
    if (c == '\n') lines.emplace_back();
  }
  return lines;
}

bool are_comments(const std::string& text) {
  const std::vector<std::string> lines = lines_of(text);
  return std::all_of(lines.begin(), lines.end(),
                     [](const std::string& line) { return line.empty() || line[0] == '#'; });
}

Status compile(const std::string& text) {
  memory::Source source{text};
  memory::Roll roll{&source};
  memory::Findings findings;
  return memory::compile(text, roll, findings);
}

TEST_F(ShownTextTest, WhatIsWholeIsShownAsItIs) {
  const std::string text = "F1 { \"" + std::string(700, 'x') + "\" }\n\n# note\nF2 { \"y\" }";
  ASSERT_EQ(device.save(text), Status::ok);
  EXPECT_EQ(shown(), text);
}

// Code stands before the source: of 600 bytes in frames of 250, the middle ones are lost.
TEST_F(ShownTextTest, OfADamagedDefinitionEachLineIsACommentAndTheGapIsNamed) {
  std::string lines;
  for (int i = 10; i < 40; ++i) lines += "  \"line number " + std::to_string(i) + "\"\n";
  const std::string before = "F1 { \"first\" }\n";
  const std::string after = "F3 { \"third\" }\n";
  const std::string text = before + "\nF2 {\n" + lines + "}\n" + after;
  ASSERT_EQ(device.save(text), Status::ok);
  ASSERT_TRUE(damage("number 25"));
  const std::string seen = shown();
  ASSERT_EQ(seen.size(), text.size());
  EXPECT_EQ(seen.find(before + "#F2 {\n# \"line number 10\"\n# \"line number 11\"\n"), 0U) << seen;
  EXPECT_TRUE(seen.ends_with("\n# \"line number 39\"\n#\n" + after)) << seen;
  const std::string middle = seen.substr(before.size(), seen.size() - before.size() - after.size());
  EXPECT_TRUE(are_comments(middle)) << middle;
  EXPECT_NE(middle.find("\n# 250 bytes that stood here cannot be read ????"), std::string::npos)
      << middle;
  EXPECT_EQ(compile(seen), Status::ok);
}

// RFC 3629: no byte of a longer character may stand alone.
TEST_F(ShownTextTest, CharactersAreNotCutInTwo) {
  for (unsigned shift = 0; shift < 8; ++shift) {
    std::string words(shift, '.');
    for (int i = 0; i < 300; ++i) words += i % 2 == 0 ? "\xE2\x82\xAC" : "\xC3\xA4";
    const std::string text = "F1 { \"\"\"\n\xC3\xA4" + words + "number 1" + words +
                             "\n\xF0\x9F\x98\x80\n\"\"\" }\nF2 { \"x\" }\n";
    ASSERT_EQ(device.store.format(), Status::ok);
    ASSERT_EQ(device.save(text), Status::ok);
    ASSERT_TRUE(damage("number 1"));
    const std::string seen = shown();
    EXPECT_NE(seen, text);
    EXPECT_EQ(compile(seen), Status::ok) << seen;
  }
}

// Otherwise what follows in the last line would be a part of the comment.
TEST_F(ShownTextTest, TheNextDefinitionInTheLineIsNoComment) {
  const std::string text = "F1 { \"one\" } F2 { \"" + std::string(300, 'x') + "number 1" +
                           std::string(300, 'x') + "\" } F3 { \"three\" }\n";
  ASSERT_EQ(device.save(text), Status::ok);
  ASSERT_TRUE(damage("number 1"));
  const std::string seen = shown();
  EXPECT_EQ(seen.find("F1 { \"one\" } #"), 0U) << seen;
  EXPECT_TRUE(seen.ends_with("\nF3 { \"three\" }\n")) << seen;
  EXPECT_EQ(compile(seen), Status::ok);
}

// Short definitions stand in what tells where they are.
TEST_F(ShownTextTest, OfADamagedLeafTheBytesAreNamed) {
  std::string text;
  for (int i = 1; i <= 12; ++i) {
    const std::string number = std::to_string(i);
    text += "F" + number + " { \"definition " + number + " of twelve short ones\" }\n";
  }
  ASSERT_EQ(device.save(text), Status::ok);
  ASSERT_TRUE(damage("definition 6 "));
  const std::string seen = shown();
  ASSERT_EQ(seen.size(), text.size());
  EXPECT_EQ(seen.find("F1 { \"definition 1 of"), 0U);
  EXPECT_NE(seen.find("\nF12 { \"definition 12 of twelve short ones\" }\n"), std::string::npos);
  EXPECT_NE(seen.find("\n# "), std::string::npos);
  EXPECT_NE(seen.find(" bytes that stood here cannot be read ????"), std::string::npos);
  EXPECT_EQ(compile(seen), Status::ok);
}

/// Texts of all kinds of lines.
std::string random_text(std::minstd_rand& random) {
  const std::string end = random() % 3 == 0 ? "\r\n" : "\n";
  std::string text = random() % 4 == 0 ? "\xEF\xBB\xBF" : "";
  for (unsigned i = 0; i < 20; ++i) {
    for (unsigned blank = random() % 3; blank > 0; --blank) text += end;
    if (random() % 3 == 0) text += "# a note " + std::string(random() % 90, '.') + end;
    text += "macro m" + std::to_string(i) + " {" + (random() % 2 == 0 ? " " : end);
    const unsigned longest = random() % 2 == 0 ? 2 : 40;
    for (unsigned line = random() % longest; line > 0; --line) {
      text += std::string(random() % 4, ' ') + "\"\xC3\xA4 word \xE2\x82\xAC of " +
              std::to_string(random() % 1000) + "\"" + end;
    }
    text += random() % 5 == 0 ? "} " : "}" + end;
  }
  return text;
}

// Whatever is damaged, the text has its size and can be compiled; what can be read stands in its
// place; and all ways of reading it give the same.
TEST_F(ShownTextTest, RandomDamage) {
  std::minstd_rand random{1};
  for (unsigned round = 0; round < 150; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    const std::string text = random_text(random);
    ASSERT_EQ(device.store.format(), Status::ok);
    ASSERT_EQ(device.save(text), Status::ok);
    std::string wrong;
    const StoreDevice::Frames frames = device.frames(wrong);
    for (unsigned count = random() % 4; count > 0; --count) {
      const auto [address, size] = frames[random() % frames.size()];
      const auto at = static_cast<std::uint32_t>(address + random() % size);
      flash.flip(at, 1);
      flash.flip(at == address ? at + 1 : at - 1, 4);
    }
    ASSERT_EQ(device.mount(), Mount::ok);
    const std::string seen = shown();
    ASSERT_EQ(seen.size(), text.size());
    EXPECT_EQ(compile(seen), Status::ok) << seen;
    if (device.text() == text) {
      EXPECT_EQ(seen, text);
    }
    for (const std::size_t size : {1U, 7U, 512U}) ASSERT_EQ(shown(size), seen);
    for (unsigned i = 0; i < 50; ++i) {
      const auto at = static_cast<std::uint32_t>(random() % seen.size());
      std::string piece(1 + random() % 100, '\0');
      piece.resize(device.current.read_text(at, piece));
      ASSERT_EQ(piece, seen.substr(at, piece.size()));
      ASSERT_FALSE(piece.empty());
      // A character that can be read and is not shown gave way to one of these.
      if (piece[0] == text[at] || device.store.roll().read_text(at, piece) == 0) continue;
      ASSERT_NE(std::string_view("#?\n").find(seen[at]), std::string_view::npos) << seen;
    }
  }
}

}  // namespace
}  // namespace pianola::store
