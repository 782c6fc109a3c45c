#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "lang/compile/source.hpp"
#include "store/current_roll.hpp"

namespace pianola::edit {

/// The text in force with a part of it replaced: what to save to change, append, remove or move
/// single definitions.
class EditedText final : public lang::Source {
 public:
  /// The text as it is. `roll` is the caller's, outlives this, and does not change while this is
  /// read.
  explicit EditedText(store::CurrentRoll& roll) : roll_(roll) {}

  /// `text`, which is the caller's, is to stand for the bytes [begin, end) of the roll's text.
  void replace(std::uint32_t begin, std::uint32_t end, std::span<const char> text);
  /// `text`, which is the caller's, is to stand for `count` definitions from `position` on, in the
  /// order of the file. position + count is at most the roll's size.
  void replace_definitions(std::uint32_t position, std::uint32_t count, std::span<const char> text);

  std::size_t read(std::uint32_t offset, std::span<char> out) override;

 private:
  store::CurrentRoll& roll_;
  std::span<const char> text_;
  std::uint32_t begin_ = 0;  ///< Where the replaced bytes begin in the text in force.
  std::uint32_t end_ = 0;    ///< Where the replaced bytes end in the text in force.
};

}  // namespace pianola::edit
