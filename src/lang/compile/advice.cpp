#include "lang/compile/advice.hpp"

#include <cstddef>

#include "base/packed_text.hpp"

namespace pianola::lang {
namespace {

/// The texts one after another, packed.
constexpr std::uint8_t kAdviceTexts[] = {
#include "lang/compile/advice.inc"
};

}  // namespace

void write_advice(TextWriter& out, Advice advice) {
  PackedText text(find_packed(kAdviceTexts, static_cast<std::size_t>(advice)));
  for (char c = text.next(); c != 0; c = text.next()) out.put(c);
}

}  // namespace pianola::lang
