#include "drive/file_view.hpp"

#include <algorithm>

namespace pianola::drive {
namespace {

/// Clusters that one call of check() follows.
constexpr unsigned kCheckBatch = 64;

}  // namespace

std::uint32_t FileView::clusters_needed() const {
  return file_.size == 0 ? 0 : (file_.size - 1) / cluster_size() + 1;
}

[[gnu::noinline]] FileView::Chain FileView::check() {
  for (unsigned i = 0; i < kCheckBatch && chain_ == Chain::more; ++i) {
    std::uint32_t next = checked_ == 0 ? file_.first : fat_.fat(check_at_);
    // An empty file has no cluster, or (some hosts write so) one or more.
    if (checked_ == 0 && next == 0) next = FatReader::kEnd;
    if (next == FatReader::kEnd) {
      chain_ = checked_ == clusters_needed()  ? Chain::good
               : checked_ > clusters_needed() ? Chain::longer
                                              : Chain::damaged;
    } else if (!fat_.is_cluster(next) || checked_ == fat_.clusters()) {
      // More clusters than there are: the chain bites its tail.
      chain_ = Chain::damaged;
    } else {
      check_at_ = next;
      ++checked_;
    }
  }
  return chain_;
}

std::uint32_t FileView::usable() const {
  const std::uint64_t reached = std::uint64_t{checked_} * cluster_size();
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(reached, file_.size));
}

/// The number of the file's cluster `index`; 0 if it cannot be found.
std::uint32_t FileView::locate(std::uint32_t index) {
  Run* best = nullptr;
  for (Run& run : runs_) {
    if (run.count == 0 || run.index > index) continue;
    if (best == nullptr || run.index > best->index) best = &run;
  }
  if (best == nullptr) {
    if (!fat_.is_cluster(file_.first)) return 0;
    best = &runs_[next_run_];
    *best = {0, file_.first, 1};
    next_run_ = static_cast<std::uint8_t>((next_run_ + 1) % runs_.size());
  }
  while (index - best->index >= best->count) {
    const std::uint32_t last = best->cluster + best->count - 1;
    const std::uint32_t next = fat_.fat(last);
    if (!fat_.is_cluster(next)) return 0;
    if (next == last + 1) {
      ++best->count;
      continue;
    }
    const Run run{best->index + best->count, next, 1};
    best = &runs_[next_run_];
    *best = run;
    next_run_ = static_cast<std::uint8_t>((next_run_ + 1) % runs_.size());
  }
  return best->cluster + (index - best->index);
}

bool FileView::sector_at(std::uint32_t offset, std::uint32_t& sector) {
  const std::uint32_t cluster = locate(offset / cluster_size());
  if (cluster == 0) return false;
  sector = fat_.sector_of(cluster) + offset % cluster_size() / kSectorSize;
  return true;
}

std::size_t FileView::read(std::uint32_t offset, std::span<char> out) {
  if (offset >= file_.size || out.empty()) return 0;
  const std::uint32_t in_sector = offset % kSectorSize;
  const std::uint32_t rest = std::min(kSectorSize - in_sector, file_.size - offset);
  const std::size_t count = std::min<std::size_t>(out.size(), rest);
  std::uint32_t sector = 0;
  const std::span bytes{reinterpret_cast<std::uint8_t*>(out.data()), count};
  if (!sector_at(offset, sector) || !fat_.sectors().read(sector, in_sector, bytes)) {
    failed_ = true;
    return 0;
  }
  return count;
}

}  // namespace pianola::drive
