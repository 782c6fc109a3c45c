#include "lang/compile/lexer.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.hpp"
#include "ports/memory/compile.hpp"

namespace pianola::lang {
namespace {

std::string utf8(char32_t c) { return std::string(encode_utf8(c)); }

/// One token in words: `word:x`, `number:7`, `duration:50`, `symbol:+`, `quoted:x`, `text`.
std::string shown(const Lexer& lexer) {
  const Token& token = lexer.token();
  switch (token.kind) {
    case TokenKind::end:
      return "end";
    case TokenKind::word:
      return "word:" + std::string(lexer.word());
    case TokenKind::number:
      return (token.hex ? "hex:" : "number:") + std::to_string(token.value);
    case TokenKind::duration:
      return "duration:" + std::to_string(token.value);
    case TokenKind::symbol:
      return "symbol:" + utf8(token.character);
    case TokenKind::quoted:
      return "quoted:" + utf8(token.character);
    case TokenKind::text:
      return "text";
  }
  return {};
}

/// What stands in the text that the lexer is at: `{` for a value (whose tokens are passed over), a
/// `!` if it is not closed.
std::string text_of(Lexer& lexer) {
  std::string all;
  for (;;) {
    const StringItem item = lexer.string_item();
    switch (item.kind) {
      case StringItem::Kind::character:
        all += utf8(item.character);
        break;
      case StringItem::Kind::value:
        all += '{';
        do {
          lexer.next();
        } while (!lexer.token().is_symbol('}') && lexer.token().kind != TokenKind::end);
        break;
      case StringItem::Kind::end:
        return all;
      case StringItem::Kind::broken:
        return all + '!';
    }
  }
}

struct Lexed {
  std::vector<std::string> tokens;
  std::vector<std::string> errors;  ///< `LINE:COLUMN message`
  bool unusable = false;
};

Lexed lex(std::string_view text, std::size_t piece = SIZE_MAX) {
  Lexed out;
  memory::Source source(text, piece);
  memory::Findings findings;
  SourceWindow window(source);
  Lexer lexer(window, &findings);
  do {
    lexer.next();
    std::string token = shown(lexer);
    if (lexer.token().kind == TokenKind::text) token += ':' + text_of(lexer);
    out.tokens.push_back(token);
  } while (lexer.token().kind != TokenKind::end && out.tokens.size() < 1000);
  out.tokens.pop_back();
  out.unusable = lexer.unusable();
  for (const auto& finding : findings.all()) {
    memory::StringSink message;
    write_message(finding.view(), message);
    out.errors.push_back(std::to_string(finding.diagnostic.at.line) + ':' +
                         std::to_string(finding.diagnostic.at.column) + ' ' + message.text());
  }
  return out;
}

using Words = std::vector<std::string>;

/// The tokens of a text without errors, from pieces of all sizes.
Words tokens(std::string_view text) {
  const Lexed whole = lex(text);
  EXPECT_EQ(whole.errors, Words{}) << text;
  for (const std::size_t piece : {1, 2, 3, 7, 64}) {
    EXPECT_EQ(lex(text, piece).tokens, whole.tokens) << text << " in pieces of " << piece;
  }
  return whole.tokens;
}

/// The errors, from pieces of all sizes.
Words errors(std::string_view text) {
  const Lexed whole = lex(text);
  for (const std::size_t piece : {1, 2, 3, 7, 64}) {
    EXPECT_EQ(lex(text, piece).errors, whole.errors) << text << " in pieces of " << piece;
  }
  return whole.errors;
}

/// What stands in the text literal `text`.
std::string literal(std::string_view text) {
  const Words all = tokens(text);
  if (all.size() != 1 || !all[0].starts_with("text:")) {
    ADD_FAILURE() << text << " is not one text";
    return {};
  }
  return all[0].substr(5);
}

// ---- Tokens -------------------------------------------------------------------------------------

TEST(Lexer, KindsOfTokens) {
  EXPECT_EQ(tokens("F1 { KC_A _x 7 0x0a 50ms '#' + \"a\" }"),
            (Words{"word:F1", "symbol:{", "word:KC_A", "word:_x", "number:7", "hex:10",
                   "duration:50", "quoted:#", "symbol:+", "text:a", "symbol:}"}));
  EXPECT_EQ(tokens(""), Words{});
  EXPECT_EQ(tokens(" \t\r\n\v\f\u00A0\u3000\uFEFF"), Words{});
  EXPECT_EQ(tokens("£é€😀"), (Words{"symbol:£", "symbol:é", "symbol:€", "symbol:😀"}));
}

TEST(Lexer, CommentsStandWhereATokenMayStart) {
  EXPECT_EQ(tokens("# one\na#two\n#"), (Words{"word:a"}));
  EXPECT_EQ(tokens("'#' \"#\" #x"), (Words{"quoted:#", "text:#"}));
  EXPECT_EQ(tokens("#\xFF\x01\0 b\r"), Words{});  // whatever stands in them
}

TEST(Lexer, LineEndsOfEveryKind) {
  for (const char* end : {"\n", "\r\n", "\r"}) {
    const std::string text = std::string("a b") + end + end + "c";
    for (const std::size_t piece : {1, 2, 3, 64}) {
      memory::Source source(text, piece);
      SourceWindow window(source);
      Lexer lexer(window);
      lexer.next();
      EXPECT_TRUE(lexer.token().line_before);
      lexer.next();
      EXPECT_FALSE(lexer.token().line_before);
      EXPECT_TRUE(lexer.token().space_before);
      EXPECT_EQ(lexer.token().at.column, 3U);
      lexer.next();
      EXPECT_TRUE(lexer.token().line_before);
      EXPECT_EQ(lexer.token().at.line, 3U);
      EXPECT_EQ(lexer.token().at.column, 1U);
      EXPECT_EQ(lexer.token().at.offset, text.size() - 1);
      EXPECT_EQ(lexer.token().end, text.size());
      EXPECT_EQ(lexer.after_line(0), 3 + std::string_view(end).size());
    }
  }
}

// Runs of one kind of character are taken at once, as far as the window reaches.
TEST(Lexer, WordsBlanksAndCommentsMayBeOfAnyLength) {
  for (std::size_t size = 60; size < 70; ++size) {
    const std::string text = std::string(size, ' ') + std::string(size, 'w') + " #" +
                             std::string(size, '=') + "é\r\n\t" + std::string(size, ' ') + "x";
    for (const std::size_t piece : {1, 7, 64}) {
      memory::Source source(text, piece);
      SourceWindow window(source);
      Lexer lexer(window);
      lexer.next();
      EXPECT_EQ(lexer.word(), std::string(kMaxWord, 'w'));
      EXPECT_EQ(lexer.token().length, size);
      EXPECT_EQ(lexer.token().at.column, size + 1);
      lexer.next();
      EXPECT_EQ(lexer.word(), "x");
      EXPECT_EQ(lexer.token().at.line, 2U);
      EXPECT_EQ(lexer.token().at.column, size + 2);
    }
  }
}

// Those that mean something in a text come one at a time; so does the start of a line in a """
// text, of which blanks alone are told.
TEST(Lexer, PlainCharactersOfATextComeAtOnce) {
  memory::Source source("\"Hello, you. 12 of 3!\\n{é}\"");
  SourceWindow window(source);
  Lexer lexer(window);
  lexer.next();
  EXPECT_EQ(lexer.plain_characters(5), "Hello");
  EXPECT_EQ(lexer.plain_characters(0), "");
  EXPECT_EQ(lexer.plain_characters(100), ", you. 12 of 3!");
  EXPECT_EQ(lexer.position().column, 22U);
  for (const char32_t c : {U'\n', U'{', U'é'}) {
    EXPECT_EQ(lexer.plain_characters(100), "");
    EXPECT_EQ(lexer.string_item().character, c);
  }
  EXPECT_EQ(lexer.plain_characters(100), "}");
  EXPECT_EQ(lexer.plain_characters(100), "");
  EXPECT_EQ(lexer.string_item().kind, StringItem::Kind::end);
}

TEST(Lexer, TheNextByteIsThatBehindBlanks) {
  memory::Source source("a \t = b\nc");
  SourceWindow window(source);
  Lexer lexer(window);
  for (const int byte : {int{'='}, int{'b'}, int{'\n'}, -1}) {
    lexer.next();
    EXPECT_EQ(lexer.next_byte(), byte);
  }
  EXPECT_EQ(lexer.word(), "c");
}

// Lexers that read one source share its window: what looks ahead does not disturb the other.
TEST(Lexer, TwoShareAWindow) {
  std::string text;
  for (char c = 'a'; c <= 'z'; ++c) text += std::string(1 + c % 7, c) + ' ';
  memory::Source source(text);
  SourceWindow window(source);
  Lexer lexer(window);
  for (char c = 'a'; c <= 'z'; ++c) {
    Lexer ahead = lexer;
    while (ahead.token().kind != TokenKind::end || ahead.position().offset == 0) ahead.next();
    lexer.next();
    EXPECT_EQ(lexer.word(), std::string(1 + c % 7, c));
  }
}

TEST(Lexer, ColumnsCountCharacters) {
  memory::Source source("é\t€ 😀x yy");
  SourceWindow window(source);
  Lexer lexer(window);
  for (const std::uint32_t column : {1U, 3U, 5U, 6U, 8U}) {
    lexer.next();
    EXPECT_EQ(lexer.token().at.column, column);
  }
  EXPECT_EQ(lexer.token().length, 2U);
}

TEST(Lexer, AByteOrderMarkIsSkipped) {
  memory::Source source(
      "\xEF\xBB\xBF"
      "F1",
      1);
  SourceWindow window(source);
  Lexer lexer(window);
  lexer.next();
  EXPECT_EQ(lexer.word(), "F1");
  EXPECT_EQ(lexer.token().at.offset, 3U);
  EXPECT_EQ(lexer.token().at.column, 1U);
}

TEST(Lexer, Utf16IsRefusedOnce) {
  using std::string_view_literals::operator""sv;
  for (const std::string_view text :
       {"\xFF\xFE\x46\0 1\0"sv, "\xFE\xFF\0F\0 1"sv, "F\0 1\0"sv, "\0F\0 1"sv, "\xFF\xFE"sv}) {
    const Lexed lexed = lex(text);
    EXPECT_EQ(lexed.errors, (Words{"1:1 the file is UTF-16; save it as plain text in UTF-8"}));
    EXPECT_TRUE(lexed.unusable);
    EXPECT_EQ(lexed.tokens, Words{});
  }
}

TEST(Lexer, WhatIsNoPlainTextIsRefusedOnce) {
  using std::string_view_literals::operator""sv;
  const std::pair<std::string_view, std::string> files[] = {
      {"{\\rtf1\\ansi F1 \\{ \"x\" \\}}"sv, "RTF"},
      {"<!DOCTYPE html><p>F1 { \"x\" }"sv, "HTML"},
      {"PK\x03\x04\x14\0\x06\0\b\0"sv, "a DOCX or ODT document"},
      {"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "an old Word document"},
      {"%PDF-1.7\n"sv, "PDF"},
  };
  for (const auto& [text, format] : files) {
    const Lexed lexed = lex(text);
    EXPECT_EQ(lexed.errors,
              (Words{"1:1 the file is " + format + "; save it as plain text in UTF-8"}));
    EXPECT_TRUE(lexed.unusable);
    EXPECT_EQ(lexed.tokens, Words{});
  }
}

TEST(Lexer, Numbers) {
  EXPECT_EQ(tokens("0 10 007 2147483647 2147483648"),
            (Words{"number:0", "number:10", "number:7", "number:2147483647", "number:2147483648"}));
  EXPECT_EQ(tokens("0x0 0XfF 0x7FFFFFFF"), (Words{"hex:0", "hex:255", "hex:2147483647"}));
  EXPECT_EQ(tokens("5.x"), (Words{"number:5", "symbol:.", "word:x"}));
  EXPECT_EQ(errors("2147483649"), (Words{"1:1 number out of range (-2147483648 to 2147483647)"}));
  EXPECT_EQ(errors("0x80000001"), (Words{"1:1 number out of range (-2147483648 to 2147483647)"}));
  EXPECT_EQ(errors("99999999999999999999999999999999999999").size(), 1U);
  const std::string zeros(60, '0');
  EXPECT_EQ(errors(zeros + "s").size(), 1U);
}

TEST(Lexer, Durations) {
  EXPECT_EQ(tokens("0ms 50ms 1s 1.5s 0.001s 2min 0.5min 1.25min 24.5s"),
            (Words{"duration:0", "duration:50", "duration:1000", "duration:1500", "duration:1",
                   "duration:120000", "duration:30000", "duration:75000", "duration:24500"}));
  EXPECT_EQ(tokens("34560min 2073600s 2073600000ms"),
            (Words{"duration:2073600000", "duration:2073600000", "duration:2073600000"}));
  for (const char* text : {"34561min", "2073600.001s", "2073600001ms", "99999999999999min"}) {
    EXPECT_EQ(errors(text), (Words{"1:1 a duration is at most 24 days"})) << text;
  }
}

TEST(Lexer, WhatIsNoNumber) {
  for (const std::string text : {"1x", "5sec", "0x", "0xG", "0x1.5", "1.5", "1.5ms", "1.2345s",
                                 "1.2.3s", "10h", "1e3", "3S", "3Min", "1_000"}) {
    EXPECT_EQ(errors(text), (Words{"1:1 '" + text +
                                   "' is neither a number nor a duration; "
                                   "durations end in ms, s or min"}))
        << text;
  }
}

TEST(Lexer, LongWordsAreCutAndPassedWhole) {
  const std::string word(1000, 'a');
  const Words all = tokens(word + " b");
  ASSERT_EQ(all.size(), 2U);
  EXPECT_EQ(all[0], "word:" + std::string(kMaxWord, 'a'));
  EXPECT_EQ(all[1], "word:b");
}

TEST(Lexer, QuotedKeys) {
  EXPECT_EQ(tokens("'a' '#' ''' ' ' '\\' '\"' 'é' '😀'"),
            (Words{"quoted:a", "quoted:#", "quoted:'", "quoted: ", "quoted:\\", "quoted:\"",
                   "quoted:é", "quoted:😀"}));
  const Words message{"1:1 a quoted key is one character between ' and '; a text stands in \"…\""};
  for (const char* text : {"'ab'", "'Hello world'", "''", "'", "'a", "'\n", "'\t'", "'ab {"}) {
    EXPECT_EQ(errors(text), message) << text;
  }
  // What follows is read as if it had been right.
  EXPECT_EQ(lex("'ab' x").tokens.back(), "word:x");
  EXPECT_EQ(lex("'ab { x").tokens[1], "symbol:{");
  EXPECT_EQ(lex("don't { x").tokens[2], "symbol:{");
}

TEST(Lexer, FollowingIsTheNextCharacter) {
  memory::Source source("ctrl+c ^V x", 1);
  SourceWindow window(source);
  Lexer lexer(window);
  lexer.next();
  EXPECT_EQ(lexer.following(), U'+');
  lexer.next();
  lexer.next();
  EXPECT_EQ(lexer.following(), U' ');
  lexer.next();
  EXPECT_TRUE(lexer.token().is_symbol('^'));
  EXPECT_EQ(lexer.take_following(), U'V');
  lexer.next();
  EXPECT_EQ(lexer.word(), "x");
  EXPECT_EQ(lexer.following(), U'\0');
}

// ---- Texts --------------------------------------------------------------------------------------

TEST(Lexer, TextsAndEscapes) {
  EXPECT_EQ(literal(R"("")"), "");
  EXPECT_EQ(literal(R"("Hello, # {world}; 'x'")"), "Hello, # {world}; 'x'");
  EXPECT_EQ(literal(R"("\"\\\n\t\e\$\u{1F600}\u{41}")"), "\"\\\n\t\x1B$😀A");
  EXPECT_EQ(literal(R"("\'\{\}\[\]")"), "'{}[]");
  EXPECT_EQ(literal("\"a\tb\""), "a\tb");
  EXPECT_EQ(literal(R"("$ $5 $$ 5$")"), "$ $5 $$ 5$");
  EXPECT_EQ(literal(R"("\${x} $\{x}")"), "${x} ${x}");
  EXPECT_EQ(literal(R"("a ${x + 1} b ${ y }")"), "a { b {");
}

TEST(Lexer, ABackslashBeforeOtherPunctuationIsLost) {
  const Lexed lost = lex(R"("\#\/\_\~\!")");
  EXPECT_EQ(lost.tokens, Words{"text:#/_~!"});
  ASSERT_EQ(lost.errors.size(), 5U);
  EXPECT_EQ(lost.errors[2], R"(1:6 '\_' types only '_'; a backslash is written '\\')");
}

TEST(Lexer, BadEscapesNameTheRightOnes) {
  const auto message = [](const char* text) {
    const Words all = errors(text);
    return all.size() == 1 ? all[0] : std::to_string(all.size()) + " errors";
  };
  EXPECT_EQ(message(R"("a\r")"), R"(1:3 unknown escape '\r'; did you mean '\n'?)");
  EXPECT_EQ(message(R"("a\x41")"), R"(1:3 unknown escape '\x'; did you mean '\u{…}'?)");
  EXPECT_EQ(message(R"("C:\Users")"), R"(1:4 unknown escape '\U'; did you mean '\\'?)");
  EXPECT_EQ(message(R"("a\ b")"), R"(1:3 unknown escape '\ '; did you mean '\\'?)");
  EXPECT_EQ(message(R"("\é")"), R"(1:2 unknown escape '\é'; did you mean '\\'?)");
  for (const char* text : {R"("\u")", R"("\u41")", R"("\u{}")", R"("\u{110000}")", R"("\u{D800}")",
                           R"("\u{0}")", R"("\u{0000041}")", R"("\u{xyz}")", R"("\u{41")"}) {
    EXPECT_EQ(message(text), "1:2 '\\u{' takes 1 to 6 hex digits of a Unicode character and '}'")
        << text;
  }
}

TEST(Lexer, TextsEndInTheirLine) {
  const Words message{
      R"(1:3 text without its closing '"' on this line; many lines stand in """ … """)"};
  for (const char* text :
       {"a \"b", "a \"b\nc", "a \"b\r\nc", "a \"b\rc", "a \"b\\\nc", "a \"b${x}c"}) {
    EXPECT_EQ(errors(text), message) << text;
  }
  EXPECT_EQ(lex("\"b\nc").tokens, (Words{"text:b!", "word:c"}));
}

TEST(Lexer, TextsOfManyLines) {
  EXPECT_EQ(literal("\"\"\"one\"\"\""), "one");
  EXPECT_EQ(literal("\"\"\"\"\"\""), "");
  EXPECT_EQ(literal("\"\"\"one\ntwo\"\"\""), "one\ntwo");
  EXPECT_EQ(literal("\"\"\"one\n  two\"\"\""), "one\n  two");
  EXPECT_EQ(literal("\"\"\"a \"quoted\" b\"\" c\"\"\""), "a \"quoted\" b\"\" c");
  EXPECT_EQ(literal("\"\"\" \\\"\\n ${x} \"\"\""), " \"\n { ");
  // The first line's indentation is taken off each line, as far as it is there.
  EXPECT_EQ(literal("\"\"\"\n  one\n    two\n three\n\n  \"\"\""), "one\n  two\nthree\n\n");
  EXPECT_EQ(literal("\"\"\"  \n\tone\n\t\ttwo\n\t\"\"\""), "one\n\ttwo\n");
  EXPECT_EQ(literal("\"\"\"\n\n  one\n  two\"\"\""), "\none\ntwo");
  EXPECT_EQ(literal("\"\"\"\n\"\"\""), "");
}

TEST(Lexer, ManyLinesWithLineEndsOfEveryKind) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    EXPECT_EQ(literal("\"\"\"" + end + "  a" + end + "   b" + end + "  \"\"\""), "a\n b\n");
  }
}

TEST(Lexer, ManyLinesWithoutEnd) {
  EXPECT_EQ(errors("a \"\"\"b\nc"), (Words{"1:3 text without its closing '\"\"\"'"}));
  EXPECT_EQ(errors("\"\"\"b\nc\""), (Words{"1:1 text without its closing '\"\"\"'"}));
  EXPECT_EQ(errors("\"\"\"a\\\nb\"\"\""), (Words{R"(1:5 unknown escape '\'; did you mean '\\'?)"}));
}

TEST(Lexer, ATextInAValueDoesNotEndTheOuterOne) {
  memory::Source source("\"\"\"a ${ \"b\" } c\nd\"\"\" e");
  SourceWindow window(source);
  Lexer lexer(window);
  lexer.next();
  StringItem item = lexer.string_item();
  while (item.kind == StringItem::Kind::character) item = lexer.string_item();
  ASSERT_EQ(item.kind, StringItem::Kind::value);
  lexer.next();
  ASSERT_EQ(lexer.token().kind, TokenKind::text);
  EXPECT_EQ(text_of(lexer), "b");
  lexer.next();
  EXPECT_TRUE(lexer.token().is_symbol('}'));
  EXPECT_EQ(text_of(lexer), " c\nd");
  lexer.next();
  EXPECT_EQ(lexer.word(), "e");
}

// ---- Bad bytes ----------------------------------------------------------------------------------

TEST(Lexer, BytesThatAreNotUtf8AreToldOnce) {
  const Words message{"1:3 this byte is not UTF-8 text; save the file as UTF-8"};
  EXPECT_EQ(errors("a \xE9 b \xE9\n\"\xE9\""), message);
  EXPECT_EQ(errors("a \xC3"), message);
  EXPECT_EQ(errors("a \xED\xA0\x80"), message);
  EXPECT_EQ(errors("a\"\xFF\xFE\""), message);
  EXPECT_EQ(lex("a \xE9 b").tokens, (Words{"word:a", "word:b"}));
}

TEST(Lexer, ControlCharactersAreToldOnceEachRun) {
  using std::string_view_literals::operator""sv;
  EXPECT_EQ(errors("a \x07 b"), (Words{"1:3 control character 0x07 has no meaning here"}));
  EXPECT_EQ(errors("ab\0\0\0c\x7F"sv), (Words{"1:3 control character 0x00 has no meaning here",
                                              "1:7 control character 0x7f has no meaning here"}));
  EXPECT_EQ(errors("\"a\x1B\x01z\x02\""),
            (Words{"1:3 control character 0x1b has no meaning here",
                   "1:6 control character 0x02 has no meaning here"}));
}

// ---- Raw reports and placeholders ---------------------------------------------------------------

TEST(Lexer, RawReports) {
  const auto raw = [](std::string_view text) {
    memory::Source source(text, 1);
    SourceWindow window(source);
    Lexer lexer(window);
    lexer.next();
    const auto report = lexer.raw_report();
    if (!report) return std::string("none");
    std::string shown = std::to_string(report->mods) + ':';
    for (unsigned i = 0; i < report->count; ++i) shown += std::to_string(report->keys[i]) + ' ';
    lexer.next();
    return shown + std::string(lexer.word());
  };
  EXPECT_EQ(raw("[01:06]x"), "1:6 x");
  EXPECT_EQ(raw("[00:00] x"), "0:x");
  EXPECT_EQ(raw("[ff:] x"), "255:x");
  EXPECT_EQ(raw("[ 0A : 04 , 05 ] x"), "10:4 5 x");
  EXPECT_EQ(raw("[1:6,A]x"), "1:6 10 x");
  EXPECT_EQ(raw("[00:01,02,03,04,05,06]x"), "0:1 2 3 4 5 6 x");
  EXPECT_EQ(raw("[00:01,00,02]x"), "0:1 2 x");
  for (const char* bad : {"[]", "[01]", "[:06]", "[01:06", "[01:06}", "[01:06,]", "[01 06]",
                          "[001:06]", "[gg:06]", "[01:01,02,03,04,05,06,07]", "[01:06\n]", "["}) {
    EXPECT_EQ(raw(bad), "none") << bad;
  }
}

TEST(Lexer, ABadRawReportIsPassedOver) {
  const auto next = [](std::string_view text) {
    memory::Source source(text);
    SourceWindow window(source);
    Lexer lexer(window);
    lexer.next();
    EXPECT_FALSE(lexer.raw_report().has_value());
    lexer.next();
    return shown(lexer);
  };
  EXPECT_EQ(next("[1:2:3] x"), "word:x");
  EXPECT_EQ(next("[01:06 } x"), "symbol:}");
  EXPECT_EQ(next("[01:06 \n x"), "word:x");
}

TEST(Lexer, Placeholders) {
  const auto number = [](std::string_view text) {
    memory::Source source(text);
    SourceWindow window(source);
    Lexer lexer(window);
    lexer.next();
    const auto found = lexer.placeholder_number();
    lexer.next();
    return (found ? std::to_string(*found) : "none") + ' ' + shown(lexer);
  };
  EXPECT_EQ(number("private #7 locked"), "7 word:locked");
  EXPECT_EQ(number("private\t#12 locked"), "12 word:locked");
  EXPECT_EQ(number("private # a comment\nF1"), "none word:F1");
  EXPECT_EQ(number("private F9"), "none word:F9");
  EXPECT_EQ(number("private\n#7 locked"), "none end");
}

TEST(Lexer, ACopyLooksAheadInSilence) {
  memory::Source source("a 'bc' d");
  memory::Findings findings;
  SourceWindow window(source);
  Lexer lexer(window, &findings);
  lexer.next();
  Lexer ahead = lexer;
  ahead.set_sink(nullptr);
  ahead.next();
  ahead.next();
  EXPECT_EQ(ahead.word(), "d");
  EXPECT_EQ(findings.errors(), 0U);
  EXPECT_EQ(lexer.word(), "a");
  lexer.next();
  EXPECT_EQ(findings.errors(), 1U);
}

// ---- Going on after a text that is not closed ---------------------------------------------------

TEST(Lexer, GoesBackToTheBracesOfTheLine) {
  const auto next = [](std::string_view text) {
    memory::Source source(text, 3);
    SourceWindow window(source);
    Lexer lexer(window);
    lexer.next();
    text_of(lexer);
    const bool found = lexer.back_to_braces(8);
    lexer.next();
    return (found ? "" : "not ") + shown(lexer) + ' ' + std::to_string(lexer.token().at.column);
  };
  EXPECT_EQ(next("\"abc }\nx"), "symbol:} 6");
  EXPECT_EQ(next("\"a } b } } # c\nx"), "symbol:} 8");
  EXPECT_EQ(next("\"abc };\t\nx"), "symbol:} 6");
  EXPECT_EQ(next("\"a } b\nx"), "not word:x 1");
  EXPECT_EQ(next("\"abc\nx"), "not word:x 1");
  EXPECT_EQ(next("\"abc }"), "symbol:} 6");
  EXPECT_EQ(next("\"\"\"abc }\n"), "not end 1");
}

TEST(Lexer, GoesOnToTheQuotesOfALaterLine) {
  const auto next = [](std::string_view text) {
    memory::Source source(text, 3);
    SourceWindow window(source);
    Lexer lexer(window);
    lexer.next();
    text_of(lexer);
    lexer.on_to_quotes();
    lexer.next();
    return shown(lexer);
  };
  EXPECT_EQ(next("\"one\ntwo\" x"), "word:x");
  EXPECT_EQ(next("\"one\n\n two\" }"), "symbol:}");
  EXPECT_EQ(next("\"one\n two\"\nx"), "word:x");
  EXPECT_EQ(next("\"one\n t\\\"wo\" }"), "symbol:}");
  EXPECT_EQ(next("\"one\ny \"two\" x"), "word:y");     // a text of its own
  EXPECT_EQ(next("\"one\ny \"two\nx\" z"), "word:y");  // another one that is not closed
  EXPECT_EQ(next("\"one\ny z"), "word:y");
  EXPECT_EQ(next("\"one\n" + std::string(20, '\n') + "y\" z"), "word:y");
}

}  // namespace
}  // namespace pianola::lang
