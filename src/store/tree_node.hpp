#pragma once

#include <cstdint>

#include "store/tree.hpp"

namespace pianola::store {

// What the reader, the walk and the builder of trees share: how nodes are laid out.

/// First bytes of a node's frame: type and level, count.
inline constexpr std::uint32_t kNodeHeader = 2;

/// How many entries a node of that level may have.
constexpr unsigned node_capacity(unsigned level) { return level == 0 ? kLeafEntries : kChildren; }

/// Whether a tree can be what it says: nothing else about it is sure.
constexpr bool is_plausible(const TreeRef& tree) {
  return tree.levels != 0 && tree.levels <= kMaxLevels && tree.entries != 0 &&
         tree.entries <= node_capacity(tree.levels - 1U);
}

lang::IndexKey get_key(TreeKind kind, const std::uint8_t* at);
void get_entry(TreeKind kind, const std::uint8_t* at, Entry& out);
void put_entry(TreeKind kind, std::uint8_t* at, const Entry& entry);
Child get_child(TreeKind kind, const std::uint8_t* at);
void put_child(TreeKind kind, std::uint8_t* at, const Child& child);

/// Adds what an entry of a tree of that kind counts.
void add_entry(TreeKind kind, const Entry& entry, std::uint32_t& count, std::uint32_t& bytes);

/// Item `position` of a node, whose frame begins at `frame`.
inline const std::uint8_t* item(const std::uint8_t* frame, TreeKind kind, unsigned level,
                                unsigned position) {
  return frame + kNodeHeader + position * item_size(kind, level);
}
inline const std::uint8_t* item(const Node& node, TreeKind kind, unsigned level,
                                unsigned position) {
  return item(node.frame.data(), kind, level, position);
}

/// Reads a node with `entries` entries; puts a single wrong bit right and says which it was (kNoBit
/// if none). False if it cannot be read or is not of this kind, level or size.
bool read_node(flash::NorFlash& flash, TreeKind kind, std::uint32_t address, unsigned level,
               unsigned entries, Node& node, std::uint32_t& wrong_bit);

/// Reads one item of a node that read_node() found good, given the wrong bit that it found. `out`
/// has the size of an item.
bool read_item(flash::NorFlash& flash, std::uint32_t node, std::uint32_t wrong_bit,
               unsigned position, std::span<std::uint8_t> out);

/// The last child of a node whose first key is not above `key`; kChildren if there is none. The
/// node's frame begins at `frame`.
unsigned child_for(const std::uint8_t* frame, TreeKind kind, unsigned level,
                   const lang::IndexKey& key);
inline unsigned child_for(const Node& node, TreeKind kind, unsigned level,
                          const lang::IndexKey& key) {
  return child_for(node.frame.data(), kind, level, key);
}

}  // namespace pianola::store
