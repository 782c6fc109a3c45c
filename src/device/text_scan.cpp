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

/// The line with byte `offset`, from 1.
std::uint32_t line_at(lang::Source& text, std::uint32_t offset) {
  std::array<char, 64> window;
  std::uint32_t line = 1;
  char before = 0;
  for (std::uint32_t at = 0; at < offset;) {
    const std::size_t most = std::min<std::size_t>(window.size(), offset - at);
    const std::size_t size = text.read(at, std::span{window}.first(most));
    if (size == 0) return line;
    for (const char c : std::span{window}.first(size)) {
      if (c == '\r' || (c == '\n' && before != '\r')) ++line;
      before = c;
    }
    at += static_cast<std::uint32_t>(size);
  }
  return line;
}

}  // namespace

void find_tokens(lang::Source& text, std::uint32_t begin, std::span<FirstToken> tokens) {
  std::array<char, 64> window{};
  std::uint32_t line = 1;
  char before = 0;
  bool more = !tokens.empty();
  for (std::uint32_t offset = begin; more;) {
    const std::size_t size = text.read(offset, window);
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

bool write_begin(lang::Source& text, std::uint32_t offset, TextWriter& out) {
  std::array<char, 24> start;
  const std::size_t read = text.read(offset, start);
  const auto* const begin = start.begin();
  const auto* end =
      std::find_if(begin, begin + read, [](char c) { return c == '{' || c == '\r' || c == '\n'; });
  // Not half a character, nor half a word.
  if (end == start.end()) {
    while (end != begin && end[-1] != ' ') --end;
  }
  while (end != begin && end[-1] == ' ') --end;
  out << std::string_view{begin, end};
  return end != begin;
}

void write_place(store::CurrentRoll& shown, store::StoredRoll& stored, std::uint32_t offset,
                 TextWriter& out) {
  store::CurrentText seen{shown};
  store::StoredText text{stored};
  out << "macros.txt:";
  out.decimal(line_at(seen, offset));
  FirstToken token{offset};
  find_tokens(text, offset, {&token, 1});
  if (token.line == 0) return;
  out << ": ";
  write_begin(text, token.offset, out);
}

}  // namespace pianola::device
