#pragma once

#include <string_view>

namespace pianola::cli {

/// The contents of examples/macros.txt when the program was built.
std::string_view example_macros();

}  // namespace pianola::cli
