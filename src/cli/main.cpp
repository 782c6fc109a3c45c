#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <string_view>

#include "cli/app.hpp"

namespace {

/// Whether to send colours to the stream `descriptor` (https://no-color.org).
bool wants_colour(int descriptor) {
  const char* const no_color = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  if (no_color != nullptr && *no_color != '\0') return false;
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
  return isatty(descriptor) == 1;
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  // A closed descriptor is no empty file.
  if (fcntl(STDIN_FILENO, F_GETFD) == -1) std::cin.setstate(std::ios::badbit);
  pianola::cli::Console console{.in = std::cin,
                                .out = std::cout,
                                .err = std::cerr,
                                .colour_out = wants_colour(STDOUT_FILENO),
                                .colour_err = wants_colour(STDERR_FILENO),
                                .paced = isatty(STDOUT_FILENO) == 1};
  return pianola::cli::run(argc, argv, console);
}
