#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace pianola {

/// Takes text that is written piece by piece: listings, formatted source, messages.
class TextSink {
 public:
  /// Appends `text`. Errors of the medium are kept by the implementation.
  virtual void write(std::span<const char> text) = 0;

 protected:
  ~TextSink() = default;
};

/// Writes words, numbers and characters to a TextSink: the core's replacement for a formatted
/// print. Holds nothing back; copy it freely.
class TextWriter {
 public:
  /// `sink` is the caller's and lives as long as the writer.
  explicit TextWriter(TextSink& sink) : sink_(&sink) {}

  TextWriter& operator<<(std::string_view text);
  /// Literals, whose length a compiler that saves space does not see by itself.
  template <std::size_t Size>
  [[gnu::always_inline]] TextWriter& operator<<(const char (&text)[Size]) {
    return *this << std::string_view{text, Size - 1};
  }
  /// One byte.
  TextWriter& put(char c);
  /// `count` times `c`.
  TextWriter& fill(char c, std::uint32_t count);
  TextWriter& decimal(std::uint32_t value);
  TextWriter& decimal(std::int32_t value);
  /// Lower-case hexadecimal, at least `digits` (0 to 8) digits, without a prefix.
  TextWriter& hex(std::uint32_t value, unsigned digits);
  /// `c` in UTF-8; U+FFFD in place of a number that is no character.
  TextWriter& character(char32_t c);

 private:
  TextSink* sink_;
};

}  // namespace pianola
