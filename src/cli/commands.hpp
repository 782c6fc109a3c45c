#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/console.hpp"
#include "hid/layout.hpp"

namespace pianola::cli {

// One function for each command. Each returns an ExitCode, having printed what there is to say, or
// throws CommandError. `-` as a file is standard input.

/// `pianola check`: compiles files and prints what is wrong with them.
int check(const std::vector<std::string>& files, const std::vector<std::string>& allowed,
          Console& console);

/// What `pianola fmt` does with the result.
enum class FormatTo : std::uint8_t {
  output,   ///< Prints it.
  nowhere,  ///< Lists the files that would change; file_error if there are any.
  file,     ///< Replaces the file.
};
/// `pianola fmt`. A file with errors is left alone and its errors are printed.
int format(const std::vector<std::string>& files, FormatTo to, Console& console);

/// `pianola compile`: writes the roll of `file` to `output`, without its source if `strip`.
int compile(const std::string& file, const std::string& output, bool strip, Console& console);

/// What `pianola show` prints of a roll.
enum class ShowAs : std::uint8_t {
  source,      ///< The stored source; decompiled code if there is none.
  decompiled,  ///< Source made from the code alone.
  listing,     ///< The instructions.
};
/// `pianola show`; `flash` is a region of flash to take the roll from, or empty.
int show(const std::string& roll, const std::string& flash, ShowAs as, Console& console);

struct PlayOptions {
  std::string file;      ///< A macros file or a roll; empty: none, with a script.
  std::string flash;     ///< A region of flash instead of `file`; empty: none.
  std::string keys;      ///< As scenario::read_key_script() reads them, if there is no script.
  std::string type;      ///< A text that is typed after `keys`.
  std::string script;    ///< The file of a scenario; empty: none.
  std::string timeline;  ///< Where to write the timeline, .json or .svg; empty: nowhere.
  bool trace = false;
  bool names = false;                 ///< The trace has names instead of numbers.
  bool text = false;                  ///< Nothing but the text is printed.
  std::optional<std::string> layout;  ///< The host's; the file's if there is none.
  std::uint32_t poll = 1;             ///< The host's polling interval in ms, at least 1.
  std::uint32_t limit = 60'000;       ///< In ms.
};
/// `pianola play`: runs a file in virtual time and prints what the host gets.
int play(const PlayOptions& options, Console& console);

/// The layout called `name`. CommandError if there is none.
const hid::Layout& layout_called(const std::string& name);

/// `pianola keys`: lists the names of keys, all or those that match `filter`. Of a character it
/// says how it is typed on `layout`; empty: the default one.
int keys(const std::string& filter, const std::string& layout, Console& console);

/// `pianola layouts`.
int layouts(Console& console);

/// `pianola demo`.
int demo(Console& console);

}  // namespace pianola::cli
