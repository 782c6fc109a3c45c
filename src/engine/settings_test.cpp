#include "engine/settings.hpp"

#include <gtest/gtest.h>

#include <cstddef>

namespace pianola::engine {
namespace {

TEST(Settings, BeginAsTheLanguageSays) {
  for (std::size_t i = 0; i < lang::kSettings.size(); ++i) {
    const lang::SettingInfo& info = lang::kSettings[i];
    const auto setting = static_cast<lang::Setting>(i);
    if (setting == lang::Setting::hands) continue;  // on once there are lists
    Settings settings;
    settings.set(setting, info.initial);
    EXPECT_EQ(settings, Settings{}) << info.name;
  }
}

TEST(Settings, WhatIsTooLargeOrNonsenseIsTakenAsWellAsCanBe) {
  Settings settings;
  settings.set(lang::Setting::hold, 0x10000);
  settings.set(lang::Setting::dual, 3);
  settings.set(lang::Setting::unicode, 99);
  EXPECT_EQ(settings.hold, 0xFFFF);
  EXPECT_EQ(settings.dual, Dual{});
  EXPECT_EQ(settings.unicode, UnicodeMethod::off);
}

}  // namespace
}  // namespace pianola::engine
