#include <fmt/core.h>

#include <algorithm>
#include <ostream>

#include "base/status.hpp"
#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/findings_printer.hpp"
#include "cli/print.hpp"

namespace pianola::cli {
namespace {

/// Whether `file` is free of errors.
bool check_one(const InputFile& file, Console& console) {
  memory::Roll roll;
  memory::Findings findings;
  const bool good = memory::compile(file.bytes, roll, findings) == Status::ok;
  print_findings(file, findings, console);
  std::string line = summary(findings);
  if (good) {
    const auto definitions = std::ranges::count_if(
        roll.definitions(), [](const auto& definition) { return !definition.code.empty(); });
    line =
        fmt::format("{}, {}", counted(static_cast<std::size_t>(definitions), "definition"), line);
  }
  console.err.flush();
  print(console.out, "{}: {}\n", file.name,
        paint(console.colour_out, good ? Style::good : Style::error, line));
  return good;
}

}  // namespace

int check(const std::vector<std::string>& files, Console& console) {
  int result = fine;
  for (const std::string& path : files) {
    try {
      if (!check_one(read_macros(path, console), console)) result = file_error;
    } catch (const CommandError& error) {
      print(console.err, "pianola: {}\n", error.what());
      result = error.exit_code();
    }
  }
  return result;
}

}  // namespace pianola::cli
