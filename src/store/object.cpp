#include "store/object.hpp"

#include <algorithm>

#include "base/bytes.hpp"
#include "base/crc32.hpp"
#include "base/status.hpp"

namespace pianola::store {

using flash::FlashStatus;

namespace {

/// Reads the frame of `size` data bytes that stands at `address`. False if it is damaged.
bool load_frame(flash::NorFlash& flash, std::uint32_t address, std::uint32_t size,
                std::uint8_t* frame) {
  if (size > kPayload) return false;
  const std::span<std::uint8_t> bytes{frame, frame_size(size)};
  return flash.read(address, bytes) == FlashStatus::ok && check_and_correct(bytes) &&
         bytes[0] == static_cast<std::uint8_t>(FrameType::data) && bytes[1] == size;
}

}  // namespace

bool is_chunk_good(flash::NorFlash& flash, const Chunk& chunk) {
  Node frame;
  if (chunk.inside) return true;
  for (std::uint32_t done = 0; done < chunk.size; done += kPayload) {
    const std::uint32_t size = std::min<std::uint32_t>(kPayload, chunk.size - done);
    if (!load_frame(flash, chunk.address + done / kPayload * kMaxFrame, size, frame.frame.data()))
      return false;
  }
  return true;
}

std::size_t read_data(flash::NorFlash& flash, FrameBuffer& buffer, InPlace* in_place,
                      std::uint32_t address, std::uint32_t size, std::uint32_t offset,
                      std::span<std::uint8_t> out) {
  const std::uint32_t number = offset / kPayload;
  const std::uint32_t from = offset % kPayload;
  const std::uint32_t data = std::min(kPayload, size - number * kPayload);
  const std::size_t count = std::min<std::size_t>(data - from, out.size());
  address += number * kMaxFrame;
  const auto is_it = [&](const std::uint8_t* frame) {
    return frame != nullptr && frame[0] == static_cast<std::uint8_t>(FrameType::data) &&
           frame[1] == data;
  };
  const std::uint8_t* frame =
      in_place == nullptr ? nullptr : in_place->at(address, frame_size(data));
  if (!is_it(frame)) frame = buffer.find(address);
  if (!is_it(frame)) {
    std::uint8_t* const memory = buffer.take();
    if (!load_frame(flash, address, data, memory)) return 0;
    buffer.hold(address);
    frame = memory;
  }
  std::copy_n(frame + kFrameHeader + from, count, out.begin());
  return count;
}

bool read_leaf(flash::NorFlash& flash, FrameBuffer& buffer, InPlace* in_place, std::uint32_t leaf,
               unsigned size, std::uint32_t begin, std::span<std::uint8_t> out) {
  if (begin > frame_size(size) || out.size() > frame_size(size) - begin) return false;
  const std::uint8_t* frame = in_place == nullptr ? nullptr : in_place->at(leaf, frame_size(size));
  if (frame == nullptr) {
    std::uint32_t wrong_bit = kNoBit;
    frame = load_node(flash, buffer, TreeKind::objects, leaf, 0, size, wrong_bit);
  }
  if (frame == nullptr) return false;
  std::copy_n(frame + begin, out.size(), out.begin());
  return true;
}

const Chunk* ObjectReader::chunk_at(const TreeRef& tree, std::uint32_t object,
                                    std::uint32_t offset) {
  return find(tree, object, offset) ? &chunk_ : nullptr;
}

bool ObjectReader::covers(std::uint32_t object, std::uint32_t offset) const {
  return known_ && chunk_.object == object && offset >= chunk_.offset &&
         offset - chunk_.offset < chunk_.size;
}

bool ObjectReader::find(const TreeRef& tree, std::uint32_t object, std::uint32_t offset) {
  return covers(object, offset) || (seek(tree, object, offset) && covers(object, offset));
}

/// Goes to the first chunk that ends behind byte `offset`, or (kLastChunk) to the last one.
[[gnu::noinline]] bool ObjectReader::seek(const TreeRef& tree, std::uint32_t object,
                                          std::uint32_t offset) {
  TreeReader reader{flash_, TreeKind::objects, buffer_, in_place_};
  Search found = reader.seek(tree, chunk_key(object, offset));
  // The leaf where the chunk is the first may be good, and the one before it damaged: the search
  // goes there, unless it is for the very key of the chunk. That is the least one that can be
  // found.
  for (std::uint32_t key = kLastChunk; found == Search::damaged && offset < key;) {
    const std::uint32_t middle = offset + (key - offset) / 2;
    if (reader.seek(tree, chunk_key(object, middle)) == Search::damaged) {
      offset = middle + 1;
    } else {
      key = middle;
    }
    if (offset == key) found = reader.seek(tree, chunk_key(object, key));
  }
  known_ = found == Search::found;
  if (known_) {
    reader.get(chunk_);
    place_ = reader.place();
  }
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
    const std::uint32_t from = at - chunk_.offset;
    if (!chunk_.inside) {
      const std::size_t count = read_data(flash_, buffer_, in_place_, chunk_.address, chunk_.size,
                                          from, out.subspan(done));
      if (count == 0) break;
      done += count;
      continue;
    }
    const std::size_t count = std::min<std::size_t>(chunk_.size - from, out.size() - done);
    const std::uint32_t begin = chunk_.address - place_.leaf + from;
    if (!read_leaf(flash_, buffer_, in_place_, place_.leaf, place_.size, begin,
                   out.subspan(done, count))) {
      break;
    }
    done += count;
    if (chunk_.last) break;
  }
  return done;
}

void ObjectWriter::begin(std::uint32_t object) {
  chunk_ = {};
  chunk_.object = object;
  filled_ = 0;
}

/// Writes the next bytes, which are not to stand in a leaf.
Status ObjectWriter::write_frame() {
  std::uint8_t* const begin = data() - kFrameHeader;
  begin[0] = static_cast<std::uint8_t>(FrameType::data);
  begin[1] = static_cast<std::uint8_t>(filled_);
  const std::uint32_t size = filled_;
  Crc32 check;
  check.add({begin, kFrameHeader + size});
  put32(data() + size, check.value());
  filled_ = 0;
  std::uint32_t address = 0;
  const Status status = log_.append({begin, frame_size(size)}, address);
  if (status != Status::ok) return status;
  // A piece is in pages side by side.
  const std::uint32_t behind = chunk_.address + chunk_.size / kPayload * kPage;
  const bool goes_on = address == behind && chunk_.size + size <= kMaxPiece;
  if (chunk_.size > 0 && !goes_on) {
    if (const Status added = add_piece(); added != Status::ok) return added;
  }
  if (chunk_.size == 0) chunk_.address = address;
  chunk_.size = static_cast<std::uint16_t>(chunk_.size + size);
  return Status::ok;
}

Status ObjectWriter::put(std::span<const std::uint8_t> bytes) {
  while (!bytes.empty()) {
    // Only now it is known that they are not the last ones.
    if (filled_ == kPayload) {
      if (const Status status = write_frame(); status != Status::ok) return status;
    }
    const std::size_t count = std::min<std::size_t>(kPayload - filled_, bytes.size());
    std::copy_n(bytes.begin(), count, data() + filled_);
    filled_ += static_cast<std::uint32_t>(count);
    bytes = bytes.subspan(count);
  }
  return Status::ok;
}

/// Adds the piece to the tree: the next one begins behind it.
[[gnu::noinline]] Status ObjectWriter::add_piece() {
  std::array<std::uint8_t, kMaxChunkHead> item;
  const Status status = tree_.add(std::span{item}.first(put_chunk(chunk_, item)));
  chunk_.offset += chunk_.size;
  chunk_.size = 0;
  return status;
}

[[gnu::noinline]] Status ObjectWriter::end(std::uint32_t code, std::uint32_t source) {
  if (filled_ > kMaxTail) {
    if (const Status status = write_frame(); status != Status::ok) return status;
  }
  if (chunk_.size > 0) {
    if (const Status status = add_piece(); status != Status::ok) return status;
  }
  if (const Status status = fill_leaf(); status != Status::ok) return status;
  chunk_.last = true;
  chunk_.code = code;
  chunk_.source = source;
  return add_inside(filled_);
}

/// What does not fit into the leaf that is being filled goes into it in part, if that is worth it.
Status ObjectWriter::fill_leaf() {
  constexpr std::uint32_t kLeast = 48;
  constexpr std::uint32_t kHead = 12;  ///< Most bytes before those of a chunk that is not the last.
  const std::uint32_t room = tree_.room();
  if (filled_ + kMaxChunkHead <= room || room < kHead + kLeast) return Status::ok;
  return add_inside(std::min(filled_, room - kHead));
}

/// Adds a chunk of the next bytes, which stand in the leaf.
[[gnu::noinline]] Status ObjectWriter::add_inside(std::uint32_t count) {
  chunk_.inside = true;
  chunk_.size = static_cast<std::uint16_t>(count);
  std::array<std::uint8_t, kMaxChunkHead> head;
  const std::uint32_t size = put_chunk(chunk_, head);
  std::copy_n(head.begin(), size, data() - size);
  const Status status = tree_.add({data() - size, size + count});
  filled_ -= count;
  std::copy_n(data() + count, filled_, data());
  chunk_.offset += count;
  chunk_.size = 0;
  return status;
}

}  // namespace pianola::store
