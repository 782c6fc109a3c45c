#include "scenario/result.hpp"

#include <algorithm>

#include "scenario/text.hpp"

namespace pianola::scenario {
namespace {

std::size_t characters(std::string_view bytes) {
  return static_cast<std::size_t>(std::ranges::count_if(
      bytes, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
}

}  // namespace

std::string format_error(std::string_view file, std::size_t number, std::string_view line,
                         const TextError& error) {
  std::string shown(line);
  for (char& c : shown) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  const std::size_t offset = std::min(error.offset, line.size());
  const std::size_t before = characters(line.substr(0, offset));
  const std::size_t length = std::max<std::size_t>(characters(line.substr(offset, error.size)), 1);
  return joined({file, ":", std::to_string(number), ":", std::to_string(before + 1),
                 ": error: ", error.message, "\n  ", shown, "\n  ", std::string(before, ' '), "^",
                 std::string(length - 1, '~'), "\n"});
}

}  // namespace pianola::scenario
