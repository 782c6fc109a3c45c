// A computer loses power while it writes a flash file: what was not synced reached the disk in any
// order, in part or not at all. POSIX promises no more (fsync() and fdatasync(), "synchronized I/O
// data integrity completion"), and disks tear a write at their sectors, of 512 bytes at least.
//
// All that is done to a file is noted. Then the power is cut after each write, several times each:
// of the writes since the last sync a random part is there, in blocks of 512 bytes. The store must
// hold what it held before the change that was going on, or after it; and of a change that was
// reported as done, what it made. PIANOLA_LOSSES=n tries n times as many.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "ports/file/file_flash.hpp"
#include "store/flash_scratch.hpp"
#include "support/store_device.hpp"
#include "support/volume.hpp"

namespace pianola::unsynced {
namespace {

using file::FileFlash;
using flash::Geometry;
using store::Mount;
using test::StoreDevice;
using test::StoreState;
using Bytes = std::vector<std::uint8_t>;

/// One thing that was done to a disk: a write, or a sync if it has no data.
struct Event {
  std::uint64_t offset = 0;
  Bytes data;
};

/// A disk in memory that notes what is done to it.
class NotingDisk final : public file::Disk {
 public:
  NotingDisk(Bytes& bytes, std::vector<Event>& events) : bytes_(bytes), events_(events) {}

  int read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return 0;
  }
  int write(std::uint64_t offset, std::span<const std::uint8_t> data) override {
    if (data.empty()) return 0;
    std::copy(data.begin(), data.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
    events_.push_back({offset, {data.begin(), data.end()}});
    return 0;
  }
  int sync() override {
    events_.push_back({});
    return 0;
  }

 private:
  Bytes& bytes_;
  std::vector<Event>& events_;
};

/// Puts a random part of a write, which was not synced, onto the disk.
void tear(Bytes& disk, const Event& write, std::mt19937& random) {
  constexpr std::uint64_t kBlock = 512;
  const unsigned how = random() % 4;
  if (how == 0) return;
  const std::uint64_t end = write.offset + write.data.size();
  for (std::uint64_t at = write.offset; at < end;) {
    const std::uint64_t to = std::min(end, at / kBlock * kBlock + kBlock);
    if (how != 1 || random() % 2 == 0) {
      std::copy_n(write.data.begin() + static_cast<std::ptrdiff_t>(at - write.offset), to - at,
                  disk.begin() + static_cast<std::ptrdiff_t>(at));
    }
    at = to;
  }
}

/// What a disk that held `before` holds if the power is cut after the first `count` events.
Bytes lose(Bytes disk, std::span<const Event> events, std::size_t count, std::mt19937& random) {
  const auto done = events.first(count);
  std::size_t synced = count;
  while (synced > 0 && !done[synced - 1].data.empty()) --synced;
  for (std::size_t i = 0; i < count; ++i) {
    if (done[i].data.empty()) continue;
    if (i < synced) {
      std::copy(done[i].data.begin(), done[i].data.end(),
                disk.begin() + static_cast<std::ptrdiff_t>(done[i].offset));
    } else {
      tear(disk, done[i], random);
    }
  }
  return disk;
}

/// A store on such a disk.
struct Computer {
  Computer(Bytes& bytes, const Geometry& geometry)
      : flash(std::make_unique<NotingDisk>(bytes, events), geometry), rig(flash) {}

  std::vector<Event> events;
  FileFlash flash;
  StoreDevice rig;
};

using Change = std::function<Status(StoreDevice&)>;

std::string macros(unsigned version, unsigned count, std::size_t size) {
  std::string text;
  for (unsigned i = 0; i < count; ++i) {
    text += "macro m" + std::to_string(i) + " { \"" + std::to_string(i % 3 == 0 ? version : 0) +
            std::string(size + i % 7, 'x') + "\" ENTER }\n";
  }
  return text;
}

Change save(const std::string& text, const store::SavePolicy& policy = {}) {
  return [=](StoreDevice& rig) { return rig.save(text, policy); };
}

Change save_with_flash_scratch(const std::string& text) {
  return [=](StoreDevice& rig) {
    std::array<std::uint8_t, store::FlashScratch::kLeastMemory + 48> memory{};
    store::FlashScratch scratch(rig.store.log(), memory);
    memory::Source source(text);
    return rig.save(source, scratch);
  };
}

Change write_draft(std::uint32_t first, unsigned sectors, std::uint8_t value) {
  return [=](StoreDevice& rig) {
    return rig.draft(first, Bytes(std::size_t{store::Store::kDraftSector} * sectors, value));
  };
}

/// What a device does in its life, all kinds of changes, several times around a small region.
std::vector<Change> a_life() {
  std::vector<Change> changes;
  for (unsigned round = 0; round < 3; ++round) {
    const auto value = static_cast<std::uint8_t>(round * 16 + 1);
    changes.push_back(save(macros(round, 12, 20)));
    changes.push_back(write_draft(3, 1, value));
    changes.push_back(write_draft(2, 8, value + 1));
    changes.push_back([](StoreDevice& rig) { return rig.edit(2, 1, "F1 { \"edited\" }\n"); });
    changes.push_back(save(macros(round + 10, 20, 30), {.clear_draft = true}));
    changes.push_back(save_with_flash_scratch(macros(round + 20, 30, 10)));
    changes.push_back(write_draft(40, 4, value + 2));
    changes.push_back([](StoreDevice& rig) { return rig.store.drop_backup(); });
    changes.push_back([](StoreDevice& rig) { return rig.store.clear_draft(); });
    changes.push_back(save(macros(round, 2, 10)));
    changes.push_back(save(macros(round, 16, 60)));
    if (round == 1) changes.push_back([](StoreDevice& rig) { return rig.store.reset(); });
  }
  return changes;
}

class StoreUnsynced : public testing::TestWithParam<Geometry> {
 protected:
  void SetUp() override {
    start_.assign(FileFlash::kHeaderSize + GetParam().size(), 0xFF);
    Computer computer(start_, GetParam());
    ASSERT_EQ(computer.rig.store.format(), Status::ok);
  }

  /// The state after the computer lost power, or nothing if the store cannot be mounted. While it
  /// mounts, the power is cut once more.
  std::optional<StoreState> after(Bytes disk, std::mt19937& random) {
    const Bytes before = disk;
    {
      Computer computer(disk, GetParam());
      if (computer.rig.mount() != Mount::ok) return std::nullopt;
      const std::size_t count = computer.events.size();
      if (count > 0) disk = lose(before, computer.events, random() % (count + 1), random);
    }
    Computer computer(disk, GetParam());
    if (computer.rig.mount() != Mount::ok) return std::nullopt;
    StoreState state = computer.rig.state();
    std::string wrong;
    (void)computer.rig.frames(wrong);
    if (!wrong.empty()) return std::nullopt;
    // And it goes on working.
    if (computer.rig.save("F1 { \"works\" }\n") != Status::ok) return std::nullopt;
    return state;
  }

  Bytes start_;
};

TEST_P(StoreUnsynced, IsOldOrNewAndHasWhatWasReported) {
  Bytes disk = start_;
  Computer computer(disk, GetParam());
  ASSERT_EQ(computer.rig.mount(), Mount::ok);
  StoreState old = computer.rig.state();
  std::size_t begin = 0;
  std::mt19937 random(7);
  const auto times = static_cast<unsigned>(test::volume("PIANOLA_LOSSES", 2, 1));
  for (const Change& change : a_life()) {
    ASSERT_EQ(change(computer.rig), Status::ok);
    const StoreState next = computer.rig.state();
    // An hour may pass with nothing to do: the last cut is after the change was reported.
    for (std::size_t cut = begin; cut <= computer.events.size(); ++cut) {
      const bool reported = cut == computer.events.size();
      for (unsigned i = 0; i < times; ++i) {
        const auto state = after(lose(start_, computer.events, cut, random), random);
        ASSERT_TRUE(state) << "event " << cut << ": not whole";
        ASSERT_TRUE(*state == next || (!reported && *state == old))
            << "event " << cut << (reported ? ", after it was reported" : "");
      }
    }
    old = next;
    begin = computer.events.size();
  }
}

// What it costs: a sync before a commit and one after it; and one more if sectors were opened,
// however many.
TEST_P(StoreUnsynced, SyncsFewTimes) {
  Bytes disk = start_;
  Computer computer(disk, GetParam());
  ASSERT_EQ(computer.rig.mount(), Mount::ok);
  for (const Change& change : a_life()) {
    const std::uint32_t commits = computer.rig.store.log().root().commit;
    const auto is_sync = [](const Event& event) { return event.data.empty(); };
    const auto before = std::ranges::count_if(computer.events, is_sync);
    ASSERT_EQ(change(computer.rig), Status::ok);
    const auto syncs = std::ranges::count_if(computer.events, is_sync) - before;
    EXPECT_LE(syncs, 3 * (computer.rig.store.log().root().commit - commits));
  }
}

std::string geometry_name(const testing::TestParamInfo<Geometry>& info) {
  return std::to_string(info.param.sector_size) + "By" + std::to_string(info.param.program_unit);
}

INSTANTIATE_TEST_SUITE_P(Regions, StoreUnsynced,
                         testing::Values(Geometry{4096, 256, 12}, Geometry{1024, 4, 40}),
                         geometry_name);

}  // namespace
}  // namespace pianola::unsynced
