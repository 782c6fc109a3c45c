#pragma once

#include <cstdint>

#include "base/status.hpp"
#include "store/log.hpp"

namespace pianola::store {

struct CollectorWindow;

/// Makes room: moves what is in force out of sectors where much is not, so that they can be erased;
/// and out of sectors that were erased seldom, so that wear spreads.
class Collector {
 public:
  explicit Collector(Log& log) : log_(log) {}

  /// Collects until more than `spare` sectors beyond the reserve are free. Status::full if what is
  /// in force fills the region; io_error.
  Status make_room(std::uint32_t spare);
  /// Collects as long as it frees anything.
  Status compact();
  /// Moves what has stood in one place for long, if the wear is uneven. Cheap if there is nothing
  /// to do.
  Status spread_wear();

 private:
  [[nodiscard]] std::uint32_t payload() const;
  [[nodiscard]] std::int32_t gain(const CollectorWindow& window, std::uint32_t i) const;
  bool choose(CollectorWindow& window, std::int32_t least) const;
  Status collect(std::int32_t least, bool& gained);
  void look(CollectorWindow& window, std::uint32_t from);
  Status move(const CollectorWindow& window);

  Log& log_;
  std::uint32_t hand_ = 0;       ///< The sector to look at next.
  std::uint32_t spread_at_ = 0;  ///< Log::opened() when the wear was looked at.
};

}  // namespace pianola::store
