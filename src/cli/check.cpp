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
bool check_one(const InputFile& file, std::uint32_t allowed, Console& console) {
  memory::Roll roll;
  memory::Findings findings;
  const bool good = memory::compile(file.bytes, roll, findings, allowed) == Status::ok;
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

/// The bits of the setting `allow` for the names of warnings.
std::uint32_t lints(const std::vector<std::string>& names) {
  std::uint32_t bits = 0;
  for (const std::string& name : names) {
    const std::size_t lint = lang::kLintWords.find(name);
    if (lint == lang::kLintWords.size()) {
      const std::string_view meant = lang::closest_lint(name);
      throw CommandError(
          fmt::format("unknown warning '{}'{}", name,
                      meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant)),
          wrong_usage);
    }
    bits |= 1U << lint;
  }
  return bits;
}

}  // namespace

int check(const std::vector<std::string>& files, const std::vector<std::string>& allowed,
          Console& console) {
  const std::uint32_t bits = lints(allowed);
  int result = fine;
  for (const std::string& path : files) {
    try {
      if (!check_one(read_macros(path, console), bits, console)) result = file_error;
    } catch (const CommandError& error) {
      print(console.err, "pianola: {}\n", error.what());
      result = error.exit_code();
    }
  }
  return result;
}

}  // namespace pianola::cli
