#include <algorithm>

#include "store/log.hpp"
#include "store/tree.hpp"

namespace pianola::store {
namespace {

/// Marks the sectors of what it is shown.
class Marker final : public TreeVisitor {
 public:
  Marker(Log& log, bool chunks) : log_(log), chunks_(chunks) {}

  void node(std::uint32_t address, std::uint32_t, unsigned, bool) override {
    log_.mark_used(address);
  }
  void entry(const Entry& entry) override {
    if (chunks_) log_.mark_used(to_chunk(entry).address);
  }

 private:
  Log& log_;
  bool chunks_;
};

}  // namespace

/// Marks what `root` consists of.
void Log::mark(const Root& root) {
  Marker chunks{*this, true};
  Marker index{*this, false};
  walk(flash_, TreeKind::chunks, root.roll, chunks);
  walk(flash_, TreeKind::chunks, root.draft, chunks);
  walk(flash_, TreeKind::index, root.index, index);
}

void Log::rescan() {
  std::fill(used_.begin(), used_.end(), std::uint8_t{0});
  free_ = geometry_.sectors;
  mark(root_);
  for (const std::uint32_t sector : {sector_, anchor_}) {
    if (sector != kNone) set_used(sector, true);
  }
  for (const std::uint16_t sector : bad_) {
    if (sector != 0xFFFF) set_used(sector, true);
  }
}

}  // namespace pianola::store
