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

/// What the entries of a tree are; `count` and `bytes` of TreeRef follow from it.
enum class TreeKind : std::uint8_t {
  index,   ///< Each entry counts 1.
  chunks,  ///< The last chunk of an object (kLastChunk) counts 1 and its source bytes; others 0.
};

inline constexpr unsigned kLeafEntries = 4;
inline constexpr unsigned kChildren = 8;
inline constexpr unsigned kMaxLevels = 8;  ///< 8 million entries when all nodes are full.

/// Bytes of an item of a node: of an entry in a leaf (level 0), of what is known about a child
/// above. The keys of chunks are stored without their middle part, which is 0; children in an index
/// without bytes.
constexpr std::uint32_t item_size(TreeKind kind, unsigned level) {
  if (level != 0) return 21;
  return kind == TreeKind::index ? 30 : 26;
}

/// Bytes in flash of a node with `entries` entries: type, kind and level; count; items; CRC-32.
constexpr std::uint32_t node_frame(TreeKind kind, unsigned level, unsigned entries) {
  return 2 + entries * item_size(kind, level) + 4;
}
inline constexpr std::uint32_t kMaxItem = item_size(TreeKind::index, 0);
inline constexpr std::uint32_t kMaxLeaf = node_frame(TreeKind::index, 0, kLeafEntries);
inline constexpr std::uint32_t kMaxNode = node_frame(TreeKind::index, 1, kChildren);
static_assert(kMaxNode >= kMaxLeaf);

/// What the first byte of a frame tells of a node.
constexpr bool is_node(unsigned first) {
  return (first & 0xF0U) == static_cast<unsigned>(FrameType::node);
}
constexpr TreeKind node_kind(unsigned first) {
  return (first & 8U) != 0 ? TreeKind::index : TreeKind::chunks;
}
constexpr unsigned node_level(unsigned first) { return first & 7U; }
constexpr std::uint8_t node_type(TreeKind kind, unsigned level) {
  return static_cast<std::uint8_t>(static_cast<unsigned>(FrameType::node) | level |
                                   (kind == TreeKind::index ? 8U : 0U));
}

/// A node in RAM.
struct Node {
  std::array<std::uint8_t, kMaxNode> frame;
  [[nodiscard]] unsigned entries() const { return frame[1]; }
};

/// What a node above the leaves knows about a child.
struct Child {
  lang::IndexKey first;  ///< Key of the first entry below.
  std::uint32_t address = 0;
  std::uint32_t count = 0;   ///< As in TreeRef.
  std::uint32_t bytes = 0;   ///< As in TreeRef.
  std::uint8_t entries = 0;  ///< Of the child itself.

  friend constexpr bool operator==(const Child&, const Child&) = default;
};

/// An entry's place: found by the seek functions, valid as long as the tree.
struct Place {
  std::uint32_t leaf = 0;            ///< Address of the leaf.
  std::uint32_t count = 0;           ///< Count of all entries before this one.
  std::uint32_t bytes = 0;           ///< Bytes of all entries before this one.
  std::uint8_t entries = 0;          ///< Of the leaf.
  std::uint8_t position = 0;         ///< Of the entry in the leaf.
  std::uint16_t wrong_bit = 0xFFFF;  ///< Of the leaf: to be inverted whenever it is read.
};

/// What a search found.
enum class Search : std::uint8_t {
  found,
  end,      ///< There is no such entry: it would stand after the last.
  damaged,  ///< A node on the way cannot be read.
};

/// Reads a tree. One read of flash for each level, then one for each entry.
class TreeReader {
 public:
  /// `flash` is the caller's and outlives the reader. So is `in_place`, for trees that are in force
  /// and are read to be used, not to be copied.
  TreeReader(flash::NorFlash& flash, TreeKind kind, InPlace* in_place = nullptr)
      : flash_(flash), kind_(kind), in_place_(in_place) {}

  /// The first entry whose key is not less than `key`; Place and Entry are set if found. On `end`,
  /// place.count and bytes are those of the whole tree.
  Search seek(const TreeRef& tree, const lang::IndexKey& key, Place& place, Entry& entry);
  /// The entry that covers number `number` of what the tree counts.
  Search seek_count(const TreeRef& tree, std::uint32_t number, Place& place, Entry& entry);
  /// The entry that covers source byte `offset` (chunks: a last chunk).
  Search seek_bytes(const TreeRef& tree, std::uint32_t offset, Place& place, Entry& entry);
  /// From `place`, whose entry is `entry`, to the one after: one read within the leaf. Ends on any
  /// content of the flash: keys that do not rise are damage.
  Search next(const TreeRef& tree, Place& place, Entry& entry);
  /// The entry at `place` again (place.position may be set to any below place.entries; count and
  /// bytes are then the caller's business).
  Search get(const Place& place, Entry& entry);

 private:
  struct Spot;
  struct Way;

  static bool begin(const TreeRef& tree, Way& way, Place& place);
  const std::uint8_t* read(const Way& way, Node& memory, Place& place);
  const std::uint8_t* find_in_place(std::uint32_t address, unsigned level, unsigned entries);
  void go_down(const std::uint8_t* node, unsigned position, Way& way, Place& place);
  const std::uint8_t* go_to(const lang::IndexKey& key, Way& way, Node& memory, Place& place);
  Search go_right(const TreeRef& tree, Way& way, Node& memory, Place& place, Entry& entry);
  Search seek_number(const TreeRef& tree, std::uint32_t Child::*number_of, std::uint32_t number,
                     Place& place, Entry& entry);
  Search next_leaf(const TreeRef& tree, Place& place, Entry& entry);

  flash::NorFlash& flash_;
  TreeKind kind_;
  InPlace* in_place_;
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
  virtual void entry(const Entry& entry) = 0;

 protected:
  ~TreeVisitor() = default;
};

/// Visits nodes and entries in order of the keys, without recursion.
void walk(flash::NorFlash& flash, TreeKind kind, const TreeRef& tree, TreeVisitor& visitor);

/// Where a builder puts nodes.
class NodeSink {
 public:
  /// Appends the frame of a node, and says where it stands.
  virtual Status write_node(std::span<const std::uint8_t> frame, std::uint32_t& address) = 0;
  /// Whether the old tree's frame at `address` may stay in use.
  [[nodiscard]] virtual bool may_stay(std::uint32_t address) const = 0;

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
  /// Appends an entry; keys rise. What of the old tree is damaged is not used again. Returns what
  /// the sink returned; Status::io_error if a node could be read once but not again, or if a key
  /// does not rise within a node; Status::full if there are too many entries.
  Status add(const Entry& entry);
  /// Takes over entries of the old tree by whole nodes, which are not looked into: those from `key`
  /// on, which is the next entry's, as far as their nodes end before `end`. All old nodes may stay.
  /// `key` is then the first entry's that was not taken over.
  Status keep_nodes(lang::IndexKey& key, const lang::IndexKey& end);
  /// Writes what is left. `out` is the new tree.
  Status finish(TreeRef& out);

 private:
  enum class Mode : std::uint8_t {
    empty,    ///< The level has no items that are not in `done` or above.
    same,     ///< The first `items` items are those of `old`, which is not read yet beyond them.
    pending,  ///< The first `items` items are in the buffer: a node that will be written.
  };

  /// A child in a node of the old tree that was found good.
  struct ChildPlace {
    std::uint32_t node = 0;  ///< Address.
    std::uint16_t wrong_bit = 0;
    std::uint8_t entries = 0;  ///< Of the node; 0: there is none.
    std::uint8_t position = 0;
  };

  /// What a level of the new tree consists of so far: nodes that the level above knows, then
  /// perhaps `done`, then a node that is not complete.
  struct Level {
    Child done;                   ///< Complete; no entries: there is none.
    lang::IndexKey boundary;      ///< First key of the next node of the old tree.
    ChildPlace before;            ///< The node of the old tree before that one.
    std::uint16_t wrong_bit = 0;  ///< Of `old` in mode `same`.
    Mode mode = Mode::empty;
    std::uint8_t items = 0;
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

  /// Buffers of all levels: a leaf and nodes of children.
  static constexpr std::uint32_t kBuffer = kMaxLeaf + (kMaxLevels - 1) * kMaxNode;

  /// What stands where in the old tree.
  struct Located {
    Child node;               ///< That a key belongs to, if it has entries.
    lang::IndexKey boundary;  ///< First key of the one after it.
    ChildPlace place;         ///< Of `node`.
    bool has_boundary = false;
    /// Whether `node` is the first child of the one above it.
    [[nodiscard]] bool is_first() const { return place.entries != 0 && place.position == 0; }
  };

  std::uint8_t* item_at(unsigned level, unsigned position);
  unsigned old_entries(unsigned level);
  bool read_child(ChildPlace place, unsigned position, Child& out);
  bool locate_next(unsigned level, const lang::IndexKey& key, Located& found);
  void locate(unsigned level, const lang::IndexKey& key, Located& found);
  bool is_good(unsigned level, const Child& old);
  bool is_same(unsigned level, const std::uint8_t* item);
  bool load(unsigned level, const Child& old, unsigned count);
  void summary(unsigned level, const std::uint8_t* items, unsigned count, Child& node) const;

  bool skip(unsigned level, lang::IndexKey& key, const lang::IndexKey& end);
  bool complete_below(unsigned level);
  Status push(unsigned first_level, const std::uint8_t* first_item);
  Status push_done(unsigned level);
  Step step(unsigned level, const std::uint8_t* item);
  Step cross(unsigned level, const lang::IndexKey& key);
  Step append(unsigned level, const std::uint8_t* item);
  Step complete(unsigned level);
  Step keep(unsigned level);
  Step change(unsigned level);
  Step close(unsigned level);
  bool write(unsigned level, unsigned count);

  flash::NorFlash& flash_;
  NodeSink& sink_;
  TreeKind kind_ = TreeKind::index;
  TreeRef old_;
  Status status_ = Status::ok;
  std::array<Level, kMaxLevels> levels_;
  std::array<std::uint8_t, kBuffer> buffer_;
};

}  // namespace pianola::store
