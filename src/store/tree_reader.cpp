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

bool TreeReader::read(const Way& way, Node& node, Place& place) {
  std::uint32_t wrong_bit = kNoBit;
  if (!read_node(flash_, kind_, way.node.address, way.node.level, way.node.entries, node,
                 wrong_bit)) {
    return false;
  }
  place.leaf = way.node.address;
  place.entries = way.node.entries;
  place.wrong_bit = static_cast<std::uint16_t>(wrong_bit);
  return true;
}

/// From a node that was read to one of its children.
void TreeReader::go_down(const Node& node, unsigned position, Way& way, Place& place) {
  const auto below = static_cast<std::uint8_t>(way.node.level - 1U);
  for (unsigned at = 0; at <= position + 1 && at < node.entries(); ++at) {
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

/// Down to the leaf that covers `key`, or the first one; it is read too.
bool TreeReader::go_to(const lang::IndexKey& key, Way& way, Node& node, Place& place) {
  for (;;) {
    if (!read(way, node, place)) return false;
    if (way.node.level == 0) return true;
    const unsigned position = child_for(node, kind_, way.node.level, key);
    go_down(node, position == kChildren ? 0 : position, way, place);
  }
}

/// To the first entry to the right of the way.
Search TreeReader::go_right(const TreeRef& tree, Way& way, Node& node, Place& place, Entry& entry) {
  if (way.right.entries == 0) {
    place = {};
    place.count = tree.count;
    place.bytes = tree.bytes;
    return Search::end;
  }
  way.node = way.right;
  for (;;) {
    if (!read(way, node, place)) return Search::damaged;
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
  Node node;
  if (tree.levels == 0) return go_right(tree, way, node, place, entry);
  if (!begin(tree, way, place) || !go_to(key, way, node, place)) return Search::damaged;
  for (unsigned position = 0; position < node.entries(); ++position) {
    get_entry(kind_, item(node, kind_, 0, position), entry);
    if (entry.key >= key) {
      place.position = static_cast<std::uint8_t>(position);
      return Search::found;
    }
    add_entry(kind_, entry, place.count, place.bytes);
  }
  const Search search = go_right(tree, way, node, place, entry);
  return search == Search::found && entry.key < key ? Search::damaged : search;
}

Search TreeReader::seek_number(const TreeRef& tree, std::uint32_t Child::*number_of,
                               std::uint32_t number, Place& place, Entry& entry) {
  Way way;
  Node node;
  if (!begin(tree, way, place)) return Search::damaged;
  for (;;) {
    if (!read(way, node, place)) return Search::damaged;
    if (way.node.level == 0) break;
    unsigned position = 0;
    for (; position < node.entries(); ++position) {
      const std::uint32_t below =
          get_child(kind_, item(node, kind_, way.node.level, position)).*number_of;
      if (number < below) break;
      number -= below;
    }
    if (position == node.entries()) return Search::damaged;
    go_down(node, position, way, place);
  }
  for (unsigned position = 0; position < node.entries(); ++position) {
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
  Node node;
  Place passed;
  if (!begin(tree, way, passed)) return Search::damaged;
  while (way.node.level > 0) {
    if (!read(way, node, passed)) return Search::damaged;
    const unsigned position = child_for(node, kind_, way.node.level, entry.key);
    go_down(node, position == kChildren ? 0 : position, way, passed);
  }
  return go_right(tree, way, node, place, entry);
}

Search TreeReader::get(const Place& place, Entry& entry) {
  std::array<std::uint8_t, kMaxItem> bytes;
  const std::span<std::uint8_t> item = std::span(bytes).first(item_size(kind_, 0));
  if (place.position >= place.entries ||
      !read_item(flash_, place.leaf, place.wrong_bit, place.position, item)) {
    return Search::damaged;
  }
  get_entry(kind_, item.data(), entry);
  return Search::found;
}

}  // namespace pianola::store
