#include "store/tree_node.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace pianola::store {
namespace {

/// Takes numbers from an item's bytes; 0 behind their end.
class ItemParser {
 public:
  explicit ItemParser(Item item)
      : at_(item.data() + 1),
        end_(item.data() + std::min<std::size_t>(item.size(), item[0] + 1U)) {}

  std::uint32_t take() {
    std::uint32_t value = 0;
    for (unsigned shift = 0; shift < 35 && at_ < end_; shift += 7) {
      const unsigned byte = *at_++;
      value |= (byte & 0x7FU) << shift;
      if (byte < 0x80) break;
    }
    return value;
  }
  std::uint8_t take8() { return at_ < end_ ? *at_++ : std::uint8_t{0}; }
  std::uint32_t take32() {
    if (end_ - at_ < 4) return 0;
    at_ += 4;
    return get32(at_ - 4);
  }
  [[nodiscard]] const std::uint8_t* at() const { return at_; }

 private:
  const std::uint8_t* at_;
  const std::uint8_t* end_;
};

/// Puts numbers behind each other, and the item's length in front.
class ItemMaker {
 public:
  explicit ItemMaker(std::uint8_t* begin) : begin_(begin), at_(begin + 1) {}

  void put(std::uint32_t value) {
    for (; value >= 0x80; value >>= 7) *at_++ = static_cast<std::uint8_t>(value | 0x80U);
    *at_++ = static_cast<std::uint8_t>(value);
  }
  void put8(std::uint32_t value) { *at_++ = static_cast<std::uint8_t>(value); }
  void put32(std::uint32_t value) {
    pianola::put32(at_, value);
    at_ += 4;
  }
  /// Zeros that follow need not be there if nothing else does.
  void begin_trim() { trim_from_ = at_; }
  void trim() {
    while (at_ > trim_from_ && at_[-1] == 0) --at_;
  }
  /// The bytes so far; `more` follow that belong to the item.
  std::uint32_t finish(std::uint32_t more = 0) {
    const auto size = static_cast<std::uint32_t>(at_ - begin_);
    *begin_ = static_cast<std::uint8_t>(size - 1 + more);
    return size;
  }

 private:
  std::uint8_t* begin_;
  std::uint8_t* at_;
  std::uint8_t* trim_from_ = nullptr;
};

// A key of objects: the object; one more than the offset of the chunk's last byte, so that it is 0
// for the last chunk. A key of an index: scope, high's upper byte, the rest of it, low.

lang::IndexKey take_key(TreeKind kind, ItemParser& parser) {
  lang::IndexKey key;
  key.scope = parser.take();
  if (kind == TreeKind::objects) {
    key.low = parser.take() - 1;
    return key;
  }
  key.high = std::uint32_t{parser.take8()} << 24;
  key.high |= parser.take() & 0xFFFFFFU;
  key.low = parser.take32();
  return key;
}

void put_key(TreeKind kind, const lang::IndexKey& key, ItemMaker& maker) {
  maker.put(key.scope);
  if (kind == TreeKind::objects) {
    maker.put(key.low + 1);
    return;
  }
  maker.put8(key.high >> 24);
  maker.put(key.high & 0xFFFFFFU);
  maker.put32(key.low);
}

/// What a last chunk says behind its key. `tail` is set to the number of its bytes.
struct Ending {
  std::uint32_t code = 0;
  std::uint32_t before = 0;  ///< Bytes in pieces.
  std::uint32_t tail = 0;
};

Ending take_ending(Item item, ItemParser& parser) {
  Ending ending;
  ending.code = parser.take();
  ending.before = parser.take();
  const std::uint32_t head = static_cast<std::uint32_t>(parser.at() - item.data());
  const std::uint32_t size = item_size(item);
  ending.tail = size > head ? size - head : 0;
  ending.code = std::min(ending.code, ending.before + ending.tail);
  return ending;
}

}  // namespace

lang::IndexKey get_key(TreeKind kind, Item item) {
  ItemParser parser{item};
  return take_key(kind, parser);
}

void get_child(TreeKind kind, Item item, Child& out) {
  ItemParser parser{item};
  out.first = take_key(kind, parser);
  out.address = parser.take32();
  out.count = parser.take();
  out.bytes = kind == TreeKind::objects ? parser.take() : 0;
  out.size = parser.take8();
}

std::uint32_t put_child(TreeKind kind, const Child& child, std::span<std::uint8_t, kMaxChild> out) {
  ItemMaker maker{out.data()};
  put_key(kind, child.first, maker);
  maker.put32(child.address);
  maker.put(child.count);
  if (kind == TreeKind::objects) maker.put(child.bytes);
  maker.put8(child.size);
  return maker.finish();
}

void get_chunk(Item item, std::uint32_t address, Chunk& out) {
  ItemParser parser{item};
  const lang::IndexKey key = take_key(TreeKind::objects, parser);
  out.object = key.scope;
  out.last = out.inside = key.low == kLastChunk;
  if (out.last) {
    const Ending ending = take_ending(item, parser);
    out.offset = ending.before;
    out.code = ending.code;
    out.source = ending.before + ending.tail - ending.code;
    out.size = static_cast<std::uint16_t>(ending.tail);
    out.address = address + static_cast<std::uint32_t>(parser.at() - item.data());
    return;
  }
  out.size = static_cast<std::uint16_t>(parser.take());
  out.inside = out.size == 0;
  if (out.inside) {
    const auto head = static_cast<std::uint32_t>(parser.at() - item.data());
    out.address = address + head;
    out.size = static_cast<std::uint16_t>(item_size(item) - std::min(head, item_size(item)));
  } else {
    out.address = parser.take32();
  }
  out.offset = key.low + 1 - out.size;
  out.code = out.source = 0;
}

std::uint32_t put_chunk(const Chunk& chunk, std::span<std::uint8_t, kMaxChunkHead> out) {
  ItemMaker maker{out.data()};
  put_key(TreeKind::objects, key_of(chunk), maker);
  if (chunk.last) {
    maker.put(chunk.code);
    maker.put(chunk.offset);
    return maker.finish(chunk.size);
  }
  maker.put(chunk.inside ? 0 : chunk.size);
  if (chunk.inside) return maker.finish(chunk.size);
  maker.put32(chunk.address);
  return maker.finish();
}

Item renumber(Item item, std::uint32_t object, std::span<std::uint8_t, kPayload> out) {
  ItemParser parser{item};
  lang::IndexKey key = take_key(TreeKind::objects, parser);
  key.scope = object;
  ItemMaker maker{out.data()};
  put_key(TreeKind::objects, key, maker);
  const auto more = static_cast<std::uint32_t>(item.data() + item_size(item) - parser.at());
  const std::uint32_t size = maker.finish(more);
  if (size + more > out.size()) return {};
  std::copy_n(parser.at(), more, out.data() + size);
  return out.first(size + more);
}

void get_index_entry(Item item, lang::IndexEntry& out) {
  ItemParser parser{item};
  out.key = take_key(TreeKind::index, parser);
  out.record = parser.take();
  out.code = parser.take();
  out.body = parser.take();
  out.labels = parser.take();
  out.frame = parser.take8();
  out.params = parser.take8();
}

std::uint32_t put_index_entry(const lang::IndexEntry& entry,
                              std::span<std::uint8_t, kMaxIndexItem> out) {
  ItemMaker maker{out.data()};
  put_key(TreeKind::index, entry.key, maker);
  maker.begin_trim();
  maker.put(entry.record);
  maker.put(entry.code);
  maker.put(entry.body);
  maker.put(entry.labels);
  maker.put8(entry.frame);
  maker.put8(entry.params);
  maker.trim();
  return maker.finish();
}

void add_entry(TreeKind kind, Item item, std::uint32_t& count, std::uint32_t& bytes) {
  if (kind == TreeKind::index) {
    ++count;
    return;
  }
  ItemParser parser{item};
  if (take_key(kind, parser).low != kLastChunk) return;
  const Ending ending = take_ending(item, parser);
  ++count;
  bytes += ending.before + ending.tail - ending.code;
}

bool read_node(flash::NorFlash& flash, TreeKind kind, std::uint32_t address, unsigned level,
               unsigned size, std::uint8_t* frame, std::uint32_t& wrong_bit) {
  if (level >= kMaxLevels || size == 0 || size > kPayload) return false;
  const std::span<std::uint8_t> bytes{frame, frame_size(size)};
  if (flash.read(address, bytes) != flash::FlashStatus::ok) return false;
  if (!check_and_correct(bytes, wrong_bit)) return false;
  return frame[0] == node_type(kind, level) && frame[1] == size;
}

const std::uint8_t* load_node(flash::NorFlash& flash, FrameBuffer& buffer, TreeKind kind,
                              std::uint32_t address, unsigned level, unsigned size,
                              std::uint32_t& wrong_bit) {
  const std::uint8_t* const held = buffer.find(address);
  if (held != nullptr && held[0] == node_type(kind, level) && held[1] == size) {
    wrong_bit = buffer.wrong_bit();
    return held;
  }
  std::uint8_t* const memory = buffer.take();
  if (!read_node(flash, kind, address, level, size, memory, wrong_bit)) return nullptr;
  buffer.hold(address, wrong_bit);
  return memory;
}

bool read_payload(flash::NorFlash& flash, std::uint32_t node, std::uint32_t wrong_bit,
                  unsigned place, std::span<std::uint8_t> out) {
  const std::uint32_t begin = kFrameHeader + place;
  if (flash.read(node + begin, out) != flash::FlashStatus::ok) return false;
  if (wrong_bit / 8 >= begin && wrong_bit / 8 - begin < out.size()) {
    flip(out.data(), wrong_bit - begin * 8);
  }
  return true;
}

Item read_item(flash::NorFlash& flash, std::uint32_t node, std::uint32_t wrong_bit, unsigned size,
               unsigned place, std::span<std::uint8_t, kItemHead> memory) {
  if (place >= size) return {};
  const unsigned rest = size - place;
  const auto head = memory.first(std::min<std::size_t>(memory.size(), rest));
  if (!read_payload(flash, node, wrong_bit, place, head) || head[0] >= rest) return {};
  return head.first(std::min<std::size_t>(head.size(), item_size(head)));
}

unsigned child_for(const std::uint8_t* frame, TreeKind kind, const lang::IndexKey& key) {
  Items items{frame};
  unsigned place = 0;
  for (; items.any() && get_key(kind, items.get()) <= key; items.next()) place = items.place();
  return place;
}

}  // namespace pianola::store
