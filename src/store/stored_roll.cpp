#include "store/stored_roll.hpp"

#include <algorithm>

namespace pianola::store {

StoredRoll::StoredRoll(Log& log, Of of, std::span<CodePlace> places)
    : log_(log),
      of_(of),
      in_place_(of == Of::roll_checked ? nullptr : &log.in_place()),
      places_(places.empty() ? std::span{&place_, 1} : places),
      objects_(log.view(), log.frame_buffer(), in_place_) {}

/// Forgets all if it may stand elsewhere.
void StoredRoll::refresh() {
  if (moves_ == log_.moves()) return;
  moves_ = log_.moves();
  std::fill(places_.begin(), places_.end(), CodePlace{});
  objects_.forget();
  opened_ = false;
  text_known_ = false;
  index_known_ = false;
}

std::uint32_t StoredRoll::record_at(std::uint32_t position) {
  TreeReader reader{log_.view(), TreeKind::objects, log_.frame_buffer(), in_place_};
  return reader.seek_count(tree(), position) == Search::found ? reader.key().scope : 0;
}

std::uint32_t StoredRoll::begin_of(std::uint32_t position) {
  TreeReader reader{log_.view(), TreeKind::objects, log_.frame_buffer(), in_place_};
  return reader.seek_count(tree(), position) == Search::found ? reader.place().bytes : text_size();
}

bool StoredRoll::open(std::uint32_t record) {
  refresh();
  if (opened_ && record_ == record) return true;
  Chunk last;
  opened_ = objects_.last_chunk(tree(), record, last);
  text_known_ = false;
  opened(last);
  record_ = record;
  return opened_;
}

/// Notes the definition whose last chunk that is.
void StoredRoll::opened(const Chunk& last) {
  record_ = last.object;
  code_ = last.code;
  source_ = last.source;
  tail_ = last.offset;
}

/// Reads of `size` bytes of the open definition's object from `begin` on, from `offset` after
/// `begin` on.
std::size_t StoredRoll::read(std::uint32_t begin, std::uint32_t size, std::uint32_t offset,
                             std::span<std::uint8_t> out) {
  if (offset >= size) return 0;
  const std::size_t count = std::min<std::size_t>(out.size(), size - offset);
  return objects_.read(tree(), record_, begin + offset, out.first(count));
}

/// The place of the definition's byte `offset`, source after code. Null if there is none.
const CodePlace* StoredRoll::find_place(std::uint32_t record, std::uint32_t offset) {
  const auto has = [&](const CodePlace& place) {
    return place.record == record && offset - place.offset < place.size;
  };
  if (!has(places_[last_place_])) {
    const auto found = std::find_if(places_.begin(), places_.end(), has);
    if (found == places_.end()) return new_place(record, offset);
    last_place_ = static_cast<std::uint8_t>(found - places_.begin());
  }
  used_ = static_cast<std::uint16_t>(used_ | 1U << last_place_);
  return &places_[last_place_];
}

/// Searches for it, and remembers it instead of one that was not used lately.
[[gnu::noinline]] const CodePlace* StoredRoll::new_place(std::uint32_t record,
                                                         std::uint32_t offset) {
  if (!open(record)) return nullptr;
  const Chunk* const chunk = objects_.chunk_at(tree(), record, offset);
  if (chunk == nullptr) return nullptr;
  for (bool kept = true; kept;) {
    last_place_ = next_victim_;
    next_victim_ = static_cast<std::uint8_t>((next_victim_ + 1U) % places_.size());
    kept = (used_ >> last_place_ & 1U) != 0;
    used_ = static_cast<std::uint16_t>(used_ & ~(1U << last_place_));
  }
  CodePlace& place = places_[last_place_];
  place = {};
  place.record = record;
  place.offset = chunk->offset;
  place.address = chunk->address;
  place.code = code_;
  place.size = chunk->size & 0x7FFFU;
  place.last = chunk->last ? 1 : 0;
  if (chunk->inside) {
    place.before = static_cast<std::uint8_t>(chunk->address - objects_.place().leaf);
    place.leaf = objects_.place().size;
  }
  used_ = static_cast<std::uint16_t>(used_ | 1U << last_place_);
  return &place;
}

/// Reads bytes of the chunk at `place` from byte `from` on, as many as there are in one read.
std::size_t StoredRoll::read(const CodePlace& place, std::uint32_t from,
                             std::span<std::uint8_t> out) {
  if (place.before == 0) {
    return read_data(log_.view(), log_.frame_buffer(), in_place_, place.address, place.size, from,
                     out);
  }
  const std::uint32_t leaf = place.address - place.before;
  const std::uint32_t begin = place.before + from;
  return read_leaf(log_.view(), log_.frame_buffer(), in_place_, leaf, place.leaf, begin, out)
             ? out.size()
             : 0;
}

/// Reads from the definition's byte `offset` on, to the end of its code or to its own.
std::size_t StoredRoll::read_part(Part part, std::uint32_t record, std::uint32_t offset,
                                  std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto at = static_cast<std::uint32_t>(offset + done);
    const CodePlace* const place = find_place(record, at);
    if (place == nullptr) break;
    const std::uint32_t from = at - place->offset;
    const std::uint32_t end = part == Part::code ? place->code_here() : place->size;
    if (from >= end) break;
    const std::size_t most = std::min<std::size_t>(out.size() - done, end - from);
    const std::size_t count = read(*place, from, out.subspan(done, most));
    if (count == 0) break;
    done += count;
    if (from + count == end && (end < place->size || place->last != 0)) break;
  }
  return done;
}

std::size_t StoredRoll::read_code(std::uint32_t record, std::uint32_t offset,
                                  std::span<std::uint8_t> out) {
  refresh();
  return read_part(Part::code, record, offset, out);
}

/// Bytes of a definition's code, in front of its source. False if there is no such definition.
bool StoredRoll::find_source(std::uint32_t record, std::uint32_t& begin) {
  for (const CodePlace& place : places_) {
    if (place.record != record || place.size == 0) continue;
    begin = place.code;
    return true;
  }
  begin = code_size(record);
  return opened_;
}

std::size_t StoredRoll::read_source(std::uint32_t record, std::uint32_t offset,
                                    std::span<char> out) {
  refresh();
  std::uint32_t begin = 0;
  if (!find_source(record, begin) || begin + offset < begin) return 0;
  return read_part(Part::source, record, begin + offset,
                   {reinterpret_cast<std::uint8_t*>(out.data()), out.size()});
}

std::uint32_t StoredRoll::lower_bound(const lang::IndexKey& key) {
  refresh();
  TreeReader reader{log_.view(), TreeKind::index, log_.frame_buffer(), in_place_};
  index_known_ = reader.seek(index(), key) == Search::found;
  index_place_ = reader.place();
  return index_known_ ? index_place_.count : index_size();
}

bool StoredRoll::index_entry(std::uint32_t position, lang::IndexEntry& out) {
  refresh();
  if (position >= index_size()) return false;
  // Those that are read one after another stand in one leaf.
  constexpr std::uint32_t kNear = 4;
  const TreeRef tree = index();
  TreeReader reader{log_.view(), TreeKind::index, log_.frame_buffer(), in_place_};
  Search found = Search::damaged;
  if (index_known_ && position - index_place_.count <= kNear) {
    found = reader.resume(index_place_);
    while (found == Search::found && reader.place().count < position) found = reader.next(tree);
  } else {
    found = reader.seek_count(tree, position);
  }
  index_known_ = found == Search::found;
  index_place_ = reader.place();
  if (index_known_) reader.get(out);
  return index_known_;
}

bool StoredRoll::definition_at(std::uint32_t offset, Chunk& last, std::uint32_t& begin) {
  refresh();
  if (offset >= text_size()) return false;
  TreeReader reader{log_.view(), TreeKind::objects, log_.frame_buffer(), in_place_};
  if (reader.seek_bytes(tree(), offset) != Search::found) return false;
  reader.get(last);
  begin = reader.place().bytes;
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
  opened(last);
  return true;
}

namespace {

/// The first number above `begin`, at most `end`, of which `ends` is true: below it of none.
template <typename Ends>
std::uint32_t find_end(std::uint32_t begin, std::uint32_t end, Ends ends) {
  std::uint32_t below = begin;
  while (end - below > 1) {
    const std::uint32_t middle = below + (end - below) / 2;
    ends(middle) ? end = middle : below = middle;
  }
  return end;
}

}  // namespace

bool StoredRoll::slice_at(std::uint32_t offset, Slice& out) {
  refresh();
  if (offset >= text_size()) return false;
  if (open_at(offset) && offset - text_begin_ < source_) {
    out = {text_begin_, source_, record_, tail_ > code_};
    return true;
  }
  // All that is below one node: it has the bytes for which a search comes to the same end. (On what
  // no writer made, a search may find what does not hold the byte.)
  TreeReader reader{log_.view(), TreeKind::objects, log_.frame_buffer(), in_place_};
  reader.seek_bytes(tree(), offset);
  const std::uint32_t begin = std::min(reader.place().bytes, offset);
  const std::uint32_t end = find_end(offset, text_size(), [&](std::uint32_t at) {
    return reader.seek_bytes(tree(), at) == Search::found || reader.place().bytes != begin;
  });
  out = {begin, end - begin, 0, false};
  return true;
}

[[gnu::noinline]] std::uint32_t StoredRoll::run_at(std::uint32_t offset) {
  Slice slice;
  if (!slice_at(offset, slice)) return 1;
  const std::uint32_t rest = slice.begin + slice.size - offset;
  if (slice.record == 0) return rest;
  const std::uint32_t at = code_ + (offset - slice.begin);
  const std::uint32_t end = code_ + source_;
  if (const Chunk* const chunk = objects_.chunk_at(tree(), record_, at)) {
    const std::uint32_t within = at - chunk->offset;
    const std::uint32_t frame_end = (within / kPayload + 1) * kPayload;
    return std::min(rest, std::min<std::uint32_t>(chunk->size, frame_end) - within);
  }
  // The leaf that tells of these chunks.
  return find_end(at, end,
                  [&](std::uint32_t byte) {
                    return objects_.chunk_at(tree(), record_, byte) != nullptr;
                  }) -
         at;
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
