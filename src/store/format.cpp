#include "store/format.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "flash/nor_flash.hpp"

namespace pianola::store {
namespace {

constexpr std::uint32_t kMagic = 0x4E414950;  // "PIAN"

// Places in a sector header. Those of the magic and the version are the same in every version of
// the format.
constexpr std::size_t kVersionAt = 4;
constexpr std::uint16_t kLastVersion = 255;  ///< There will be none after it.
constexpr std::size_t kKindAt = 6;
constexpr std::size_t kSectorBitsAt = 7;
constexpr std::size_t kUnitBitsAt = 8;
constexpr std::size_t kReservedAt = 9;
constexpr std::size_t kSectorsAt = 10;
constexpr std::size_t kSequenceAt = 12;
constexpr std::size_t kErasesAt = 16;
constexpr std::size_t kLogicalAt = 20;
constexpr std::size_t kRootAt = 22;
constexpr std::size_t kCheckAt = kRootAt + Root::kSize;
// In a sector of pages, in the root's place.
constexpr std::size_t kCopiedAt = kRootAt;
constexpr std::size_t kCommitAt = kCopiedAt + sizeof(SectorHeader::copied);
static_assert(kCommitAt + 4 <= kCheckAt);
static_assert(kCheckAt + 4 == SectorHeader::kSize);

// Places in a root.
constexpr std::size_t kFlagsAt = 8;
constexpr std::uint8_t kSavedBit = 1;
constexpr std::uint8_t kLostBit = 2;
constexpr std::size_t kRootSequenceAt = 9;
constexpr std::size_t kEndAt = 13;
constexpr std::size_t kTreesAt = 17;

void put_tree(std::uint8_t* at, const TreeRef& tree) {
  put32(at, tree.address);
  put32(at + 4, tree.count);
  put32(at + 8, tree.bytes);
  at[12] = tree.size;
  at[13] = tree.levels;
}

void get_tree(const std::uint8_t* at, TreeRef& tree) {
  tree.address = get32(at);
  tree.count = get32(at + 4);
  tree.bytes = get32(at + 8);
  tree.size = at[12];
  tree.levels = at[13];
}

bool in_bounds(const SectorHeader& header) {
  const bool known =
      header.kind >= SectorHeader::Kind::pages && header.kind <= SectorHeader::Kind::free;
  return known && header.logical < header.sectors && header.sector_bits >= 10 &&
         header.sector_bits <= 16 && header.unit_bits <= 8 &&
         header.unit_bits + 2 <= header.sector_bits && header.sectors >= 4;
}

}  // namespace

void encode(const Root& root, std::span<std::uint8_t, Root::kSize> out) {
  put32(out.data(), root.commit);
  put32(out.data() + 4, root.roll_version);
  out[kFlagsAt] =
      static_cast<std::uint8_t>((root.saved ? kSavedBit : 0U) | (root.lost ? kLostBit : 0U));
  put32(out.data() + kRootSequenceAt, root.sequence);
  put32(out.data() + kEndAt, root.end);
  std::uint8_t* at = out.data() + kTreesAt;
  for (const TreeRef& tree : root.trees) {
    put_tree(at, tree);
    at += Root::kTreeSize;
  }
}

void decode(std::span<const std::uint8_t, Root::kSize> bytes, Root& out) {
  out.commit = get32(bytes.data());
  out.roll_version = get32(bytes.data() + 4);
  out.saved = (bytes[kFlagsAt] & kSavedBit) != 0;
  out.lost = (bytes[kFlagsAt] & kLostBit) != 0;
  out.sequence = get32(bytes.data() + kRootSequenceAt);
  out.end = get32(bytes.data() + kEndAt);
  const std::uint8_t* at = bytes.data() + kTreesAt;
  for (TreeRef& tree : out.trees) {
    get_tree(at, tree);
    at += Root::kTreeSize;
  }
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
  put16(out.data() + kLogicalAt, header.logical);
  if (header.kind == SectorHeader::Kind::states) {
    encode(header.root, out.subspan<kRootAt, Root::kSize>());
  } else {
    std::fill_n(out.data() + kRootAt, Root::kSize, std::uint8_t{0});
    std::copy(header.copied.begin(), header.copied.end(), out.data() + kCopiedAt);
    put32(out.data() + kCommitAt, header.commit);
  }
  Crc32 check;
  check.add(out.first<kCheckAt>());
  put32(out.data() + kCheckAt, check.value());
}

bool decode(std::span<std::uint8_t, SectorHeader::kSize> bytes, SectorHeader& out) {
  out = {};
  const bool good = check_and_correct(bytes);
  if (get32(bytes.data()) != kMagic) return false;
  out.version = static_cast<std::uint16_t>(get16(bytes.data() + kVersionAt));
  // Where the checksum of another version stands is not known. But what was cut off while a header
  // was written is none: then it is blank from here on, or anything.
  if (out.version != kFormatVersion) {
    return out.version <= kLastVersion && !flash::is_blank(bytes.subspan<kKindAt>());
  }
  if (!good) return false;
  out.kind = static_cast<SectorHeader::Kind>(bytes[kKindAt]);
  out.sector_bits = bytes[kSectorBitsAt];
  out.unit_bits = bytes[kUnitBitsAt];
  out.sectors = static_cast<std::uint16_t>(get16(bytes.data() + kSectorsAt));
  out.sequence = get32(bytes.data() + kSequenceAt);
  out.erases = get32(bytes.data() + kErasesAt);
  out.logical = static_cast<std::uint16_t>(get16(bytes.data() + kLogicalAt));
  if (out.kind == SectorHeader::Kind::states) {
    decode(bytes.subspan<kRootAt, Root::kSize>(), out.root);
  } else {
    std::copy_n(bytes.data() + kCopiedAt, out.copied.size(), out.copied.begin());
    out.commit = get32(bytes.data() + kCommitAt);
  }
  return in_bounds(out);
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
