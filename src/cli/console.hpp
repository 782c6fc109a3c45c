#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <stdexcept>
#include <string>
#include <string_view>

namespace pianola::cli {

/// What the command says to the shell.
enum ExitCode : int {
  fine = 0,
  file_error = 1,   ///< Errors in the user's file, or it cannot be read or written.
  wrong_usage = 2,  ///< The command line makes no sense.
};

/// Ends a command with a message for standard error and an exit code.
class CommandError : public std::runtime_error {
 public:
  explicit CommandError(const std::string& message, ExitCode exit_code = file_error)
      : std::runtime_error(message), exit_code_(exit_code) {}
  [[nodiscard]] ExitCode exit_code() const { return exit_code_; }

 private:
  ExitCode exit_code_;
};

/// The streams of the command, and what their other ends are.
struct Console {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool colour_out = false;  ///< `out` is a terminal that should show colours.
  bool colour_err = false;  ///< `err` is a terminal that should show colours.
  bool paced = false;       ///< Somebody watches `out`: the demonstration may take its time.
};

/// How a piece of output stands out.
enum class Style : std::uint8_t { plain, bold, dim, error, warning, good, key };

/// `text` between the terminal's codes for `style`; unchanged without `colour`.
std::string paint(bool colour, Style style, std::string_view text);

/// The columns of a terminal that output is laid out for.
constexpr std::size_t kColumns = 80;

/// `text`, which begins in `column`, with line ends after commas and semicolons so that it keeps
/// within kColumns; further lines begin in `indent`.
std::string wrapped(std::string_view text, std::size_t column, std::size_t indent);

/// `count` and `noun`, with an s if it is not one: "1 error", "2 errors".
std::string counted(std::size_t count, std::string_view noun);

}  // namespace pianola::cli
