#include "store/object.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/crc16.hpp"
#include "base/status.hpp"

namespace pianola::store {

using flash::FlashStatus;

namespace {

/// Bytes of a sector's rest that are left alone rather than begin a long chunk.
constexpr std::uint32_t kLeastPiece = 3 * kBlockFrame;

/// Reads the block of `size` data bytes that stands at `address`. False if it is damaged, except
/// for its length, which is known.
bool load_block(flash::NorFlash& flash, std::uint32_t address, std::uint32_t size,
                std::array<std::uint8_t, kBlockFrame>& frame) {
  frame[0] = static_cast<std::uint8_t>(size);
  const auto bytes = std::span{frame}.first(1 + size + 2);
  return flash.read(address + 1, bytes.subspan(1)) == FlashStatus::ok && is_block_good(bytes);
}

}  // namespace

bool is_chunk_good(flash::NorFlash& flash, const Chunk& chunk) {
  std::array<std::uint8_t, kBlockFrame> frame;
  for (std::uint32_t done = 0; done < chunk.size; done += kBlock) {
    const std::uint32_t size = std::min<std::uint32_t>(kBlock, chunk.size - done);
    if (!load_block(flash, chunk.address + done / kBlock * kBlockFrame, size, frame)) return false;
  }
  return true;
}

[[gnu::noinline]] std::size_t read_block(flash::NorFlash& flash, InPlace* in_place,
                                         std::uint32_t address, std::uint32_t size,
                                         std::uint32_t offset, std::span<std::uint8_t> out) {
  const std::uint32_t block = offset / kBlock;
  const std::uint32_t from = offset % kBlock;
  const std::uint32_t data = std::min(kBlock, size - block * kBlock);
  const std::size_t count = std::min<std::size_t>(data - from, out.size());
  address += block * kBlockFrame;
  const std::uint8_t* frame = in_place == nullptr ? nullptr : in_place->at(address, 1 + data + 2);
  std::array<std::uint8_t, kBlockFrame> memory;
  if (frame == nullptr || frame[0] != data) {
    if (!load_block(flash, address, data, memory)) return 0;
    frame = memory.data();
  }
  std::copy_n(frame + 1 + from, count, out.begin());
  return count;
}

const Chunk* ObjectReader::chunk_at(const TreeRef& tree, std::uint32_t object,
                                    std::uint32_t offset) {
  return find(tree, object, offset) ? &chunk_ : nullptr;
}

bool ObjectReader::covers(std::uint32_t object, std::uint32_t offset) const {
  return known_ && chunk_.object == object && offset >= chunk_.offset &&
         offset - chunk_.offset < chunk_.size;
}

/// Goes to the chunk with byte `offset`: mostly it is the one that comes next.
[[gnu::noinline]] bool ObjectReader::find(const TreeRef& tree, std::uint32_t object,
                                          std::uint32_t offset) {
  if (covers(object, offset)) return true;
  const bool next =
      known_ && chunk_.object == object && !chunk_.last && offset == chunk_.offset + chunk_.size;
  return (next ? go_on(tree) : seek(tree, object, offset)) && covers(object, offset);
}

/// Goes to the chunk after this one.
[[gnu::noinline]] bool ObjectReader::go_on(const TreeRef& tree) {
  Entry entry = to_entry(chunk_);
  known_ = tree_.next(tree, place_, entry) == Search::found;
  if (known_) get_chunk(entry, chunk_);
  return known_;
}

/// Goes to the first chunk that ends behind byte `offset`, or (kLastChunk) to the last one.
bool ObjectReader::seek(const TreeRef& tree, std::uint32_t object, std::uint32_t offset) {
  Entry entry;
  known_ = tree_.seek(tree, chunk_key(object, offset), place_, entry) == Search::found;
  if (known_) get_chunk(entry, chunk_);
  return known_;
}

bool ObjectReader::last_chunk(const TreeRef& tree, std::uint32_t object, Chunk& out) {
  const bool here = known_ && chunk_.object == object && chunk_.last;
  if (!here && !seek(tree, object, kLastChunk)) return false;
  out = chunk_;
  return chunk_.object == object && chunk_.last;
}

std::size_t ObjectReader::read(const TreeRef& tree, std::uint32_t object, std::uint32_t offset,
                               std::span<std::uint8_t> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const auto at = static_cast<std::uint32_t>(offset + done);
    if (!find(tree, object, at)) break;
    const std::size_t count = read_block(flash_, in_place_, chunk_.address, chunk_.size,
                                         at - chunk_.offset, out.subspan(done));
    if (count == 0) break;
    done += count;
  }
  return done;
}

void ObjectWriter::begin(std::uint32_t object) {
  chunk_ = {};
  chunk_.object = object;
  filled_ = 0;
}

/// Whether the sector's rest is too small to begin a chunk in: each chunk costs an entry, which
/// must be written again whenever the chunk is moved.
bool ObjectWriter::is_tail(std::uint32_t room) const {
  return room < std::min(log_.geometry().sector_size / 16, kLeastPiece);
}

/// Appends a block's frame of `size` data bytes to the chunk, or to a new one in the next sector.
Status ObjectWriter::append(std::span<const std::uint8_t> frame, std::uint32_t size) {
  if (chunk_.size > 0 && log_.room() < frame.size()) {
    if (const Status status = add(); status != Status::ok) return status;
    chunk_.offset += chunk_.size;
    chunk_.size = 0;
  }
  // (A whole small object may stand there.)
  if (chunk_.size == 0 && size == kBlock && is_tail(log_.room())) {
    if (const Status status = log_.open_sector(); status != Status::ok) return status;
  }
  std::uint32_t address = 0;
  if (const Status status = log_.append(frame, address); status != Status::ok) return status;
  if (chunk_.size == 0) chunk_.address = address;
  chunk_.size = static_cast<std::uint16_t>(chunk_.size + size);
  return Status::ok;
}

Status ObjectWriter::write_block() {
  if (filled_ == 0) return Status::ok;
  block_[0] = static_cast<std::uint8_t>(filled_);
  put16(block_.data() + 1 + filled_, crc16(std::span{block_}.first(1 + filled_)));
  const std::uint32_t size = filled_;
  filled_ = 0;
  return append(std::span{block_}.first(1 + size + 2), size);
}

Status ObjectWriter::put(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    const std::size_t count = std::min<std::size_t>(kBlock - filled_, bytes.size());
    std::copy_n(bytes.begin(), count, block_.begin() + 1 + filled_);
    filled_ += static_cast<std::uint32_t>(count);
    bytes = bytes.subspan(count);
    if (filled_ < kBlock) break;
    if (const Status status = write_block(); status != Status::ok) return status;
  }
  return Status::ok;
}

/// Adds the last piece of a chunk that was copied, which tells what the entry of the whole did.
/// Apart like add(), so that no entry is on the stack while blocks are written.
[[gnu::noinline]] Status ObjectWriter::add_last(const Entry& entry) {
  Chunk old;
  get_chunk(entry, old);
  chunk_.last = old.last;
  chunk_.code = old.code;
  chunk_.source = old.source;
  chunk_.hash = old.hash;
  return add();
}

/// Adds the chunk to the tree.
[[gnu::noinline]] Status ObjectWriter::add() { return tree_.add(to_entry(chunk_)); }

Status ObjectWriter::end(std::uint32_t code, std::uint32_t source, std::uint32_t hash) {
  if (const Status status = write_block(); status != Status::ok) return status;
  chunk_.last = true;
  chunk_.code = code;
  chunk_.source = source;
  chunk_.hash = hash;
  return add();
}

/// A block that is damaged stays so: its checksum is copied like the rest.
Status ObjectWriter::copy(const Entry& entry) {
  get_chunk(entry, chunk_);
  const std::uint32_t address = chunk_.address;
  const std::uint32_t all = chunk_.size;
  chunk_.last = false;
  chunk_.size = 0;
  chunk_.code = chunk_.source = chunk_.hash = 0;
  for (std::uint32_t done = 0; done < all;) {
    const std::uint32_t size = std::min<std::uint32_t>(kBlock, all - done);
    const auto frame = std::span{block_}.first(1 + size + 2);
    if (log_.read(address + done / kBlock * kBlockFrame, frame) != FlashStatus::ok) {
      return Status::io_error;
    }
    // What the length byte should be is known; the log's frames are found by it.
    block_[0] = static_cast<std::uint8_t>(size);
    if (const Status status = append(frame, size); status != Status::ok) return status;
    done += size;
  }
  return add_last(entry);
}

}  // namespace pianola::store
