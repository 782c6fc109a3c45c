#include "drive/help.hpp"

#include "base/packed_text.hpp"

namespace pianola::drive {
namespace {

/// help.txt, packed.
constexpr std::uint8_t kHelp[] = {
#include "drive/help.inc"
};

}  // namespace

std::uint32_t help_size() {
  std::uint32_t size = 0;
  for (PackedText text(kHelp); text.next() != 0;) ++size;
  return size;
}

std::size_t read_help(std::uint32_t offset, std::span<char> out) {
  std::size_t count = 0;
  PackedText text(kHelp);
  for (char c = text.next(); c != 0 && count < out.size(); c = text.next()) {
    if (offset > 0) {
      --offset;
    } else {
      out[count++] = c;
    }
  }
  return count;
}

}  // namespace pianola::drive
