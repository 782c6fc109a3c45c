#include "lang/text/formatter.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/status.hpp"
#include "ports/memory/compile.hpp"

namespace pianola::lang {
namespace {

std::string formatted(std::string_view text, std::size_t piece = SIZE_MAX) {
  memory::Source source(text, piece);
  memory::StringSink out;
  format(source, out);
  return out.text();
}

/// Formats `text`, and checks what must hold for any text: formatting again changes nothing, pieces
/// of any size give the same, and the code stays equal.
std::string checked(std::string_view text) {
  std::string once = formatted(text);
  EXPECT_EQ(formatted(once), once);
  EXPECT_EQ(formatted(text, 1), once);
  memory::Roll before;
  memory::Roll after;
  memory::Findings findings;
  EXPECT_EQ(memory::compile(text, before, findings), Status::ok) << text;
  EXPECT_EQ(memory::compile(once, after, findings), Status::ok) << once;
  std::vector<std::vector<std::uint8_t>> codes_before;
  std::vector<std::vector<std::uint8_t>> codes_after;
  for (const auto& definition : before.definitions()) {
    if (!definition.code.empty()) codes_before.push_back(definition.code);
  }
  for (const auto& definition : after.definitions()) {
    if (!definition.code.empty()) codes_after.push_back(definition.code);
  }
  EXPECT_EQ(codes_before, codes_after);
  return once;
}

TEST(Formatter, EmptyFilesStayEmpty) {
  EXPECT_EQ(checked(""), "");
  EXPECT_EQ(checked("\n\n  \n"), "");
}

TEST(Formatter, SetsBracesApart) {
  EXPECT_EQ(checked("F1{\"x\"TAB   ENTER}"), "F1 { \"x\" TAB ENTER }\n");
  EXPECT_EQ(checked("F1{}"), "F1 { }\n");
}

TEST(Formatter, IndentsBlocks) {
  EXPECT_EQ(checked("F1 {\n\"a\"\n      repeat 2 {\nENTER\n }\n}\n"),
            "F1 {\n  \"a\"\n  repeat 2 {\n    ENTER\n  }\n}\n");
}

TEST(Formatter, KeepsCommentsWhereTheyAre) {
  EXPECT_EQ(checked("# top   \nF1 {    # beside\n# inside\n\"a\"\n# last\n}   # after\n# end"),
            "# top\nF1 {    # beside\n  # inside\n  \"a\"\n  # last\n}   # after\n# end\n");
}

TEST(Formatter, KeepsOneEmptyLineOfSeveral) {
  EXPECT_EQ(checked("\n\nF1 { }\n\n\n\nF2 { }\n\n\n"), "F1 { }\n\nF2 { }\n");
  EXPECT_EQ(checked("F1 { }\n\n\n# c\n\n\nF2 { }"), "F1 { }\n\n# c\n\nF2 { }\n");
}

TEST(Formatter, KeepsSpacesThatAlignDefinitions) {
  EXPECT_EQ(checked("m     { \"a\" }\nF10   { \"b\" }\nF11   = a\n"),
            "m     { \"a\" }\nF10   { \"b\" }\nF11   = a\n");
  EXPECT_EQ(checked("layer n { h = LEFT   j = DOWN }"), "layer n { h = LEFT   j = DOWN }\n");
}

TEST(Formatter, WritesKeyNamesInUpperCase) {
  EXPECT_EQ(checked("capslock = lctrl\nf5 { enter tap pgdn, Home ctrl+delete }"),
            "CAPSLOCK = LCTRL\nF5 { ENTER tap PGDN, HOME ctrl+DELETE }\n");
}

TEST(Formatter, LeavesNamesThatLookLikeKeysAlone) {
  const std::string_view text =
      "macro enter(home) { \"${home}\" wait (home) call enter(home) }\nvar tab = 3\n";
  EXPECT_EQ(checked(text), text);
}

TEST(Formatter, LeavesTextsAlone) {
  const std::string_view text =
      "F1 { \"a  b{}#\\\"  ${1+2}\" \"\"\"\n    keep\n      this\n    \"\"\" }\n";
  EXPECT_EQ(checked(text), text);
}

TEST(Formatter, LeavesChordsTogether) {
  const std::string_view text =
      "ctrl+= { \"a\" }\nalt++ { tap ctrl+'+', a, ^c ^cENTER }\n= = LCTRL\n";
  EXPECT_EQ(checked(text), text);
}

TEST(Formatter, SetsArgumentsAndOptionsApart) {
  EXPECT_EQ(checked("macro f(a,b){\"${a}\"}\nF3 (typing:20ms,layout :us ){call f( 1,\"x\" )}"),
            "macro f(a, b) { \"${a}\" }\nF3 (typing: 20ms, layout: us) { call f(1, \"x\") }\n");
}

TEST(Formatter, KeepsTheOldForm) {
  EXPECT_EQ(checked("define F4\ntype \"x\"\n   report mod=0x01 keys=0x06,0x07\nend\nF5 { }"),
            "define F4\n  type \"x\"\n  report mod=0x01 keys=0x06,0x07\nend\nF5 { }\n");
}

TEST(Formatter, TurnsLineEndsIntoLf) {
  EXPECT_EQ(checked("\xEF\xBB\xBF# a\r\nF1 {\r\n\"x\"\r\n}\r\nF2 { }\rF3 { }"),
            "# a\nF1 {\n  \"x\"\n}\nF2 { }\nF3 { }\n");
}

TEST(Formatter, LosesNothingOfAFileWithErrors) {
  const std::string out = formatted("F1 { \"open\nwhat ever ( [ ) }}} }\n");
  for (const std::string_view word : {"F1", "\"open", "what", "ever", "(", "[", "}}} }"}) {
    EXPECT_NE(out.find(word.substr(0, 1)), std::string::npos) << word;
  }
}

TEST(Formatter, BlocksAndPatterns) {
  EXPECT_EQ(
      checked("F1 {\nif held {\n\"a\"\n}\nelse if released{\"b\"} else {\n\"c\"\n} }\n"),
      "F1 {\n  if held {\n    \"a\"\n  }\n  else if released { \"b\" } else {\n    \"c\"\n  } "
      "}\n");
  EXPECT_EQ(
      checked("g { match next within 400ms {\n  t   {^C}\n shift+pgup {enter}\n else   { }\n} }"),
      "g { match next within 400ms {\n    t   { ^C }\n    shift+PGUP { ENTER }\n    else   { }\n"
      "  } }\n");
  EXPECT_EQ(checked("F1 {\nlabel enter\n   goto enter\n}"),
            "F1 {\n  label enter\n  goto enter\n}\n");
}

TEST(Formatter, Values) {
  EXPECT_EQ(
      checked("F1 { let home=1 home=home+1 if home<=2 and home>1{ } wait until home!=3 max 1s }"),
      "F1 { let home = 1 home = home+1 if home <= 2 and home > 1 { } wait until home != 3 max 1s "
      "}\n");
  EXPECT_EQ(checked("var end2\nF1 { end2=1   esc\nend2=held(enter) }"),
            "var end2\nF1 { end2 = 1 esc\n  end2 = held(enter) }\n");
}

TEST(Formatter, ValuesOnSeveralLines) {
  EXPECT_EQ(
      checked(
          "macro f(p1,\n  end2) { }\nF1 { let home = 1 call f(1,\n home) home = 3 +\nhome\n- home "
          "if home and\nhome { } call\nf(1, home) }"),
      "macro f(p1,\nend2) { }\nF1 { let home = 1 call f(1,\n  home) home = 3 +\n  home\n  - home "
      "if "
      "home and\n  home { } call\n  f(1, home) }\n");
}

TEST(Formatter, TriggersAndRemaps) {
  EXPECT_EQ(checked("space=space/layer nav\nlayer nav { . =pgdn }\n. =  pgup / lctrl"),
            "SPACE = SPACE / layer nav\nlayer nav { . = PGDN }\n. = PGUP / LCTRL\n");
  EXPECT_EQ(checked("on layer nav {press mouse left   tap enter}\nlayer nav { }\nf1=mouse left"),
            "on layer nav { press mouse left tap ENTER }\nlayer nav { }\nF1 = mouse left\n");
  EXPECT_EQ(
      checked("double enter { }\nhold f5 { }\nj & k { }\n\"brb \"{ }\nm5 { }\nleader esc=tab"),
      "double ENTER { }\nhold F5 { }\nj & k { }\n\"brb \" { }\nm5 { }\nleader ESC = TAB\n");
}

TEST(Formatter, SetsDivisionsAndKeysWithTwoJobsApart) {
  EXPECT_EQ(checked("F1 { let a=8 let b = a/2*3%5 b=(a/2)/ 2 \"${a/2}\" if b/2>1 { } }"),
            "F1 { let a = 8 let b = a / 2 * 3 % 5 b = (a / 2) / 2 \"${a/2}\" if b / 2 > 1 { } }\n");
  EXPECT_EQ(checked("f=f/lctrl\nj=j/ESC\nk = k /LALT"),
            "f = f / LCTRL\nj = j / ESC\nk = k / LALT\n");
  EXPECT_EQ(checked("ctrl+/ = ctrl+/\nleader / { tap ctrl+/ if held(/) { } }"),
            "ctrl+/ = ctrl+/\nleader / { tap ctrl+/ if held(/) { } }\n");
  EXPECT_EQ(checked("layer nav { f=f/LCTRL   g=/ }"), "layer nav { f = f / LCTRL   g = / }\n");
}

}  // namespace
}  // namespace pianola::lang
