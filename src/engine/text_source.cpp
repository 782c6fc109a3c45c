#include "engine/text_source.hpp"

#include <array>
#include <span>

#include "base/utf8.hpp"

namespace pianola::engine {

/// Goes from the operand of a piece to its first byte.
bool TextSource::begin(lang::CodeReader& reader, Mode mode) {
  lang::TextPlace text;
  if (!read_text_place(reader, text) || reader.failed()) return false;
  mode_ = mode;
  left_ = text.size;
  after_ = reader.offset();
  seek_text(reader, text);
  return true;
}

bool TextSource::start_piece(lang::CodeReader& reader) { return begin(reader, Mode::piece); }

bool TextSource::start_text(lang::CodeReader& reader) { return begin(reader, Mode::text); }

void TextSource::start_number(std::int32_t number) {
  mode_ = number < 0 ? Mode::minus : Mode::digits;
  const auto bits = static_cast<std::uint32_t>(number);
  number_ = number < 0 ? 0 - bits : bits;
  divisor_ = 1;
  while (number_ / divisor_ >= 10) divisor_ *= 10;
}

void TextSource::start_erasing(std::uint32_t count) {
  mode_ = Mode::erase;
  number_ = count;
}

char32_t TextSource::digit() {
  const char32_t digit = U'0' + number_ / divisor_;
  number_ %= divisor_;
  divisor_ /= 10;
  return digit;
}

/// How the text goes on; `left_` are the bytes of its next piece, if there is one.
TextSource::Result TextSource::more_pieces(lang::CodeReader& reader) {
  if (mode_ != Mode::text) return finish();
  if (reader.in_source()) reader.seek(reader.record(), after_);
  if (reader.at_end()) return finish();
  switch (static_cast<lang::Opcode>(reader.byte())) {
    case lang::Opcode::more_text:
      return start_text(reader) ? Result::piece : Result::bad;
    case lang::Opcode::text_of:
      return Result::named;
    default:
      return finish();
  }
}

TextSource::Result TextSource::decode(lang::CodeReader& reader, std::uint8_t first, char32_t& out) {
  std::array<std::uint8_t, 4> bytes{first};
  std::size_t size = 1;
  Utf8Char decoded = decode_utf8(std::span<const std::uint8_t>{bytes.data(), size});
  while (decoded.size == 0 && decoded.incomplete && left_ > 0 && size < bytes.size()) {
    bytes[size++] = reader.byte();
    --left_;
    decoded = decode_utf8(std::span<const std::uint8_t>{bytes.data(), size});
  }
  if (decoded.size != size || reader.failed()) return Result::bad;
  out = decoded.code;
  return Result::character;
}

/// The next character of what is in no code, or the text's next piece.
TextSource::Result TextSource::next_piece(lang::CodeReader& reader, char32_t& out) {
  switch (mode_) {
    case Mode::minus:
      mode_ = Mode::digits;
      out = U'-';
      return Result::character;
    case Mode::digits:
      if (divisor_ == 0) return finish();
      out = digit();
      return Result::character;
    case Mode::erase:
      if (number_ == 0) return finish();
      --number_;
      out = U'\b';
      return Result::character;
    case Mode::none:
    case Mode::piece:
    case Mode::text:
      break;
  }
  return more_pieces(reader);
}

}  // namespace pianola::engine
