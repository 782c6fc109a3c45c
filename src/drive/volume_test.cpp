#include "drive/volume.hpp"

#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "support/fat_tools.hpp"

namespace pianola::drive {
namespace {

/// Files full of letters that tell where they stand.
class Letters {
 public:
  static std::uint8_t letter(BaseFile file, std::uint32_t offset) {
    return static_cast<std::uint8_t>('a' + (offset / kSectorSize * 7 + offset) % 26 -
                                     (file == BaseFile::macros ? 32 : 0));
  }
  static std::string text(BaseFile file, std::uint32_t size) {
    std::string text;
    for (std::uint32_t i = 0; i < size; ++i) text += static_cast<char>(letter(file, i));
    return text;
  }
};

void read(const Volume& volume, std::uint32_t sector, std::uint32_t offset,
          std::span<std::uint8_t> out) {
  const FilePiece piece = volume.read(sector, offset, out);
  for (std::uint32_t i = 0; i < piece.size; ++i) {
    out[i] = Letters::letter(piece.file, piece.offset + i);
  }
}

std::vector<std::uint8_t> image_of(const Volume& volume) {
  std::vector<std::uint8_t> bytes(std::size_t{volume.sectors()} * kSectorSize);
  for (std::uint32_t i = 0; i < volume.sectors(); ++i) {
    read(volume, i, 0, std::span{bytes}.subspan(i * kSectorSize, kSectorSize));
  }
  return bytes;
}

VolumeFiles files_of(std::uint32_t macros, std::uint32_t backup, std::uint32_t errors) {
  VolumeFiles files;
  files.serial = 0x12345678;
  files.sizes = {3000, 1536, macros, backup, errors};
  return files;
}

TEST(VolumeShape, FollowsFromTheFlash) {
  // 64 KB, 256 KB and 1 MB of flash: FAT12 below 4085 clusters.
  EXPECT_EQ(volume_shape({4096, 1, 16}).fat_bits, 12U);
  EXPECT_EQ(volume_shape({4096, 256, 64}).fat_bits, 12U);
  EXPECT_EQ(volume_shape({4096, 256, 256}).fat_bits, 16U);
  // The largest region there can be still is a FAT16 volume.
  const VolumeShape largest = volume_shape({65536, 256, 16384});
  EXPECT_EQ(largest.fat_bits, 16U);
  EXPECT_LT(largest.clusters, 65525U);
  EXPECT_LE(largest.cluster_sectors, 128U);
}

TEST(VolumeShape, KeepsClearOfWhereHostsDisagree) {
  for (std::uint32_t sectors = 4; sectors < 600; ++sectors) {
    const VolumeShape shape = volume_shape({4096, 1, sectors});
    EXPECT_GT(shape.clusters > 4085 ? shape.clusters - 4085 : 4085 - shape.clusters, 16U);
    EXPECT_LE((shape.clusters + 2) * shape.fat_bits / 8, shape.fat_sectors * kSectorSize);
  }
}

class VolumeOf : public testing::TestWithParam<std::tuple<std::uint32_t, std::uint32_t>> {};

TEST_P(VolumeOf, IsReadByOthers) {
  const auto [sectors, macros] = GetParam();
  const VolumeShape shape = volume_shape({4096, 256, sectors});
  const VolumeFiles files = files_of(macros, 700, VolumeFiles::kAbsent);
  ASSERT_TRUE(Volume::fits(shape, files));
  const Volume volume(shape, files);
  test::FatImage image(image_of(volume));
  EXPECT_EQ(image.fsck(), "");
  EXPECT_EQ(image.type("macros.txt"), Letters::text(BaseFile::macros, macros));
  EXPECT_EQ(image.type("HELP.TXT"), Letters::text(BaseFile::help, 3000));
  EXPECT_EQ(image.type("BACKUP.TXT"), Letters::text(BaseFile::backup, 700));
  EXPECT_EQ(image.type("STATUS.TXT"), Letters::text(BaseFile::status, 1536));
  const std::string listing = image.run("mdir -i IMAGE ::");
  EXPECT_NE(listing.find("Volume in drive : is PIANOLA"), std::string::npos) << listing;
  EXPECT_NE(listing.find("1234-5678"), std::string::npos) << listing;
  EXPECT_NE(listing.find("macros.txt"), std::string::npos) << listing;
  EXPECT_NE(listing.find("2026-01-01  12:00"), std::string::npos) << listing;
  EXPECT_EQ(listing.find("ERRORS"), std::string::npos) << listing;
}

INSTANTIATE_TEST_SUITE_P(Sizes, VolumeOf,
                         testing::Combine(testing::Values(16U, 64U, 250U, 256U, 1024U, 8192U),
                                          testing::Values(0U, 1U, 511U, 512U, 513U, 20'000U)));

TEST(Volume, ReadsInPieces) {
  const VolumeShape shape = volume_shape({4096, 256, 64});
  const VolumeFiles files = files_of(5000, 1, 600);
  const Volume volume(shape, files);
  const std::vector<std::uint8_t> whole = image_of(volume);
  for (const std::uint32_t sector :
       {std::uint32_t{0}, std::uint32_t{1}, shape.root_sector(), shape.data_sector() + 5,
        Volume::first_sector(shape, files, BaseFile::macros) + 9, shape.sectors() - 1}) {
    for (std::uint32_t offset = 0; offset < kSectorSize; offset += 31) {
      std::array<std::uint8_t, 31> piece{};
      const auto part = std::span{piece}.first(std::min(31U, kSectorSize - offset));
      read(volume, sector, offset, part);
      EXPECT_TRUE(
          std::equal(part.begin(), part.end(), whole.begin() + sector * kSectorSize + offset))
          << sector << " at " << offset;
    }
  }
}

TEST(Volume, KeepsThePlaceOfMacrosWhateverTheHelp) {
  const VolumeShape shape = volume_shape({4096, 256, 64});
  VolumeFiles files = files_of(5000, 1, 600);
  const std::uint32_t first = Volume::first_sector(shape, files, BaseFile::macros);
  files.size(BaseFile::help) = Volume::kHelpRoom;
  EXPECT_EQ(Volume::first_sector(shape, files, BaseFile::macros), first);
}

}  // namespace
}  // namespace pianola::drive
