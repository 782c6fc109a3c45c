#include "ports/sim/unicode_input.hpp"

#include <gtest/gtest.h>

#include "engine/unicode.hpp"

namespace pianola::sim {
namespace {

using engine::UnicodeMethod;

/// Presses the chords of an entry one after another, as the engine does.
char32_t enter(UnicodeMethod method, char32_t character, const hid::Layout& layout) {
  UnicodeInput input(method, layout);
  const engine::UnicodeEntry entry{method, character};
  char32_t got = 0;
  for (std::uint8_t i = 0; i < entry.chords(); ++i) {
    const engine::Chord chord = entry.chord(i, layout, false);
    const hid::Modifiers own = hid::modifier_bit(chord.key);
    char32_t complete = input.modifiers(static_cast<hid::Modifiers>(chord.mods | own));
    if (complete == 0 && own == 0 && chord.key != hid::kNoKey) {
      EXPECT_TRUE(input.key({chord.mods, static_cast<std::uint8_t>(chord.key)}, false, complete));
    }
    if (own != 0) input.modifiers(0);
    if (complete != 0) got = complete;
  }
  return got;
}

TEST(UnicodeInput, TakesWhatTheEngineEnters) {
  for (const char* layout : {"us", "fr", "de"}) {
    for (const auto method : {UnicodeMethod::linux_hex, UnicodeMethod::windows_hex,
                              UnicodeMethod::macos_hex, UnicodeMethod::wincompose}) {
      for (const char32_t character : {U'ж', U'\u00E9', U'\uABCD', U'\U0001F600', U'\U000F0001'}) {
        const bool entered = method != UnicodeMethod::windows_hex || character <= 0xFFFF;
        EXPECT_EQ(enter(method, character, *hid::find_layout(layout)), entered ? character : 0)
            << layout << ' ' << static_cast<int>(method);
      }
    }
  }
}

TEST(UnicodeInput, LeavesOtherKeysAlone) {
  const hid::Layout us = *hid::find_layout("us");
  char32_t complete = 0;
  EXPECT_FALSE(UnicodeInput(UnicodeMethod::off, us)
                   .key({hid::kLCtrl | hid::kLShift, 0x18}, false, complete));
  UnicodeInput input(UnicodeMethod::linux_hex, us);
  EXPECT_FALSE(input.key({hid::kLCtrl, 0x18}, false, complete));
  EXPECT_FALSE(input.key({hid::kLCtrl | hid::kLShift, 0x18}, true, complete)) << "no capital U";
  EXPECT_TRUE(input.key({hid::kLCtrl | hid::kLShift, 0x18}, false, complete));
  EXPECT_TRUE(input.key({0, 0x04}, false, complete));
  EXPECT_FALSE(input.key({0, 0x0A}, false, complete)) << "g is no digit, and ends it";
  EXPECT_FALSE(input.key({0, 0x04}, false, complete));
  EXPECT_EQ(complete, U'\0');
}

TEST(UnicodeInput, WinComposeTakesUAndAForABreve) {
  UnicodeInput input(UnicodeMethod::wincompose, *hid::find_layout("us"));
  char32_t complete = 0;
  input.modifiers(hid::kRAlt);
  input.modifiers(0);
  EXPECT_TRUE(input.key({0, 0x18}, false, complete));
  EXPECT_TRUE(input.key({0, 0x04}, false, complete));
  EXPECT_EQ(complete, U'\u0103');
  EXPECT_FALSE(input.key({0, 0x23}, false, complete)) << "it is over";
}

}  // namespace
}  // namespace pianola::sim
