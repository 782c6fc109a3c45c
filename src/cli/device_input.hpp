#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "cli/console.hpp"
#include "cli/device_command.hpp"
#include "cli/device_keys.hpp"
#include "cli/files.hpp"
#include "hid/layout.hpp"

namespace pianola::cli {

/// Reads keys from one place, or from standard input line by line.
class KeyInput {
 public:
  /// Lines of standard input that may wait to be played.
  static constexpr std::size_t kMostLines = 16;

  KeyInput(const DeviceOptions& options, Console& console);

  /// Keys are lines of standard input.
  [[nodiscard]] bool by_lines() const { return by_lines_; }
  /// For poll(); negative if there is nothing to be read.
  [[nodiscard]] int descriptor() const { return descriptor_; }
  /// Reads what standard input has.
  void read();

  /// Adds to `feed` what does not come from standard input. CommandError if that has errors.
  void begin(KeyFeed& feed, const hid::Layout& layout);
  /// Adds to `feed` the lines that were read, as many as may wait; tells their errors. How many it
  /// added.
  std::size_t fill(KeyFeed& feed, const hid::Layout& layout);

 private:
  void read_stream();
  bool parse(const std::string& line, const std::string& name, std::size_t number,
             const hid::Layout& layout, scenario::KeyScript& script);

  Console& console_;
  std::optional<InputFile> once_;
  LineReader lines_;
  int descriptor_ = -1;
  bool by_lines_ = false;
  bool ended_ = false;
};

}  // namespace pianola::cli
