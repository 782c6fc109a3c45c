#pragma once

#include <cstdint>

#include "lang/code/code_reader.hpp"

namespace pianola::engine {

/// The characters that the floor's task types at the time: out of a text's pieces in the code or in
/// the source, the digits of an integer, or Backspaces. Reads one at a time; the text itself is
/// never in memory.
class TextSource {
 public:
  enum class Result : std::uint8_t {
    character,  ///< One was read.
    piece,      ///< None, but another piece of the text begins: ask again.
    named,      ///< None, but the name of what stands here follows: start that, then go_on().
    end,        ///< There are no more.
    bad,        ///< No valid UTF-8, or the code ends inside.
  };

  /// Nothing is typed (any more).
  void stop() {
    mode_ = Mode::none;
    left_ = 0;
  }

  /// The text of the operand that the reader stands before. False if that is none.
  bool start_piece(lang::CodeReader& reader);
  /// The text whose first piece's operand the reader stands before, and the pieces that follow.
  /// False if that is no text.
  bool start_text(lang::CodeReader& reader);
  /// The rest of the text that gave Result::named, which the reader stands before.
  void go_on() { mode_ = Mode::text; }
  /// Where the code goes on after the piece that was begun last.
  [[nodiscard]] std::uint32_t after() const { return after_; }
  /// `number` in decimal.
  void start_number(std::int32_t number);
  /// `count` times Backspace.
  void start_erasing(std::uint32_t count);

  /// Whether something is being typed: from start_… until its end is read or stop() is called.
  [[nodiscard]] bool active() const { return mode_ != Mode::none; }

  /// The next byte if it is one of a text and ASCII, else 0. Takes nothing. `reader` must stand
  /// where this left it.
  [[nodiscard]] std::uint8_t next_ascii(lang::CodeReader& reader) const {
    const std::uint8_t next = left_ != 0 ? reader.peek() : std::uint8_t{0};
    return next < 0x80 ? next : std::uint8_t{0};
  }
  /// Takes the byte that next_ascii() gave, which was not 0.
  void next_ascii_taken(lang::CodeReader& reader) {
    reader.move(1);
    --left_;
  }

  /// Reads the next character. `reader` must stand where this left it.
  Result next(lang::CodeReader& reader, char32_t& out) {
    if (left_ == 0) return next_piece(reader, out);
    const std::uint8_t first = reader.byte();
    --left_;
    if (first >= 0x80) return decode(reader, first, out);
    out = first;
    return reader.failed() ? Result::bad : Result::character;
  }

 private:
  enum class Mode : std::uint8_t { none, piece, text, minus, digits, erase };

  bool begin(lang::CodeReader& reader, Mode mode);
  Result next_piece(lang::CodeReader& reader, char32_t& out);
  Result more_pieces(lang::CodeReader& reader);
  Result decode(lang::CodeReader& reader, std::uint8_t first, char32_t& out);
  char32_t digit();
  Result finish() {
    stop();
    return Result::end;
  }

  Mode mode_ = Mode::none;
  std::uint8_t left_ = 0;      ///< Bytes of the piece; 0 for a number.
  std::uint32_t after_ = 0;    ///< Offset in the code, behind the operand of the piece.
  std::uint32_t number_ = 0;   ///< What is left of the number, or how many Backspaces are.
  std::uint32_t divisor_ = 0;  ///< The power of ten that the number's next digit counts.
};

}  // namespace pianola::engine
