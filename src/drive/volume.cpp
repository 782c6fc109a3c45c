#include "drive/volume.hpp"

#include <algorithm>
#include <string_view>

#include "base/bytes.hpp"
#include "drive/directory_entry.hpp"

namespace pianola::drive {
namespace {

/// Volumes with fewer clusters have FAT12, others FAT16 (3.5); hosts disagree by one or a few, so
/// that 16 on either side are to be avoided.
constexpr std::uint32_t kFat12Clusters = 4085;
constexpr std::uint32_t kDoubtful = 16;
constexpr std::uint32_t kMostClusters = 65525 - kDoubtful;

// When all files were made.
constexpr std::uint32_t kDate = (2026 - 1980) << 9 | 1 << 5 | 1;
constexpr std::uint32_t kTime = 12 << 11;

constexpr std::string_view kLabel = "PIANOLA    ";
constexpr std::string_view kMacrosLong = "macros.txt";

/// Of each file in the order of BaseFile.
constexpr std::string_view kNames = "HELP    TXTSTATUS  TXTMACROS  TXTBACKUP  TXTERRORS  TXT";
constexpr std::size_t kNameSize = 11;
static_assert(kNames.size() == kBaseFiles * kNameSize);
/// In the order of the directory.
constexpr std::array<BaseFile, kBaseFiles> kDirectory = {
    BaseFile::macros, BaseFile::errors, BaseFile::help, BaseFile::backup, BaseFile::status};

void put_text(std::uint8_t* at, std::string_view text) { std::copy(text.begin(), text.end(), at); }

/// The only entry of a long name of at most 13 characters.
void put_long_entry(std::uint8_t* at, std::string_view name, std::uint8_t checksum) {
  at[0] = kOnlyLongEntry;
  at[11] = kLongEntry;
  at[13] = checksum;
  for (std::size_t i = 0; i < kLongNamePlaces.size(); ++i) {
    std::uint32_t c = 0xFFFF;
    if (i < name.size()) c = static_cast<unsigned char>(name[i]);
    if (i == name.size()) c = 0;
    put16(at + kLongNamePlaces[i], c);
  }
}

}  // namespace

void put_short_entry(std::uint8_t* at, std::string_view name, std::uint8_t attributes) {
  std::fill_n(at, kEntrySize, std::uint8_t{0});
  put_text(at, name);
  at[11] = attributes;
  put16(at + 14, kTime);
  put16(at + 16, kDate);
  put16(at + 18, kDate);
  put16(at + 22, kTime);
  put16(at + 24, kDate);
}

VolumeShape volume_shape(const flash::Geometry& geometry) {
  VolumeShape shape;
  const std::uint64_t wanted = 2 * (std::uint64_t{geometry.sector_size} * geometry.sectors) +
                               2 * (Volume::kHelpRoom + Volume::kStatusRoom);
  const auto sectors = static_cast<std::uint32_t>(wanted / kSectorSize);
  while (sectors / shape.cluster_sectors > kMostClusters) shape.cluster_sectors *= 2;
  shape.clusters = sectors / shape.cluster_sectors;
  if (shape.clusters + kDoubtful >= kFat12Clusters &&
      shape.clusters <= kFat12Clusters + kDoubtful) {
    shape.clusters = kFat12Clusters + kDoubtful + 1;
  }
  shape.fat_bits = shape.clusters < kFat12Clusters ? 12 : 16;
  const std::uint32_t bytes = ((shape.clusters + 2) * shape.fat_bits + 7) / 8;
  shape.fat_sectors = (bytes + kSectorSize - 1) / kSectorSize;
  return shape;
}

std::uint32_t Volume::clusters_for(const VolumeShape& shape, std::uint32_t size) {
  if (size == VolumeFiles::kAbsent || size == 0) return 0;
  return (size - 1) / shape.cluster_size() + 1;
}

Volume::Place Volume::place(const VolumeShape& shape, const VolumeFiles& files, BaseFile file) {
  std::uint32_t first = 2;
  if (file == BaseFile::help) return {first, clusters_for(shape, files.size(file))};
  first += clusters_for(shape, kHelpRoom);
  if (file == BaseFile::status) return {first, clusters_for(shape, files.size(file))};
  first += clusters_for(shape, kStatusRoom);
  for (std::size_t i = static_cast<std::size_t>(BaseFile::macros); i < kBaseFiles; ++i) {
    const std::uint32_t clusters = clusters_for(shape, files.sizes[i]);
    if (i == static_cast<std::size_t>(file)) return {first, clusters};
    first += clusters;
  }
  return {};
}

bool Volume::fits(const VolumeShape& shape, const VolumeFiles& files) {
  std::uint64_t clusters = clusters_for(shape, kHelpRoom) + clusters_for(shape, kStatusRoom);
  for (std::size_t i = static_cast<std::size_t>(BaseFile::macros); i < kBaseFiles; ++i) {
    clusters += clusters_for(shape, files.sizes[i]);
  }
  return clusters <= shape.clusters;
}

std::uint32_t Volume::first_sector(const VolumeShape& shape, const VolumeFiles& files,
                                   BaseFile file) {
  return shape.data_sector() + (place(shape, files, file).first - 2) * shape.cluster_sectors;
}

[[gnu::noinline]] FilePiece Volume::read(std::uint32_t sector, std::uint32_t offset,
                                         std::span<std::uint8_t> out) const {
  std::fill(out.begin(), out.end(), std::uint8_t{0});
  if (sector == 0) {
    boot_sector(offset, out);
  } else if (sector < shape_.root_sector()) {
    const std::uint32_t at = (sector - VolumeShape::kFatSector) * kSectorSize + offset;
    for (std::uint32_t i = 0; i < out.size(); ++i) out[i] = fat_byte(at + i);
  } else if (sector == shape_.root_sector()) {
    root_sector(offset, out);
  } else if (sector >= shape_.data_sector()) {
    return data_sector(sector - shape_.data_sector(), offset, out.size());
  }
  return {};
}

[[gnu::noinline]] void Volume::boot_sector(std::uint32_t offset,
                                           std::span<std::uint8_t> out) const {
  // All but the last two bytes that are not zero stand in the first 66 (3.1 to 3.3).
  std::array<std::uint8_t, 68> bytes{};
  const std::uint32_t sectors = shape_.sectors();
  bytes[0] = 0xEB;
  bytes[1] = 0x3C;
  bytes[2] = 0x90;
  put_text(&bytes[3], "PIANOLA ");
  put16(&bytes[11], kSectorSize);
  bytes[13] = static_cast<std::uint8_t>(shape_.cluster_sectors);
  put16(&bytes[14], VolumeShape::kFatSector);
  bytes[16] = 1;  // One FAT: half as much to keep of what hosts write.
  put16(&bytes[17], VolumeShape::kRootEntries);
  put16(&bytes[19], sectors < 0x10000 ? sectors : 0);
  bytes[21] = 0xF8;
  put16(&bytes[22], shape_.fat_sectors);
  put16(&bytes[24], 63);
  put16(&bytes[26], 255);
  put32(&bytes[32], sectors < 0x10000 ? 0 : sectors);
  bytes[36] = 0x80;
  bytes[38] = 0x29;
  put32(&bytes[39], files_.serial);
  put_text(&bytes[43], kLabel);
  put_text(&bytes[54], shape_.fat_bits == 12 ? "FAT12   " : "FAT16   ");
  // A computer that boots from everything: INT 18h goes on to its next drive.
  bytes[62] = 0xCD;
  bytes[63] = 0x18;
  bytes[64] = 0xEB;
  bytes[65] = 0xFE;
  for (std::uint32_t i = 0; i < out.size(); ++i) {
    const std::uint32_t at = offset + i;
    if (at < bytes.size()) out[i] = bytes[at];
    if (at == 510) out[i] = 0x55;
    if (at == 511) out[i] = 0xAA;
  }
}

std::uint32_t Volume::fat_entry(std::uint32_t cluster) const {
  const std::uint32_t end = shape_.fat_bits == 12 ? 0xFFF : 0xFFFF;
  if (cluster == 0) return end - 7;  // The medium's type in the low byte (4.1).
  if (cluster == 1) return end;      // Unmounted cleanly, no errors.
  for (std::size_t i = 0; i < kBaseFiles; ++i) {
    const Place file = place(shape_, files_, static_cast<BaseFile>(i));
    if (cluster - file.first >= file.clusters) continue;
    return cluster - file.first == file.clusters - 1 ? end : cluster + 1;
  }
  return 0;
}

std::uint8_t Volume::fat_byte(std::uint32_t at) const {
  if (shape_.fat_bits == 16) {
    return static_cast<std::uint8_t>(fat_entry(at / 2) >> (at % 2 * 8));
  }
  // Three bytes hold two entries.
  const std::uint32_t pair = at / 3 * 2;
  if (at % 3 == 0) return static_cast<std::uint8_t>(fat_entry(pair));
  if (at % 3 == 2) return static_cast<std::uint8_t>(fat_entry(pair + 1) >> 4);
  return static_cast<std::uint8_t>(fat_entry(pair) >> 8 | fat_entry(pair + 1) << 4);
}

[[gnu::noinline]] void Volume::root_sector(std::uint32_t offset,
                                           std::span<std::uint8_t> out) const {
  std::array<std::uint8_t, (2 + kBaseFiles) * 32> bytes{};
  std::uint8_t* at = bytes.data();
  put_text(at, kLabel);
  at[11] = kVolumeLabel;
  put16(at + 22, kTime);
  put16(at + 24, kDate);
  at += 32;
  for (const BaseFile file : kDirectory) {
    const std::uint32_t size = files_.size(file);
    if (size == VolumeFiles::kAbsent) continue;
    const std::string_view name{kNames.data() + static_cast<std::size_t>(file) * kNameSize,
                                kNameSize};
    if (file == BaseFile::macros) {
      put_long_entry(at, kMacrosLong, name_checksum(name.data()));
      at += 32;
    }
    put_short_entry(at, name, kArchive);
    put16(at + 26, size == 0 ? 0 : place(shape_, files_, file).first);
    put32(at + 28, size);
    at += 32;
  }
  if (offset >= bytes.size()) return;
  const std::size_t count = std::min<std::size_t>(out.size(), bytes.size() - offset);
  std::copy_n(bytes.begin() + offset, count, out.begin());
}

/// What of a file stands in `size` bytes from `offset` on. `sector` counts from the first of the
/// data.
FilePiece Volume::data_sector(std::uint32_t sector, std::uint32_t offset, std::size_t size) const {
  const std::uint32_t cluster = sector / shape_.cluster_sectors + 2;
  for (std::size_t i = 0; i < kBaseFiles; ++i) {
    const auto file = static_cast<BaseFile>(i);
    const Place found = place(shape_, files_, file);
    if (cluster - found.first >= found.clusters) continue;
    const std::uint32_t at =
        (sector - (found.first - 2) * shape_.cluster_sectors) * kSectorSize + offset;
    const std::uint32_t end = files_.size(file);
    if (at >= end) return {};
    return {file, at, static_cast<std::uint32_t>(std::min<std::size_t>(size, end - at))};
  }
  return {};
}

}  // namespace pianola::drive
