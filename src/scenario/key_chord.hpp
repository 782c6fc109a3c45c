#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "hid/layout.hpp"
#include "hid/usage.hpp"

namespace pianola::scenario {

/// Says what is wrong with a piece of text and where.
class TextError : public std::runtime_error {
 public:
  /// `size` bytes from `offset` on are wrong; at least one is shown.
  TextError(const std::string& message, std::size_t offset, std::size_t size)
      : std::runtime_error(message), offset_(offset), size_(size != 0 ? size : 1) {}
  [[nodiscard]] std::size_t offset() const { return offset_; }  ///< Bytes from the start.
  [[nodiscard]] std::size_t size() const { return size_; }      ///< Bytes that are wrong.

 private:
  std::size_t offset_;
  std::size_t size_;
};

/// `error` in GCC's form: place, message, the line and a caret. `line` is the line with the error
/// and `number` what to call it; the error's offset counts from the line's start.
std::string format_error(std::string_view file, std::size_t number, std::string_view line,
                         const TextError& error);

/// Whether white space, or nothing more, stands at `at` in `text`.
bool at_separator(std::string_view text, std::size_t at);

/// How many letters, digits and `_` stand at `at` in `text`.
std::size_t word_size(std::string_view text, std::size_t at);

/// Reads a key or chord at `at` in `text` and moves `at` behind it. Gives its modifiers, then its
/// key. It is written as in macros.txt: `F1`, `a`, `'#'`, `0x04`, `PLAY`, `ctrl+m`, `^C`,
/// `mouse left`, `mouse 4`, `M5`. A character is the key that types it on `layout`. Throws
/// TextError.
std::vector<hid::Usage> read_chord(std::string_view text, std::size_t& at,
                                   const hid::Layout& layout);

}  // namespace pianola::scenario
