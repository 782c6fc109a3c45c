#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace pianola::drive {

/// The size in bytes of HELP.TXT, the language of macros.txt on a page.
std::uint32_t help_size();

/// Reads it from `offset` on. Returns the bytes read: as many as `out` has, fewer only at its end.
std::size_t read_help(std::uint32_t offset, std::span<char> out);

}  // namespace pianola::drive
