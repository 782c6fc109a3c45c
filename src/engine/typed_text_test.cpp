#include "engine/typed_text.hpp"

#include <gtest/gtest.h>

#include "base/utf8.hpp"

namespace pianola::engine {
namespace {

/// What the last `size` bytes are after `text` was typed on layout fr.
std::string last(std::string_view text, std::size_t size) {
  const hid::Layout& layout = *hid::find_layout("fr");
  TypedText typed;
  while (!text.empty()) {
    const Utf8Char character = decode_utf8(text);
    const hid::Strokes strokes = layout.strokes(character.code);
    for (std::size_t i = 0; i < strokes.count; ++i) typed.type(strokes.stroke[i], layout, false);
    text.remove_prefix(character.size);
  }
  bool inside = false;
  const std::string_view last = typed.last(size, 0, inside);
  return inside ? std::string{} : std::string(last);
}

TEST(TypedText, WordsAreLettersDigitsUnderscoresAndAllBeyondAscii) {
  for (const char* inside : {"xteh", "Xteh", "1teh", "_teh", "x_teh", "éteh", "êteh"}) {
    EXPECT_EQ(last(inside, 3), "") << inside;
  }
  for (const char* begin : {"teh", " teh", "(teh", "-teh", "x.teh", "l'teh", "\"teh", "/teh"}) {
    EXPECT_EQ(last(begin, 3), "teh") << begin;
  }
  EXPECT_EQ(last("x_t", 2), "") << "_ is part of the word before it";
  EXPECT_EQ(last(" _t", 2), "_t");
}

TEST(TypedText, SignsCountEverywhere) {
  EXPECT_EQ(last("hi:ok", 3), ":ok");
  EXPECT_EQ(last("hi :ok", 3), ":ok");
  EXPECT_EQ(last("12;x", 2), ";x");
}

}  // namespace
}  // namespace pianola::engine
