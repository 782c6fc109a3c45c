#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "store/tree.hpp"

namespace pianola::store {

// What the reader, the walk and the builder of trees share: how nodes are laid out.
//
// A node's payload is items, one after another. An item begins with the number of bytes that follow
// in it; then come its key and its value. Numbers are of 1 to 5 bytes, seven bits in each from the
// lowest on, 128 more in all but the last; but addresses are of 4 bytes, so that a node that moves
// leaves the size of the one above as it is.

/// Most bytes of a child's item, and of what stands before a last chunk's bytes in an entry of
/// objects.
inline constexpr std::uint32_t kMaxChild = 27;
inline constexpr std::uint32_t kMaxChunkHead = 18;
/// Most bytes of an entry of an index.
inline constexpr std::uint32_t kMaxIndexItem = 37;
/// So much of any item tells what it is: all but the bytes of a last chunk.
inline constexpr std::uint32_t kItemHead = 40;
static_assert(kItemHead >= kMaxChild && kItemHead >= kMaxIndexItem && kItemHead >= kMaxChunkHead);
/// Most bytes that a last chunk has in its leaf.
inline constexpr std::uint32_t kMaxTail = kPayload - kMaxChunkHead;

/// An item, or as much of it as was read: at least kItemHead bytes, if it has so many.
using Item = std::span<const std::uint8_t>;

/// Bytes of an item, that of its length included.
inline std::uint32_t item_size(Item item) { return item[0] + 1U; }

/// The items of a node. Ends on any content.
class Items {
 public:
  /// `frame` is a node's frame, with the payload that its header says.
  explicit Items(const std::uint8_t* frame)
      : begin_(frame + kFrameHeader), at_(begin_), end_(begin_ + frame[1]) {}

  /// Whether there is an item here.
  [[nodiscard]] bool any() const { return at_ < end_ && *at_ < end_ - at_; }
  /// The item here, if any().
  [[nodiscard]] Item get() const { return {at_, *at_ + 1U}; }
  /// Where it stands in the payload.
  [[nodiscard]] std::uint8_t place() const { return static_cast<std::uint8_t>(at_ - begin_); }
  void next() { at_ += *at_ + 1U; }
  /// To the item at that place of the payload; past the end if there is none.
  void go_to(unsigned place) {
    at_ = begin_ + std::min(place, static_cast<unsigned>(end_ - begin_));
  }

 private:
  const std::uint8_t* begin_;
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

/// Whether a tree can be what it says: nothing else about it is sure.
constexpr bool is_plausible(const TreeRef& tree) {
  return tree.levels != 0 && tree.levels <= kMaxLevels && tree.size != 0 && tree.size <= kPayload;
}

// What items say. On bytes that no writer made, the numbers may be any.

lang::IndexKey get_key(TreeKind kind, Item item);
void get_child(TreeKind kind, Item item, Child& out);
/// `address` is that of the item in flash.
void get_chunk(Item item, std::uint32_t address, Chunk& out);
void get_index_entry(Item item, lang::IndexEntry& out);

// Each returns the item's size.

std::uint32_t put_child(TreeKind kind, const Child& child, std::span<std::uint8_t, kMaxChild> out);
std::uint32_t put_index_entry(const lang::IndexEntry& entry,
                              std::span<std::uint8_t, kMaxIndexItem> out);
/// What stands before a last chunk's bytes, or the whole of a piece: its size. An item's length
/// counts those bytes too.
std::uint32_t put_chunk(const Chunk& chunk, std::span<std::uint8_t, kMaxChunkHead> out);

/// The entry of a chunk under the number of another object, in `out`. Empty if it has no room, as
/// no entry of a writer's.
Item renumber(Item item, std::uint32_t object, std::span<std::uint8_t, kPayload> out);

/// Adds what an entry of a tree of that kind counts.
void add_entry(TreeKind kind, Item item, std::uint32_t& count, std::uint32_t& bytes);

/// Reads a node with `size` bytes of payload; puts a single wrong bit right and says which it was
/// (kNoBit if none). `frame` has room for kMaxFrame bytes. False if it cannot be read or is not of
/// this kind, level or size.
bool read_node(flash::NorFlash& flash, TreeKind kind, std::uint32_t address, unsigned level,
               unsigned size, std::uint8_t* frame, std::uint32_t& wrong_bit);
inline bool read_node(flash::NorFlash& flash, TreeKind kind, std::uint32_t address, unsigned level,
                      unsigned size, Node& node, std::uint32_t& wrong_bit) {
  return read_node(flash, kind, address, level, size, node.frame.data(), wrong_bit);
}

/// A node as read_node() finds it, in the buffer; not read if it is there. Null if it is damaged.
const std::uint8_t* load_node(flash::NorFlash& flash, FrameBuffer& buffer, TreeKind kind,
                              std::uint32_t address, unsigned level, unsigned size,
                              std::uint32_t& wrong_bit);

/// Reads bytes of the payload of a node that read_node() found good, given the wrong bit that it
/// found.
bool read_payload(flash::NorFlash& flash, std::uint32_t node, std::uint32_t wrong_bit,
                  unsigned place, std::span<std::uint8_t> out);

/// Reads the head of an item of such a node, which has `size` bytes of payload. Empty if there is
/// no item, or it cannot be read.
Item read_item(flash::NorFlash& flash, std::uint32_t node, std::uint32_t wrong_bit, unsigned size,
               unsigned place, std::span<std::uint8_t, kItemHead> memory);

/// Where the child stands whose first key is the last one not above `key`; that of the first child
/// if all are above.
unsigned child_for(const std::uint8_t* frame, TreeKind kind, const lang::IndexKey& key);

}  // namespace pianola::store
