// Compilations for instructions.py: `compiler_cases CASE N` compiles a text N times, or one that is
// N times as long, and prints how many bytes it compiled.

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "lang/compile/compiler.hpp"
#include "ports/memory/compile.hpp"

namespace {

using namespace pianola;

/// Takes the code and forgets it, so that only the compiler counts. As a store that has the source
/// too.
class Nowhere final : public lang::RollWriter {
 public:
  Nowhere() : lang::RollWriter(true) {}
  Status begin_definition() override { return Status::ok; }
  Status append_code(std::span<const std::uint8_t>) override { return Status::ok; }
  Status end_definition(std::uint32_t, std::uint32_t) override { return Status::ok; }
  Status append_index(const lang::IndexEntry&) override { return Status::ok; }
  Status commit() override { return Status::ok; }
  void abandon() override {}
};

std::string examples() {
  std::ifstream file(PIANOLA_SOURCE_DIR "/examples/macros.txt", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// One macro that types `lines` lines of 72 bytes.
std::string long_text(unsigned lines) {
  std::string out = "F1 {\n  \"\"\"\n";
  for (unsigned i = 0; i < lines; ++i) {
    out += "  The quick brown fox jumps over the lazy dog, and then it does so again.\n";
  }
  return out + "  \"\"\"\n}\n";
}

/// Triggers with a short body each, then macros when there are no triggers left.
std::string short_definitions(unsigned count) {
  constexpr std::string_view kMods[] = {"",     "ctrl+",  "alt+",      "shift+",
                                        "gui+", "rctrl+", "ctrl+alt+", "ctrl+shift+"};
  std::string out;
  for (unsigned n = 0; n < count; ++n) {
    const std::string number = std::to_string(n);
    out +=
        n < 96 ? std::string(kMods[n % 8]) + "F" + std::to_string(1 + n / 8) : "macro m" + number;
    out += " { \"text number " + number + "\" ENTER }\n";
  }
  return out;
}

/// Compiles `text`. Returns its size.
std::size_t compile(const std::string& text) {
  memory::Source source(text);
  memory::Scratch scratch;
  memory::Findings findings;
  Nowhere writer;
  lang::Compiler compiler(source, writer, scratch, findings);
  if (compiler.run() != Status::ok) {
    std::fputs("the case does not compile\n", stderr);
    std::exit(1);
  }
  return text.size();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const std::string_view name = argv[1];
  const auto count = static_cast<unsigned>(std::strtoul(argv[2], nullptr, 10));
  std::size_t bytes = 0;
  if (name == "examples") {
    const std::string text = examples();
    for (unsigned i = 0; i < count; ++i) bytes += compile(text);
  } else if (name == "text") {
    bytes = compile(long_text(count));
  } else if (name == "definitions") {
    bytes = compile(short_definitions(count));
  } else {
    return 2;
  }
  std::printf("%zu\n", bytes);
}
