#include <fmt/ostream.h>

#include <algorithm>

#include "cli/commands.hpp"
#include "cli/findings_printer.hpp"
#include "cli/key_script.hpp"
#include "cli/program.hpp"
#include "ports/sim/simulation.hpp"

namespace pianola::cli {
namespace {

/// The layout that the user named.
const hid::Layout& named_layout(const std::string& name) {
  if (const hid::Layout* const layout = hid::find_layout(name)) return *layout;
  const std::string_view closest = hid::closest_layout_name(name);
  throw CommandError(fmt::format("unknown layout '{}'; {}", name,
                                 closest.empty() ? "pianola layouts lists them"
                                                 : fmt::format("did you mean '{}'?", closest)),
                     wrong_usage);
}

/// Says in GCC's form what is wrong with --keys.
void print_script_error(std::string_view script, const KeyScriptError& error, Console& console) {
  std::string line(script);
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  const auto characters = [&](std::size_t begin, std::size_t size) {
    const std::string_view bytes = std::string_view(line).substr(begin, size);
    return static_cast<std::size_t>(std::ranges::count_if(
        bytes, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80; }));
  };
  const std::size_t before = characters(0, error.offset());
  const std::size_t length = std::max<std::size_t>(characters(error.offset(), error.size()), 1);
  console.err << paint_diagnostic(
      console.colour_err,
      fmt::format("--keys:1:{}: error: {}\n  {}\n  {}^{}\n", before + 1, error.what(), line,
                  std::string(before, ' '), std::string(length - 1, '~')));
}

void print_result(const sim::Simulation& simulation, bool trace, Console& console) {
  if (trace) {
    console.out << sim::format_trace(simulation.host().trace());
    return;
  }
  const std::string text = simulation.host().text();
  console.out << text;
  if (!text.empty() && text.back() != '\n') console.out << '\n';
}

/// The errors of the macros, equal ones once.
void print_run_errors(Program& program, const sim::Simulation& simulation, Console& console) {
  std::vector<engine::Error> told;
  for (const engine::Error& error : simulation.errors()) {
    if (std::ranges::find(told, error) != told.end()) continue;
    told.push_back(error);
    console.err << paint_diagnostic(
        console.colour_err,
        program.located(error.record, error.offset, engine::error_text(error.code)));
  }
}

std::string limit_text(std::uint32_t limit) {
  return limit % 1000 == 0 ? fmt::format("{} s", limit / 1000) : fmt::format("{} ms", limit);
}

}  // namespace

int play(const PlayOptions& options, Console& console) {
  const hid::Layout* host_layout = options.layout ? &named_layout(*options.layout) : nullptr;
  const auto program = Program::load(read_input(options.file, console), console);
  const hid::Layout& file_layout = program->layout();

  KeyScript script;
  try {
    script = parse_key_script(options.keys, file_layout);
  } catch (const KeyScriptError& error) {
    print_script_error(options.keys, error, console);
    return wrong_usage;
  }

  sim::Simulation simulation(program->roll(),
                             {.layout = host_layout != nullptr ? *host_layout : file_layout,
                              .poll = options.poll,
                              .start = 0});
  const sim::Ending ending = simulation.run(script.events, options.limit);
  print_result(simulation, options.trace, console);
  console.out.flush();
  print_run_errors(*program, simulation, console);
  if (simulation.engine().lost_taps() > 0) {
    fmt::print(console.err, "pianola: {} lost: too many keys while a macro types\n",
               simulation.engine().lost_taps() == 1
                   ? "1 tap was"
                   : fmt::format("{} taps were", simulation.engine().lost_taps()));
  }
  if (ending == sim::Ending::limit) {
    throw CommandError(fmt::format("not finished after {} of virtual time; --limit sets another",
                                   limit_text(options.limit)));
  }
  if (ending == sim::Ending::waiting) {
    fmt::print(console.err,
               "pianola: a macro still waits for its key's release; release the key in --keys\n");
  }
  return simulation.errors().empty() ? fine : file_error;
}

}  // namespace pianola::cli
