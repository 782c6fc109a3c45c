#include "cli/program.hpp"

#include <fmt/core.h>

#include <span>

#include "cli/findings_printer.hpp"
#include "cli/flash_check.hpp"
#include "cli/print.hpp"

namespace pianola::cli {

std::unique_ptr<Program> Program::compile(InputFile file, Console& console, memory::Texts texts) {
  std::unique_ptr<Program> program(new Program(std::move(file)));
  tryout::Macros& macros = program->macros_.emplace(program->file_.bytes, texts);
  print_findings(program->file_, macros.findings(), console);
  if (!macros.good()) {
    throw CommandError(fmt::format("{} has {}", program->file_.name,
                                   counted(macros.findings().errors(), "error")));
  }
  program->roll_ = &macros.roll();
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

std::unique_ptr<Program> Program::open_flash(const std::string& path, Console& console) {
  std::unique_ptr<Program> program(new Program({path, path, ""}));
  program->region_ = std::make_unique<Region>(path, Region::Use::look);
  program->roll_ = &program->region_->roll().in_force();
  if (const std::string gaps = gaps_text(*program->region_); !gaps.empty()) {
    say(console, fmt::format("{}: {}", path, gaps));
  }
  return program;
}

std::unique_ptr<Program> Program::load(InputFile file, Console& console) {
  return file.is_roll() ? open_roll(std::move(file)) : compile(std::move(file), console);
}

}  // namespace pianola::cli
