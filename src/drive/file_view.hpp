#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "drive/fat_reader.hpp"
#include "lang/compile/source.hpp"

namespace pianola::drive {

/// A file of a volume, read through its chain of clusters. Reading on is cheap, and so is going
/// back by a few runs of clusters; going back further follows the chain from its beginning.
class FileView final : public lang::Source {
 public:
  /// In which state a chain of clusters is.
  enum class Chain : std::uint8_t {
    more,     ///< Not known yet: call check() again.
    good,     ///< As long as the size says, and ended.
    longer,   ///< Ended, but after more clusters than the size needs.
    damaged,  ///< Too short, without end, or into what is no cluster.
  };

  /// `fat` is open, the caller's, and outlives the view.
  FileView(FatReader& fat, const FileEntry& file) : fat_(fat), file_(file) {}

  /// Follows the chain for some clusters. Until it is good or longer nothing else may be called but
  /// usable().
  Chain check();
  /// Bytes of the file that the chain reaches, as far as check() went: all of them if it is good.
  [[nodiscard]] std::uint32_t usable() const;
  /// The file ends after `size` bytes: at most usable().
  void truncate(std::uint32_t size) { file_.size = size; }

  [[nodiscard]] std::uint32_t size() const { return file_.size; }
  [[nodiscard]] FatReader& fat() { return fat_; }
  std::size_t read(std::uint32_t offset, std::span<char> out) override;
  /// The sector of the medium with byte `offset` of the file.
  bool sector_at(std::uint32_t offset, std::uint32_t& sector);
  /// Some read did not give what the file holds.
  [[nodiscard]] bool failed() const { return failed_; }

 private:
  /// Clusters that stand one after another, on the volume as in the file.
  struct Run {
    std::uint32_t index = 0;    ///< Of the first one in the file.
    std::uint32_t cluster = 0;  ///< Its number.
    std::uint32_t count = 0;
  };

  [[nodiscard]] std::uint32_t cluster_size() const { return fat_.cluster_sectors() * kSectorSize; }
  [[nodiscard]] std::uint32_t clusters_needed() const;
  std::uint32_t locate(std::uint32_t index);

  FatReader& fat_;
  FileEntry file_;
  std::array<Run, 6> runs_{};
  std::uint8_t next_run_ = 0;   ///< The one to forget next.
  std::uint32_t checked_ = 0;   ///< How many clusters check() found.
  std::uint32_t check_at_ = 0;  ///< Number of the last cluster that check() found.
  Chain chain_ = Chain::more;
  bool failed_ = false;
};

}  // namespace pianola::drive
