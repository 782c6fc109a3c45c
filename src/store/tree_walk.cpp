#include "store/tree_node.hpp"

namespace pianola::store {
namespace {

/// Where the walk stands in a node that was found good.
struct Stop {
  std::uint32_t address = 0;
  std::uint16_t wrong_bit = 0;
  std::uint8_t size = 0;  ///< Of the payload.
  std::uint8_t item = 0;  ///< Where the item that is next stands.
};

/// Apart from walk(), so that the stack holds no node while the visitor is called.
[[gnu::noinline]] bool check_node(flash::NorFlash& flash, TreeKind kind, const Child& child,
                                  unsigned level, Stop& stop) {
  Node node;
  std::uint32_t wrong_bit = kNoBit;
  if (!read_node(flash, kind, child.address, level, child.size, node, wrong_bit)) return false;
  stop = {child.address, static_cast<std::uint16_t>(wrong_bit), child.size, 0};
  return true;
}

/// Shows an entry.
[[gnu::noinline]] void show(TreeKind kind, Item item, std::uint32_t address, TreeVisitor& visitor) {
  if (kind == TreeKind::index) {
    lang::IndexEntry entry;
    get_index_entry(item, entry);
    visitor.entry(entry);
  } else {
    Chunk chunk;
    get_chunk(item, address, chunk);
    visitor.chunk(chunk);
  }
}

/// The node was good, but now it cannot be read, or has an item that is none.
void give_up(Stop& stop, unsigned level, TreeVisitor& visitor) {
  visitor.node(stop.address, frame_size(stop.size), level, false);
  stop.item = stop.size;
}

}  // namespace

void walk(flash::NorFlash& flash, TreeKind kind, const TreeRef& tree, TreeVisitor& visitor) {
  if (tree.levels == 0) return;
  std::array<Stop, kMaxLevels> stops;
  Child child{{}, tree.address, tree.count, tree.bytes, tree.size};
  unsigned level = tree.levels;  // Of the lowest node that the walk is in; at
                                 // first above the top.
  // The nodes of a tree are distinct: when more was visited than the region holds, it is none.
  std::uint32_t rest = flash.geometry().size();
  bool go_down = true;
  for (;;) {
    if (go_down && visitor.enters(child, level - 1)) {
      const std::uint32_t size = frame_size(child.size);
      const bool good = level <= kMaxLevels && size <= rest &&
                        check_node(flash, kind, child, level - 1, stops[level - 1]);
      visitor.node(child.address, size, level - 1, good);
      if (good) {
        rest -= size;
        --level;
      }
    }
    go_down = false;
    if (level == tree.levels) return;
    Stop& stop = stops[level];
    if (stop.item == stop.size) {
      ++level;
      continue;
    }
    std::array<std::uint8_t, kItemHead> memory;
    const Item item = read_item(flash, stop.address, stop.wrong_bit, stop.size, stop.item, memory);
    if (item.empty()) {
      give_up(stop, level, visitor);
      continue;
    }
    const std::uint32_t address = stop.address + kFrameHeader + stop.item;
    stop.item = static_cast<std::uint8_t>(stop.item + item_size(item));
    if (level == 0) {
      show(kind, item, address, visitor);
    } else {
      get_child(kind, item, child);
      go_down = true;
    }
  }
}

void walk(flash::NorFlash& flash, const Root& root, TreeVisitor& visitor, TreeVisitor& backup) {
  for (std::size_t i = 0; i < kTreeRoles; ++i) {
    const auto role = static_cast<TreeRole>(i);
    walk(flash, kind_of(role), root[role], role == TreeRole::backup ? backup : visitor);
  }
}

}  // namespace pianola::store
