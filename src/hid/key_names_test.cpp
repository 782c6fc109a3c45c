#include "hid/key_names.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <map>
#include <set>
#include <string>

#include "support/old_mnemonics.hpp"

namespace pianola::hid {
namespace {

/// A name as names compare.
std::string folded(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c != '_') text += static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return text;
}

void expect_usage(std::string_view name, Usage usage) {
  const auto found = usage_from_name(name);
  ASSERT_TRUE(found.has_value()) << name;
  EXPECT_EQ(*found, usage) << name;
}

void expect_key(std::string_view name, int usage) {
  expect_usage(name, keyboard_usage(static_cast<std::uint8_t>(usage)));
}

// ---- The table --------------------------------------------------------------------------------

TEST(KeyNameTableTest, IsSortedWithoutDuplicates) {
  for (std::size_t i = 1; i < name_count(); ++i) {
    EXPECT_LT(folded(name_at(i - 1).name), folded(name_at(i).name));
  }
}

TEST(KeyNameTableTest, NamesAreUpperCaseAndLongerThanACharacter) {
  for (std::size_t i = 0; i < name_count(); ++i) {
    const KeyName entry = name_at(i).name;
    const std::string_view name = entry;
    EXPECT_GT(folded(name).size(), 1U) << name;
    EXPECT_TRUE(std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
    })) << name;
    EXPECT_NE(name.front(), '_');
    EXPECT_NE(name.back(), '_');
  }
}

TEST(KeyNameTableTest, EveryUsageHasOneCanonicalName) {
  std::map<Usage, int> canonical;
  for (std::size_t i = 0; i < name_count(); ++i) {
    canonical[name_at(i).usage] += name_at(i).canonical ? 1 : 0;
  }
  for (const auto& [usage, count] : canonical) EXPECT_EQ(count, 1) << id(usage);
}

TEST(KeyNameTableTest, NamesTheWholeKeyboardPage) {
  for (int usage = 0; usage < 256; ++usage) {
    const bool defined = (usage >= 0x01 && usage <= 0xA4) || (usage >= 0xB0 && usage <= 0xDD) ||
                         (usage >= 0xE0 && usage <= 0xE7);
    EXPECT_EQ(!canonical_name(keyboard_usage(static_cast<std::uint8_t>(usage))).empty(), defined)
        << usage;
  }
}

TEST(KeyNameTableTest, CanonicalNamesAreStable) {
  for (std::size_t i = 0; i < name_count(); ++i) {
    const NameEntry entry = name_at(i);
    expect_usage(entry.name, entry.usage);
    const KeyName canonical = canonical_name(entry.usage);
    EXPECT_EQ(entry.canonical, canonical == entry.name);
    expect_usage(canonical, entry.usage);
  }
}

// ---- Names that people write ------------------------------------------------------------------

TEST(KeyNamesTest, AllOldMnemonics) {
  for (const test::OldMnemonic& key : test::kOldMnemonics) {
    expect_usage(key.name, static_cast<Usage>(key.usage));
  }
}

TEST(KeyNamesTest, CaseAndUnderscoresDoNotCount) {
  for (const char* name : {"PAGE_UP", "PageUp", "pageup", "PAGEUP", "p_a_g_e_up", "PgUp"}) {
    expect_key(name, 0x4B);
  }
  EXPECT_EQ(canonical_name(keyboard_usage(0x4B)), "PAGEUP");
}

TEST(KeyNamesTest, EverydayAliases) {
  for (const char* name : {"RETURN", "ENT"}) expect_key(name, 0x28);
  for (const char* name : {"DEL", "DELETE"}) expect_key(name, 0x4C);
  for (const char* name : {"LEFT", "ArrowLeft", "leftArrow"}) expect_key(name, 0x50);
  for (const char* name : {"CTRL", "LCTRL", "LEFTCTRL", "leftControl", "LCTL"}) {
    expect_key(name, 0xE0);
  }
  for (const char* name : {"SHIFT", "LSHIFT", "LSFT"}) expect_key(name, 0xE1);
  for (const char* name : {"ALT", "LALT", "OPTION"}) expect_key(name, 0xE2);
  for (const char* name : {"GUI", "WIN", "CMD", "SUPER", "LGUI", "META"}) expect_key(name, 0xE3);
  for (const char* name : {"ALTGR", "RALT"}) expect_key(name, 0xE6);
  for (const char* name : {"HASH", "NONUS_HASH"}) expect_key(name, 0x32);
  for (const char* name : {"KP_1", "KP1", "NUMPAD_1", "numpad1", "KEYPAD_1", "np1"}) {
    expect_key(name, 0x59);
  }
  for (const char* name : {"KP_SLASH", "numpadSlash", "keypadSlash"}) expect_key(name, 0x54);
}

TEST(KeyNamesTest, QmkNames) {
  const std::map<std::string, int> names = {
      {"KC_A", 0x04},
      {"KC_Z", 0x1D},
      {"KC_1", 0x1E},
      {"KC_0", 0x27},
      {"KC_ENT", 0x28},
      {"KC_ESC", 0x29},
      {"KC_BSPC", 0x2A},
      {"KC_SPC", 0x2C},
      {"KC_MINS", 0x2D},
      {"KC_EQL", 0x2E},
      {"KC_LBRC", 0x2F},
      {"KC_RBRC", 0x30},
      {"KC_BSLS", 0x31},
      {"KC_NUHS", 0x32},
      {"KC_SCLN", 0x33},
      {"KC_QUOT", 0x34},
      {"KC_GRV", 0x35},
      {"KC_COMM", 0x36},
      {"KC_DOT", 0x37},
      {"KC_SLSH", 0x38},
      {"KC_CAPS", 0x39},
      {"KC_F1", 0x3A},
      {"KC_PSCR", 0x46},
      {"KC_SCRL", 0x47},
      {"KC_BRMD", 0x47},
      {"KC_PAUS", 0x48},
      {"KC_BRK", 0x48},
      {"KC_BRMU", 0x48},
      {"KC_INS", 0x49},
      {"KC_PGUP", 0x4B},
      {"KC_DEL", 0x4C},
      {"KC_PGDN", 0x4E},
      {"KC_RGHT", 0x4F},
      {"KC_NUM", 0x53},
      {"KC_PSLS", 0x54},
      {"KC_PAST", 0x55},
      {"KC_PMNS", 0x56},
      {"KC_PPLS", 0x57},
      {"KC_PENT", 0x58},
      {"KC_P1", 0x59},
      {"KC_KP_1", 0x59},
      {"KC_P0", 0x62},
      {"KC_PDOT", 0x63},
      {"KC_NUBS", 0x64},
      {"KC_NONUS_BACKSLASH", 0x64},
      {"KC_APP", 0x65},
      {"KC_KB_POWER", 0x66},
      {"KC_PEQL", 0x67},
      {"KC_EXEC", 0x74},
      {"KC_SLCT", 0x77},
      {"KC_AGIN", 0x79},
      {"KC_PSTE", 0x7D},
      {"KC_KB_MUTE", 0x7F},
      {"KC_LCAP", 0x82},
      {"KC_LNUM", 0x83},
      {"KC_LSCR", 0x84},
      {"KC_PCMM", 0x85},
      {"KC_KP_EQUAL_AS400", 0x86},
      {"KC_INT1", 0x87},
      {"KC_INTERNATIONAL_9", 0x8F},
      {"KC_LNG1", 0x90},
      {"KC_LANGUAGE_9", 0x98},
      {"KC_ERAS", 0x99},
      {"KC_SYRQ", 0x9A},
      {"KC_CNCL", 0x9B},
      {"KC_CLR", 0x9C},
      {"KC_PRIR", 0x9D},
      {"KC_RETN", 0x9E},
      {"KC_RETURN", 0x9E},
      {"KC_SEPR", 0x9F},
      {"KC_OUT", 0xA0},
      {"KC_OPER", 0xA1},
      {"KC_CLAG", 0xA2},
      {"KC_CRSL", 0xA3},
      {"KC_EXSL", 0xA4},
      {"KC_LCTL", 0xE0},
      {"KC_LSFT", 0xE1},
      {"KC_LALT", 0xE2},
      {"KC_LOPT", 0xE2},
      {"KC_LGUI", 0xE3},
      {"KC_LCMD", 0xE3},
      {"KC_LWIN", 0xE3},
      {"KC_RCTL", 0xE4},
      {"KC_RSFT", 0xE5},
      {"KC_RALT", 0xE6},
      {"KC_ROPT", 0xE6},
      {"KC_ALGR", 0xE6},
      {"KC_RGUI", 0xE7},
      {"KC_RCMD", 0xE7},
      {"KC_RWIN", 0xE7},
  };
  for (const auto& [name, usage] : names) expect_key(name, usage);

  const std::map<std::string, int> consumer = {
      {"KC_MUTE", 0xE2},
      {"KC_VOLU", 0xE9},
      {"KC_AUDIO_VOL_DOWN", 0xEA},
      {"KC_MNXT", 0xB5},
      {"KC_MEDIA_PREV_TRACK", 0xB6},
      {"KC_MSTP", 0xB7},
      {"KC_MPLY", 0xCD},
      {"KC_MSEL", 0x183},
      {"KC_EJCT", 0xB8},
      {"KC_MAIL", 0x18A},
      {"KC_CALC", 0x192},
      {"KC_MYCM", 0x194},
      {"KC_WSCH", 0x221},
      {"KC_WHOM", 0x223},
      {"KC_WBAK", 0x224},
      {"KC_WFWD", 0x225},
      {"KC_WSTP", 0x226},
      {"KC_WREF", 0x227},
      {"KC_WFAV", 0x22A},
      {"KC_MFFD", 0xB3},
      {"KC_MRWD", 0xB4},
      {"KC_BRIU", 0x6F},
      {"KC_BRID", 0x70},
      {"KC_CPNL", 0x19F},
      {"KC_ASST", 0x1CB},
      {"KC_MCTL", 0x29F},
      {"KC_LPAD", 0x2A0},
  };
  for (const auto& [name, usage] : consumer) {
    expect_usage(name, consumer_usage(static_cast<std::uint16_t>(usage)));
  }
  expect_usage("KC_PWR", system_usage(0x81));
  expect_usage("KC_SLEP", system_usage(0x82));
  expect_usage("KC_WAKE", system_usage(0x83));
}

TEST(KeyNamesTest, UhkNames) {
  const std::map<std::string, int> names = {
      {"openingBracketAndOpeningBrace", 0x2F},
      {"closingBracketAndClosingBrace", 0x30},
      {"backslashAndPipe", 0x31},
      {"nonUsHashmarkAndTilde", 0x32},
      {"graveAccentAndTilde", 0x35},
      {"slashAndQuestionMark", 0x38},
      {"capsLock", 0x39},
      {"nonUsBackslashAndPipe", 0x64},
      {"isoKey", 0x64},
      {"keypad0AndInsert", 0x62},
      {"keypad9AndPageUp", 0x61},
      {"keypadDotAndDelete", 0x63},
      {"keypadEqualSignAs400", 0x86},
      {"keypadAmpAmp", 0xC8},
      {"keypadOpeningParenthesis", 0xB6},
      {"international3", 0x89},
      {"lang2", 0x91},
      {"leftShift", 0xE1},
      {"rightGui", 0xE7},
      {"printScreen", 0x46},
  };
  for (const auto& [name, usage] : names) expect_key(name, usage);
  expect_usage("mediaPlayPause", consumer_usage(0xCD));
  expect_usage("systemSleep", system_usage(0x82));
}

TEST(KeyNamesTest, LinuxNames) {
  const std::map<std::string, int> names = {
      {"KEY_A", 0x04},          {"KEY_1", 0x1E},     {"KEY_LEFTCTRL", 0xE0},
      {"KEY_KPASTERISK", 0x55}, {"KEY_102ND", 0x64}, {"KEY_LEFTBRACE", 0x2F},
      {"KEY_KP7", 0x5F},        {"KEY_SYSRQ", 0x46}, {"KEY_COMPOSE", 0x65},
      {"KEY_RIGHTMETA", 0xE7},
  };
  for (const auto& [name, usage] : names) expect_key(name, usage);
}

TEST(KeyNamesTest, ConsumerAndSystemKeys) {
  expect_usage("PLAY", consumer_usage(0xB0));
  expect_usage("PLAY_PAUSE", consumer_usage(0xCD));
  expect_usage("next_track", consumer_usage(0xB5));
  expect_usage("STOP_MEDIA", consumer_usage(0xB7));
  expect_usage("POWER_DOWN", system_usage(0x81));
  expect_usage("SLEEP", system_usage(0x82));
  expect_usage("WAKE", system_usage(0x83));
  EXPECT_EQ(canonical_name(consumer_usage(0xE9)), "VOLUME_UP");
  EXPECT_EQ(canonical_name(keyboard_usage(0x80)), "KB_VOLUME_UP");
}

TEST(KeyNamesTest, WhatIsNoName) {
  for (const char* name : {"", "a", "1", "_", "_ENTER", "ENTER_", "ENTR", "KC_", "KEY_", "KEYPAD",
                           "NUMPAD", "KC", "NP", "ENTER ", "ENT\xC3\x89R", "KC_KC_ENTER", "KC_NO",
                           "#", "AVERYLONGNAMETHATISLONGERTHANANYNAMEINTHETABLEOFNAMES"}) {
    EXPECT_EQ(usage_from_name(name), std::nullopt) << name;
  }
  EXPECT_EQ(canonical_name(kNoKey), "");
  EXPECT_EQ(canonical_name(keyboard_usage(0xFF)), "");
  EXPECT_EQ(canonical_name(consumer_usage(0x3FF)), "");
}

// Keywords are exact lower case, so these names stay usable in capitals. Whoever adds a name that
// is a keyword in another case should do so knowingly and list it here.
TEST(KeyNamesTest, NamesThatAreKeywordsInLowerCase) {
  const std::set<std::string> keywords = {
      "set",      "var",         "macro",   "public", "private",  "none",    "layer",
      "define",   "end",         "locked",  "leader", "double",   "hold",    "tap",
      "on",       "start",       "lock",    "unlock", "capslock", "press",   "release",
      "all",      "toggle",      "oneshot", "click",  "left",     "right",   "middle",
      "mouse",    "move",        "scroll",  "wait",   "max",      "until",   "yield",
      "if",       "else",        "while",   "repeat", "loop",     "break",   "continue",
      "exit",     "label",       "goto",    "let",    "call",     "fork",    "stop",
      "others",   "off",         "match",   "next",   "within",   "any",     "order",
      "keep",     "defer",       "send",    "record", "play",     "without", "mods",
      "edit",     "and",         "or",      "not",    "min",      "random",  "held",
      "released", "interrupted", "elapsed", "led",    "running",  "pending", "recording",
      "time",     "key",         "type",    "report"};
  const std::set<std::string> known = {"capslock", "end", "left", "play", "right", "stop"};
  std::set<std::string> found;
  for (const std::string& keyword : keywords) {
    if (usage_from_name(keyword).has_value()) found.insert(keyword);
  }
  EXPECT_EQ(found, known);
}

// ---- Corrections ------------------------------------------------------------------------------

TEST(ClosestNameTest, CorrectsSlips) {
  EXPECT_EQ(closest_name("ENTR"), "ENTER");
  EXPECT_EQ(closest_name("entre"), "ENTER");
  EXPECT_EQ(closest_name("ESCPAE"), "ESCAPE");
  EXPECT_EQ(closest_name("BACKSAPCE"), "BACKSPACE");
  EXPECT_EQ(closest_name("PAGEDWON"), "PAGEDOWN");
  EXPECT_EQ(closest_name("PAGE_UPP"), "PAGEUP");
  EXPECT_EQ(closest_name("VOLUMEUPP"), "VOLUME_UP");
  EXPECT_EQ(closest_name("SPCE"), "SPACE");
  EXPECT_EQ(closest_name("LSHFT"), "LSHIFT");
  EXPECT_EQ(closest_name("TABB"), "TAB");
  EXPECT_EQ(closest_name("KC_ENTRE"), "ENTER");
  EXPECT_EQ(closest_name("ENTER"), "ENTER");
}

TEST(ClosestNameTest, StaysSilentWhenNothingIsNear) {
  for (const char* name : {"", "x", "xyzzy", "hello", "QQ", "meeting", "#!", "zz_top"}) {
    EXPECT_EQ(closest_name(name), "") << name;
  }
}

}  // namespace
}  // namespace pianola::hid
