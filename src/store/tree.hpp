#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "flash/nor_flash.hpp"
#include "store/format.hpp"
#include "store/in_place.hpp"

namespace pianola::store {

// Copy-on-write B+trees in flash. Leaves hold entries sorted by key, the nodes above hold for each
// child its first key, its place, and how much is below it. Nodes are never changed in place.

/// Levels of a tree at most: full nodes have 9 children and more, so that is 59,049 leaves at
/// least.
inline constexpr unsigned kMaxLevels = 6;

/// What the first byte of a frame tells of a node.
constexpr bool is_node(unsigned first) {
  return (first & 0xF0U) == static_cast<unsigned>(FrameType::node);
}
constexpr TreeKind node_kind(unsigned first) {
  return (first & 8U) != 0 ? TreeKind::index : TreeKind::objects;
}
constexpr unsigned node_level(unsigned first) { return first & 7U; }
constexpr std::uint8_t node_type(TreeKind kind, unsigned level) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(FrameType::node) | level |
                                   (kind == TreeKind::index ? 8U : 0U));
}

/// A node in RAM.
struct Node {
  std::array<std::uint8_t, kMaxFrame> frame;
};

/// Where readers read frames to that cannot be used in place: one buffer for all readers, so that
/// none takes stack for it. It holds the last two frames that were found good: one macro's code and
/// its text may stand in two.
class FrameBuffer {
 public:
  /// Room for the frame that is read next; what was here for longest without being used is gone.
  std::uint8_t* take() {
    last_ ^= 1U;
    slots_[last_].address = kNone;
    return slots_[last_].node.frame.data();
  }
  /// Room for a page that is not a frame to be found again: the slot that was not used last.
  std::uint8_t* spare() {
    slots_[last_ ^ 1U].address = kNone;
    return slots_[last_ ^ 1U].node.frame.data();
  }
  /// What was read after take() is the frame at `address`, good, after that bit was put right.
  void hold(std::uint32_t address, std::uint32_t wrong_bit = 0xFFFF) {
    slots_[last_].address = address;
    slots_[last_].wrong_bit = wrong_bit;
  }
  /// The frame at `address`, if it is here; else null.
  [[nodiscard]] const std::uint8_t* find(std::uint32_t address) {
    if (slots_[last_].address == address) return slots_[last_].node.frame.data();
    if (slots_[last_ ^ 1U].address != address) return nullptr;
    last_ ^= 1U;
    return slots_[last_].node.frame.data();
  }
  /// The bit that was put right of the frame that was found or held last.
  [[nodiscard]] std::uint32_t wrong_bit() const { return slots_[last_].wrong_bit; }
  /// Flash changes otherwise than by what is appended.
  void forget() {
    for (Slot& slot : slots_) slot.address = kNone;
  }

 private:
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  struct Slot {
    Node node;
    std::uint32_t address = kNone;
    std::uint32_t wrong_bit = 0;
  };

  std::array<Slot, 2> slots_;
  std::uint8_t last_ = 0;  ///< That was used last.
};

/// What a node above the leaves knows about a child.
struct Child {
  lang::IndexKey first;  ///< Key of the first entry below.
  std::uint32_t address = 0;
  std::uint32_t count = 0;  ///< As in TreeRef.
  std::uint32_t bytes = 0;  ///< As in TreeRef.
  std::uint8_t size = 0;    ///< Payload of the child itself.

  friend constexpr bool operator==(const Child&, const Child&) = default;
};

/// An entry's place: found by the seek functions, valid as long as the tree.
struct Place {
  std::uint32_t leaf = 0;            ///< Address of the leaf.
  std::uint32_t count = 0;           ///< Count of all entries before this one.
  std::uint32_t bytes = 0;           ///< Bytes of all entries before this one.
  std::uint16_t wrong_bit = 0xFFFF;  ///< Of the leaf: to be inverted whenever it is read.
  std::uint8_t size = 0;             ///< Payload of the leaf.
  std::uint8_t item = 0;             ///< Where the entry stands in the payload.

  /// Address of the entry's item.
  [[nodiscard]] std::uint32_t address() const { return leaf + kFrameHeader + item; }
};

/// What a search found.
enum class Search : std::uint8_t {
  found,
  end,      ///< There is no such entry: it would stand after the last.
  damaged,  ///< A node on the way cannot be read.
};

/// Finds entries of a tree, and goes on from one to the next. One read of flash a level, unless
/// nodes can be used in place.
class TreeReader {
 public:
  /// All are the caller's and outlive the reader. `in_place` is for trees that are in force and are
  /// read to be used, not to be copied.
  TreeReader(flash::NorFlash& flash, TreeKind kind, FrameBuffer& buffer,
             InPlace* in_place = nullptr)
      : flash_(flash), kind_(kind), buffer_(buffer), in_place_(in_place) {}
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;

  /// To the first entry whose key is not less than `key`. On `end`, place().count and bytes are
  /// those of the whole tree.
  Search seek(const TreeRef& tree, const lang::IndexKey& key);
  /// To the entry that covers number `number` of what the tree counts.
  Search seek_count(const TreeRef& tree, std::uint32_t number);
  /// To the entry that covers source byte `offset` (objects: a last chunk).
  Search seek_bytes(const TreeRef& tree, std::uint32_t offset);
  /// To the entry after the one that was found: no read within the leaf, if nobody else used the
  /// buffer. Ends on any content of the flash: keys that do not rise are damage.
  Search next(const TreeRef& tree);
  /// To the entry at `place` again, as place() said it.
  Search resume(const Place& place);

  // The entry that was found:

  /// After `damaged` of seek_bytes(): its `bytes` are those before the node that cannot be read.
  [[nodiscard]] const Place& place() const { return place_; }
  [[nodiscard]] const lang::IndexKey& key() const { return key_; }
  /// Its item, until this reader or another one with the same buffer goes elsewhere.
  [[nodiscard]] std::span<const std::uint8_t> item() const { return item_; }
  void get(Chunk& out) const;
  void get(lang::IndexEntry& out) const;

 private:
  struct Spot;
  struct Way;

  bool begin(const TreeRef& tree, Way& way);
  const std::uint8_t* read(const Way& way);
  const std::uint8_t* find_in_place(std::uint32_t address, unsigned level, unsigned size);
  bool go_down(const std::uint8_t* node, const lang::IndexKey& key, Way& way);
  Search take(const std::uint8_t* leaf, unsigned place);
  bool has_item();
  Search go_right(const TreeRef& tree, Way& way);
  Search go_right_of_key(const TreeRef& tree);
  Search seek_number(const TreeRef& tree, std::uint32_t Child::*number_of, std::uint32_t number);
  Search end(const TreeRef& tree);

  flash::NorFlash& flash_;
  TreeKind kind_;
  FrameBuffer& buffer_;
  InPlace* in_place_;
  Place place_;
  lang::IndexKey key_;
  std::span<const std::uint8_t> item_;
  bool in_buffer_ = false;  ///< The leaf was read to it.
};

/// Is told of all that a tree consists of.
class TreeVisitor {
 public:
  /// Whether a node (of `level`) and what is below it are visited. The top node's first key is not
  /// known.
  virtual bool enters(const Child& node, unsigned level) {
    static_cast<void>(node), static_cast<void>(level);
    return true;
  }
  /// A node's frame. `good` is false if it cannot be read: what is below it is not visited.
  virtual void node(std::uint32_t address, std::uint32_t size, unsigned level, bool good) = 0;
  /// An entry of a tree of objects.
  virtual void chunk(const Chunk& chunk) { static_cast<void>(chunk); }
  /// An entry of an index.
  virtual void entry(const lang::IndexEntry& entry) { static_cast<void>(entry); }

 protected:
  ~TreeVisitor() = default;
};

/// Visits nodes and entries in order of the keys, without recursion.
void walk(flash::NorFlash& flash, TreeKind kind, const TreeRef& tree, TreeVisitor& visitor);
/// Visits all trees of a state, the backup last and with a visitor of its own.
void walk(flash::NorFlash& flash, const Root& root, TreeVisitor& visitor, TreeVisitor& backup);

/// Where a builder puts nodes.
class NodeSink {
 public:
  /// Appends the frame of a node, and says where it stands.
  virtual Status write_node(std::span<const std::uint8_t> frame, std::uint32_t& address) = 0;

 protected:
  ~NodeSink() = default;
};

/// Builds a tree from its entries in order, with the nodes of an old tree wherever they are equal:
/// a change of one entry writes one node a level, equal entries write nothing.
class TreeBuilder {
 public:
  /// All are the caller's and outlive the builder.
  TreeBuilder(flash::NorFlash& flash, NodeSink& sink) : flash_(flash), sink_(sink) {}

  /// Begins a tree; `old` is the one whose nodes are used again.
  void begin(TreeKind kind, const TreeRef& old);
  /// Appends an entry, given its whole item; keys rise. What of the old tree is damaged is not used
  /// again. Returns what the sink returned; Status::io_error if a node could be read once but not
  /// again, or if a key does not rise within a node; Status::full if there are too many entries.
  Status add(std::span<const std::uint8_t> item);
  /// Appends an entry of an index.
  Status add(const lang::IndexEntry& entry);
  /// Bytes that the leaf which is being filled still takes; all of a leaf's if none is, or if its
  /// end is not free to choose, as the old tree goes on behind it.
  [[nodiscard]] std::uint32_t room() const {
    const Level& leaf = levels_[0];
    const bool is_free = leaf.mode == Mode::pending && (!leaf.has_boundary || leaf.was_split);
    return is_free ? kPayload - leaf.size : kPayload;
  }
  /// Takes over entries of the old tree by whole nodes, which are not looked into: those from `key`
  /// on, which is the next entry's, as far as their nodes end before `end`. `key` is then the first
  /// entry's that was not taken over.
  Status keep_nodes(lang::IndexKey& key, const lang::IndexKey& end);
  /// Writes what is left. `out` is the new tree.
  Status finish(TreeRef& out);

 private:
  enum class Mode : std::uint8_t {
    empty,    ///< The level has no items that are not in `done` or above.
    same,     ///< The first `size` bytes are those of the old node in the buffer, whose payload is
              ///< not read yet beyond them.
    pending,  ///< The first `size` bytes are in the buffer: a node that will be written.
  };

  /// A child in a node of the old tree that was found good.
  struct ChildPlace {
    std::uint32_t node = 0;  ///< Address.
    std::uint16_t wrong_bit = 0;
    std::uint8_t size = 0;  ///< Of the node's payload; 0: there is none.
    std::uint8_t item = 0;  ///< Where the child stands in it.
  };

  /// What a level of the new tree consists of so far: nodes that the level above knows, then
  /// perhaps `done`, then a node that is not complete.
  struct Level {
    Child done;                   ///< Complete; no payload: there is none.
    lang::IndexKey boundary;      ///< First key of the next node of the old tree.
    ChildPlace before;            ///< The node of the old tree before that one.
    std::uint16_t wrong_bit = 0;  ///< Of the old node in mode `same`.
    Mode mode = Mode::empty;
    std::uint8_t size = 0;  ///< Bytes of items.
    std::uint8_t last = 0;  ///< Where the last item stands, in mode `pending`.
    bool has_boundary = false;
    bool is_done_old = false;  ///< `done` stands in the old tree: it may still be merged.
    bool was_split = false;    ///< A full node was split since the last boundary.
    bool is_used = false;      ///< The level has got an item.
  };

  /// How an attempt to go on ended.
  enum class Step : std::uint8_t {
    taken,    ///< Done.
    blocked,  ///< `done` must go to the level above first.
    failed,   ///< status_ says why.
  };

  /// What stands where in the old tree.
  struct Located {
    Child node;               ///< That a key belongs to, if it has a payload.
    lang::IndexKey boundary;  ///< First key of the one after it.
    ChildPlace place;         ///< Of `node`.
    bool has_boundary = false;
    /// Whether `node` is the first child of the one above it.
    [[nodiscard]] bool is_first() const { return place.size != 0 && place.item == 0; }
  };

  std::uint8_t* payload(unsigned level) { return frames_[level].frame.data() + kFrameHeader; }
  Child old_node(unsigned level);
  bool is_whole(unsigned level);
  bool read_child(const ChildPlace& place, Child& out, unsigned& after);
  bool locate_next(unsigned level, const lang::IndexKey& key, Located& found);
  void locate(unsigned level, const lang::IndexKey& key, Located& found);
  bool is_good(unsigned level, const Child& old);
  bool is_same(unsigned level, std::span<const std::uint8_t> item);
  bool put_before(unsigned level, const Child& old);
  void summary(unsigned level, const std::uint8_t* frame, Child& node) const;

  bool skip(unsigned level, lang::IndexKey& key, const lang::IndexKey& end);
  bool complete_below(unsigned level);
  Status push(unsigned first_level, std::span<const std::uint8_t> first_item);
  Status push_done(unsigned level);
  Step step(unsigned level, std::span<const std::uint8_t> item);
  Step cross(unsigned level, const lang::IndexKey& key);
  Step append(unsigned level, std::span<const std::uint8_t> item);
  Step complete(unsigned level);
  Step keep(unsigned level);
  Step change(unsigned level);
  Step close(unsigned level);
  Step split(unsigned level, std::size_t more);
  bool write(unsigned level, unsigned size);

  flash::NorFlash& flash_;
  NodeSink& sink_;
  TreeKind kind_ = TreeKind::index;
  TreeRef old_;
  Status status_ = Status::ok;
  std::array<Level, kMaxLevels> levels_;
  std::array<Node, kMaxLevels> frames_;  ///< In mode `same`: the old node's item as a child.
};

}  // namespace pianola::store
