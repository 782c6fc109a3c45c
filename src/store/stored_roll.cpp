#include "store/stored_roll.hpp"

#include <algorithm>

namespace pianola::store {

StoredRoll::StoredRoll(Log& log, Of of) : log_(log), of_(of), view_(log), objects_(view_) {}

/// Forgets all if the state is another. Moving bytes changes it too.
void StoredRoll::refresh() {
  if (commit_ == log_.root().commit) return;
  commit_ = log_.root().commit;
  objects_.forget();
  opened_ = false;
  text_known_ = false;
  index_known_ = false;
}

std::uint32_t StoredRoll::record_at(std::uint32_t position) {
  TreeReader reader{view_, TreeKind::chunks};
  Place place;
  Entry entry;
  const Search found = reader.seek_count(tree(), position, place, entry);
  return found == Search::found ? entry.key.scope : 0;
}

std::uint32_t StoredRoll::begin_of(std::uint32_t position) {
  TreeReader reader{view_, TreeKind::chunks};
  Place place;
  Entry entry;
  const Search found = reader.seek_count(tree(), position, place, entry);
  return found == Search::found ? place.bytes : text_size();
}

bool StoredRoll::open(std::uint32_t record) {
  refresh();
  if (opened_ && record_ == record) return true;
  Chunk last;
  opened_ = objects_.last_chunk(tree(), record, last);
  text_known_ = false;
  record_ = record;
  code_ = last.code;
  source_ = last.source;
  return opened_;
}

/// Reads of `size` bytes of the open definition's object from `begin` on, from `offset` after
/// `begin` on.
std::size_t StoredRoll::read(std::uint32_t begin, std::uint32_t size, std::uint32_t offset,
                             std::span<std::uint8_t> out) {
  if (offset >= size) return 0;
  const std::size_t count = std::min<std::size_t>(out.size(), size - offset);
  return objects_.read(tree(), record_, begin + offset, out.first(count));
}

std::size_t StoredRoll::read_code(std::uint32_t record, std::uint32_t offset,
                                  std::span<std::uint8_t> out) {
  return open(record) ? read(0, code_, offset, out) : 0;
}

std::size_t StoredRoll::read_source(std::uint32_t record, std::uint32_t offset,
                                    std::span<char> out) {
  if (!open(record)) return 0;
  return read(code_, source_, offset, {reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
}

std::uint32_t StoredRoll::lower_bound(const lang::IndexKey& key) {
  refresh();
  TreeReader reader{view_, TreeKind::index};
  index_known_ = reader.seek(index(), key, index_place_, index_entry_) == Search::found;
  return index_known_ ? index_place_.count : index_size();
}

bool StoredRoll::index_entry(std::uint32_t position, lang::IndexEntry& out) {
  refresh();
  if (position >= index_size()) return false;
  TreeReader reader{view_, TreeKind::index};
  const std::uint32_t first = index_place_.count - index_place_.position;
  if (!index_known_ || position - first >= index_place_.entries) {
    index_known_ =
        reader.seek_count(index(), position, index_place_, index_entry_) == Search::found;
  } else if (position != index_place_.count) {
    index_place_.position = static_cast<std::uint8_t>(position - first);
    index_place_.count = position;
    index_known_ = reader.get(index_place_, index_entry_) == Search::found;
  }
  if (!index_known_) return false;
  out = to_index_entry(index_entry_);
  return true;
}

bool StoredRoll::definition_at(std::uint32_t offset, Chunk& last, std::uint32_t& begin) {
  refresh();
  if (offset >= text_size()) return false;
  TreeReader reader{view_, TreeKind::chunks};
  Place place;
  Entry entry;
  if (reader.seek_bytes(tree(), offset, place, entry) != Search::found) return false;
  get_chunk(entry, last);
  begin = place.bytes;
  return true;
}

/// Opens the definition that holds byte `offset` of the text.
[[gnu::noinline]] bool StoredRoll::open_at(std::uint32_t offset) {
  if (opened_ && text_known_ && offset >= text_begin_ && offset - text_begin_ < source_)
    return true;
  Chunk last;
  if (!definition_at(offset, last, text_begin_)) return false;
  opened_ = true;
  text_known_ = true;
  record_ = last.object;
  code_ = last.code;
  source_ = last.source;
  return true;
}

std::size_t StoredRoll::read_text(std::uint32_t offset, std::span<char> out) {
  refresh();
  auto* at = reinterpret_cast<std::uint8_t*>(out.data());
  std::size_t left = out.size();
  while (left > 0 && open_at(offset)) {
    const std::size_t count = read(code_, source_, offset - text_begin_, {at, left});
    if (count == 0) break;
    offset += static_cast<std::uint32_t>(count);
    at += count;
    left -= count;
  }
  return out.size() - left;
}

}  // namespace pianola::store
