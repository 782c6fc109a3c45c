#include "drive/errors_file.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "drive/directory_entry.hpp"
#include "drive/root_folder.hpp"

namespace pianola::drive {

Status ErrorsFile::step(std::span<std::uint8_t, kSectorSize> buffer) {
  buffer_ = buffer;
  switch (phase_) {
    case Phase::find:
      return find();
    case Phase::text:
      return write_text();
    case Phase::rest:
      return free_rest();
    case Phase::entry:
      return write_entry();
    case Phase::number:
      return write_number();
    case Phase::done:
      break;
  }
  return Status::ok;
}

[[gnu::noinline]] Status ErrorsFile::save(std::uint32_t sector) {
  return session_.write(sector, buffer_);
}

Status ErrorsFile::find() {
  RootFolder folder(fat_);
  RootEntry entry;
  const Lookup lookup = folder.find("errors.txt", entry);
  if (lookup == Lookup::damaged) return Status::io_error;
  if (lookup == Lookup::found) {
    if ((entry.attributes & kFolder) != 0) return Status::full;
    sector_ = entry.sector;
    offset_ = entry.offset;
    first_ = entry.first;
  } else if (!folder.free_place(sector_, offset_)) {
    return Status::full;
  }
  phase_ = Phase::text;
  return Status::more;
}

/// Writes the next sector, in the clusters that the file has, then in others. If there is no room
/// for more, the text ends there.
Status ErrorsFile::write_text() {
  const std::uint32_t in_cluster = at_ % fat_.cluster_sectors();
  std::uint32_t cluster = cluster_;
  bool is_new = false;
  if (in_cluster == 0) {
    cluster = at_ == 0 ? first_ : fat_.fat(cluster_);
    is_new = !fat_.is_cluster(cluster);
    if (is_new) cluster = free_cluster();
  }
  std::fill(buffer_.begin(), buffer_.end(), std::uint8_t{0});
  store_.read_draft(store::kErrorText + at_, 0, buffer_);
  Status status = cluster == 0 ? Status::full : save(fat_.sector_of(cluster) + in_cluster);
  if (status == Status::full && at_ > 0) {
    size_ = at_ * kSectorSize;
    return end_text();
  }
  if (status == Status::ok && is_new) status = set_fat(cluster, FatReader::kEnd);
  if (status == Status::ok && is_new && at_ > 0) status = set_fat(cluster_, cluster);
  if (status != Status::ok) return status;
  if (at_ == 0) first_ = cluster;
  cluster_ = cluster;
  ++at_;
  return at_ * kSectorSize < size_ ? Status::more : end_text();
}

/// The file has no further clusters.
Status ErrorsFile::end_text() {
  const std::uint32_t next = fat_.fat(cluster_);
  phase_ = next == FatReader::kEnd ? Phase::entry : Phase::rest;
  if (phase_ == Phase::entry) return Status::more;
  const Status status = set_fat(cluster_, FatReader::kEnd);
  cluster_ = next;
  return status == Status::ok ? Status::more : status;
}

/// Frees a cluster that the file had and needs no more.
Status ErrorsFile::free_rest() {
  if (!fat_.is_cluster(cluster_)) {
    phase_ = Phase::entry;
    return Status::more;
  }
  const std::uint32_t next = fat_.fat(cluster_);
  const Status status = set_fat(cluster_, FatReader::kFree);
  cluster_ = next;
  return status == Status::ok ? Status::more : status;
}

[[gnu::noinline]] Status ErrorsFile::write_entry() {
  if (!load(sector_)) return Status::io_error;
  std::uint8_t* const entry = &buffer_[offset_];
  // A new one; the device's other files have the same date.
  if (entry[0] == 0 || entry[0] == kDeletedEntry) put_short_entry(entry, "ERRORS  TXT", kArchive);
  put16(entry + 20, fat_.bits_ == 32 ? first_ >> 16 : 0);
  put16(entry + 26, first_);
  put32(entry + 28, size_);
  phase_ = renumber_ ? Phase::number : Phase::done;
  const Status status = save(sector_);
  return status == Status::ok && renumber_ ? Status::more : status;
}

/// Where the volume's number stands (Microsoft FAT specification, 3.2 and 3.3).
Status ErrorsFile::write_number() {
  phase_ = Phase::done;
  if (!load(fat_.start_)) return Status::io_error;
  const std::size_t at = fat_.bits_ == 32 ? 67 : 39;
  put32(&buffer_[at], get32(&buffer_[at]) + 1);
  return save(fat_.start_);
}

// ---- The FAT ------------------------------------------------------------------------------------

/// A free cluster, first of all behind the one that was written last; 0 if there is none. Not one
/// that the host has written: it may be about to say for what.
std::uint32_t ErrorsFile::free_cluster() {
  const std::uint32_t from = at_ == 0 ? 0 : cluster_ - 1;
  for (std::uint32_t i = 0; i < fat_.clusters(); ++i) {
    const std::uint32_t cluster = 2 + (from + i) % fat_.clusters();
    if (fat_.fat(cluster) != FatReader::kFree) continue;
    if (!session_.in_overlay(fat_.sector_of(cluster))) return cluster;
  }
  return 0;
}

/// Sets what comes after a cluster, in all FATs that are in use.
Status ErrorsFile::set_fat(std::uint32_t cluster, std::uint32_t value) {
  const unsigned bits = fat_.bits_;
  const std::uint32_t at = cluster * (bits / 4U) / 2;
  const unsigned shift = bits == 12 && cluster % 2 != 0 ? 4 : 0;
  const std::uint32_t all = bits == 12 ? 0xFFF : bits == 16 ? 0xFFFF : 0x0FFFFFFF;
  const std::uint32_t mask = all << shift;
  value = (value & all) << shift;
  for (unsigned copy = 0; copy < fat_.fats_; ++copy) {
    unsigned i = 0;
    while (i < 32 && mask >> i != 0) {
      const std::uint32_t first = at + i / 8;
      const std::uint32_t sector = fat_.fat_ + copy * fat_.fat_sectors_ + first / kSectorSize;
      if (!load(sector)) return Status::io_error;
      for (std::uint32_t byte = first % kSectorSize; byte < kSectorSize && i < 32; ++byte, i += 8) {
        buffer_[byte] = static_cast<std::uint8_t>((buffer_[byte] & ~(mask >> i)) | value >> i);
      }
      if (const Status status = save(sector); status != Status::ok) return status;
    }
  }
  fat_.window_at_ = FatReader::kEnd;
  return Status::ok;
}

}  // namespace pianola::drive
