#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "cli/app.hpp"

namespace pianola::test {

/// Runs the command in a folder of its own.
class CommandTest : public ::testing::Test {
 protected:
  struct Result {
    int code = 0;
    std::string out;
    std::string err;
  };

  CommandTest() {
    std::string name = (std::filesystem::temp_directory_path() / "pianola-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~CommandTest() override { std::filesystem::remove_all(folder_); }

  static Result pianola(std::vector<std::string> arguments, const std::string& input = "",
                        bool colour = false) {
    arguments.insert(arguments.begin(), "pianola");
    std::vector<const char*> argv;
    for (const std::string& argument : arguments) argv.push_back(argument.c_str());
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    cli::Console console{.in = in,
                         .out = out,
                         .err = err,
                         .colour_out = colour,
                         .colour_err = colour,
                         .paced = false};
    const int code = cli::run(static_cast<int>(argv.size()), argv.data(), console);
    return {code, out.str(), err.str()};
  }

  std::string path(const std::string& name) { return (folder_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  std::string read(const std::string& name) {
    std::ifstream file(path(name), std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  std::filesystem::path folder_;
};

}  // namespace pianola::test
