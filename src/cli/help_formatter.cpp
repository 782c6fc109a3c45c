#include "cli/help_formatter.hpp"

#include <fmt/core.h>

namespace pianola::cli {

HelpFormatter::HelpFormatter() {
  column_width(24);
  label("Positionals", "Arguments");
}

std::string HelpFormatter::make_usage(const CLI::App* app, std::string name) const {
  std::string usage = "\nUsage: " + name;
  for (const CLI::Option* option : app->get_options()) {
    if (option->get_positional()) {
      usage += ' ' + make_option_usage(option);
    } else if (option->get_required()) {
      const auto& short_names = option->get_snames();
      usage += fmt::format(" {} {}",
                           short_names.empty() ? option->get_name() : "-" + short_names.front(),
                           option->get_type_name());
    }
  }
  if (!app->get_subcommands([](const CLI::App*) { return true; }).empty()) usage += " COMMAND";
  return usage + " [options]\n";
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  if (option->get_positional() || option->get_type_name().empty()) return {};
  return ' ' + option->get_type_name();
}

}  // namespace pianola::cli
