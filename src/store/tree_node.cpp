#include "store/tree_node.hpp"

#include <algorithm>

#include "base/bytes.hpp"

namespace pianola::store {
namespace {

constexpr std::size_t key_size(TreeKind kind) { return kind == TreeKind::index ? 12 : 8; }

void put_key(TreeKind kind, std::uint8_t* at, const lang::IndexKey& key) {
  put32(at, key.scope);
  if (kind == TreeKind::index) put32(at + 4, key.high);
  put32(at + key_size(kind) - 4, key.low);
}

}  // namespace

lang::IndexKey get_key(TreeKind kind, const std::uint8_t* at) {
  return {get32(at), kind == TreeKind::index ? get32(at + 4) : 0, get32(at + key_size(kind) - 4)};
}

void get_entry(TreeKind kind, const std::uint8_t* at, Entry& out) {
  out.key = get_key(kind, at);
  std::copy_n(at + key_size(kind), out.value.size(), out.value.begin());
}

void put_entry(TreeKind kind, std::uint8_t* at, const Entry& entry) {
  put_key(kind, at, entry.key);
  std::ranges::copy(entry.value, at + key_size(kind));
}

Child get_child(TreeKind kind, const std::uint8_t* at) {
  Child child;
  child.first = get_key(kind, at);
  at += key_size(kind);
  child.address = get32(at);
  child.count = get32(at + 4);
  if (kind == TreeKind::chunks) child.bytes = get32(at + 8);
  child.entries = at[item_size(kind, 1) - key_size(kind) - 1];
  return child;
}

void put_child(TreeKind kind, std::uint8_t* at, const Child& child) {
  put_key(kind, at, child.first);
  at += key_size(kind);
  put32(at, child.address);
  put32(at + 4, child.count);
  if (kind == TreeKind::chunks) put32(at + 8, child.bytes);
  at[item_size(kind, 1) - key_size(kind) - 1] = child.entries;
}

void add_entry(TreeKind kind, const Entry& entry, std::uint32_t& count, std::uint32_t& bytes) {
  if (kind == TreeKind::index) {
    ++count;
  } else if (entry.key.low == kLastChunk) {
    ++count;
    bytes += to_chunk(entry).source;
  }
}

bool read_node(flash::NorFlash& flash, TreeKind kind, std::uint32_t address, unsigned level,
               unsigned entries, Node& node, std::uint32_t& wrong_bit) {
  if (level >= kMaxLevels || entries == 0 || entries > node_capacity(level)) return false;
  const std::span<std::uint8_t> frame =
      std::span(node.frame).first(node_frame(kind, level, entries));
  if (flash.read(address, frame) != flash::FlashStatus::ok) return false;
  if (!check_and_correct(frame, wrong_bit)) return false;
  return frame[0] == node_type(kind, level) && frame[1] == entries;
}

bool read_item(flash::NorFlash& flash, std::uint32_t node, std::uint32_t wrong_bit,
               unsigned position, std::span<std::uint8_t> out) {
  const auto begin = static_cast<std::uint32_t>(kNodeHeader + position * out.size());
  if (flash.read(node + begin, out) != flash::FlashStatus::ok) return false;
  if (wrong_bit / 8 >= begin && wrong_bit / 8 - begin < out.size()) {
    flip(out.data(), wrong_bit - begin * 8);
  }
  return true;
}

unsigned child_for(const std::uint8_t* frame, TreeKind kind, unsigned level,
                   const lang::IndexKey& key) {
  unsigned position = frame[1];
  while (position > 0 && get_key(kind, item(frame, kind, level, position - 1)) > key) --position;
  return position == 0 ? kChildren : position - 1;
}

}  // namespace pianola::store
