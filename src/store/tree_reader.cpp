#include "store/tree_node.hpp"

namespace pianola::store {

/// Where a node stands.
struct TreeReader::Spot {
  std::uint32_t address = 0;
  std::uint8_t entries = 0;
  std::uint8_t level = 0;
};

/// A way down a tree.
struct TreeReader::Way {
  Spot node;   ///< What is read next.
  Spot right;  ///< The nearest node to the right of the way, if it has entries.
};

bool TreeReader::begin(const TreeRef& tree, Way& way, Place& place) {
  place = {};
  if (!is_plausible(tree)) return false;
  way.node = {tree.address, tree.entries, static_cast<std::uint8_t>(tree.levels - 1U)};
  return true;
}

/// The frame of the node that is next: where it stands, or read to `memory`. Null if it is damaged.
const std::uint8_t* TreeReader::read(const Way& way, Node& memory, Place& place) {
  std::uint32_t wrong_bit = kNoBit;
  const std::uint8_t* frame = find_in_place(way.node.address, way.node.level, way.node.entries);
  if (frame == nullptr) {
    if (!read_node(flash_, kind_, way.node.address, way.node.level, way.node.entries, memory,
                   wrong_bit)) {
      return nullptr;
    }
    frame = memory.frame.data();
  }
  place.leaf = way.node.address;
  place.entries = way.node.entries;
  place.wrong_bit = static_cast<std::uint16_t>(wrong_bit);
  return frame;
}

/// A node where it stands, if it can be used there.
const std::uint8_t* TreeReader::find_in_place(std::uint32_t address, unsigned level,
                                              unsigned entries) {
  if (in_place_ == nullptr || entries == 0 || entries > node_capacity(level)) return nullptr;
  const std::uint8_t* const frame = in_place_->at(address, node_frame(kind_, level, entries));
  // What the node above says is only believed if it is so.
  return frame != nullptr && frame[0] == node_type(kind_, level) && frame[1] == entries ? frame
                                                                                        : nullptr;
}

/// From a node that was read to one of its children.
void TreeReader::go_down(const std::uint8_t* node, unsigned position, Way& way, Place& place) {
  const auto below = static_cast<std::uint8_t>(way.node.level - 1U);
  for (unsigned at = 0; at <= position + 1 && at < node[1]; ++at) {
    const Child child = get_child(kind_, item(node, kind_, way.node.level, at));
    if (at > position) {
      way.right = {child.address, child.entries, below};
    } else if (at == position) {
      way.node = {child.address, child.entries, way.node.level};
    } else {
      place.count += child.count;
      place.bytes += child.bytes;
    }
  }
  way.node.level = below;
}

/// Down to the leaf that covers `key`, or the first one. Null if something is damaged.
const std::uint8_t* TreeReader::go_to(const lang::IndexKey& key, Way& way, Node& memory,
                                      Place& place) {
  for (;;) {
    const std::uint8_t* const node = read(way, memory, place);
    if (node == nullptr || way.node.level == 0) return node;
    const unsigned position = child_for(node, kind_, way.node.level, key);
    go_down(node, position == kChildren ? 0 : position, way, place);
  }
}

/// To the first entry to the right of the way.
Search TreeReader::go_right(const TreeRef& tree, Way& way, Node& memory, Place& place,
                            Entry& entry) {
  if (way.right.entries == 0) {
    place = {};
    place.count = tree.count;
    place.bytes = tree.bytes;
    return Search::end;
  }
  way.node = way.right;
  const std::uint8_t* node = nullptr;
  for (;;) {
    node = read(way, memory, place);
    if (node == nullptr) return Search::damaged;
    if (way.node.level == 0) break;
    go_down(node, 0, way, place);
  }
  place.position = 0;
  get_entry(kind_, item(node, kind_, 0, 0), entry);
  return Search::found;
}

Search TreeReader::seek(const TreeRef& tree, const lang::IndexKey& key, Place& place,
                        Entry& entry) {
  Way way;
  Node memory;
  if (tree.levels == 0) return go_right(tree, way, memory, place, entry);
  if (!begin(tree, way, place)) return Search::damaged;
  const std::uint8_t* const node = go_to(key, way, memory, place);
  if (node == nullptr) return Search::damaged;
  for (unsigned position = 0; position < node[1]; ++position) {
    get_entry(kind_, item(node, kind_, 0, position), entry);
    if (entry.key >= key) {
      place.position = static_cast<std::uint8_t>(position);
      return Search::found;
    }
    add_entry(kind_, entry, place.count, place.bytes);
  }
  const Search search = go_right(tree, way, memory, place, entry);
  return search == Search::found && entry.key < key ? Search::damaged : search;
}

Search TreeReader::seek_number(const TreeRef& tree, std::uint32_t Child::*number_of,
                               std::uint32_t number, Place& place, Entry& entry) {
  Way way;
  Node memory;
  const std::uint8_t* node = nullptr;
  if (!begin(tree, way, place)) return Search::damaged;
  for (;;) {
    node = read(way, memory, place);
    if (node == nullptr) return Search::damaged;
    if (way.node.level == 0) break;
    unsigned position = 0;
    for (; position < node[1]; ++position) {
      const std::uint32_t below =
          get_child(kind_, item(node, kind_, way.node.level, position)).*number_of;
      if (number < below) break;
      number -= below;
    }
    if (position == node[1]) return Search::damaged;
    go_down(node, position, way, place);
  }
  for (unsigned position = 0; position < node[1]; ++position) {
    get_entry(kind_, item(node, kind_, 0, position), entry);
    Child counted;
    add_entry(kind_, entry, counted.count, counted.bytes);
    if (number < counted.*number_of) {
      place.position = static_cast<std::uint8_t>(position);
      return Search::found;
    }
    number -= counted.*number_of;
    place.count += counted.count;
    place.bytes += counted.bytes;
  }
  return Search::damaged;
}

Search TreeReader::seek_count(const TreeRef& tree, std::uint32_t number, Place& place,
                              Entry& entry) {
  if (tree.levels != 0 && number < tree.count) {
    return seek_number(tree, &Child::count, number, place, entry);
  }
  place = {};
  place.count = tree.count;
  place.bytes = tree.bytes;
  return Search::end;
}

Search TreeReader::seek_bytes(const TreeRef& tree, std::uint32_t offset, Place& place,
                              Entry& entry) {
  if (tree.levels != 0 && offset < tree.bytes) {
    return seek_number(tree, &Child::bytes, offset, place, entry);
  }
  place = {};
  place.count = tree.count;
  place.bytes = tree.bytes;
  return Search::end;
}

Search TreeReader::next(const TreeRef& tree, Place& place, Entry& entry) {
  const lang::IndexKey before = entry.key;
  add_entry(kind_, entry, place.count, place.bytes);
  Search search = Search::found;
  if (place.position + 1U < place.entries) {
    ++place.position;
    search = get(place, entry);
  } else {
    search = next_leaf(tree, place, entry);
  }
  // Keys that do not rise might lead round in circles.
  return search == Search::found && entry.key <= before ? Search::damaged : search;
}

Search TreeReader::next_leaf(const TreeRef& tree, Place& place, Entry& entry) {
  Way way;
  Node memory;
  Place passed;
  if (!begin(tree, way, passed)) return Search::damaged;
  while (way.node.level > 0) {
    const std::uint8_t* const node = read(way, memory, passed);
    if (node == nullptr) return Search::damaged;
    const unsigned position = child_for(node, kind_, way.node.level, entry.key);
    go_down(node, position == kChildren ? 0 : position, way, passed);
  }
  return go_right(tree, way, memory, place, entry);
}

Search TreeReader::get(const Place& place, Entry& entry) {
  if (place.position >= place.entries) return Search::damaged;
  if (const std::uint8_t* const leaf = find_in_place(place.leaf, 0, place.entries)) {
    get_entry(kind_, item(leaf, kind_, 0, place.position), entry);
    return Search::found;
  }
  std::array<std::uint8_t, kMaxItem> bytes;
  const std::span<std::uint8_t> found = std::span(bytes).first(item_size(kind_, 0));
  if (!read_item(flash_, place.leaf, place.wrong_bit, place.position, found)) {
    return Search::damaged;
  }
  get_entry(kind_, found.data(), entry);
  return Search::found;
}

}  // namespace pianola::store
