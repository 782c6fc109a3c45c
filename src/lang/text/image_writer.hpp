#pragma once

#include <cstdint>
#include <span>

#include "base/status.hpp"
#include "lang/code/roll.hpp"

namespace pianola::lang {

/// Takes an image as it is written.
class ImageSink {
 public:
  /// Appends `bytes`. Status::full or Status::io_error end the writing.
  virtual Status write(std::span<const std::uint8_t> bytes) = 0;

 protected:
  ~ImageSink() = default;
};

/// What an image holds besides code and index.
enum class ImageContent : std::uint8_t {
  with_source,
  /// No source, so it needs a roll that was compiled without (RollWriter::keeps_source()).
  /// Definitions without code at the end are left out.
  stripped,
};

/// Writes `roll` as an image, reading it several times. Equal rolls give equal bytes. Returns what
/// the sink returned if that was not ok; Status::full if the roll is too large for 32-bit offsets;
/// Status::io_error if the roll reads differently from one time to the next; Status::errors if it
/// is to be stripped, but has texts that stand in its source alone.
Status write_image(Roll& roll, ImageContent content, ImageSink& sink);

}  // namespace pianola::lang
