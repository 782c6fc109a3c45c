#pragma once

#include <filesystem>

namespace pianola::test {

/// The root of the source tree. By this name tools/run_tests.py knows which programs read files of it,
/// so that nobody else may.
const std::filesystem::path& source_dir();

}  // namespace pianola::test
