#include "scenario/text.hpp"

#include <algorithm>

#include "base/text_writer.hpp"
#include "ports/memory/compile.hpp"

namespace pianola::scenario {

std::string joined(std::initializer_list<std::string_view> pieces) {
  std::string text;
  for (const std::string_view piece : pieces) text += piece;
  return text;
}

std::string hex(unsigned value, unsigned digits) {
  memory::StringSink text;
  TextWriter(text).hex(value, digits);
  return text.text();
}

std::string right(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ').append(text);
}

}  // namespace pianola::scenario
