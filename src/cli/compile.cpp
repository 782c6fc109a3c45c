#include <fmt/core.h>

#include <filesystem>

#include "base/status.hpp"
#include "cli/commands.hpp"
#include "cli/print.hpp"
#include "cli/program.hpp"
#include "lang/text/image_writer.hpp"
#include "lang/text/roll_measure.hpp"

namespace pianola::cli {
namespace {

class StringImage final : public lang::ImageSink {
 public:
  Status write(std::span<const std::uint8_t> bytes) override {
    bytes_.append(bytes.begin(), bytes.end());
    return Status::ok;
  }
  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

}  // namespace

int compile(const std::string& file, const std::string& output, bool strip, Console& console) {
  refuse_to_overwrite(file, output);
  const auto texts = strip ? memory::Texts::in_code : memory::Texts::in_source;
  const auto program = Program::compile(read_macros(file, console), console, texts);
  StringImage image;
  const auto content = strip ? lang::ImageContent::stripped : lang::ImageContent::with_source;
  if (lang::write_image(program->roll(), content, image) != Status::ok) {
    throw CommandError(fmt::format("{} is too large for a roll", program->file().name));
  }
  write_output(output, image.bytes(), console);
  if (output != "-") {
    print(console.out, "{}: {}, {}\n", output,
          counted(lang::count_definitions(program->roll()), "definition"),
          counted(image.bytes().size(), "byte"));
  }
  return fine;
}

}  // namespace pianola::cli
