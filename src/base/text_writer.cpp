#include "base/text_writer.hpp"

#include <array>
#include <cstddef>
#include <span>

#include "base/utf8.hpp"

namespace pianola {

TextWriter& TextWriter::operator<<(std::string_view text) {
  if (!text.empty()) sink_->write(std::span{text.data(), text.size()});
  return *this;
}

TextWriter& TextWriter::put(char c) {
  sink_->write(std::span{&c, 1});
  return *this;
}

TextWriter& TextWriter::fill(char c, std::uint32_t count) {
  for (; count > 0; --count) put(c);
  return *this;
}

TextWriter& TextWriter::decimal(std::uint32_t value) {
  std::array<char, 10> digits{};
  std::size_t start = digits.size();
  do {
    digits[--start] = static_cast<char>('0' + value % 10);
    value /= 10;
  } while (value != 0);
  sink_->write(std::span{digits}.subspan(start));
  return *this;
}

TextWriter& TextWriter::decimal(std::int32_t value) {
  if (value >= 0) return decimal(static_cast<std::uint32_t>(value));
  // The magnitude of the least integer has no positive counterpart but in unsigned arithmetic.
  return put('-').decimal(std::uint32_t{0} - static_cast<std::uint32_t>(value));
}

TextWriter& TextWriter::hex(std::uint32_t value, unsigned digits) {
  std::array<char, 8> out{};
  std::size_t start = out.size();
  while (start > 0 && (value != 0 || out.size() - start < digits)) {
    out[--start] = "0123456789abcdef"[value & 0xFU];
    value >>= 4;
  }
  sink_->write(std::span{out}.subspan(start));
  return *this;
}

TextWriter& TextWriter::character(char32_t c) {
  const Utf8Bytes bytes = encode_utf8(c);
  return *this << (bytes.size != 0 ? std::string_view{bytes} : std::string_view{"\xEF\xBF\xBD"});
}

}  // namespace pianola
