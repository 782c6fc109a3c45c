#include "drive/fat_reader.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "base/bytes.hpp"
#include "drive/file_view.hpp"
#include "drive/root_folder.hpp"
#include "support/fat_tools.hpp"

namespace pianola::drive {
namespace {

using test::FatImage;

class MemorySectors final : public SectorReader {
 public:
  explicit MemorySectors(std::vector<std::uint8_t> bytes) : bytes_(std::move(bytes)) {}
  bool read(std::uint32_t sector, std::uint32_t offset, std::span<std::uint8_t> out) override {
    ++reads;
    if (sector >= sectors()) return false;
    std::copy_n(bytes_.begin() + sector * kSectorSize + offset, out.size(), out.begin());
    return true;
  }
  [[nodiscard]] std::uint32_t sectors() const override {
    return static_cast<std::uint32_t>(bytes_.size() / kSectorSize);
  }
  std::vector<std::uint8_t>& bytes() { return bytes_; }
  std::uint32_t reads = 0;

 private:
  std::vector<std::uint8_t> bytes_;
};

/// An empty volume of `sectors` as mkfs.vfat makes it.
std::vector<std::uint8_t> made(const std::string& options, std::uint32_t sectors) {
  FatImage image(std::vector<std::uint8_t>(std::size_t{sectors} * kSectorSize));
  const std::string said = image.run("/usr/sbin/mkfs.vfat -n TEST " + options + " IMAGE");
  EXPECT_EQ(image.status, 0) << said;
  return image.bytes();
}

std::string lines(unsigned count) {
  std::string text;
  for (unsigned i = 0; i < count; ++i) text += "line " + std::to_string(i) + "\n";
  return text;
}

FileView::Chain chain_of(FileView& file) {
  FileView::Chain chain = FileView::Chain::more;
  while (chain == FileView::Chain::more) chain = file.check();
  return chain;
}

/// The file of a volume, or what is wrong.
std::string read_macros(SectorReader& sectors, std::size_t piece = 64) {
  FatReader fat(sectors);
  if (!fat.open()) return "no volume";
  RootEntry entry;
  const Lookup lookup = fat.find_macros(entry);
  if (lookup != Lookup::found) return lookup == Lookup::missing ? "missing" : "damaged";
  FileView file(fat, entry);
  if (chain_of(file) != FileView::Chain::good) return "bad chain";
  std::string text;
  std::vector<char> buffer(piece);
  while (const std::size_t count = file.read(static_cast<std::uint32_t>(text.size()), buffer)) {
    text.append(buffer.data(), count);
  }
  return text;
}

struct Format {
  const char* name;
  const char* options;
  std::uint32_t sectors;
};

class FormatOf : public testing::TestWithParam<Format> {};

TEST_P(FormatOf, IsRead) {
  const Format& format = GetParam();
  FatImage image(made(format.options, format.sectors));
  MemorySectors empty(image.bytes());
  EXPECT_EQ(read_macros(empty), "missing");
  // Other files first, and holes between them, so that the chain has several runs.
  const std::string text = lines(1500);
  for (unsigned i = 0; i < 8; ++i) {
    EXPECT_EQ(image.copy_in("other file " + std::to_string(i), lines(200)), "");
  }
  for (unsigned i = 0; i < 8; i += 2) {
    image.run("mdel -i IMAGE '::other file " + std::to_string(i) + "'");
  }
  EXPECT_EQ(image.copy_in("macros.txt", text), "");
  EXPECT_EQ(image.fsck(), "");
  MemorySectors sectors(image.bytes());
  for (const std::size_t piece : {1UL, 64UL, 5000UL}) {
    EXPECT_TRUE(read_macros(sectors, piece) == text) << piece;
  }
  FatReader fat(sectors);
  ASSERT_TRUE(fat.open());
  EXPECT_TRUE(fat.is_clean());
}

INSTANTIATE_TEST_SUITE_P(Formats, FormatOf,
                         testing::Values(Format{"fat12", "-F 12 -s 1", 2200},
                                         Format{"fat12_one_fat", "-F 12 -f 1", 2200},
                                         Format{"fat12_large_clusters", "-F 12 -s 16", 6000},
                                         Format{"fat16", "-F 16 -s 1", 9000},
                                         Format{"fat16_reserved", "-F 16 -s 2 -R 7 -r 64", 20000},
                                         Format{"fat32", "-F 32 -s 1", 67000},
                                         Format{"sectors_of_1024", "-S 1024 -F 12", 4400},
                                         Format{"sectors_of_4096", "-S 4096", 9000}),
                         [](const auto& tested) { return std::string(tested.param.name); });

TEST(FatReader, FindsAPartition) {
  FatImage image(made("-F 16 -s 1", 9000));
  EXPECT_EQ(image.copy_in("macros.txt", "F1 { \"x\" }\n"), "");
  std::vector<std::uint8_t> disk(64 * kSectorSize);
  const std::vector<std::uint8_t> volume = image.bytes();
  disk.insert(disk.end(), volume.begin(), volume.end());
  std::uint8_t* const entry = &disk[446 + 16];
  entry[4] = 0x06;
  put32(entry + 8, 64);
  put32(entry + 12, 9000);
  disk[510] = 0x55;
  disk[511] = 0xAA;
  MemorySectors sectors(disk);
  EXPECT_EQ(read_macros(sectors), "F1 { \"x\" }\n");
  entry[4] = 0x83;
  MemorySectors linux_partition(disk);
  EXPECT_EQ(read_macros(linux_partition), "no volume");
}

TEST(FatReader, GoesByTheLongName) {
  FatImage image(made("-F 12 -s 1", 2200));
  image.copy_in("Macros.TXT.bak", "backup");
  MemorySectors other(image.bytes());
  EXPECT_EQ(read_macros(other), "missing");
  image.copy_in("Macros.Txt", "capital");
  MemorySectors sectors(image.bytes());
  EXPECT_EQ(read_macros(sectors), "capital");
  image.run("mren -i IMAGE ::Macros.Txt ::MACROS.TXT");
  MemorySectors upper(image.bytes());
  EXPECT_EQ(read_macros(upper), "capital");
  image.run("mren -i IMAGE ::MACROS.TXT ::no.txt; mmd -i IMAGE ::macros.txt");
  MemorySectors folder(image.bytes());
  EXPECT_EQ(read_macros(folder), "damaged");
}

TEST(FatReader, IgnoresALongNameOfAnotherFile) {
  FatImage image(made("-F 12 -s 1 -f 1", 2200));
  image.copy_in("Macros.txt", "x");
  std::vector<std::uint8_t> bytes = image.bytes();
  // The long name's checksum does not fit: an old system has changed the file.
  const std::string name("M\0a\0c\0r\0o\0", 10);
  const auto at = std::search(bytes.begin(), bytes.end(), name.begin(), name.end());
  ASSERT_NE(at, bytes.end());
  at[12] ^= 1;
  MemorySectors sectors(bytes);
  EXPECT_EQ(read_macros(sectors), "x");
  at[12] ^= 1;
  at[0] = 'X';
  MemorySectors named(bytes);
  EXPECT_EQ(read_macros(named), "missing");
}

/// A FAT12 volume with macros.txt of some clusters, to break.
class Broken : public testing::Test {
 protected:
  Broken() : sectors_(volume()) {
    fat_.emplace(sectors_);
    EXPECT_TRUE(fat_->open());
    EXPECT_EQ(fat_->find_macros(entry_), Lookup::found);
  }
  static std::vector<std::uint8_t> volume() {
    FatImage image(made("-F 16 -s 1 -f 1", 9000));
    image.copy_in("macros.txt", lines(400));
    return image.bytes();
  }
  /// Sets a FAT entry.
  void link(std::uint32_t cluster, std::uint32_t next) {
    const std::uint32_t reserved = get16(&sectors_.bytes()[14]);
    put16(&sectors_.bytes()[reserved * kSectorSize + cluster * 2], next);
  }
  FileView::Chain chain() {
    EXPECT_TRUE(fat_->open());
    FileView file(*fat_, entry_);
    const FileView::Chain chain = chain_of(file);
    usable_ = file.usable();
    return chain;
  }
  MemorySectors sectors_;
  std::optional<FatReader> fat_;
  RootEntry entry_;
  std::uint32_t usable_ = 0;
};

TEST_F(Broken, ChainsAreSeenThrough) {
  EXPECT_EQ(chain(), FileView::Chain::good);
  EXPECT_EQ(usable_, entry_.size);
  const std::uint32_t third = entry_.first + 2;
  link(third, 0);
  EXPECT_EQ(chain(), FileView::Chain::damaged);
  EXPECT_EQ(usable_, 3 * kSectorSize);
  link(third, 0xFFFF);
  EXPECT_EQ(chain(), FileView::Chain::damaged);
  link(third, 0xFFF7);
  EXPECT_EQ(chain(), FileView::Chain::damaged);
  link(third, 9000);
  EXPECT_EQ(chain(), FileView::Chain::damaged);
  link(third, entry_.first);
  EXPECT_EQ(chain(), FileView::Chain::damaged);
  link(third, third + 1);
  EXPECT_EQ(chain(), FileView::Chain::good);
  entry_.size -= 2 * kSectorSize;
  EXPECT_EQ(chain(), FileView::Chain::longer);
  entry_.size = 0xFFFFFFFF;
  EXPECT_EQ(chain(), FileView::Chain::damaged);
  entry_.first = 0;
  EXPECT_EQ(chain(), FileView::Chain::damaged);
  EXPECT_EQ(usable_, 0U);
}

TEST_F(Broken, ADirtyMarkIsSeen) {
  EXPECT_TRUE(fat_->is_clean());
  link(1, 0x7FFF);
  ASSERT_TRUE(fat_->open());
  EXPECT_FALSE(fat_->is_clean());
  link(1, 0xFFFF);
  sectors_.bytes()[0x25] = 1;
  ASSERT_TRUE(fat_->open());
  EXPECT_FALSE(fat_->is_clean());
}

TEST(FileView, GoesBackCheaply) {
  FatImage image(made("-F 16 -s 1 -f 1", 9000));
  const std::string text = lines(6000);
  image.copy_in("macros.txt", text);
  MemorySectors sectors(image.bytes());
  FatReader fat(sectors);
  ASSERT_TRUE(fat.open());
  RootEntry entry;
  ASSERT_EQ(fat.find_macros(entry), Lookup::found);
  FileView file(fat, entry);
  ASSERT_EQ(chain_of(file), FileView::Chain::good);
  std::array<char, 64> piece{};
  std::mt19937 random(1);
  ASSERT_GT(file.read(entry.size - 1, piece), 0U);
  sectors.reads = 0;
  for (unsigned i = 0; i < 1000; ++i) {
    const auto offset = static_cast<std::uint32_t>(random() % text.size());
    const std::size_t count = file.read(offset, piece);
    ASSERT_GT(count, 0U);
    ASSERT_EQ(std::string(piece.data(), count), text.substr(offset, count));
  }
  EXPECT_LE(sectors.reads, 1000U);
}

TEST(FatReader, EndsOnAnything) {
  std::mt19937 random(7);
  std::vector<std::uint8_t> good = made("-F 12 -s 1 -f 1", 400);
  for (unsigned round = 0; round < 1000; ++round) {
    std::vector<std::uint8_t> bytes = good;
    const unsigned faults = 1 + random() % 40;
    for (unsigned i = 0; i < faults; ++i) {
      // Mostly in the boot sector, the FAT and the directory.
      bytes[random() % (round % 2 == 0 ? 64 : 6000)] = static_cast<std::uint8_t>(random());
    }
    bytes[510] = 0x55;
    bytes[511] = 0xAA;
    MemorySectors sectors(bytes);
    (void)read_macros(sectors);
  }
}

}  // namespace
}  // namespace pianola::drive
