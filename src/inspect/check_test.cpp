#include "inspect/check.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "base/status.hpp"
#include "inspect/dump.hpp"
#include "store/frames.hpp"
#include "store/object.hpp"
#include "store/tree_node.hpp"
#include "support/store_device.hpp"

namespace pianola::inspect {
namespace {

using store::Chunk;
using store::Frame;
using store::FrameKind;
using store::Log;
using store::LogNodes;
using store::LogView;
using store::Mount;
using store::Root;
using store::Search;
using store::SectorHeader;
using store::SectorState;
using store::TreeBuilder;
using store::TreeKind;
using store::TreeReader;
using store::TreeRef;
using store::TreeRole;
using test::many_macros;
using test::StoreDevice;

class Report final : public CheckSink {
 public:
  void report(const Finding& finding) override { findings.push_back(finding); }
  [[nodiscard]] bool has(Problem problem) const {
    return std::ranges::any_of(findings, [&](const Finding& f) { return f.problem == problem; });
  }
  std::vector<Finding> findings;
};

std::string describe(const Report& report) {
  std::string lines;
  for (const Finding& finding : report.findings) {
    lines += std::string(text(finding.part)) + " " + std::to_string(finding.address) + " object " +
             std::to_string(finding.object) + ": " + std::string(text(finding.problem)) + " (" +
             std::to_string(finding.found) + ", expected " + std::to_string(finding.expected) +
             ")\n";
  }
  return lines;
}

Report check_all(Log& log) {
  Report report;
  std::vector<std::uint8_t> memory(check_memory(log.geometry()));
  const std::uint32_t count = check(log, memory, report);
  EXPECT_EQ(count, report.findings.size());
  return report;
}

void expect_sound(StoreDevice& device) {
  const Report report = check_all(device.store.log());
  EXPECT_TRUE(report.findings.empty()) << describe(report);
}

class CheckTest : public testing::TestWithParam<flash::Geometry> {
 protected:
  memory::SimulatedFlash flash{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Geometries, CheckTest,
                         testing::Values(flash::Geometry{4096, 256, 32},
                                         flash::Geometry{4096, 4, 32}, flash::Geometry{4096, 1, 32},
                                         flash::Geometry{1024, 8, 128}));

TEST_P(CheckTest, ASoundRegionHasNoFindings) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  expect_sound(device);
  std::string text = many_macros(60, 80);
  ASSERT_EQ(device.save(text), Status::ok);
  expect_sound(device);
  std::array<std::uint8_t, 1024> data{};
  for (unsigned i = 0; i < 150; ++i) {
    const std::size_t at = text.find("number " + std::to_string(i * 37 % 60) + " ");
    text[at + 12] = static_cast<char>('a' + i % 26);
    ASSERT_EQ(device.save(text), Status::ok) << i;
    if (i % 10 == 0) {
      ASSERT_EQ(device.store.write_draft(i % 7, data), Status::ok);
      expect_sound(device);
    }
  }
  ASSERT_EQ(device.edit(3, 5, ""), Status::ok);
  expect_sound(device);
  ASSERT_EQ(device.store.clear_draft(), Status::ok);
  ASSERT_EQ(device.store.reset(), Status::ok);
  expect_sound(device);
}

TEST_P(CheckTest, ARegionIsSoundAfterPowerCuts) {
  std::mt19937 random(1);
  {
    StoreDevice device{flash};
    ASSERT_EQ(device.store.format(), Status::ok);
    ASSERT_EQ(device.save(many_macros(30, 60)), Status::ok);
  }
  for (unsigned i = 0; i < 60; ++i) {
    StoreDevice device{flash};
    ASSERT_EQ(device.store.mount(), Mount::ok) << i;
    expect_sound(device);
    flash.cut_after(random() % 3000);
    device.edit(static_cast<std::uint32_t>(random() % 30), 1,
                "macro x" + std::to_string(i) + " { \"some text\" }\n");
    flash.power_on();
  }
}

/// Bits that were left in doubt may read otherwise each time. The state is settled anew by then, so
/// that this is no fault.
TEST_P(CheckTest, AStateThatWasSettledAnewIsSoundHoweverOftenItIsLookedAt) {
  {
    StoreDevice device{flash};
    ASSERT_EQ(device.store.format(), Status::ok);
    ASSERT_EQ(device.save("F1 { \"first\" }\n"), Status::ok);
  }
  memory::SimulatedFlash whole = flash;
  const std::uint64_t begin = whole.counts().steps;
  ASSERT_EQ(StoreDevice{whole}.mount(), Mount::ok);
  const std::uint64_t mounted = whole.counts().steps;
  StoreDevice device{whole};
  ASSERT_EQ(device.mount(), Mount::ok);
  ASSERT_EQ(device.save("F1 { \"second\" }\n"), Status::ok);
  const std::uint64_t steps = whole.counts().steps - mounted;
  ASSERT_EQ(mounted, begin) << "a sound region is mounted without a change";
  for (std::uint64_t step = 0; step < steps; ++step) {
    memory::SimulatedFlash cut = flash;
    cut.set_seed(step + 1);
    cut.cut_after(step);
    {
      StoreDevice before{cut};
      ASSERT_EQ(before.mount(), Mount::ok);
      before.save("F1 { \"second\" }\n");
    }
    cut.power_on();
    StoreDevice after{cut};
    ASSERT_EQ(after.mount(), Mount::ok) << step;
    for (unsigned look = 0; look < 3; ++look) expect_sound(after);
    if (HasFailure()) FAIL() << "cut at step " << step << " of " << steps;
  }
}

/// What stands in a region, by the kind of frame.
class Frames final : public DumpSink {
 public:
  void sector(std::uint32_t, SectorState state, const SectorHeader& header) override {
    ++sectors[state];
    logical = header.logical;
  }
  void frame(const Frame& frame) override {
    frames[frame.kind].push_back(frame);
    logical_of[frame.address] = logical;
  }
  std::uint32_t logical = 0;
  std::map<std::uint32_t, std::uint32_t> logical_of;  ///< By address of a frame.
  std::map<SectorState, unsigned> sectors;
  std::map<FrameKind, std::vector<Frame>> frames;
};

TEST_P(CheckTest, ADumpTellsOfEverySectorAndFrame) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  ASSERT_EQ(device.save(many_macros(40, 300)), Status::ok);
  Frames found;
  dump(flash, found);
  unsigned sectors = 0;
  for (const auto& [state, count] : found.sectors) sectors += count;
  EXPECT_EQ(sectors, GetParam().sectors);
  EXPECT_GE(found.sectors[SectorState::pages], 2U);
  EXPECT_GE(found.sectors[SectorState::states], 1U);
  EXPECT_GE(found.frames[FrameKind::data].size(), 40U);
  EXPECT_GE(found.frames[FrameKind::node].size(), 10U);
  // That of the empty region, the save's, and those in between that say what sectors stand for.
  const std::size_t commits = found.frames[FrameKind::commit].size();
  EXPECT_GE(commits, 1U);
  EXPECT_EQ(found.frames[FrameKind::settled].size(), commits + 1);
  EXPECT_TRUE(found.frames[FrameKind::unknown].empty());
  std::uint32_t bytes = 0;
  for (const auto& [kind, frames] : found.frames) {
    for (const Frame& frame : frames) {
      EXPECT_TRUE(frame.good) << text(kind) << " " << frame.address;
      bytes += frame.size;
    }
  }
  const std::uint32_t header =
      (SectorHeader::kSize + GetParam().program_unit - 1) & ~(GetParam().program_unit - 1);
  EXPECT_EQ(bytes, found.sectors[SectorState::pages] * (GetParam().sector_size - store::kPage) +
                       found.sectors[SectorState::states] * (GetParam().sector_size - header));
}

TEST_P(CheckTest, WrongBitsAreFound) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  ASSERT_EQ(device.save(many_macros(40, 300)), Status::ok);
  ASSERT_EQ(device.edit(7, 1, "macro m7 { \"x\" }\n"), Status::ok);
  const Root& root = device.store.log().root();
  Frames found;
  dump(flash, found);
  Report sound;
  std::vector<std::uint8_t> live(check_memory(GetParam()));
  ASSERT_EQ(check(device.store.log(), live, sound), 0U);
  const auto is_live = [&](std::uint32_t place) {
    const std::uint32_t size = GetParam().sector_size;
    const std::uint32_t address = found.logical_of[place] * size + place % size;
    return device.store.log().place_of(address) == place &&
           ((live[address / 8] >> address % 8) & 1) != 0;
  };
  unsigned checked = 0;
  for (const FrameKind kind : {FrameKind::data, FrameKind::node, FrameKind::settled}) {
    for (const Frame& frame : found.frames[kind]) {
      const bool counts = kind == FrameKind::settled ? frame.root == root : is_live(frame.address);
      // What is not in force may be damaged: where power was cut, it is.
      if (!counts) continue;
      ++checked;
      flash.flip(frame.address + frame.size / 2, 3);
      const Report report = check_all(device.store.log());
      flash.flip(frame.address + frame.size / 2, 3);
      EXPECT_EQ(report.findings.size(), 1U) << text(kind) << "\n" << describe(report);
      EXPECT_TRUE(report.has(Problem::wrong_bit)) << text(kind) << "\n" << describe(report);
      if (kind != FrameKind::data) continue;
      // Two wrong bits are more than can be put right.
      flash.flip(frame.address + frame.size / 2, 3);
      flash.flip(frame.address + frame.size / 3, 5);
      const Report lost = check_all(device.store.log());
      flash.flip(frame.address + frame.size / 2, 3);
      flash.flip(frame.address + frame.size / 3, 5);
      EXPECT_EQ(lost.findings.size(), 1U) << describe(lost);
      EXPECT_TRUE(lost.has(Problem::data)) << describe(lost);
    }
  }
  EXPECT_GE(checked, 40U + 1);
  expect_sound(device);
}

TEST_P(CheckTest, ALostNodeALostHeaderAndALostStateAreFound) {
  StoreDevice device{flash};
  ASSERT_EQ(device.store.format(), Status::ok);
  ASSERT_EQ(device.save(many_macros(40, 80)), Status::ok);
  const Root root = device.store.log().root();
  const std::uint32_t sector_size = GetParam().sector_size;
  const auto after_flips = [&](std::uint32_t address) {
    flash.flip(address + 8, 0);
    flash.flip(address + 9, 5);
    const Report report = check_all(device.store.log());
    flash.flip(address + 8, 0);
    flash.flip(address + 9, 5);
    return report;
  };
  for (const TreeRef& tree : {root[TreeRole::roll], root[TreeRole::index]}) {
    const std::uint32_t place = device.store.log().place_of(tree.address);
    const Report report = after_flips(place);
    EXPECT_TRUE(report.has(Problem::node));
    EXPECT_TRUE(after_flips(place / sector_size * sector_size).has(Problem::header));
  }
  Frames found;
  dump(flash, found);
  EXPECT_TRUE(after_flips(found.frames[FrameKind::settled].back().address).has(Problem::state));
  expect_sound(device);
}

using Bytes = std::vector<std::uint8_t>;

/// Commits what a test makes of the state.
class Forgery {
 public:
  explicit Forgery(flash::NorFlash& flash) : device(flash) {
    EXPECT_EQ(device.store.format(), Status::ok);
    // The first one is too large for a leaf.
    const std::string text = "F1 { \"" + std::string(600, 'x') + "\" }\nF2 { tap b }\n";
    EXPECT_EQ(device.save(text), Status::ok);
    root = device.store.log().root();
    log().begin(0);
  }
  Log& log() { return device.store.log(); }
  /// A tree of these entries.
  TreeRef tree(TreeKind kind, const std::vector<Bytes>& items) {
    LogView view{log()};
    LogNodes nodes{log()};
    TreeBuilder builder{view, nodes};
    builder.begin(kind, {});
    for (const Bytes& item : items) EXPECT_EQ(builder.add(item), Status::ok);
    TreeRef tree;
    EXPECT_EQ(builder.finish(tree), Status::ok);
    return tree;
  }
  /// The entries of the roll.
  std::vector<Bytes> roll() {
    TreeReader reader{log().flash(), TreeKind::objects, log().frame_buffer()};
    std::vector<Bytes> items;
    Search search = reader.seek(root[TreeRole::roll], {});
    for (; search == Search::found; search = reader.next(root[TreeRole::roll])) {
      items.emplace_back(reader.item().begin(), reader.item().end());
    }
    return items;
  }
  /// An entry of which something else is said, with the bytes that it had.
  static Bytes changed(const Bytes& item, const auto& change) {
    Chunk chunk;
    get_chunk(item, 0, chunk);
    const Bytes tail(item.end() - (chunk.last ? chunk.size : 0), item.end());
    change(chunk);
    std::array<std::uint8_t, store::kMaxChunkHead> head{};
    const std::uint32_t size = put_chunk(chunk, head);
    Bytes out(head.begin(), head.begin() + size);
    if (chunk.last) out.insert(out.end(), tail.begin(), tail.end());
    return out;
  }
  /// A roll whose first or second entry was changed: a piece of the first definition, and its last
  /// chunk.
  template <typename Change>
  void change_roll(unsigned entry, Change change) {
    std::vector<Bytes> items = roll();
    items[entry] = changed(items[entry], change);
    root[TreeRole::roll] = tree(TreeKind::objects, items);
  }
  Report commit() {
    ++root.commit;
    EXPECT_EQ(log().commit(root), Status::ok);
    return check_all(log());
  }

  StoreDevice device;
  Root root;
};

TEST_P(CheckTest, CountsThatDoNotAgree) {
  Forgery forgery{flash};
  ++forgery.root[TreeRole::roll].count;
  --forgery.root[TreeRole::roll].bytes;
  const Report report = forgery.commit();
  EXPECT_EQ(report.findings.size(), 2U);
  EXPECT_TRUE(report.has(Problem::count));
  EXPECT_TRUE(report.has(Problem::bytes));
}

TEST_P(CheckTest, TreesThatCannotBe) {
  Forgery forgery{flash};
  forgery.root[TreeRole::roll].levels = 9;
  forgery.root[TreeRole::index].address = GetParam().size() - 3;
  forgery.root[TreeRole::draft] = {GetParam().sector_size + 80, 1, 1, 2, 1};
  const Report report = forgery.commit();
  EXPECT_TRUE(report.has(Problem::node));
  EXPECT_TRUE(report.has(Problem::outside));
}

TEST_P(CheckTest, OneTreeTwice) {
  Forgery forgery{flash};
  forgery.root[TreeRole::draft] = forgery.root[TreeRole::roll];
  EXPECT_TRUE(forgery.commit().has(Problem::overlap));
}

TEST_P(CheckTest, OnePieceTwice) {
  Forgery forgery{flash};
  std::vector<Bytes> items = forgery.roll();
  // Another object of the same bytes.
  const auto another = [](Chunk& chunk) { chunk.object += 1000; };
  items.push_back(Forgery::changed(items[0], another));
  items.push_back(Forgery::changed(items[1], another));
  forgery.root[TreeRole::roll] = forgery.tree(TreeKind::objects, items);
  const Report report = forgery.commit();
  EXPECT_EQ(report.findings.size(), 1U) << describe(report);
  EXPECT_TRUE(report.has(Problem::overlap));
}

TEST_P(CheckTest, ChunksThatAreNoObject) {
  const auto found = [&](unsigned entry, auto change) {
    Forgery forgery{flash};
    forgery.change_roll(entry, change);
    return forgery.commit();
  };
  EXPECT_TRUE(found(0, [](Chunk&) {}).findings.empty());
  EXPECT_TRUE(found(1, [](Chunk&) {}).findings.empty());
  EXPECT_TRUE(found(1, [](Chunk& chunk) { ++chunk.offset; }).has(Problem::object_size));
  EXPECT_TRUE(found(0, [](Chunk& chunk) { --chunk.size; }).has(Problem::object_size));
  EXPECT_TRUE(
      found(0, [](Chunk& chunk) { chunk.size -= 10, chunk.offset += 10; }).has(Problem::gap));
  EXPECT_TRUE(found(0, [](Chunk& chunk) { ++chunk.address; }).has(Problem::not_a_frame));
  EXPECT_TRUE(found(0, [](Chunk& chunk) { chunk.address = 5; }).has(Problem::outside));
  EXPECT_TRUE(found(0, [](Chunk& chunk) { chunk.address = 0xFFFFFFF0; }).has(Problem::outside));
  EXPECT_TRUE(found(0, [](Chunk& chunk) {
                chunk.size += 5;
                chunk.offset -= 5;
              }).has(Problem::gap));
  EXPECT_TRUE(found(1, [](Chunk& chunk) {
                chunk.last = chunk.inside = false;
                chunk.size = 10;
              }).has(Problem::no_last));
}

TEST_P(CheckTest, AFrameOfAnotherLengthAndPiecesThatDoNotFit) {
  Forgery forgery{flash};
  std::vector<Bytes> items = forgery.roll();
  // A piece that ends with a frame that is not full, and another behind it.
  Chunk first;
  get_chunk(items[0], 0, first);
  const auto shorter = [](Chunk& chunk) { chunk.size = store::kPayload - 10; };
  items[0] = Forgery::changed(items[0], shorter);
  items.insert(items.begin() + 1, Forgery::changed(items[0], [&](Chunk& chunk) {
                 chunk.offset = chunk.size;
                 chunk.address += store::kMaxFrame;
                 chunk.size = static_cast<std::uint16_t>(first.size - chunk.size);
               }));
  forgery.root[TreeRole::roll] = forgery.tree(TreeKind::objects, items);
  const Report report = forgery.commit();
  EXPECT_TRUE(report.has(Problem::piece_size)) << describe(report);
}

TEST_P(CheckTest, AnIndexThatLeadsNowhere) {
  Forgery forgery{flash};
  const std::uint32_t record = get_key(TreeKind::objects, forgery.roll()[0]).scope;
  const auto item = [](const lang::IndexEntry& entry) {
    std::array<std::uint8_t, store::kMaxIndexItem> bytes{};
    const std::uint32_t size = store::put_index_entry(entry, bytes);
    return Bytes(bytes.begin(), bytes.begin() + size);
  };
  forgery.root[TreeRole::index] = forgery.tree(
      TreeKind::index,
      {item({{1, 1, 1}, record, 0, 1000, 0, 0, 0}), item({{1, 1, 2}, 77, 0, 0, 0, 0, 0})});
  const Report report = forgery.commit();
  EXPECT_EQ(report.findings.size(), 2U) << describe(report);
  EXPECT_TRUE(report.has(Problem::no_code));
  EXPECT_TRUE(report.has(Problem::no_record));
}

TEST(Check, EveryProblemHasATextOfItsOwn) {
  std::set<std::string_view> texts;
  for (unsigned i = 0; i <= static_cast<unsigned>(Problem::no_code); ++i) {
    EXPECT_FALSE(text(static_cast<Problem>(i)).empty());
    texts.insert(text(static_cast<Problem>(i)));
  }
  EXPECT_EQ(texts.size(), static_cast<unsigned>(Problem::no_code) + 1);
  for (const Part part : {Part::sectors, Part::roll, Part::index, Part::draft, Part::backup}) {
    texts.insert(text(part));
  }
  for (unsigned i = 0; i <= static_cast<unsigned>(FrameKind::unknown); ++i) {
    texts.insert(text(static_cast<FrameKind>(i)));
  }
  for (unsigned i = 0; i <= static_cast<unsigned>(SectorState::free); ++i) {
    texts.insert(text(static_cast<SectorState>(i)));
  }
  // "blank" and "unknown" are two things each.
  EXPECT_EQ(texts.size(), static_cast<unsigned>(Problem::no_code) + 1 + 5 + 7 + 6 - 2);
}

TEST(Check, AnyBytesAreDumpedToTheEnd) {
  std::mt19937 random(2);
  for (unsigned round = 0; round < 20; ++round) {
    memory::SimulatedFlash flash{{1024, 8, 8}};
    std::vector<std::uint8_t> image(flash.geometry().size());
    for (std::uint8_t& byte : image) {
      byte = static_cast<std::uint8_t>(random() % 3 == 0 ? random() : 0);
    }
    SectorHeader header;
    header.kind = SectorHeader::Kind::pages;
    header.sector_bits = 10;
    header.unit_bits = 3;
    header.sectors = 8;
    for (std::size_t sector = 0; sector < 6; ++sector) {
      encode(header, std::span(image).subspan(sector * 1024).first<SectorHeader::kSize>());
    }
    flash.load(image);
    Frames found;
    dump(flash, found);
    EXPECT_EQ(found.sectors[SectorState::pages], 6U);
    EXPECT_EQ(found.sectors[SectorState::unknown], 2U);
  }
}

}  // namespace
}  // namespace pianola::inspect
