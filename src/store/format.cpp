#include "store/format.hpp"

#include "base/bytes.hpp"
#include "base/crc16.hpp"
#include "base/crc32.hpp"

namespace pianola::store {
namespace {

constexpr std::uint32_t kMagic = 0x4E414950;  // "PIAN"

// Places in a sector header. Those of the magic and the version are the same in every version of
// the format.
constexpr std::size_t kVersionAt = 4;
constexpr std::size_t kKindAt = 6;
constexpr std::size_t kSectorBitsAt = 7;
constexpr std::size_t kUnitBitsAt = 8;
constexpr std::size_t kReservedAt = 9;
constexpr std::size_t kSectorsAt = 10;
constexpr std::size_t kSequenceAt = 12;
constexpr std::size_t kErasesAt = 16;
constexpr std::size_t kRootAt = 20;
constexpr std::size_t kCheckAt = kRootAt + Root::kSize;
static_assert(kCheckAt + 4 == SectorHeader::kSize);
/// Where the checksum stands in version 1.
constexpr std::size_t kFirstCheckAt = 68;

// A tree in a root: address, count, bytes, then entries and levels (4 bits each).
constexpr std::size_t kTreeSize = 13;
constexpr unsigned kEntriesMask = 0xF;
constexpr unsigned kLevelsShift = 4;
// That of the index, which has no bytes, takes less.
constexpr std::size_t kIndexSize = 9;
constexpr std::size_t kRollAt = 8;
constexpr std::size_t kIndexAt = kRollAt + kTreeSize;
constexpr std::size_t kDraftAt = kIndexAt + kIndexSize;
constexpr std::size_t kBackupAt = kDraftAt + kTreeSize;
static_assert(kBackupAt + kTreeSize + 1 == Root::kSize);

// The value of an entry of an index.
constexpr std::size_t kLabelsAt = 12;
constexpr std::size_t kFrameAt = 16;
constexpr std::size_t kParamsAt = 17;

// The value of an entry for a chunk.
constexpr std::size_t kSizeAt = 4;
constexpr std::size_t kCodeAt = 6;
constexpr std::size_t kSourceAt = 10;
constexpr std::size_t kHashAt = 14;

/// The number of items and levels of a tree.
std::uint8_t shape(const TreeRef& tree) {
  return static_cast<std::uint8_t>(unsigned{tree.levels} << kLevelsShift |
                                   (tree.entries & kEntriesMask));
}

void set_shape(TreeRef& tree, unsigned shape) {
  tree.entries = static_cast<std::uint8_t>(shape & kEntriesMask);
  tree.levels = static_cast<std::uint8_t>(shape >> kLevelsShift);
}

void put_tree(std::uint8_t* at, const TreeRef& tree) {
  put32(at, tree.address);
  put32(at + 4, tree.count);
  put32(at + 8, tree.bytes);
  at[12] = shape(tree);
}

void get_tree(const std::uint8_t* at, TreeRef& tree) {
  tree.address = get32(at);
  tree.count = get32(at + 4);
  tree.bytes = get32(at + 8);
  set_shape(tree, at[12]);
}

void put_index(std::uint8_t* at, const TreeRef& tree) {
  put32(at, tree.address);
  put32(at + 4, tree.count);
  at[8] = shape(tree);
}

void get_index(const std::uint8_t* at, TreeRef& tree) {
  tree.address = get32(at);
  tree.count = get32(at + 4);
  tree.bytes = 0;
  set_shape(tree, at[8]);
}

bool is_version_1(std::span<const std::uint8_t, SectorHeader::kSize> bytes) {
  Crc32 check;
  check.add(bytes.first<kFirstCheckAt>());
  return get32(bytes.data()) == kMagic && get16(bytes.data() + kVersionAt) == 1 &&
         get32(bytes.data() + kFirstCheckAt) == check.value();
}

bool in_bounds(const SectorHeader& header) {
  const bool known =
      header.kind == SectorHeader::Kind::log || header.kind == SectorHeader::Kind::scratch;
  return known && header.sector_bits >= 10 && header.sector_bits <= 16 && header.unit_bits <= 8 &&
         header.unit_bits + 2 <= header.sector_bits && header.sectors >= 4;
}

}  // namespace

Entry to_entry(const Chunk& chunk) {
  const std::uint32_t end = chunk.last ? kLastChunk : chunk.offset + chunk.size - 1;
  Entry entry{chunk_key(chunk.object, end), {}};
  std::uint8_t* const value = entry.value.data();
  put32(value, chunk.address);
  put16(value + kSizeAt, chunk.size);
  put32(value + kCodeAt, chunk.code);
  put32(value + kSourceAt, chunk.source);
  put32(value + kHashAt, chunk.hash);
  return entry;
}

void get_chunk(const Entry& entry, Chunk& chunk) {
  const std::uint8_t* const value = entry.value.data();
  chunk.object = entry.key.scope;
  chunk.last = entry.key.low == kLastChunk;
  chunk.address = get32(value);
  chunk.size = static_cast<std::uint16_t>(get16(value + kSizeAt));
  chunk.code = get32(value + kCodeAt);
  chunk.source = get32(value + kSourceAt);
  chunk.hash = get32(value + kHashAt);
  chunk.offset = (chunk.last ? chunk.code + chunk.source : entry.key.low + 1) - chunk.size;
}

Chunk to_chunk(const Entry& entry) {
  Chunk chunk;
  get_chunk(entry, chunk);
  return chunk;
}

Entry to_entry(const lang::IndexEntry& entry) {
  Entry out{entry.key, {}};
  std::uint8_t* const value = out.value.data();
  put32(value, entry.record);
  put32(value + 4, entry.code);
  put32(value + 8, entry.body);
  put32(value + kLabelsAt, entry.labels);
  value[kFrameAt] = entry.frame;
  value[kParamsAt] = entry.params;
  return out;
}

lang::IndexEntry to_index_entry(const Entry& entry) {
  const std::uint8_t* const value = entry.value.data();
  return {entry.key,
          get32(value),
          get32(value + 4),
          get32(value + 8),
          get32(value + kLabelsAt),
          value[kFrameAt],
          value[kParamsAt]};
}

void encode(const Root& root, std::span<std::uint8_t, Root::kSize> out) {
  put32(out.data(), root.commit);
  put32(out.data() + 4, root.roll_version);
  put_tree(out.data() + kRollAt, root.roll);
  put_index(out.data() + kIndexAt, root.index);
  put_tree(out.data() + kDraftAt, root.draft);
  put_tree(out.data() + kBackupAt, root.backup);
  out.back() = root.saved ? 1 : 0;
}

void decode(std::span<const std::uint8_t, Root::kSize> bytes, Root& out) {
  out.commit = get32(bytes.data());
  out.roll_version = get32(bytes.data() + 4);
  out.saved = bytes.back() != 0;
  get_tree(bytes.data() + kRollAt, out.roll);
  get_index(bytes.data() + kIndexAt, out.index);
  get_tree(bytes.data() + kDraftAt, out.draft);
  get_tree(bytes.data() + kBackupAt, out.backup);
}

Root decode_root(std::span<const std::uint8_t, Root::kSize> bytes) {
  Root root;
  decode(bytes, root);
  return root;
}

void encode(const SectorHeader& header, std::span<std::uint8_t, SectorHeader::kSize> out) {
  put32(out.data(), kMagic);
  put16(out.data() + kVersionAt, header.version);
  out[kKindAt] = static_cast<std::uint8_t>(header.kind);
  out[kSectorBitsAt] = header.sector_bits;
  out[kUnitBitsAt] = header.unit_bits;
  out[kReservedAt] = 0;
  put16(out.data() + kSectorsAt, header.sectors);
  put32(out.data() + kSequenceAt, header.sequence);
  put32(out.data() + kErasesAt, header.erases);
  encode(header.root, out.subspan<kRootAt, Root::kSize>());
  Crc32 check;
  check.add(out.first<kCheckAt>());
  put32(out.data() + kCheckAt, check.value());
}

bool decode(std::span<std::uint8_t, SectorHeader::kSize> bytes, SectorHeader& out) {
  out = {};
  if (is_version_1(bytes)) {
    out.version = 1;
    return true;
  }
  if (!check_and_correct(bytes) || get32(bytes.data()) != kMagic) return false;
  out.version = static_cast<std::uint16_t>(get16(bytes.data() + kVersionAt));
  if (out.version != kFormatVersion) return true;
  out.kind = static_cast<SectorHeader::Kind>(bytes[kKindAt]);
  out.sector_bits = bytes[kSectorBitsAt];
  out.unit_bits = bytes[kUnitBitsAt];
  out.sectors = static_cast<std::uint16_t>(get16(bytes.data() + kSectorsAt));
  out.sequence = get32(bytes.data() + kSequenceAt);
  out.erases = get32(bytes.data() + kErasesAt);
  decode(bytes.subspan<kRootAt, Root::kSize>(), out.root);
  return in_bounds(out);
}

bool is_block_good(std::span<const std::uint8_t> frame) {
  const auto data = frame.first(frame.size() - 2);
  return crc16(data) == get16(frame.data() + data.size());
}

bool check_and_correct(std::span<std::uint8_t> bytes, std::uint32_t& wrong_bit) {
  wrong_bit = kNoBit;
  if (bytes.size() < 4) return false;
  Crc32 check;
  check.add(bytes.first(bytes.size() - 4));
  const std::uint32_t difference = check.value() ^ get32(bytes.data() + bytes.size() - 4);
  if (difference == 0) return true;
  // What difference a wrong bit makes follows from its distance to the end alone: the last bit is
  // the checksum's highest, and each bit before makes that of the one after, one step on in the
  // checksum's shift register.
  std::uint32_t effect = 0x80000000U;
  for (auto bit = static_cast<std::uint32_t>(bytes.size() * 8); bit-- > 0;) {
    if (effect == difference) {
      flip(bytes.data(), bit);
      wrong_bit = bit;
      return true;
    }
    effect = (effect >> 1) ^ ((effect & 1U) != 0 ? 0xEDB88320U : 0U);
  }
  return false;
}

bool check_and_correct(std::span<std::uint8_t> bytes) {
  std::uint32_t wrong_bit = kNoBit;
  return check_and_correct(bytes, wrong_bit);
}

}  // namespace pianola::store
