#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace pianola {

/// As many bytes as foreign_format() looks at.
inline constexpr std::size_t kFormatHead = 8;

/// What a file is that is no plain text, by its first bytes, of which `head` has up to kFormatHead:
/// words that go with "the file is". Empty if it may be a text in UTF-8.
std::string_view foreign_format(std::span<const char> head);

}  // namespace pianola
