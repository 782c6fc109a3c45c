#pragma once

#include <cstdint>

#include "flash/nor_flash.hpp"
#include "store/format.hpp"
#include "store/tree.hpp"

namespace pianola::store {

/// What a frame is.
enum class FrameKind : std::uint8_t {
  filler,   ///< Fillers, one or more.
  data,     ///< Bytes of an object.
  node,     ///< Of a tree.
  commit,   ///< A state.
  settled,  ///< The same again.
  blank,    ///< Nothing, up to the sector's end.
  unknown,  ///< No frame: what is from here on in the sector cannot be told.
};

/// A frame as it stands in flash.
struct Frame {
  FrameKind kind = FrameKind::unknown;
  std::uint32_t address = 0;
  std::uint32_t size = 0;  ///< In flash.
  bool good = false;       ///< Its checksum is right, if need be after a bit was put right.
  std::uint32_t wrong_bit = kNoBit;  ///< That was put right, counted from its beginning.
  std::uint32_t payload = 0;         ///< Bytes, of a node or data.
  std::uint8_t level = 0;            ///< Of a node.
  TreeKind tree = TreeKind::index;   ///< That a node is of.
  Root root;                         ///< Of `commit` and `settled`, if good.
};

/// The frames of a sector, one after another.
class FrameReader {
 public:
  /// `flash` is the caller's and outlives the reader.
  FrameReader(flash::NorFlash& flash, std::uint32_t sector);

  /// The next frame. False at the sector's end. Ends on any content.
  bool next(Frame& out);

 private:
  void read_fillers(Frame& out);
  void read_payload(Frame& out);
  void read_root(Frame& out);

  flash::NorFlash& flash_;
  std::uint32_t at_;
  std::uint32_t end_;
};

/// What stands at a sector's beginning.
enum class SectorState : std::uint8_t {
  blank,    ///< Every byte is FF.
  unknown,  ///< Something, but no header.
  foreign,  ///< A header of another version of the format or other measures.
  log,      ///< A sector of the log.
  scratch,  ///< A sector that holds what need not last.
};

/// Reads a sector's header. `out` is set for foreign, log and scratch.
SectorState read_sector(flash::NorFlash& flash, std::uint32_t sector, SectorHeader& out);

/// Whether something was programmed after the units of a sector's header: then the header's own
/// program was complete, and it reads the same for ever. Before that, it may read one way or the
/// other after a power cut, and the sector does not count.
bool has_frames(flash::NorFlash& flash, std::uint32_t sector);

}  // namespace pianola::store
