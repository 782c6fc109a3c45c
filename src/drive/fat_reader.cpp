#include "drive/fat_reader.hpp"

#include <algorithm>
#include <bit>

#include "base/bytes.hpp"
#include "drive/directory_entry.hpp"
#include "drive/root_folder.hpp"

namespace pianola::drive {
[[gnu::noinline]] bool FatReader::open() {
  window_at_ = kEnd;
  if (open_at(0)) return true;
  // Perhaps a partition table: the first partition with a type of FAT.
  std::array<std::uint8_t, 66> table{};
  if (!sectors_.read(0, 446, table) || table[64] != 0x55 || table[65] != 0xAA) return false;
  for (unsigned i = 0; i < 4; ++i) {
    const std::uint8_t* entry = &table[i * 16];
    constexpr std::array<std::uint8_t, 6> kFatTypes = {0x01, 0x04, 0x06, 0x0B, 0x0C, 0x0E};
    if (std::ranges::find(kFatTypes.begin(), kFatTypes.end(), entry[4]) == kFatTypes.end())
      continue;
    const std::uint32_t start = get32(entry + 8);
    return start != 0 && open_at(start);
  }
  return false;
}

bool FatReader::open_at(std::uint32_t start) {
  std::array<std::uint8_t, 64> boot{};
  std::array<std::uint8_t, 2> signature{};
  if (start >= sectors_.sectors() || !sectors_.read(start, 0, boot) ||
      !sectors_.read(start, 510, signature)) {
    return false;
  }
  const std::uint32_t bytes = get16(&boot[11]);
  const std::uint32_t per_cluster = boot[13];
  if (signature[0] != 0x55 || signature[1] != 0xAA || !std::has_single_bit(bytes) || bytes < 512 ||
      bytes > 4096 || !std::has_single_bit(per_cluster)) {
    return false;
  }
  const std::uint32_t scale = bytes / kSectorSize;
  const std::uint32_t reserved = get16(&boot[14]);
  const std::uint32_t fats = boot[16];
  const std::uint32_t short_fat = get16(&boot[22]);
  const bool is_fat32 = short_fat == 0;
  const std::uint64_t fat_size = is_fat32 ? get32(&boot[36]) : short_fat;
  const std::uint64_t total = get16(&boot[19]) != 0 ? get16(&boot[19]) : get32(&boot[32]);
  if (reserved == 0 || fats == 0 || fat_size == 0 || total * scale > sectors_.sectors() - start) {
    return false;
  }
  start_ = start;
  root_entries_ = is_fat32 ? 0 : get16(&boot[17]);
  root_cluster_ = is_fat32 ? get32(&boot[44]) & 0x0FFFFFFF : 0;
  const std::uint64_t root = reserved + fats * fat_size;
  const std::uint64_t data = root + (root_entries_ * kEntrySize + bytes - 1) / bytes;
  if (data >= total || (root_entries_ == 0 && !is_fat32)) return false;
  // With mirroring off, FAT32 says which of its FATs is the right one.
  const std::uint32_t flags = is_fat32 ? get16(&boot[40]) : 0;
  const bool is_mirrored = (flags & 0x80) == 0;
  const std::uint32_t active = is_mirrored ? 0 : flags & 0xF;
  if (active >= fats) return false;
  fats_ = static_cast<std::uint8_t>(is_mirrored ? fats : 1);
  // All of these are less than the medium's sectors.
  fat_ = start + static_cast<std::uint32_t>((reserved + active * fat_size) * scale);
  fat_sectors_ = static_cast<std::uint32_t>(fat_size * scale);
  root_ = start + static_cast<std::uint32_t>(root * scale);
  data_ = start + static_cast<std::uint32_t>(data * scale);
  cluster_sectors_ = per_cluster * scale;
  clusters_ = static_cast<std::uint32_t>(total - data) / per_cluster;
  bits_ = is_fat32 ? 32 : clusters_ < 4085 ? 12 : 16;
  return clusters_ > 0 && clusters_ < 0x0FFFFFF0;
}

bool FatReader::is_clean() {
  // The byte that is free for the system says 1 while mounted, 2 after an error: at 25 hex, or
  // behind the longer fields of FAT32 at 41.
  std::array<std::uint8_t, 1> state{};
  if (!sectors_.read(start_, bits_ == 32 ? 0x41 : 0x25, state)) return false;
  if ((state[0] & 3U) != 0) return false;
  if (bits_ == 12) return true;
  const std::uint32_t entry = fat_entry(1);
  const std::uint32_t good = bits_ == 16 ? 0xC000 : 0x0C000000;
  return entry != kInvalid && (entry & good) == good;
}

Lookup FatReader::find_macros(RootEntry& out) {
  const Lookup lookup = RootFolder(*this).find("macros.txt", out);
  const bool is_folder = lookup == Lookup::found && (out.attributes & kFolder) != 0;
  return is_folder ? Lookup::damaged : lookup;
}

/// Makes the window hold byte `at` of the FAT.
bool FatReader::load(std::uint32_t at) {
  const auto size = static_cast<std::uint32_t>(window_.size());
  if (at / kSectorSize >= fat_sectors_) return false;
  if (window_at_ != kEnd && at - window_at_ < size) return true;
  window_at_ = at / size * size;
  const bool good =
      sectors_.read(fat_ + window_at_ / kSectorSize, window_at_ % kSectorSize, window_);
  if (!good) window_at_ = kEnd;
  return good;
}

/// The entry of 1 or of a cluster as it stands there; kInvalid if it cannot be read.
[[gnu::noinline]] std::uint32_t FatReader::fat_entry(std::uint32_t cluster) {
  // Of FAT12 the first byte holds half of an entry, or the last one does.
  std::uint32_t at = cluster * (bits_ / 4U) / 2;
  std::uint32_t value = 0;
  const unsigned all = bits_ == 32 ? 32 : 16;
  for (unsigned bits = 0; bits < all; bits += 8, ++at) {
    if (!load(at)) return kInvalid;
    value |= std::uint32_t{window_[at - window_at_]} << bits;
  }
  if (bits_ == 12) return cluster % 2 != 0 ? value >> 4 : value & 0xFFF;
  return bits_ == 32 ? value & 0x0FFFFFFF : value;
}

std::uint32_t FatReader::fat(std::uint32_t cluster) {
  if (!is_cluster(cluster)) return kInvalid;
  const std::uint32_t entry = fat_entry(cluster);
  if (entry == kInvalid) return kInvalid;
  if (entry == 0) return kFree;
  if (is_cluster(entry)) return entry;
  const std::uint32_t end = bits_ == 12 ? 0xFF8 : bits_ == 16 ? 0xFFF8 : 0x0FFFFFF8;
  return entry >= end ? kEnd : kInvalid;
}

}  // namespace pianola::drive
