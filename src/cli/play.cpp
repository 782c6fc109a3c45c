#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <optional>
#include <span>

#include "cli/commands.hpp"
#include "cli/findings_printer.hpp"
#include "cli/print.hpp"
#include "cli/program.hpp"
#include "cli/reasons.hpp"
#include "scenario/key_script.hpp"
#include "scenario/report_text.hpp"
#include "scenario/runner.hpp"
#include "scenario/scenario.hpp"
#include "scenario/simulated_device.hpp"
#include "timeline/run_recorder.hpp"
#include "timeline/timeline.hpp"
#include "timeline/transcript.hpp"
#include "tryout/play.hpp"
#include "tryout/roll_text.hpp"

namespace pianola::cli {
namespace {

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = std::min(text.find_first_not_of(" \t"), text.size());
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

/// Whether the timeline's file is a picture and not a trace.
bool is_picture(const std::string& path) {
  if (!path.ends_with(".json") && !path.ends_with(".svg")) {
    throw CommandError(
        fmt::format("--timeline writes NAME.json or NAME.svg; '{}' is neither", path), wrong_usage);
  }
  return path.ends_with(".svg");
}

/// The command line, as a title.
std::string title(const PlayOptions& options) {
  std::string text = "pianola play";
  const auto add = [&](std::string_view option, const std::string& value) {
    if (value.empty()) return;
    text += ' ';
    text += option;
    const bool quote = !option.empty() && value.find_first_of(" '\"") != std::string::npos;
    text += quote ? scenario::quoted(value) : value;
  };
  add("", options.file);
  add("--flash ", options.flash);
  add("--keys ", options.keys);
  add("--type ", options.type);
  add("--script ", options.script);
  return text;
}

void write_timeline(const PlayOptions& options, const timeline::RunRecorder& run,
                    std::span<const engine::KeyEvent> keys, const hid::Layout& layout,
                    Console& console) {
  const timeline::Timeline timeline = timeline::make_timeline(run, keys, layout);
  write_output(options.timeline,
               is_picture(options.timeline) ? timeline::timeline_svg(timeline, title(options))
                                            : timeline::timeline_json(timeline),
               console);
  if (run.cut()) {
    print(console.err, "pianola: {} has the first {} events only\n", options.timeline,
          timeline::RunRecorder::kMostEvents);
  }
}

void print_trace(const PlayOptions& options, const std::vector<sim::TraceEntry>& trace,
                 const hid::Layout& layout, Console& console) {
  if (!options.names) {
    console.out << sim::format_trace(trace);
    return;
  }
  for (const sim::TraceEntry& entry : trace) {
    print(
        console.out, "{} {}\n", entry.time,
        entry.report == hid::Report{} ? "(nothing)" : scenario::report_text(entry.report, layout));
  }
}

/// What --keys of nothing but waits are told.
std::string only_waits(const PlayOptions& options, std::uint32_t time) {
  const std::string_view item = trimmed(options.keys);
  if (item.size() == 1) {
    return fmt::format("{0} is a wait of {0} ms; the key is written '{0}'", item);
  }
  if (time == 0) return "no key is pressed";
  return fmt::format("no key is pressed, only {} ms pass; a digit key is written '5'", time);
}

/// What the computer got, in the form that was asked for; if that is nothing, why.
void print_result(const PlayOptions& options, const timeline::RunRecorder& run, Program& program,
                  const scenario::KeyScript& script, const hid::Layout& layout, Console& console) {
  const sim::SimulatedHost& host = run.simulation().host();
  const bool scripted = options.trace || options.text;
  const std::vector<timeline::Heard> heard = timeline::transcript(host, layout);
  if (options.trace) {
    print_trace(options, host.trace(), layout, console);
  } else if (options.text) {
    console.out << host.text();
    if (!host.text().empty() && host.text().back() != '\n') console.out << '\n';
  } else {
    console.out << timeline::format_transcript(heard);
  }
  if (heard.empty()) {
    const std::string why = script.events.empty() ? only_waits(options, script.end)
                                                  : why_nothing(run, program.roll(), layout);
    print(scripted ? console.err : console.out, "(nothing: {})\n", why);
  } else if (const std::string keys = unbound_keys(run, program.roll(), layout); !keys.empty()) {
    console.out.flush();
    print(console.err, "pianola: {}\n", keys);
  }
}

std::string limit_text(std::uint32_t limit) {
  return limit % 1000 == 0 ? fmt::format("{} s", limit / 1000) : fmt::format("{} ms", limit);
}

/// The macros that the user named.
std::unique_ptr<Program> load(const PlayOptions& options, Console& console) {
  if (!options.flash.empty()) return Program::open_flash(options.flash, console);
  return Program::load(read_input(options.file, console), console);
}

/// Prints what is wrong with the value `text` of `option`.
ExitCode print_mistake(std::string_view option, const std::string& text,
                       const scenario::TextError& error, Console& console) {
  console.err << paint_diagnostic(console.colour_err,
                                  scenario::format_error(option, 1, text, error));
  return wrong_usage;
}

/// Plays --keys and --type.
int play_keys(const PlayOptions& options, const hid::Layout* host_layout, Console& console) {
  const auto program = load(options, console);
  const hid::Layout& file_layout = tryout::layout_of(program->roll());

  scenario::Result<scenario::KeyScript> keys = scenario::read_key_script(options.keys, file_layout);
  if (!keys) return print_mistake("--keys", options.keys, keys.error(), console);
  scenario::KeyScript& script = *keys;
  if (const auto mistake = scenario::add_typed_text(options.type, file_layout, script)) {
    return print_mistake("--type", options.type, *mistake, console);
  }

  tryout::Play play(program->roll(), {.layout = host_layout, .poll = options.poll});
  const timeline::RunRecorder run(play.simulation(), program->roll());
  const sim::Ending ending = play.run(script.events, options.limit);
  print_result(options, run, *program, script, play.layout(), console);
  console.out.flush();
  if (!options.timeline.empty()) {
    write_timeline(options, run, script.events, play.layout(), console);
  }
  for (const std::string& error : play.errors(program->file().name)) {
    console.err << paint_diagnostic(console.colour_err, error);
  }
  const auto lost = play.simulation().engine().lost_taps();
  if (lost > 0) {
    print(console.err, "pianola: {} lost: too many keys while a macro types\n",
          lost == 1 ? "1 tap was" : fmt::format("{} taps were", lost));
  }
  if (ending == sim::Ending::limit) {
    throw CommandError(fmt::format("not finished after {} of virtual time; --limit sets another",
                                   limit_text(options.limit)));
  }
  if (ending == sim::Ending::waiting) {
    print(console.err,
          "pianola: a macro still waits for something; what it waits for belongs into --keys\n");
  }
  return play.simulation().errors().empty() ? fine : file_error;
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
      file.bytes, file.name, program ? tryout::layout_of(program->roll()) : hid::default_layout(),
      [&](const std::string& name) { return read_beside(file.path, name, console); }, scenario);
  if (!problems.empty()) {
    print_diagnostics(problems, problems.size(), console);
    return file_error;
  }
  if (!scenario.layout && host_layout != nullptr) scenario.layout = *host_layout;
  const hid::Layout layout = scenario.layout.value_or(scenario.keyboard);
  scenario::SimulatedDevice device({.layout = layout, .poll = options.poll, .start = 0},
                                   program ? &program->roll() : nullptr);
  const timeline::RunRecorder run(device.simulation(), device.roll());
  const scenario::Outcome outcome = scenario::run_scenario(scenario, device);
  if (options.trace) print_trace(options, device.reports(), layout, console);
  console.out.flush();
  if (!options.timeline.empty()) write_timeline(options, run, device.keys(), layout, console);
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
  const hid::Layout* const host_layout = options.layout ? &layout_called(*options.layout) : nullptr;
  if (!options.timeline.empty()) {
    is_picture(options.timeline);
    for (const std::string& input : {options.file, options.flash, options.script}) {
      refuse_to_overwrite(input, options.timeline);
    }
  }
  return options.script.empty() ? play_keys(options, host_layout, console)
                                : play_script(options, host_layout, console);
}

}  // namespace pianola::cli
