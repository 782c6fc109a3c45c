#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

#include "cli/commands.hpp"
#include "cli/findings_printer.hpp"
#include "cli/print.hpp"
#include "cli/program.hpp"
#include "cli/timeline.hpp"
#include "ports/sim/simulation.hpp"
#include "scenario/key_script.hpp"
#include "scenario/runner.hpp"
#include "scenario/scenario.hpp"
#include "scenario/simulated_device.hpp"

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

/// Whether the timeline's file is a picture and not a trace.
bool is_picture(const std::string& path) {
  if (!path.ends_with(".json") && !path.ends_with(".svg")) {
    throw CommandError(
        fmt::format("--timeline writes NAME.json or NAME.svg; '{}' is neither", path), wrong_usage);
  }
  return path.ends_with(".svg");
}

void write_timeline(const PlayOptions& options, const TimelineRecorder& recorder,
                    std::span<const engine::KeyEvent> keys, const hid::Layout& layout,
                    Console& console) {
  const Timeline timeline = recorder.timeline(keys, layout);
  const std::string title =
      options.script.empty()
          ? fmt::format("{} --keys \"{}\"", options.file + options.flash, options.keys)
          : options.script;
  write_output(
      options.timeline,
      is_picture(options.timeline) ? timeline_svg(timeline, title) : timeline_json(timeline),
      console);
  if (recorder.cut()) {
    print(console.err, "pianola: {} has the first {} events only\n", options.timeline,
          TimelineRecorder::kMostEvents);
  }
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

/// The macros that the user named.
std::unique_ptr<Program> load(const PlayOptions& options, Console& console) {
  if (!options.flash.empty()) return Program::open_flash(options.flash);
  return Program::load(read_input(options.file, console), console);
}

/// Plays --keys.
int play_keys(const PlayOptions& options, const hid::Layout* host_layout, Console& console) {
  const auto program = load(options, console);
  const hid::Layout& file_layout = program->layout();

  scenario::KeyScript script;
  try {
    script = scenario::parse_key_script(options.keys, file_layout);
  } catch (const scenario::TextError& error) {
    console.err << paint_diagnostic(console.colour_err,
                                    scenario::format_error("--keys", 1, options.keys, error));
    return wrong_usage;
  }

  const hid::Layout& layout = host_layout != nullptr ? *host_layout : file_layout;
  sim::Simulation simulation(program->roll(), {.layout = layout, .poll = options.poll, .start = 0});
  std::optional<TimelineRecorder> recorder;
  if (!options.timeline.empty()) recorder.emplace(simulation, program->roll());
  const sim::Ending ending = simulation.run(script.events, options.limit);
  print_result(simulation, options.trace, console);
  console.out.flush();
  if (recorder) write_timeline(options, *recorder, script.events, layout, console);
  print_run_errors(*program, simulation, console);
  if (simulation.engine().lost_taps() > 0) {
    print(console.err, "pianola: {} lost: too many keys while a macro types\n",
          simulation.engine().lost_taps() == 1
              ? "1 tap was"
              : fmt::format("{} taps were", simulation.engine().lost_taps()));
  }
  if (ending == sim::Ending::limit) {
    throw CommandError(fmt::format("not finished after {} of virtual time; --limit sets another",
                                   limit_text(options.limit)));
  }
  if (ending == sim::Ending::waiting) {
    print(console.err,
          "pianola: a macro still waits for its key's release; release the key in --keys\n");
  }
  return simulation.errors().empty() ? fine : file_error;
}

/// Reads the file that a script names, which is sought beside the script.
std::optional<std::string> read_beside(const std::string& script, const std::string& name,
                                       Console& console) {
  const std::filesystem::path path = std::filesystem::path(script).parent_path() / name;
  try {
    return read_input(path.string(), console).bytes;
  } catch (const CommandError&) {
    return std::nullopt;
  }
}

/// Prints `text`, whose first `count` times three lines are diagnostics.
void print_diagnostics(std::string_view text, std::size_t count, Console& console) {
  for (; count > 0 && !text.empty(); --count) {
    std::size_t size = 0;
    for (int line = 0; line < 3; ++line)
      size = std::min(text.find('\n', size), text.size() - 1) + 1;
    console.err << paint_diagnostic(console.colour_err, text.substr(0, size));
    text.remove_prefix(size);
  }
  console.err << text;
}

/// Plays --script.
int play_script(const PlayOptions& options, const hid::Layout* host_layout, Console& console) {
  std::unique_ptr<Program> program;
  if (!options.file.empty() || !options.flash.empty()) program = load(options, console);
  const InputFile file = read_input(options.script, console);
  scenario::Scenario scenario;
  const std::string problems = scenario::parse_scenario(
      file.bytes, file.name, program ? program->layout() : hid::default_layout(),
      [&](const std::string& name) { return read_beside(file.path, name, console); }, scenario);
  if (!problems.empty()) {
    print_diagnostics(problems, problems.size(), console);
    return file_error;
  }
  if (!scenario.layout && host_layout != nullptr) scenario.layout = *host_layout;
  const hid::Layout layout = scenario.layout.value_or(scenario.keyboard);
  scenario::SimulatedDevice device({.layout = layout, .poll = options.poll, .start = 0},
                                   program ? &program->roll() : nullptr);
  std::optional<TimelineRecorder> recorder;
  if (!options.timeline.empty()) recorder.emplace(device.simulation(), device.roll());
  const scenario::Outcome outcome = scenario::run_scenario(scenario, device);
  if (options.trace) console.out << sim::format_trace(device.reports());
  console.out.flush();
  if (recorder) write_timeline(options, *recorder, device.keys(), layout, console);
  if (!outcome.failure.empty()) {
    print_diagnostics(outcome.failure, 1, console);
    return file_error;
  }
  if (!options.trace) {
    print(console.out, "{}: {} met\n", file.name, counted(outcome.expectations, "expectation"));
  }
  return fine;
}

}  // namespace

int play(const PlayOptions& options, Console& console) {
  const hid::Layout* const host_layout = options.layout ? &named_layout(*options.layout) : nullptr;
  if (!options.timeline.empty()) is_picture(options.timeline);
  return options.script.empty() ? play_keys(options, host_layout, console)
                                : play_script(options, host_layout, console);
}

}  // namespace pianola::cli
