#pragma once

#include <string>
#include <string_view>

#include "cli/console.hpp"
#include "cli/files.hpp"
#include "ports/memory/compile.hpp"

namespace pianola::cli {

/// Prints what was found in `file` to standard error.
void print_findings(const InputFile& file, const memory::Findings& findings, Console& console);

/// Colours GCC's form as terminals are used to: `text` is one diagnostic, `FILE:LINE:COLUMN: error:
/// …`, the line and the caret. Unchanged without `colour`.
std::string paint_diagnostic(bool colour, std::string_view text);

/// "2 errors, 1 warning", or "more than 100 errors" if the compiler gave up counting.
std::string summary(const memory::Findings& findings);

}  // namespace pianola::cli
