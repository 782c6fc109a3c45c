#include <algorithm>

#include "store/log.hpp"
#include "store/shared_chunks.hpp"
#include "store/tree.hpp"

namespace pianola::store {
namespace {

/// Marks the sectors of what it is shown.
class Marker final : public TreeVisitor {
 public:
  explicit Marker(Log& log) : log_(log) {}

  void node(std::uint32_t address, std::uint32_t, unsigned, bool) override {
    log_.mark_used(address);
  }
  void chunk(const Chunk& chunk) override { log_.mark_used(chunk.address); }

 private:
  Log& log_;
};

/// Marks the sectors of what the backup has apart from the roll.
class BackupMarker final : public ApartVisitor {
 public:
  explicit BackupMarker(Log& log, const TreeRef& roll)
      : ApartVisitor(log.flash(), log.frame_buffer(), roll), log_(log) {}

  void node(std::uint32_t address, std::uint32_t, unsigned, bool) override {
    log_.mark_used(address);
  }
  void piece(const Chunk& piece, bool) override { log_.mark_used(piece.address); }

 private:
  Log& log_;
};

}  // namespace

/// Marks what `root` consists of.
void Log::mark(const Root& root) {
  Marker marker{*this};
  BackupMarker backup{*this, root[TreeRole::roll]};
  walk(flash_, root, marker, backup);
}

void Log::rescan() { rescan(root_); }

/// Whether a sector is free once `root` is the state. If none was, the next mount, which opens one,
/// could not be done.
[[gnu::noinline]] bool Log::leaves_free(const Root& root) {
  rescan(root);
  const bool any = free_ > 0;
  mark(root_);  // it is in force until the commit is done
  return any;
}

void Log::rescan(const Root& root) {
  std::fill(used_.begin(), used_.end(), std::uint8_t{0});
  free_ = geometry_.sectors;
  mark(root);
  for (const std::uint32_t sector : {sector_, anchor_}) {
    if (sector != kNone) set_used(sector, true);
  }
  for (const std::uint16_t sector : bad_) {
    if (sector != 0xFFFF) set_used(sector, true);
  }
}

}  // namespace pianola::store
