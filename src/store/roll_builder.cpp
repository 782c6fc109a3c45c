#include "store/roll_builder.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/status.hpp"
#include "store/shared_chunks.hpp"

namespace pianola::store {
namespace {

/// Distance of the labels of neighbours, where there is room.
constexpr std::uint32_t kSpacing = 64;
/// When the last label is higher, all definitions get new ones: they are record numbers too.
constexpr std::uint32_t kHighLabel = lang::kRecordNumbers / 4 * 3;
constexpr std::uint32_t kNoLabel = 0xFFFFFFFF;
/// Bytes that are copied or compared at a time.
constexpr std::size_t kPiece = 64;
}  // namespace

RollBuilder::RollBuilder(Log& log, lang::Source& source, const SavePolicy& policy)
    : lang::RollWriter(true),
      log_(log),
      in_force_(log, StoredRoll::Of::roll_checked),
      shown_(in_force_),
      source_(source),
      policy_(policy),
      nodes_(log),
      old_(log.view(), log.frame_buffer(), &log.in_place()),
      tree_(log.builder(nodes_)),
      writer_(log, tree_) {
  const TreeRef& roll = log.root()[TreeRole::roll];
  tree_.begin(TreeKind::objects, roll);
  TreeReader tree{log_.view(), TreeKind::objects, log_.frame_buffer()};
  relabels_ = roll.count > 0 && tree.seek_count(roll, roll.count - 1) == Search::found &&
              tree.key().scope > kHighLabel;
}

/// The first old definition whose label is higher than `after`; kNoLabel if there is none.
std::uint32_t RollBuilder::next_old(std::uint32_t after) {
  TreeReader tree{log_.view(), TreeKind::objects, log_.frame_buffer()};
  const bool found = tree.seek(old_roll(), chunk_key(after + 1, 0)) == Search::found;
  return found ? tree.key().scope : kNoLabel;
}

/// Reads `out.size()` bytes of the source from `begin` on; fewer at its end.
std::size_t RollBuilder::read_source(std::uint32_t begin, std::span<char> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::size_t count =
        source_.read(static_cast<std::uint32_t>(begin + done), out.subspan(done));
    if (count == 0) break;
    done += count;
  }
  return done;
}

/// Whether the source at `begin` reads as the slice of match_, byte for byte. Apart, like
/// agrees(), so that what is read is not on the stack in other calls.
[[gnu::noinline]] bool RollBuilder::is_slice(std::uint32_t begin) {
  std::array<char, kPiece> now;
  std::array<std::uint8_t, kPiece> then;
  for (std::uint32_t done = 0; done < match_.source;) {
    const std::size_t want = std::min<std::size_t>(kPiece, match_.source - done);
    const std::size_t count = source_.read(begin + done, std::span{now}.first(want));
    if (count == 0) return false;
    const auto stored = std::span{then}.first(count);
    if (old_.read(old_roll(), match_.object, match_.code + done, stored) != count) return false;
    if (std::memcmp(stored.data(), now.data(), count) != 0) return false;
    done += static_cast<std::uint32_t>(count);
  }
  return true;
}

/// Looks for the slice that begins at `begin` among the old definitions: first at the one after the
/// last that was kept, as in a file where little changed, then at all others.
bool RollBuilder::find_slice(std::uint32_t begin) {
  return find_slice(begin, cursor_ + 1, 0xFFFFFFFF) || find_slice(begin, 0, cursor_);
}

/// Whether the slice of match_, whose entry is `last`, may begin with `start`: looks at no more
/// than what stands there.
bool RollBuilder::may_start(std::span<const char> start, const TreeReader& last) const {
  if (match_.code < match_.offset) return true;
  const std::span<const std::uint8_t> tail = last.item().last(match_.size);
  const std::size_t size = std::min<std::size_t>(match_.source, start.size());
  return std::memcmp(tail.data() + (match_.code - match_.offset), start.data(), size) == 0;
}

/// Looks among those with the labels from `first` to `last`.
bool RollBuilder::find_slice(std::uint32_t begin, std::uint32_t first, std::uint32_t last) {
  std::array<char, 32> start;
  const auto read = std::span{start}.first(read_source(begin, start));
  TreeReader tree{log_.view(), TreeKind::objects, log_.frame_buffer(), &log_.in_place()};
  Search found = tree.seek(old_roll(), chunk_key(first, 0));
  for (; found == Search::found && tree.key().scope <= last; found = tree.next(old_roll())) {
    if (tree.key().low != kLastChunk) continue;
    tree.get(match_);
    if (may_start(read, tree) && is_slice(begin)) return true;
    passed_ = true;
  }
  return false;
}

/// A label for a new definition (which may take that of an old one, which it probably replaces) or
/// for one that was moved: higher than the label before, and if possible lower than the next old
/// one, so that those that follow can keep theirs.
bool RollBuilder::new_label(bool replaces, std::uint32_t& label) {
  if (label_ >= lang::kRecordNumbers - kSpacing) return false;
  const std::uint32_t next = relabels_ ? kNoLabel : next_old(label_);
  if (next == kNoLabel) {
    label = label_ + kSpacing;
    return true;
  }
  const std::uint32_t gap = next - label_;
  label = (replaces && !replaced_) || gap < 2 ? next : label_ + std::max<std::uint32_t>(1, gap / 8);
  replaced_ = replaces;
  return true;
}

Status RollBuilder::begin_definition() {
  passed_ = false;
  matching_ = find_slice(begin_);
  matched_ = 0;
  promised_ = matching_ && promise();
  return matching_ ? Status::ok : write_instead();
}

lang::KeptRoll* RollBuilder::kept_roll() {
  const Root& root = log_.root();
  return root.saved && root[TreeRole::index].count > 0 && !relabels_ ? this : nullptr;
}

/// Whether the entries of the stored definition can be kept: it stays, under its number, and there
/// is room to note which ones before it are gone.
bool RollBuilder::promise() {
  if (relabels_ || match_.object <= label_) return false;
  if (passed_ || cursor_ != promised_label_) {
    if (gap_count_ == gaps_.size()) return false;
    gaps_[gap_count_++] = {promised_label_, match_.object};
  }
  promised_label_ = match_.object;
  return true;
}

bool RollBuilder::promises(std::uint32_t& record) {
  record = match_.object;
  return promised_;
}

bool RollBuilder::keeps(std::uint32_t record) {
  std::uint32_t now = 0;
  if (commented_only_) return is_commented(record, now);
  return record <= promised_label_ &&
         std::none_of(gaps_.begin(), gaps_.begin() + gap_count_,
                      [&](const Gap& gap) { return record > gap.after && record < gap.before; });
}

std::uint32_t RollBuilder::record_of(std::uint32_t ordinal) {
  TreeReader tree{log_.view(), TreeKind::objects, log_.frame_buffer()};
  return tree.seek_count(roll_, ordinal) == Search::found ? tree.key().scope : 0;
}

std::uint32_t RollBuilder::begin_of(std::uint32_t record) {
  TreeReader tree{log_.view(), TreeKind::objects, log_.frame_buffer()};
  const Search found = tree.seek(roll_, chunk_key(record, 0));
  return found == Search::found ? tree.place().bytes : 0;
}

Status RollBuilder::keep_index(const lang::IndexEntry& entry) {
  lang::IndexEntry kept = entry;
  if (commented_only_ && !is_commented(entry.record, kept.record)) return Status::io_error;
  return tree_.add(kept);
}

/// It is none that is stored: what agreed so far is written too.
[[gnu::noinline]] Status RollBuilder::write_instead() {
  if (!new_label(true, label_)) return Status::full;
  writer_.begin(label_);
  const bool any = matching_;
  matching_ = false;
  broken_ = broken_ || promised_;
  std::array<std::uint8_t, kPiece> piece;
  ObjectReader checked{log_.view(), log_.frame_buffer()};
  for (std::uint32_t done = 0; any && done < matched_;) {
    const auto part = std::span{piece}.first(std::min<std::size_t>(kPiece, matched_ - done));
    if (checked.read(old_roll(), match_.object, done, part) != part.size()) {
      return Status::io_error;
    }
    if (const Status status = writer_.put(part); status != Status::ok) return status;
    done += static_cast<std::uint32_t>(part.size());
  }
  return Status::ok;
}

/// How many of these bytes of code, some at a time, are those that come next in the definition that
/// is compared; 0 if they are not.
[[gnu::noinline]] std::size_t RollBuilder::agrees(std::span<const std::uint8_t> code) {
  std::array<std::uint8_t, kPiece> piece;
  const auto part = std::span{piece}.first(std::min(piece.size(), code.size()));
  const bool same = matched_ + part.size() <= match_.code &&
                    old_.read(old_roll(), match_.object, matched_, part) == part.size() &&
                    std::equal(part.begin(), part.end(), code.begin());
  return same ? part.size() : 0;
}

Status RollBuilder::append_code(std::span<const std::uint8_t> code) {
  while (matching_ && !code.empty()) {
    const std::size_t count = agrees(code);
    if (count == 0) {
      if (const Status status = write_instead(); status != Status::ok) return status;
      break;
    }
    matched_ += static_cast<std::uint32_t>(count);
    code = code.subspan(count);
  }
  return code.empty() ? Status::ok : writer_.put(code);
}

/// Takes the stored definition over, under its own label if the order allows it.
[[gnu::noinline]] Status RollBuilder::keep() {
  std::uint32_t label = match_.object;
  if ((relabels_ || label <= label_) && !new_label(false, label)) return Status::full;
  label_ = label;
  if (label == match_.object) replaced_ = false;
  cursor_ = match_.object;
  TreeReader tree{log_.view(), TreeKind::objects, log_.frame_buffer()};
  std::array<std::uint8_t, kPayload> renamed;
  Search found = tree.seek(old_roll(), chunk_key(match_.object, 0));
  for (; found == Search::found && tree.key().scope == match_.object;
       found = tree.next(old_roll())) {
    const Item item = label == match_.object ? tree.item() : renumber(tree.item(), label, renamed);
    const Status status = item.empty() ? Status::io_error : tree_.add(item);
    if (status != Status::ok) return status;
    if (tree.key().low == kLastChunk) {
      ++kept_;
      return Status::ok;
    }
  }
  return Status::io_error;
}

// ---- What is damaged, and shown as comments -----------------------------------------------------

namespace {

/// Where kGapMark stands first in the bytes [begin, end) of `source`, and nothing of it before.
/// `end` if it does not.
std::uint32_t find_gap_mark(lang::Source& source, std::uint32_t begin, std::uint32_t end) {
  std::array<char, kPiece> piece;
  std::uint32_t run = 0;
  while (begin < end) {
    const auto part = std::span{piece}.first(std::min<std::size_t>(kPiece, end - begin));
    const std::size_t count = source.read(begin, part);
    if (count == 0) return end;
    for (const char c : part.first(count)) {
      run = c == kGapMark[0] ? run + 1 : 0;
      ++begin;
      if (run == kGapMark.size()) return begin - run;
    }
  }
  return end;
}

/// Behind all that is like the mark which stands at `at`.
std::uint32_t after_gap_mark(lang::Source& source, std::uint32_t at) {
  char c = kGapMark[0];
  while (source.read(at, {&c, 1}) == 1 && c == kGapMark[0]) ++at;
  return at;
}

}  // namespace

[[gnu::noinline]] bool RollBuilder::find_commented(std::uint32_t& begin, std::uint32_t& end) {
  if (begin == 0) shown_from_ = 0;
  if (end < begin + kGapMark.size()) return false;
  for (std::uint32_t at = begin;;) {
    const std::uint32_t mark = find_gap_mark(source_, at, end);
    if (mark == end) return false;
    if (find_shown(mark, begin, end)) return true;
    at = after_gap_mark(source_, mark);
    if (at >= end) return false;
  }
}

/// Looks for a damaged definition that is shown in the bytes [begin, end) of the source, with its
/// first mark at `mark`: one behind the last that was found.
bool RollBuilder::find_shown(std::uint32_t mark, std::uint32_t& begin, std::uint32_t& end) {
  StoredRoll::Slice slice;
  bool damaged = false;
  for (std::uint32_t at = shown_from_; shown_.find(at, slice, damaged);
       at = slice.begin + slice.size) {
    if (!damaged || slice.record == 0) continue;
    const std::uint32_t first = find_gap_mark(shown_, slice.begin, slice.begin + slice.size);
    const std::uint32_t before = first - slice.begin;
    if (mark < begin + before || slice.size > end - (mark - before)) continue;
    if (!is_shown(mark - before, slice) || !has_all_chunks(slice.record)) continue;
    begin = mark - before;
    end = begin + slice.size;
    shown_from_ = slice.begin + slice.size;
    return true;
  }
  return false;
}

/// Whether the source at `begin` reads as what is shown of a slice.
[[gnu::noinline]] bool RollBuilder::is_shown(std::uint32_t begin, const StoredRoll::Slice& slice) {
  std::array<char, kPiece> now;
  std::array<char, kPiece> then;
  for (std::uint32_t done = 0; done < slice.size;) {
    const std::size_t want = std::min<std::size_t>(kPiece, slice.size - done);
    const std::size_t count = source_.read(begin + done, std::span{now}.first(want));
    const auto stored = std::span{then}.first(count);
    if (count == 0 || shown_.read(slice.begin + done, stored) != count) return false;
    if (std::memcmp(stored.data(), now.data(), count) != 0) return false;
    done += static_cast<std::uint32_t>(count);
  }
  return true;
}

/// Whether all entries of the stored definition `object` can be read; notes the last one.
bool RollBuilder::has_all_chunks(std::uint32_t object) {
  TreeReader tree{log_.view(), TreeKind::objects, log_.frame_buffer()};
  std::uint32_t end = 0;
  Search found = tree.seek(old_roll(), chunk_key(object, 0));
  for (; found == Search::found && tree.key().scope == object; found = tree.next(old_roll())) {
    tree.get(found_);
    if (found_.offset != end) return false;
    if (found_.last) return true;
    end += found_.size;
  }
  return false;
}

Status RollBuilder::keep_commented() {
  passed_ = next_old(cursor_) != found_.object;
  match_ = found_;
  broken_ = !promise() || broken_;
  if (const Status status = keep(); status != Status::ok) return status;
  begin_ += match_.source;
  if (commented_count_ < commented_.size()) {
    commented_[commented_count_] = {match_.object, label_};
  }
  ++commented_count_;
  return Status::ok;
}

/// Whether the definition in force stands in the source as comments, and which number it has now.
bool RollBuilder::is_commented(std::uint32_t record, std::uint32_t& now) {
  const std::size_t noted = std::min<std::size_t>(commented_count_, commented_.size());
  for (const Commented& one : std::span{commented_}.first(noted)) {
    if (one.before != record) continue;
    now = one.now;
    return true;
  }
  now = record;
  return commented_count_ > noted && is_kept_damaged(record);
}

/// Whether the definition in force is damaged and stands in the new roll under the same number.
[[gnu::noinline]] bool RollBuilder::is_kept_damaged(std::uint32_t record) {
  TreeReader tree{log_.view(), TreeKind::objects, log_.frame_buffer()};
  Chunk before;
  Chunk now;
  if (tree.seek(old_roll(), chunk_key(record, 0)) != Search::found) return false;
  tree.get(before);
  const std::uint32_t begin = tree.place().bytes;
  if (before.object != record || before.last) return false;
  if (tree.seek(roll_, chunk_key(record, 0)) != Search::found) return false;
  tree.get(now);
  StoredRoll::Slice slice;
  bool damaged = false;
  return now == before && shown_.find(begin, slice, damaged) && damaged && slice.record == record;
}

lang::KeptRoll* RollBuilder::commented_roll() {
  commented_only_ = commented_count_ > 0 && log_.root()[TreeRole::index].count > 0;
  return commented_only_ ? this : nullptr;
}

/// Appends the source's bytes [begin, end).
Status RollBuilder::copy_source(std::uint32_t begin, std::uint32_t end) {
  std::array<char, kPiece> piece;
  while (begin < end) {
    const auto part = std::span{piece}.first(std::min<std::size_t>(kPiece, end - begin));
    const std::size_t count = source_.read(begin, part);
    if (count == 0) return Status::io_error;
    const std::span bytes{reinterpret_cast<const std::uint8_t*>(piece.data()), count};
    if (const Status status = writer_.put(bytes); status != Status::ok) return status;
    begin += static_cast<std::uint32_t>(count);
  }
  return Status::ok;
}

Status RollBuilder::end_definition(std::uint32_t source_begin, std::uint32_t source_end) {
  const bool same = matching_ && source_begin == begin_ && matched_ == match_.code &&
                    source_end - source_begin == match_.source;
  begin_ = source_end;
  if (same) return keep();
  if (matching_) {
    if (const Status status = write_instead(); status != Status::ok) return status;
  }
  const std::uint32_t code = writer_.size();
  if (const Status status = copy_source(source_begin, source_end); status != Status::ok) {
    return status;
  }
  ++written_;
  return writer_.end(code, source_end - source_begin);
}

Status RollBuilder::finish_roll() {
  if (roll_done_ == Status::more) {
    roll_done_ = tree_.finish(roll_);
    tree_.begin(TreeKind::index, log_.root()[TreeRole::index]);
  }
  return roll_done_;
}

Status RollBuilder::append_index(const lang::IndexEntry& entry) {
  if (const Status status = finish_roll(); status != Status::ok) return status;
  // The compiler counts definitions; the index names them by their labels.
  lang::IndexEntry named = entry;
  named.record = record_of(entry.record);
  return named.record != 0 ? tree_.add(named) : Status::io_error;
}

Status RollBuilder::commit() {
  if (const Status status = finish_roll(); status != Status::ok) return status;
  Root root = log_.root();
  root[TreeRole::roll] = roll_;
  const Status status = tree_.finish(root[TreeRole::index]);
  if (status != Status::ok) return status;
  root.saved = true;
  root.lost = false;
  const bool changes = root != log_.root();
  if (changes) {
    ++root.roll_version;
    set_backup(root);
  }
  if (policy_.clear_draft) root[TreeRole::draft] = {};
  if (root == log_.root()) {
    log_.abandon();
    return Status::ok;
  }
  return log_.commit(root);
}

/// The roll that was in force becomes the backup if it is worth it. (What is damaged would stay in
/// the way: it cannot be moved, and the roll that is put right has it no more.)
void RollBuilder::set_backup(Root& root) {
  const Root& before = log_.root();
  const TreeRef& old = before[TreeRole::roll];
  TreeRef& backup = root[TreeRole::backup];
  if (policy_.backup == Backup::drop) backup = {};
  const bool worth = before.saved && old.bytes != 0 && old != roll_;
  if (policy_.backup != Backup::replace || !worth) return;
  made_backup_ = is_apart_good(log_, roll_, old);
  if (made_backup_) {
    backup = old;
  } else if (policy_.may_drop_backup && !is_apart_good(log_, roll_, backup)) {
    backup = {};
  }
}

void RollBuilder::abandon() { log_.abandon(); }

}  // namespace pianola::store
