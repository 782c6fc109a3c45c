#include "store/tree_node.hpp"

namespace pianola::store {

/// Where a node stands.
struct TreeReader::Spot {
  std::uint32_t address = 0;
  std::uint8_t size = 0;
  std::uint8_t level = 0;
};

/// A way down a tree.
struct TreeReader::Way {
  Spot node;   ///< What is read next.
  Spot right;  ///< The nearest node to the right of the way, if it has a payload.
};

void TreeReader::get(Chunk& out) const { get_chunk(item_, place_.address(), out); }
void TreeReader::get(lang::IndexEntry& out) const { get_index_entry(item_, out); }

bool TreeReader::begin(const TreeRef& tree, Way& way) {
  place_ = {};
  if (!is_plausible(tree)) return false;
  way.node = {tree.address, tree.size, static_cast<std::uint8_t>(tree.levels - 1U)};
  return true;
}

Search TreeReader::end(const TreeRef& tree) {
  place_ = {};
  place_.count = tree.count;
  place_.bytes = tree.bytes;
  return Search::end;
}

/// The frame of the node that is next: where it stands, or read to memory. Null if it is damaged.
const std::uint8_t* TreeReader::read(const Way& way) {
  std::uint32_t wrong_bit = kNoBit;
  const Spot& node = way.node;
  const std::uint8_t* frame = find_in_place(node.address, node.level, node.size);
  in_buffer_ = frame == nullptr;
  if (in_buffer_) {
    frame = load_node(flash_, buffer_, kind_, node.address, node.level, node.size, wrong_bit);
  }
  if (frame == nullptr) return nullptr;
  place_.leaf = node.address;
  place_.size = node.size;
  place_.wrong_bit = static_cast<std::uint16_t>(wrong_bit);
  return frame;
}

/// A node where it stands, if it can be used there.
const std::uint8_t* TreeReader::find_in_place(std::uint32_t address, unsigned level,
                                              unsigned size) {
  if (in_place_ == nullptr || size == 0 || size > kPayload) return nullptr;
  const std::uint8_t* const frame = in_place_->at(address, frame_size(size));
  // What the node above says is only believed if it is so.
  return frame != nullptr && frame[0] == node_type(kind_, level) && frame[1] == size ? frame
                                                                                     : nullptr;
}

/// From a node that was read to the last child whose first key is not above `key`, or the first
/// child. False if there is none.
bool TreeReader::go_down(const std::uint8_t* node, const lang::IndexKey& key, Way& way) {
  Items items{node};
  if (!items.any()) return false;
  const auto below = static_cast<std::uint8_t>(way.node.level - 1U);
  Child child;
  get_child(kind_, items.get(), child);
  for (items.next(); items.any(); items.next()) {
    Child after;
    get_child(kind_, items.get(), after);
    if (after.first > key) {
      way.right = {after.address, after.size, below};
      break;
    }
    place_.count += child.count;
    place_.bytes += child.bytes;
    child = after;
  }
  way.node = {child.address, child.size, below};
  return true;
}

/// The entry at that place of a leaf is what was found.
Search TreeReader::take(const std::uint8_t* leaf, unsigned place) {
  Items items{leaf};
  items.go_to(place);
  if (!items.any()) return Search::damaged;
  item_ = items.get();
  place_.item = items.place();
  key_ = get_key(kind_, item_);
  return Search::found;
}

/// To the first entry to the right of the way.
Search TreeReader::go_right(const TreeRef& tree, Way& way) {
  if (way.right.size == 0) return end(tree);
  way.node = way.right;
  for (;;) {
    const std::uint8_t* const node = read(way);
    if (node == nullptr) return Search::damaged;
    if (way.node.level == 0) return take(node, 0);
    if (!go_down(node, {}, way)) return Search::damaged;
  }
}

Search TreeReader::seek(const TreeRef& tree, const lang::IndexKey& key) {
  if (tree.levels == 0) return end(tree);
  Way way;
  if (!begin(tree, way)) return Search::damaged;
  const std::uint8_t* node = nullptr;
  for (;;) {
    node = read(way);
    if (node == nullptr) return Search::damaged;
    if (way.node.level == 0) break;
    if (!go_down(node, key, way)) return Search::damaged;
  }
  for (Items items{node}; items.any(); items.next()) {
    if (get_key(kind_, items.get()) >= key) return take(node, items.place());
    add_entry(kind_, items.get(), place_.count, place_.bytes);
  }
  const Search search = go_right(tree, way);
  return search == Search::found && key_ < key ? Search::damaged : search;
}

Search TreeReader::seek_number(const TreeRef& tree, std::uint32_t Child::*number_of,
                               std::uint32_t number) {
  Way way;
  if (!begin(tree, way)) return Search::damaged;
  const std::uint8_t* node = nullptr;
  Child part;
  for (;;) {
    node = read(way);
    if (node == nullptr) return Search::damaged;
    if (way.node.level == 0) break;
    Items items{node};
    for (; items.any(); items.next()) {
      get_child(kind_, items.get(), part);
      if (number < part.*number_of) break;
      number -= part.*number_of;
    }
    if (!items.any() || !go_down(node, part.first, way)) return Search::damaged;
  }
  for (Items items{node}; items.any(); items.next()) {
    part = {};
    add_entry(kind_, items.get(), part.count, part.bytes);
    if (number < part.*number_of) return take(node, items.place());
    number -= part.*number_of;
    place_.count += part.count;
    place_.bytes += part.bytes;
  }
  return Search::damaged;
}

Search TreeReader::seek_count(const TreeRef& tree, std::uint32_t number) {
  return tree.levels != 0 && number < tree.count ? seek_number(tree, &Child::count, number)
                                                 : end(tree);
}

Search TreeReader::seek_bytes(const TreeRef& tree, std::uint32_t offset) {
  return tree.levels != 0 && offset < tree.bytes ? seek_number(tree, &Child::bytes, offset)
                                                 : end(tree);
}

/// Whether item_ is there: somebody else may have used the buffer.
bool TreeReader::has_item() {
  if (!in_buffer_) return true;
  const std::uint8_t* const leaf = buffer_.find(place_.leaf);
  return (leaf != nullptr && leaf + kFrameHeader + place_.item == item_.data()) ||
         resume(place_) == Search::found;
}

Search TreeReader::next(const TreeRef& tree) {
  if (!has_item()) return Search::damaged;
  const lang::IndexKey before = key_;
  add_entry(kind_, item_, place_.count, place_.bytes);
  const unsigned after = place_.item + item_size(item_);
  Search search = Search::found;
  if (after < place_.size) {
    // The leaf is where the item stands: in flash, or in memory.
    search = take(item_.data() - place_.item - kFrameHeader, after);
  } else {
    search = go_right_of_key(tree);
  }
  // Keys that do not rise might lead round in circles.
  return search == Search::found && key_ <= before ? Search::damaged : search;
}

/// To the first entry of the leaf after the one that key_ is in.
Search TreeReader::go_right_of_key(const TreeRef& tree) {
  const Place passed = place_;
  Way way;
  if (!begin(tree, way)) return Search::damaged;
  while (way.node.level > 0) {
    const std::uint8_t* const node = read(way);
    if (node == nullptr || !go_down(node, key_, way)) {
      return Search::damaged;
    }
  }
  place_ = passed;
  return go_right(tree, way);
}

Search TreeReader::resume(const Place& place) {
  place_ = place;
  Way way;
  way.node = {place.leaf, place.size, 0};
  const std::uint8_t* const leaf = read(way);
  return leaf == nullptr ? Search::damaged : take(leaf, place.item);
}

}  // namespace pianola::store
