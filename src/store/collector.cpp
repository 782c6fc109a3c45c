#include "store/collector.hpp"

#include <algorithm>

#include "store/object.hpp"
#include "store/tree.hpp"

namespace pianola::store {

using lang::Status;

/// Some sectors in a row: how much of each is in force, and which are to be emptied.
struct CollectorWindow {
  static constexpr unsigned kSectors = 16;

  std::uint32_t first = 0;
  std::uint32_t sectors = 0;  ///< Fewer than kSectors at the region's end.
  std::uint32_t sector_size = 0;
  std::array<std::uint32_t, kSectors> live{};   ///< Bytes of frames in force.
  std::array<std::uint32_t, kSectors> nodes{};  ///< Bytes of nodes to write if it is emptied.
  std::array<bool, kSectors> victim{};

  void add(std::uint32_t address, std::uint32_t size, std::uint32_t above) {
    const std::uint32_t at = address / sector_size - first;
    if (at >= sectors) return;
    live[at] += size;
    nodes[at] += above;
  }
  [[nodiscard]] bool empties(std::uint32_t address) const {
    const std::uint32_t at = address / sector_size - first;
    return at < sectors && victim[at];
  }
};

namespace {

/// Adds up what is in force.
class Meter final : public TreeVisitor {
 public:
  Meter(CollectorWindow& window, bool chunks) : window_(window), chunks_(chunks) {}

  void node(std::uint32_t address, std::uint32_t size, unsigned, bool) override {
    window_.add(address, size, 2 * item_size(TreeKind::chunks, 1));
  }
  void entry(const Entry& entry) override {
    if (!chunks_) return;
    const Chunk chunk = to_chunk(entry);
    window_.add(chunk.address, chunk_frames(chunk.size),
                node_frame(TreeKind::chunks, 0, kLeafEntries) + 4 * item_size(TreeKind::chunks, 1));
  }

 private:
  CollectorWindow& window_;
  bool chunks_;
};

/// Nodes stay unless their sector is to be emptied.
class MovingNodes final : public NodeSink {
 public:
  MovingNodes(Log& log, const CollectorWindow& window) : log_(log), window_(window) {}
  Status write_node(std::span<const std::uint8_t> frame, std::uint32_t& address) override {
    return log_.append(frame, address);
  }
  [[nodiscard]] bool may_stay(std::uint32_t address) const override {
    return !window_.empties(address);
  }

 private:
  Log& log_;
  const CollectorWindow& window_;
};

/// Builds `tree` again without the sectors that are to be emptied.
Status move_tree(Log& log, const CollectorWindow& window, TreeKind kind, TreeRef& tree) {
  LogView view{log};
  MovingNodes nodes{log, window};
  TreeBuilder builder{view, nodes};
  ObjectWriter writer{log, builder};
  TreeReader reader{view, kind};
  Place place;
  Entry entry;
  const TreeRef old = tree;
  builder.begin(kind, old);
  Search found = reader.seek(old, {}, place, entry);
  for (; found == Search::found; found = reader.next(old, place, entry)) {
    const bool moves = kind == TreeKind::chunks && window.empties(to_chunk(entry).address);
    const Status status = moves ? writer.copy(to_chunk(entry)) : builder.add(entry);
    if (status != Status::ok) return status;
  }
  return found == Search::end ? builder.finish(tree) : Status::io_error;
}

}  // namespace

std::uint32_t Collector::payload() const {
  return log_.geometry().sector_size - SectorHeader::kSize;
}

/// Looks at the sectors from `from` on.
void Collector::look(CollectorWindow& window, std::uint32_t from) {
  window = {};
  window.first = from;
  window.sectors =
      std::min<std::uint32_t>(CollectorWindow::kSectors, log_.geometry().sectors - from);
  window.sector_size = log_.geometry().sector_size;
  Meter chunks{window, true};
  Meter index{window, false};
  walk(log_.flash(), TreeKind::chunks, log_.root().roll, chunks);
  walk(log_.flash(), TreeKind::chunks, log_.root().draft, chunks);
  walk(log_.flash(), TreeKind::index, log_.root().index, index);
}

/// One transaction that empties the window's victims.
Status Collector::move(const CollectorWindow& window) {
  log_.begin(0);
  Root root = log_.root();
  Status status = move_tree(log_, window, TreeKind::chunks, root.roll);
  if (status == Status::ok) status = move_tree(log_, window, TreeKind::chunks, root.draft);
  if (status == Status::ok) status = move_tree(log_, window, TreeKind::index, root.index);
  ++root.commit;
  if (status == Status::ok) {
    status = log_.commit(root);
  } else {
    log_.abandon();
  }
  log_.rescan();
  return status;
}

/// What emptying sector `i` of the window gains: what is dead in it, without the nodes that must be
/// written for what moves. Negative if it may not be emptied or gains nothing.
std::int32_t Collector::gain(const CollectorWindow& window, std::uint32_t i) const {
  const std::uint32_t sector = window.first + i;
  if (window.victim[i] || !log_.in_use(sector) || log_.is_head(sector)) return -1;
  return static_cast<std::int32_t>(payload() - window.live[i]) -
         static_cast<std::int32_t>(window.nodes[i]);
}

/// Chooses the sectors of the window that gain most, at least `least` bytes each, until they make
/// up for what a transaction costs and for one sector. False if they do not make up for the former.
bool Collector::choose(CollectorWindow& window, std::int32_t least) const {
  const Root& root = log_.root();
  const std::uint32_t cost =
      3 * log_.geometry().program_unit + kMaxNode * (root.roll.levels + root.index.levels) / 2U;
  // An estimate, and rather too high: a move that runs out of room changes nothing.
  std::uint32_t room = log_.room() + log_.free_sectors() * (payload() - payload() / 32);
  room -= std::min(room, cost);
  std::uint32_t gained = 0;
  while (gained < cost + payload()) {
    std::uint32_t best = 0;
    for (std::uint32_t i = 1; i < window.sectors; ++i) {
      if (gain(window, i) > gain(window, best)) best = i;
    }
    const std::int32_t value = gain(window, best);
    const std::uint32_t written = window.live[best] + window.nodes[best];
    if (value <= 0 || value < least || written > room) break;
    window.victim[best] = true;
    room -= written;
    gained += static_cast<std::uint32_t>(value);
  }
  return gained > cost;
}

/// Looks around the region for sectors worth emptying, and empties those of the first window that
/// has some. `gained`: there is more room than before.
Status Collector::collect(std::int32_t least, bool& gained) {
  gained = false;
  for (std::uint32_t seen = 0; seen < log_.geometry().sectors;) {
    if (hand_ >= log_.geometry().sectors) hand_ = 0;
    CollectorWindow window;
    look(window, hand_);
    hand_ += window.sectors;
    seen += window.sectors;
    if (!choose(window, least)) continue;
    const std::uint32_t before = log_.free_sectors() * payload() + log_.room();
    const Status status = move(window);
    if (status != Status::ok && status != Status::full) return status;
    gained = log_.free_sectors() * payload() + log_.room() > before;
    if (gained) return Status::ok;
  }
  return Status::ok;
}

Status Collector::make_room(std::uint32_t spare) {
  const std::uint32_t wanted = log_.reserve() + spare;
  if (log_.free_sectors() > wanted) return Status::ok;
  log_.rescan();
  const auto all = static_cast<std::int32_t>(payload());
  for (std::int32_t least = all / 2; log_.free_sectors() <= wanted;) {
    bool gained = false;
    if (const Status status = collect(least, gained); status != Status::ok) return status;
    if (gained) continue;
    if (least == 0) return Status::full;
    least = least < all / 32 ? 0 : least / 2;
  }
  return Status::ok;
}

Status Collector::compact() {
  log_.rescan();
  for (bool gained = true; gained;) {
    if (const Status status = collect(0, gained); status != Status::ok) return status;
  }
  return Status::ok;
}

Status Collector::spread_wear() {
  if (log_.opened() - spread_at_ < CollectorWindow::kSectors) return Status::ok;
  spread_at_ = log_.opened();
  if (log_.free_sectors() <= log_.reserve()) return Status::ok;
  const std::uint32_t most = log_.most_erases();
  const std::uint32_t margin = std::max<std::uint32_t>(4, most / 6);
  CollectorWindow window;
  look(window, hand_ < log_.geometry().sectors ? hand_ : 0);
  hand_ = window.first + window.sectors;
  std::uint32_t room = (log_.free_sectors() - 1) * (payload() - payload() / 16);
  bool any = false;
  for (std::uint32_t i = 0; i < window.sectors; ++i) {
    const std::uint32_t sector = window.first + i;
    if (!log_.in_use(sector) || log_.is_head(sector) || window.live[i] > room) continue;
    if (log_.erases_of(sector) + margin >= most) continue;
    window.victim[i] = true;
    room -= window.live[i];
    any = true;
  }
  return any ? move(window) : Status::ok;
}

}  // namespace pianola::store
