// Writes that go on in steps: what the host may do before it has the answer, and room that is made
// before it writes.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "drive/drive.hpp"
#include "support/drive_edits.hpp"
#include "support/drive_rig.hpp"
#include "support/drive_write.hpp"
#include "support/slow_flash.hpp"
#include "support/store_device.hpp"

namespace pianola::drive {
namespace {

using test::DriveRig;

using Bytes = std::vector<std::uint8_t>;

/// Where no file is.
constexpr std::uint32_t kPlace = 300;

class NoReport final : public StatusReport {
 public:
  void write_status(TextSink&) override {}
};

Bytes pattern(unsigned sectors, unsigned seed) {
  std::mt19937 random(seed);
  Bytes bytes(std::size_t{sectors} * kSectorSize);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  return bytes;
}

Bytes read(DriveRig& rig, std::uint32_t first, unsigned sectors) {
  Bytes bytes(std::size_t{sectors} * kSectorSize);
  EXPECT_EQ(rig.drive().read(first, bytes), kFine);
  return bytes;
}

/// Steps until the answer comes; how many it took.
unsigned steps_to_answer(DriveRig& rig, Sense& sense) {
  for (unsigned steps = 0; steps < 1000; ++steps) {
    if (const std::optional<Sense> answer = rig.drive().answer()) {
      sense = *answer;
      return steps;
    }
    const Next next = rig.drive().step(rig.now);
    EXPECT_FALSE(next.never);
    EXPECT_EQ(next.at, rig.now) << "the host waits";
  }
  ADD_FAILURE() << "no answer";
  return 0;
}

TEST(DriveWriting, NothingHappensBeforeAStepAndTheAnswerComesOnce) {
  DriveRig rig;
  rig.insert();
  const Bytes old = read(rig, kPlace, 8);
  const Bytes data = pattern(8, 1);
  const auto before = rig.flash.counts().programs;
  rig.drive().begin_write(kPlace, data);
  EXPECT_EQ(rig.flash.counts().programs, before);
  EXPECT_EQ(rig.drive().answer(), std::nullopt);
  EXPECT_EQ(read(rig, kPlace, 8), old);
  EXPECT_EQ(rig.drive().test_ready(), kFine);
  Sense sense = kNoRoom;
  EXPECT_GT(steps_to_answer(rig, sense), 0U);
  EXPECT_EQ(sense, kFine);
  EXPECT_EQ(rig.drive().answer(), std::nullopt);
  EXPECT_EQ(read(rig, kPlace, 8), data);
}

TEST(DriveWriting, WhatCannotBeIsAnsweredWithoutAStep) {
  DriveRig rig;
  const Bytes data = pattern(2, 2);
  rig.drive().begin_write(0, data);
  EXPECT_EQ(rig.drive().answer(), kNoMedium);
  rig.drive().insert();
  rig.settle();
  rig.drive().begin_write(0, data);
  EXPECT_EQ(rig.drive().answer(), kMediumChanged);
  rig.drive().begin_write(rig.drive().sectors() - 1, data);
  EXPECT_EQ(rig.drive().answer(), kOutOfRange);
  rig.drive().begin_write(0xFFFFFFFF, data);
  EXPECT_EQ(rig.drive().answer(), kOutOfRange);
}

/// Each step changes the store once: what differs is in two places, and the record is written
/// before them.
TEST(DriveWriting, AStepIsOneTransaction) {
  DriveRig rig;
  rig.insert();
  Bytes data = read(rig, kPlace, 8);
  data[0] ^= 1;
  data[5 * kSectorSize] ^= 1;
  rig.drive().begin_write(kPlace, data);
  std::uint32_t commit = rig.store().log().root().commit;
  unsigned commits = 0;
  while (!rig.drive().answer()) {
    rig.drive().step(rig.now);
    const std::uint32_t now = rig.store().log().root().commit;
    EXPECT_LE(now - commit, 1U);
    commits += now - commit;
    commit = now;
  }
  EXPECT_EQ(commits, 3U);
  EXPECT_EQ(read(rig, kPlace, 8), data);
}

TEST(DriveWriting, DroppedAfterAnyStep) {
  const Bytes old = pattern(8, 3);
  Bytes data = pattern(8, 4);
  // Two runs of sectors.
  std::copy_n(old.begin() + 4 * kSectorSize, kSectorSize, data.begin() + 4 * kSectorSize);
  for (unsigned steps = 0; steps < 5; ++steps) {
    DriveRig rig;
    rig.insert();
    ASSERT_EQ(rig.write(kPlace, old), kFine);
    Bytes buffer = data;
    rig.drive().begin_write(kPlace, buffer);
    for (unsigned i = 0; i < steps; ++i) rig.drive().step(rig.now);
    if (steps % 2 == 0) {
      rig.drive().abort();
    } else {
      rig.drive().disconnected();
      EXPECT_EQ(rig.drive().test_ready(), kMediumChanged);
    }
    // The caller's again.
    std::ranges::fill(buffer, std::uint8_t{0xEE});
    rig.settle();
    EXPECT_EQ(rig.drive().answer(), std::nullopt);
    const Bytes there = read(rig, kPlace, 8);
    for (unsigned i = 0; i < 8; ++i) {
      const auto at = static_cast<std::ptrdiff_t>(i * kSectorSize);
      const auto is = [&](const Bytes& other) {
        return std::equal(there.begin() + at, there.begin() + at + kSectorSize, other.begin() + at);
      };
      EXPECT_TRUE(is(old) || is(data)) << i << " after " << steps;
    }
    EXPECT_EQ(rig.write(kPlace, data), kFine);
    EXPECT_EQ(read(rig, kPlace, 8), data);
  }
}

/// What a host has sent is written before the medium goes; and it goes for good.
TEST(DriveWriting, TheMediumIsTakenOutMeanwhile) {
  DriveRig rig;
  rig.insert();
  const Bytes data = pattern(8, 5);
  rig.drive().begin_write(kPlace, data);
  rig.drive().step(rig.now);
  rig.drive().eject();
  EXPECT_FALSE(rig.drive().inserted());
  EXPECT_TRUE(rig.drive().busy());
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  EXPECT_EQ(rig.drive().sectors(), 0U);
  // In again: after the edit was taken, as another medium.
  rig.drive().insert();
  EXPECT_TRUE(rig.drive().inserted());
  EXPECT_EQ(rig.drive().test_ready(), kNoMedium);
  Sense sense = kNoRoom;
  steps_to_answer(rig, sense);
  EXPECT_EQ(sense, kFine);
  rig.settle();
  EXPECT_EQ(rig.drive().test_ready(), kMediumChanged);
  rig.drive().eject();
  rig.settle();
  EXPECT_FALSE(rig.drive().busy());
}

/// The sector of the volume that begins with a text.
std::uint32_t sector_of(DriveRig& rig, std::string_view text) {
  const Bytes image = rig.image();
  for (std::size_t at = 0; at < image.size(); at += kSectorSize) {
    if (std::equal(text.begin(), text.end(), image.begin() + static_cast<std::ptrdiff_t>(at))) {
      return static_cast<std::uint32_t>(at / kSectorSize);
    }
  }
  ADD_FAILURE() << "no sector begins with " << text;
  return 0;
}

/// The host was not done: what it writes while the file is being taken counts, whatever was taken
/// of it before.
TEST(DriveWriting, AWriteStopsATakeAtQuiet) {
  const std::string wanted = "# NEW" + std::string(test::kNew).substr(5);
  DriveRig first;
  first.insert();
  ASSERT_EQ(test::put(first, test::kNew), kFine);
  const std::uint32_t sector = sector_of(first, "# new");
  Bytes data = read(first, sector, 1);
  std::copy_n(wanted.begin(), wanted.size(), data.begin());
  const Bytes image = first.image();
  for (unsigned steps = 0; steps < 60; ++steps) {
    DriveRig rig;
    rig.insert();
    ASSERT_EQ(rig.write_changes(rig.image(), image), kFine);
    rig.wait(1999);
    rig.now += 1;
    for (unsigned i = 0; i < steps; ++i) rig.drive().step(rig.now);
    ASSERT_EQ(rig.write(sector, data), kFine);
    ASSERT_EQ(read(rig, sector, 1), data);
    rig.wait(2500);
    ASSERT_EQ(rig.text(), wanted) << steps;
    ASSERT_EQ(rig.drive().outcome(), Outcome::taken);
  }
}

TEST(DriveWriting, ARefusalIsAnswered) {
  DriveRig rig({4096, 256, 16});
  rig.insert();
  Sense sense = kFine;
  const std::uint32_t end = rig.drive().sectors();
  unsigned written = 0;
  for (unsigned i = 1; sense.ok() && i < 100; ++i, ++written) {
    const Bytes data = pattern(8, i);
    rig.drive().begin_write(end - 8 * i, data);
    steps_to_answer(rig, sense);
  }
  EXPECT_EQ(sense, kNoRoom);
  EXPECT_GT(written, 1U);
  EXPECT_EQ(read(rig, end - 8, 8), pattern(8, 1));
}

// ---- Room that is made before -------------------------------------------------------------------

/// Bytes that are programmed for a write of 2 KB, at most, of many all over 40 KB, by a host that
/// pauses after each. Macros and what is written take most of the flash.
std::uint64_t most_for_a_write(std::uint32_t pause) {
  DriveRig rig;
  EXPECT_EQ(rig.save(test::many_macros(900, 60)), Status::ok);
  rig.insert();
  std::mt19937 random(1);
  std::uint64_t most = 0;
  for (unsigned i = 0; i < 500; ++i) {
    const Bytes data = pattern(4, i);
    const std::uint32_t first = kPlace + random() % 80;
    const std::uint64_t before = rig.flash.counts().bytes_programmed;
    EXPECT_EQ(rig.write(first, data), kFine);
    most = std::max(most, rig.flash.counts().bytes_programmed - before);
    rig.wait(pause);
    EXPECT_TRUE(read(rig, first, 4) == data);
  }
  return most;
}

TEST(DriveRoom, IsMadeWhileTheHostPauses) {
  EXPECT_LE(most_for_a_write(200), 5120U) << "the data, what finds them, a header";
}

TEST(DriveRoom, IsMadeByTheWriteOfAHostThatDoesNot) { EXPECT_GT(most_for_a_write(10), 4096U); }

/// Nothing is done for a drive that has its room: its flash rests.
TEST(DriveRoom, IsMadeOnce) {
  DriveRig rig;
  rig.insert();
  for (unsigned i = 0; i < 100; ++i) ASSERT_EQ(rig.write(kPlace, pattern(8, i)), kFine);
  rig.wait(1000);
  const auto before = rig.flash.counts();
  EXPECT_EQ(rig.drive().step(rig.now).at, rig.now + 1000) << "then the volume is looked at";
  rig.wait(500);
  EXPECT_EQ(rig.flash.counts().programs, before.programs);
  EXPECT_EQ(rig.flash.counts().erases, before.erases);
}

/// Sectors of macros that never change are used as others are, though no save moves them.
TEST(DriveRoom, WearIsSpreadWhileTheHostPauses) {
  DriveRig rig({4096, 256, 32});
  ASSERT_EQ(rig.save(test::many_macros(100, 60)), Status::ok);
  rig.insert();
  for (unsigned i = 0; i < 1000; ++i) {
    ASSERT_EQ(rig.write(kPlace, pattern(4, i)), kFine);
    rig.wait(200);
  }
  const store::Space space = rig.store().space();
  EXPECT_GT(space.most_erases, 20U);
  EXPECT_GT(space.least_erases, space.most_erases / 2);
}

// ---- Flash that goes on by itself ---------------------------------------------------------------

TEST(DriveOnSlowFlash, StepsWaitForTheChip) {
  Time now = 1000;
  test::SlowFlash flash({4096, 256, 64});
  std::vector<std::uint8_t> memory(store::Log::memory_size(flash.geometry()));
  std::vector<std::uint8_t> scratch(store::FlashScratch::kLeastMemory + 256);
  store::Store store(flash, memory);
  store.mount();
  ASSERT_EQ(store.format(), Status::ok);
  store::CurrentRoll roll(store);
  edit::Editor editor(store, {scratch});
  NoReport report;
  Drive drive(store, roll, report, editor);
  drive.start(now);
  drive.insert();
  for (int i = 0; i < 10; ++i) drive.step(now);
  ASSERT_EQ(drive.test_ready(), kMediumChanged);
  ASSERT_EQ(drive.test_ready(), kFine);
  flash.clock = &now;
  const Bytes data = pattern(8, 7);
  drive.begin_write(kPlace, data);
  unsigned waits = 0;
  std::optional<Sense> answer;
  for (; !(answer = drive.answer());) {
    const bool busy = flash.busy();
    const auto programs = flash.chip.counts().programs;
    const Next next = drive.step(now);
    if (busy) {
      EXPECT_EQ(next.at, now + 1);
      EXPECT_EQ(flash.chip.counts().programs, programs);
      ++waits;
    }
    now = next.at;
  }
  EXPECT_EQ(*answer, kFine);
  EXPECT_FALSE(flash.busy());
  EXPECT_GE(waits, 45U);
}

}  // namespace
}  // namespace pianola::drive
