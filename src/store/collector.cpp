#include "store/collector.hpp"

#include <algorithm>

#include "store/object.hpp"
#include "store/shared_chunks.hpp"
#include "store/tree_node.hpp"

namespace pianola::store {

/// Some sectors in a row: how much of each is in force, and which are to be emptied.
struct CollectorWindow {
  static constexpr unsigned kSectors = 16;

  std::uint32_t first = 0;
  std::uint32_t sectors = 0;  ///< Fewer than kSectors at the region's end.
  std::uint32_t sector_size = 0;
  std::array<std::uint32_t, kSectors> live{};   ///< Bytes of frames in force.
  std::array<std::uint32_t, kSectors> nodes{};  ///< Bytes of nodes to write if it is emptied.
  std::array<bool, kSectors> victim{};

  /// Which sector of the window an address is in; `sectors` or more if in none.
  [[nodiscard]] std::uint32_t place(std::uint32_t address) const {
    return address / sector_size - first;
  }
  void add(std::uint32_t address, std::uint32_t size, std::uint32_t above) {
    const std::uint32_t at = place(address);
    if (at >= sectors) return;
    live[at] += size;
    nodes[at] += above;
  }
  [[nodiscard]] bool empties(std::uint32_t address) const {
    const std::uint32_t at = place(address);
    return at < sectors && victim[at];
  }
};

namespace {

/// Bytes of nodes to write for a piece that is moved, and for a node: about half of the one above.
constexpr std::uint32_t kAbovePiece = kMaxFrame;
constexpr std::uint32_t kAboveNode = kMaxFrame / 2;

/// Adds up what is in force.
class Meter final : public TreeVisitor {
 public:
  explicit Meter(CollectorWindow& window) : window_(window) {}

  void node(std::uint32_t address, std::uint32_t size, unsigned, bool) override {
    window_.add(address, size, kAboveNode);
  }
  void chunk(const Chunk& chunk) override {
    if (!chunk.last) window_.add(chunk.address, data_frames(chunk.size), kAbovePiece);
  }

 private:
  CollectorWindow& window_;
};

/// Adds up what the backup has apart from the roll, and what it costs more to move what both have.
class BackupMeter final : public ApartVisitor {
 public:
  BackupMeter(Log& log, const TreeRef& roll, CollectorWindow& window)
      : ApartVisitor(log.flash(), log.frame_buffer(), roll), window_(window) {}

  void node(std::uint32_t address, std::uint32_t size, unsigned level, bool) override {
    window_.add(address, size, kAboveNode);
    if (level == 0) leaf_ = address;
  }
  void piece(const Chunk& piece, bool shared) override {
    if (!shared) {
      window_.add(piece.address, data_frames(piece.size), kAbovePiece);
      return;
    }
    // The leaf must be written again, once for all pieces that move.
    const std::uint32_t at = window_.place(piece.address);
    if (at >= window_.sectors || leaves_[at] == leaf_) return;
    window_.nodes[at] += kAbovePiece;
    leaves_[at] = leaf_;
  }

 private:
  CollectorWindow& window_;
  std::uint32_t leaf_ = 0;  ///< Address of the leaf that the pieces are named in.
  std::array<std::uint32_t, CollectorWindow::kSectors> leaves_{};  ///< That was counted last.
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

/// Whether an entry is a piece in a sector that the window empties.
bool empties(const CollectorWindow& window, const TreeReader& entry, Chunk& piece) {
  entry.get(piece);
  return !piece.last && window.empties(piece.address);
}

/// Builds `tree` again without the sectors that are to be emptied.
Status move_tree(Log& log, const CollectorWindow& window, TreeKind kind, TreeRef& tree) {
  LogView view{log};
  MovingNodes nodes{log, window};
  TreeBuilder& builder = log.builder(view, nodes);
  ObjectWriter writer{log, builder};
  TreeReader reader{view, kind, log.frame_buffer()};
  Chunk piece;
  const TreeRef old = tree;
  builder.begin(kind, old);
  Search found = reader.seek(old, {});
  for (; found == Search::found; found = reader.next(old)) {
    const bool moves = kind == TreeKind::objects && empties(window, reader, piece);
    const Status status = moves ? writer.copy(piece) : builder.add(reader.item());
    if (status != Status::ok) return status;
  }
  return found == Search::end ? builder.finish(tree) : Status::io_error;
}

/// As MovingNodes, but a node that the moved roll has too is not written again.
class BackupNodes final : public NodeSink {
 public:
  BackupNodes(Log& log, flash::NorFlash& view, const CollectorWindow& window, const TreeRef& roll)
      : nodes_(log, window), view_(view), roll_(roll) {}
  Status write_node(std::span<const std::uint8_t> frame, std::uint32_t& address) override {
    if (find(frame, address)) return Status::ok;
    return nodes_.write_node(frame, address);
  }
  [[nodiscard]] bool may_stay(std::uint32_t address) const override {
    return nodes_.may_stay(address);
  }

 private:
  /// (The log's frame buffer may hold the item that is being added.)
  [[gnu::noinline]] bool find(std::span<const std::uint8_t> frame, std::uint32_t& address) {
    Node node;
    Child child;
    std::uint32_t wrong_bit = kNoBit;
    const unsigned level = node_level(frame[0]);
    const lang::IndexKey first = get_key(TreeKind::objects, Items{frame.data()}.get());
    if (!find_node(view_, roll_, first, level, node.frame.data(), child) ||
        child.size != frame[1] ||
        !read_node(view_, TreeKind::objects, child.address, level, child.size, node, wrong_bit) ||
        !std::equal(frame.begin(), frame.end(), node.frame.begin())) {
      return false;
    }
    address = child.address;
    return true;
  }

  MovingNodes nodes_;
  flash::NorFlash& view_;
  const TreeRef& roll_;
};

/// Adds what a piece of the roll was moved to: one, or more if a sector ended.
[[gnu::noinline]] Status add_moved(Log& log, const TreeRef& roll, const Chunk& old,
                                   TreeBuilder& builder) {
  LogView view{log};
  TreeReader reader{view, TreeKind::objects, log.frame_buffer()};
  const lang::IndexKey last = key_of(old);
  Search found = reader.seek(roll, chunk_key(old.object, old.offset));
  for (; found == Search::found && reader.key() <= last; found = reader.next(roll)) {
    const Status status = builder.add(reader.item());
    if (status != Status::ok || reader.key() == last) return status;
  }
  return Status::io_error;
}

/// Builds the backup again without the sectors that are to be emptied. What it has in common with
/// the roll, which was moved from `old_roll` to `roll`, it still has afterwards. A backup that
/// cannot be read is given up. Apart, so that the stack of it and of move_tree() do not add up.
[[gnu::noinline]] Status move_backup(Log& log, const CollectorWindow& window,
                                     const TreeRef& old_roll, const TreeRef& roll, TreeRef& tree) {
  LogView view{log};
  BackupNodes nodes{log, view, window, roll};
  TreeBuilder& builder = log.builder(view, nodes);
  ObjectWriter writer{log, builder};
  TreeReader reader{view, TreeKind::objects, log.frame_buffer()};
  SharedChunks shared{view, log.frame_buffer(), old_roll};
  Chunk piece;
  const TreeRef old = tree;
  builder.begin(TreeKind::objects, old);
  Search found = reader.seek(old, {});
  for (; found == Search::found; found = reader.next(old)) {
    const bool moves = empties(window, reader, piece);
    const Status status = !moves              ? builder.add(reader.item())
                          : shared.has(piece) ? add_moved(log, roll, piece, builder)
                                              : writer.copy(piece);
    if (status != Status::ok) return status;
  }
  if (found == Search::end) return builder.finish(tree);
  tree = {};
  return Status::ok;
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
  Meter meter{window};
  BackupMeter backup{log_, log_.root()[TreeRole::roll], window};
  walk(log_.flash(), log_.root(), meter, backup);
}

/// One transaction that empties the window's victims.
Status Collector::move(const CollectorWindow& window) {
  log_.begin(0);
  Root root = log_.root();
  Status status = Status::ok;
  for (const TreeRole role : {TreeRole::roll, TreeRole::draft, TreeRole::index}) {
    if (status == Status::ok) status = move_tree(log_, window, kind_of(role), root[role]);
  }
  if (status == Status::ok) {
    status = move_backup(log_, window, log_.root()[TreeRole::roll], root[TreeRole::roll],
                         root[TreeRole::backup]);
  }
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
  const std::uint32_t cost = 3 * log_.geometry().program_unit +
                             kMaxFrame / 2 *
                                 (root[TreeRole::roll].levels + root[TreeRole::index].levels +
                                  root[TreeRole::backup].levels);
  // An estimate, and rather too high: a move that runs out of room changes nothing. The last free
  // sector stays free.
  const std::uint32_t free = log_.free_sectors() > 1 ? log_.free_sectors() : 0;
  std::uint32_t room = log_.room() + free * (payload() - payload() / 32);
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
  // Measured once: a window that loses a little and the next one that gains it back would else go
  // on for ever.
  const std::uint32_t before = log_.free_sectors() * payload() + log_.room();
  for (std::uint32_t seen = 0; seen < log_.geometry().sectors;) {
    if (hand_ >= log_.geometry().sectors) hand_ = 0;
    CollectorWindow window;
    look(window, hand_);
    hand_ += window.sectors;
    seen += window.sectors;
    if (!choose(window, least)) continue;
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
