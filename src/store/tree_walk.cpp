#include "store/tree_node.hpp"

namespace pianola::store {
namespace {

/// Where the walk stands in a node that was found good.
struct Stop {
  std::uint32_t address = 0;
  std::uint16_t wrong_bit = 0;
  std::uint8_t entries = 0;
  std::uint8_t position = 0;  ///< Of the item that is next.
};

/// Apart from walk(), so that the stack holds no node while the visitor is called.
[[gnu::noinline]] bool check_node(flash::NorFlash& flash, TreeKind kind, const Child& child,
                                  unsigned level, Stop& stop) {
  Node node;
  std::uint32_t wrong_bit = kNoBit;
  if (!read_node(flash, kind, child.address, level, child.entries, node, wrong_bit)) return false;
  stop = {child.address, static_cast<std::uint16_t>(wrong_bit), child.entries, 0};
  return true;
}

/// Reads the item that is next and goes on to the one after.
bool take_item(flash::NorFlash& flash, Stop& stop, std::span<std::uint8_t> out) {
  return read_item(flash, stop.address, stop.wrong_bit, stop.position++, out);
}

/// The node was good, but now it cannot be read.
void give_up(Stop& stop, TreeKind kind, unsigned level, TreeVisitor& visitor) {
  visitor.node(stop.address, node_frame(kind, level, stop.entries), level, false);
  stop.position = stop.entries;
}

}  // namespace

void walk(flash::NorFlash& flash, TreeKind kind, const TreeRef& tree, TreeVisitor& visitor) {
  if (tree.levels == 0) return;
  std::array<Stop, kMaxLevels> stops;
  Child child{{}, tree.address, tree.count, tree.bytes, tree.entries};
  unsigned level = tree.levels;  // Of the lowest node that the walk is in; at
                                 // first above the top.
  // The nodes of a tree are distinct: when more was visited than the region holds, it is none.
  std::uint32_t rest = flash.geometry().size();
  bool go_down = true;
  for (;;) {
    if (go_down && visitor.enters(child, level - 1)) {
      const std::uint32_t size = node_frame(kind, level - 1, child.entries);
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
    if (stop.position == stop.entries) {
      ++level;
    } else {
      std::array<std::uint8_t, kMaxItem> item;
      if (!take_item(flash, stop, std::span(item).first(item_size(kind, level)))) {
        give_up(stop, kind, level, visitor);
      } else if (level == 0) {
        Entry entry;
        get_entry(kind, item.data(), entry);
        visitor.entry(entry);
      } else {
        child = get_child(kind, item.data());
        go_down = true;
      }
    }
  }
}

}  // namespace pianola::store
