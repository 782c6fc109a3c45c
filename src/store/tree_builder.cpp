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

Status TreeBuilder::add(const Entry& entry) {
  std::array<std::uint8_t, kMaxItem> bytes;
  put_entry(kind_, bytes.data(), entry);
  return push(0, bytes.data());
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
  if (at.node.entries == 0 || at.node.first != key || !at.has_boundary || at.boundary > end ||
      !complete_below(level + 1)) {
    return false;
  }
  while (status_ == Status::ok) {
    std::array<std::uint8_t, kMaxItem> bytes;
    put_child(kind_, bytes.data(), at.node);
    if (push(level + 1, bytes.data()) != Status::ok) break;
    key = at.boundary;
    Child after;
    ++at.place.position;
    if (at.place.position + 1U >= at.place.entries ||
        !read_child(at.place, at.place.position, at.node) ||
        !read_child(at.place, at.place.position + 1U, after) || at.node.first != key ||
        after.first <= key || after.first > end) {
      break;
    }
    at.boundary = after.first;
  }
  return true;
}

/// Hands all nodes of the levels below `level` to those above, if they are at the end of old nodes.
bool TreeBuilder::complete_below(unsigned level) {
  for (unsigned below = 0; below < level; ++below) {
    Level& at = levels_[below];
    const bool whole = at.mode == Mode::same && at.items == old_entries(below);
    if (at.mode != Mode::empty && !whole) return false;
    at.is_used = true;
    if (at.done.entries != 0 && push_done(below) != Status::ok) return false;
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
      out = {done.address, done.count, done.bytes, done.entries,
             static_cast<std::uint8_t>(level + 1)};
      return status_;
    }
    if (done.entries != 0 && push_done(level) != Status::ok) return status_;
  }
}

/// Hands `done` to the level above.
Status TreeBuilder::push_done(unsigned level) {
  if (level + 1 == kMaxLevels) return status_ = Status::full;
  std::array<std::uint8_t, kMaxItem> bytes;
  put_child(kind_, bytes.data(), levels_[level].done);
  levels_[level].done = {};
  return push(level + 1, bytes.data());
}

/// Gives an item to a level. Where a level is blocked, the one above takes its `done` first.
Status TreeBuilder::push(unsigned first_level, const std::uint8_t* first_item) {
  std::array<std::uint8_t, kMaxItem> bytes;
  unsigned level = first_level;
  while (status_ == Status::ok) {
    if (level > first_level) put_child(kind_, bytes.data(), levels_[level - 1].done);
    switch (step(level, level > first_level ? bytes.data() : first_item)) {
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
TreeBuilder::Step TreeBuilder::step(unsigned level, const std::uint8_t* item) {
  Level& at = levels_[level];
  at.is_used = true;
  if (at.has_boundary && get_key(kind_, item) >= at.boundary) {
    const Step crossed = cross(level, get_key(kind_, item));
    if (crossed != Step::taken) return crossed;
  }
  if (at.mode == Mode::same) {
    const unsigned entries = old_entries(level);
    if (at.items < entries && is_same(level, item)) {
      ++at.items;
      return Step::taken;
    }
    // What follows a node that is the same to its end goes into it if there is room.
    const bool stays = at.items == entries && entries == node_capacity(level);
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
    const Step left = at.items == old_entries(level) ? keep(level) : change(level);
    if (left != Step::taken) return left;
  }
  Located old;
  if (!locate_next(level, key, old)) locate(level, key, old);
  // Small nodes are joined, but only those below the same node: else two of those would change.
  const bool joins = !old.is_first() && at.items + old.node.entries <= node_capacity(level);
  if (at.mode == Mode::pending && !joins) {
    const Step closed = close(level);
    if (closed != Step::taken) return closed;
  }
  if (old.is_first()) at.is_done_old = false;
  at.before = old.place;
  at.boundary = old.boundary;
  at.has_boundary = old.has_boundary;
  at.was_split = false;
  if (at.mode == Mode::empty && old.node.entries != 0 && old.node.first == key &&
      sink_.may_stay(old.node.address) && is_good(level, old.node)) {
    put_child(kind_, item_at(level, 0), old.node);
    at.mode = Mode::same;
    at.items = 0;
  }
  return Step::taken;
}

/// Puts an item into the node that is pending.
[[gnu::noinline]] TreeBuilder::Step TreeBuilder::append(unsigned level, const std::uint8_t* item) {
  Level& at = levels_[level];
  const unsigned capacity = node_capacity(level);
  if (at.items == capacity) {
    if (at.done.entries != 0) return Step::blocked;
    // In the middle of the old tree both halves get room, but only once: if more comes than two
    // nodes take, it is a long insertion.
    const unsigned count = at.has_boundary && !at.was_split ? capacity / 2 : capacity;
    if (!write(level, count)) return Step::failed;
    std::copy(item_at(level, count), item_at(level, capacity), item_at(level, 0));
    at.items = static_cast<std::uint8_t>(capacity - count);
    at.was_split = true;
  }
  // Chunks that a collector moves may be split: if those of a damaged tree overlap, the keys of
  // their pieces do not rise.
  if (at.items > 0 && get_key(kind_, item_at(level, at.items - 1U)) >= get_key(kind_, item)) {
    status_ = Status::io_error;
    return Step::failed;
  }
  std::copy_n(item, item_size(kind_, level), item_at(level, at.items));
  ++at.items;
  at.mode = Mode::pending;
  return Step::taken;
}

/// No more items come: all that the level has goes into `done`.
TreeBuilder::Step TreeBuilder::complete(unsigned level) {
  const Level& at = levels_[level];
  if (at.mode == Mode::same) {
    const Step left = at.items == old_entries(level) ? keep(level) : change(level);
    if (left != Step::taken) return left;
  }
  return at.mode == Mode::pending ? close(level) : Step::taken;
}

/// The old node that is the same to its end becomes a node of the new tree.
TreeBuilder::Step TreeBuilder::keep(unsigned level) {
  Level& at = levels_[level];
  if (at.done.entries != 0) return Step::blocked;
  at.done = get_child(kind_, item_at(level, 0));
  at.is_done_old = true;
  at.mode = Mode::empty;
  at.items = 0;
  return Step::taken;
}

/// The old node is not the same to its end: the node that takes its place begins as it did.
TreeBuilder::Step TreeBuilder::change(unsigned level) {
  Level& at = levels_[level];
  at.mode = at.items == 0 ? Mode::empty : Mode::pending;
  if (at.items == 0 || load(level, get_child(kind_, item_at(level, 0)), at.items))
    return Step::taken;
  status_ = Status::io_error;
  return Step::failed;
}

/// Writes the pending node, together with the one before it if they fit into one.
TreeBuilder::Step TreeBuilder::close(unsigned level) {
  Level& at = levels_[level];
  if (at.done.entries != 0) {
    if (!at.is_done_old || at.done.entries + at.items > node_capacity(level)) return Step::blocked;
    std::copy_backward(item_at(level, 0), item_at(level, at.items),
                       item_at(level, at.items + at.done.entries));
    if (!load(level, at.done, at.done.entries)) {
      status_ = Status::io_error;
      return Step::failed;
    }
    at.items = static_cast<std::uint8_t>(at.items + at.done.entries);
    at.done = {};
  }
  if (!write(level, at.items)) return Step::failed;
  at.mode = Mode::empty;
  at.items = 0;
  return Step::taken;
}

/// Writes the first `count` items of the buffer as a node, which becomes `done`. The buffer is as
/// before afterwards.
bool TreeBuilder::write(unsigned level, unsigned count) {
  Level& at = levels_[level];
  std::uint8_t* const begin = item_at(level, 0) - kNodeHeader;
  std::uint8_t* const end = item_at(level, count);
  std::array<std::uint8_t, 4> covered;
  std::copy_n(end, covered.size(), covered.begin());
  begin[0] = node_type(kind_, level);
  begin[1] = static_cast<std::uint8_t>(count);
  Crc32 check;
  check.add(std::span(begin, end));
  put32(end, check.value());
  std::uint32_t address = 0;
  status_ = sink_.write_node(std::span(begin, end + covered.size()), address);
  std::ranges::copy(covered, end);
  summary(level, item_at(level, 0), count, at.done);
  at.done.address = address;
  at.is_done_old = false;
  return status_ == Status::ok;
}

/// What the level above is to know about a node with these items, but the address.
void TreeBuilder::summary(unsigned level, const std::uint8_t* items, unsigned count,
                          Child& node) const {
  node = {};
  node.first = get_key(kind_, items);
  node.entries = static_cast<std::uint8_t>(count);
  for (unsigned position = 0; position < count; ++position, items += item_size(kind_, level)) {
    if (level == 0) {
      Entry entry;
      get_entry(kind_, items, entry);
      add_entry(kind_, entry, node.count, node.bytes);
    } else {
      const Child child = get_child(kind_, items);
      node.count += child.count;
      node.bytes += child.bytes;
    }
  }
}

bool TreeBuilder::read_child(ChildPlace place, unsigned position, Child& out) {
  std::array<std::uint8_t, kMaxItem> bytes;
  const std::span<std::uint8_t> child = std::span(bytes).first(item_size(kind_, 1));
  if (!read_item(flash_, place.node, place.wrong_bit, position, child)) return false;
  out = get_child(kind_, child.data());
  return true;
}

/// Does what locate() does in the usual case with few reads: `key` is the first one of the node
/// whose turn it is, and the node after it has the same parent.
[[gnu::noinline]] bool TreeBuilder::locate_next(unsigned level, const lang::IndexKey& key,
                                                Located& found) {
  found.place = levels_[level].before;
  if (found.place.position + 2 >= found.place.entries) return false;
  ++found.place.position;
  Child after;
  if (!read_child(found.place, found.place.position, found.node) || found.node.first != key ||
      !read_child(found.place, found.place.position + 1U, after)) {
    return false;
  }
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
  Child child{{}, old_.address, old_.count, old_.bytes, old_.entries};
  ChildPlace place;
  if (!read_node(flash_, kind_, child.address, above, child.entries, node, wrong_bit)) return;
  child.first = get_key(kind_, item(node, kind_, above, 0));
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
    const unsigned position = child_for(node, kind_, above, key);
    if (position == kChildren) return;
    if (position + 1 < node.entries()) {
      found.boundary = get_child(kind_, item(node, kind_, above, position + 1)).first;
      found.has_boundary = true;
    }
    place = {child.address, static_cast<std::uint16_t>(wrong_bit), child.entries,
             static_cast<std::uint8_t>(position)};
    child = get_child(kind_, item(node, kind_, above, position));
    --above;
    if (above != level &&
        !read_node(flash_, kind_, child.address, above, child.entries, node, wrong_bit)) {
      return;
    }
  }
}

/// Whether a node of the old tree can be read and is what the one above it says.
[[gnu::noinline]] bool TreeBuilder::is_good(unsigned level, const Child& old) {
  Node node;
  std::uint32_t wrong_bit = kNoBit;
  if (!read_node(flash_, kind_, old.address, level, old.entries, node, wrong_bit)) return false;
  levels_[level].wrong_bit = static_cast<std::uint16_t>(wrong_bit);
  Child found;
  summary(level, item(node, kind_, level, 0), old.entries, found);
  found.address = old.address;
  return found == old;
}

/// Whether the next item of the old node is this one.
[[gnu::noinline]] bool TreeBuilder::is_same(unsigned level, const std::uint8_t* item) {
  const Level& at = levels_[level];
  std::array<std::uint8_t, kMaxItem> bytes;
  const std::span<std::uint8_t> old = std::span(bytes).first(item_size(kind_, level));
  return read_item(flash_, get_child(kind_, item_at(level, 0)).address, at.wrong_bit, at.items,
                   old) &&
         std::ranges::equal(old, std::span(item, old.size()));
}

/// Reads the first items of an old node to the beginning of the buffer.
bool TreeBuilder::load(unsigned level, const Child& old, unsigned count) {
  Node node;
  std::uint32_t wrong_bit = kNoBit;
  if (!read_node(flash_, kind_, old.address, level, old.entries, node, wrong_bit)) return false;
  std::copy_n(item(node, kind_, level, 0), count * item_size(kind_, level), item_at(level, 0));
  return true;
}

/// Entries of the old node that the level is the same as so far.
unsigned TreeBuilder::old_entries(unsigned level) {
  return get_child(kind_, item_at(level, 0)).entries;
}

/// Item `position` of the level's buffer, or where the next one goes.
std::uint8_t* TreeBuilder::item_at(unsigned level, unsigned position) {
  const std::uint32_t buffer = level == 0 ? 0 : kMaxLeaf + (level - 1) * kMaxNode;
  return buffer_.data() + buffer + kNodeHeader + position * item_size(kind_, level);
}

}  // namespace pianola::store
