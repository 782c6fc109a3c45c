#include "cli/app.hpp"

#include <fmt/core.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <csignal>
#include <functional>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "base/edit_distance.hpp"
#include "base/time.hpp"
#include "cli/commands.hpp"
#include "cli/device_command.hpp"
#include "cli/flash_commands.hpp"
#include "cli/help_formatter.hpp"
#include "cli/print.hpp"
#include "scenario/duration.hpp"

namespace pianola::cli {
namespace {

/// What the command line asks for, as CLI11 finds it.
struct Request {
  std::vector<std::string> files;
  std::string file;
  std::string output;
  std::string filter;
  std::string flash;
  PlayOptions play;
  std::string layout;
  std::string poll = "1ms";
  std::string limit = "60s";
  bool strip = false;
  bool check = false;
  bool write = false;
  bool decompile = false;
  bool listing = false;
  bool fast = false;
  std::vector<std::string> allowed;
  std::function<int(Console&)> command;  ///< Of the subcommand that was named.
};

/// A duration on the command line, from `least` to `most` ms.
std::uint32_t duration_option(std::string_view option, const std::string& text, std::uint32_t least,
                              std::uint32_t most) {
  const auto duration = scenario::parse_duration(text);
  if (!duration || *duration < least || *duration > most) {
    throw CommandError(
        fmt::format("{} is a time from {} ms to {} ms, such as {}; not '{}'", option, least, most,
                    option == "--poll" ? "8" : "60s, 500ms or 2min", text),
        wrong_usage);
  }
  return *duration;
}

void add_check(CLI::App& app, Request& request) {
  CLI::App* command = app.add_subcommand("check", "Say what is wrong with macros files");
  command->add_option("FILE", request.files, "Macros files; - is standard input")->required();
  command->add_option("--allow", request.allowed, "Do not tell warnings of these kinds")
      ->type_name("NAME,...")
      ->delimiter(',')
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command->footer(
      "Errors and warnings go to standard error, one line about each file to standard\n"
      "output. Warnings do not fail. The kind of each stands behind it in brackets.\n"
      "\n"
      "Examples:\n"
      "  pianola check macros.txt\n"
      "  pianola check --allow unused,layout macros.txt");
  command->callback([&request] {
    request.command = [&request](Console& console) {
      return check(request.files, request.allowed, console);
    };
  });
}

void add_fmt(CLI::App& app, Request& request) {
  CLI::App* command = app.add_subcommand("fmt", "Put macros files into the canonical style");
  command->add_option("FILE", request.files, "Macros files; - is standard input")->required();
  CLI::Option* check_flag = command->add_flag(
      "--check", request.check, "List the files that would change; exit code 1 if any");
  command->add_flag("--write", request.write, "Replace the files that change, and list them")
      ->excludes(check_flag);
  command->footer(
      "Without options, prints the result. Comments stay, and so does what the macros\n"
      "do. A file with errors is left alone.\n"
      "\n"
      "Examples:\n"
      "  pianola fmt macros.txt\n"
      "  pianola fmt --write macros.txt");
  command->callback([&request] {
    request.command = [&request](Console& console) {
      const FormatTo to = request.check   ? FormatTo::nowhere
                          : request.write ? FormatTo::file
                                          : FormatTo::output;
      return format(request.files, to, console);
    };
  });
}

void add_compile(CLI::App& app, Request& request) {
  CLI::App* command = app.add_subcommand("compile", "Compile a macros file to a roll");
  command->add_option("FILE", request.file, "A macros file; - is standard input")->required();
  command->add_option("-o,--output", request.output, "The roll to write; - is standard output")
      ->required()
      ->type_name("ROLL");
  command->add_flag("--strip", request.strip, "Leave the source out of the roll");
  command->footer(
      "Example:\n"
      "  pianola compile macros.txt -o macros.roll");
  command->callback([&request] {
    request.command = [&request](Console& console) {
      return compile(request.file, request.output, request.strip, console);
    };
  });
}

void add_show(CLI::App& app, Request& request) {
  CLI::App* command = app.add_subcommand("show", "Print the source of a roll, or its code");
  CLI::Option* const roll =
      command->add_option("ROLL", request.file, "A roll; - is standard input");
  command->add_option("--flash", request.flash, "Show what is in flash (pianola flash) instead")
      ->type_name("FLASH")
      ->excludes(roll);
  CLI::Option* listing =
      command->add_flag("--listing", request.listing, "Print the instructions, with sizes");
  command->add_flag("--decompile", request.decompile, "Make the source from the code alone")
      ->excludes(listing);
  command->footer(
      "Without options, prints the source byte for byte as it was compiled; of a roll\n"
      "that was stripped of it, source made from the code.\n"
      "\n"
      "Examples:\n"
      "  pianola show macros.roll\n"
      "  pianola show --listing macros.roll");
  command->callback([&request, command] {
    if (command->count("ROLL") + command->count("--flash") == 0) throw CLI::RequiredError("ROLL");
    request.command = [&request](Console& console) {
      const ShowAs as = request.listing     ? ShowAs::listing
                        : request.decompile ? ShowAs::decompiled
                                            : ShowAs::source;
      return show(request.file, request.flash, as, console);
    };
  });
}

void add_play(CLI::App& app, Request& request) {
  CLI::App* command = app.add_subcommand("play", "Press keys and print what the computer gets");
  CLI::Option* const file =
      command->add_option("FILE", request.file, "A macros file or a roll; - is standard input");
  command->add_option("--flash", request.flash, "Play what is in flash (pianola flash) instead")
      ->type_name("FLASH")
      ->excludes(file);
  CLI::Option* const keys =
      command->add_option("--keys", request.play.keys, "What is pressed, see below")
          ->type_name("KEYS");
  CLI::Option* const type =
      command->add_option("--type", request.play.type, "A text that is typed, after KEYS")
          ->type_name("TEXT");
  command->add_option("--script", request.play.script, "Play a scenario (docs/scenarios.md)")
      ->type_name("SCRIPT")
      ->excludes(keys)
      ->excludes(type);
  CLI::Option* const trace =
      command->add_flag("--trace", request.play.trace, "Print the reports instead of the text");
  command->add_flag("--names", request.play.names, "With --trace: names of keys, no numbers")
      ->needs(trace);
  command->add_flag("--text", request.play.text, "Print the text only, nothing about other keys")
      ->excludes(trace);
  command->add_option("--timeline", request.play.timeline, "Write what happened when, see below")
      ->type_name("OUTPUT");
  command->add_option("--layout", request.layout, "The computer's layout; else that of the file")
      ->type_name("LAYOUT");
  command->add_option("--poll", request.poll, "How often the computer asks for a report (1ms)")
      ->type_name("TIME");
  command->add_option("--limit", request.limit, "Time after which --keys gives up (60s)")
      ->type_name("TIME");
  command->footer(
      "Runs in virtual time, until nothing is left to do. KEYS is a list of:\n"
      "  K         tap the key or chord K (10 ms)\n"
      "  +K  -K    press it, release it\n"
      "  500       wait that many ms; also 500ms, 1.5s, 2min\n"
      "K is written as in macros.txt: F1, a, '#', 0x04, PLAY, ctrl+m, ^C, mouse left,\n"
      "M5. A number is always a wait: write '1' to tap a digit key, +1 and -1 to press\n"
      "and release it.\n"
      "\n"
      "TEXT is typed with the keys that it takes on the layout of the file.\n"
      "\n"
      "Text is printed as it comes. What types nothing stands in brackets, [ctrl+c]\n"
      "[F5] [click left], and then a bracket that was typed is doubled: [[. If nothing\n"
      "comes at all, it says (nothing: ...) and why. In scripts, --text prints the text\n"
      "and nothing else to standard output. Hints go to standard error.\n"
      "\n"
      "A line of the trace is the time in ms and the report: modifiers and keys in hex,\n"
      "or with --names as in macros.txt.\n"
      "\n"
      "SCRIPT is a file that says what is done and what must come of it; it may have\n"
      "the macros in it, and then needs no FILE. Exit code 1 if something else comes.\n"
      "\n"
      "OUTPUT shows keys, macros and reports along the time: NAME.svg is a picture,\n"
      "NAME.json a trace for ui.perfetto.dev or chrome://tracing.\n"
      "\n"
      "Examples:\n"
      "  pianola play macros.txt --keys F1\n"
      "  pianola play macros.txt --type \"brb \"\n"
      "  pianola play macros.txt --keys \"F1 +LSHIFT a -LSHIFT 500 m\" --trace\n"
      "  pianola play macros.txt --script test.scn --timeline test.svg");
  command->callback([&request, command] {
    if (command->count("--script") == 0) {
      if (command->count("FILE") + command->count("--flash") == 0) {
        throw CLI::RequiredError("FILE");
      }
      if (command->count("--keys") + command->count("--type") == 0) {
        throw CLI::RequiredError("--keys, --type or --script");
      }
    }
    request.command = [&request, command](Console& console) {
      request.play.file = request.file;
      request.play.flash = request.flash;
      if (command->count("--layout") > 0) request.play.layout = request.layout;
      request.play.poll = duration_option("--poll", request.poll, 1, 255);
      request.play.limit = duration_option("--limit", request.limit, 1, 24 * 60 * 60 * 1000);
      return play(request.play, console);
    };
  });
}

void add_lists(CLI::App& app, Request& request) {
  CLI::App* keys_command = app.add_subcommand("keys", "List the names of keys");
  keys_command->add_option("FILTER", request.filter,
                           "Part of a name, a usage number, or a character");
  keys_command
      ->add_option("--layout", request.layout, "On which layout the character is to be typed")
      ->type_name("LAYOUT");
  keys_command->footer(
      "Any of a key's names may be written in macros.txt, in any case and with or\n"
      "without '_'. Letters, digits and most signs are also written as they are.\n"
      "\n"
      "A single character as FILTER asks how it is typed on LAYOUT, which is uk unless\n"
      "named: AltGr+e, or the two keys 'dead ^, then e'. Keys are called by what is\n"
      "printed on them; below stand their names. Layouts are those of Linux; Windows\n"
      "has some AltGr characters elsewhere.\n"
      "\n"
      "Examples:\n"
      "  pianola keys volume\n"
      "  pianola keys '#'\n"
      "  pianola keys --layout de €");
  keys_command->callback([&request] {
    request.command = [&request](Console& console) {
      return keys(request.filter, request.layout, console);
    };
  });

  CLI::App* layouts_command = app.add_subcommand("layouts", "List the keyboard layouts");
  layouts_command->footer(
      "Write in macros.txt: set layout = uk\n"
      "\n"
      "Example:\n"
      "  pianola layouts");
  layouts_command->callback(
      [&request] { request.command = [](Console& console) { return layouts(console); }; });
}

void add_demo(CLI::App& app, Request& request) {
  CLI::App* command = app.add_subcommand("demo", "Watch a few macros play");
  command->add_flag("--fast", request.fast, "Do not wait between the steps");
  command->footer(
      "Example:\n"
      "  pianola demo");
  command->callback([&request] {
    request.command = [&request](Console& console) {
      Console mine = console;
      mine.paced = console.paced && !request.fast;
      return demo(mine);
    };
  });
}

void build(CLI::App& app, Request& request) {
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Print help; after a command, help about it");
  app.set_version_flag("--version", "pianola " PIANOLA_VERSION, "Print the version");
  app.require_subcommand(0, 1);
  add_check(app, request);
  add_fmt(app, request);
  add_compile(app, request);
  add_show(app, request);
  add_play(app, request);
  add_flash(app, request.command);
  add_device(app, request.command);
  add_lists(app, request);
  add_demo(app, request);
  app.footer(
      "Examples:\n"
      "  pianola demo\n"
      "  pianola check macros.txt\n"
      "  pianola play macros.txt --keys \"F1 500 m\"\n"
      "\n"
      "pianola COMMAND --help says more. Exit codes: 0 fine, 1 errors in your file,\n"
      "2 wrong usage.");
  for (CLI::App* command : app.get_subcommands([](CLI::App*) { return true; })) {
    command->group("Commands");
    command->set_help_flag("-h,--help", "Print this help");
  }
}

/// The one of `candidates` that somebody who wrote `word` most likely meant; empty if none is near.
std::string closest(std::string_view word, const std::vector<std::string>& candidates) {
  std::string best;
  ClosestWord closest(word);
  for (const std::string& candidate : candidates) {
    if (closest.offer(candidate)) best = candidate;
  }
  return best;
}

/// The innermost command that was named; `app` itself if none was.
const CLI::App& named_command(const CLI::App& app) {
  const CLI::App* named = &app;
  while (!named->get_subcommands().empty()) named = named->get_subcommands().front();
  return *named;
}

/// What is wrong with `argument`, which nobody expected.
std::string unexpected_text(const CLI::App& app, const std::string& argument) {
  const CLI::App& named = named_command(app);
  const auto commands = named.get_subcommands([](const CLI::App*) { return true; });
  std::vector<std::string> candidates;
  const bool option = argument.size() > 1 && argument.front() == '-';
  if (option) {
    for (const CLI::Option* known : named.get_options()) {
      for (const std::string& name : known->get_lnames()) candidates.push_back("--" + name);
    }
  } else if (!commands.empty()) {
    for (const CLI::App* command : commands) candidates.push_back(command->get_name());
  } else {
    return fmt::format("'{}' is one argument too many", argument);
  }
  const std::string meant = closest(argument, candidates);
  return fmt::format("unknown {} '{}'{}", option ? "option" : "command", argument,
                     meant.empty() ? "" : fmt::format("; did you mean '{}'?", meant));
}

int usage_error(const CLI::App& app, const std::string& message, Console& console) {
  std::string named;
  for (const CLI::App* command = &named_command(app); command != &app;
       command = command->get_parent()) {
    named.insert(0, 1, ' ').insert(0, command->get_name());
  }
  print(console.err, "pianola: {}\nTry: pianola {}--help\n", message, named);
  return wrong_usage;
}

/// Reads the command line into `request`. An exit code if there is nothing more to do.
std::optional<int> parse(CLI::App& app, int argc, const char* const* argv, Console& console) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {  // help, or the version
    app.exit(success, console.out, console.err);
    return fine;
  } catch (const CLI::ParseError& error) {
    // An unknown argument is told first: it may be the missing one, spelled wrongly.
    for (const std::string& argument : app.remaining(true)) {
      if (argument != "--") return usage_error(app, unexpected_text(app, argument), console);
    }
    return usage_error(app, error.what(), console);
  }
  return std::nullopt;
}

int run_command(int argc, const char* const* argv, Console& console) {
  CLI::App app("Pianola: macros for keyboards, written in a text file", "pianola");
  Request request;
  build(app, request);
  if (const auto done = parse(app, argc, argv, console)) return *done;
  if (!request.command) {
    console.out << app.help();
    return fine;
  }
  return request.command(console);
}

}  // namespace

int run(int argc, const char* const* argv, Console& console) {
  // A file that may not grow (ulimit -f) is to be an error like a full disk, not the end.
  (void)std::signal(SIGXFSZ, SIG_IGN);
  int result = fine;
  try {
    result = run_command(argc, argv, console);
  } catch (const CommandError& error) {
    console.out.flush();
    print(console.err, "pianola: {}\n", error.what());
    result = error.exit_code();
  } catch (const std::exception& error) {
    print(console.err, "pianola: {}\n", error.what());
    result = file_error;
  }
  console.out.flush();
  if (!console.out && result == fine) {
    print(console.err, "pianola: cannot write to standard output\n");
    result = file_error;
  }
  return result;
}

}  // namespace pianola::cli
