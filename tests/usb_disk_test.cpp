// A device whose flash is a file: what a computer was told to be written is on the disk. The drive
// says that it has no cache (MODE SENSE without a caching page), so a host sends no SYNCHRONIZE
// CACHE and takes a WRITE that passed for done (SBC-3, 4.15).

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "ports/file/file_flash.hpp"
#include "support/usb_host.hpp"

namespace pianola {
namespace {

/// A disk in memory that counts its syncs.
class CountingDisk final : public file::Disk {
 public:
  struct Counts {
    bool unsynced = false;  ///< Something was written since the last sync.
    unsigned syncs = 0;
  };

  CountingDisk(std::size_t size, Counts& counts) : bytes_(size, 0xFF), counts_(counts) {}

  int read(std::uint64_t offset, std::span<std::uint8_t> out) override {
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(offset), out.size(), out.begin());
    return 0;
  }
  int write(std::uint64_t offset, std::span<const std::uint8_t> data) override {
    std::copy(data.begin(), data.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
    counts_.unsynced = true;
    return 0;
  }
  int sync() override {
    counts_.unsynced = false;
    ++counts_.syncs;
    return 0;
  }

 private:
  test::Bytes bytes_;
  Counts& counts_;
};

class UsbDisk : public ::testing::Test {
 protected:
  static constexpr flash::Geometry kGeometry{
      .sector_size = 4096, .program_unit = 256, .sectors = 256};

  void SetUp() override {
    ASSERT_TRUE(host_.enumerate());
    rig_.device->drive().insert();
    ASSERT_TRUE(host_.wait_for_medium());
    ASSERT_GT(host_.capacity(), 500U);
  }

  CountingDisk::Counts counts_;
  file::FileFlash flash_{
      std::make_unique<CountingDisk>(file::FileFlash::kHeaderSize + kGeometry.size(), counts_),
      kGeometry};
  test::UsbRig rig_{flash_};
  test::UsbHost host_{rig_};
};

TEST_F(UsbDisk, AWriteThatPassedIsOnTheDisk) {
  for (std::uint32_t i = 0; i < 16; ++i) {
    const test::Bytes data((1U + i % 8) * 512, static_cast<std::uint8_t>(i + 1));
    ASSERT_TRUE(host_.write(300 + i * 8, data).passed());
    EXPECT_FALSE(counts_.unsynced) << i;
  }
}

TEST_F(UsbDisk, SoIsAnEditThatIsInForce) {
  std::uint32_t sector = 0;
  const std::string text = rig_.text();
  test::Bytes data;
  do {
    data = host_.read(++sector, 1).data;
    ASSERT_EQ(data.size(), 512U);
  } while (!std::equal(text.begin(), text.begin() + 20, data.begin()));
  data[0] = '#';
  data[1] = '!';
  ASSERT_TRUE(host_.write(sector, data).passed());
  ASSERT_TRUE(host_.eject().passed());
  for (int i = 0; i < 5000 && rig_.device->drive().outcome() != drive::Drive::Outcome::taken; ++i) {
    host_.pass(1);
  }
  EXPECT_EQ(rig_.text(), "#!" + text.substr(2));
  EXPECT_FALSE(counts_.unsynced);
}

// docs/flash-format.md: two syncs for a commit, or three.
TEST_F(UsbDisk, FewSyncsDoForIt) {
  counts_.syncs = 0;
  for (std::uint32_t i = 0; i < 4; ++i) {
    ASSERT_TRUE(host_.write(300 + i * 64, test::Bytes(64U * 512, 0x5A)).passed());
  }
  constexpr unsigned kCommits = 4 * 64 * 512 / 4096;
  EXPECT_LE(counts_.syncs, 3 * kCommits + 3) << "the first write after a start opens a session";
  RecordProperty("syncs", static_cast<int>(counts_.syncs));
}

}  // namespace
}  // namespace pianola
