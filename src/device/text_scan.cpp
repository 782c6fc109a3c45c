#include "device/text_scan.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace pianola::device {

namespace {

/// Whether a byte at `offset` can stand before a token. A byte order mark can only at the start.
bool is_space(char c, std::uint32_t offset) {
  constexpr std::array<char, 3> kMark = {'\xEF', '\xBB', '\xBF'};
  return c == ' ' || (c >= '\t' && c <= '\r') || (offset < kMark.size() && c == kMark[offset]);
}

/// The byte at `offset`, in line `line`, follows what was looked through for `token`. Returns
/// whether more is to be looked through.
bool look(FirstToken& token, char c, std::uint32_t offset, std::uint32_t line) {
  if (token.line != 0) return false;
  if (offset < token.offset) return true;
  if (token.comment) {
    token.comment = c != '\n' && c != '\r';
  } else if (c == '#') {
    token.comment = true;
  } else if (!is_space(c, offset)) {
    token.offset = offset;
    token.line = line;
    return false;
  }
  return true;
}

}  // namespace

void find_tokens(store::CurrentRoll& roll, std::uint32_t begin, std::span<FirstToken> tokens) {
  std::array<char, 64> window{};
  std::uint32_t line = 1;
  char before = 0;
  bool more = !tokens.empty();
  for (std::uint32_t offset = begin; more;) {
    const std::size_t size = roll.read_text(offset, window);
    if (size == 0) return;
    for (std::size_t i = 0; i < size && more; ++i, ++offset) {
      const char c = window[i];
      more = false;
      for (FirstToken& token : tokens) more = look(token, c, offset, line) || more;
      if (c == '\r' || (c == '\n' && before != '\r')) ++line;
      before = c;
    }
  }
}

}  // namespace pianola::device
