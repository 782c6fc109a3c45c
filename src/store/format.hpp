#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "lang/code/roll.hpp"

namespace pianola::store {

// What stands in flash. docs/flash-format.md describes it and its invariants.

/// The format's version; a region of another version is left alone.
inline constexpr std::uint16_t kFormatVersion = 2;

/// First bytes of frames. Each frame says where it ends; a sector is a header and frames.
enum class FrameType : std::uint8_t {
  filler = 0x00,      ///< A single byte, up to the end of a program unit.
  last_block = 0x40,  ///< 01 to 40: a block of that many data bytes, then their CRC-16.
  node = 0x80,        ///< 80 to 8F: a node of a tree; its level, and 8 more in an index.
  commit = 0xC1,      ///< A new state: Root, CRC-32.
  settled = 0xC2,     ///< The same state again: the commit frame before it is complete.
  blank = 0xFF,       ///< The end.
};

/// Data bytes of a block; all blocks of a chunk but the last are full.
inline constexpr std::uint32_t kBlock = 64;
/// A block in flash: length, data, CRC-16.
inline constexpr std::uint32_t kBlockFrame = 1 + kBlock + 2;

/// Bytes in flash of a chunk of `size` data bytes.
constexpr std::uint32_t chunk_frames(std::uint32_t size) {
  return size + 3 * ((size + kBlock - 1) / kBlock);
}

/// A tree, as the state or a node above it holds it.
struct TreeRef {
  std::uint32_t address = 0;  ///< Of the top node's frame.
  std::uint32_t count = 0;    ///< Index: entries below. Chunks: objects below.
  std::uint32_t bytes = 0;    ///< Chunks: source bytes of those objects. Index: 0.
  std::uint8_t entries = 0;   ///< Of the top node itself.
  std::uint8_t levels = 0;    ///< 0: an empty tree; 1: the top node is a leaf.

  friend constexpr bool operator==(const TreeRef&, const TreeRef&) = default;
};

/// The state of the store: what a commit frame holds, and each sector's header.
struct Root {
  static constexpr std::uint32_t kSize = 57;

  std::uint32_t commit = 0;        ///< Counts commits.
  std::uint32_t roll_version = 0;  ///< Counts changes of the roll.
  bool saved = false;              ///< The roll is the user's; if not, the defaults are used.
  TreeRef roll;                    ///< Chunks of the definitions.
  TreeRef index;
  TreeRef draft;   ///< Chunks of the drive's overlay.
  TreeRef backup;  ///< Chunks of the definitions that were in force before. Those that still are
                   ///< stand in flash once.

  friend constexpr bool operator==(const Root&, const Root&) = default;
};

/// Bytes of a commit frame and of a settled frame.
inline constexpr std::uint32_t kRootFrame = 1 + Root::kSize + 4;

/// Leaf of a tree. The value is an IndexEntry without its key, or a Chunk.
struct Entry {
  lang::IndexKey key;
  std::array<std::uint8_t, 18> value{};

  friend constexpr bool operator==(const Entry&, const Entry&) = default;
};

/// A run of blocks in one sector: a piece of an object's bytes. Objects are definitions (their
/// code, then their source slice) and sectors of the drive's overlay.
///
/// Its key's last part is the offset of its last byte, so that a search for an offset finds the
/// chunk that covers it; kLastChunk for the object's last one, which also tells of the whole.
struct Chunk {
  std::uint32_t object = 0;
  std::uint32_t offset = 0;  ///< Of its first byte in the object; a multiple of kBlock.
  bool last = false;
  std::uint32_t address = 0;  ///< Of its first block's frame.
  std::uint16_t size = 0;     ///< Data bytes; 0 only for an object without any.
  std::uint32_t code = 0;     ///< Last chunk: bytes of code of the object; else 0.
  std::uint32_t source = 0;   ///< Last chunk: bytes of source of the object; else 0.
  std::uint32_t hash = 0;     ///< Last chunk: CRC-32 of the first 32 bytes of source.

  friend constexpr bool operator==(const Chunk&, const Chunk&) = default;
};

inline constexpr std::uint32_t kLastChunk = 0xFFFFFFFF;

/// The key from which a search finds the chunk with byte `offset`, or (kLastChunk) the last one.
constexpr lang::IndexKey chunk_key(std::uint32_t object, std::uint32_t offset) {
  return {object, 0, offset};
}

/// Value: address, size (16 bits), code, source, hash. The offset follows from the key and size;
/// of the last chunk from code + source - size.
Entry to_entry(const Chunk& chunk);
Chunk to_chunk(const Entry& entry);
/// Likewise, in place.
void get_chunk(const Entry& entry, Chunk& chunk);
Entry to_entry(const lang::IndexEntry& entry);
lang::IndexEntry to_index_entry(const Entry& entry);

void encode(const Root& root, std::span<std::uint8_t, Root::kSize> out);
void decode(std::span<const std::uint8_t, Root::kSize> bytes, Root& out);
Root decode_root(std::span<const std::uint8_t, Root::kSize> bytes);

/// What begins a sector.
struct SectorHeader {
  static constexpr std::uint32_t kSize = 81;  ///< CRC-32 included.
  enum class Kind : std::uint8_t { log = 1, scratch = 2 };

  std::uint16_t version = kFormatVersion;
  Kind kind = Kind::log;
  std::uint8_t sector_bits = 0;  ///< log2 of the sector's size.
  std::uint8_t unit_bits = 0;    ///< log2 of the program unit.
  std::uint16_t sectors = 0;     ///< Of the region.
  std::uint32_t sequence = 0;    ///< Of the sectors in the order in which they were opened.
  std::uint32_t erases = 0;      ///< How often this sector was erased.
  Root root;                     ///< The state when it was opened.
};

/// With magic and checksum.
void encode(const SectorHeader& header, std::span<std::uint8_t, SectorHeader::kSize> out);
/// False if the bytes are no header. A single wrong bit is put right, in `bytes` too. In a header
/// of another version than kFormatVersion nothing but the version is read.
bool decode(std::span<std::uint8_t, SectorHeader::kSize> bytes, SectorHeader& out);

/// Whether the checksum of a block's frame is right: its last two bytes, over all before them.
bool is_block_good(std::span<const std::uint8_t> frame);

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
