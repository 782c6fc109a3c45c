#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "drive/sector_reader.hpp"
#include "flash/nor_flash.hpp"

namespace pianola::drive {

// The volume as it is when the medium is put in. Nothing of it is stored: each byte is worked out
// when it is read (Microsoft FAT specification, 2005; sections named below are that document's).

/// The measures of the volume: they follow from the flash alone, so that sectors that a host wrote
/// mean the same after a restart.
struct VolumeShape {
  std::uint32_t clusters = 0;
  std::uint32_t cluster_sectors = 1;
  std::uint32_t fat_sectors = 0;  ///< Of the only FAT.
  std::uint32_t fat_bits = 12;    ///< 12 or 16.

  /// Entries of the root directory, as the specification recommends (3.1, BPB_RootEntCnt).
  static constexpr std::uint32_t kRootEntries = 512;
  static constexpr std::uint32_t kFatSector = 1;
  [[nodiscard]] constexpr std::uint32_t root_sector() const { return kFatSector + fat_sectors; }
  [[nodiscard]] constexpr std::uint32_t data_sector() const {
    return root_sector() + kRootEntries * 32 / kSectorSize;
  }
  [[nodiscard]] constexpr std::uint32_t sectors() const {
    return data_sector() + clusters * cluster_sectors;
  }
  [[nodiscard]] constexpr std::uint32_t cluster_size() const {
    return cluster_sectors * kSectorSize;
  }

  friend constexpr bool operator==(const VolumeShape&, const VolumeShape&) = default;
};

/// The volume for a region of flash: room for twice what the region can hold, because a text and
/// its backup may share their place in flash but not on the volume.
VolumeShape volume_shape(const flash::Geometry& geometry);

/// The files, in the order of their clusters.
enum class BaseFile : std::uint8_t { help, status, macros, backup, errors };
inline constexpr std::size_t kBaseFiles = 5;

/// Bytes [offset, offset + size) of a file, all within it.
struct FilePiece {
  BaseFile file{};
  std::uint32_t offset = 0;
  std::uint32_t size = 0;
};

/// Which files there are.
struct VolumeFiles {
  static constexpr std::uint32_t kAbsent = 0xFFFFFFFF;

  std::uint32_t serial = 0;                       ///< Of the volume.
  std::array<std::uint32_t, kBaseFiles> sizes{};  ///< In bytes, or kAbsent.

  [[nodiscard]] constexpr std::uint32_t& size(BaseFile file) {
    return sizes[static_cast<std::size_t>(file)];
  }
  [[nodiscard]] constexpr std::uint32_t size(BaseFile file) const {
    return sizes[static_cast<std::size_t>(file)];
  }
};

/// The volume, sector by sector, but for what stands in its files.
class Volume {
 public:
  // HELP.TXT and STATUS.TXT have places of a fixed size before the files that vary, so that new
  // firmware finds macros.txt where the old one showed it.

  /// Bytes kept for HELP.TXT.
  static constexpr std::uint32_t kHelpRoom = 16 * kSectorSize;
  /// Bytes kept for STATUS.TXT.
  static constexpr std::uint32_t kStatusRoom = 4 * kSectorSize;

  /// Both are the caller's and outlive the volume. The files must fit() the shape.
  Volume(const VolumeShape& shape, const VolumeFiles& files) : shape_(shape), files_(files) {}

  /// Whether the files have room.
  [[nodiscard]] static bool fits(const VolumeShape& shape, const VolumeFiles& files);

  /// Reads bytes of a sector that the volume has, from `offset` on: `out` gets them, but for the
  /// piece of a file that stands at its beginning; those are told and left to the caller, because
  /// who reads a file needs much stack.
  [[nodiscard]] FilePiece read(std::uint32_t sector, std::uint32_t offset,
                               std::span<std::uint8_t> out) const;
  [[nodiscard]] std::uint32_t sectors() const { return shape_.sectors(); }
  /// First sector of a file's contents; meaningless for one that is absent or empty.
  [[nodiscard]] static std::uint32_t first_sector(const VolumeShape& shape,
                                                  const VolumeFiles& files, BaseFile file);

 private:
  struct Place {
    std::uint32_t first = 0;     ///< Cluster.
    std::uint32_t clusters = 0;  ///< With contents.
  };

  [[nodiscard]] static std::uint32_t clusters_for(const VolumeShape& shape, std::uint32_t size);
  [[nodiscard]] static Place place(const VolumeShape& shape, const VolumeFiles& files,
                                   BaseFile file);
  [[nodiscard]] std::uint32_t fat_entry(std::uint32_t cluster) const;
  [[nodiscard]] std::uint8_t fat_byte(std::uint32_t at) const;
  void boot_sector(std::uint32_t offset, std::span<std::uint8_t> out) const;
  void root_sector(std::uint32_t offset, std::span<std::uint8_t> out) const;
  [[nodiscard]] FilePiece data_sector(std::uint32_t sector, std::uint32_t offset,
                                      std::size_t size) const;

  const VolumeShape& shape_;
  const VolumeFiles& files_;
};

}  // namespace pianola::drive
