#include "store/store.hpp"

#include <algorithm>
#include <array>

#include "base/status.hpp"
#include "store/shared_chunks.hpp"

namespace pianola::store {
namespace {

/// Adds up all that is in force but the backup.
class Sum final : public TreeVisitor {
 public:
  void node(std::uint32_t, std::uint32_t size, unsigned, bool) override { bytes += size; }
  void chunk(const Chunk& chunk) override {
    if (!chunk.last) bytes += data_frames(chunk.size);
  }
  std::uint32_t bytes = 0;
};

/// Adds up what the backup takes apart from the roll.
class BackupSum final : public ApartVisitor {
 public:
  BackupSum(Log& log, const TreeRef& roll) : ApartVisitor(log.flash(), log.frame_buffer(), roll) {}
  void node(std::uint32_t, std::uint32_t size, unsigned, bool) override { bytes += size; }
  void piece(const Chunk& piece, bool shared) override {
    if (!shared) bytes += data_frames(piece.size);
  }
  std::uint32_t bytes = 0;
};

/// Bytes of nodes for an object of the overlay, if leaves are half full: what its leaf has of it,
/// and what the nodes above have of that.
constexpr std::uint32_t kDraftNodes =
    2 * (2 * kMaxChunkHead + Store::kDraftSector % kPayload + kMaxChild / 4);

/// Objects that so many bytes make up.
constexpr std::uint32_t objects_of(std::size_t size) {
  return static_cast<std::uint32_t>((size + Store::kDraftSector - 1) / Store::kDraftSector);
}

}  // namespace

Store::Store(flash::NorFlash& flash, std::span<std::uint8_t> memory)
    : log_(flash, memory),
      roll_(log_, StoredRoll::Of::roll, places_),
      collector_(log_),
      view_(log_),
      drafts_(view_, log_.frame_buffer()) {}

Mount Store::mount() {
  const Mount mounted = log_.mount();
  // The sector in which the state was settled is open now; at the next start it will not be, and a
  // region without a second free sector could never be written again.
  if (mounted == Mount::ok && log_.free_sectors() <= log_.reserve() && log_.room() > 0 &&
      collector_.make_room(0) == Status::full && has_backup()) {
    drop_backup();
    collector_.make_room(0);
  }
  return mounted;
}

/// Commits what `change` makes of the state: it needs no frames and frees room, so it may use some
/// of the reserve. (Collecting changes the state too. That it cannot be done, because something is
/// damaged, does not stand in the way of what may drop that.)
template <class Change>
Status Store::commit(std::uint32_t reserve, Change change) {
  static_cast<void>(collector_.make_room(0));
  Root root = log_.root();
  change(root);
  ++root.commit;
  log_.begin(reserve);
  const Status status = log_.commit(root);
  log_.rescan();
  return status;
}

bool Store::has_whole_index() {
  class Nodes final : public TreeVisitor {
   public:
    void node(std::uint32_t, std::uint32_t, unsigned, bool good) override { all_good &= good; }
    bool all_good = true;
  };
  Nodes nodes;
  walk(log_.flash(), TreeKind::index, log_.root()[TreeRole::index], nodes);
  return nodes.all_good;
}

Status Store::reset() {
  return commit(0, [](Root& root) {
    const Root old = root;
    root = {};
    root.commit = old.commit;
    root.roll_version = old.roll_version + 1;
  });
}

Status Store::drop_backup() {
  if (!has_backup()) return Status::ok;
  return commit(1, [](Root& root) { root[TreeRole::backup] = {}; });
}

Status Store::clear_draft() {
  if (draft().levels == 0) return Status::ok;
  return commit(1, [](Root& root) { root[TreeRole::draft] = {}; });
}

Status Store::write_draft(std::uint32_t first, std::span<const std::uint8_t> data) {
  if (data.empty()) return Status::ok;
  Status status = collector_.make_room(1);
  if (status != Status::io_error) status = try_draft(first, data, log_.reserve());
  if (status == Status::full) {
    status = collector_.compact();
    // Writing over what is there frees as much as it takes.
    const bool over = has_draft(first, objects_of(data.size()));
    if (status == Status::ok) status = try_draft(first, data, over ? 1 : log_.reserve());
  }
  if (status == Status::io_error) status = try_draft(first, data, log_.reserve());
  return status;
}

/// Whether all these objects are in the overlay.
bool Store::has_draft(std::uint32_t first, std::size_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (next_draft(first + i) != first + i) return false;
  }
  return true;
}

/// Puts the overlay's objects through a builder, the new ones in their place.
Status Store::try_draft(std::uint32_t first, std::span<const std::uint8_t> data,
                        std::uint32_t reserve) {
  const std::uint32_t count = objects_of(data.size());
  log_.begin(reserve);
  LogView view{log_};
  LogNodes nodes{log_};
  TreeBuilder& builder = log_.builder(view, nodes);
  ObjectWriter writer{log_, builder};
  TreeReader reader{view, TreeKind::objects, log_.frame_buffer()};
  Root root = log_.root();
  const TreeRef old = root[TreeRole::draft];
  builder.begin(TreeKind::objects, old);
  std::uint32_t written = 0;
  Status status = Status::ok;
  const auto write = [&] {
    for (; written < count && status == Status::ok; ++written) {
      const auto rest = data.subspan(written * kDraftSector);
      const auto piece = rest.first(std::min<std::size_t>(rest.size(), kDraftSector));
      writer.begin(first + written);
      status = writer.put(piece);
      if (status == Status::ok) {
        status = writer.end(0, static_cast<std::uint32_t>(piece.size()));
      }
    }
  };
  // What comes before and after is taken over by whole nodes where it can be.
  constexpr lang::IndexKey kEnd{0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF};
  Search found = reader.seek(old, {});
  while (status == Status::ok && found == Search::found) {
    const bool before = reader.key().scope < first;
    const bool after = reader.key().scope > first + count - 1;
    if (!before) write();
    if (reader.place().item == 0 && (before || after) && status == Status::ok) {
      lang::IndexKey key = reader.key();
      status = builder.keep_nodes(key, before ? chunk_key(first, 0) : kEnd);
      if (key != reader.key()) {
        found = reader.seek(old, key);
        continue;
      }
    }
    if (status == Status::ok && (before || after)) status = builder.add(reader.item());
    if (status == Status::ok) found = reader.next(old);
  }
  if (status == Status::ok && found == Search::damaged) status = Status::io_error;
  write();
  if (status == Status::ok) status = builder.finish(root[TreeRole::draft]);
  ++root.commit;
  if (status == Status::ok) return log_.commit(root);
  log_.abandon();
  log_.rescan();
  return status;
}

ObjectReader& Store::drafts() {
  if (drafts_commit_ != log_.root().commit) drafts_.forget();
  drafts_commit_ = log_.root().commit;
  return drafts_;
}

std::size_t Store::read_draft(std::uint32_t number, std::uint32_t offset,
                              std::span<std::uint8_t> out) {
  return drafts().read(draft(), number, offset, out);
}

bool Store::read_draft(std::uint32_t number, std::span<std::uint8_t, kDraftSector> out) {
  return read_draft(number, 0, out) == out.size();
}

std::uint32_t Store::draft_size(std::uint32_t number) {
  Chunk last;
  return drafts().last_chunk(draft(), number, last) ? last.source : 0;
}

std::optional<std::uint32_t> Store::next_draft(std::uint32_t number) {
  TreeReader reader{view_, TreeKind::objects, log_.frame_buffer()};
  if (reader.seek(draft(), chunk_key(number, 0)) != Search::found) return std::nullopt;
  return reader.key().scope;
}

/// Adds up what is in force.
void Store::measure(Space& space) {
  const Root& root = log_.root();
  Sum sum;
  BackupSum backup{log_, root[TreeRole::roll]};
  walk(log_.flash(), root, sum, backup);
  space.backup = backup.bytes;
  space.live = sum.bytes + backup.bytes;
}

std::uint32_t Store::draft_room() {
  const flash::Geometry& geometry = log_.geometry();
  const std::uint32_t levels = draft().levels + 1U;
  // Sectors that data can fill, less the one that is collected into and one for a transaction; of
  // each, what is left at its end.
  const std::uint32_t sectors = geometry.sectors - std::min(geometry.sectors, log_.reserve() + 3);
  const std::uint32_t tail = geometry.sector_size / 16;
  const std::uint32_t all = sectors * (geometry.sector_size - SectorHeader::kSize - tail);
  Space space;
  measure(space);
  const std::uint32_t needed =
      space.live + draft().count * kDraftNodes + 2 * kMaxFrame * levels + 4 * geometry.program_unit;
  if (all <= needed) return 0;
  constexpr std::uint32_t kEach =
      data_frames(kDraftSector - kDraftSector % kPayload) + 2 * kDraftNodes;
  return (all - needed) / kEach * kDraftSector;
}

Space Store::space() {
  const flash::Geometry& geometry = log_.geometry();
  log_.rescan();
  Space space;
  space.size = geometry.size();
  space.usable =
      (geometry.sectors - log_.reserve() - 1) * (geometry.sector_size - SectorHeader::kSize);
  space.free_sectors = log_.free_sectors();
  measure(space);
  space.least_erases = 0xFFFFFFFF;
  for (std::uint32_t sector = 0; sector < geometry.sectors; ++sector) {
    const std::uint32_t erases = log_.erases_of(sector);
    space.least_erases = std::min(space.least_erases, erases);
    space.most_erases = std::max(space.most_erases, erases);
    space.all_erases += erases;
  }
  return space;
}

}  // namespace pianola::store
