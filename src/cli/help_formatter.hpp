#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace pianola::cli {

/// Lays out help texts: the usage line in the usual notation, names of values without their types.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_usage(const CLI::App* app, std::string name) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
};

}  // namespace pianola::cli
