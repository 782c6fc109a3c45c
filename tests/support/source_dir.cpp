#include "support/source_dir.hpp"

// Alone here, so that the other objects do not depend on where the tree is and a compiler's cache
// can serve them to another checkout.
const std::filesystem::path& pianola::test::source_dir() {
  static const std::filesystem::path kPath = PIANOLA_SOURCE_DIR;
  return kPath;
}
