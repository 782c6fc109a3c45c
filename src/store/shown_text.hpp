#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "lang/compile/source.hpp"
#include "store/stored_roll.hpp"

namespace pianola::store {

/// The text of a stored roll as it is shown, which can be read to its end whatever is damaged. Of a
/// definition whose text has a gap, each line is a comment, and so is what stands for the gap: it
/// says how many bytes are missing, and has kGapMark in it. All else is as it is stored.
///
/// The shown text has the size of the stored one, and each byte that can be read stands where it
/// stands there. So it is known how large it is, and reading a part of it costs what reading the
/// text costs, and once more for a definition that is read first. What room is there for the `#`? A
/// line's own: it takes the place of the line's first character, which is mostly white space, or of
/// the end of an empty line before it. A gap has room for a line of its own, unless it is small.
class ShownText final : public lang::Source {
 public:
  /// `roll` is the caller's and outlives this.
  explicit ShownText(StoredRoll& roll) : roll_(roll) {}

  /// As many bytes as asked for, fewer only at the end.
  std::size_t read(std::uint32_t offset, std::span<char> out) override;

  /// The definition, or what else one thing that is damaged takes, at byte `offset` of the text;
  /// `damaged`: it is shown as a comment. False after the end.
  bool find(std::uint32_t offset, StoredRoll::Slice& out, bool& damaged);

 private:
  class Window;
  /// Bytes before those that are shown (a character's before its last one, and two before the end
  /// of a line) and the one behind; 0 where none can be read.
  static constexpr std::uint32_t kBefore = 5;
  struct Around {
    std::array<char, kBefore> before{};
    char after = 0;
  };

  bool go_to(std::uint32_t offset);
  bool can_read(std::uint32_t at);
  void next_part();
  void seek(std::uint32_t at);
  bool starts_line();
  void read_good(std::uint32_t at, std::span<char> out);
  void show(std::uint32_t at, std::span<char> text, const Around& around) const;
  void write_gap(std::uint32_t at, std::span<char> out, bool starts) const;
  std::size_t read_some(std::uint32_t at, std::span<char> out);

  StoredRoll& roll_;
  std::uint32_t epoch_ = 0;  ///< Of the roll when the slice was found.
  StoredRoll::Slice slice_;  ///< That was read last, if `known_`.
  // A part of it: bytes that can be read, then a gap. Offsets in the slice.
  std::uint32_t begin_ = 0;
  std::uint32_t gap_ = 0;  ///< Where the gap begins; end_ if there is none.
  std::uint32_t end_ = 0;
  bool known_ = false;
  bool damaged_ = false;  ///< It has a gap.
};

/// Stands in what is shown of each gap of kLeastGap bytes and more, and hardly anywhere else.
inline constexpr std::string_view kGapMark = "????";

}  // namespace pianola::store
