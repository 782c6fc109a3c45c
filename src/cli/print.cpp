#include "cli/print.hpp"

#include <ostream>
#include <string>

namespace pianola::cli {

void vprint(std::ostream& out, fmt::string_view format, fmt::format_args arguments) {
  const std::string text = fmt::vformat(format, arguments);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

}  // namespace pianola::cli
