#pragma once

#include <fmt/core.h>

#include <iosfwd>
#include <string_view>

#include "cli/console.hpp"

namespace pianola::cli {

/// Writes `arguments` to `out` as `format` says, in the notation of fmt::format().
void vprint(std::ostream& out, fmt::string_view format, fmt::format_args arguments);

/// Writes `arguments` to `out` as `format` says, which is checked at compile time. Stands in for
/// fmt::print() of <fmt/ostream.h>, whose header takes longer to compile than most files that would
/// include it.
template <typename... Arguments>
void print(std::ostream& out, fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  vprint(out, format, fmt::make_format_args(arguments...));
}

/// Tells `text` on standard error, at once.
void say(Console& console, std::string_view text);

}  // namespace pianola::cli
