#pragma once

#include <filesystem>

namespace pianola::test {

/// The root of the source tree.
const std::filesystem::path& source_dir();

}  // namespace pianola::test
