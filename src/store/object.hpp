#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "store/log.hpp"
#include "store/tree.hpp"

namespace pianola::store {

/// Whether all blocks of a chunk can be read.
bool is_chunk_good(flash::NorFlash& flash, const Chunk& chunk);

/// Reads data bytes of a chunk of `size` bytes at `address` from byte `offset` < `size` on, at most
/// to the end of the block that this one lies in. 0 if the block is damaged. `in_place` may be
/// null.
std::size_t read_block(flash::NorFlash& flash, InPlace* in_place, std::uint32_t address,
                       std::uint32_t size, std::uint32_t offset, std::span<std::uint8_t> out);

/// Reads objects of a tree of chunks. Remembers where it read last, so that reading on costs one
/// read of flash a block, and one more for each chunk.
class ObjectReader {
 public:
  /// `flash` is the caller's and outlives the reader; so is `in_place`, as for a TreeReader.
  explicit ObjectReader(flash::NorFlash& flash, InPlace* in_place = nullptr)
      : flash_(flash), in_place_(in_place), tree_(flash, TreeKind::chunks, in_place) {}

  /// Goes to the chunk that holds byte `offset` of the object. Null if there is none.
  const Chunk* chunk_at(const TreeRef& tree, std::uint32_t object, std::uint32_t offset);
  /// Forgets what it remembers: the trees may have changed.
  void forget() { known_ = false; }
  /// The last chunk of `object`, which tells of the whole. False if there is none.
  bool last_chunk(const TreeRef& tree, std::uint32_t object, Chunk& out);
  /// Reads from byte `offset` of the object on, at most to the end of the chunk's block that the
  /// end of `out` lies in. The bytes read: fewer than asked for at the object's end, and before a
  /// block that is damaged.
  std::size_t read(const TreeRef& tree, std::uint32_t object, std::uint32_t offset,
                   std::span<std::uint8_t> out);

 private:
  bool find(const TreeRef& tree, std::uint32_t object, std::uint32_t offset);
  bool go_on(const TreeRef& tree);
  bool seek(const TreeRef& tree, std::uint32_t object, std::uint32_t offset);
  bool covers(std::uint32_t object, std::uint32_t offset) const;

  flash::NorFlash& flash_;
  InPlace* in_place_;
  TreeReader tree_;
  Place place_;  ///< Of chunk_.
  Chunk chunk_;
  bool known_ = false;
};

/// Appends objects to the log and their chunks to a tree.
class ObjectWriter {
 public:
  /// Both are the caller's and outlive the writer.
  ObjectWriter(Log& log, TreeBuilder& tree) : log_(log), tree_(tree) {}

  /// A new object, larger than all before it.
  void begin(std::uint32_t object);
  /// Its next bytes. Status::full, Status::io_error.
  Status put(std::span<const std::uint8_t> bytes);
  /// It is complete, and consists of so many bytes of code and of source.
  Status end(std::uint32_t code, std::uint32_t source, std::uint32_t hash);
  /// Appends the chunk of an entry, which stands elsewhere in the log, block by block as it is.
  Status copy(const Entry& entry);
  /// Bytes of the object so far.
  [[nodiscard]] std::uint32_t size() const { return chunk_.offset + chunk_.size + filled_; }

 private:
  [[nodiscard]] bool is_tail(std::uint32_t room) const;
  Status write_block();
  Status add();
  Status add_last(const Entry& entry);
  Status append(std::span<const std::uint8_t> frame, std::uint32_t size);

  Log& log_;
  TreeBuilder& tree_;
  Chunk chunk_;                                  ///< Being written.
  std::array<std::uint8_t, kBlockFrame> block_;  ///< Its next block, as a frame.
  std::uint32_t filled_ = 0;                     ///< Data bytes of it.
};

/// A log as the place for nodes; old nodes stay.
class LogNodes final : public NodeSink {
 public:
  explicit LogNodes(Log& log) : log_(log) {}
  Status write_node(std::span<const std::uint8_t> frame, std::uint32_t& address) override {
    return log_.append(frame, address);
  }
  [[nodiscard]] bool may_stay(std::uint32_t) const override { return true; }

 private:
  Log& log_;
};

}  // namespace pianola::store
