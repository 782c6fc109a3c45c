#include <fmt/core.h>

#include "base/status.hpp"
#include "cli/commands.hpp"
#include "cli/program.hpp"
#include "lang/text/decompiler.hpp"
#include "lang/text/listing.hpp"
#include "tryout/roll_text.hpp"

namespace pianola::cli {

int show(const std::string& roll, const std::string& flash, ShowAs as, Console& console) {
  const auto program = flash.empty() ? Program::open_roll(read_input(roll, console))
                                     : Program::open_flash(flash, console);
  std::string source;
  if (as == ShowAs::source) source = tryout::source_of(program->roll());
  if (!source.empty()) {
    console.out << source;
    return fine;
  }
  memory::StringSink text;
  const Status status = as == ShowAs::listing ? lang::write_listing(program->roll(), text)
                                              : lang::decompile(program->roll(), text);
  console.out << text.text();
  if (status == Status::ok) return fine;
  console.out.flush();
  throw CommandError(fmt::format("parts of {} are not code that this version's compiler makes",
                                 program->file().name));
}

}  // namespace pianola::cli
