#pragma once

#include <string>
#include <string_view>

#include "cli/console.hpp"

namespace pianola::cli {

/// A file that the user named, read to its end.
struct InputFile {
  std::string path;  ///< As named; `-` is standard input.
  std::string name;  ///< What messages call it.
  std::string bytes;

  /// Whether it is a roll image (of any version) and not text.
  [[nodiscard]] bool is_roll() const;
};

/// Reads a file, or standard input for `-`. CommandError if that fails.
InputFile read_input(const std::string& path, Console& console);
/// Reads a file as read_input() does, but refuses roll images, and says how to see one.
InputFile read_macros(const std::string& path, Console& console);

/// CommandError if `output` is the same file as `input`, by whatever name: writing it would destroy
/// what was read. `-` is never a file.
void refuse_to_overwrite(const std::string& input, const std::string& output);

/// Writes `bytes` to `path`, or to standard output for `-`. A file that is there is replaced in one
/// step, so that nobody ever finds half of it, and keeps its permissions. CommandError if it cannot
/// be written: then it is as it was.
void write_output(const std::string& path, std::string_view bytes, Console& console);

}  // namespace pianola::cli
