#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hid/layout.hpp"
#include "lang/code/opcode.hpp"

namespace pianola::engine {

/// The text that the keyboard typed last, in which abbreviations are looked for.
class TypedText {
 public:
  /// Appends the text that the key `stroke` types. Backspace takes the last character away; a key
  /// that types no text (an arrow, a shortcut) clears all. Returns whether text was added.
  bool type(hid::Stroke stroke, const hid::Layout& layout, bool caps_lock);

  /// Nothing was typed before what comes now.
  void clear() {
    size_ = 0;
    dead_ = {};
  }

  /// The last `size` bytes before the last `after` ones; empty if fewer are known or if they begin
  /// within a character. `inside`: they begin within a word, which consists of letters, digits, `_`
  /// and everything beyond ASCII.
  [[nodiscard]] std::string_view last(std::size_t size, std::size_t after, bool& inside) const;

  /// Whether the last character ends a word: a blank or a sign.
  [[nodiscard]] bool ends_word() const;

 private:
  void append(char32_t character);

  std::array<char, lang::kMaxAbbreviation + 2> bytes_{};
  std::uint8_t size_ = 0;
  hid::Stroke dead_;  ///< A dead key that waits for its letter.
};

}  // namespace pianola::engine
