#pragma once

#include <array>
#include <cstdint>

#include "drive/sector_reader.hpp"

namespace pianola::drive {

/// Where a file stands.
struct FileEntry {
  std::uint32_t first = 0;  ///< Cluster; 0 for an empty file.
  std::uint32_t size = 0;   ///< In bytes.
};

struct RootEntry;

/// What a search in the root directory found.
enum class Lookup : std::uint8_t {
  found,
  missing,
  damaged,  ///< The directory cannot be read or followed, or macros.txt is a folder.
};

/// Reads a FAT volume as a host left it, trusting nothing in it: FAT12, FAT16 or FAT32 with
/// clusters of any size, with a partition table or without one.
class FatReader {
 public:
  /// What fat() says of a cluster that is free.
  static constexpr std::uint32_t kFree = 0;
  /// What fat() says of a file's last cluster.
  static constexpr std::uint32_t kEnd = 0xFFFFFFFF;
  /// What fat() says of a cluster if what comes after it is no cluster.
  static constexpr std::uint32_t kInvalid = 0xFFFFFFFE;

  /// `sectors` is the caller's and outlives the reader. While it is in use nothing changes there:
  /// after a change open() again.
  explicit FatReader(SectorReader& sectors) : sectors_(sectors) {}

  /// Reads the volume's measures. False if there is no FAT volume.
  bool open();
  /// Whether the host says that it is done with the volume. It says otherwise, that the volume is
  /// mounted or faulty, in FAT[1] (FAT16 and FAT32) or in a byte of the boot sector (Linux and
  /// Windows NT).
  bool is_clean();
  /// Looks for macros.txt in the root directory, by its long name or, if it has none, its short
  /// one; upper and lower case are the same. `out` is meaningless if it is not found.
  Lookup find_macros(RootEntry& out);

  /// What comes after a cluster: its number, or kFree, kEnd or kInvalid.
  std::uint32_t fat(std::uint32_t cluster);
  [[nodiscard]] bool is_cluster(std::uint32_t number) const {
    return number >= 2 && number - 2 < clusters_;
  }
  [[nodiscard]] std::uint32_t clusters() const { return clusters_; }
  /// Sectors of the medium (of kSectorSize) in a cluster.
  [[nodiscard]] std::uint32_t cluster_sectors() const { return cluster_sectors_; }
  /// First sector of the medium of a cluster that is_cluster().
  [[nodiscard]] std::uint32_t sector_of(std::uint32_t cluster) const {
    return data_ + (cluster - 2) * cluster_sectors_;
  }
  [[nodiscard]] SectorReader& sectors() { return sectors_; }

 private:
  friend class RootFolder;
  friend class ErrorsFile;

  bool open_at(std::uint32_t start);
  bool load(std::uint32_t at);
  std::uint32_t fat_entry(std::uint32_t cluster);

  // Numbers of sectors are those of the medium, whatever the volume's own sectors are.
  SectorReader& sectors_;
  std::uint32_t start_ = 0;  ///< Boot sector.
  std::uint32_t fat_ = 0;
  std::uint32_t fat_sectors_ = 0;
  std::uint32_t root_ = 0;          ///< FAT12 and FAT16: first sector of the root directory.
  std::uint32_t root_entries_ = 0;  ///< FAT12 and FAT16: entries of the root directory; else 0.
  std::uint32_t root_cluster_ = 0;  ///< FAT32: first cluster of the root directory.
  std::uint32_t data_ = 0;
  std::uint32_t clusters_ = 0;
  std::uint32_t cluster_sectors_ = 1;
  std::uint8_t bits_ = 12;
  std::uint8_t fats_ = 1;  ///< FATs from fat_ on that say the same.

  std::array<std::uint8_t, 32> window_{};  ///< Some bytes of the FAT.
  std::uint32_t window_at_ = kEnd;         ///< Offset in the FAT of its first byte; kEnd: none.
};

}  // namespace pianola::drive
