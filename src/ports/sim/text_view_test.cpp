#include "ports/sim/text_view.hpp"

#include <gtest/gtest.h>

#include <initializer_list>

namespace pianola::sim {
namespace {

hid::Report report(hid::Modifiers mods, std::initializer_list<std::uint8_t> keys) {
  hid::Report made;
  made.mods = mods;
  for (const std::uint8_t key : keys) made.keys.add(key);
  return made;
}

struct TextViewTest : ::testing::Test {
  TextView view{*hid::find_layout("us")};
  void tap(std::uint8_t key, hid::Modifiers mods = 0) {
    view.take(report(mods, {key}));
    view.take({});
  }
};

TEST_F(TextViewTest, OnlyNewKeysShow) {
  view.take(report(0, {0x04}));
  view.take(report(0, {0x04}));
  view.take(report(0, {0x04, 0x06, 0x05}));
  EXPECT_EQ(view.text(), "abc");
}

TEST_F(TextViewTest, ShiftCounts) {
  tap(0x04, hid::kLShift);
  tap(0x1E, hid::kRShift);
  EXPECT_EQ(view.text(), "A!");
}

TEST_F(TextViewTest, ShortcutsAndKeysWithoutCharactersShowNothing) {
  tap(0x04, hid::kLCtrl);
  tap(0x04, hid::kLAlt);
  tap(0x28, hid::kLCtrl);
  tap(0x2A, hid::kLCtrl);
  tap(0x3A);
  tap(0x29);
  tap(0x4C);
  EXPECT_EQ(view.text(), "");
}

TEST_F(TextViewTest, BackspaceTakesAWholeCharacter) {
  TextView german{*hid::find_layout("de")};
  german.take(report(0, {0x34}));
  german.take({});
  EXPECT_EQ(german.text(), "ä");
  german.take(report(0, {0x2A}));
  german.take({});
  german.take(report(0, {0x2A}));
  EXPECT_EQ(german.text(), "");
}

TEST_F(TextViewTest, EnterAndTab) {
  tap(0x28);
  tap(0x2B);
  EXPECT_EQ(view.text(), "\n\t");
}

TEST_F(TextViewTest, CapsLockChangesTheLedAndTheLetters) {
  tap(0x39);
  EXPECT_EQ(view.leds(), 2);
  tap(0x04);
  tap(0x1E);
  tap(0x39);
  tap(0x04);
  EXPECT_EQ(view.leds(), 0);
  EXPECT_EQ(view.text(), "A1a");
  tap(0x53);
  tap(0x47);
  EXPECT_EQ(view.leds(), 5);
}

TEST_F(TextViewTest, SaysWhatAReportDid) {
  const TextView::Effect typed = view.take(report(hid::kLShift, {0x04, 0x3A}));
  EXPECT_EQ(typed.typed, U"A");
  EXPECT_EQ(typed.silent, std::vector{hid::keyboard_usage(0x3A)});
  EXPECT_EQ(typed.erased, 0U);
  const TextView::Effect held = view.take(report(0, {0x04, 0x3A}));
  EXPECT_TRUE(held.typed.empty() && held.silent.empty());
  EXPECT_EQ(view.take(report(0, {0x2A})).erased, 1U);
  view.take({});
  EXPECT_EQ(view.take(report(0, {0x2A})).silent, std::vector{hid::kBackspace})
      << "nothing was left to erase";
}

TEST(TextView, DeadKeysCompose) {
  TextView view{*hid::find_layout("fr")};
  const auto tap = [&](std::uint8_t key) {
    view.take(report(0, {key}));
    view.take({});
  };
  tap(0x2F);
  EXPECT_EQ(view.text(), "");
  tap(0x08);
  EXPECT_EQ(view.text(), "ê");
  tap(0x2F);
  tap(0x2A);
  EXPECT_EQ(view.text(), "ê") << "Backspace takes the dead key that waits";
  tap(0x2F);
  tap(0x07);
  EXPECT_EQ(view.text(), "ê^d") << "what does not compose shows both";
}

}  // namespace
}  // namespace pianola::sim
