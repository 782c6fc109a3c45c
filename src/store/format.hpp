#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lang/code/roll.hpp"

namespace pianola::store {

// What stands in flash. docs/flash-format.md describes it and its invariants.

/// The format's version; a region of another version is left alone.
inline constexpr std::uint16_t kFormatVersion = 4;

// A region's sectors are of two kinds. Sectors of *states* hold the roots, one after another: the
// newest one counts. Sectors of *pages* hold data and nodes. A page is 256 bytes at a multiple of
// 256, the first one of a sector is its header. An address names a page by the *logical* sector
// that it is in: when a sector of pages is written anew, its pages in force are copied to the same
// places of another one, and nothing that leads to them changes.

/// Bytes of a page.
inline constexpr std::uint32_t kPage = 256;

/// First bytes of frames. Each frame says where it ends. None crosses the end of a page.
enum class FrameType : std::uint8_t {
  filler = 0x00,  ///< A single byte, up to the end of a program unit.
  data = 0x40,    ///< Bytes of an object: their number, the bytes, CRC-32.
  node = 0x80,    ///< 80 to 8F: a node of a tree; its level, and 8 more in an index. Then as above.
  commit = 0xC1,  ///< A new state: Root, CRC-32.
  settled = 0xC2,  ///< The same state again: the commit frame before it is complete.
  blank = 0xFF,    ///< The end.
};

/// Bytes of a data frame or a node before its payload: type, bytes of payload.
inline constexpr std::uint32_t kFrameHeader = 2;
/// Most bytes of payload of a data frame or a node.
inline constexpr std::uint32_t kPayload = 250;
/// Bytes in flash of a data frame or a node with so many bytes of payload.
constexpr std::uint32_t frame_size(std::uint32_t payload) { return kFrameHeader + payload + 4; }
inline constexpr std::uint32_t kMaxFrame = frame_size(kPayload);
static_assert(kMaxFrame == kPage);

/// Bytes in flash of so many bytes of data in frames: all are full but perhaps the last.
constexpr std::uint32_t data_frames(std::uint32_t size) {
  return size + (size + kPayload - 1) / kPayload * frame_size(0);
}

/// A tree, as the state or a node above it holds it.
struct TreeRef {
  std::uint32_t address = 0;  ///< Of the top node's frame.
  std::uint32_t count = 0;    ///< Index: entries. Objects: objects.
  std::uint32_t bytes = 0;    ///< Objects: bytes of source of all. Index: 0.
  std::uint8_t size = 0;      ///< Payload of the top node, in bytes.
  std::uint8_t levels = 0;    ///< 0: an empty tree; 1: the top node is a leaf.

  friend constexpr bool operator==(const TreeRef&, const TreeRef&) = default;
};

/// What a tree is for.
enum class TreeRole : std::uint8_t {
  roll,    ///< The definitions.
  index,   ///< Where triggers and names lead.
  draft,   ///< The drive's overlay.
  backup,  ///< The definitions that were in force before. Those that still are, and nodes in common
           ///< with the roll, stand in flash once.
};
inline constexpr std::size_t kTreeRoles = 4;

/// What the entries of a tree are; `count` and `bytes` of TreeRef follow from it.
enum class TreeKind : std::uint8_t {
  index,    ///< Each entry counts 1.
  objects,  ///< The last entry of an object counts 1 and its bytes of source; others 0.
};

constexpr TreeKind kind_of(TreeRole role) {
  return role == TreeRole::index ? TreeKind::index : TreeKind::objects;
}

/// Stands for no address.
inline constexpr std::uint32_t kNoAddress = 0xFFFFFFFF;

/// The state of the store: what a commit frame holds, and the header of a sector of states.
struct Root {
  static constexpr std::uint32_t kTreeSize = 14;
  static constexpr std::uint32_t kSize = 17 + kTreeRoles * kTreeSize;

  std::uint32_t commit = 0;        ///< Counts commits.
  std::uint32_t roll_version = 0;  ///< Counts changes of the roll.
  bool saved = false;              ///< The roll is the user's; if not, the defaults are used.
  /// Sectors of pages that were opened up to this one count: they are complete.
  std::uint32_t sequence = 0;
  /// Where the next page is programmed, if it is known: there, something tells that a change was
  /// begun after this state.
  std::uint32_t end = kNoAddress;
  std::array<TreeRef, kTreeRoles> trees;

  constexpr TreeRef& operator[](TreeRole role) { return trees[static_cast<std::size_t>(role)]; }
  constexpr const TreeRef& operator[](TreeRole role) const {
    return trees[static_cast<std::size_t>(role)];
  }
  friend constexpr bool operator==(const Root&, const Root&) = default;
};

/// Bytes of a commit frame and of a settled frame.
inline constexpr std::uint32_t kRootFrame = 1 + Root::kSize + 4;

/// A run of an object's bytes. Objects are definitions (their code, then their source slice) and
/// sectors of the drive's overlay. An object is pieces, then perhaps a chunk inside a leaf, then
/// its last chunk. A piece is data frames in pages side by side, all in one sector. The last
/// chunk's bytes stand in the leaf; there may be none.
///
/// Its key's last part is the offset of its last byte, so that a search for an offset finds the
/// chunk that covers it; kLastChunk for the object's last one, which also tells of the whole.
struct Chunk {
  std::uint32_t object = 0;
  std::uint32_t offset = 0;   ///< Of its first byte in the object.
  std::uint32_t address = 0;  ///< Of a piece's first frame; of the last chunk's first byte.
  std::uint32_t code = 0;     ///< Last chunk: bytes of code of the object; else 0.
  std::uint32_t source = 0;   ///< Last chunk: bytes of source of the object; else 0.
  std::uint16_t size = 0;     ///< Bytes of data.
  bool last = false;
  bool inside = false;  ///< It stands in the leaf, as the last one always does.

  friend constexpr bool operator==(const Chunk&, const Chunk&) = default;
};

inline constexpr std::uint32_t kLastChunk = 0xFFFFFFFF;

/// The key from which a search finds the chunk with byte `offset`, or (kLastChunk) the last one.
constexpr lang::IndexKey chunk_key(std::uint32_t object, std::uint32_t offset) {
  return {object, 0, offset};
}
constexpr lang::IndexKey key_of(const Chunk& chunk) {
  return chunk_key(chunk.object, chunk.last ? kLastChunk : chunk.offset + chunk.size - 1);
}

void encode(const Root& root, std::span<std::uint8_t, Root::kSize> out);
void decode(std::span<const std::uint8_t, Root::kSize> bytes, Root& out);
Root decode_root(std::span<const std::uint8_t, Root::kSize> bytes);

/// What begins a sector.
struct SectorHeader {
  static constexpr std::uint32_t kSize = 22 + Root::kSize + 4;  ///< CRC-32 included.
  enum class Kind : std::uint8_t {
    pages = 1,
    states = 2,
    free = 3,  ///< Nothing: it only tells how often the sector was erased.
  };

  std::uint16_t version = kFormatVersion;
  Kind kind = Kind::free;
  std::uint8_t sector_bits = 0;  ///< log2 of the sector's size.
  std::uint8_t unit_bits = 0;    ///< log2 of the program unit.
  std::uint16_t sectors = 0;     ///< Of the region.
  std::uint32_t sequence = 0;    ///< Of the sectors in the order in which they were opened.
  std::uint32_t erases = 0;      ///< How often this sector was erased.
  std::uint16_t logical = 0;     ///< Pages: the sector that it stands for.
  /// Pages: those that were copied to it, a bit each. They are programmed first, in order.
  std::array<std::uint8_t, 0x10000 / kPage / 8> copied{};
  Root root;  ///< States: the one in force when it was opened.

  [[nodiscard]] bool is_copied(std::uint32_t page) const {
    return ((copied[page / 8] >> page % 8) & 1U) != 0;
  }
};

/// With magic and checksum.
void encode(const SectorHeader& header, std::span<std::uint8_t, SectorHeader::kSize> out);
/// False if the bytes are no header. A single wrong bit is put right, in `bytes` too. In a header
/// of another version than kFormatVersion nothing but the version is read.
bool decode(std::span<std::uint8_t, SectorHeader::kSize> bytes, SectorHeader& out);

/// Checks `bytes`, whose last four are the CRC-32 of those before, and puts a single wrong bit
/// right. False if more is wrong. (The CRC-32's Hamming distance is at least 4 up to 11 KB, so no
/// two wrong bits are taken for one.)
bool check_and_correct(std::span<std::uint8_t> bytes);

/// Says which bit was wrong too: its number (that of its byte times 8, plus its place in the byte
/// from the lowest bit on), or kNoBit.
bool check_and_correct(std::span<std::uint8_t> bytes, std::uint32_t& wrong_bit);
inline constexpr std::uint32_t kNoBit = 0xFFFFFFFF;

/// Inverts the bit of that number.
constexpr void flip(std::uint8_t* bytes, std::uint32_t bit) {
  bytes[bit / 8] = static_cast<std::uint8_t>(bytes[bit / 8] ^ 1U << bit % 8);
}

/// `value`, or the next multiple of `unit`, a power of two.
constexpr std::uint32_t round_up(std::uint32_t value, std::uint32_t unit) {
  return (value + unit - 1) & ~(unit - 1);
}

}  // namespace pianola::store
