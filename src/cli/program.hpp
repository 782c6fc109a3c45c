#pragma once

#include <memory>
#include <string>

#include "cli/files.hpp"
#include "cli/region.hpp"
#include "engine/settings.hpp"
#include "hid/layout.hpp"
#include "lang/code/roll_image.hpp"
#include "ports/sim/memory_compiler.hpp"

namespace pianola::cli {

/// A roll that is ready to be read, and the file that it came from.
class Program {
 public:
  /// Compiles `file`, and prints what is found on the way. CommandError if it has errors.
  static std::unique_ptr<Program> compile(InputFile file, Console& console);
  /// Reads `file` as a roll image. CommandError if it is none or damaged.
  static std::unique_ptr<Program> open_roll(InputFile file);
  /// Reads what is in the region of flash in the file `path`. CommandError if it is none.
  static std::unique_ptr<Program> open_flash(const std::string& path);
  /// Whichever of the first two `file` is.
  static std::unique_ptr<Program> load(InputFile file, Console& console);

  [[nodiscard]] lang::Roll& roll() { return *roll_; }
  [[nodiscard]] const InputFile& file() const { return file_; }
  [[nodiscard]] engine::Settings settings();
  /// The layout that the roll sets: the keyboard's, and the host's unless somebody says otherwise.
  [[nodiscard]] const hid::Layout& layout();
  /// The whole source; empty if the roll has none.
  [[nodiscard]] std::string source();
  /// The source of one definition, from the end of the one before it on.
  [[nodiscard]] std::string source(std::uint32_t record);

  /// `message` in GCC's form, at the place where definition `record` begins. If the roll has no
  /// source: with the definition's number and `offset`, a place in its code, as listings have them.
  [[nodiscard]] std::string located(std::uint32_t record, std::uint32_t offset,
                                    std::string_view message);

 private:
  explicit Program(InputFile file)
      : file_(std::move(file)), text_(file_.bytes), compiled_(&text_) {}

  InputFile file_;
  sim::MemorySource text_;
  sim::MemoryRoll compiled_;
  lang::RollImage image_;
  std::unique_ptr<Region> region_;
  lang::Roll* roll_ = &compiled_;
};

/// The source of definition `record` of `roll`; empty if it has none.
std::string definition_source(lang::Roll& roll, std::uint32_t record);

/// `message` in GCC's form, at the place in the file `name` where definition `record` of `roll`
/// begins; see Program::located().
std::string located(lang::Roll& roll, std::string_view name, std::uint32_t record,
                    std::uint32_t offset, std::string_view message);

/// `source` from its first token on, without the white space and comments before it.
std::string_view without_leading_blank(std::string_view source);

/// How many definitions with code `roll` has.
std::size_t definition_count(lang::Roll& roll);

}  // namespace pianola::cli
