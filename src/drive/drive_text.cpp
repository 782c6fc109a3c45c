#include "drive/drive_text.hpp"

#include "base/packed_text.hpp"

namespace pianola::drive {
namespace {

/// The texts one after another, packed, with this byte for a number.
constexpr std::uint8_t kTexts[] = {
#include "drive/drive_text.inc"
};
constexpr char kNumber = 3;

}  // namespace

void write_text(TextWriter& out, DriveText text, const std::uint32_t* numbers) {
  PackedText packed(find_packed(kTexts, static_cast<std::size_t>(text)));
  for (char c = packed.next(); c != 0; c = packed.next()) {
    if (c == kNumber) {
      out.decimal(*numbers++);
    } else {
      out.put(c);
    }
  }
}

}  // namespace pianola::drive
