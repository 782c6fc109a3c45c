#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "store/log.hpp"

namespace pianola::store {

/// Puts right what cannot be read of the roll's definitions, where the backup has a copy of its
/// own. A node of the tree that a save wrote anew has most items of the one that it took the place
/// of, and a long definition most bytes of what it was before. So what cannot be read is compared
/// with that, and what is nearly the same is taken from there. Whether the frame is then the one
/// that was written, with all that was new in it, tells the checksum that stands in it: else
/// nothing is changed. So nothing old ever comes back.
class Restore {
 public:
  /// `log` is the caller's and outlives this.
  explicit Restore(Log& log) : log_(log) {}

  /// Begins anew, also after another change.
  void start() {
    passed_ = restored_ = 0;
    last_ = kNoAddress;
  }
  /// Looks for the next frame that is damaged, and puts it right if it can; outside transactions.
  /// It reads the whole roll, and may write a sector anew. Status::more: call again. Status::ok:
  /// all was tried. Status::full, io_error: no sector could be written.
  Status step();
  /// Frames that were put right.
  [[nodiscard]] std::uint32_t restored() const { return restored_; }

 private:
  struct Damage;
  class Finder;

  bool find(Damage& out);
  bool rebuild(const Damage& damage);
  bool rebuild_data(const Damage& damage);
  bool rebuild_node(const Damage& damage);
  bool read(const Damage& damage);

  Log& log_;
  std::span<std::uint8_t> frame_;  ///< In the log's buffer: what is being rebuilt.
  std::uint32_t passed_ = 0;       ///< Damaged frames that stay as they are.
  std::uint32_t restored_ = 0;
  std::uint32_t last_ = kNoAddress;  ///< Of the frame that was put right last.
};

}  // namespace pianola::store
