#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "store/log.hpp"

namespace pianola::inspect {

/// What can be wrong. `found` and `expected` are 0 where nothing is said of them.
enum class Problem : std::uint8_t {
  header,     ///< A sector with live frames has no header.
  sequence,   ///< A sector that stands for the same one is newer (found) than the one in use.
  state,      ///< The state in force stands in no settled frame.
  frame,      ///< A frame that stands before live ones is none: nothing behind it can be followed.
  checksum,   ///< A frame's checksum is wrong.
  wrong_bit,  ///< A single wrong bit (found: its number in the frame), which can be put right.
  not_a_frame,  ///< What a tree refers to does not begin where a frame does.
  outside,      ///< What a tree refers to is not within a sector of the region.
  overlap,      ///< Two things stand in one place.
  node,         ///< A tree's node cannot be read.
  first_key,    ///< The node above has another first key.
  order,        ///< Keys do not rise.
  count,        ///< Below a node there are not as many as the one above says.
  bytes,        ///< Below a node there are not as many bytes as the one above says.
  gap,          ///< A chunk begins at another offset (found) than where the one before it ended.
  piece_size,   ///< A piece is empty, or follows a frame that is not full.
  no_last,      ///< An object has no last chunk.
  object_size,  ///< Code and source do not add up to the object's bytes.
  data_size,    ///< A frame's data bytes (found) are not as many as they must be.
  data,         ///< A frame's checksum is wrong: its data are lost.
  no_record,    ///< An index entry leads to a definition (expected) that there is none of.
  no_code,      ///< An index entry leads to an offset (found) behind the code's end (expected).
};

/// A sentence about it, without a full stop.
std::string_view text(Problem problem);

/// Where it was found.
enum class Part : std::uint8_t { sectors, roll, index, draft, backup };

/// "sectors", "roll" and so on.
std::string_view text(Part part);

struct Finding {
  Problem problem = Problem::header;
  Part part = Part::sectors;
  std::uint32_t address = 0;  ///< Of the frame.
  std::uint32_t object = 0;   ///< The definition or overlay sector, where there is one.
  std::uint32_t expected = 0;
  std::uint32_t found = 0;
};

/// Is told what is wrong.
class CheckSink {
 public:
  virtual void report(const Finding& finding) = 0;

 protected:
  ~CheckSink() = default;
};

/// Bytes of memory that a check of such a region needs: a bit for each of its bytes.
constexpr std::size_t check_memory(const flash::Geometry& geometry) { return geometry.size() / 8; }

/// Checks every invariant of a region that was mounted; changes nothing. `memory` has
/// check_memory() bytes. Ends on any content. Returns how many findings there were.
///
/// Frames that are not in force may be damaged: those that were cut off are. What the backup has in
/// common with the roll is reported for the roll.
std::uint32_t check(store::Log& log, std::span<std::uint8_t> memory, CheckSink& sink);

}  // namespace pianola::inspect
