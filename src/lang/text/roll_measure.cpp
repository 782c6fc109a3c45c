#include "lang/text/roll_measure.hpp"

#include <array>
#include <cstddef>

namespace pianola::lang {
namespace {

/// What is read at once.
constexpr std::size_t kPiece = 64;

}  // namespace

DefinitionSize measure_definition(Roll& roll, std::uint32_t record) {
  DefinitionSize size;
  std::array<std::uint8_t, kPiece> code{};
  while (const auto count = static_cast<std::uint32_t>(roll.read_code(record, size.code, code))) {
    size.code += count;
  }
  std::array<char, kPiece> source{};
  while (const auto count =
             static_cast<std::uint32_t>(roll.read_source(record, size.source, source))) {
    size.source += count;
  }
  return size;
}

std::uint32_t count_definitions(Roll& roll) {
  std::uint32_t count = 0;
  for (std::uint32_t i = 0; i < roll.size(); ++i) {
    if (measure_definition(roll, roll.record_at(i)).code > 0) ++count;
  }
  return count;
}

}  // namespace pianola::lang
