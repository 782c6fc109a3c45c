// What of the macros cannot be read is put right from the backup: as it was written, or not at all.

#include "store/restore.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "base/status.hpp"
#include "ports/memory/simulated_flash.hpp"
#include "support/replaced.hpp"
#include "support/store_device.hpp"

namespace pianola::store {
namespace {

using memory::SimulatedFlash;
using test::replaced;
using test::StoreDevice;

/// The frames that a tree in force consists of.
class FrameList final : public TreeVisitor {
 public:
  struct Frame {
    std::uint32_t address;
    std::uint32_t size;
    unsigned level;
    bool is_node;
  };

  void node(std::uint32_t address, std::uint32_t size, unsigned level, bool) override {
    frames.push_back({address, size, level, true});
  }
  void chunk(const Chunk& chunk) override {
    if (chunk.inside) return;
    for (std::uint32_t done = 0; done < chunk.size; done += kPayload) {
      const std::uint32_t size = std::min<std::uint32_t>(kPayload, chunk.size - done);
      frames.push_back({chunk.address + done / kPayload * kPage, frame_size(size), 0, false});
    }
  }

  std::vector<Frame> frames;
};

class RestoreTest : public ::testing::Test {
 protected:
  RestoreTest() { EXPECT_EQ(device.store.format(), Status::ok); }

  std::vector<FrameList::Frame> frames(TreeRole role = TreeRole::roll) {
    FrameList list;
    walk(device.store.log().view(), TreeKind::objects, device.store.log().root()[role], list);
    return list.frames;
  }
  /// Makes two bits wrong in the frame of the roll in force that has `text`, as a device finds it
  /// when it is started. False if none has it.
  bool damage(std::string_view text) {
    for (const FrameList::Frame& frame : frames()) {
      std::array<std::uint8_t, kPage> bytes{};
      const auto part = std::span{bytes}.first(frame.size);
      if (device.store.log().view().read(frame.address, part) != flash::FlashStatus::ok) continue;
      const std::string_view all{reinterpret_cast<const char*>(bytes.data()), frame.size};
      const std::size_t at = all.find(text);
      if (at == std::string_view::npos) continue;
      const std::uint32_t place = device.store.log().place_of(frame.address);
      flash.flip(static_cast<std::uint32_t>(place + at), 0);
      flash.flip(static_cast<std::uint32_t>(place + at + 3), 2);
      return device.mount() == Mount::ok;
    }
    return false;
  }
  /// How many frames were put right.
  std::uint32_t restore(Status expected = Status::ok) {
    Restore restore{device.store.log()};
    restore.start();
    Status status = Status::more;
    while (status == Status::more) status = restore.step();
    EXPECT_EQ(status, expected);
    return restore.restored();
  }
  std::string shown() {
    std::string text(device.current.text_size(), '\0');
    text.resize(device.current.read_text(0, text));
    return text;
  }
  /// The text is this one, whole, now and after another start.
  void expect_whole(const std::string& text) {
    EXPECT_EQ(device.text(), text);
    EXPECT_EQ(shown(), text);
    EXPECT_EQ(device.check(), "");
    ASSERT_EQ(device.mount(), Mount::ok);
    EXPECT_EQ(device.text(), text);
    EXPECT_EQ(device.check(), "");
  }

  SimulatedFlash flash{flash::Geometry{4096, 256, 32}};
  StoreDevice device{flash};
};

/// Lines, each of which is another.
std::string lines(unsigned from, unsigned to) {
  std::string text;
  for (unsigned i = from; i < to; ++i) text += "  \"line " + std::to_string(1000 + i) + "\"\n";
  return text;
}

const std::string kShort =
    "F1 { \"ann.example.com\" }\nF2 { \"best regards\" }\nF3 { \"what else\" }\n";

// A leaf that a save wrote anew has the other definitions as they were.
TEST_F(RestoreTest, ShortDefinitionsBesideAnEditedOne) {
  const std::string text = replaced(kShort, "ann.", "bob.");
  for (const std::string_view place : {"best regards", "F3 {", "what else", "\"best", "gards"}) {
    SCOPED_TRACE(place);
    ASSERT_EQ(device.store.format(), Status::ok);
    ASSERT_EQ(device.save(kShort), Status::ok);
    ASSERT_EQ(device.save(text), Status::ok);
    ASSERT_TRUE(damage(place));
    ASSERT_NE(shown(), text);
    EXPECT_EQ(restore(), 1U);
    expect_whole(text);
    EXPECT_EQ(device.backup(), kShort);
  }
}

// Nothing old comes back, however alike it is.
TEST_F(RestoreTest, WhatWasEditedStaysDamaged) {
  const std::string text = replaced(kShort, "ann.", "bob.");
  ASSERT_EQ(device.save(kShort), Status::ok);
  ASSERT_EQ(device.save(text), Status::ok);
  ASSERT_TRUE(damage("bob.example"));
  const std::string before = shown();
  const std::uint64_t programs = flash.counts().bytes_programmed;
  EXPECT_EQ(restore(), 0U);
  EXPECT_EQ(shown(), before);
  EXPECT_EQ(flash.counts().bytes_programmed, programs);
}

TEST_F(RestoreTest, WithoutABackupNothingIsWritten) {
  ASSERT_EQ(device.save(kShort), Status::ok);
  ASSERT_TRUE(damage("regards"));
  const std::uint64_t programs = flash.counts().bytes_programmed;
  EXPECT_EQ(restore(), 0U);
  EXPECT_EQ(flash.counts().bytes_programmed, programs);
}

// Both are the same frame.
TEST_F(RestoreTest, WhatTheBackupSharesIsLostInBoth) {
  const std::string text = kShort + "macro long {\n" + lines(0, 100) + "}\n";
  ASSERT_EQ(device.save(text), Status::ok);
  ASSERT_EQ(device.save(replaced(text, "ann.", "bob.")), Status::ok);
  ASSERT_TRUE(damage("line 1050"));
  EXPECT_EQ(restore(), 0U);
}

// All of a long definition is written anew when a line of it is changed.
TEST_F(RestoreTest, OtherLinesOfALongDefinition) {
  const std::string old = "macro long {\n" + lines(0, 200) + "}\n";
  for (const std::string& text :
       {replaced(old, "line 1100", "line 9999"), replaced(old, "line 1100", "a longer line 1100"),
        replaced(old, "  \"line 1100\"\n", ""),
        replaced(old, "  \"line 1100\"\n", "  \"line 1100\"\n" + lines(500, 530))}) {
    for (const std::string_view place : {"line 1020", "line 1180"}) {
      SCOPED_TRACE(text.substr(text.size() / 2, 40));
      SCOPED_TRACE(place);
      ASSERT_EQ(device.store.format(), Status::ok);
      ASSERT_EQ(device.save(old), Status::ok);
      ASSERT_EQ(device.save(text), Status::ok);
      ASSERT_TRUE(damage(place));
      ASSERT_NE(shown(), text);
      EXPECT_EQ(restore(), 1U);
      expect_whole(text);
    }
  }
}

// What is below a node counts as free while the node cannot be read.
TEST_F(RestoreTest, NodesOfATallTreeAndAllBelowThem) {
  std::string old;
  for (unsigned i = 0; i < 300; ++i) {
    old += "macro m" + std::to_string(i) + " {\n" + lines(i, i % 3 == 0 ? i + 16 : i + 1) + "}\n";
  }
  const std::string text = replaced(old, "macro m150 {\n", "macro m150 {\n" + lines(300, 900));
  ASSERT_EQ(device.save(old), Status::ok);
  ASSERT_EQ(device.save(text), Status::ok);
  std::vector<FrameList::Frame> all = frames();
  const std::vector<FrameList::Frame> before = frames(TreeRole::backup);
  // Those that the save wrote.
  std::erase_if(all, [&](const FrameList::Frame& frame) {
    return !frame.is_node || std::ranges::any_of(before, [&](const FrameList::Frame& other) {
      return other.address == frame.address;
    });
  });
  ASSERT_GE(all.size(), 3U);
  for (const FrameList::Frame& frame : all) {
    SCOPED_TRACE("level " + std::to_string(frame.level));
    const std::uint32_t place = device.store.log().place_of(frame.address);
    flash.flip(place + kFrameHeader + 1, 3);
    flash.flip(place + kFrameHeader + 5, 6);
    ASSERT_EQ(device.mount(), Mount::ok);
    ASSERT_NE(device.text(), text);
    EXPECT_EQ(restore(), 1U);
    expect_whole(text);
  }
}

TEST_F(RestoreTest, ItsHeaderAndItsChecksum) {
  const std::string text = replaced(kShort, "ann.", "bob.");
  ASSERT_EQ(device.save(kShort), Status::ok);
  ASSERT_EQ(device.save(text), Status::ok);
  const FrameList::Frame leaf = frames().front();
  for (const auto& [first, second] : {std::pair{0U, 1U}, {1U, 40U}, {40U, leaf.size - 2}}) {
    flash.flip(device.store.log().place_of(leaf.address) + first, 1);
    flash.flip(device.store.log().place_of(leaf.address) + second, 0);
    ASSERT_EQ(device.mount(), Mount::ok);
    if (first == 40 || second == 40) {
      // What stands there may be what was changed: then it stays.
      if (restore() == 0) {
        flash.flip(device.store.log().place_of(leaf.address) + first, 1);
        flash.flip(device.store.log().place_of(leaf.address) + second, 0);
        ASSERT_EQ(device.mount(), Mount::ok);
      }
    } else {
      EXPECT_EQ(restore(), 1U);
    }
    expect_whole(text);
  }
}

TEST_F(RestoreTest, PowerCutsLeaveItDamagedOrPutRight) {
  const std::string old = kShort + "macro long {\n" + lines(0, 60) + "}\n";
  const std::string text = replaced(old, "ann.", "bob.");
  ASSERT_EQ(device.save(old), Status::ok);
  ASSERT_EQ(device.save(text), Status::ok);
  ASSERT_TRUE(damage("regards"));
  const std::string damaged = shown();
  const SimulatedFlash image = flash;
  bool ends = false;
  for (std::uint64_t steps = 0; !ends; steps += steps < 16 ? 1 : 7) {
    SCOPED_TRACE("step " + std::to_string(steps));
    flash = image;
    flash.set_seed(steps);
    ASSERT_EQ(device.mount(), Mount::ok);
    flash.cut_after(steps);
    Restore restore{device.store.log()};
    restore.start();
    Status status = Status::more;
    while (status == Status::more) status = restore.step();
    ends = !flash.is_off();
    flash.power_on();
    ASSERT_EQ(device.mount(), Mount::ok);
    const std::string seen = shown();
    EXPECT_TRUE(seen == damaged || seen == text) << seen;
    if (ends) {
      EXPECT_EQ(seen, text);
    }
    this->restore();
    expect_whole(text);
  }
}

// Nodes may lead anywhere: it ends, and what else is stored can be read as before.
TEST_F(RestoreTest, AnythingEnds) {
  std::minstd_rand random{3};
  std::string text;
  for (unsigned i = 0; i < 60; ++i) {
    text += "macro m" + std::to_string(i) + " {\n" + lines(i, i % 5 == 0 ? i + 30 : i + 1) + "}\n";
  }
  ASSERT_EQ(device.save(text), Status::ok);
  ASSERT_EQ(device.save(replaced(text, "line 1030", "line 1931")), Status::ok);
  const SimulatedFlash image = flash;
  for (unsigned round = 0; round < 300; ++round) {
    SCOPED_TRACE("round " + std::to_string(round));
    flash = image;
    ASSERT_EQ(device.mount(), Mount::ok);
    std::vector<std::uint8_t> bytes(flash.bytes().begin(), flash.bytes().end());
    std::vector<FrameList::Frame> nodes =
        frames(random() % 2 == 0 ? TreeRole::roll : TreeRole::backup);
    std::erase_if(nodes, [](const FrameList::Frame& frame) { return !frame.is_node; });
    for (unsigned i = 0; i < 1 + random() % 4; ++i) {
      const FrameList::Frame& frame = nodes[random() % nodes.size()];
      const std::uint32_t place = device.store.log().place_of(frame.address);
      const auto node = std::span{bytes}.subspan(place, frame.size);
      for (unsigned k = 0; k < 1 + random() % 4; ++k) {
        node[kFrameHeader + random() % (frame.size - 6)] = static_cast<std::uint8_t>(random());
      }
      if (random() % 4 == 0) continue;
      Crc32 check;
      check.add(node.first(frame.size - 4));
      put32(node.data() + frame.size - 4, check.value());
    }
    flash.load(bytes);
    ASSERT_EQ(device.mount(), Mount::ok);
    Restore restore{device.store.log()};
    restore.start();
    for (unsigned steps = 0; restore.step() == Status::more; ++steps) ASSERT_LT(steps, 200U);
    ASSERT_EQ(device.mount(), Mount::ok);
    shown();
  }
}

// Whatever is damaged: of what is shown, nothing is otherwise than it was saved.
TEST_F(RestoreTest, RandomDamageInRandomEdits) {
  std::minstd_rand random{7};
  unsigned restored = 0;
  unsigned rounds = 0;
  for (; rounds < 150; ++rounds) {
    SCOPED_TRACE("round " + std::to_string(rounds));
    ASSERT_EQ(device.store.format(), Status::ok);
    std::vector<std::string> parts;
    for (unsigned i = 0; i < 25; ++i) {
      const unsigned from = random() % 500;
      parts.push_back("macro m" + std::to_string(i) + " {\n" +
                      lines(from, from + (random() % 4 == 0 ? 20 + random() % 100 : 1)) + "}\n");
    }
    const auto all = [&] {
      std::string text;
      for (const std::string& part : parts) text += part;
      return text;
    };
    ASSERT_EQ(device.save(all()), Status::ok);
    for (unsigned edit = 0; edit < 3; ++edit) {
      std::string& part = parts[random() % parts.size()];
      const std::size_t digit = part.find("line") + 5 + random() % 4;
      part[digit] = static_cast<char>('0' + random() % 10);
      if (random() % 2 == 0) part.insert(part.size() - 2, lines(600, 600 + random() % 5));
    }
    const std::string text = all();
    ASSERT_EQ(device.save(text), Status::ok);
    for (unsigned i = 0; i < 2; ++i) {
      const auto list = frames();
      const FrameList::Frame& frame = list[random() % list.size()];
      const std::uint32_t place = device.store.log().place_of(frame.address);
      for (unsigned bit = 0; bit < 2 + random() % 6; ++bit) {
        flash.flip(place + random() % frame.size, random() % 8);
      }
    }
    ASSERT_EQ(device.mount(), Mount::ok);
    restored += restore();
    ASSERT_EQ(device.mount(), Mount::ok);
    ShownText shown{device.store.roll()};
    StoredRoll::Slice slice;
    bool damaged = false;
    for (std::uint32_t at = 0; shown.find(at, slice, damaged); at = slice.begin + slice.size) {
      if (damaged) continue;
      std::string seen(slice.size, '\0');
      shown.read(slice.begin, seen);
      ASSERT_EQ(seen, text.substr(slice.begin, slice.size));
    }
    EXPECT_EQ(device.current.text_size(), text.size());
  }
  EXPECT_GT(restored, 20U);
}

}  // namespace
}  // namespace pianola::store
