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
  blank,    ///< Nothing, up to the page's or (states) the sector's end.
  unknown,  ///< No frame: what is from here on, so far, cannot be told.
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

// Frames in memory.

/// Whether a frame that begins so has a payload.
constexpr bool is_payload(unsigned first) {
  return first == static_cast<unsigned>(FrameType::data) || is_node(first);
}
/// Bytes of the frame that `rest`, up to the end of its page, begins with, whatever its checksum
/// says; 0 if it is none.
std::size_t frame_at(std::span<const std::uint8_t> rest);
/// Checks all frames of a page, and puts a single wrong bit in each right. False if more is wrong.
bool correct_page(std::span<std::uint8_t> page);

/// First byte of a page that was copied although it could not be read, if it would look blank.
inline constexpr std::uint8_t kLostPage = 0x01;

/// The frames of a sector of pages or states, one after another. Those of a page end with it.
class FrameReader {
 public:
  /// `flash` is the caller's and outlives the reader; `kind` is what the header says.
  FrameReader(flash::NorFlash& flash, std::uint32_t sector, SectorHeader::Kind kind);

  /// The next frame. False at the sector's end. Ends on any content.
  bool next(Frame& out);

 private:
  void read_fillers(Frame& out);
  void read_payload(Frame& out);
  void read_root(Frame& out);

  flash::NorFlash& flash_;
  std::uint32_t at_;
  std::uint32_t end_;  ///< Of the page, or of the sector of states.
  std::uint32_t sector_end_;
};

/// What stands at a sector's beginning.
enum class SectorState : std::uint8_t {
  blank,    ///< Every byte is FF.
  unknown,  ///< Something, but no header.
  foreign,  ///< A header of another version of the format or other measures.
  pages,    ///< A sector of pages.
  states,   ///< A sector of states.
  free,     ///< A sector that holds nothing but a count of its erases.
};

/// Reads a sector's header. `out` is set for foreign, pages, states and free.
SectorState read_sector(flash::NorFlash& flash, std::uint32_t sector, SectorHeader& out);

/// Whether something was programmed after the header of a sector of states: then the header's own
/// program was complete, and it reads the same for ever. Before that, it may read one way or the
/// other after a power cut, and the sector does not count.
bool has_states(flash::NorFlash& flash, std::uint32_t sector);

/// Likewise of a sector of pages: the first page that was copied to it is programmed, or the first
/// one of all.
bool has_pages(flash::NorFlash& flash, std::uint32_t sector, const SectorHeader& header);

/// Whether something was programmed in a page from `address` on.
bool is_page_begun(flash::NorFlash& flash, std::uint32_t address);

}  // namespace pianola::store
