#include "cli/findings_printer.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <ostream>

namespace pianola::cli {

void print_findings(const InputFile& file, const memory::Findings& findings, Console& console) {
  memory::Source source(file.bytes);
  for (const auto& finding : findings.all()) {
    memory::StringSink text;
    lang::write_diagnostic(finding.view(), file.name, source, text);
    console.err << paint_diagnostic(console.colour_err, text.text());
  }
}

std::string paint_diagnostic(bool colour, std::string_view text) {
  const std::size_t first_size = text.find('\n');
  const std::string_view first = text.substr(0, first_size);
  const std::size_t error = first.find(": error: ");
  const std::size_t warning = first.find(": warning: ");
  const bool is_error = error < warning;
  const std::size_t place_size = std::min(error, warning);
  if (!colour || place_size == std::string_view::npos) return std::string(text);

  const std::string_view word = is_error ? ": error:" : ": warning:";
  std::string out = paint(true, Style::bold, first.substr(0, place_size + 1)) + ' ' +
                    paint(true, is_error ? Style::error : Style::warning, word.substr(2)) +
                    paint(true, Style::bold, first.substr(place_size + word.size()));
  const std::string_view rest = text.substr(first.size());  // "\n  line\n  caret\n"
  const std::size_t caret = rest.rfind("\n  ");
  if (caret == std::string_view::npos) return out.append(rest);
  out.append(rest.substr(0, caret + 1));
  out += paint(true, Style::good, rest.substr(caret + 1, rest.size() - caret - 2));
  return out + '\n';
}

std::string summary(const memory::Findings& findings) {
  const bool more = std::ranges::any_of(findings.all(), [](const auto& finding) {
    return finding.diagnostic.message == lang::Message::too_many_errors;
  });
  if (more) return fmt::format("more than {}", counted(lang::kMaxErrors, "error"));
  return fmt::format("{}, {}", counted(findings.errors(), "error"),
                     counted(findings.warnings(), "warning"));
}

}  // namespace pianola::cli
