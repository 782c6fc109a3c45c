#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>

namespace pianola::scenario {

// How messages are put together: whoever builds this layer needs no library for it.

/// `pieces` one after the other.
std::string joined(std::initializer_list<std::string_view> pieces);

/// `value` in lower-case hexadecimal, at least `digits` (0 to 8) digits, without a prefix.
std::string hex(unsigned value, unsigned digits = 1);

/// `text` after as many blanks as make it `width` bytes.
std::string right(std::string_view text, std::size_t width);

}  // namespace pianola::scenario
