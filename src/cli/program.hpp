#pragma once

#include <memory>
#include <optional>
#include <string>

#include "cli/files.hpp"
#include "cli/region.hpp"
#include "lang/code/roll_image.hpp"
#include "tryout/macros.hpp"

namespace pianola::cli {

/// A roll that is ready to be read, and the file that it came from.
class Program {
 public:
  /// Compiles `file`, and prints what is found on the way. CommandError if it has errors.
  static std::unique_ptr<Program> compile(InputFile file, Console& console,
                                          memory::Texts texts = memory::Texts::in_source);
  /// Reads `file` as a roll image. CommandError if it is none or damaged.
  static std::unique_ptr<Program> open_roll(InputFile file);
  /// Reads what is in the region of flash in the file `path`. CommandError if it is none.
  static std::unique_ptr<Program> open_flash(const std::string& path, Console& console);
  /// Whichever of the first two `file` is.
  static std::unique_ptr<Program> load(InputFile file, Console& console);

  [[nodiscard]] lang::Roll& roll() { return *roll_; }
  [[nodiscard]] const InputFile& file() const { return file_; }

 private:
  explicit Program(InputFile file) : file_(std::move(file)) {}

  InputFile file_;
  std::optional<tryout::Macros> macros_;
  lang::RollImage image_;
  std::unique_ptr<Region> region_;
  lang::Roll* roll_ = nullptr;
};

}  // namespace pianola::cli
