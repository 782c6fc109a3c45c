#include "cli/print.hpp"

#include <ostream>
#include <string>

namespace pianola::cli {

void vprint(std::ostream& out, fmt::string_view format, fmt::format_args arguments) {
  const std::string text = fmt::vformat(format, arguments);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
}

void say(Console& console, std::string_view text) {
  print(console.err, "pianola: {}\n", text);
  console.err.flush();
}

}  // namespace pianola::cli
