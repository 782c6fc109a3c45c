#include <algorithm>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "base/status.hpp"
#include "store/tree_node.hpp"

namespace pianola::store {

void TreeBuilder::begin(TreeKind kind, const TreeRef& old) {
  kind_ = kind;
  old_ = is_plausible(old) ? old : TreeRef{};
  status_ = Status::ok;
  levels_ = {};
  // Every key has reached this boundary: the first one finds out where the old tree begins.
  for (unsigned level = 0; level < old_.levels; ++level) levels_[level].has_boundary = true;
}

Status TreeBuilder::add(std::span<const std::uint8_t> item) { return push(0, item); }

Status TreeBuilder::add(const lang::IndexEntry& entry) {
  std::array<std::uint8_t, kMaxIndexItem> bytes;
  return push(0, Item{bytes}.first(put_index_entry(entry, bytes)));
}

Status TreeBuilder::keep_nodes(lang::IndexKey& key, const lang::IndexKey& end) {
  for (unsigned level = old_.levels; level > 1 && status_ == Status::ok;) {
    --level;
    // Behind the last of some small nodes a larger one may begin.
    if (skip(level - 1, key, end)) level = old_.levels;
  }
  return status_;
}

/// Takes over the nodes of a level from the one on that begins with `key`, to the end of the node
/// above. False if there is none.
bool TreeBuilder::skip(unsigned level, lang::IndexKey& key, const lang::IndexKey& end) {
  Located at;
  locate(level, key, at);
  if (at.node.size == 0 || at.node.first != key || !at.has_boundary || at.boundary > end ||
      !complete_below(level + 1)) {
    return false;
  }
  unsigned next = 0;
  Child child;
  if (!read_child(at.place, child, next)) return false;
  while (status_ == Status::ok) {
    std::array<std::uint8_t, kMaxChild> bytes;
    if (push(level + 1, Item{bytes}.first(put_child(kind_, at.node, bytes))) != Status::ok) break;
    key = at.boundary;
    at.place.item = static_cast<std::uint8_t>(next);
    if (!read_child(at.place, at.node, next) || at.node.first != key) break;
    ChildPlace behind = at.place;
    behind.item = static_cast<std::uint8_t>(next);
    unsigned last = 0;
    if (!read_child(behind, child, last) || child.first <= key || child.first > end) break;
    at.boundary = child.first;
  }
  return true;
}

/// Hands all nodes of the levels below `level` to those above, if they are at the end of old nodes.
bool TreeBuilder::complete_below(unsigned level) {
  for (unsigned below = 0; below < level; ++below) {
    Level& at = levels_[below];
    const bool whole = at.mode == Mode::same && is_whole(below);
    if (at.mode != Mode::empty && !whole) return false;
    at.is_used = true;
    if (at.done.size != 0 && push_done(below) != Status::ok) return false;
    if (whole) {
      keep(below);
      if (push_done(below) != Status::ok) return false;
    }
  }
  return true;
}

Status TreeBuilder::finish(TreeRef& out) {
  out = {};
  if (!levels_[0].is_used) return status_;
  for (unsigned level = 0;; ++level) {
    Step step = Step::blocked;
    while ((step = complete(level)) == Step::blocked) {
      if (push_done(level) != Status::ok) return status_;
    }
    if (step == Step::failed) return status_;
    const Child& done = levels_[level].done;
    if (level + 1 == kMaxLevels || !levels_[level + 1].is_used) {
      out = {done.address, done.count, done.bytes, done.size, static_cast<std::uint8_t>(level + 1)};
      return status_;
    }
    if (done.size != 0 && push_done(level) != Status::ok) return status_;
  }
}

/// Hands `done` to the level above.
Status TreeBuilder::push_done(unsigned level) {
  if (level + 1 == kMaxLevels) return status_ = Status::full;
  std::array<std::uint8_t, kMaxChild> bytes;
  const std::uint32_t size = put_child(kind_, levels_[level].done, bytes);
  levels_[level].done = {};
  return push(level + 1, Item{bytes}.first(size));
}

/// Gives an item to a level. Where a level is blocked, the one above takes its `done` first.
Status TreeBuilder::push(unsigned first_level, Item first_item) {
  std::array<std::uint8_t, kMaxChild> bytes;
  unsigned level = first_level;
  while (status_ == Status::ok) {
    Item item = first_item;
    if (level > first_level) {
      item = Item{bytes}.first(put_child(kind_, levels_[level - 1].done, bytes));
    }
    switch (step(level, item)) {
      case Step::taken:
        if (level == first_level) return Status::ok;
        levels_[--level].done = {};
        break;
      case Step::blocked:
        if (++level == kMaxLevels) status_ = Status::full;
        break;
      case Step::failed:
        break;
    }
  }
  return status_;
}

/// Lets a level take an item.
TreeBuilder::Step TreeBuilder::step(unsigned level, Item item) {
  Level& at = levels_[level];
  at.is_used = true;
  if (at.has_boundary && get_key(kind_, item) >= at.boundary) {
    const Step crossed = cross(level, get_key(kind_, item));
    if (crossed != Step::taken) return crossed;
  }
  if (at.mode == Mode::same) {
    if (is_same(level, item)) {
      at.size = static_cast<std::uint8_t>(at.size + item.size());
      return Step::taken;
    }
    // What follows a node that is the same to its end goes into it if there is room.
    const bool stays = is_whole(level) && at.size + item.size() > kPayload;
    const Step left = stays ? keep(level) : change(level);
    if (left != Step::taken) return left;
  }
  return append(level, item);
}

/// A node of the old tree begins at `key` or before it: there, nodes of the new tree end, so that
/// what follows can be the same again.
[[gnu::noinline]] TreeBuilder::Step TreeBuilder::cross(unsigned level, const lang::IndexKey& key) {
  Level& at = levels_[level];
  if (at.mode == Mode::same) {
    const Step left = is_whole(level) ? keep(level) : change(level);
    if (left != Step::taken) return left;
  }
  Located old;
  if (!locate_next(level, key, old)) locate(level, key, old);
  // Small nodes are joined, but only those below the same node: else two of those would change.
  const bool joins = !old.is_first() && unsigned{at.size} + old.node.size <= kPayload;
  if (at.mode == Mode::pending && !joins) {
    const Step closed = close(level);
    if (closed != Step::taken) return closed;
  }
  if (old.is_first()) at.is_done_old = false;
  at.before = old.place;
  at.boundary = old.boundary;
  at.has_boundary = old.has_boundary;
  at.was_split = false;
  if (at.mode == Mode::empty && old.node.size != 0 && old.node.first == key &&
      is_good(level, old.node)) {
    put_child(kind_, old.node, std::span<std::uint8_t, kMaxChild>{payload(level), kMaxChild});
    at.mode = Mode::same;
    at.size = 0;
  }
  return Step::taken;
}

/// Puts an item into the node that is pending.
[[gnu::noinline]] TreeBuilder::Step TreeBuilder::append(unsigned level, Item item) {
  Level& at = levels_[level];
  while (at.size + item.size() > kPayload) {
    const Step step = split(level, item.size());
    if (step != Step::taken) return step;
  }
  // Those of a damaged tree, which are taken over one by one, may not.
  if (at.size > 0 && get_key(kind_, {payload(level) + at.last, std::size_t{at.size} - at.last}) >=
                         get_key(kind_, item)) {
    status_ = Status::io_error;
    return Step::failed;
  }
  std::copy(item.begin(), item.end(), payload(level) + at.size);
  at.last = at.size;
  at.size = static_cast<std::uint8_t>(at.size + item.size());
  at.mode = Mode::pending;
  return Step::taken;
}

/// Writes items of the node that is pending, so that `more` bytes may fit. In the middle of the old
/// tree both halves get room, but only once: if more comes than two nodes take, it is a long
/// insertion.
TreeBuilder::Step TreeBuilder::split(unsigned level, std::size_t more) {
  Level& at = levels_[level];
  if (at.done.size != 0) return Step::blocked;
  unsigned size = at.size;
  if (at.has_boundary && !at.was_split) {
    for (size = 0; size < at.size / 2U;) size += payload(level)[size] + 1U;
    if (at.size - size + more > kPayload) size = at.size;
  }
  if (!write(level, size)) return Step::failed;
  std::copy(payload(level) + size, payload(level) + at.size, payload(level));
  at.size = static_cast<std::uint8_t>(at.size - size);
  at.last = static_cast<std::uint8_t>(at.size == 0 ? 0 : at.last - size);
  at.was_split = true;
  return Step::taken;
}

/// No more items come: all that the level has goes into `done`.
TreeBuilder::Step TreeBuilder::complete(unsigned level) {
  const Level& at = levels_[level];
  if (at.mode == Mode::same) {
    const Step left = is_whole(level) ? keep(level) : change(level);
    if (left != Step::taken) return left;
  }
  return at.mode == Mode::pending ? close(level) : Step::taken;
}

/// The old node that is the same to its end becomes a node of the new tree.
TreeBuilder::Step TreeBuilder::keep(unsigned level) {
  Level& at = levels_[level];
  if (at.done.size != 0) return Step::blocked;
  at.done = old_node(level);
  at.is_done_old = true;
  at.mode = Mode::empty;
  at.size = 0;
  return Step::taken;
}

/// The old node is not the same to its end: the node that takes its place begins as it did.
TreeBuilder::Step TreeBuilder::change(unsigned level) {
  Level& at = levels_[level];
  at.mode = at.size == 0 ? Mode::empty : Mode::pending;
  if (at.size == 0) return Step::taken;
  const Child old = old_node(level);
  std::uint32_t wrong_bit = kNoBit;
  if (!read_node(flash_, kind_, old.address, level, old.size, frames_[level], wrong_bit)) {
    status_ = Status::io_error;
    return Step::failed;
  }
  for (unsigned item = 0; item < at.size; item += payload(level)[item] + 1U) {
    at.last = static_cast<std::uint8_t>(item);
  }
  return Step::taken;
}

/// Writes the pending node, together with the one before it if they fit into one.
TreeBuilder::Step TreeBuilder::close(unsigned level) {
  Level& at = levels_[level];
  if (at.done.size != 0) {
    if (!at.is_done_old || unsigned{at.done.size} + at.size > kPayload) return Step::blocked;
    if (!put_before(level, at.done)) {
      status_ = Status::io_error;
      return Step::failed;
    }
    at.size = static_cast<std::uint8_t>(at.size + at.done.size);
    at.done = {};
  }
  if (!write(level, at.size)) return Step::failed;
  at.mode = Mode::empty;
  at.size = 0;
  return Step::taken;
}

/// Puts the items of an old node before those in the buffer.
[[gnu::noinline]] bool TreeBuilder::put_before(unsigned level, const Child& old) {
  Node node;
  std::uint32_t wrong_bit = kNoBit;
  if (!read_node(flash_, kind_, old.address, level, old.size, node, wrong_bit)) return false;
  std::uint8_t* const begin = payload(level);
  std::copy_backward(begin, begin + levels_[level].size, begin + old.size + levels_[level].size);
  std::copy_n(node.frame.data() + kFrameHeader, old.size, begin);
  return true;
}

/// Writes the first `size` bytes of items in the buffer as a node, which becomes `done`. The items
/// in the buffer are as before afterwards.
bool TreeBuilder::write(unsigned level, unsigned size) {
  Level& at = levels_[level];
  std::uint8_t* const begin = frames_[level].frame.data();
  std::uint8_t* const end = payload(level) + size;
  std::array<std::uint8_t, 4> covered;
  std::copy_n(end, covered.size(), covered.begin());
  begin[0] = node_type(kind_, level);
  begin[1] = static_cast<std::uint8_t>(size);
  Crc32 check;
  check.add(std::span(begin, end));
  put32(end, check.value());
  std::uint32_t address = 0;
  status_ = sink_.write_node(std::span(begin, end + covered.size()), address);
  std::ranges::copy(covered, end);
  summary(level, begin, at.done);
  at.done.address = address;
  at.is_done_old = false;
  return status_ == Status::ok;
}

/// What the level above is to know about a node, given its frame, but the address.
void TreeBuilder::summary(unsigned level, const std::uint8_t* frame, Child& node) const {
  Items items{frame};
  node = {};
  node.first = items.any() ? get_key(kind_, items.get()) : lang::IndexKey{};
  node.size = frame[1];
  for (; items.any(); items.next()) {
    if (level == 0) {
      add_entry(kind_, items.get(), node.count, node.bytes);
    } else {
      Child child;
      get_child(kind_, items.get(), child);
      node.count += child.count;
      node.bytes += child.bytes;
    }
  }
}

/// A child of an old node, and where the one after it would stand.
bool TreeBuilder::read_child(const ChildPlace& place, Child& out, unsigned& after) {
  std::array<std::uint8_t, kItemHead> memory;
  const Item item = read_item(flash_, place.node, place.wrong_bit, place.size, place.item, memory);
  if (item.empty()) return false;
  get_child(kind_, item, out);
  after = place.item + item_size(item);
  return true;
}

/// Does what locate() does in the usual case with few reads: `key` is the first one of the node
/// whose turn it is, and the node after it has the same parent.
[[gnu::noinline]] bool TreeBuilder::locate_next(unsigned level, const lang::IndexKey& key,
                                                Located& found) {
  found.place = levels_[level].before;
  unsigned next = 0;
  if (!read_child(found.place, found.node, next)) return false;
  found.place.item = static_cast<std::uint8_t>(next);
  if (!read_child(found.place, found.node, next) || found.node.first != key) return false;
  ChildPlace behind = found.place;
  behind.item = static_cast<std::uint8_t>(next);
  Child after;
  if (!read_child(behind, after, next)) return false;
  found.boundary = after.first;
  found.has_boundary = true;
  return true;
}

/// The node of the old tree, if any, that `key` belongs to, and where the one after it begins. A
/// damaged node on the way hides those below it.
void TreeBuilder::locate(unsigned level, const lang::IndexKey& key, Located& found) {
  found = {};
  if (level >= old_.levels) return;
  Node node;
  std::uint32_t wrong_bit = kNoBit;
  unsigned above = old_.levels - 1U;
  Child child{{}, old_.address, old_.count, old_.bytes, old_.size};
  ChildPlace place;
  if (!read_node(flash_, kind_, child.address, above, child.size, node, wrong_bit)) return;
  Items items{node.frame.data()};
  child.first = items.any() ? get_key(kind_, items.get()) : lang::IndexKey{};
  if (child.first > key) {
    found.boundary = child.first;
    found.has_boundary = true;
    return;
  }
  for (;;) {
    if (above == level) {
      found.node = child;
      found.place = place;
      return;
    }
    items = Items{node.frame.data()};
    items.go_to(child_for(node.frame.data(), kind_, key));
    if (!items.any() || get_key(kind_, items.get()) > key) return;
    place = {child.address, static_cast<std::uint16_t>(wrong_bit), child.size, items.place()};
    get_child(kind_, items.get(), child);
    items.next();
    if (items.any()) {
      found.boundary = get_key(kind_, items.get());
      found.has_boundary = true;
    }
    --above;
    if (above != level &&
        !read_node(flash_, kind_, child.address, above, child.size, node, wrong_bit)) {
      return;
    }
  }
}

/// Whether a node of the old tree can be read and is what the one above it says.
[[gnu::noinline]] bool TreeBuilder::is_good(unsigned level, const Child& old) {
  Node node;
  std::uint32_t wrong_bit = kNoBit;
  if (!read_node(flash_, kind_, old.address, level, old.size, node, wrong_bit)) return false;
  levels_[level].wrong_bit = static_cast<std::uint16_t>(wrong_bit);
  Child found;
  summary(level, node.frame.data(), found);
  found.address = old.address;
  return found == old;
}

/// Whether the next item of the old node is this one.
[[gnu::noinline]] bool TreeBuilder::is_same(unsigned level, Item item) {
  const Level& at = levels_[level];
  const Child old = old_node(level);
  if (at.size + item.size() > old.size) return false;
  std::array<std::uint8_t, 32> bytes;
  for (std::size_t done = 0; done < item.size(); done += bytes.size()) {
    const auto part = item.subspan(done, std::min(bytes.size(), item.size() - done));
    const auto stored = std::span{bytes}.first(part.size());
    if (!read_payload(flash_, old.address, at.wrong_bit, static_cast<unsigned>(at.size + done),
                      stored) ||
        !std::ranges::equal(stored, part)) {
      return false;
    }
  }
  return true;
}

/// The old node that the level is the same as so far.
Child TreeBuilder::old_node(unsigned level) {
  Child child;
  get_child(kind_, {payload(level), kMaxChild}, child);
  return child;
}

/// Whether it is the same to its end.
bool TreeBuilder::is_whole(unsigned level) { return levels_[level].size == old_node(level).size; }

}  // namespace pianola::store
