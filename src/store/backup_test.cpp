// The backup: the roll that was in force before the last change.

#include <gtest/gtest.h>

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/status.hpp"
#include "inspect/check.hpp"
#include "store/save.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using test::many_macros;
using test::StoreDevice;

class NoFindings final : public inspect::CheckSink {
 public:
  void report(const inspect::Finding& finding) override {
    // What is not in force may be damaged.
    if (finding.problem == inspect::Problem::checksum) return;
    ADD_FAILURE() << text(finding.part) << " at " << finding.address << ": "
                  << text(finding.problem);
  }
};

void expect_check_passes(StoreDevice& device) {
  std::vector<std::uint8_t> memory(inspect::check_memory(device.store.log().geometry()));
  NoFindings none;
  inspect::check(device.store.log(), memory, none);
  EXPECT_EQ(device.check(), "");
}

struct BackupTest : testing::TestWithParam<flash::Geometry> {
  BackupTest() { EXPECT_EQ(device.store.format(), Status::ok); }

  /// Now and after a restart. (Texts are too long to be shown.)
  void expect_holds(const std::string& text, const std::string& backup) {
    EXPECT_TRUE(device.text() == text);
    EXPECT_TRUE(device.backup() == backup);
    EXPECT_EQ(device.store.has_backup(), !backup.empty());
    expect_check_passes(device);
    memory::SimulatedFlash copy = flash;
    StoreDevice again{copy};
    ASSERT_EQ(again.mount(), Mount::ok);
    EXPECT_TRUE(again.text() == text);
    EXPECT_TRUE(again.backup() == backup);
  }

  memory::SimulatedFlash flash{GetParam()};
  StoreDevice device{flash};
};

const std::string kOne = "F1 { tap a }\nF2 { tap b }\n";
const std::string kTwo = "F1 { tap a }\nF2 { tap c }\n";

TEST_P(BackupTest, IsWhatWasInForceBeforeTheLastChange) {
  expect_holds("", "");
  ASSERT_EQ(device.save(kOne), Status::ok);
  EXPECT_FALSE(device.made_backup);
  expect_holds(kOne, "");
  ASSERT_EQ(device.save(kTwo), Status::ok);
  EXPECT_TRUE(device.made_backup);
  expect_holds(kTwo, kOne);
  // What changes nothing, and what fails, leaves it alone.
  ASSERT_EQ(device.save(kTwo), Status::ok);
  EXPECT_FALSE(device.made_backup);
  EXPECT_EQ(device.save("F1 { call nobody() }\n"), Status::errors);
  expect_holds(kTwo, kOne);
  // Back again.
  ASSERT_EQ(device.save(kOne), Status::ok);
  expect_holds(kOne, kTwo);
}

TEST_P(BackupTest, AnEmptyTextIsNoBackup) {
  ASSERT_EQ(device.save(kOne), Status::ok);
  ASSERT_EQ(device.save(""), Status::ok);
  expect_holds("", kOne);
  ASSERT_EQ(device.save(kTwo), Status::ok);
  EXPECT_FALSE(device.made_backup);
  expect_holds(kTwo, kOne);
}

TEST_P(BackupTest, StaysIfTold) {
  ASSERT_EQ(device.save(kOne), Status::ok);
  ASSERT_EQ(device.save(kTwo), Status::ok);
  ASSERT_EQ(device.save("F3 {}\n", {.backup = Backup::keep}), Status::ok);
  expect_holds("F3 {}\n", kOne);
  ASSERT_EQ(device.save("F4 {}\n", {.backup = Backup::keep}), Status::ok);
  expect_holds("F4 {}\n", kOne);
  ASSERT_EQ(device.save("F5 {}\n", {.backup = Backup::drop}), Status::ok);
  expect_holds("F5 {}\n", "");
}

TEST_P(BackupTest, IsForgottenByAResetAndWhenToldTo) {
  ASSERT_EQ(device.save(kOne), Status::ok);
  ASSERT_EQ(device.save(kTwo), Status::ok);
  ASSERT_EQ(device.store.drop_backup(), Status::ok);
  expect_holds(kTwo, "");
  ASSERT_EQ(device.save(kOne), Status::ok);
  ASSERT_EQ(device.store.reset(), Status::ok);
  expect_holds("", "");
  EXPECT_FALSE(device.store.saved());
  // What was there before the reset is gone.
  ASSERT_EQ(device.save(kTwo), Status::ok);
  expect_holds(kTwo, "");
}

TEST_P(BackupTest, TheDraftIsEmptiedTogetherWithTheSave) {
  const std::vector<std::uint8_t> data(1024, 0x5A);
  ASSERT_EQ(device.save(kOne), Status::ok);
  ASSERT_EQ(device.draft(7, data), Status::ok);
  const std::uint32_t commits = device.store.log().root().commit;
  EXPECT_EQ(device.save("F1 { call nobody() }\n", {.clear_draft = true}), Status::errors);
  EXPECT_EQ(device.store.next_draft(0), 7U);
  ASSERT_EQ(device.save(kTwo, {.clear_draft = true}), Status::ok);
  EXPECT_EQ(device.store.log().root().commit, commits + 1);
  EXPECT_EQ(device.store.next_draft(0), std::nullopt);
  expect_holds(kTwo, kOne);
  // Also if the text is the one that is stored.
  ASSERT_EQ(device.draft(7, data), Status::ok);
  const std::uint32_t version = device.current.epoch();
  ASSERT_EQ(device.save(kTwo, {.clear_draft = true}), Status::ok);
  EXPECT_TRUE(device.unchanged);
  EXPECT_EQ(device.store.next_draft(0), std::nullopt);
  EXPECT_EQ(device.current.epoch(), version);
}

TEST_P(BackupTest, ASaveThatIsCancelledLeavesAllAsItWas) {
  ASSERT_EQ(device.save(kOne), Status::ok);
  ASSERT_EQ(device.save(kTwo), Status::ok);
  const std::string text = many_macros(40, 100);
  for (unsigned steps = 0; steps < 60; steps += 7) {
    memory::Source source{text};
    memory::Scratch scratch;
    memory::Findings findings;
    Save save{device.store, source, scratch, findings};
    for (unsigned i = 0; i < steps; ++i) ASSERT_EQ(save.step(), Status::more) << i;
    save.cancel();
    EXPECT_EQ(save.step(), Status::errors);
    EXPECT_EQ(device.text(), kTwo);
    EXPECT_EQ(device.backup(), kOne);
    ASSERT_EQ(device.draft(steps, std::vector<std::uint8_t>(512, 1)), Status::ok);
  }
  expect_check_passes(device);
  ASSERT_EQ(device.save(text), Status::ok);
  EXPECT_TRUE(device.text() == text);
}

/// Bytes that the backup takes apart from the roll.
std::uint32_t apart(StoreDevice& device) { return device.store.space().backup; }

TEST_P(BackupTest, OneEditCostsLittle) {
  std::string text = many_macros(60, 80);
  ASSERT_EQ(device.save(text), Status::ok);
  const std::uint32_t alone = device.store.space().live;
  ASSERT_EQ(device.edit(30, 1, "macro m30 { \"x\" }\n"), Status::ok);
  expect_holds(device.text(), text);
  EXPECT_GT(apart(device), 0U);
  EXPECT_LT(apart(device), alone / 10);
}

// Whatever is collected, the backup stays as it is, and what it has in common with the roll is
// moved once.
TEST_P(BackupTest, CollectingKeepsWhatIsShared) {
  const std::string backup = many_macros(150, 80);
  ASSERT_EQ(device.save(backup), Status::ok);
  ASSERT_EQ(device.edit(30, 1, "macro m30 { \"x\" }\n"), Status::ok);
  const std::uint32_t before = apart(device);
  const std::string text = device.text();
  const std::vector<std::uint8_t> data(1024, 0x5A);
  std::set<std::uint32_t> places;
  const std::uint32_t address = device.store.log().root()[TreeRole::roll].address;
  for (unsigned i = 0; i < 1500; ++i) {
    ASSERT_EQ(device.draft(i % 5, data), Status::ok);
    if (i % 150 == 0) {
      device.store.log().mark();
      expect_check_passes(device);
    }
    places.insert(
        device.store.log().sector_of(address / device.store.log().geometry().sector_size));
  }
  EXPECT_EQ(device.store.log().root()[TreeRole::roll].address, address);
  EXPECT_GT(places.size(), 1U) << "nothing was moved";
  expect_holds(text, backup);
  EXPECT_LT(apart(device), 2 * before);
}

TEST_P(BackupTest, ADefinitionThatWasMovedIsSharedUntilItIsCollected) {
  ASSERT_EQ(device.save("F1 { tap a }\nF2 { tap b }\nF3 { tap c }\n"), Status::ok);
  ASSERT_EQ(device.save("F3 { tap c }\nF1 { tap a }\nF2 { tap b }\n"), Status::ok);
  EXPECT_EQ(device.written, 0U);
  expect_holds("F3 { tap c }\nF1 { tap a }\nF2 { tap b }\n",
               "F1 { tap a }\nF2 { tap b }\nF3 { tap c }\n");
  for (unsigned i = 0; i < 300; ++i) {
    ASSERT_EQ(device.draft(0, std::vector<std::uint8_t>(512, 1)), Status::ok);
  }
  expect_holds("F3 { tap c }\nF1 { tap a }\nF2 { tap b }\n",
               "F1 { tap a }\nF2 { tap b }\nF3 { tap c }\n");
}

/// Two files of which one fits beside the other, but not a third.
std::string large(const flash::Geometry& geometry, char word) {
  std::string text = many_macros(geometry.size() / 1100, 200);
  std::ranges::replace(text, 'a', word);
  for (std::size_t at = 0; (at = text.find("m" + std::string(1, word) + "cro", at)) != text.npos;) {
    text[at + 1] = 'a';
  }
  return text;
}

TEST_P(BackupTest, IsGivenUpBeforeASaveFails) {
  const std::string one = large(GetParam(), 'b');
  const std::string two = large(GetParam(), 'c');
  const std::string three = large(GetParam(), 'd');
  ASSERT_EQ(device.save(one), Status::ok) << device.findings.errors();
  ASSERT_EQ(device.save(two), Status::ok);
  expect_holds(two, one);
  // Who needs the backup is told that there is no room.
  EXPECT_EQ(device.save(three, {.may_drop_backup = false}), Status::full);
  expect_holds(two, one);
  ASSERT_EQ(device.save(three), Status::ok);
  expect_holds(three, two);
  ASSERT_EQ(device.save("F1 {}\n"), Status::ok);
  EXPECT_EQ(device.text(), "F1 {}\n");
}

TEST_P(BackupTest, WhatIsDamagedIsNoBackup) {
  const std::string text = many_macros(30, 80);
  ASSERT_EQ(device.save(kOne), Status::ok);
  ASSERT_EQ(device.save(text), Status::ok);
  TreeReader reader{device.store.log().view(), TreeKind::objects,
                    device.store.log().frame_buffer()};
  const TreeRef roll = device.store.log().root()[TreeRole::roll];
  ASSERT_EQ(reader.seek_count(roll, 10), Search::found);
  const std::uint32_t at = device.store.log().place_of(reader.place().address());
  flash.flip(at + 20, 2);
  flash.flip(at + 21, 2);
  EXPECT_NE(device.check(), "");
  // The same text again puts the roll right; what it was before is not kept.
  ASSERT_EQ(device.save(text), Status::ok);
  EXPECT_FALSE(device.made_backup);
  expect_holds(text, kOne);
}

TEST_P(BackupTest, ADamagedBackupDoesNotStandInTheWayAndIsGivenUp) {
  const std::string text = many_macros(30, 80);
  ASSERT_EQ(device.save(text), Status::ok);
  ASSERT_EQ(device.save(kOne), Status::ok);
  const Log& log = device.store.log();
  const std::uint32_t top = log.place_of(log.root()[TreeRole::backup].address);
  flash.flip(top + 8, 0);
  flash.flip(top + 9, 5);
  for (unsigned i = 0; i < 600; ++i) {
    ASSERT_EQ(device.draft(0, std::vector<std::uint8_t>(512, 1)), Status::ok);
  }
  ASSERT_EQ(device.save(kOne), Status::ok);
  expect_holds(kOne, "");
}

INSTANTIATE_TEST_SUITE_P(Geometries, BackupTest,
                         testing::Values(flash::Geometry{4096, 256, 32},
                                         flash::Geometry{4096, 4, 16}, flash::Geometry{4096, 1, 32},
                                         flash::Geometry{1024, 8, 96}));

}  // namespace
}  // namespace pianola::store
