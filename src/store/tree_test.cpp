#include "store/tree.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <span>
#include <vector>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "base/status.hpp"
#include "store/tree_node.hpp"
#include "support/volume.hpp"

namespace pianola::store {
namespace {

using flash::FlashStatus;
using lang::IndexKey;

using ItemBytes = std::vector<std::uint8_t>;
/// Items by their keys.
using Model = std::map<IndexKey, ItemBytes>;

constexpr std::uint32_t kSector = 4096;
constexpr std::uint32_t kSectors = 2048;

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }

 private:
  std::mt19937 engine_;
};

/// Flash that holds what is appended to it.
class Memory final : public flash::NorFlash {
 public:
  [[nodiscard]] flash::Geometry geometry() const override { return {kSector, 1, kSectors}; }
  FlashStatus read(std::uint32_t address, std::span<std::uint8_t> out) override {
    ++reads;
    if (address > bytes.size() || out.size() > bytes.size() - address) {
      return FlashStatus::bad_argument;
    }
    std::copy_n(bytes.begin() + address, out.size(), out.begin());
    return FlashStatus::ok;
  }
  FlashStatus program(std::uint32_t, std::span<const std::uint8_t>) override {
    return FlashStatus::failed;
  }
  FlashStatus erase(std::uint32_t) override { return FlashStatus::failed; }

  std::vector<std::uint8_t> bytes = std::vector<std::uint8_t>(16);
  unsigned reads = 0;
};

/// Appends nodes to it, and counts them by level.
class Sink final : public NodeSink {
 public:
  explicit Sink(Memory& memory) : memory_(memory) {}
  Status write_node(std::span<const std::uint8_t> frame, std::uint32_t& address) override {
    if (fail_after-- == 0) return Status::full;
    address = static_cast<std::uint32_t>(memory_.bytes.size());
    memory_.bytes.insert(memory_.bytes.end(), frame.begin(), frame.end());
    ++written[frame[0] & 7U];
    return Status::ok;
  }

  std::array<unsigned, kMaxLevels> written{};
  unsigned fail_after = 0xFFFFFFFF;

 private:
  Memory& memory_;
};

// An item's size follows from its key, its content from the value.

ItemBytes index_item(std::uint32_t key, std::uint32_t value) {
  std::array<std::uint8_t, kMaxIndexItem> bytes{};
  const std::uint32_t size = put_index_entry({{key >> 16, 7, key & 0xFFFF},
                                              1000000 + value % 1000000,
                                              key % 7,
                                              key % 500,
                                              key % 3,
                                              static_cast<std::uint8_t>(key % 2),
                                              0},
                                             bytes);
  return {bytes.begin(), bytes.begin() + size};
}

/// Every third key is that of an object's last chunk.
ItemBytes chunk_item(std::uint32_t key, std::uint32_t value) {
  Chunk chunk;
  chunk.object = key / 3;
  chunk.last = chunk.inside = key % 3 == 2;
  chunk.offset = key % 3 * kPayload;
  chunk.address = value;
  chunk.size = static_cast<std::uint16_t>(chunk.last ? 4 + key / 3 % 17 * 5 : kPayload);
  // A long one now and then.
  if (chunk.last && key / 3 % 31 == 0) chunk.size = kMaxTail - key / 3 % 3;
  if (chunk.last) {
    chunk.code = chunk.object % 5 == 0 ? chunk.offset + chunk.size : chunk.object % 100;
    chunk.source = chunk.offset + chunk.size - chunk.code;
  }
  std::array<std::uint8_t, kMaxChunkHead> head{};
  const std::uint32_t size = put_chunk(chunk, head);
  ItemBytes item(head.begin(), head.begin() + size);
  for (unsigned i = 0; chunk.last && i < chunk.size; ++i) {
    item.push_back(static_cast<std::uint8_t>(value >> i % 4 * 8));
  }
  return item;
}

/// A tree, and what it should hold.
class Fixture {
 public:
  explicit Fixture(TreeKind tree_kind) : kind(tree_kind) {}

  [[nodiscard]] ItemBytes make(std::uint32_t key, std::uint32_t value) const {
    return kind == TreeKind::index ? index_item(key, value) : chunk_item(key, value);
  }
  [[nodiscard]] IndexKey key(std::uint32_t number) const { return get_key(kind, make(number, 0)); }
  void put(std::uint32_t number, std::uint32_t value) { model[key(number)] = make(number, value); }
  /// Builds the tree anew from the model.
  Status build() {
    sink.written = {};
    builder.begin(kind, tree);
    for (const auto& [key, entry] : model) {
      const Status status = builder.add(entry);
      if (status != Status::ok) return status;
    }
    TreeRef out;
    const Status status = builder.finish(out);
    if (status == Status::ok) tree = out;
    return status;
  }
  /// Leaves that are needed at least.
  [[nodiscard]] unsigned least_leaves() const {
    unsigned leaves = 0;
    std::size_t size = kPayload;
    for (const auto& [key, item] : model) {
      if (size + item.size() > kPayload) {
        ++leaves;
        size = 0;
      }
      size += item.size();
    }
    return leaves;
  }
  /// Throws away all nodes but those of the tree: for long sequences.
  void compact() {
    if (memory.bytes.size() < 1000000) return;
    memory.bytes.resize(16);
    tree = {};
    ASSERT_EQ(build(), Status::ok);
  }
  [[nodiscard]] unsigned written() const {
    unsigned sum = 0;
    for (const unsigned count : sink.written) sum += count;
    return sum;
  }

  TreeKind kind;
  Memory memory;
  Sink sink{memory};
  TreeBuilder builder{memory, sink};
  FrameBuffer buffer;
  TreeReader reader{memory, kind, buffer};
  TreeRef tree;
  Model model;
};

struct Sums {
  std::uint32_t count = 0;
  std::uint32_t bytes = 0;
};

/// Whether the entry that was found is this one.
bool is(const TreeReader& reader, const ItemBytes& item) {
  return std::ranges::equal(reader.item(), item);
}

/// Reads the whole tree from its first entry on and compares it with the model.
void check_sequence(Fixture& fixture) {
  fixture.buffer.forget();
  Sums sums;
  TreeReader& reader = fixture.reader;
  auto expected = fixture.model.begin();
  Search search = reader.seek(fixture.tree, {});
  for (; search == Search::found; search = reader.next(fixture.tree)) {
    ASSERT_NE(expected, fixture.model.end());
    ASSERT_EQ(reader.key(), expected->first);
    ASSERT_TRUE(is(reader, expected->second));
    ASSERT_EQ(reader.place().count, sums.count);
    ASSERT_EQ(reader.place().bytes, sums.bytes);
    TreeReader again{fixture.memory, fixture.kind, fixture.buffer};
    ASSERT_EQ(again.resume(reader.place()), Search::found);
    ASSERT_TRUE(is(again, expected->second));
    add_entry(fixture.kind, reader.item(), sums.count, sums.bytes);
    ++expected;
  }
  ASSERT_EQ(search, Search::end);
  ASSERT_EQ(expected, fixture.model.end());
  ASSERT_EQ(fixture.tree.count, sums.count);
  ASSERT_EQ(fixture.tree.bytes, sums.bytes);
  ASSERT_EQ(reader.place().count, sums.count);
  ASSERT_EQ(reader.place().bytes, sums.bytes);
}

/// Looks for one key and for one number of each sort.
void check_searches(Fixture& fixture, std::uint32_t key, std::uint32_t number) {
  TreeReader& reader = fixture.reader;
  const IndexKey wanted = fixture.key(key);
  Sums sums;
  auto expected = fixture.model.begin();
  for (; expected != fixture.model.lower_bound(wanted); ++expected) {
    add_entry(fixture.kind, expected->second, sums.count, sums.bytes);
  }
  fixture.memory.reads = 0;
  fixture.buffer.forget();
  const Search search = reader.seek(fixture.tree, wanted);
  ASSERT_LE(fixture.memory.reads, 2U * fixture.tree.levels);
  ASSERT_EQ(search, expected == fixture.model.end() ? Search::end : Search::found);
  if (search == Search::found) {
    ASSERT_TRUE(is(reader, expected->second));
    if (reader.key() == wanted) {
      ASSERT_EQ(fixture.memory.reads, fixture.tree.levels);
    }
  }
  ASSERT_EQ(reader.place().count, sums.count);
  ASSERT_EQ(reader.place().bytes, sums.bytes);

  for (const bool by_count : {true, false}) {
    const std::uint32_t all = by_count ? fixture.tree.count : fixture.tree.bytes;
    const std::uint32_t nth = all == 0 ? 0 : number % (all + 1);
    const auto find = by_count ? &TreeReader::seek_count : &TreeReader::seek_bytes;
    fixture.memory.reads = 0;
    fixture.buffer.forget();
    const Search found = (reader.*find)(fixture.tree, nth);
    ASSERT_LE(fixture.memory.reads, fixture.tree.levels);
    ASSERT_EQ(found, nth == all ? Search::end : Search::found);
    Sums before;
    for (const auto& [unused, candidate] : fixture.model) {
      Sums after = before;
      add_entry(fixture.kind, candidate, after.count, after.bytes);
      if (nth < (by_count ? after.count : after.bytes)) {
        ASSERT_TRUE(is(reader, candidate));
        break;
      }
      before = after;
    }
    ASSERT_EQ(reader.place().count, before.count);
    ASSERT_EQ(reader.place().bytes, before.bytes);
  }
}

/// Counts what a walk finds, and takes note of what stands where.
class Finds final : public TreeVisitor {
 public:
  void node(std::uint32_t address, std::uint32_t size, unsigned level, bool is_good) override {
    ++(is_good ? good : bad);
    if (is_good) nodes[address] = {level, size};
  }
  void entry(const lang::IndexEntry& entry) override { keys.push_back(entry.key); }
  void chunk(const Chunk& chunk) override { keys.push_back(key_of(chunk)); }

  struct Where {
    unsigned level;
    std::uint32_t size;
  };
  unsigned good = 0;
  unsigned bad = 0;
  std::map<std::uint32_t, Where> nodes;
  std::vector<IndexKey> keys;
};

void check_walk(Fixture& fixture) {
  Finds finds;
  walk(fixture.memory, fixture.kind, fixture.tree, finds);
  ASSERT_EQ(finds.bad, 0U);
  ASSERT_EQ(finds.good, finds.nodes.size());
  ASSERT_EQ(finds.keys.size(), fixture.model.size());
  auto found = finds.keys.begin();
  for (const auto& [key, item] : fixture.model) ASSERT_EQ(*found++, key);
}

void check_all(Fixture& fixture, Random& random) {
  ASSERT_NO_FATAL_FAILURE(check_sequence(fixture));
  ASSERT_NO_FATAL_FAILURE(check_walk(fixture));
  for (unsigned i = 0; i < 10; ++i) {
    ASSERT_NO_FATAL_FAILURE(check_searches(fixture, random() % 100000, random()));
  }
}

/// The number from which Fixture::make() makes that key.
std::uint32_t key_of(const Fixture& fixture, const IndexKey& key) {
  if (fixture.kind == TreeKind::index) return key.scope << 16 | key.low;
  return key.scope * 3 + (key.low == kLastChunk ? 2 : key.low / kPayload);
}

class Trees : public testing::TestWithParam<TreeKind> {
 public:
  /// A tree with the keys 10, 20, 30, …
  static void fill(Fixture& fixture, std::uint32_t count) {
    for (std::uint32_t i = 1; i <= count; ++i) fixture.put(i * 10, i);
    ASSERT_EQ(fixture.build(), Status::ok);
  }
};

INSTANTIATE_TEST_SUITE_P(Kinds, Trees, testing::Values(TreeKind::index, TreeKind::objects),
                         [](const auto& kind) {
                           return kind.param == TreeKind::index ? "Index" : "Objects";
                         });

TEST_P(Trees, EmptyTree) {
  Fixture fixture(GetParam());
  fixture.tree.address = 99;
  ASSERT_EQ(fixture.build(), Status::ok);
  EXPECT_EQ(fixture.tree, TreeRef{});
  EXPECT_EQ(fixture.written(), 0U);
  Random random(1);
  check_all(fixture, random);
}

TEST_P(Trees, BulkBuildFillsNodes) {
  Random random(2);
  for (const std::uint32_t count :
       {1U, 2U, 3U, 4U, 5U, 8U, 9U, 31U, 32U, 33U, 256U, 257U, 40000U}) {
    Fixture fixture(GetParam());
    fill(fixture, count);
    ASSERT_NO_FATAL_FAILURE(check_all(fixture, random));
    EXPECT_EQ(fixture.sink.written[0], fixture.least_leaves());
    EXPECT_EQ(fixture.sink.written[fixture.tree.levels - 1U], 1U);
    Finds finds;
    walk(fixture.memory, fixture.kind, fixture.tree, finds);
    // Of the nodes above the leaves, one of each level may have room for another child.
    std::array<unsigned, kMaxLevels> roomy{};
    for (const auto& [address, where] : finds.nodes) {
      if (where.size + kMaxChild <= kMaxFrame) ++roomy[where.level];
    }
    for (unsigned level = 1; level < kMaxLevels; ++level) EXPECT_LE(roomy[level], 1U) << count;
  }
}

TEST_P(Trees, EqualEntriesWriteNothing) {
  for (const std::uint32_t count : {0U, 1U, 8U, 9U, 1000U, 3000U}) {
    Fixture fixture(GetParam());
    fill(fixture, count);
    const TreeRef before = fixture.tree;
    ASSERT_EQ(fixture.build(), Status::ok);
    EXPECT_EQ(fixture.tree, before);
    EXPECT_EQ(fixture.written(), 0U);
  }
}

TEST_P(Trees, AChangedEntryWritesOneNodeALevel) {
  Fixture fixture(GetParam());
  fill(fixture, 1000);
  Random random(3);
  for (unsigned edit = 0; edit < 100; ++edit) {
    fixture.put((1 + random() % 1000) * 10, 5000 + edit);
    ASSERT_EQ(fixture.build(), Status::ok);
    for (unsigned level = 0; level < kMaxLevels; ++level) {
      ASSERT_EQ(fixture.sink.written[level], level < fixture.tree.levels ? 1U : 0U) << edit;
    }
  }
  check_all(fixture, random);
}

TEST_P(Trees, AnInsertionWritesAtMostTwoNodesALevel) {
  Fixture fixture(GetParam());
  fill(fixture, 1000);
  Random random(4);
  for (unsigned edit = 0; edit < 200; ++edit) {
    fixture.put(random() % 10010, 5000 + edit);
    ASSERT_EQ(fixture.build(), Status::ok);
    // What is longer than half a leaf may get one of its own, between two others.
    for (unsigned level = 0; level < kMaxLevels; ++level) {
      ASSERT_LE(fixture.sink.written[level], level == 0 ? 3U : 2U) << edit;
    }
  }
  check_all(fixture, random);
}

TEST_P(Trees, ADeletionWritesAtMostOneNodeALevel) {
  Fixture fixture(GetParam());
  fill(fixture, 500);
  Random random(5);
  while (!fixture.model.empty()) {
    fixture.model.erase(std::next(fixture.model.begin(), random() % fixture.model.size()));
    ASSERT_EQ(fixture.build(), Status::ok);
    for (const unsigned count : fixture.sink.written) ASSERT_LE(count, 1U);
    if (fixture.model.size() % 50 == 0) {
      ASSERT_NO_FATAL_FAILURE(check_all(fixture, random));
    }
  }
  EXPECT_EQ(fixture.tree, TreeRef{});
}

TEST_P(Trees, EditsStayLocalInATreeThatWasEditedOften) {
  Fixture fixture(GetParam());
  fill(fixture, 400);
  Random random(15);
  unsigned levels = 0;
  unsigned nodes = 0;
  for (unsigned edit = 0; edit < test::rounds(900); ++edit) {
    unsigned most = 1;
    const bool changes = edit % 3 == 0;
    const auto some = std::next(fixture.model.begin(), random() % fixture.model.size());
    if (changes) {
      fixture.put(key_of(fixture, some->first), 1000 + edit);
    } else if (random() % 800 > fixture.model.size()) {
      fixture.put(random() % 50000, edit);
      most = 2;
    } else {
      fixture.model.erase(some);
    }
    ASSERT_EQ(fixture.build(), Status::ok);
    for (unsigned level = 0; level < kMaxLevels; ++level) {
      // Now and then an item is a little longer than before, and a node splits.
      ASSERT_LE(fixture.sink.written[level], most + 1) << edit;
      if (level < fixture.tree.levels) ++levels;
      if (changes && level < fixture.tree.levels) {
        ASSERT_EQ(fixture.sink.written[level], 1U) << edit;
      }
    }
    nodes += fixture.written();
  }
  EXPECT_LT(nodes, levels + levels / 5);
  check_all(fixture, random);
}

TEST_P(Trees, AppendingOneByOneFillsLeaves) {
  Fixture fixture(GetParam());
  for (std::uint32_t i = 1; i <= 600; ++i) {
    fixture.put(i * 10, i);
    ASSERT_EQ(fixture.build(), Status::ok);
    for (const unsigned count : fixture.sink.written) ASSERT_LE(count, 1U);
  }
  Finds finds;
  walk(fixture.memory, fixture.kind, fixture.tree, finds);
  unsigned leaves = 0;
  for (const auto& [address, where] : finds.nodes) leaves += where.level == 0 ? 1U : 0U;
  EXPECT_EQ(leaves, fixture.least_leaves());
}

TEST_P(Trees, NodesStayFullEnoughWhateverIsEdited) {
  Fixture fixture(GetParam());
  fill(fixture, 300);
  Random random(6);
  for (unsigned edit = 0; edit < test::rounds(1200); ++edit) {
    if (edit % 2 == 0) {
      fixture.put(random() % 30000, edit);
    } else {
      fixture.model.erase(std::next(fixture.model.begin(), random() % fixture.model.size()));
    }
    ASSERT_EQ(fixture.build(), Status::ok);
  }
  Finds finds;
  walk(fixture.memory, fixture.kind, fixture.tree, finds);
  unsigned leaves = 0;
  for (const auto& [address, where] : finds.nodes) leaves += where.level == 0 ? 1U : 0U;
  EXPECT_LE(leaves, fixture.least_leaves() * 5 / 2);
  check_all(fixture, random);
}

TEST_P(Trees, RandomEditsAgainstAModel) {
  Random random(7);
  for (unsigned sequence = 0; sequence < test::rounds(30); ++sequence) {
    Fixture fixture(GetParam());
    const std::uint32_t range = 2 + (1U << random() % 14);
    const std::uint32_t start = std::min(random() % range, std::uint32_t{3000});
    for (std::uint32_t i = 0; i < start; ++i) fixture.put(random() % range, random());
    for (unsigned edit = 0; edit < 30; ++edit) {
      const std::uint32_t length = 1 + random() % (random() % 8 == 0 ? 200 : 3);
      const std::uint32_t from = random() % range;
      const unsigned kind = random() % 3;
      for (std::uint32_t i = 0; i < length; ++i) {
        const std::uint32_t key = (from + (kind == 1 ? i * 7 : i)) % range;
        if (kind < 2) {
          if (fixture.model.size() < 3000) fixture.put(key, random());
        } else {
          fixture.model.erase(fixture.key(key));
        }
      }
      ASSERT_EQ(fixture.build(), Status::ok);
      ASSERT_NO_FATAL_FAILURE(check_sequence(fixture));
      for (unsigned i = 0; i < 3; ++i) {
        ASSERT_NO_FATAL_FAILURE(check_searches(fixture, random() % range, random()));
      }
      fixture.compact();
    }
    ASSERT_NO_FATAL_FAILURE(check_walk(fixture));
    const TreeRef before = fixture.tree;
    ASSERT_EQ(fixture.build(), Status::ok);
    ASSERT_EQ(fixture.tree, before);
    ASSERT_EQ(fixture.written(), 0U);
  }
}

TEST_P(Trees, ASinkThatFailsEndsTheBuild) {
  for (unsigned fail_after = 0; fail_after < 12; ++fail_after) {
    Fixture fixture(GetParam());
    for (std::uint32_t i = 1; i <= 400; ++i) fixture.put(i, i);
    fixture.sink.fail_after = fail_after;
    EXPECT_EQ(fixture.build(), Status::full);
    EXPECT_EQ(fixture.builder.add(fixture.make(1000, 0)), Status::full);
    TreeRef out;
    EXPECT_EQ(fixture.builder.finish(out), Status::full);
    fixture.sink.fail_after = 0xFFFFFFFF;
    EXPECT_EQ(fixture.build(), Status::ok);
    ASSERT_NO_FATAL_FAILURE(check_sequence(fixture));
  }
}

TEST_P(Trees, KeysThatDoNotRiseAreRefused) {
  for (const std::uint32_t second : {3U, 4U}) {
    Fixture fixture(GetParam());
    fixture.builder.begin(fixture.kind, fixture.tree);
    EXPECT_EQ(fixture.builder.add(fixture.make(4, 1)), Status::ok);
    EXPECT_EQ(fixture.builder.add(fixture.make(second, 2)), Status::io_error);
  }
}

TEST_P(Trees, EverySingleWrongBitIsPutRight) {
  Fixture fixture(GetParam());
  fill(fixture, 150);
  Random random(9);
  Finds finds;
  walk(fixture.memory, fixture.kind, fixture.tree, finds);
  std::set<unsigned> done;
  for (const auto& [address, where] : finds.nodes) {
    // Many bits of one node of each level, and of every other one a few.
    const bool all = done.insert(where.level).second;
    for (std::uint32_t bit = 0; bit < where.size * 8; bit += 1 + random() % (all ? 7 : 1000)) {
      flip(fixture.memory.bytes.data() + address, bit);
      ASSERT_NO_FATAL_FAILURE(check_sequence(fixture)) << bit;
      ASSERT_NO_FATAL_FAILURE(check_walk(fixture)) << bit;
      ASSERT_NO_FATAL_FAILURE(check_searches(fixture, random() % 1500, random()));
      ASSERT_EQ(fixture.build(), Status::ok);
      ASSERT_EQ(fixture.written(), 0U);
      flip(fixture.memory.bytes.data() + address, bit);
    }
  }
}

TEST_P(Trees, AWrongBitIsNotCopied) {
  Fixture fixture(GetParam());
  fill(fixture, 150);
  Random random(10);
  for (unsigned edit = 0; edit < 100; ++edit) {
    Finds finds;
    walk(fixture.memory, fixture.kind, fixture.tree, finds);
    for (const auto& [address, where] : finds.nodes) {
      flip(fixture.memory.bytes.data() + address, random() % (where.size * 8));
    }
    fixture.put((1 + random() % 150) * 10, edit);
    ASSERT_EQ(fixture.build(), Status::ok);
    ASSERT_NO_FATAL_FAILURE(check_sequence(fixture)) << edit;
    for (const auto& [address, where] : finds.nodes) {
      std::uint32_t wrong_bit = 0;
      ASSERT_TRUE(check_and_correct(std::span(fixture.memory.bytes).subspan(address, where.size),
                                    wrong_bit));
    }
  }
}

TEST_P(Trees, DamagedNodesAreReportedAndRebuilt) {
  Random random(11);
  for (unsigned round = 0; round < 60; ++round) {
    Fixture fixture(GetParam());
    fill(fixture, 300);
    Finds finds;
    walk(fixture.memory, fixture.kind, fixture.tree, finds);
    const auto hit = std::next(finds.nodes.begin(), random() % finds.nodes.size());
    for (unsigned i = 0; i < 2; ++i) {
      fixture.memory.bytes[hit->first + (i + 1) * hit->second.size / 3] ^= 0x10;
    }
    Finds after;
    walk(fixture.memory, fixture.kind, fixture.tree, after);
    EXPECT_EQ(after.bad, 1U);
    EXPECT_FALSE(after.nodes.contains(hit->first));
    EXPECT_LT(after.keys.size(), finds.keys.size());
    unsigned damaged = 0;
    for (std::uint32_t i = 1; i <= 300; ++i) {
      fixture.buffer.forget();
      const IndexKey wanted = fixture.key(i * 10);
      const Search search = fixture.reader.seek(fixture.tree, wanted);
      const bool seen = std::ranges::find(after.keys, wanted) != after.keys.end();
      ASSERT_EQ(search, seen ? Search::found : Search::damaged);
      damaged += seen ? 0U : 1U;
    }
    EXPECT_EQ(damaged, finds.keys.size() - after.keys.size());
    // Only what is hidden is written again.
    ASSERT_EQ(fixture.build(), Status::ok);
    ASSERT_NO_FATAL_FAILURE(check_sequence(fixture));
    if (hit->second.level == 0) {
      EXPECT_EQ(fixture.written(), fixture.tree.levels);
    }
  }
}

/// Gives a frame a checksum that is right.
void seal(std::span<std::uint8_t> frame) {
  Crc32 check;
  check.add(frame.first(frame.size() - 4));
  put32(frame.data() + frame.size() - 4, check.value());
}

TEST_P(Trees, WrongCountsAreNotTakenOver) {
  Fixture fixture(GetParam());
  fill(fixture, 100);
  const TreeRef good = fixture.tree;
  const auto top = std::span(fixture.memory.bytes).subspan(good.address, frame_size(good.size));
  // The first child counts one more.
  Child child;
  const Item first = Items{top.data()}.get();
  get_child(fixture.kind, first, child);
  ++child.count;
  std::array<std::uint8_t, kMaxChild> changed{};
  ASSERT_EQ(put_child(fixture.kind, child, changed), first.size());
  std::copy_n(changed.begin(), first.size(), top.data() + kFrameHeader);
  seal(top);
  ++fixture.tree.count;
  ASSERT_EQ(fixture.build(), Status::ok);
  EXPECT_EQ(fixture.tree.count, good.count);
  ASSERT_NO_FATAL_FAILURE(check_sequence(fixture));
}

/// Does with a tree that may be anything all that can be done; bounded, or the test hangs.
void use(Fixture& fixture, Random& random) {
  Finds finds;
  walk(fixture.memory, fixture.kind, fixture.tree, finds);
  for (unsigned i = 0; i < 20; ++i) {
    fixture.buffer.forget();
    const IndexKey key = fixture.key(random() % 1000);
    Search search = fixture.reader.seek(fixture.tree, i == 0 ? IndexKey{} : key);
    while (search == Search::found) search = fixture.reader.next(fixture.tree);
    search = fixture.reader.seek_count(fixture.tree, random() % 500);
    search = fixture.reader.seek_bytes(fixture.tree, random() % 50000);
    if (search == Search::found && fixture.kind == TreeKind::objects) {
      Chunk chunk;
      fixture.reader.get(chunk);
      ASSERT_LE(chunk.size, kPayload);
      ASSERT_LE(chunk.address + chunk.size, fixture.memory.bytes.size());
    }
  }
  const TreeRef tree = fixture.tree;
  fixture.put(random() % 1000, random());
  ASSERT_EQ(fixture.build(), Status::ok);
  fixture.tree = tree;
}

TEST_P(Trees, HostileNodesWithGoodChecksums) {
  Random random(12);
  for (unsigned round = 0; round < test::rounds(200); ++round) {
    Fixture fixture(GetParam());
    fill(fixture, 200);
    Finds finds;
    walk(fixture.memory, fixture.kind, fixture.tree, finds);
    std::vector<std::uint32_t> addresses;
    for (const auto& [address, where] : finds.nodes) addresses.push_back(address);
    for (unsigned change = 0; change < 5; ++change) {
      const auto hit = std::next(finds.nodes.begin(), random() % finds.nodes.size());
      const auto frame = std::span(fixture.memory.bytes).subspan(hit->first, hit->second.size);
      std::uint8_t* const at = frame.data() + random() % (frame.size() - 8);
      switch (random() % 3) {
        case 0:
          *at = static_cast<std::uint8_t>(random());
          break;
        case 1:
          put32(at, random());
          break;
        default:
          if (hit->second.level > 0) {
            // The first child's address: behind its length and its key.
            const std::size_t key = fixture.kind == TreeKind::index ? 7 : 2;
            put32(frame.data() + kFrameHeader + 1 + key, addresses[random() % addresses.size()]);
          }
      }
      seal(frame);
    }
    ASSERT_NO_FATAL_FAILURE(use(fixture, random));
  }
}

TEST_P(Trees, RandomBytes) {
  Random random(13);
  for (unsigned round = 0; round < 100; ++round) {
    Fixture fixture(GetParam());
    fixture.memory.bytes = std::vector<std::uint8_t>(2000);
    for (std::uint8_t& byte : fixture.memory.bytes) byte = static_cast<std::uint8_t>(random());
    fixture.tree = {random() % 2100, random() % 1000, random() % 1000,
                    static_cast<std::uint8_t>(random() % 20),
                    static_cast<std::uint8_t>(random() % 8)};
    ASSERT_NO_FATAL_FAILURE(use(fixture, random));
  }
}

TEST(Tree, NodesThatAreTheirOwnDescendantsManyTimesOver) {
  // A node of each level, each with all its children the same: a tree of millions of entries in 2
  // kilobytes.
  Fixture fixture(TreeKind::index);
  Child child;
  for (unsigned level = 0; level < kMaxLevels; ++level) {
    ItemBytes frame{node_type(fixture.kind, level), 0};
    for (unsigned i = 0; i < 8; ++i) {
      std::array<std::uint8_t, kMaxChild> bytes{};
      ItemBytes item = index_item(i, i);
      if (level != 0)
        item.assign(bytes.begin(), bytes.begin() + put_child(fixture.kind, child, bytes));
      frame.insert(frame.end(), item.begin(), item.end());
    }
    frame[1] = static_cast<std::uint8_t>(frame.size() - kFrameHeader);
    frame.resize(frame.size() + 4);
    seal(frame);
    child = {{}, static_cast<std::uint32_t>(fixture.memory.bytes.size()), 8, 0, frame[1]};
    fixture.memory.bytes.insert(fixture.memory.bytes.end(), frame.begin(), frame.end());
  }
  fixture.tree = {child.address, 8388608, 0, child.size, kMaxLevels};
  Finds finds;
  walk(fixture.memory, fixture.kind, fixture.tree, finds);
  EXPECT_LE(finds.good, kSector * kSectors / frame_size(8));
  Random random(14);
  use(fixture, random);
}

TEST(Tree, LevelsThatNoTreeHas) {
  Fixture fixture(TreeKind::index);
  Trees::fill(fixture, 3);
  for (const unsigned levels : {2U, kMaxLevels, kMaxLevels + 1, 255U}) {
    TreeRef tree = fixture.tree;
    tree.levels = static_cast<std::uint8_t>(levels);
    Finds finds;
    walk(fixture.memory, fixture.kind, tree, finds);
    EXPECT_EQ(finds.good, 0U);
    EXPECT_EQ(finds.bad, 1U);
    EXPECT_EQ(fixture.reader.seek(tree, {}), Search::damaged);
    EXPECT_EQ(fixture.reader.seek_count(tree, 0), Search::damaged);
  }
}

}  // namespace
}  // namespace pianola::store
