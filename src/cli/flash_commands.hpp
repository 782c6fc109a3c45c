#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "cli/console.hpp"

namespace CLI {
class App;
}

namespace pianola::cli {

// `pianola flash …`: what a device keeps in its flash, in a file. One function for each command, as
// in cli/commands.hpp; `flash` is the file's path.

struct FlashInitOptions {
  std::string flash;
  std::string size = "4M";
  std::string sector = "4k";
  std::string unit = "256";
  bool force = false;  ///< The file may exist; its contents are lost then.
};
/// Makes an empty region.
int flash_init(const FlashInitOptions& options, Console& console);

/// Prints how full and how worn it is.
int flash_info(const std::string& flash, Console& console);

/// Saves the macros file `file` as the drive would.
int flash_put(const std::string& file, const std::string& flash, Console& console);

/// Writes the macros file to `output`, byte for byte.
int flash_get(const std::string& flash, const std::string& output, Console& console);

/// Verifies everything that must hold, and prints what does not.
int flash_check(const std::string& flash, Console& console);

/// Prints the sectors and what stands in them.
int flash_dump(const std::string& flash, Console& console);

/// Back to the default macros; without `force` says only what would be lost.
int flash_reset(const std::string& flash, bool force, Console& console);

/// Adds the command and its subcommands to `app`. The one that is named sets `command`, which
/// outlives the parsing.
void add_flash(CLI::App& app, std::function<int(Console&)>& command);

}  // namespace pianola::cli
