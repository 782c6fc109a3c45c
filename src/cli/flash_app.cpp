// The command line of `pianola flash`.

#include <CLI/CLI.hpp>
#include <memory>
#include <ostream>

#include "cli/flash_commands.hpp"

namespace pianola::cli {
namespace {

/// What the command line asks for.
struct FlashRequest {
  FlashInitOptions init;
  std::string flash;
  std::string file;
  std::string output = "-";
  bool force = false;
};

using Command = std::function<int(Console&)>;

CLI::App* add(CLI::App& app, const std::string& name, const std::string& use, std::string& flash) {
  CLI::App* const command = app.add_subcommand(name, use);
  command->group("Commands");
  command->set_help_flag("-h,--help", "Print this help");
  command->add_option("--flash", flash, "The file with the flash")->required()->type_name("FLASH");
  return command;
}

void add_init(CLI::App& app, const std::shared_ptr<FlashRequest>& request, Command& run) {
  CLI::App* const command = add(app, "init", "Make a file with empty flash", request->init.flash);
  command->add_option("--size", request->init.size, "Its size (4M)")->type_name("BYTES");
  command->add_option("--sector", request->init.sector, "What one erase clears (4k)")
      ->type_name("BYTES");
  command->add_option("--unit", request->init.unit, "What is programmed at a time (256)")
      ->type_name("BYTES");
  command->add_flag("--force", request->init.force, "Give up what is in a file that is there");
  command->footer(
      "Until macros are saved in it, it has the default ones.\n"
      "\n"
      "Examples:\n"
      "  pianola flash init --flash pianola.flash\n"
      "  pianola flash init --flash small.flash --size 64k --unit 4");
  command->callback([request, &run] {
    run = [request](Console& console) { return flash_init(request->init, console); };
  });
}

void add_put(CLI::App& app, const std::shared_ptr<FlashRequest>& request, Command& run) {
  CLI::App* const command = add(app, "put", "Save a macros file in it", request->flash);
  command->add_option("FILE", request->file, "A macros file; - is standard input")->required();
  command->footer(
      "What has not changed is kept where it is. If the file has errors or does not\n"
      "fit, the macros stay as they were; if this is interrupted, they are the old or\n"
      "the new ones.\n"
      "\n"
      "Example:\n"
      "  pianola flash put macros.txt --flash pianola.flash");
  command->callback([request, &run] {
    run = [request](Console& console) { return flash_put(request->file, request->flash, console); };
  });
}

void add_get(CLI::App& app, const std::shared_ptr<FlashRequest>& request, Command& run) {
  CLI::App* const command = add(app, "get", "Print the macros file that is in it", request->flash);
  command->add_option("-o,--output", request->output, "Write it to this file")->type_name("FILE");
  command->footer(
      "Byte for byte as it was saved.\n"
      "\n"
      "Example:\n"
      "  pianola flash get --flash pianola.flash -o macros.txt");
  command->callback([request, &run] {
    run = [request](Console& console) {
      return flash_get(request->flash, request->output, console);
    };
  });
}

void add_reset(CLI::App& app, const std::shared_ptr<FlashRequest>& request, Command& run) {
  CLI::App* const command = add(app, "reset", "Go back to the default macros", request->flash);
  command->add_flag("--force", request->force, "Do it; else say what would be lost");
  command->footer(
      "Example:\n"
      "  pianola flash reset --force --flash pianola.flash");
  command->callback([request, &run] {
    run = [request](Console& console) {
      return flash_reset(request->flash, request->force, console);
    };
  });
}

/// A command that only looks.
void add_look(CLI::App& app, const std::shared_ptr<FlashRequest>& request, Command& run,
              const std::string& name, const std::string& use, const std::string& more,
              int (*look)(const std::string&, Console&)) {
  CLI::App* const command = add(app, name, use, request->flash);
  command->footer(more + "\n\nExample:\n  pianola flash " + name + " --flash pianola.flash");
  command->callback([request, &run, look] {
    run = [request, look](Console& console) { return look(request->flash, console); };
  });
}

}  // namespace

void add_flash(CLI::App& app, Command& command) {
  CLI::App* const flash = app.add_subcommand("flash", "Keep macros as a device does, in a file");
  const auto request = std::make_shared<FlashRequest>();
  flash->require_subcommand(0, 1);
  add_init(*flash, request, command);
  add_put(*flash, request, command);
  add_get(*flash, request, command);
  add_look(*flash, request, command, "info", "Say how full and how worn it is",
           "Nothing is changed.", flash_info);
  add_look(*flash, request, command, "check", "Verify all that must hold",
           "Prints what does not hold, a line each; then the exit code is 1. Nothing is\nchanged.",
           flash_check);
  add_look(*flash, request, command, "dump", "Print what stands in its sectors",
           "One line for each run of equal pieces: address, kind, size; * marks what counts.\n"
           "docs/flash-format.md explains it. Nothing is changed.",
           flash_dump);
  add_reset(*flash, request, command);
  flash->footer(
      "FLASH is a file that holds what the flash chip of a device would, bit for bit.\n"
      "pianola play --flash plays what is in it.\n"
      "\n"
      "Examples:\n"
      "  pianola flash init --flash pianola.flash\n"
      "  pianola flash put macros.txt --flash pianola.flash\n"
      "  pianola flash get --flash pianola.flash\n"
      "\n"
      "pianola flash COMMAND --help says more.");
  flash->callback([flash, &command] {
    if (!flash->get_subcommands().empty()) return;
    command = [flash](Console& console) {
      console.out << flash->help("pianola");
      return fine;
    };
  });
}

}  // namespace pianola::cli
