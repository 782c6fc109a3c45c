#include "store/format.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "store/tree_node.hpp"

namespace pianola::store {
namespace {

using Header = std::array<std::uint8_t, SectorHeader::kSize>;

SectorHeader some_header() {
  SectorHeader header;
  header.kind = SectorHeader::Kind::states;
  header.sector_bits = 12;
  header.unit_bits = 8;
  header.sectors = 1024;
  header.sequence = 0x01020304;
  header.erases = 77;
  header.root = {5,
                 6,
                 true,
                 0x0A0B0C0D,
                 0x123456,
                 {{{0x1000, 7, 8, 15, 6},
                   {0x2000, 9, 0, 1, 1},
                   {0x3000, 10, 11, 250, 5},
                   {0x4000, 12, 13, 2, 3}}}};
  return header;
}

std::vector<std::uint8_t> checked(std::size_t size, std::uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::uint8_t> bytes(size);
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(random());
  Crc32 check;
  check.add(std::span(bytes).first(size - 4));
  put32(bytes.data() + size - 4, check.value());
  return bytes;
}

TEST(Format, AChunkComesBack) {
  std::array<std::uint8_t, kMaxChunkHead> bytes{};
  Chunk chunk;
  chunk.object = 0x11223344;
  chunk.offset = 0x5566;
  chunk.address = 0x99AABBCC;
  chunk.size = 0x100;
  const auto back = [&](std::uint32_t address) {
    Chunk read;
    const std::uint32_t size = put_chunk(chunk, bytes);
    EXPECT_EQ(item_size(bytes), size + (chunk.inside ? chunk.size : 0));
    get_chunk(bytes, address, read);
    EXPECT_EQ(get_key(TreeKind::objects, bytes), key_of(chunk));
    return read;
  };
  EXPECT_EQ(key_of(chunk), chunk_key(chunk.object, 0x5665));
  EXPECT_EQ(back(7), chunk);
  // In the leaf: length 1, object 5, end 3, no size 1, then its bytes.
  chunk.inside = true;
  chunk.size = 0x7F;
  chunk.address = 1000 + 10;
  EXPECT_EQ(back(1000), chunk);
  chunk.last = true;
  chunk.code = 0x5000;
  chunk.source = 0x5E5;
  EXPECT_EQ(key_of(chunk), chunk_key(chunk.object, kLastChunk));
  // Its bytes stand behind what is said of it: length 1, object 5, end 1, code 3, offset 3.
  chunk.address = 1000 + 13;
  EXPECT_EQ(back(1000), chunk);
  Chunk nothing;
  nothing.last = nothing.inside = true;
  nothing.address = 5;
  chunk = nothing;
  EXPECT_EQ(back(0), nothing);
  // The largest numbers there are.
  chunk = {0xFFFFFFFF, 0xFFFFFF00, 9, 0xFFFFFF00, 0xE4, 0xE4, true, true};
  chunk.address = 17;
  EXPECT_EQ(back(0), chunk);
}

// No writer makes an entry so large that a longer number has no room; flash may hold any.
TEST(Format, AnEntryThatAnotherNumberMakesTooLargeIsRefused) {
  std::array<std::uint8_t, kPayload> item{};
  item[0] = kPayload - 1;
  item[1] = 5;
  std::array<std::uint8_t, kPayload> out{};
  const Item same = renumber(item, 7, out);
  ASSERT_EQ(same.size(), kPayload);
  EXPECT_EQ(get_key(TreeKind::objects, same).scope, 7U);
  EXPECT_TRUE(renumber(item, 1000, out).empty());
  EXPECT_TRUE(renumber(item, 0xFFFFFFFF, out).empty());
}

TEST(Format, AnIndexEntryComesBack) {
  const lang::IndexEntry entry{{1, 0x12ABCDEF, 3}, 0x11223344, 0x55667788, 0x99AABBCC,
                               0xDDEEFF00,         0x12,       0x34};
  for (const bool short_one : {false, true}) {
    lang::IndexEntry wanted = entry;
    if (short_one) wanted.labels = wanted.frame = wanted.params = 0, wanted.key.low = 0;
    std::array<std::uint8_t, kMaxIndexItem> bytes{};
    const std::uint32_t size = put_index_entry(wanted, bytes);
    EXPECT_EQ(item_size(bytes), size);
    lang::IndexEntry back;
    get_index_entry(Item{bytes}.first(size), back);
    EXPECT_EQ(back.key, wanted.key);
    EXPECT_EQ(back.record, wanted.record);
    EXPECT_EQ(back.code, wanted.code);
    EXPECT_EQ(back.body, wanted.body);
    EXPECT_EQ(back.labels, wanted.labels);
    EXPECT_EQ(back.frame, wanted.frame);
    EXPECT_EQ(back.params, wanted.params);
  }
}

TEST(Format, AChildComesBack) {
  for (const TreeKind kind : {TreeKind::index, TreeKind::objects}) {
    Child child{{0xFFFFFFFF, kind == TreeKind::index ? 0xFFFFFFFF : 0, 0xFFFFFFFE},
                0xFFFFFFFF,
                0xFFFFFFFF,
                kind == TreeKind::index ? 0 : 0xFFFFFFFF,
                250};
    std::array<std::uint8_t, kMaxChild> bytes{};
    const std::uint32_t size = put_child(kind, child, bytes);
    Child back;
    get_child(kind, Item{bytes}.first(size), back);
    EXPECT_EQ(back, child);
    // What was cut off reads as 0, and nothing behind is looked at.
    get_child(kind, Item{bytes}.first(3), back);
    EXPECT_EQ(back.size, 0U);
  }
}

TEST(Format, RootComesBack) {
  const Root root = some_header().root;
  std::array<std::uint8_t, Root::kSize> bytes;
  encode(root, bytes);
  EXPECT_EQ(decode_root(bytes), root);
  encode(Root{}, bytes);
  EXPECT_EQ(decode_root(bytes), Root{});
}

TEST(Format, HeaderComesBackWithAnySingleBitWrong) {
  const SectorHeader header = some_header();
  Header good;
  encode(header, good);
  for (std::uint32_t bit = 0; bit <= good.size() * 8; ++bit) {
    Header bytes = good;
    if (bit < good.size() * 8) flip(bytes.data(), bit);
    SectorHeader back;
    ASSERT_TRUE(decode(bytes, back)) << bit;
    EXPECT_EQ(bytes, good);
    EXPECT_EQ(back.version, header.version);
    EXPECT_EQ(back.kind, header.kind);
    EXPECT_EQ(back.sector_bits, header.sector_bits);
    EXPECT_EQ(back.unit_bits, header.unit_bits);
    EXPECT_EQ(back.sectors, header.sectors);
    EXPECT_EQ(back.sequence, header.sequence);
    EXPECT_EQ(back.erases, header.erases);
    EXPECT_EQ(back.root, header.root);
  }
}

TEST(Format, WhatIsNoHeader) {
  SectorHeader back;
  for (const unsigned fill : {0x00U, 0xFFU, 0x55U}) {
    Header bytes;
    bytes.fill(static_cast<std::uint8_t>(fill));
    EXPECT_FALSE(decode(bytes, back)) << fill;
  }
  Header other;
  encode(some_header(), other);
  put32(other.data(), get32(other.data()) + 1);
  Crc32 check;
  check.add(std::span(other).first<SectorHeader::kSize - 4>());
  put32(other.data() + SectorHeader::kSize - 4, check.value());
  EXPECT_FALSE(decode(other, back));
}

TEST(Format, HeaderFieldsHaveBounds) {
  const auto accepted = [](auto change) {
    SectorHeader header = some_header();
    change(header);
    Header bytes;
    encode(header, bytes);
    SectorHeader back;
    return decode(bytes, back);
  };
  EXPECT_TRUE(accepted([](SectorHeader& header) { header.sector_bits = 16; }));
  EXPECT_FALSE(accepted([](SectorHeader& header) { header.sector_bits = 17; }));
  EXPECT_FALSE(accepted([](SectorHeader& header) { header.sector_bits = 9; }));
  EXPECT_FALSE(accepted([](SectorHeader& header) { header.unit_bits = 9; }));
  EXPECT_TRUE(accepted([](SectorHeader& header) { header.sectors = 4; }));
  EXPECT_FALSE(accepted([](SectorHeader& header) { header.sectors = 3; }));
  EXPECT_FALSE(
      accepted([](SectorHeader& header) { header.kind = static_cast<SectorHeader::Kind>(4); }));
}

TEST(Format, AnotherVersionIsAHeaderStill) {
  SectorHeader header = some_header();
  header.version = kFormatVersion + 1;
  header.sector_bits = 99;
  Header bytes;
  encode(header, bytes);
  SectorHeader back;
  EXPECT_TRUE(decode(bytes, back));
  EXPECT_EQ(back.version, kFormatVersion + 1);
  EXPECT_EQ(back.sector_bits, 0);
}

TEST(Format, EverySingleBitIsPutRight) {
  for (const std::size_t size : {4U, 5U, 38U, 262U, 406U}) {
    const std::vector<std::uint8_t> good = checked(size, 1);
    std::vector<std::uint8_t> bytes = good;
    std::uint32_t wrong = 0;
    ASSERT_TRUE(check_and_correct(bytes, wrong));
    EXPECT_EQ(wrong, kNoBit);
    for (std::uint32_t bit = 0; bit < size * 8; ++bit) {
      flip(bytes.data(), bit);
      ASSERT_TRUE(check_and_correct(bytes, wrong)) << size << " " << bit;
      EXPECT_EQ(wrong, bit);
      EXPECT_EQ(bytes, good);
    }
  }
}

TEST(Format, TwoWrongBitsAreNeverTakenForOne) {
  const std::vector<std::uint8_t> good = checked(54, 2);
  for (std::uint32_t first = 0; first < good.size() * 8; ++first) {
    for (std::uint32_t second = 0; second < first; ++second) {
      std::vector<std::uint8_t> bytes = good;
      flip(bytes.data(), first);
      flip(bytes.data(), second);
      ASSERT_FALSE(check_and_correct(bytes)) << first << " " << second;
    }
  }
}

TEST(Format, NothingToCheck) {
  std::vector<std::uint8_t> bytes(3);
  EXPECT_FALSE(check_and_correct(bytes));
  EXPECT_FALSE(check_and_correct({}));
}

}  // namespace
}  // namespace pianola::store
