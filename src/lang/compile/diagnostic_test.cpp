#include "lang/compile/diagnostic.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "base/packed_text.hpp"
#include "lang/compile/advice.hpp"
#include "lang/compile/neighbour_words.hpp"
#include "ports/memory/compile.hpp"

namespace pianola::lang {
namespace {

constexpr Message kMessages[] = {
#define PIANOLA_X(symbol, text) Message::symbol,
    PIANOLA_MESSAGES(PIANOLA_X)
#undef PIANOLA_X
};

std::string message(const Diagnostic& diagnostic) {
  memory::StringSink out;
  write_message(diagnostic, out);
  return out.text();
}

Diagnostic diagnostic_of(Message message, std::string_view a = {}, std::string_view b = {}) {
  Diagnostic diagnostic;
  diagnostic.message = message;
  diagnostic.a = a;
  diagnostic.b = b;
  return diagnostic;
}

/// The whole of a diagnostic whose place is before `mark` in `text`, with the source in pieces.
std::string shown(std::string text, std::size_t piece = SIZE_MAX, std::uint32_t length = 3) {
  Diagnostic diagnostic = diagnostic_of(Message::expected_key);
  const std::size_t mark = text.find('|');
  text.erase(mark, 1);
  for (std::size_t i = 0; i < mark; ++i) {
    if (text[i] == '\n') {
      ++diagnostic.at.line;
      diagnostic.at.column = 1;
    } else if ((text[i] & 0xC0) != 0x80) {
      ++diagnostic.at.column;
    }
  }
  diagnostic.at.offset = static_cast<std::uint32_t>(mark);
  diagnostic.length = length;
  memory::Source source(text, piece);
  memory::StringSink out;
  write_diagnostic(diagnostic, "m.txt", source, out);
  return out.text();
}

TEST(Diagnostic, WordsStandInTheMessage) {
  EXPECT_EQ(message(diagnostic_of(Message::unknown_key, "ENTR", "ENTER")),
            "unknown key 'ENTR'; did you mean 'ENTER'?");
  EXPECT_EQ(message(diagnostic_of(Message::unknown_key, "XYZ")), "unknown key 'XYZ'");
  EXPECT_EQ(message(diagnostic_of(Message::missing_brace)), "missing '}' for this '{'");
  EXPECT_EQ(message(diagnostic_of(Message::missing_brace, "", "7")),
            "missing '}' for this '{'; the next definition starts in line 7");
  Diagnostic taken = diagnostic_of(Message::name_taken, "f");
  taken.other = {20, 3, 7};
  EXPECT_EQ(message(taken), "'f' is declared already at 3:7");
  Diagnostic control = diagnostic_of(Message::control_character);
  control.n = 7;
  EXPECT_EQ(message(control), "control character 0x07 has no meaning here");
}

/// The text of an Advice as advice.hpp has it.
std::string advice(std::size_t number) {
  constexpr std::string_view kTexts[] = {
#define PIANOLA_X(symbol, text) text,
      PIANOLA_ADVICE(PIANOLA_X)
#undef PIANOLA_X
  };
  return std::string(kTexts[number]);
}

/// The message as diagnostic.hpp has it, with the words and numbers of `diagnostic`.
std::string written_out(std::string_view text, const Diagnostic& diagnostic) {
  std::string out(text);
  const std::size_t optional = out.find("[;");
  if (optional != std::string::npos) {
    const std::size_t end = out.find(']', optional);
    out.erase(end, 1);
    out.erase(optional, diagnostic.b.empty() ? end - optional : 1);
  }
  const std::pair<const char*, std::string> parts[] = {{"{a}", std::string(diagnostic.a)},
                                                       {"{b}", std::string(diagnostic.b)},
                                                       {"{n}", std::to_string(diagnostic.n)},
                                                       {"{x}", "2a"},
                                                       {"{p}", "8:9"},
                                                       {"{w}", advice(diagnostic.n)}};
  for (const auto& [part, value] : parts) {
    for (std::size_t at = out.find(part); at != std::string::npos; at = out.find(part)) {
      out.replace(at, 3, value);
    }
  }
  return out;
}

TEST(Diagnostic, EveryMessageIsThatOfTheTable) {
  constexpr std::string_view kTexts[] = {
#define PIANOLA_X(symbol, text) text,
      PIANOLA_MESSAGES(PIANOLA_X)
#undef PIANOLA_X
  };
  for (const Message symbol : kMessages) {
    Diagnostic diagnostic = diagnostic_of(symbol, "AA", "BB");
    diagnostic.other = {0, 8, 9};
    diagnostic.n = 42;
    const std::string_view text = kTexts[static_cast<std::size_t>(symbol)];
    EXPECT_EQ(message(diagnostic), written_out(text, diagnostic)) << "run tools/pack_texts";
    diagnostic.b = {};
    EXPECT_EQ(message(diagnostic), written_out(text, diagnostic)) << "run tools/pack_texts";
  }
}

TEST(Diagnostic, EveryAdviceIsThatOfTheTable) {
  for (const Advice symbol : {
#define PIANOLA_X(symbol, text) Advice::symbol,
           PIANOLA_ADVICE(PIANOLA_X)
#undef PIANOLA_X
       }) {
    memory::StringSink out;
    TextWriter writer(out);
    write_advice(writer, symbol);
    EXPECT_EQ(out.text(), advice(static_cast<std::size_t>(symbol))) << "run tools/pack_texts";
  }
}

TEST(Diagnostic, WordsOfOtherProgramsAreThoseOfTheTable) {
  constexpr std::string_view kTexts[] = {
#define PIANOLA_X(advice, words) words,
      PIANOLA_NEIGHBOURS(PIANOLA_X)
#undef PIANOLA_X
  };
  constexpr std::uint8_t kPacked[] = {
#include "lang/compile/neighbour_words.inc"
  };
  PackedText packed(kPacked);
  for (const std::string_view text : kTexts) {
    std::string words;
    for (char c = packed.next(); c != 0; c = packed.next()) words += c;
    EXPECT_EQ(words, text) << "run tools/pack_texts";
  }
}

TEST(Diagnostic, EveryMessageIsAPlainSentence) {
  std::set<std::string> all;
  for (const Message symbol : kMessages) {
    Diagnostic diagnostic = diagnostic_of(symbol, "AA", "BB");
    diagnostic.other = {0, 8, 9};
    for (const bool with : {true, false}) {
      if (!with) diagnostic.b = {};
      const std::string text = message(diagnostic);
      SCOPED_TRACE(text);
      EXPECT_FALSE(text.empty());
      EXPECT_NE(text.back(), '.');
      EXPECT_EQ(text.find("[;"), std::string::npos);
      for (const char* left : {"{a}", "{b}", "{n}", "{x}", "{p}", "{w}"}) {
        EXPECT_EQ(text.find(left), std::string::npos);
      }
    }
    EXPECT_TRUE(all.insert(message(diagnostic_of(symbol))).second);
  }
}

TEST(Diagnostic, WhatCannotBeSeenIsNamed) {
  EXPECT_EQ(message(diagnostic_of(Message::unknown_layout, "\a\x7F\u0085")),
            "unknown layout 'U+0007U+007FU+0085'");
  EXPECT_EQ(message(diagnostic_of(Message::unknown_layout, "\u200B\u202E\uFEFFé😀")),
            "unknown layout 'U+200BU+202EU+FEFFé😀'");
  EXPECT_EQ(message(diagnostic_of(Message::unknown_layout, "a\xFF")), "unknown layout 'a\uFFFD'");
}

TEST(Diagnostic, ShowsTheLineAndACaret) {
  EXPECT_EQ(shown("F1 { a }\nF2 { |EN }\nF3"), R"(m.txt:2:6: error: expected a key
  F2 { EN }
       ^~~
)");
}

TEST(Diagnostic, AllPiecesGiveTheSame) {
  const std::string text = "F1 { a }\r\n\tüber |é }\r\nF3";
  const std::string whole = shown(text);
  EXPECT_EQ(whole, "m.txt:2:7: error: expected a key\n  \tüber é }\n  \t     ^~~\n");
  for (const std::size_t piece : {1, 2, 3, 7, 64}) EXPECT_EQ(shown(text, piece), whole);
}

TEST(Diagnostic, LineEndsOfEveryKind) {
  for (const char* end : {"\n", "\r\n", "\r"}) {
    const std::string text = std::string("one") + end + "|two" + end + "three";
    EXPECT_NE(shown(text).find("\n  two\n  ^~~\n"), std::string::npos);
  }
}

TEST(Diagnostic, UnderlinesNoMoreThanTheLine) {
  EXPECT_NE(shown("a |b", SIZE_MAX, 50).find("\n  a b\n    ^\n"), std::string::npos);
  EXPECT_NE(shown("a |", SIZE_MAX, 0).find("\n  a \n    ^\n"), std::string::npos);
  EXPECT_NE(shown("|", SIZE_MAX, 0).find("\n  \n  ^\n"), std::string::npos);
}

TEST(Diagnostic, AByteOrderMarkIsNoColumn) {
  Diagnostic diagnostic = diagnostic_of(Message::expected_key);
  diagnostic.at = {6, 1, 4};
  memory::Source source(
      "\xEF\xBB\xBF"
      "F1 x");
  memory::StringSink out;
  write_diagnostic(diagnostic, "m", source, out);
  EXPECT_EQ(out.text(), "m:1:4: error: expected a key\n  F1 x\n     ^\n");
}

TEST(Diagnostic, OfALongLineOnlyAPartIsShown) {
  const std::string before(300, 'a');
  const std::string after(300, 'b');
  const std::string text = shown(before + "|X" + after);
  EXPECT_EQ(text, "m.txt:1:301: error: expected a key\n  …" + std::string(72, 'a') + "X" +
                      std::string(46, 'b') + "…\n   " + std::string(72, ' ') + "^~~\n");
  // A line that begins just where the excerpt does is not cut.
  const std::string whole = std::string(72, 'a') + "|X\n";
  EXPECT_EQ(shown("one\n" + whole).find("…"), std::string::npos);
  EXPECT_NE(shown("one\na" + whole).find("…"), std::string::npos);
}

TEST(Diagnostic, NeverCutsACharacter) {
  for (int shift = 0; shift < 4; ++shift) {
    std::string text(static_cast<std::size_t>(shift), 'x');
    for (int i = 0; i < 60; ++i) text += "€";
    text += "|";
    for (int i = 0; i < 60; ++i) text += "😀";
    EXPECT_EQ(shown(text).find("\uFFFD"), std::string::npos) << shift;
  }
}

TEST(Diagnostic, NothingOfTheSourceMovesTheCursor) {
  const std::string text = shown("\x1B[31m\a |x \x7F\xFF\u202E");
  EXPECT_EQ(text, "m.txt:1:8: error: expected a key\n  \uFFFD[31m\uFFFD x \uFFFD\uFFFD\uFFFD\n" +
                      std::string(9, ' ') + "^~~\n");
}

TEST(Diagnostic, WithoutAPlaceOrAsAWarning) {
  Diagnostic diagnostic = diagnostic_of(Message::store_full);
  diagnostic.at = {0, 0, 0};
  memory::Source source("F1 x");
  memory::StringSink out;
  write_diagnostic(diagnostic, "m", source, out);
  EXPECT_EQ(out.text(), "m: error: no room for what this file needs\n");

  diagnostic = diagnostic_of(Message::character_untypable, "£", "us");
  diagnostic.warning = true;
  memory::StringSink warning;
  write_diagnostic(diagnostic, "m", source, warning);
  EXPECT_TRUE(warning.text().starts_with("m:1:1: warning: layout us has no key for '£'"));
}

}  // namespace
}  // namespace pianola::lang
