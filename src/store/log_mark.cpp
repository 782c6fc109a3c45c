// Which pages are in force: found from the trees.

#include <algorithm>
#include <bit>

#include "store/log.hpp"
#include "store/shared_chunks.hpp"
#include "store/tree_node.hpp"

namespace pianola::store {

bool Log::in_force(std::uint32_t address) const {
  return address < geometry_.size() && is_live(address / kPage);
}

/// Logical sectors. There are fewer than sectors of the flash, so that mounting finds free ones by
/// the headers alone: one holds the state; one is for the next state, or to settle it; and the
/// others are for sectors of pages that are written anew, while those that they stand for are still
/// needed.
std::uint32_t Log::logical_sectors() const {
  const bool small = geometry_.sector_size / geometry_.program_unit < 8;
  const std::uint32_t many = 4 + std::min<std::uint32_t>(geometry_.sectors / 128, 4);
  return geometry_.sectors - (geometry_.sectors < 16 && !small ? 3 : many);
}

std::uint32_t Log::capacity() const {
  const auto bad = static_cast<std::uint32_t>(
      std::ranges::count_if(bad_, [](std::uint16_t sector) { return sector != kNone; }));
  return (logical_sectors() - std::min(bad, logical_sectors())) * (pages() - 1);
}

std::uint32_t Log::live_pages(std::uint32_t logical) const {
  std::uint32_t count = 0;
  for (std::uint32_t page = logical * pages(); page < (logical + 1) * pages();) {
    if (page % 8 == 0 && pages() >= 8) {
      count += static_cast<std::uint32_t>(std::popcount(bits_[page / 8]));
      page += 8;
    } else {
      count += is_live(page++) ? 1 : 0;
    }
  }
  return count;
}

std::uint32_t Log::free_sectors() const {
  std::uint32_t count = free_ + superseded_;
  for (std::uint32_t logical = 0; logical < geometry_.sectors; ++logical) {
    if (sector_of(logical) < geometry_.sectors && live_pages(logical) == 0) ++count;
  }
  return count;
}

void Log::set_live(std::uint32_t page) {
  if (is_live(page)) return;
  bits_[page / 8] = static_cast<std::uint8_t>(bits_[page / 8] | 1U << page % 8);
  ++live_;
  ++changed_;
}

/// The logical sector with the fewest pages in force, but for those that are being filled; kNone if
/// all are full.
std::uint32_t Log::emptiest() const {
  std::uint32_t best = kNone;
  std::uint32_t least = pages() - 1;
  for (std::uint32_t logical = 0; logical < logical_sectors() && least > 0; ++logical) {
    if (logical == open_ || (next_ != Next::none && logical == next_logical_)) continue;
    const std::uint32_t live = live_pages(logical);
    if (live >= least) continue;
    least = live;
    best = logical;
  }
  return best;
}

/// Marks the pages of the pieces in a leaf.
void Log::mark_leaf(const Child& leaf) {
  std::uint32_t wrong_bit = kNoBit;
  const std::uint8_t* const frame =
      load_node(view_, frame_buffer_, TreeKind::objects, leaf.address, 0, leaf.size, wrong_bit);
  if (frame == nullptr) return;
  for (Items items{frame}; items.any(); items.next()) {
    Chunk chunk;
    get_chunk(items.get(), 0, chunk);
    if (chunk.inside) continue;
    for (std::uint32_t done = 0; done < chunk.size; done += kPayload)
      mark_address(chunk.address + done / kPayload * kPage);
  }
}

void Log::mark_address(std::uint32_t address) {
  if (address < geometry_.size()) set_live(address / kPage);
}

/// Marks a node of a tree, the one from which mark_key_ is reached, with those above it, and all
/// below it: a leaf or a node above leaves. mark_key_ is then where the next one begins. False if
/// this was the last one.
bool Log::mark_node(TreeKind kind, const TreeRef& tree) {
  if (!is_plausible(tree)) return false;
  Child child{{}, tree.address, tree.count, tree.bytes, tree.size};
  lang::IndexKey right;
  for (unsigned level = tree.levels - 1U;; --level) {
    mark_address(child.address);
    if (level == 0) break;
    std::uint32_t wrong_bit = kNoBit;
    const std::uint8_t* node =
        load_node(view_, frame_buffer_, kind, child.address, level, child.size, wrong_bit);
    if (node == nullptr) break;
    Items items{node};
    if (level == 1) {
      mark_leaves(kind, child);
      break;
    }
    items.go_to(child_for(node, kind, mark_key_));
    if (!items.any()) break;
    get_child(kind, items.get(), child);
    items.next();
    if (items.any()) right = get_key(kind, items.get());
  }
  if (tree.levels == 1 && kind == TreeKind::objects) mark_leaf(child);
  // Keys that do not rise might lead round in circles.
  if (right <= mark_key_) return false;
  mark_key_ = right;
  return true;
}

/// Marks the leaves below a node.
void Log::mark_leaves(TreeKind kind, const Child& above) {
  Child child;
  for (unsigned at = 0; at < above.size;) {
    // Reading a leaf leaves the node in the buffer.
    std::uint32_t wrong_bit = kNoBit;
    const std::uint8_t* const node =
        load_node(view_, frame_buffer_, kind, above.address, 1, above.size, wrong_bit);
    if (node == nullptr) return;
    Items items{node};
    items.go_to(at);
    if (!items.any()) return;
    get_child(kind, items.get(), child);
    at += item_size(items.get());
    mark_address(child.address);
    if (kind == TreeKind::objects) mark_leaf(child);
  }
}

Status Log::mark_step() {
  // What was appended and no tree leads to would be taken for free.
  if (mark_ == Mark::done || changing_ || holding_) return Status::ok;
  // What is copied must stay marked until it is.
  if (next_ == Next::header || next_ == Next::copy) return next_step();
  if (mark_ != Mark::begun) {
    std::ranges::fill(bits_, std::uint8_t{0});
    live_ = 0;
    mark_role_ = 0;
    mark_key_ = {};
    mark_ = Mark::begun;
  }
  const auto role = static_cast<TreeRole>(mark_role_);
  if (!mark_node(kind_of(role), root_[role])) {
    ++mark_role_;
    mark_key_ = {};
  }
  if (mark_role_ < kTreeRoles) return Status::more;
  mark_ = Mark::done;
  changed_ = 0;
  return Status::ok;
}

void Log::mark() {
  while (mark_step() == Status::more) {
  }
}

}  // namespace pianola::store
