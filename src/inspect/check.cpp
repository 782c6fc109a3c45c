#include "inspect/check.hpp"

#include <algorithm>
#include <array>
#include <cassert>

#include "store/frames.hpp"
#include "store/object.hpp"
#include "store/shared_chunks.hpp"
#include "store/tree_node.hpp"

namespace pianola::inspect {
namespace {

using flash::FlashStatus;
using store::Child;
using store::Chunk;
using store::data_frames;
using store::Frame;
using store::FrameKind;
using store::FrameReader;
using store::Item;
using store::kItemHead;
using store::kMaxFrame;
using store::kMaxLevels;
using store::kNoBit;
using store::kPage;
using store::kPayload;
using store::Log;
using store::Node;
using store::ObjectReader;
using store::read_item;
using store::Root;
using store::SectorHeader;
using store::SectorState;
using store::SharedChunks;
using store::TreeKind;
using store::TreeRef;
using store::TreeRole;
using store::TreeVisitor;

/// A bit for each byte of the region: whether something in force stands there.
class Map {
 public:
  explicit Map(std::span<std::uint8_t> bits) : bits_(bits) { clear(); }
  void clear() { std::ranges::fill(bits_, 0); }

  [[nodiscard]] bool has(std::uint32_t address) const {
    return ((bits_[address / 8] >> address % 8) & 1U) != 0;
  }
  /// How many of these bytes have something.
  [[nodiscard]] std::uint32_t count(std::uint32_t address, std::uint32_t size) const {
    std::uint32_t count = 0;
    for (std::uint32_t at = address; at != address + size; ++at) count += has(at) ? 1U : 0U;
    return count;
  }
  void mark(std::uint32_t address, std::uint32_t size) {
    for (std::uint32_t at = address; at != address + size; ++at) {
      bits_[at / 8] = static_cast<std::uint8_t>(bits_[at / 8] | 1U << at % 8);
    }
  }
  /// The end of what stands last in these bytes; `begin` if there is nothing.
  [[nodiscard]] std::uint32_t last(std::uint32_t begin, std::uint32_t end) const {
    while (end > begin && !has(end - 1)) --end;
    return end;
  }

 private:
  std::span<std::uint8_t> bits_;
};

/// What all parts of a check share.
class Findings {
 public:
  Findings(const flash::Geometry& geometry, std::span<std::uint8_t> memory, CheckSink& sink)
      : map(memory), geometry_(geometry), sink_(sink) {}

  void add(const Finding& finding) {
    ++count;
    sink_.report(finding);
  }
  /// Whether frames can stand there.
  [[nodiscard]] bool is_inside(std::uint32_t address, std::uint32_t size) const {
    const std::uint32_t offset = address % geometry_.sector_size;
    return address < geometry_.size() && offset >= kPage && size <= geometry_.sector_size - offset;
  }
  /// Takes note that frames are in force. False if they cannot stand there.
  bool claim(Part part, std::uint32_t address, std::uint32_t size, std::uint32_t object) {
    if (!is_inside(address, size)) {
      add({Problem::outside, part, address, object, 0, size});
      return false;
    }
    if (map.count(address, size) != 0) {
      add({Problem::overlap, part, address, object, 0, size});
      return false;
    }
    map.mark(address, size);
    return true;
  }

  Map map;
  std::uint32_t count = 0;

 private:
  flash::Geometry geometry_;
  CheckSink& sink_;
};

/// Checks what a tree's entries say, in order of their keys.
class Entries {
 public:
  /// An entry whose item stands at `address`.
  virtual void entry(Item item, std::uint32_t address) = 0;
  virtual void end() = 0;

 protected:
  ~Entries() = default;
};

/// Checks a tree's nodes.
class TreeCheck {
 public:
  TreeCheck(flash::NorFlash& flash, Findings& findings, Part part, Entries& entries)
      : flash_(flash), findings_(findings), part_(part), entries_(entries) {}

  void run(const TreeRef& tree) {
    if (tree.levels == 0) return;
    levels_ = tree.levels;
    if (!is_plausible(tree)) {
      add(Problem::node, tree.address);
      return;
    }
    is_top_ = true;
    unsigned level = levels_ - 1;
    if (!enter({{}, tree.address, tree.count, tree.bytes, tree.size}, level)) return;
    while (level < levels_) {
      Stop& stop = stops_[level];
      std::array<std::uint8_t, kItemHead> memory;
      if (stop.item == stop.node.size) {
        leave(level++);
        continue;
      }
      const std::uint32_t address = stop.node.address + store::kFrameHeader + stop.item;
      const Item item = take(stop, memory);
      if (item.empty()) continue;
      if (level == 0) {
        take_entry(stop, item, address);
      } else {
        Child child;
        get_child(kind(), item, child);
        if (enter(child, level - 1)) --level;
      }
    }
    entries_.end();
  }

 private:
  /// Where the check stands in a node.
  struct Stop {
    Child node;  ///< As the one above says.
    std::uint32_t wrong_bit = kNoBit;
    std::uint32_t count = 0;  ///< Of what was seen below.
    std::uint32_t bytes = 0;
    unsigned item = 0;  ///< Where the next item stands.
    bool whole = true;  ///< All below could be read.
  };

  void add(Problem problem, std::uint32_t address, std::uint32_t expected = 0,
           std::uint32_t found = 0) {
    findings_.add({problem, part_, address, 0, expected, found});
  }

  [[nodiscard]] TreeKind kind() const {
    return part_ == Part::index ? TreeKind::index : TreeKind::objects;
  }

  /// Reads a node and goes to its first item.
  bool enter(const Child& child, unsigned level) {
    Node node;
    std::uint32_t wrong_bit = kNoBit;
    // A frame is claimed before it is read: so no node is entered twice.
    const bool good = child.size != 0 && child.size <= kPayload &&
                      findings_.claim(part_, child.address, store::frame_size(child.size), 0) &&
                      read_node(flash_, kind(), child.address, level, child.size, node, wrong_bit);
    if (!good) {
      add(Problem::node, child.address);
      if (!is_top_) stops_[level + 1].whole = false;
      return false;
    }
    const store::Items items{node.frame.data()};
    if (!is_top_ && items.any() && get_key(kind(), items.get()) != child.first) {
      add(Problem::first_key, child.address);
    }
    is_top_ = false;
    stops_[level] = {};
    stops_[level].node = child;
    stops_[level].wrong_bit = wrong_bit;
    return true;
  }

  /// All of a node was seen.
  void leave(unsigned level) {
    const Stop& stop = stops_[level];
    const Child& node = stop.node;
    if (stop.whole) {
      if (stop.count != node.count) add(Problem::count, node.address, node.count, stop.count);
      if (stop.bytes != node.bytes) add(Problem::bytes, node.address, node.bytes, stop.bytes);
    }
    if (level + 1 == levels_) return;
    Stop& above = stops_[level + 1];
    above.count += stop.count;
    above.bytes += stop.bytes;
    above.whole = above.whole && stop.whole;
  }

  void take_entry(Stop& stop, Item item, std::uint32_t address) {
    const lang::IndexKey key = get_key(kind(), item);
    add_entry(kind(), item, stop.count, stop.bytes);
    if (has_key_ && key <= last_key_) add(Problem::order, stop.node.address);
    has_key_ = true;
    last_key_ = key;
    entries_.entry(item, address);
  }

  /// The next item of a node; empty if there is none where one should be.
  Item take(Stop& stop, std::span<std::uint8_t, kItemHead> memory) {
    const Item item =
        read_item(flash_, stop.node.address, stop.wrong_bit, stop.node.size, stop.item, memory);
    if (item.empty()) {
      add(Problem::node, stop.node.address);
      stop.whole = false;
      stop.item = stop.node.size;
    } else {
      stop.item += store::item_size(item);
    }
    return item;
  }

  flash::NorFlash& flash_;
  Findings& findings_;
  Part part_;
  Entries& entries_;
  std::array<Stop, kMaxLevels> stops_;
  unsigned levels_ = 0;
  lang::IndexKey last_key_;
  bool has_key_ = false;
  bool is_top_ = true;
};

/// Takes note again of what a tree consists of.
class Marks final : public TreeVisitor {
 public:
  explicit Marks(Findings& findings) : findings_(findings) {}

  void node(std::uint32_t address, std::uint32_t size, unsigned, bool) override {
    mark(address, size);
  }
  void chunk(const Chunk& chunk) override {
    if (!chunk.inside) mark(chunk.address, data_frames(chunk.size));
  }

 private:
  void mark(std::uint32_t address, std::uint32_t size) {
    if (findings_.is_inside(address, size)) findings_.map.mark(address, size);
  }

  Findings& findings_;
};

/// Checks chunks and their frames; of the backup, but for the pieces that the roll has too.
class Chunks final : public Entries {
 public:
  Chunks(Log& log, Findings& findings, Part part, const TreeRef& roll)
      : flash_(log.view()),
        findings_(findings),
        part_(part),
        shared_(log.view(), log.frame_buffer(), roll) {}

  void entry(Item item, std::uint32_t address) override {
    Chunk chunk;
    get_chunk(item, address, chunk);
    if (open_ && chunk.object != object_) end();
    if (!open_) begin(chunk.object);
    if (chunk.offset != next_) {
      add(chunk.last ? Problem::object_size : Problem::gap, chunk, next_, chunk.offset);
    }
    if (!chunk.inside) {
      // Only an object's last frame may be shorter.
      if (chunk.size == 0 || next_ % kPayload != 0) {
        add(Problem::piece_size, chunk, 0, chunk.size);
      }
      frames(chunk, part_ == Part::backup && shared_.has(chunk));
    }
    next_ = chunk.offset + chunk.size;
    if (chunk.last) open_ = false;
  }

  void end() override {
    if (open_) findings_.add({Problem::no_last, part_, 0, object_, 0, 0});
    open_ = false;
  }

 private:
  void begin(std::uint32_t object) {
    open_ = true;
    object_ = object;
    next_ = 0;
  }

  void add(Problem problem, const Chunk& chunk, std::uint32_t expected, std::uint32_t found) {
    findings_.add({problem, part_, chunk.address, chunk.object, expected, found});
  }

  void frames(const Chunk& piece, bool shared) {
    if (piece.size == 0 ||
        !findings_.claim(part_, piece.address, data_frames(piece.size), piece.object)) {
      return;
    }
    if (shared) return;
    std::uint32_t address = piece.address;
    for (std::uint32_t done = 0; done < piece.size; done += kPayload) {
      const std::uint32_t size = std::min<std::uint32_t>(kPayload, piece.size - done);
      frame(piece, address, size);
      address += kMaxFrame;
    }
  }

  void frame(const Chunk& piece, std::uint32_t address, std::uint32_t size) {
    std::array<std::uint8_t, kMaxFrame> frame;
    const auto bytes = std::span(frame).first(store::frame_size(size));
    const bool good =
        flash_.read(address, bytes) == FlashStatus::ok && store::check_and_correct(bytes);
    if (!good) {
      findings_.add({Problem::data, part_, address, piece.object, 0, 0});
    } else if (bytes[1] != size) {
      findings_.add({Problem::data_size, part_, address, piece.object, size, bytes[1]});
    }
  }

  flash::NorFlash& flash_;
  Findings& findings_;
  Part part_;
  SharedChunks shared_;  ///< With the roll.
  bool open_ = false;    ///< An object's last chunk is still to come.
  std::uint32_t object_ = 0;
  std::uint32_t next_ = 0;  ///< Offset of its next chunk.
};

/// Checks that what the index leads to exists.
class Index final : public Entries {
 public:
  Index(Log& log, Findings& findings, const TreeRef& roll)
      : reader_(log.view(), log.frame_buffer()), findings_(findings), roll_(roll) {}

  void entry(Item item, std::uint32_t) override {
    lang::IndexEntry found;
    store::get_index_entry(item, found);
    Chunk last;
    if (!reader_.last_chunk(roll_, found.record, last)) {
      findings_.add({Problem::no_record, Part::index, 0, found.record, found.record, 0});
      return;
    }
    for (const std::uint32_t offset : {found.code, found.body}) {
      if (offset > last.code) {
        findings_.add({Problem::no_code, Part::index, 0, found.record, last.code, offset});
      }
    }
  }
  void end() override {}

 private:
  ObjectReader reader_;
  Findings& findings_;
  TreeRef roll_;
};

/// Checks the sectors, once it is known where what is in force stands.
class Sectors {
 public:
  Sectors(Log& log, Findings& findings) : log_(log), findings_(findings) {}

  void run() {
    for (std::uint32_t logical = 0; logical < log_.geometry().sectors; ++logical) pages(logical);
    for (std::uint32_t sector = 0; sector < log_.geometry().sectors; ++sector) newer(sector);
    for (std::uint32_t sector = 0; sector < log_.geometry().sectors; ++sector) {
      if (log_.is_head(sector)) states(sector);
    }
    if (!has_state_) findings_.add({Problem::state, Part::sectors, 0, 0, 0, 0});
    // A frame that a power cut left with a bit that reads one way or the other does no harm where
    // the state was settled anew.
    if (state_.wrong_bit != kNoBit) add(Problem::wrong_bit, state_, state_.wrong_bit);
  }

 private:
  /// A logical sector, of which something may be in force.
  void pages(std::uint32_t logical) {
    const std::uint32_t begin = logical * log_.geometry().sector_size;
    const std::uint32_t end = begin + log_.geometry().sector_size;
    const std::uint32_t sector = log_.sector_of(logical);
    const bool is_live = findings_.map.last(begin, end) != begin;
    SectorHeader header;
    const bool good = sector < log_.geometry().sectors &&
                      read_sector(log_.flash(), sector, header) == SectorState::pages &&
                      header.logical == logical;
    if (!good) {
      if (is_live) findings_.add({Problem::header, Part::sectors, begin, 0, 0, 0});
      return;
    }
    FrameReader reader(log_.flash(), sector, SectorHeader::Kind::pages);
    Frame frame;
    while (reader.next(frame)) {
      frame.address = begin + frame.address % log_.geometry().sector_size;
      const std::uint32_t page = frame.address / kPage * kPage;
      check(frame, frame.address < findings_.map.last(page, page + kPage));
    }
  }

  /// A sector that counts must not be newer than the one that stands for the same.
  void newer(std::uint32_t sector) {
    SectorHeader header;
    SectorHeader used;
    if (log_.in_use(sector) || read_sector(log_.flash(), sector, header) != SectorState::pages ||
        header.sequence > log_.root().sequence) {
      return;
    }
    const std::uint32_t stands = log_.sector_of(header.logical);
    if (stands < log_.geometry().sectors &&
        read_sector(log_.flash(), stands, used) == SectorState::pages &&
        used.sequence < header.sequence && store::has_pages(log_.flash(), sector, header)) {
      const std::uint32_t begin = header.logical * log_.geometry().sector_size;
      findings_.add({Problem::sequence, Part::sectors, begin, 0, used.sequence, header.sequence});
    }
  }

  void states(std::uint32_t sector) {
    FrameReader reader(log_.flash(), sector, SectorHeader::Kind::states);
    Frame frame;
    while (reader.next(frame)) {
      if (!frame.good || frame.kind != FrameKind::settled || frame.root != log_.root()) continue;
      if (frame.wrong_bit == kNoBit || !has_state_) state_ = frame;
      has_state_ = true;
    }
  }

  /// `counts` is true for what stands before frames that are in force in its page, and for these.
  void check(const Frame& frame, bool counts) {
    if (!counts) return;
    if (frame.wrong_bit != kNoBit) add(Problem::wrong_bit, frame, frame.wrong_bit);
    const std::uint32_t live = findings_.map.count(frame.address, frame.size);
    if (frame.kind == FrameKind::unknown || frame.kind == FrameKind::blank) {
      add(Problem::frame, frame, 0);
    } else if (live != 0 && live != frame.size) {
      add(Problem::not_a_frame, frame, 0);
    } else if (live == 0 && !frame.good) {
      add(Problem::checksum, frame, 0);
    }
  }

  void add(Problem problem, const Frame& frame, std::uint32_t found) {
    findings_.add({problem, Part::sectors, frame.address, 0, 0, found});
  }

  Log& log_;
  Findings& findings_;
  bool has_state_ = false;  ///< The state in force was found.
  Frame state_;             ///< That says it; one without a wrong bit, if there is any.
};

void check_chunks(Log& log, Findings& findings, Part part, const TreeRef& tree) {
  Chunks chunks(log, findings, part, log.root()[TreeRole::roll]);
  TreeCheck(log.view(), findings, part, chunks).run(tree);
}

/// The backup may have frames in common with the roll, but with nothing else. Afterwards the map
/// has what it had, and the backup.
void check_backup(Log& log, Findings& findings) {
  const Root& root = log.root();
  if (root[TreeRole::backup].levels == 0) return;
  Marks marks(findings);
  findings.map.clear();
  walk(log.view(), TreeKind::objects, root[TreeRole::draft], marks);
  walk(log.view(), TreeKind::index, root[TreeRole::index], marks);
  check_chunks(log, findings, Part::backup, root[TreeRole::backup]);
  walk(log.view(), TreeKind::objects, root[TreeRole::roll], marks);
}

}  // namespace

std::uint32_t check(Log& log, std::span<std::uint8_t> memory, CheckSink& sink) {
  assert(memory.size() >= check_memory(log.geometry()));
  Findings findings(log.geometry(), memory, sink);
  const Root& root = log.root();
  check_chunks(log, findings, Part::roll, root[TreeRole::roll]);
  check_chunks(log, findings, Part::draft, root[TreeRole::draft]);
  Index index(log, findings, root[TreeRole::roll]);
  TreeCheck(log.view(), findings, Part::index, index).run(root[TreeRole::index]);
  check_backup(log, findings);
  Sectors(log, findings).run();
  return findings.count;
}

std::string_view text(Part part) {
  switch (part) {
    case Part::sectors:
      break;
    case Part::roll:
      return "roll";
    case Part::index:
      return "index";
    case Part::draft:
      return "draft";
    case Part::backup:
      return "backup";
  }
  return "sectors";
}

std::string_view text(Problem problem) {
  switch (problem) {
    case Problem::header:
      return "the sector's header cannot be read";
    case Problem::sequence:
      return "another sector that stands for the same one is newer";
    case Problem::state:
      return "the state in force stands nowhere";
    case Problem::frame:
      return "here stands no frame, and frames in force stand behind it";
    case Problem::checksum:
      return "the checksum of a frame that is not in force is wrong";
    case Problem::wrong_bit:
      return "a bit is wrong; it can be put right";
    case Problem::not_a_frame:
      return "what is in force does not begin and end where a frame does";
    case Problem::outside:
      return "what is referred to is outside the sectors";
    case Problem::overlap:
      return "two things stand in one place";
    case Problem::node:
      return "the node cannot be read";
    case Problem::first_key:
      return "the node's first key is another than the node above says";
    case Problem::order:
      return "the keys do not rise";
    case Problem::count:
      return "the node above counts otherwise";
    case Problem::bytes:
      return "the node above counts other bytes";
    case Problem::gap:
      return "the chunk does not begin where the one before it ends";
    case Problem::piece_size:
      return "the piece is empty, or the one before it ends with a frame that is not full";
    case Problem::no_last:
      return "the object has no last chunk";
    case Problem::object_size:
      return "code and source do not add up to the object";
    case Problem::data_size:
      return "the frame has another length";
    case Problem::data:
      return "the frame's checksum is wrong: its data are lost";
    case Problem::no_record:
      return "the index leads to a definition that does not exist";
    case Problem::no_code:
      return "the index leads behind the end of the code";
  }
  return "";
}

}  // namespace pianola::inspect
