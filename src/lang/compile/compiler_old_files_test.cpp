// Files of hid-proxy are read as they were meant.

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "support/assembler.hpp"
#include "support/compilation.hpp"
#include "support/old_mnemonics.hpp"

namespace pianola::lang {
namespace {

using test::Assembler;
using test::Code;
using test::code_of;
using test::Compilation;
using test::messages_of;
using Words = std::vector<std::string>;

TEST(OldFiles, EveryMnemonicAsTriggerAndAsKey) {
  for (const test::OldMnemonic& key : test::kOldMnemonics) {
    const std::string name(key.name);
    EXPECT_EQ(code_of(name + "{" + name + " " + name + "}"), (Assembler{}
                                                                  .op(Opcode::bind)
                                                                  .trigger(key.usage)
                                                                  .op(Opcode::tap)
                                                                  .u8(0)
                                                                  .key(key.usage)
                                                                  .op(Opcode::tap)
                                                                  .u8(0)
                                                                  .key(key.usage)
                                                                  .op(Opcode::end)
                                                                  .number(0)
                                                                  .number(0)
                                                                  .code))
        << name;
  }
}

TEST(OldFiles, TriggersOfEveryKind) {
  const auto trigger = [](const std::string& text) {
    Compilation compiled(text);
    EXPECT_EQ(compiled.messages(), Words{}) << text;
    return compiled.roll().index().empty() ? IndexKey{} : compiled.roll().index()[0].key;
  };
  const IndexKey a = trigger_key(0, TriggerKind::press, {}, 0x04);
  EXPECT_EQ(trigger("a { }"), a);
  EXPECT_EQ(trigger("A{}"), a);
  EXPECT_EQ(trigger("0x04\n{\n}"), a);
  EXPECT_EQ(trigger("0x4 { }"), a);
  EXPECT_EQ(trigger("1{ }").low >> 16, 0x1EU);
  EXPECT_EQ(trigger("!{ }").low >> 16, 0x1EU);
  EXPECT_EQ(trigger("F13 { }").low >> 16, 0x68U);
  EXPECT_EQ(trigger("\\ { }").low >> 16, 0x64U);
  EXPECT_EQ(trigger("~ { }").low >> 16, 0x32U);
  EXPECT_EQ(trigger("£ { }").low >> 16, 0x20U);
  EXPECT_EQ(trigger("= { }").low >> 16, 0x2EU);
}

TEST(OldFiles, EveryBareCharacterIsATrigger) {
  for (char c = '!'; c <= '~'; ++c) {
    const bool quoted = std::string_view("\"#[]{}(),;'").find(c) != std::string_view::npos;
    const std::string name = quoted ? std::string("'") + c + "'" : std::string(1, c);
    EXPECT_EQ(messages_of(name + " { \"x\" }"), Words{}) << name;
    if (c == '^') continue;
    EXPECT_EQ(messages_of(name + "{\"x\"}"), Words{}) << name;
  }
}

TEST(OldFiles, MixedCommands) {
  EXPECT_EQ(code_of("a{\"say \\\"hi\\\" \\\\o\"ENTER ^C[01:06][00:00]\n^v\tTAB}"),
            (Assembler{}
                 .op(Opcode::bind)
                 .u8(0)
                 .character('a')
                 .op(Opcode::text)
                 .counted("say \"hi\" \\o")
                 .op(Opcode::tap)
                 .u8(0)
                 .key(0x28)
                 .op(Opcode::tap)
                 .u8(1)
                 .character('c')
                 .op(Opcode::raw)
                 .u8(1)
                 .counted("\x06")
                 .op(Opcode::raw)
                 .u8(0)
                 .u8(0)
                 .op(Opcode::tap)
                 .u8(1)
                 .character('v')
                 .op(Opcode::tap)
                 .u8(0)
                 .key(0x2B)
                 .op(Opcode::end)
                 .number(0)
                 .number(0)
                 .code));
}

TEST(OldFiles, VisibilityInBrackets) {
  const Code open = code_of("a { \"x\" }");
  EXPECT_EQ(code_of("[public] a { \"x\" }"), open);
  EXPECT_EQ(code_of("[public]\na { \"x\" }"), open);
  EXPECT_EQ(code_of("public a { \"x\" }"), open);
  Code hidden = open;
  hidden.insert(hidden.begin(), static_cast<std::uint8_t>(Opcode::private_next));
  EXPECT_EQ(code_of("[private] a { \"x\" }"), hidden);
  EXPECT_EQ(code_of("[ private ]a{\"x\"}"), hidden);
  EXPECT_EQ(code_of("private a { \"x\" }"), hidden);
}

TEST(OldFiles, LineEndsAndMark) {
  const std::string text = "# old\r\na {\r\n\"x\"\r\nENTER\r\n}\r\n";
  std::string unix_text;
  for (const char c : text) {
    if (c != '\r') unix_text += c;
  }
  const Code code = code_of(unix_text);
  EXPECT_EQ(code_of(text), code);
  EXPECT_EQ(code_of("\xEF\xBB\xBF" + text), code);
}

TEST(OldFiles, UnindentedBodiesAreNotTakenForDefinitions) {
  EXPECT_EQ(messages_of("a {\n\"x\"\nENTER\nTAB\n^C\n[01:06]\n'b'\n\"y\" TAB\nENTER }\nb {\n}\n"),
            Words{});
  EXPECT_EQ(messages_of("[public]\na\n{\n\"x\"\n}\nb\n{\n}\n"), Words{});
}

// What it swallowed in silence is an error.
TEST(OldFiles, NothingIsSwallowed) {
  EXPECT_EQ(messages_of("a { ENTR }"), (Words{"1:5 unknown key 'ENTR'; did you mean 'ENTER'?"}));
  EXPECT_EQ(messages_of("a { ^1 }"), (Words{"1:5 '^' takes a letter; write ctrl+1"}));
  EXPECT_EQ(messages_of("foo { \"x\" }"), (Words{"1:1 unknown key 'foo'"}));
  EXPECT_EQ(messages_of("a { \"x\"\nb { \"y\" }\n"),
            (Words{"1:3 missing '}' for this '{'; the next definition starts in line 2"}));
  EXPECT_EQ(messages_of("a { MQTT(\"t\", \"m\") }\nMQTT(\"t\")\nb { }"),
            (Words{"1:5 MQTT(…) is not supported; delete it",
                   "2:1 MQTT(…) is not supported; delete it"}));
  EXPECT_EQ(messages_of("( { \"x\" }\n[ { \"x\" }\n, { \"x\" }\n\" { \"x\" }\nb { }"),
            (Words{"1:1 the key ( must be quoted: '('", "2:1 the key [ must be quoted: '['",
                   "3:1 the key , must be quoted: ','", "4:1 the key \" must be quoted: '\"'"}));
}

}  // namespace
}  // namespace pianola::lang
