// How characters are typed that the layout lacks.

#include "engine/unicode.hpp"

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "support/keys.hpp"
#include "support/program.hpp"

namespace pianola::engine {
namespace {

using lang::Opcode;
using lang::Setting;
using test::BytecodeRoll;
using test::Program;
using test::Rig;
using namespace test::keys;

/// The reports of a text; `more` settings.
std::string typed(UnicodeMethod method, std::string_view text, BytecodeRoll roll = {}) {
  roll.set(Setting::unicode, static_cast<std::uint32_t>(method));
  Rig rig{roll.bind(kF1, Program{}.text(text))};
  return rig.tap(kF1, 0).reports();
}

TEST(Unicode, Off) { EXPECT_EQ(typed(UnicodeMethod::off, "✓"), ""); }

TEST(Unicode, LinuxTakesCtrlShiftUAndDigitsAndSpace) {
  EXPECT_EQ(typed(UnicodeMethod::linux_hex, "✓"),  // U+2713
            "[03:18] [00:1f] [00:24] [00:1e] [00:20] [00:2c] [00:]");
}

TEST(Unicode, LinuxDigitsAreTheLayoutsKeys) {
  EXPECT_EQ(typed(UnicodeMethod::linux_hex, "✓", BytecodeRoll{}.layout("fr")),
            "[03:18] [02:1f] [02:24] [02:1e] [02:20] [00:2c] [00:]");
}

TEST(Unicode, WindowsHoldsAltFromThePlusToTheLastDigit) {
  EXPECT_EQ(typed(UnicodeMethod::windows_hex, "\u2701"),
            "[04:57] [04:5a] [04:5f] [04:62] [04:59] [00:]");
  // U+2AFF: a key that is down already goes up first, but Alt stays; letters are the layout's.
  EXPECT_EQ(typed(UnicodeMethod::windows_hex, "\u2AFF", BytecodeRoll{}.layout("fr")),
            "[04:57] [04:5a] [04:14] [04:09] [04:] [04:09] [00:]");
}

TEST(Unicode, MacosHoldsOptionAndTypesByPosition) {
  EXPECT_EQ(typed(UnicodeMethod::macos_hex, "✓", BytecodeRoll{}.layout("fr")),
            "[04:1f] [04:24] [04:1e] [04:20] [00:]");
  // U+1F600 is D83D DE00.
  EXPECT_EQ(typed(UnicodeMethod::macos_hex, "\U0001F600"),
            "[04:07] [04:25] [04:20] [04:07] [04:] [04:07] [04:08] [04:27] [04:] [04:27] [00:]");
}

TEST(Unicode, WincomposeTakesComposeAndUAndDigitsAndEnter) {
  EXPECT_EQ(typed(UnicodeMethod::wincompose, "\U0001F600"),
            "[40:] [00:18] [00:1e] [00:09] [00:23] [00:27] [00:] [00:27] [00:28] [00:]");
}

// Compose, u, a is a character of its own (https://github.com/samhocevar/wincompose/issues/464).
TEST(Unicode, WincomposeBeginsWithZeroBeforeALetter) {
  EXPECT_EQ(typed(UnicodeMethod::wincompose, "\uA66E"),
            "[40:] [00:18] [00:27] [00:04] [00:23] [00:] [00:23] [00:08] [00:28] [00:]");
  EXPECT_EQ((UnicodeEntry{UnicodeMethod::wincompose, 0xF0001}.chords()), 9);
  EXPECT_EQ((UnicodeEntry{UnicodeMethod::wincompose, 0x9FFF}.chords()), 7);
  EXPECT_EQ((UnicodeEntry{UnicodeMethod::linux_hex, 0xA66E}.chords()), 6);
}

// GTK and IBus wait for the keysym of the capital U, so Caps Lock goes off before and on after it,
// as QMK does it (unicode_input_start() in quantum/unicode/unicode.c).
TEST(Unicode, LinuxTakesCapsLockOffMeanwhile) {
  BytecodeRoll roll = BytecodeRoll{}.set(Setting::unicode, 1).bind(kF1, Program{}.text("a\u2713b"));
  Rig rig{roll};
  rig.tap(0x39, 0).tap(kF1, 50);
  EXPECT_EQ(rig.reports(),
            "[00:39] [00:] [02:04] [00:39] [03:18] [00:1f] [00:24] [00:1e] [00:20] [00:2c] [00:39] "
            "[02:05] [00:]");
}

// Above U+FFFF it knows nothing (QMK: docs/features/unicode.md), and would take what is left.
TEST(Unicode, WindowsLeavesOutWhatItCannotEnter) {
  EXPECT_EQ(typed(UnicodeMethod::windows_hex, "a\U0001F600b"), "[00:04] [00:05] [00:]");
}

TEST(Unicode, WhatFollowsIsTypedAsEver) {
  EXPECT_EQ(typed(UnicodeMethod::macos_hex, "a✓a"),
            "[00:04] [04:1f] [04:24] [04:1e] [04:20] [00:] [00:04] [00:]");
}

TEST(Unicode, SafeTypingSeparatesModifiersAndKeys) {
  const std::string reports =
      typed(UnicodeMethod::macos_hex, "✓", BytecodeRoll{}.set(Setting::typing, kTypingSafe));
  EXPECT_EQ(reports, "[04:] [04:1f] [04:] [04:24] [04:] [04:1e] [04:] [04:20] [04:] [00:]");
}

TEST(Unicode, NumbersHaveFourDigitsAtLeast) {
  EXPECT_EQ((UnicodeEntry{UnicodeMethod::linux_hex, 0xE9}.chords()), 6);
  EXPECT_EQ((UnicodeEntry{UnicodeMethod::linux_hex, 0x10FFFF}.chords()), 8);
  EXPECT_EQ((UnicodeEntry{UnicodeMethod::macos_hex, 0xFFFF}.chords()), 5);
  EXPECT_EQ((UnicodeEntry{UnicodeMethod::macos_hex, 0x10000}.chords()), 9);
  EXPECT_EQ((UnicodeEntry{UnicodeMethod::off, 0xE9}.chords()), 0);
}

TEST(Unicode, CapsLockChangesNothingThatTheHostReads) {
  const hid::Layout& layout = hid::default_layout();
  const UnicodeEntry entry{UnicodeMethod::wincompose, 0xABC};
  const Chord u = entry.chord(1, layout, true);
  EXPECT_EQ(layout.decode({u.mods, static_cast<std::uint8_t>(u.key)}, true), U'u');
  const Chord a = entry.chord(3, layout, true);
  EXPECT_EQ(layout.decode({a.mods, static_cast<std::uint8_t>(a.key)}, true), U'a');
}

}  // namespace
}  // namespace pianola::engine
