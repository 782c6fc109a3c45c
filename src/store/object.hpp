#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "store/log.hpp"
#include "store/tree.hpp"
#include "store/tree_node.hpp"

namespace pianola::store {

/// Whether all frames of a piece can be read, if need be after a bit was put right. (The bytes of
/// an object's last chunk stand in a node.)
bool is_chunk_good(flash::NorFlash& flash, const Chunk& chunk);

/// Reads data bytes of a piece of `size` bytes at `address` from byte `offset` < `size` on, at most
/// to the end of the frame that this one lies in. 0 if the frame is damaged. `in_place` may be
/// null.
std::size_t read_data(flash::NorFlash& flash, FrameBuffer& buffer, InPlace* in_place,
                      std::uint32_t address, std::uint32_t size, std::uint32_t offset,
                      std::span<std::uint8_t> out);

/// Reads objects of a tree. Remembers where it read last, so that reading on costs one read of
/// flash a frame, and a search for each chunk.
class ObjectReader {
 public:
  /// All are the caller's and outlive the reader; `in_place` is as for a TreeReader.
  ObjectReader(flash::NorFlash& flash, FrameBuffer& buffer, InPlace* in_place = nullptr)
      : flash_(flash), buffer_(buffer), in_place_(in_place) {}

  /// Goes to the chunk that holds byte `offset` of the object. Null if there is none.
  const Chunk* chunk_at(const TreeRef& tree, std::uint32_t object, std::uint32_t offset);
  /// The leaf that the chunk of chunk_at() is told of in, and that holds the bytes of a last chunk.
  [[nodiscard]] const Place& place() const { return place_; }
  /// Forgets what it remembers: the trees may have changed.
  void forget() { known_ = false; }
  /// The last chunk of `object`, which tells of the whole. False if there is none.
  bool last_chunk(const TreeRef& tree, std::uint32_t object, Chunk& out);
  /// Reads from byte `offset` of the object on. The bytes read: fewer than asked for at the
  /// object's end, and before a frame that is damaged.
  std::size_t read(const TreeRef& tree, std::uint32_t object, std::uint32_t offset,
                   std::span<std::uint8_t> out);

 private:
  bool find(const TreeRef& tree, std::uint32_t object, std::uint32_t offset);
  bool seek(const TreeRef& tree, std::uint32_t object, std::uint32_t offset);
  bool covers(std::uint32_t object, std::uint32_t offset) const;

  flash::NorFlash& flash_;
  FrameBuffer& buffer_;
  InPlace* in_place_;
  Place place_;  ///< Of chunk_.
  Chunk chunk_;
  bool known_ = false;
};

/// Reads bytes of the leaf at `leaf` with `size` bytes of payload, from byte `begin` of its frame
/// on; it is checked, unless it can be used in place. False if it is damaged, or has no such bytes.
bool read_leaf(flash::NorFlash& flash, FrameBuffer& buffer, InPlace* in_place, std::uint32_t leaf,
               unsigned size, std::uint32_t begin, std::span<std::uint8_t> out);

/// Appends objects to the log and their chunks to a tree. One at a time, as it uses the log's
/// buffer for them.
class ObjectWriter {
 public:
  /// Both are the caller's and outlive the writer.
  ObjectWriter(Log& log, TreeBuilder& tree) : log_(log), tree_(tree) {}

  /// A new object, larger than all before it.
  void begin(std::uint32_t object);
  /// Its next bytes. Status::full, Status::io_error.
  Status put(std::span<const std::uint8_t> bytes);
  /// It is complete, and consists of so many bytes of code and of source.
  Status end(std::uint32_t code, std::uint32_t source);
  /// Bytes of the object so far.
  [[nodiscard]] std::uint32_t size() const { return chunk_.offset + chunk_.size + filled_; }

 private:
  /// Most bytes of a piece.
  static constexpr std::uint32_t kMaxPiece = 0x7FFF;
  static_assert(kMaxChunkHead <= Log::kObjectBuffer - kPayload - 4);
  std::uint8_t* data() { return log_.object_buffer().data() + kMaxChunkHead; }
  Status write_frame();
  Status add_piece();
  Status fill_leaf();
  Status add_inside(std::uint32_t count);

  Log& log_;
  TreeBuilder& tree_;
  Chunk chunk_;               ///< The piece being written.
  std::uint32_t filled_ = 0;  ///< Bytes that come next: they stand in the log's buffer.
};

/// A log as the place for nodes.
class LogNodes final : public NodeSink {
 public:
  explicit LogNodes(Log& log) : log_(log) {}
  Status write_node(std::span<const std::uint8_t> frame, std::uint32_t& address) override {
    return log_.append(frame, address);
  }

 private:
  Log& log_;
};

}  // namespace pianola::store
