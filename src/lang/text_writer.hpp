#pragma once

#include <cstdint>
#include <string_view>

#include "lang/source.hpp"

namespace pianola::lang {

/// Writes words, numbers and characters to a TextSink: the core's replacement for a formatted
/// print. Holds nothing back; copy it freely.
class TextWriter {
 public:
  /// `sink` is the caller's and lives as long as the writer.
  explicit TextWriter(TextSink& sink) : sink_(&sink) {}

  TextWriter& operator<<(std::string_view text);
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

}  // namespace pianola::lang
