#include "store/store.hpp"

#include <algorithm>
#include <array>

namespace pianola::store {
namespace {

using lang::Status;

/// Adds up all that is in force.
class Sum final : public TreeVisitor {
 public:
  explicit Sum(bool chunks) : chunks_(chunks) {}
  void node(std::uint32_t, std::uint32_t size, unsigned, bool) override { bytes += size; }
  void entry(const Entry& entry) override {
    if (chunks_) bytes += chunk_frames(to_chunk(entry).size);
  }
  std::uint32_t bytes = 0;

 private:
  bool chunks_;
};

}  // namespace

Store::Store(flash::NorFlash& flash, std::span<std::uint8_t> memory)
    : log_(flash, memory), roll_(log_), collector_(log_) {}

Mount Store::mount() {
  const Mount mounted = log_.mount();
  // The sector in which the state was settled is open now; at the next start it will not be, and a
  // region without a second free sector could never be written again.
  if (mounted == Mount::ok && log_.free_sectors() <= log_.reserve() && log_.room() > 0) {
    collector_.make_room(0);
  }
  return mounted;
}

/// Commits what needs no frames and frees room, so that it may use some of the reserve.
Status Store::commit(const Root& root, std::uint32_t reserve) {
  if (const Status status = collector_.make_room(0); status == Status::io_error) return status;
  log_.begin(reserve);
  const Status status = log_.commit(root);
  log_.rescan();
  return status;
}

Status Store::reset() {
  Root root;
  root.commit = log_.root().commit + 1;
  root.roll_version = log_.root().roll_version + 1;
  return commit(root, 0);
}

Status Store::clear_draft() {
  Root root = log_.root();
  if (root.draft.levels == 0) return Status::ok;
  ++root.commit;
  root.draft = {};
  return commit(root, 1);
}

Status Store::write_draft(std::uint32_t first, std::span<const std::uint8_t> data) {
  Status status = collector_.make_room(1);
  if (status != Status::io_error) status = try_draft(first, data, log_.reserve());
  if (status == Status::full) {
    status = collector_.compact();
    // Writing over what is there frees as much as it takes.
    const bool over = has_draft(first, data.size() / kDraftSector);
    if (status == Status::ok) status = try_draft(first, data, over ? 1 : log_.reserve());
  }
  if (status == Status::io_error) status = try_draft(first, data, log_.reserve());
  if (status == Status::ok) collector_.spread_wear();
  return status;
}

/// Whether all these sectors are in the overlay.
bool Store::has_draft(std::uint32_t first, std::size_t count) {
  for (std::uint32_t i = 0; i < count; ++i) {
    if (next_draft(first + i) != first + i) return false;
  }
  return true;
}

/// Streams the overlay's sectors through a builder, the new ones in their place.
Status Store::try_draft(std::uint32_t first, std::span<const std::uint8_t> data,
                        std::uint32_t reserve) {
  const auto count = static_cast<std::uint32_t>(data.size() / kDraftSector);
  log_.begin(reserve);
  LogView view{log_};
  LogNodes nodes{log_};
  TreeBuilder builder{view, nodes};
  ObjectWriter writer{log_, builder};
  TreeReader reader{view, TreeKind::chunks};
  Root root = log_.root();
  builder.begin(TreeKind::chunks, root.draft);
  Place place;
  Entry entry;
  std::uint32_t written = 0;
  Status status = Status::ok;
  const auto write = [&] {
    for (; written < count && status == Status::ok; ++written) {
      writer.begin(first + written);
      status = writer.put(data.subspan(written * kDraftSector, kDraftSector));
      if (status == Status::ok) status = writer.end(0, kDraftSector, 0);
    }
  };
  Search found = reader.seek(root.draft, {}, place, entry);
  while (status == Status::ok && found == Search::found) {
    if (entry.key.scope >= first) write();
    if (status == Status::ok && entry.key.scope - first >= count) status = builder.add(entry);
    found = reader.next(root.draft, place, entry);
  }
  if (status == Status::ok && found == Search::damaged) status = Status::io_error;
  write();
  if (status == Status::ok) status = builder.finish(root.draft);
  ++root.commit;
  if (status == Status::ok) return log_.commit(root);
  log_.abandon();
  log_.rescan();
  return status;
}

bool Store::read_draft(std::uint32_t number, std::span<std::uint8_t, kDraftSector> out) {
  LogView view{log_};
  ObjectReader reader{view};
  return reader.read(log_.root().draft, number, 0, out) == out.size();
}

std::optional<std::uint32_t> Store::next_draft(std::uint32_t number) {
  LogView view{log_};
  TreeReader reader{view, TreeKind::chunks};
  Place place;
  Entry entry;
  const auto found = reader.seek(log_.root().draft, chunk_key(number, 0), place, entry);
  if (found != Search::found) return std::nullopt;
  return entry.key.scope;
}

Space Store::space() {
  const flash::Geometry& geometry = log_.geometry();
  log_.rescan();
  Space space;
  space.size = geometry.size();
  space.usable =
      (geometry.sectors - log_.reserve() - 1) * (geometry.sector_size - SectorHeader::kSize);
  space.free_sectors = log_.free_sectors();
  Sum chunks{true};
  Sum index{false};
  walk(log_.flash(), TreeKind::chunks, log_.root().roll, chunks);
  walk(log_.flash(), TreeKind::chunks, log_.root().draft, chunks);
  walk(log_.flash(), TreeKind::index, log_.root().index, index);
  space.live = chunks.bytes + index.bytes;
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
