#include "engine/bindings.hpp"

#include <gtest/gtest.h>

#include <random>
#include <sstream>
#include <string>
#include <vector>

#include "ports/sim/simulation.hpp"
#include "support/counting_roll.hpp"
#include "support/keys.hpp"
#include "support/rig.hpp"

namespace pianola::engine {
namespace {

using lang::TriggerKind;
using lang::TriggerMods;
using test::Assembler;
using test::BytecodeRoll;
using test::CountingRoll;
using namespace test::keys;

/// A thousand bindings: each of 63 keys with each of 16 sets of modifiers.
class ThousandBindings : public ::testing::Test {
 protected:
  ThousandBindings() {
    BytecodeRoll builder;
    for (std::uint16_t usage = kF1; usage < kF1 + 63; ++usage) {
      for (std::uint8_t mods = 0; mods < 16; ++mods) {
        Assembler body;
        body.op(lang::Opcode::text).counted(name_of(usage, mods));
        builder.bind(usage, body, {0, mods});
      }
    }
    builder.into(memory_);
    simulation_.run({}, 1000);
  }

  static std::string name_of(unsigned usage, unsigned mods) {
    std::ostringstream text;
    text << usage << '/' << mods;
    return text.str();
  }

  /// What is read from pressing the key, with LSHIFT if `shift`, to the macro's end.
  std::string press(bool shift, std::uint16_t usage) {
    const std::uint32_t now = simulation_.now();
    if (shift) simulation_.run(std::vector<KeyEvent>{{hid::kLeftShift, true, now}}, now + 100);
    roll_.bounds = roll_.entries = roll_.codes = 0;
    const auto key = static_cast<hid::Usage>(usage);
    simulation_.run(std::vector<KeyEvent>{{key, true, simulation_.now()}}, now + 200);
    return simulation_.host().text();
  }

  memory::Roll memory_;
  CountingRoll roll_{memory_};
  sim::Simulation simulation_{roll_, {}};
};

TEST_F(ThousandBindings, AKeyIsFoundByOneSearch) {
  EXPECT_EQ(press(false, kF1 + 30), "88/0");
  EXPECT_EQ(roll_.bounds, 1U);
  EXPECT_EQ(roll_.entries, 1U);
  EXPECT_EQ(roll_.codes, 1U);
}

TEST_F(ThousandBindings, AChordIsFoundByOneSearch) {
  EXPECT_EQ(press(true, kF1 + 31), "89/2");
  EXPECT_EQ(roll_.bounds, 1U);
  EXPECT_EQ(roll_.entries, 2U);
  EXPECT_EQ(roll_.codes, 1U);
}

TEST_F(ThousandBindings, AKeyWithoutBindingIsNotLookedUp) {
  EXPECT_EQ(press(true, 0x04), "A");
  EXPECT_EQ(roll_.bounds, 0U);
  EXPECT_EQ(roll_.entries, 0U);
  EXPECT_EQ(roll_.codes, 0U);
}

/// The best of all triggers by trying each.
std::optional<std::uint32_t> best_of(const std::vector<lang::IndexEntry>& index,
                                     const lang::IndexKey& first, std::uint32_t usage,
                                     hid::Modifiers mods) {
  std::optional<std::uint32_t> found;
  int best = kNoFit;
  for (const lang::IndexEntry& entry : index) {
    if (entry.key.scope != first.scope || (entry.key.high & ~1U) != first.high) continue;
    if (entry.key.low >> 16 != usage) continue;
    const TriggerMods asked = lang::key_mods(entry.key);
    const int exact = asked.more ? kNoFit : fit(asked, mods);
    const int fits = asked.more ? fit_with_more(asked, mods) : exact > 0 ? 1000 + exact : exact;
    if (fits <= best) continue;
    best = fits;
    found = entry.record;
  }
  return found;
}

TEST(FindBinding, FindsWhatFitsBest) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    memory::Roll roll;
    const unsigned count = random() % 40;
    for (std::uint32_t i = 0; i < count; ++i) {
      // Few modifiers and few keys, so that much fits.
      TriggerMods mods{static_cast<std::uint8_t>(random() & random() & 0x33),
                       static_cast<std::uint8_t>(random() & random() & 3)};
      mods.more = mods.any() && round % 2 == 0 && random() % 2 == 0;
      lang::IndexEntry entry;
      const auto kind = random() % 8 == 0 ? TriggerKind::leader : TriggerKind::press;
      entry.key = lang::trigger_key(random() % 2, kind, mods, 4 + random() % 3);
      entry.record = i;
      roll.append_index(entry);
    }
    roll.commit();
    for (unsigned held = 0; held < 256; ++held) {
      const std::uint32_t scope = held % 2;
      const std::uint32_t usage = 4 + random() % 3;
      const auto mods = static_cast<hid::Modifiers>(held & 0x33);
      const lang::IndexKey first = lang::trigger_key(scope, TriggerKind::press, {}, usage);
      const auto expected = best_of(roll.index(), first, usage, mods);
      Found found;
      const auto find = round % 2 == 0 ? find_open_binding : find_binding;
      ASSERT_EQ(find(roll, first, {mods, mods}, found), expected.has_value());
      if (!expected) continue;
      EXPECT_EQ(found.entry.record, *expected);
      EXPECT_EQ(roll.index()[found.position].record, *expected);
    }
  }
}

}  // namespace
}  // namespace pianola::engine
