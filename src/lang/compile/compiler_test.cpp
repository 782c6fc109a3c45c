#include "lang/compile/compiler.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/status.hpp"
#include "support/assembler.hpp"
#include "support/compilation.hpp"

namespace pianola::lang {
namespace {

using test::Assembler;
using test::Code;
using test::code_of;
using test::Compilation;
using test::messages_of;
using test::repeated;
using Words = std::vector<std::string>;

// The device gives it 2 KB; pointers and alignment only make it larger here.
static_assert(sizeof(Compiler) <= 2048);

Assembler bind(std::uint16_t usage = 0x3A) {
  Assembler code;
  code.op(Opcode::bind).trigger(usage);
  return code;
}

Code end(Assembler& code, std::uint32_t frame = 0, std::uint32_t labels = 0) {
  return code.op(Opcode::end).number(frame).number(labels).code;
}

/// The code of `statements`, without BIND and END.
Code body(const std::string& statements) {
  const Code code = code_of("F1 { " + statements + " }");
  const Code head = bind().code;
  Assembler tail;
  end(tail);
  if (code.size() < head.size() + tail.code.size()) return {};
  return {code.begin() + static_cast<std::ptrdiff_t>(head.size()),
          code.end() - static_cast<std::ptrdiff_t>(tail.code.size())};
}

Assembler chord(Opcode opcode, std::uint8_t mods, std::uint16_t usage) {
  return Assembler{}.op(opcode).u8(mods).key(usage);
}
Assembler letter(Opcode opcode, std::uint8_t mods, char32_t c) {
  return Assembler{}.op(opcode).u8(mods).character(c);
}
Assembler operator+(Assembler one, const Assembler& two) {
  one.code.insert(one.code.end(), two.code.begin(), two.code.end());
  return one;
}

// ---- Statements ---------------------------------------------------------------------------------

TEST(Compiler, TextsAreCutAtWholeCharacters) {
  EXPECT_EQ(body(R"("Hi\n")"), Assembler{}.op(Opcode::text).counted("Hi\n").code);
  EXPECT_EQ(body(R"("")"), Assembler{}.op(Opcode::text).counted("").code);
  const std::string almost(126, 'x');
  EXPECT_EQ(body('"' + almost + "é!\""), (Assembler{}.op(Opcode::text).counted(almost) +
                                          Assembler{}.op(Opcode::text).counted("é!"))
                                             .code);
}

TEST(Compiler, TapsOfEverySpelling) {
  EXPECT_EQ(body("ENTER"), chord(Opcode::tap, 0, 0x28).code);
  EXPECT_EQ(body("enter"), body("tap Enter"));
  EXPECT_EQ(body("KC_ENT"), body("ENTER"));
  EXPECT_EQ(body("0x28"), body("ENTER"));
  EXPECT_EQ(body("key 0x28"), body("ENTER"));
  EXPECT_EQ(body("tap a"), letter(Opcode::tap, 0, 'a').code);
  EXPECT_EQ(body("tap A"), body("'a'"));
  EXPECT_EQ(body("tap 1"), chord(Opcode::tap, 0, 0x1E).code);
  EXPECT_EQ(body("'0'"), chord(Opcode::tap, 0, 0x27).code);
  EXPECT_EQ(
      body("tap a, '#', ctrl+ENTER"),
      (letter(Opcode::tap, 0, 'a') + letter(Opcode::tap, 0, '#') + chord(Opcode::tap, 1, 0x28))
          .code);
}

TEST(Compiler, Chords) {
  EXPECT_EQ(body("ctrl+c"), letter(Opcode::tap, 0x01, 'c').code);
  EXPECT_EQ(body("^C"), body("ctrl+c"));
  EXPECT_EQ(body("^cENTER"), body("ctrl+c ENTER"));
  EXPECT_EQ(body("^C^V"), body("ctrl+c ctrl+v"));
  EXPECT_EQ(body("ctrl++"), letter(Opcode::tap, 0x01, '+').code);
  EXPECT_EQ(body("ctrl+'+'"), body("ctrl++"));
  EXPECT_EQ(body("Shift+CTRL+Alt+GUI+F1"), chord(Opcode::tap, 0x0F, 0x3A).code);
  EXPECT_EQ(body("rctrl+lshift+ralt+rgui+F1"), chord(Opcode::tap, 0xD2, 0x3A).code);
  EXPECT_EQ(body("win+l"), body("cmd+l"));
  EXPECT_EQ(body("shift+^c"), letter(Opcode::tap, 0x03, 'c').code);
  EXPECT_EQ(body("tap ^ ENTER"), (letter(Opcode::tap, 0, '^') + chord(Opcode::tap, 0, 0x28)).code);
  EXPECT_EQ(body("ctrl+0x04"), chord(Opcode::tap, 0x01, 0x04).code);
  EXPECT_EQ(body("ctrl+1"), chord(Opcode::tap, 0x01, 0x1E).code);
}

TEST(Compiler, PressReleaseHoldToggle) {
  EXPECT_EQ(body("press LCTRL, a release a release all"),
            (chord(Opcode::press, 0, 0xE0) + letter(Opcode::press, 0, 'a') +
             letter(Opcode::release, 0, 'a') + Assembler{}.op(Opcode::release_all))
                .code);
  EXPECT_EQ(body("hold shift+a toggle CAPSLOCK"),
            (letter(Opcode::hold, 0x02, 'a') + chord(Opcode::toggle, 0, 0x39)).code);
}

TEST(Compiler, RawReports) {
  EXPECT_EQ(body("[01:06,19] [00:00] [ff:]"),
            (Assembler{}.op(Opcode::raw).u8(1).counted("\x06\x19") +
             Assembler{}.op(Opcode::raw).u8(0).u8(0) + Assembler{}.op(Opcode::raw).u8(0xFF).u8(0))
                .code);
}

TEST(Compiler, Waits) {
  EXPECT_EQ(body("wait 50ms"), Assembler{}.op(Opcode::wait).number(50).code);
  EXPECT_EQ(body("wait 1.5s"), Assembler{}.op(Opcode::wait).number(1500).code);
  EXPECT_EQ(body("wait (5)"), Assembler{}.op(Opcode::push).integer(5).op(Opcode::wait_value).code);
  EXPECT_EQ(body("wait release"), Assembler{}.op(Opcode::wait_release).number(0).code);
  EXPECT_EQ(body("wait release max 1s"), Assembler{}.op(Opcode::wait_release).number(1001).code);
}

TEST(Compiler, SeparatorsAreFree) {
  const Code code = body("\"a\" ENTER wait 5ms");
  EXPECT_EQ(body("\"a\"ENTER;wait 5ms;"), code);
  EXPECT_EQ(body("\n\"a\" # x\n\r\n ENTER;;\n\twait\n5ms"), code);
}

TEST(Compiler, RepeatsHaveTheirLabels) {
  Assembler code = bind();
  code.op(Opcode::push).integer(2).op(Opcode::counter).u8(0);
  const auto outer = static_cast<std::uint32_t>(code.code.size());
  code.op(Opcode::repeat).u8(0).number(0);
  code.op(Opcode::push).integer(3).op(Opcode::counter).u8(1);
  const auto inner = static_cast<std::uint32_t>(code.code.size());
  code.op(Opcode::repeat).u8(1).number(1);
  code = code + chord(Opcode::tap, 0, 0x28);
  const auto end_inner = static_cast<std::uint32_t>(code.code.size());
  code.op(Opcode::back).number(end_inner - inner);
  const auto after_inner = static_cast<std::uint32_t>(code.code.size());
  code.op(Opcode::back).number(after_inner - outer);
  const auto after_outer = static_cast<std::uint32_t>(code.code.size());
  code.op(Opcode::labels).number(0).u8(2).label(1, after_inner, 0).label(0, after_outer, 0);
  const std::string loops = "repeat 2 { repeat 3 { ENTER } }";
  EXPECT_EQ(code_of("F1 { " + loops + " }"), end(code, 2, after_outer + 1));
}

TEST(Compiler, SlotsAreUsedAgainAfterABlock) {
  Compilation compiled("macro f(a, b) { repeat a { } repeat b { repeat 2 { } } }");
  ASSERT_EQ(compiled.messages(), Words{});
  ASSERT_EQ(compiled.roll().index().size(), 1U);
  EXPECT_EQ(compiled.roll().index()[0].frame, 4);
  EXPECT_EQ(compiled.roll().index()[0].params, 2);
}

TEST(Compiler, Calls) {
  EXPECT_EQ(code_of("macro f { call f call f() }"),
            (Assembler{}.op(Opcode::macro).counted("f").number(0) +
             Assembler{}.op(Opcode::call).counted("f").number(0) +
             Assembler{}.op(Opcode::call).counted("f").number(0) +
             Assembler{}.op(Opcode::end).number(0).number(0))
                .code);
  const std::string longest(200, 'x');
  EXPECT_EQ(code_of("macro f(a, b) { call f(\"" + longest + "\", -1) }"),
            (Assembler{}.op(Opcode::macro).counted("f").number(2) +
             Assembler{}.op(Opcode::push_text).counted(std::string(127, 'x')) +
             Assembler{}.op(Opcode::more_text).counted(std::string(73, 'x')) +
             Assembler{}.op(Opcode::push).integer(-1) +
             Assembler{}.op(Opcode::call).counted("f").number(2) +
             Assembler{}.op(Opcode::end).number(2).number(0))
                .code);
}

TEST(Compiler, ExpressionsBindAsUsual) {
  const auto value = [](const std::string& expression) {
    Compilation compiled("var x\nF1 { \"${" + expression + "}\" }");
    EXPECT_EQ(compiled.messages(), Words{}) << expression;
    const Code& code = compiled.roll().definitions()[1].code;
    const std::size_t head = bind().code.size();
    return Code(code.begin() + static_cast<std::ptrdiff_t>(head), code.end() - 4);
  };
  const auto n = [](std::int32_t number) { return Assembler{}.op(Opcode::push).integer(number); };
  const auto op = [](Opcode opcode) { return Assembler{}.op(opcode); };
  const Assembler x = Assembler{}.op(Opcode::load_global).counted("x");
  EXPECT_EQ(value("1+2*3"), (n(1) + n(2) + n(3) + op(Opcode::multiply) + op(Opcode::add)).code);
  EXPECT_EQ(value("(1+2)*3"), (n(1) + n(2) + op(Opcode::add) + n(3) + op(Opcode::multiply)).code);
  EXPECT_EQ(value("10-3-2"),
            (n(10) + n(3) + op(Opcode::subtract) + n(2) + op(Opcode::subtract)).code);
  EXPECT_EQ(value("8/4%3"), (n(8) + n(4) + op(Opcode::divide) + n(3) + op(Opcode::modulo)).code);
  EXPECT_EQ(value("-x*2"), (x + op(Opcode::negate) + n(2) + op(Opcode::multiply)).code);
  EXPECT_EQ(value("--x"), (x + op(Opcode::negate) + op(Opcode::negate)).code);
  EXPECT_EQ(value("-5"), n(-5).code);
  EXPECT_EQ(value("3 - -5"), (n(3) + n(-5) + op(Opcode::subtract)).code);
  EXPECT_EQ(value("-2147483648"), n(-2147483647 - 1).code);
  EXPECT_EQ(value("max(1, x, 3)"),
            (n(1) + x + op(Opcode::maximum) + n(3) + op(Opcode::maximum)).code);
  EXPECT_EQ(value("min(1+1, (x))"), (n(1) + n(1) + op(Opcode::add) + x + op(Opcode::minimum)).code);
}

TEST(Compiler, ParametersHideVariables) {
  EXPECT_EQ(code_of("macro f(x) { \"${x}\" }\nvar x"),
            (Assembler{}.op(Opcode::macro).counted("f").number(1) +
             Assembler{}.op(Opcode::load).u8(0).op(Opcode::type) +
             Assembler{}.op(Opcode::end).number(1).number(0))
                .code);
}

// ---- Definitions --------------------------------------------------------------------------------

TEST(Compiler, Settings) {
  const auto number = [](Setting setting, std::uint32_t value) {
    return Assembler{}
        .op(Opcode::set_number)
        .number(static_cast<std::uint32_t>(setting))
        .number(value)
        .code;
  };
  EXPECT_EQ(code_of("set typing = fast"), number(Setting::typing, 0));
  EXPECT_EQ(code_of("set typing=safe"), number(Setting::typing, 1));
  EXPECT_EQ(code_of("set typing = 20ms"), number(Setting::typing, 22));
  EXPECT_EQ(code_of("set typing = 0"), number(Setting::typing, 2));
  EXPECT_EQ(code_of("set tap = 0"), number(Setting::tap, 0));
  EXPECT_EQ(code_of("set tap = 1s"), number(Setting::tap, 1000));
  EXPECT_EQ(code_of("set neutral = F18"), number(Setting::neutral, 0x6D));
  EXPECT_EQ(code_of("set layout = DE"),
            Assembler{}.op(Opcode::set_name).number(0).counted("de").code);
}

TEST(Compiler, Variables) {
  const auto variable = [](std::int32_t value) {
    return Assembler{}.op(Opcode::variable).counted("x").integer(value).code;
  };
  EXPECT_EQ(code_of("var x"), variable(0));
  EXPECT_EQ(code_of("var x = 7"), variable(7));
  EXPECT_EQ(code_of("var x = -0x10"), variable(-16));
  EXPECT_EQ(code_of("var x = -2147483648"), variable(-2147483647 - 1));
  EXPECT_EQ(code_of("var x = 2147483647"), variable(2147483647));
}

TEST(Compiler, RemapsAndLayers) {
  EXPECT_EQ(code_of("CAPSLOCK = ctrl+ESC"),
            Assembler{}.op(Opcode::remap).trigger(0x39).u8(1).key(0x29).code);
  EXPECT_EQ(code_of("CAPSLOCK = none"), Assembler{}.op(Opcode::remap_none).trigger(0x39).code);
  EXPECT_EQ(code_of("private layer nav { h = LEFT; [private] F1 { } }"),
            (Assembler{}.op(Opcode::private_next).op(Opcode::layer).counted("nav") +
             Assembler{}.op(Opcode::remap).u8(0).character('h').u8(0).key(0x50) +
             Assembler{}.op(Opcode::private_next) + bind() +
             Assembler{}.op(Opcode::end).number(0).number(0).op(Opcode::layer_end))
                .code);
}

TEST(Compiler, TriggersKeepTheirSides) {
  EXPECT_EQ(code_of("ctrl+rshift+m { }"),
            (Assembler{}.op(Opcode::bind).u8(0x80).u8(0x20).u8(0x01).character('m') +
             Assembler{}.op(Opcode::end).number(0).number(0))
                .code);
}

TEST(Compiler, Options) {
  Assembler code = Assembler{}.op(Opcode::option_typing).number(22);
  code.op(Opcode::option_layout).counted("us").op(Opcode::option_again).number(0);
  code.op(Opcode::bind).trigger(0x3A);
  EXPECT_EQ(code_of("F1 (typing: 20ms, layout: us, again: ignore) { }"), end(code));
}

TEST(Compiler, TheOldFormWithEnd) {
  Assembler code = bind();
  code.op(Opcode::text).counted("Hi");
  code.op(Opcode::raw).u8(1).counted("\x06\x19");
  code.op(Opcode::raw).u8(0).u8(0);
  code.op(Opcode::raw).u8(2).u8(0);
  EXPECT_EQ(code_of("define F1\ntype \"Hi\"\nreport mod=0x01 keys=0x06,0x19\nreport keys=0\n"
                    "report mod=2\nend\n"),
            end(code));
}

TEST(Compiler, CodeDependsOnTheDefinitionAlone) {
  const std::string definition = "F1 { \"é£\" tap z ctrl+'#' call f }";
  const Code code = Compilation(definition + "\nmacro f {}").roll().definitions()[0].code;
  Compilation other("set layout = us\nset tap = 5ms\nvar x\n" + definition + "\nmacro f { \"x\" }");
  EXPECT_EQ(other.roll().definitions()[3].code, code);
  EXPECT_EQ(other.findings().errors(), 0U);
}

// ---- The index ----------------------------------------------------------------------------------

TEST(Compiler, TheIndexLeadsToEachBody) {
  Compilation compiled(
      "var v\nmacro f(a) { \"x\" }\nF1 (typing: safe) { repeat 2 { } }\n"
      "layer nav { a = b }\nset tap = 5ms\n");
  ASSERT_EQ(compiled.messages(), Words{});
  memory::Roll& roll = compiled.roll();
  const auto find = [&](const IndexKey& key) {
    IndexEntry entry;
    EXPECT_TRUE(index_find(roll, key, entry));
    return entry;
  };
  EXPECT_EQ(find(name_key(IndexSpace::variable, name_hash("v", 1))).record, 0U);
  const IndexEntry macro = find(name_key(IndexSpace::macro, name_hash("f", 1)));
  EXPECT_EQ(macro.record, 1U);
  EXPECT_EQ(macro.params, 1);
  EXPECT_EQ(macro.body, 4U);
  const IndexEntry f1 = find(trigger_key(0, TriggerKind::press, {}, 0x3A));
  EXPECT_EQ(f1.record, 2U);
  EXPECT_EQ(f1.params, 2) << "the options stand before the declaration";
  EXPECT_EQ(f1.code, 2U);
  EXPECT_EQ(f1.body, 5U);
  EXPECT_EQ(f1.frame, 1);
  EXPECT_NE(f1.labels, 0U);
  EXPECT_EQ(find(name_key(IndexSpace::layer, name_hash("nav", 3))).record, 3U);
  const IndexEntry a = find(trigger_key(name_hash("nav", 3), TriggerKind::press, {}, 0x04));
  EXPECT_EQ(a.record, 3U);
  EXPECT_EQ(a.code, 5U);
  const auto tap = static_cast<std::uint32_t>(Setting::tap);
  EXPECT_EQ(find(name_key(IndexSpace::setting, tap)).record, 4U);
}

TEST(Compiler, OneTriggerInTwoLayersIsNone) {
  EXPECT_EQ(messages_of("a { }\nlayer one { a { } }\nlayer two { a = b }\nctrl+a { }\nlctrl+a { }"),
            Words{});
  EXPECT_EQ(messages_of("layer one { a { }  b { }  'a' = c }"),
            (Words{"1:27 this trigger is bound already at 1:13"}));
}

TEST(Compiler, TheLayoutAnywhereInTheFileDecides) {
  EXPECT_EQ(messages_of("z { }\ny { }\nset layout = de"), Words{});
  EXPECT_EQ(messages_of("z { }\n0x1C { }\nset layout = de"),
            (Words{"2:1 this trigger is bound already at 1:1"}));
  EXPECT_EQ(messages_of("ß { }\nset layout = us"), (Words{"1:1 no key of layout us types 'ß'"}));
}

// ---- Warnings -----------------------------------------------------------------------------------

TEST(Compiler, WarnsOfWhatTheLayoutLacks) {
  const auto warning = [](const char* place, const char* layout, const char* c) {
    return std::string(place) + " warning: layout " + layout + " has no key for '" + c +
           "'; nothing will be typed";
  };
  EXPECT_EQ(messages_of("F1 { \"a☃\" tap ☃ \"é£\" }"),
            (Words{warning("1:8", "uk", "☃"), warning("1:15", "uk", "☃")}));
  EXPECT_EQ(messages_of("set layout = us\nF1 { \"£\" }\nF2 (layout: uk) { \"£\" }\nF3 { \"£\" }"),
            (Words{warning("2:7", "us", "£"), warning("4:7", "us", "£")}));
  EXPECT_EQ(messages_of("F1 { \"\\u{7}\" }"), (Words{warning("1:7", "uk", "U+0007")}));
  EXPECT_EQ(messages_of("a = ☃"), (Words{warning("1:5", "uk", "☃")}));
}

TEST(Compiler, AMethodForUnicodeNeedsNoWarnings) {
  EXPECT_EQ(messages_of("set unicode = linux\nF1 { \"☃\" }\n"), Words{});
  EXPECT_EQ(messages_of("set unicode = off\nF1 { \"☃\" }\n").size(), 1U);
  EXPECT_EQ(messages_of("set unicode = linux\nF1 { tap '☃' }\n").size(), 1U);
}

TEST(Compiler, WarnsOfWhatOnlyTextCanType) {
  const auto warning = [](const std::string& place, const std::string& c) {
    return place + " warning: '" + c +
           "' takes several keys of layout de; only text types it, as in F1 { \"" + c + "\" }";
  };
  EXPECT_EQ(messages_of("set layout = de\nF1 = 'â'\nF2 { tap a, 'â' \"â^\" hold '^' }\n"
                        "F3 = a / 'â'\n"),
            (Words{warning("2:6", "â"), warning("3:13", "â"), warning("3:27", "^"),
                   warning("4:10", "â")}));
  // Shortcuts mean the accent's key, and so does who asks for it.
  EXPECT_EQ(messages_of("set layout = de\nF1 = ctrl+'^'\n'^' { }\nF2 { if held('^') { ENTER } }\n"),
            Words{});
  EXPECT_EQ(messages_of("set layout = de\nF1 = 'ä'\nF2 = '@'\n"), Words{});
}

TEST(Compiler, PauseIsASettingAnOptionAndANameLikeOthers) {
  EXPECT_EQ(messages_of("set pause = 5ms\nvar pause = 1\nmacro pause2 { pause = pause + 1 }\n"
                        "F1 (typing: safe, pause: 0) { \"${pause}\" PAUSE }\nPAUSE { }\n"),
            Words{});
  EXPECT_EQ(messages_of("macro pause { }\nF1 (pause: 20ms) { call pause }\n"), Words{});
  EXPECT_EQ(messages_of("set pause = safe\n"), (Words{"1:13 expected a duration"}));
  EXPECT_EQ(messages_of("F1 (pause: fast) { }\n"), (Words{"1:12 expected a duration"}));
  EXPECT_EQ(messages_of("F1 (pause: 1ms, pause: 2ms) { }\n"),
            (Words{"1:17 option 'pause' is given twice"}));
}

// Windows enters four hex digits (QMK: docs/features/unicode.md, "Windows (HexNumpad)").
TEST(Compiler, WarnsOfWhatWindowsCannotEnter) {
  const std::string warning =
      " warning: unicode = windows ends at U+FFFF; nothing will be typed for ";
  EXPECT_EQ(messages_of("set unicode = windows\nF1 { \"☃ab😀\\u{1F601}\" }\n"),
            (Words{"2:10" + warning + "'😀'", "2:11" + warning + "'😁'"}));
  for (const char* method : {"linux", "macos", "wincompose"}) {
    EXPECT_EQ(messages_of(std::string("set unicode = ") + method + "\nF1 { \"😀\" }\n"), Words{});
  }
}

TEST(Compiler, WarnsOfALayoutThatComesTooLate) {
  EXPECT_EQ(messages_of("F1 { \"£\" }\nset layout = us"),
            (Words{"2:14 warning: the text above was checked for layout uk; put 'set layout' "
                   "first"}));
  EXPECT_EQ(messages_of("F1 { \"a\" }\nset layout = us"), Words{});
  EXPECT_EQ(messages_of("F1 { \"£\" }\nset layout = uk"), Words{});
}

TEST(Compiler, WarningsDoNotFailAndAreBounded) {
  Compilation compiled("F1 { \"" + repeated("☃", 500) + "\" }");
  EXPECT_EQ(compiled.status(), Status::ok);
  EXPECT_EQ(compiled.findings().warnings(), kMaxErrors);
}

// ---- Kinds of warnings
// ---------------------------------------------------------------------------

/// `LINE:COLUMN kind` of each warning.
Words lints_of(const std::string& text) {
  const test::Compilation compiled(text, SIZE_MAX, 0);
  Words all;
  for (const auto& finding : compiled.findings().all()) {
    const Diagnostic& found = finding.diagnostic;
    EXPECT_TRUE(found.warning) << text;
    all.push_back(std::to_string(found.at.line) + ':' + std::to_string(found.at.column) + ' ' +
                  std::string(kLintWords[lint_of(found.message)]));
  }
  return all;
}

TEST(Lints, ALetterThatNothingTypes) {
  EXPECT_EQ(lints_of("m { \"mail\" }"), Words{"1:1 bare-letter"});
  EXPECT_EQ(lints_of("M = ESC"), Words{"1:1 bare-letter"});
  EXPECT_EQ(lints_of("m = n\nn = m"), Words{});
  for (const char* good :
       {"a = a / LSHIFT", "m { tap m }", "m { \"m\" }", "m = ESC\nF1 = m", "ctrl+m { ENTER }",
        "set trigger = leader\nm { ENTER }", "m { ENTER }\nset trigger = leader",
        "leader m { ENTER }", "m { ENTER }\nlayer l { q = m }\nF1 { layer on l }",
        "layer l { m { ENTER } }\nF1 { layer on l }", "1 { ENTER }", "M0 { ENTER }"}) {
    EXPECT_EQ(lints_of(good), Words{}) << good;
  }
}

TEST(Lints, WhatIsNeverReached) {
  EXPECT_EQ(lints_of("F1 { loop { wait 1s } TAB }"), Words{"1:23 unreachable"});
  EXPECT_EQ(lints_of("F1 { loop { loop { wait 1s break } } TAB }"), Words{"1:38 unreachable"});
  for (const char* good :
       {"F1 { loop { break } TAB }", "F1 { loop { wait 1s } }",
        "F1 { loop { if held { break } } TAB }", "F1 { loop { goto out } label out TAB }",
        "F1 { while 1 { ENTER } TAB }", "F1 { if held { loop { ENTER } } TAB }",
        "F1 { repeat 2 { loop { ENTER } } }"}) {
    EXPECT_EQ(lints_of(good), Words{}) << good;
  }
}

TEST(Lints, WhatNothingUses) {
  EXPECT_EQ(lints_of("macro f { }\nlayer l { }\nvar v\ntext t = \"\""),
            (Words{"1:7 unused", "2:7 unused", "3:5 unused", "4:6 unused"}));
  EXPECT_EQ(lints_of("macro f { if held { call f } }"), Words{"1:7 unused"});
  EXPECT_EQ(lints_of("macro f { fork g }\nmacro g { fork f }"), Words{});
  EXPECT_EQ(lints_of("var v\nF1 { v = 1 }\ntext t = \"\"\ntext u = \"${t}\"\nF2 { \"${u}\" }"),
            Words{});
  EXPECT_EQ(lints_of("layer l { }\nF1 = F1 / layer l"), Words{});
}

TEST(Lints, AMacroThatNeverEnds) {
  EXPECT_EQ(lints_of("macro f { ENTER call f }\nF1 { call f }"), Words{"1:22 recursion"});
  for (const char* good :
       {"macro f { if held { call f } }", "macro f { if held { exit } call f }",
        "macro f { fork f }", "macro f { label x goto x call f }", "macro f { stop f call f }"}) {
    EXPECT_EQ(lints_of(std::string(good) + "\nF1 { call f }"), Words{}) << good;
  }
}

/// The names are those of espanso's variables and of AutoHotkey's (`A_Now`, `%clipboard%`).
TEST(Lints, TemplatesOfOtherPrograms) {
  EXPECT_EQ(lints_of("F1 { \"{{date}}\" \"%A_Now% %Clipboard%\" \"${time}\" }"),
            (Words{"1:7 template", "1:18 template", "1:26 template", "1:42 template"}));
  for (const char* good : {"F1 { \"{date} {{ date }} %d 50% of% 10%date\" }",
                           "F1 { \"\\{{date}}\" }", "F1 { \"${time / 1000}\" }"}) {
    EXPECT_EQ(lints_of(good), Words{}) << good;
  }
}

TEST(Lints, ALayoutThatIsNotSet) {
  EXPECT_EQ(lints_of("F1 { \"a\" }\nF2 { \"me@example.com £5\" }"), Words{"2:9 layout"});
  EXPECT_EQ(lints_of("F1 { \"a£\" }"), Words{"1:8 layout"});
  for (const char* good :
       {"set layout = uk\nF1 { \"@\" }", "F1 { \"@\" }\nset layout = uk", "F1 { \"plain, $5!\" }",
        "F1 { tap '@' }", "F1 (layout: de) { \"@\" }"}) {
    EXPECT_EQ(lints_of(good), Words{}) << good;
  }
}

TEST(Lints, OptionsOfAKeyThatDoesOneThing) {
  for (const char* one : {"F6 (hold: 1s) = LEFT", "F6 (idle: 1s) { ENTER }",
                          "F6 (hold: 1s) = LEFT\ndouble F6 { ENTER }"}) {
    EXPECT_EQ(lints_of(one), Words{"1:1 unused"}) << one;
  }
  for (const char* two : {"F6 (hold: 1s) = LEFT / LCTRL", "F6 (hold: 1s) = oneshot LSHIFT",
                          "F6 (hold: 1s) { ENTER }\nhold F6 { TAB }",
                          "tap F6 { ENTER }\nF6 (hold: 1s) = LEFT", "F6 (typing: safe) = LEFT"}) {
    EXPECT_EQ(lints_of(two), Words{}) << two;
  }
}

TEST(Lints, KindsAreSwitchedOff) {
  const std::string doubtful = "m { \"@\" }\nvar v\n";
  EXPECT_EQ(lints_of(doubtful), (Words{"1:1 bare-letter", "1:6 layout", "2:5 unused"}));
  EXPECT_EQ(lints_of("set allow = \"bare-letter, layout\"\n" + doubtful), Words{"3:5 unused"});
  EXPECT_EQ(lints_of("set allow = \"\"\nvar v"), Words{"2:5 unused"});
  EXPECT_EQ(lints_of("set allow = \"\"\"\n unused\n\"\"\"\nvar v"), Words{});
  EXPECT_EQ(lints_of("var allow\nmacro allow { allow = 1 }\nF1 { call allow }"), Words{});
  EXPECT_EQ(
      messages_of("set allow = \"unusd x\""),
      (Words{"1:14 unknown warning 'unusd'; did you mean 'unused'?", "1:20 unknown warning 'x'"}));
  EXPECT_EQ(messages_of("set allow = unused"), Words{"1:13 expected names of warnings in quotes"});
}

}  // namespace
}  // namespace pianola::lang
