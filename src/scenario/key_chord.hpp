#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "hid/layout.hpp"
#include "hid/usage.hpp"
#include "scenario/result.hpp"

namespace pianola::scenario {

/// Whether white space, or nothing more, stands at `at` in `text`.
bool at_separator(std::string_view text, std::size_t at);

/// How many letters, digits and `_` stand at `at` in `text`.
std::size_t word_size(std::string_view text, std::size_t at);

/// Reads a key or chord at `at` in `text` and moves `at` behind it. Gives its modifiers, then its
/// key. It is written as in macros.txt: `F1`, `a`, `'#'`, `0x04`, `PLAY`, `ctrl+m`, `^C`,
/// `mouse left`, `mouse 4`, `M5`. A character is the key that types it on `layout`.
Result<std::vector<hid::Usage>> read_chord(std::string_view text, std::size_t& at,
                                           const hid::Layout& layout);

}  // namespace pianola::scenario
