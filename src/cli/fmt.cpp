#include <fmt/core.h>

#include "base/status.hpp"
#include "cli/commands.hpp"
#include "cli/files.hpp"
#include "cli/findings_printer.hpp"
#include "cli/print.hpp"
#include "lang/text/formatter.hpp"

namespace pianola::cli {
namespace {

/// The file in the canonical style. CommandError, after its errors are printed, if it has any.
std::string formatted(const InputFile& file, Console& console) {
  memory::Roll roll;
  memory::Findings findings;
  if (memory::compile(file.bytes, roll, findings) != Status::ok) {
    print_findings(file, findings, console);
    throw CommandError(
        fmt::format("{} is left alone: it has {}", file.name, counted(findings.errors(), "error")));
  }
  memory::Source source(file.bytes);
  memory::StringSink out;
  lang::format(source, out);
  return out.text();
}

int format_one(const std::string& path, FormatTo to, Console& console) {
  const InputFile file = read_macros(path, console);
  const std::string text = formatted(file, console);
  if (to == FormatTo::output) {
    console.out << text;
    return fine;
  }
  if (text == file.bytes) return fine;
  print(console.out, "{}\n", file.name);
  if (to == FormatTo::nowhere) return file_error;
  write_output(path, text, console);
  return fine;
}

}  // namespace

int format(const std::vector<std::string>& files, FormatTo to, Console& console) {
  int result = fine;
  for (const std::string& path : files) {
    if (to == FormatTo::file && path == "-") {
      throw CommandError("standard input cannot be replaced; leave --write out", wrong_usage);
    }
  }
  for (const std::string& path : files) {
    try {
      const int one = format_one(path, to, console);
      if (one != fine) result = one;
    } catch (const CommandError& error) {
      print(console.err, "pianola: {}\n", error.what());
      result = error.exit_code();
    }
  }
  return result;
}

}  // namespace pianola::cli
