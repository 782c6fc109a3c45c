#include "cli/program.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/status.hpp"
#include "cli/findings_printer.hpp"
#include "lang/code/notation.hpp"
#include "lang/compile/lexer.hpp"
#include "lang/text/roll_measure.hpp"

namespace pianola::cli {
namespace {

/// A line of a file, and a place in it.
struct SourceLine {
  std::string_view text;  ///< Without its end.
  std::size_t number = 1;
  std::size_t column = 1;  ///< In characters.
};

/// The line with the byte at `offset`, counted as diagnostics do.
SourceLine line_at(std::string_view text, std::size_t offset) {
  constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
  SourceLine line;
  std::size_t begin = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0;
  for (std::size_t at = begin; at < offset; ++at) {
    const bool crlf = text.substr(at).starts_with("\r\n");
    if (crlf || (text[at] != '\n' && text[at] != '\r')) continue;
    ++line.number;
    begin = at + 1;
  }
  line.text = text.substr(begin, text.find_first_of("\r\n", offset) - begin);
  for (const char c : text.substr(begin, offset - begin)) {
    if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80) ++line.column;
  }
  return line;
}

}  // namespace

std::unique_ptr<Program> Program::compile(InputFile file, Console& console) {
  std::unique_ptr<Program> program(new Program(std::move(file)));
  sim::Findings findings;
  const auto status = sim::compile(program->file_.bytes, program->compiled_, findings);
  print_findings(program->file_, findings, console);
  if (status != Status::ok) {
    throw CommandError(
        fmt::format("{} has {}", program->file_.name, counted(findings.errors(), "error")));
  }
  return program;
}

std::unique_ptr<Program> Program::open_roll(InputFile file) {
  std::unique_ptr<Program> program(new Program(std::move(file)));
  const std::string& bytes = program->file_.bytes;
  const std::span image{reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()};
  const lang::ImageError error = lang::RollImage::open(image, program->image_);
  if (!program->file_.is_roll()) {
    throw CommandError(fmt::format("{0} is not a roll; make one with: pianola compile {0} -o ROLL",
                                   program->file_.name));
  }
  if (error != lang::ImageError::none) {
    throw CommandError(
        fmt::format("cannot use {}: {}", program->file_.name, lang::image_error_text(error)));
  }
  program->roll_ = &program->image_;
  return program;
}

std::unique_ptr<Program> Program::open_flash(const std::string& path) {
  std::unique_ptr<Program> program(new Program({path, path, ""}));
  program->region_ = std::make_unique<Region>(path, Region::Use::look);
  program->roll_ = &program->region_->roll().in_force();
  return program;
}

std::unique_ptr<Program> Program::load(InputFile file, Console& console) {
  return file.is_roll() ? open_roll(std::move(file)) : compile(std::move(file), console);
}

engine::Settings Program::settings() {
  std::array<std::uint8_t, 64> window{};
  lang::CodeReader reader(*roll_, window);
  return engine::load_settings(*roll_, reader);
}

const hid::Layout& Program::layout() { return hid::layouts()[settings().layout]; }

std::string Program::source() {
  std::string all;
  for (std::uint32_t i = 0; i < roll_->size(); ++i) all += source(roll_->record_at(i));
  return all;
}

std::string Program::source(std::uint32_t record) { return definition_source(*roll_, record); }

std::string Program::located(std::uint32_t record, std::uint32_t offset, std::string_view message) {
  return cli::located(*roll_, file_.name, record, offset, message);
}

std::string definition_source(lang::Roll& roll, std::uint32_t record) {
  std::string slice;
  std::array<char, 4096> piece{};
  for (;;) {
    const auto offset = static_cast<std::uint32_t>(slice.size());
    const std::size_t count = roll.read_source(record, offset, piece);
    if (count == 0) return slice;
    slice.append(piece.data(), count);
  }
}

std::string located(lang::Roll& roll, std::string_view name, std::uint32_t record,
                    std::uint32_t offset, std::string_view message) {
  const std::string slice = definition_source(roll, record);
  const std::uint32_t position = lang::position_of(roll, record);
  if (slice.empty()) {
    return fmt::format("{}: definition {}, code {:04x}: error: {}\n", name, position + 1, offset,
                       message);
  }
  std::string text;
  for (std::uint32_t i = 0; i < position; ++i) {
    text += definition_source(roll, roll.record_at(i));
  }
  const std::size_t begin = text.size() + slice.size() - without_leading_blank(slice).size();
  const SourceLine line = line_at(text += slice, begin);
  const std::string blank(line.column - 1, ' ');
  return fmt::format("{}:{}:{}: error: {}\n  {}\n  {}^\n", name, line.number, line.column, message,
                     line.text, blank);
}

std::string_view without_leading_blank(std::string_view source) {
  sim::MemorySource text(source);
  lang::Lexer lexer(text);
  lexer.next();
  return source.substr(std::min<std::size_t>(lexer.token().at.offset, source.size()));
}

std::size_t definition_count(lang::Roll& roll) {
  std::size_t count = 0;
  for (std::uint32_t i = 0; i < roll.size(); ++i) {
    if (lang::measure_definition(roll, roll.record_at(i)).code > 0) ++count;
  }
  return count;
}

}  // namespace pianola::cli
