// Files of hid-proxy are read as they were meant.

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "support/assembler.hpp"
#include "support/compilation.hpp"

namespace pianola::lang {
namespace {

using testing::Assembler;
using testing::Compilation;
using testing::messages_of;
using Code = std::vector<std::uint8_t>;
using Words = std::vector<std::string>;

Code code_of(const std::string& text) {
  Compilation compiled(text);
  EXPECT_EQ(compiled.messages(), Words{}) << text;
  if (compiled.roll().definitions().empty()) return {};
  return compiled.roll().definitions()[0].code;
}

struct Mnemonic {
  std::string_view name;
  std::uint16_t usage;
};

// HID Usage Tables 1.5, section 10; MUTE and the volume keys are the consumer usages of section 15,
// because hosts ignore those of the keyboard page (hid/key_names.hpp).
constexpr std::array kMnemonics = std::to_array<Mnemonic>({
    {"ENTER", 0x28},
    {"ESC", 0x29},
    {"BACKSPACE", 0x2A},
    {"TAB", 0x2B},
    {"SPACE", 0x2C},
    {"CAPSLOCK", 0x39},
    {"F1", 0x3A},
    {"F2", 0x3B},
    {"F3", 0x3C},
    {"F4", 0x3D},
    {"F5", 0x3E},
    {"F6", 0x3F},
    {"F7", 0x40},
    {"F8", 0x41},
    {"F9", 0x42},
    {"F10", 0x43},
    {"F11", 0x44},
    {"F12", 0x45},
    {"PRINTSCREEN", 0x46},
    {"SCROLLLOCK", 0x47},
    {"PAUSE", 0x48},
    {"INSERT", 0x49},
    {"HOME", 0x4A},
    {"PAGEUP", 0x4B},
    {"DELETE", 0x4C},
    {"END", 0x4D},
    {"PAGEDOWN", 0x4E},
    {"RIGHT_ARROW", 0x4F},
    {"LEFT_ARROW", 0x50},
    {"DOWN_ARROW", 0x51},
    {"UP_ARROW", 0x52},
    {"NUMLOCK", 0x53},
    {"KP_DIVIDE", 0x54},
    {"KP_MULTIPLY", 0x55},
    {"KP_MINUS", 0x56},
    {"KP_PLUS", 0x57},
    {"KP_ENTER", 0x58},
    {"KP_1", 0x59},
    {"KP_2", 0x5A},
    {"KP_3", 0x5B},
    {"KP_4", 0x5C},
    {"KP_5", 0x5D},
    {"KP_6", 0x5E},
    {"KP_7", 0x5F},
    {"KP_8", 0x60},
    {"KP_9", 0x61},
    {"KP_0", 0x62},
    {"KP_DOT", 0x63},
    {"APPLICATION", 0x65},
    {"POWER", 0x66},
    {"KP_EQUALS", 0x67},
    {"F13", 0x68},
    {"F14", 0x69},
    {"F15", 0x6A},
    {"F16", 0x6B},
    {"F17", 0x6C},
    {"F18", 0x6D},
    {"F19", 0x6E},
    {"F20", 0x6F},
    {"F21", 0x70},
    {"F22", 0x71},
    {"F23", 0x72},
    {"F24", 0x73},
    {"EXECUTE", 0x74},
    {"HELP", 0x75},
    {"MENU", 0x76},
    {"SELECT", 0x77},
    {"STOP", 0x78},
    {"AGAIN", 0x79},
    {"UNDO", 0x7A},
    {"CUT", 0x7B},
    {"COPY", 0x7C},
    {"PASTE", 0x7D},
    {"FIND", 0x7E},
    {"MUTE", 0x10E2},
    {"VOLUME_UP", 0x10E9},
    {"VOLUME_DOWN", 0x10EA},
    {"LOCKING_CAPS_LOCK", 0x82},
    {"LOCKING_NUM_LOCK", 0x83},
    {"LOCKING_SCROLL_LOCK", 0x84},
    {"KP_COMMA", 0x85},
    {"KP_EQUALS_AS400", 0x86},
    {"LEFT_CTRL", 0xE0},
    {"LEFT_SHIFT", 0xE1},
    {"LEFT_ALT", 0xE2},
    {"LEFT_GUI", 0xE3},
    {"RIGHT_CTRL", 0xE4},
    {"RIGHT_SHIFT", 0xE5},
    {"RIGHT_ALT", 0xE6},
    {"RIGHT_GUI", 0xE7},
});
static_assert(kMnemonics.size() == 90);

TEST(OldFiles, EveryMnemonicAsTriggerAndAsKey) {
  for (const Mnemonic& key : kMnemonics) {
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
  EXPECT_EQ(messages_of("[private]\na\n{\n\"x\"\n}\nb\n{\n}\n"), Words{});
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
