#include "store/store.hpp"

#include <algorithm>
#include <array>

#include "base/status.hpp"
#include "store/shared_chunks.hpp"

namespace pianola::store {
namespace {

/// Adds up what the backup takes apart from the roll.
class BackupSum final : public ApartVisitor {
 public:
  BackupSum(Log& log, const TreeRef& roll) : ApartVisitor(log.view(), log.frame_buffer(), roll) {}
  void node(std::uint32_t, std::uint32_t size, unsigned, bool) override { bytes += size; }
  void piece(const Chunk& piece, bool shared) override {
    if (!shared) bytes += data_frames(piece.size);
  }
  std::uint32_t bytes = 0;
};

/// Objects of the overlay that share a leaf when leaves are half full: what each has in its leaf,
/// and what the node above has of it, goes into the pages that these take.
constexpr std::uint32_t kDraftsOfLeaf = 3;

/// Pages of an object of the overlay but for its share of a leaf.
constexpr std::uint32_t kDraftPages = Store::kDraftSector / kPayload;

/// Pages that a transaction takes for nodes above leaves, those of other leaves that are changed,
/// and what is left of pages.
constexpr std::uint32_t kChangePages = 12;

/// Objects that so many bytes make up.
constexpr std::uint32_t objects_of(std::size_t size) {
  return static_cast<std::uint32_t>((size + Store::kDraftSector - 1) / Store::kDraftSector);
}

}  // namespace

Store::Store(flash::NorFlash& flash, std::span<std::uint8_t> memory)
    : log_(flash, memory),
      roll_(log_, StoredRoll::Of::roll, places_),
      drafts_(log_.view(), log_.frame_buffer()) {}

/// Commits what `change` makes of the state: it needs no pages.
template <class Change>
Status Store::commit(Change change) {
  Root root = log_.root();
  change(root);
  return log_.commit(root);
}

bool Store::has_whole_index() {
  class Nodes final : public TreeVisitor {
   public:
    void node(std::uint32_t, std::uint32_t, unsigned, bool good) override { all_good &= good; }
    bool all_good = true;
  };
  Nodes nodes;
  walk(log_.view(), TreeKind::index, log_.root()[TreeRole::index], nodes);
  return nodes.all_good;
}

Status Store::reset() {
  return commit([](Root& root) {
    const Root old = root;
    root = {};
    root.roll_version = old.roll_version + 1;
  });
}

Status Store::drop_backup() {
  if (!has_backup()) return Status::ok;
  return commit([](Root& root) { root[TreeRole::backup] = {}; });
}

Status Store::clear_draft() {
  if (draft().levels == 0) return Status::ok;
  return commit([](Root& root) { root[TreeRole::draft] = {}; });
}

Status Store::write_draft(std::uint32_t first, std::span<const std::uint8_t> data) {
  if (data.empty()) return Status::ok;
  const std::uint32_t count = objects_of(data.size());
  const std::uint32_t pages = count * (kDraftPages + 1) + kChangePages;
  Status status = log_.make_room(pages);
  // A low estimate of what is there: it may do all the same.
  if (status != Status::io_error) status = try_draft(first, data, log_.reserve());
  if (status == Status::full && !log_.is_marked()) {
    log_.mark();
    status = try_draft(first, data, log_.reserve());
  }
  if (status == Status::full && has_draft(first, count)) {
    // Writing over what is there frees as much as it takes.
    log_.mark();
    status = try_draft(first, data, 0);
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
  LogNodes nodes{log_};
  TreeBuilder& builder = log_.builder(nodes);
  ObjectWriter writer{log_, builder};
  TreeReader reader{log_.view(), TreeKind::objects, log_.frame_buffer()};
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
  if (status == Status::ok) return log_.commit(root);
  log_.abandon();
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
  TreeReader reader{log_.view(), TreeKind::objects, log_.frame_buffer()};
  if (reader.seek(draft(), chunk_key(number, 0)) != Search::found) return std::nullopt;
  return reader.key().scope;
}

std::uint32_t Store::draft_room() {
  log_.mark();
  const std::uint32_t kept = log_.reserve() + kChangePages;
  const std::uint32_t free = log_.free_pages() - std::min(log_.free_pages(), kept);
  return free * kDraftsOfLeaf / (kDraftPages * kDraftsOfLeaf + 1) * kDraftSector;
}

Space Store::space() {
  const flash::Geometry& geometry = log_.geometry();
  log_.mark();
  Space space;
  space.size = geometry.size();
  space.usable = (log_.capacity() - log_.reserve()) * kPage;
  space.live = (log_.capacity() - log_.free_pages()) * kPage;
  space.free_sectors = log_.free_sectors();
  BackupSum backup{log_, log_.root()[TreeRole::roll]};
  walk(log_.view(), TreeKind::objects, log_.root()[TreeRole::backup], backup);
  space.backup = backup.bytes;
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
