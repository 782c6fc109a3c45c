#pragma once

#include "cli/console.hpp"

namespace pianola::cli {

/// The whole `pianola` command: reads the command line, runs the command that it names, and returns
/// an ExitCode. Lets no exception out.
int run(int argc, const char* const* argv, Console& console);

}  // namespace pianola::cli
